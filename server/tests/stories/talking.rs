//! Two people talk, and everyone sees the same.

use app::protocol::{Command, ErrorCode, FeedId, Item, Number, ServerFrame};

use crate::harness::{GENERAL, TestServer};

#[tokio::test]
async fn two_people_talk_both_ways() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let (number, _) = ann.says(GENERAL, "hi bob").await;
    assert_eq!(bob.reads("hi bob").await.number, number);
    bob.says(GENERAL, "hi 喜鹊 🎉").await;
    let heard = ann.reads("hi 喜鹊 🎉").await;
    assert_eq!((heard.author, heard.number), (bob.id(), Number(number.0 + 1)));
}

#[tokio::test]
async fn the_sender_sees_what_everybody_sees() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.says(GENERAL, "mine").await;
    assert_eq!(ann.reads("mine").await, bob.reads("mine").await);
}

#[tokio::test]
async fn every_watcher_receives_identical_bytes() {
    let server = TestServer::start().await;
    let people = server.people(["ann", "bob", "cleo", "dan"]).await;
    // Once everybody has been told of this, everybody is live.
    let (_, seq) = people[0].says(GENERAL, "are all here?").await;
    for person in &people {
        person.reaches(GENERAL, seq).await;
    }
    let marks: Vec<_> = people.iter().map(|person| person.client().log.mark()).collect();
    let mut last = None;
    for text in ["one", "two", "three"] {
        last = Some(people[0].says(GENERAL, text).await);
    }
    let (_, seq) = last.unwrap();
    let mut told = Vec::new();
    for (person, mark) in people.iter().zip(marks) {
        person.reaches(GENERAL, seq).await;
        let frames = person.client().log.since(mark);
        let of_room = |frame: &ServerFrame| {
            matches!(frame, ServerFrame::Changes(changes) if changes.feed == FeedId::Room(GENERAL)
                && changes.items.iter().any(|item| matches!(item, Item::Message(_))))
        };
        told.push(
            frames
                .into_iter()
                .filter(|received| of_room(&received.frame))
                .map(|received| received.text)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(told[0].len(), 3);
    for other in &told[1..] {
        assert_eq!(&told[0], other);
    }
}

#[tokio::test]
async fn an_edit_and_a_deletion_reach_everyone_as_the_row_that_now_stands() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let (number, _) = ann.says(GENERAL, "helo").await;
    let edited = ann
        .changes(Command::EditMessage {
            room: GENERAL,
            number,
            body: "hello".to_owned(),
        })
        .await;
    let row = bob.reads("hello").await;
    assert_eq!((row.number, row.changed), (number, edited));
    assert!(row.edited_at.is_some());
    let deleted = ann.changes(Command::DeleteMessage { room: GENERAL, number }).await;
    let client = bob.client();
    let tombstone = client
        .log
        .find("a tombstone", 0, |frame| {
            crate::harness::messages(frame).find(|row| row.deleted).cloned()
        })
        .await;
    assert_eq!(
        (tombstone.number, tombstone.changed, tombstone.body.as_str()),
        (number, deleted, "")
    );
}

#[tokio::test]
async fn nobody_edits_the_words_of_another_and_owners_may_delete_them() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let (of_ann, _) = ann.says(GENERAL, "ann's").await;
    let (of_bob, _) = bob.says(GENERAL, "bob's").await;
    let edit = |number| Command::EditMessage {
        room: GENERAL,
        number,
        body: "changed".to_owned(),
    };
    assert_eq!(ann.asks(edit(of_bob)).await.unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(bob.asks(edit(of_ann)).await.unwrap_err().code, ErrorCode::NotAllowed);
    let delete = |number| Command::DeleteMessage { room: GENERAL, number };
    assert_eq!(bob.asks(delete(of_ann)).await.unwrap_err().code, ErrorCode::NotAllowed);
    ann.changes(delete(of_bob)).await;
}
