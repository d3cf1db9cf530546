//! What concerns more than one file of this folder.

mod hand_over;
mod send_queue;
mod slices;
mod writer;

use std::sync::Arc;

use app::protocol::{CloseCode, RoomId, Seq, Timestamp, UserId};
use tempfile::TempDir;

use super::{Hub, Work};
use crate::{
    bus::InProcessBus,
    feed::Feeds,
    ids::SessionId,
    line::tests::{Kind as LineKind, pair},
    store::sqlite::{SqliteOptions, SqliteStore},
};

fn hub() -> (Hub, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("magpie.db");
    let store = SqliteStore::open(&path, SqliteOptions::default(), Timestamp(1)).unwrap();
    let hub = Hub::new(Arc::new(Feeds::new(Arc::new(store), Arc::new(InProcessBus::default()))));
    (hub, folder)
}

#[tokio::test]
async fn who_is_connected_while_everybody_is_sent_away_is_sent_away_too() {
    let (hub, _folder) = hub();
    let (line, _peer) = pair(LineKind::Plain).await;
    hub.stop();
    let writer = hub.connect(UserId(1), SessionId(1), line);
    assert_eq!(writer.work(), Work::Close(CloseCode::GoingAway));
}

#[tokio::test]
async fn a_connection_that_is_gone_is_held_by_nobody_though_a_room_comes_onto_its_list() {
    let (hub, _folder) = hub();
    let (line, _peer) = pair(LineKind::Plain).await;
    let writer = hub.connect(UserId(1), SessionId(1), line);
    hub.list(&writer, RoomId(1), Seq(0));
    hub.disconnect(&writer);
    // Found just before it went.
    hub.list(&writer, RoomId(2), Seq(0));
    assert_eq!(Arc::strong_count(&writer), 1);
}
