//! A node is told to end while its database is behind a line on which nothing comes through.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    cluster::{Cluster, Cut, NODES},
    harness::{GENERAL, Person, post},
};

/// What `docs/operating.md` promises.
const AT_MOST: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_database_is_silent_ends_in_time() {
    if !Cluster::can_start() {
        return;
    }
    let mut cluster = Cluster::start([0; NODES]).await;
    let ann = Person::sign_in(cluster.node(0), "ann").await;
    let client = ann.opens_watching(&[GENERAL]).await;
    cluster.cut_from_postgres(0, Cut::Silent);
    // This one waits for an answer that never comes.
    client.send(post(GENERAL, "into the void")).await;
    let told = Instant::now();
    assert!(cluster.ends(0).await.success());
    assert!(told.elapsed() < AT_MOST, "{:?}", told.elapsed());
    cluster.stop().await;
}
