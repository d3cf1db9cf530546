//! The wire is photographed: a changed picture is a changed protocol, and needs a line in CHANGELOG.md.

mod client_pictures;
mod limits;
mod server_pictures;
mod tolerance;

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

/// Compares the value's JSON with its picture in `protocol/snapshots`, and reads the value back from it.
fn photograph<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, value: &T) {
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(
        &serde_json::from_str::<T>(&json).unwrap(),
        value,
        "{name} is read as it was written: {json}"
    );
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_json_snapshot!(name, value);
    });
}
