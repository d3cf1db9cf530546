//! Catching up costs what differs now: no statement for it walks a table or sorts.

use super::{super::changes, database};

#[tokio::test]
async fn catching_up_goes_by_an_index_and_never_sorts() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    // Empty tables are quickest walked; what is asked is whether there is another way.
    client
        .batch_execute(
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan",
        )
        .await
        .unwrap();
    let statements = [
        (changes::MESSAGES, "messages_by_changed"),
        (changes::MEMBERS, "members_by_changed"),
        (changes::LISTED_ROOMS, "listings_by_changed"),
        (changes::READ_MARKERS, "read_markers_by_changed"),
        (changes::PROFILES, "users_by_changed"),
    ];
    for (statement, index) in statements {
        client
            .batch_execute(&format!("PREPARE asked (bigint, bigint, bigint) AS {statement}"))
            .await
            .unwrap();
        let plan = client.query("EXPLAIN EXECUTE asked (1, 1, 1)", &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:#?}");
        assert!(
            !plan
                .iter()
                .any(|step| step.contains("Sort") || step.contains("Seq Scan")),
            "{plan:#?}"
        );
        client.batch_execute("DEALLOCATE asked").await.unwrap();
    }
}
