//! Catching up costs what differs now: no statement for it walks a table, and none sorts more than a person has rooms.

use rusqlite::params_from_iter;
use tempfile::TempDir;

use super::{
    super::{changes, message_changes},
    database, open,
};
use crate::store::FeedStore;

#[tokio::test]
async fn catching_up_goes_by_an_index_and_does_not_sort() {
    let folder = TempDir::new().unwrap();
    let store = open(&database(&folder)).unwrap();
    let statements = [
        (message_changes::AS_POSTED, "PRIMARY KEY"),
        (message_changes::CHANGED_AGAIN, "messages_by_later_change"),
        (changes::MEMBERS, "members_by_changed"),
        (changes::LISTED_ROOMS, "listings_by_changed"),
        (changes::READ_MARKERS, "PRIMARY KEY"),
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
        let sorts_little = |step: &str| statement == changes::READ_MARKERS && step.contains("ORDER BY");
        let cheap = |step: &String| step.starts_with("SEARCH") || sorts_little(step);
        assert!(plan.iter().all(cheap), "{plan:?}");
    }
    store.close().await;
}
