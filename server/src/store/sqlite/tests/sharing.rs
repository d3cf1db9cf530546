//! Equal reads are shared: the stories are those of every store. Here threads read.

use std::{
    any::Any,
    sync::{Arc, mpsc},
};

use futures::FutureExt as _;
use tempfile::TempDir;

use super::{super::readers::READERS, SqliteStore, database, open};
use crate::store::contract::{Stage, sharing};

/// An empty store, and a stage on it.
fn stage() -> (TempDir, Arc<SqliteStore>, Stage) {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(open(&database(&folder)).unwrap());
    let stage = Stage::new(store.clone());
    (folder, store, stage)
}

/// Keeps every thread that reads at work, until what this gives is dropped.
fn hold(store: &SqliteStore) -> Box<dyn Any> {
    let holders = (0..READERS).map(|_| {
        let (holder, until) = mpsc::sync_channel::<()>(1);
        let read = move |_: &rusqlite::Connection| {
            // It ends with an error: nothing is sent.
            let _ = until.recv();
            Ok(())
        };
        // Nobody waits for the answer.
        assert!(store.read(read).now_or_never().is_none());
        holder
    });
    Box::new(holders.collect::<Vec<_>>())
}

#[tokio::test]
async fn two_hundred_readers_share_one_read_and_the_removed_one_is_refused() {
    let (_folder, store, stage) = stage();
    sharing::two_hundred_readers_share_one_read_and_the_removed_one_is_refused(&stage, &|| hold(&store)).await;
}

#[tokio::test]
async fn what_is_committed_before_one_asks_is_told_although_others_asked_before_it() {
    let (_folder, store, stage) = stage();
    sharing::what_is_committed_before_one_asks_is_told_although_others_asked_before_it(&stage, &|| hold(&store)).await;
}

#[tokio::test]
async fn who_goes_away_takes_nothing_from_those_who_joined() {
    let (_folder, store, stage) = stage();
    sharing::who_goes_away_takes_nothing_from_those_who_joined(&stage, &|| hold(&store)).await;
}

#[tokio::test]
async fn no_read_is_for_more_than_so_many() {
    let (_folder, store, stage) = stage();
    sharing::no_read_is_for_more_than_so_many(&stage, &|| hold(&store)).await;
}
