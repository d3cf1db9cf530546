//! Catching up costs what differs now: no statement for it walks a table or sorts.

use rusqlite::params_from_iter;
use tempfile::TempDir;

use super::{super::changes, database, open};
use crate::store::FeedStore;

#[tokio::test]
async fn catching_up_goes_by_an_index_and_never_sorts() {
    let folder = TempDir::new().unwrap();
    let store = open(&database(&folder)).unwrap();
    let statements = [
        (changes::MESSAGES, "messages_by_changed"),
        (changes::MEMBERS, "members_by_changed"),
        (changes::LISTED_ROOMS, "listings_by_changed"),
        (changes::READ_MARKERS, "read_markers_by_changed"),
        (changes::PROFILES, "users_by_changed"),
    ];
    for (statement, index) in statements {
        let plan: Vec<String> = store
            .read(move |connection| {
                let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
                let unbound = vec![rusqlite::types::Null; explain.parameter_count()];
                let steps = explain.query_map(params_from_iter(unbound), |row| row.get(3))?;
                Ok(steps.collect::<rusqlite::Result<_>>()?)
            })
            .await
            .unwrap();
        assert!(plan[0].contains(index), "{plan:?}");
        assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{plan:?}");
    }
    store.close().await;
}
