//! Two people talk, and everyone sees the same.

use app::protocol::{Command, ErrorCode, FeedId, Item, Number, Reply, RoomId, ServerFrame};

use crate::harness::{GENERAL, TestServer, fresh_id, post};

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

#[tokio::test]
async fn a_message_resent_again_and_again_is_posted_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let second = ann.opens_watching(&[GENERAL]).await;
    let command = Command::PostMessage {
        room: GENERAL,
        client_message_id: fresh_id(),
        body: "once".to_owned(),
    };
    let first = ann.client();
    let (mut on_first, mut on_second) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        on_first.push(first.send(command.clone()).await);
        on_second.push(second.send(command.clone()).await);
    }
    let mut posted = Vec::new();
    for id in on_first {
        posted.push(first.posted(id).await);
    }
    for id in on_second {
        posted.push(second.posted(id).await);
    }
    posted.dedup();
    assert_eq!(posted.len(), 1, "ten times the same answer");
    let (_, seq) = ann.says(GENERAL, "after it").await;
    assert_eq!(seq.0, posted[0].1.0 + 1, "a retry burns no number and no seq");
    bob.reaches(GENERAL, seq).await;
    let frames = bob.client().log.since(0);
    let heard = frames
        .iter()
        .flat_map(|received| crate::harness::messages(&received.frame))
        .filter(|message| message.body == "once");
    assert_eq!(heard.count(), 1);
    assert_eq!(bob.history(GENERAL).await.len(), 2);
}

#[tokio::test]
async fn a_retry_after_a_restart_gives_the_first_result() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let command = Command::PostMessage {
        room: GENERAL,
        client_message_id: fresh_id(),
        body: "once".to_owned(),
    };
    let first = ann.asks(command.clone()).await;
    server.restart().await;
    ann.connects().await;
    assert_eq!(ann.asks(command).await, first);
}

#[tokio::test]
async fn the_same_id_for_another_text_or_room_is_refused() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let room = ann.creates("Birds").await;
    let client_message_id = fresh_id();
    let post = |room, body: &str| Command::PostMessage {
        room,
        client_message_id: client_message_id.clone(),
        body: body.to_owned(),
    };
    assert!(matches!(ann.asks(post(GENERAL, "one")).await, Ok(Reply::Posted { .. })));
    assert_eq!(
        ann.asks(post(GENERAL, "two")).await.unwrap_err().code,
        ErrorCode::IdReused
    );
    assert_eq!(
        ann.asks(post(room.id, "one")).await.unwrap_err().code,
        ErrorCode::IdReused
    );
    // It is the author's own name for it: another author may use the same.
    assert!(matches!(bob.asks(post(GENERAL, "two")).await, Ok(Reply::Posted { .. })));
}

#[tokio::test]
async fn a_retry_while_the_first_try_is_under_way_gets_the_same_answer() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = ann.client();
    let wishes = [post(GENERAL, "once"), post(GENERAL, "twice"), post(GENERAL, "thrice")];
    let mut sent = Vec::new();
    for index in [0, 1, 1, 2, 0, 2, 2] {
        sent.push(client.send(wishes[index].clone()).await);
    }
    let mut places = Vec::new();
    for id in sent {
        places.push(client.posted(id).await);
    }
    let [once, twice, .., thrice] = places[..] else {
        panic!("seven were sent")
    };
    assert_eq!(places, [once, twice, twice, thrice, once, thrice, thrice]);
    bob.reaches(GENERAL, thrice.1).await;
    let bodies: Vec<_> = bob.history(GENERAL).await.into_iter().map(|row| row.body).collect();
    assert_eq!(bodies, ["once", "twice", "thrice"]);
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_wishes() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let birds = ann.creates("Birds").await.id;
    let client = ann.client();
    let mark = client.log.mark();
    let mut sent = Vec::new();
    for round in 0..40 {
        for wish in [
            post(GENERAL, &format!("{round}")),
            post(GENERAL, " "),
            post(birds, &format!("{round}")),
            post(birds, &format!("{round} again")),
            Command::ListRooms { after: None },
            post(RoomId(999), "nowhere"),
            post(GENERAL, &format!("{round} again")),
        ] {
            sent.push(client.send(wish).await);
        }
    }
    client.posted(*sent.last().unwrap()).await;
    let answered: Vec<_> = client
        .log
        .since(mark)
        .into_iter()
        .filter_map(|received| match received.frame {
            ServerFrame::Ok { id, .. } | ServerFrame::Error { id: Some(id), .. } => Some(id),
            _ => None,
        })
        .collect();
    assert_eq!(answered, sent);
}
