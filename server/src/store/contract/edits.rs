//! Messages that are changed after they were posted.

use app::protocol::{FeedId, Number, Seq, Timestamp};

use super::stage::{NOW, Stage, assert_fails, member};
use crate::store::{Constraint::NoSuchMessage, MessageEdit, StoreError::Conflict};

/// When texts are changed.
const LATER: Timestamp = Timestamp(2_000);

pub(super) fn edited(number: u64, body: &str) -> MessageEdit {
    MessageEdit {
        number: Number(number),
        body: Some(body.to_owned()),
        now: LATER,
    }
}

pub(super) fn deleted(number: u64) -> MessageEdit {
    MessageEdit {
        number: Number(number),
        body: None,
        now: LATER,
    }
}

pub(crate) async fn an_edit_replaces_the_text(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    stage.says(&ann, room, "hello").await;
    stage.says(&ann, room, "world").await;
    let edit = stage.store.edit_message(standing, edited(1, "hullo")).await.unwrap();
    assert_eq!(edit.value, Seq(4));
    assert_eq!(edit.changes, [stage.between(FeedId::Room(room), Seq(3)).await]);
    let row = stage.message(&ann, room, Number(1)).await;
    assert_eq!(
        (row.body.as_str(), row.edited_at, row.posted_at, row.changed),
        ("hullo", Some(LATER), NOW, Seq(4))
    );

    let same = stage.store.edit_message(standing, edited(1, "hullo")).await.unwrap();
    assert_eq!((same.value, same.changes), (Seq(4), vec![]));
    assert_eq!(stage.head(FeedId::Room(room)).await, Seq(4));
}

pub(crate) async fn a_deletion_leaves_a_tombstone(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    stage.says(&ann, room, "hello").await;
    let deletion = stage.store.edit_message(standing, deleted(1)).await.unwrap();
    assert_eq!(deletion.value, Seq(3));
    assert_eq!(deletion.changes, [stage.between(FeedId::Room(room), Seq(2)).await]);
    let row = stage.message(&ann, room, Number(1)).await;
    assert_eq!((row.body.as_str(), row.deleted, row.changed), ("", true, Seq(3)));

    let again = stage.store.edit_message(standing, deleted(1)).await.unwrap();
    assert_eq!((again.value, again.changes), (Seq(3), vec![]));
    assert_fails!(
        stage.store.edit_message(standing, edited(1, "hello")).await,
        Conflict(NoSuchMessage)
    );
    assert_eq!(
        stage.says(&ann, room, "next").await.number,
        Number(2),
        "its number is not given again"
    );
}

pub(crate) async fn a_message_that_is_not_there_cannot_be_edited(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    for number in [0, 1, u64::MAX] {
        assert_fails!(
            stage.store.edit_message(member(&ann, room), edited(number, "x")).await,
            Conflict(NoSuchMessage)
        );
        assert_fails!(
            stage.store.edit_message(member(&ann, room), deleted(number)).await,
            Conflict(NoSuchMessage)
        );
    }
    assert_eq!(stage.head(FeedId::Room(room)).await, Seq(1));
}
