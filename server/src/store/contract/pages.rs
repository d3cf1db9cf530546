//! Pages of history.

use app::protocol::{
    Number, Page,
    limits::{PAGE_BYTES, PAGE_ROWS},
};

use super::stage::{NOW, Stage, member};
use crate::store::MessageEdit;

fn numbers(page: &Page) -> Vec<u64> {
    page.messages.iter().map(|row| row.number.0).collect()
}

pub(crate) async fn a_page_ends_before_the_number_asked_for(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    let empty = stage.store.messages(standing, None, 10).await.unwrap();
    assert_eq!((empty.posts, empty.messages, empty.users), (Number(0), vec![], vec![]));
    stage.says_often(&ann, room, "hello", 7).await;
    let newest = stage.store.messages(standing, None, 3).await.unwrap();
    assert_eq!((numbers(&newest), newest.posts), (vec![5, 6, 7], Number(7)));
    let older = stage.store.messages(standing, Some(Number(5)), 3).await.unwrap();
    assert_eq!((numbers(&older), older.posts), (vec![2, 3, 4], Number(7)));
    assert_eq!(
        numbers(&stage.store.messages(standing, Some(Number(2)), 3).await.unwrap()),
        [1]
    );
    assert!(
        stage
            .store
            .messages(standing, Some(Number(0)), 3)
            .await
            .unwrap()
            .messages
            .is_empty()
    );
    let beyond = stage.store.messages(standing, Some(Number(u64::MAX)), 2).await.unwrap();
    assert_eq!(numbers(&beyond), [6, 7]);
}

pub(crate) async fn a_page_names_its_authors(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    stage.joins(&bob, room).await;
    stage.says_often(&ann, room, "hello", 2).await;
    stage.says_often(&bob, room, "hello", 2).await;
    stage.leaves(&bob, room).await;
    let standing = member(&ann, room);
    let page = stage.store.messages(standing, None, 2).await.unwrap();
    assert_eq!(page.users, std::slice::from_ref(&bob), "also of those who left");
    let snapshot = stage.store.room_snapshot(standing).await.unwrap();
    assert_eq!(snapshot.page.users, [ann, bob]);
}

pub(crate) async fn a_page_is_cut_by_bytes_and_holds_at_least_one_row(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    stage.says(&ann, room, &"x".repeat(2 * PAGE_BYTES)).await;
    stage.says_often(&ann, room, &"文".repeat(10_000), 10).await;
    let page = stage.store.messages(standing, None, 100).await.unwrap();
    assert_eq!(
        numbers(&page),
        [8, 9, 10, 11],
        "four times 30,000 bytes fit, five do not"
    );
    let rest = stage.store.messages(standing, Some(Number(4)), 100).await.unwrap();
    assert_eq!(numbers(&rest), [2, 3]);
    let first = stage.store.messages(standing, Some(Number(2)), 100).await.unwrap();
    assert_eq!(numbers(&first), [1]);
}

pub(crate) async fn a_page_holds_no_more_rows_than_the_limit(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    stage.says_often(&ann, room, "hello", PAGE_ROWS + 1).await;
    let page = stage.store.messages(standing, None, usize::MAX).await.unwrap();
    assert_eq!(page.messages.len(), PAGE_ROWS);
    assert_eq!(
        numbers(&stage.store.messages(standing, None, 0).await.unwrap()),
        [PAGE_ROWS as u64 + 1]
    );
}

pub(crate) async fn a_page_keeps_tombstones(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    stage.says_often(&ann, room, "hello", 3).await;
    let deletion = MessageEdit {
        number: Number(2),
        body: None,
        now: NOW,
    };
    stage.store.edit_message(standing, deletion).await.unwrap();
    let page = stage.store.messages(standing, None, 10).await.unwrap();
    assert_eq!(numbers(&page), [1, 2, 3]);
    assert_eq!(
        page.messages.iter().map(|row| row.deleted).collect::<Vec<_>>(),
        [false, true, false]
    );
}
