//! Goal 2: the same message sent again, however often and by whichever line, is one message, one number, one change.

use app::protocol::{Command, ErrorCode, Reply};

use crate::harness::{GENERAL, TestServer, fresh_id, messages, per_check_second, post};

#[tokio::test]
async fn a_message_resent_again_and_again_is_posted_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let second = ann.opens_watching(&[GENERAL]).await;
    let command = Command::PostMessage {
        room: GENERAL,
        client_message_id: fresh_id(),
        body: "once".to_owned(),
        read: None,
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
        .flat_map(|received| messages(&received.frame))
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
        read: None,
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
        read: None,
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
async fn a_torn_line_takes_nothing_with_it() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let command = Command::PostMessage {
        room: GENERAL,
        client_message_id: fresh_id(),
        body: "on the way".to_owned(),
        read: None,
    };
    for round in 0..20 {
        ann.client().send(command.clone()).await;
        server.cut(&ann);
        ann.connects().await;
        bob.says(GENERAL, &format!("round {round}")).await;
    }
    ann.asks(command).await.expect("a retry is safe");
    bob.reads("on the way").await;
    let written = bob
        .history(GENERAL)
        .await
        .iter()
        .filter(|message| message.body == "on the way")
        .count();
    assert_eq!(written, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_cut_between_sending_and_answer_costs_no_message_and_makes_none_twice() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    for round in 0..per_check_second(10) {
        let wish = post(GENERAL, &format!("round {round}"));
        // Cut before the answer can have come: whether it was stored nobody knows.
        let lost = ann.opens_watching(&[]).await;
        lost.send(wish.clone()).await;
        if round % 2 == 0 {
            lost.lives().await;
            tokio::task::yield_now().await;
        }
        lost.cut();
        let lines = [ann.opens_watching(&[]).await, ann.opens_watching(&[]).await];
        let mut sent = Vec::new();
        for number in 0..5 {
            let line = &lines[number % 2];
            sent.push((line, line.send(wish.clone()).await));
        }
        let mut places = Vec::new();
        for (line, id) in sent {
            places.push(line.posted(id).await);
        }
        places.dedup();
        assert_eq!(places.len(), 1, "one answer for all: {places:?}");
        bob.reaches(GENERAL, places[0].1).await;
    }
    let frames = bob.client().log.since(0);
    let mut heard: Vec<_> = frames
        .iter()
        .flat_map(|received| messages(&received.frame))
        .map(|message| message.body.clone())
        .collect();
    let rounds: Vec<_> = (0..per_check_second(10))
        .map(|round| format!("round {round}"))
        .collect();
    assert_eq!(heard.len(), rounds.len(), "once in the live feed");
    heard.sort_by_key(|body| body.trim_start_matches("round ").parse::<u64>().unwrap());
    assert_eq!(heard, rounds);
    assert_eq!(bob.history(GENERAL).await.len(), rounds.len(), "once in the history");
}
