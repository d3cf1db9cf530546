//! Signals and what is private to a person: typing, who is here, read markers.

use app::protocol::{Command, FeedId, FeedSnapshot, Item, Number, ServerFrame};

use crate::harness::{GENERAL, TestServer};

#[tokio::test]
async fn the_others_see_who_is_typing_and_the_typist_does_not() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.asks(Command::SetTyping { room: GENERAL }).await.unwrap();
    let typing = |frame: &ServerFrame| match frame {
        ServerFrame::Typing { room: GENERAL, user } => Some(*user),
        _ => None,
    };
    assert_eq!(bob.client().log.find("typing", 0, typing).await, ann.id());
    let (_, seq) = ann.says(GENERAL, "there").await;
    ann.reaches(GENERAL, seq).await;
    assert!(
        !ann.client()
            .log
            .since(0)
            .iter()
            .any(|received| typing(&received.frame).is_some())
    );
}

#[tokio::test]
async fn presence_is_told_of_those_on_screen() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let cleo = server.stranger("cleo").await;
    let client = ann.client();
    client
        .ask(Command::WatchPresence {
            users: vec![bob.id(), cleo.id()],
        })
        .await
        .unwrap();
    client.sees(bob.id(), true, 0).await;
    client.sees(cleo.id(), false, 0).await;
    let mark = client.log.mark();
    cleo.connects().await;
    client.sees(cleo.id(), true, mark).await;
}

#[tokio::test]
async fn who_goes_away_is_gone_after_a_while() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = ann.client();
    client
        .ask(Command::WatchPresence { users: vec![bob.id()] })
        .await
        .unwrap();
    let mark = client.log.mark();
    server.cut(&bob);
    client.sees(bob.id(), false, mark).await;
}

#[tokio::test]
async fn a_read_marker_moves_on_every_line_of_its_owner_and_on_no_other() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let phone = bob.opens_watching(&[GENERAL]).await;
    for number in 1..=3 {
        ann.says(GENERAL, &format!("news {number}")).await;
    }
    bob.asks(Command::MarkRead {
        room: GENERAL,
        number: Number(2),
    })
    .await
    .unwrap();
    let marker = |wanted: u64| move |frame: &ServerFrame| read_markers(frame).contains(&Number(wanted)).then_some(());
    for client in [&phone, &*bob.client()] {
        client.log.find("the marker at 2", 0, marker(2)).await;
    }
    // It never moves back, and never beyond what there is.
    bob.asks(Command::MarkRead {
        room: GENERAL,
        number: Number(1),
    })
    .await
    .unwrap();
    bob.asks(Command::MarkRead {
        room: GENERAL,
        number: Number(1_000),
    })
    .await
    .unwrap();
    phone.log.find("the marker at the newest", 0, marker(3)).await;
    let went_back = phone
        .log
        .since(0)
        .iter()
        .any(|received| marker(1)(&received.frame).is_some());
    assert!(!went_back);
    let of_bob = FeedId::User(bob.id());
    let told = |frame: &ServerFrame| matches!(frame, ServerFrame::Changes(changes) if changes.feed == of_bob);
    let of_ann = ann.client().log.since(0);
    assert!(
        !of_ann.iter().any(|received| told(&received.frame)),
        "what is private stays private"
    );
}

#[tokio::test]
async fn in_a_flurry_ones_own_read_marker_moves_seldom_and_in_the_end_to_the_last() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let phone = ann.opens_watching(&[]).await;
    for number in 1..=40 {
        ann.says(GENERAL, &format!("news {number}")).await;
    }
    let last = |frame: &ServerFrame| read_markers(frame).contains(&Number(40)).then_some(());
    phone.log.find("the marker at the last", 0, last).await;
    let told: Vec<Number> = phone
        .log
        .since(0)
        .iter()
        .flat_map(|received| read_markers(&received.frame))
        .collect();
    assert_eq!(told[0], Number(1), "with the first post");
    assert!(told.len() < 10, "{told:?}");

    // Whoever begins anew has read what they wrote a moment ago.
    let listed = |frame: &ServerFrame| match frame {
        ServerFrame::Gap {
            snapshot: FeedSnapshot::User(snapshot),
            ..
        } => Some((snapshot.rooms[0].read, snapshot.rooms[0].posts)),
        _ => None,
    };
    for number in 41..=43 {
        ann.says(GENERAL, &format!("news {number}")).await;
    }
    let laptop = ann.opens_watching(&[]).await;
    let found = laptop.log.find("the list of rooms", 0, listed).await;
    assert_eq!(found, (Number(43), Number(43)));

    // A stop does not take away what is owed.
    ann.says(GENERAL, "the last but one").await;
    ann.says(GENERAL, "the last").await;
    server.restart().await;
    let tablet = ann.opens_watching(&[]).await;
    let found = tablet.log.find("the list of rooms", 0, listed).await;
    assert_eq!(found, (Number(45), Number(45)));
}

fn read_markers(frame: &ServerFrame) -> Vec<Number> {
    let ServerFrame::Changes(changes) = frame else {
        return Vec::new();
    };
    let markers = changes.items.iter().filter_map(|item| match item {
        Item::ReadMarker(marker) if marker.room == GENERAL => Some(marker.read),
        _ => None,
    });
    markers.collect()
}
