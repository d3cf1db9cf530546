//! Equal reads are shared: the stories are those of every store. Here so many go on at a time.

use std::{any::Any, sync::Arc};

use super::{
    super::{PostgresStore, sharing::READS},
    stage,
};
use crate::store::{FeedStore as _, contract::sharing};

/// Takes every place for a shared read, until what this gives is dropped.
fn hold(store: &PostgresStore) -> Box<dyn Any> {
    let places = Arc::clone(&store.reads).try_acquire_many_owned(READS as u32);
    Box::new(places.expect("nobody reads yet"))
}

#[tokio::test]
async fn two_hundred_readers_share_one_read_and_the_removed_one_is_refused() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    sharing::two_hundred_readers_share_one_read_and_the_removed_one_is_refused(&stage, &|| hold(&store)).await;
    store.close().await;
}

#[tokio::test]
async fn what_is_committed_before_one_asks_is_told_although_others_asked_before_it() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    sharing::what_is_committed_before_one_asks_is_told_although_others_asked_before_it(&stage, &|| hold(&store)).await;
    store.close().await;
}

#[tokio::test]
async fn who_goes_away_takes_nothing_from_those_who_joined() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    sharing::who_goes_away_takes_nothing_from_those_who_joined(&stage, &|| hold(&store)).await;
    store.close().await;
}

#[tokio::test]
async fn no_read_is_for_more_than_so_many() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    sharing::no_read_is_for_more_than_so_many(&stage, &|| hold(&store)).await;
    store.close().await;
}
