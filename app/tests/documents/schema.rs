//! `docs/protocol.schema.json` is the types' own schema. To write it anew: `MAGPIE_WRITE_SCHEMA=1 scripts/native-tests
//! --package app --features schema --test documents`.

use app::protocol::schema::schema;

use crate::text::{project, read};

const PATH: &str = "docs/protocol.schema.json";

#[test]
fn the_schema_is_that_of_the_types() {
    let generated = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("MAGPIE_WRITE_SCHEMA").is_some() {
        std::fs::write(project().join(PATH), &generated).unwrap();
    }
    // As values: the order of keys depends on features of serde_json that other crates may switch on.
    let [generated, written]: [serde_json::Value; 2] =
        [generated, read(PATH)].map(|text| serde_json::from_str(&text).unwrap());
    assert_eq!(
        written, generated,
        "the types have changed; see the head of this test for how to write {PATH} anew"
    );
}
