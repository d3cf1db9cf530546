//! Every text comes back as it was written.

use app::protocol::FeedId;

use super::stage;
use crate::store::{FeedStore as _, RoomEdit, RoomStore as _, SessionStore as _, contract::member};

#[tokio::test]
async fn texts_with_characters_that_postgresql_does_not_keep_come_back_as_they_were() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("a\0nn").await;
    assert_eq!(store.users(&[ann.id]).await.unwrap()[0].name, "a\0nn");
    let room = stage.room(&ann, "garden").await;
    for (number, body) in ["\0", "a\0b\u{1a}0", "\u{1a}", "\u{10ffff}喜鹊"]
        .into_iter()
        .enumerate()
    {
        let posted = stage.says(&ann, room, body).await;
        assert_eq!(stage.message(&ann, room, posted.number).await.body, body);
        assert_eq!(posted.number.0, number as u64 + 1);
    }
    let edit = RoomEdit {
        name: Some("n\0".to_owned()),
        topic: Some("\u{1a}M".to_owned()),
    };
    store.edit_room(member(&ann, room), edit).await.unwrap();
    let row = store.room(room).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.topic.as_str()), ("n\0", "\u{1a}M"));
    let nowhere = app::protocol::Slug("no\0where".to_owned());
    assert_eq!(store.room_by_slug(&nowhere).await.unwrap(), None);
    assert_eq!(
        stage
            .between(FeedId::Room(room), app::protocol::Seq(0))
            .await
            .items
            .len(),
        6
    );
    store.close().await;
}
