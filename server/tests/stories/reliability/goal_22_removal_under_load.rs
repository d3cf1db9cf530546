//! Goal 22: who is removed from a room at n gets nothing behind n, by whichever road, also while everybody talks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use app::protocol::{Command, ErrorCode, FeedId, Message, Reply, Seq, ServerFrame, http::Poll};
use reqwest::{Method, StatusCode};

use crate::harness::{Client, GENERAL, Line, Listener, Person, Replica, Setup, TestServer, check_time, messages, post};

fn is_revoked(frame: &ServerFrame) -> Option<()> {
    matches!(frame, ServerFrame::Revoked { room: GENERAL }).then_some(())
}

/// Posts as fast as answers come, until it is over. Gives the last seq.
async fn talks(person: &Person, is_over: &AtomicBool, posted: &AtomicU64) -> Seq {
    let client = person.client();
    let mut last = Seq(0);
    while !is_over.load(Ordering::Relaxed) {
        let mut sent = Vec::new();
        for number in 0..16 {
            sent.push(client.send(post(GENERAL, &format!("secret {number}"))).await);
        }
        for id in sent {
            last = client.posted(id).await.1;
            posted.fetch_add(1, Ordering::Relaxed);
        }
    }
    last
}

/// Polls until the room is gone.
async fn polls<'a>(person: &Person, begun: &'a AtomicU64) -> Shown<'a> {
    let mut held = Replica::default();
    let mut shown = Shown::to(begun);
    loop {
        let mut hello = held.hello(person.id());
        hello.watch.entry(GENERAL).or_insert(None);
        let frames = person.polls_with(&Poll { hello, wait: 1 }).await.frames;
        shown.take(frames.iter().flat_map(messages));
        held.take_all(&frames);
        if frames.iter().any(|frame| is_revoked(frame).is_some()) {
            return shown;
        }
    }
}

/// Reads the newest page over HTTP until that is refused.
async fn reads_pages<'a>(person: &Person, begun: &'a AtomicU64) -> Shown<'a> {
    let mut shown = Shown::to(begun);
    loop {
        let (status, answer) = person.calls(Method::GET, "/api/v1/rooms/1/messages", None).await;
        if status == StatusCode::FORBIDDEN {
            return shown;
        }
        assert_eq!(status, StatusCode::OK, "{answer}");
        let Reply::Page { page } = serde_json::from_value(answer).unwrap() else {
            panic!("expected a page")
        };
        shown.take(&page.messages);
    }
}

/// The same by a line of its own.
async fn asks_for_pages<'a>(person: &Person, begun: &'a AtomicU64) -> Shown<'a> {
    let client = person.opens_watching(&[]).await;
    let command = Command::GetMessages {
        room: GENERAL,
        before: None,
        limit: None,
    };
    let mut shown = Shown::to(begun);
    loop {
        match client.ask(command.clone()).await {
            Ok(Reply::Page { page }) => shown.take(&page.messages),
            Ok(other) => panic!("expected a page, not {other:?}"),
            Err(refused) => {
                assert_eq!(refused.code, ErrorCode::NotAMember);
                return shown;
            }
        }
    }
}

/// What somebody was shown: how often, and up to where.
#[derive(Debug)]
struct Shown<'a> {
    times: u64,
    newest: Seq,
    /// Counts the roads by which something was shown.
    begun: &'a AtomicU64,
}

impl<'a> Shown<'a> {
    fn to(begun: &'a AtomicU64) -> Self {
        Self {
            times: 0,
            newest: Seq(0),
            begun,
        }
    }

    fn take<'b>(&mut self, rows: impl IntoIterator<Item = &'b Message>) {
        if self.times == 0 {
            self.begun.fetch_add(1, Ordering::Relaxed);
        }
        self.times += 1;
        self.newest = rows.into_iter().map(|row| row.changed).fold(self.newest, Seq::max);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_in_the_middle_of_full_load_is_the_end_by_every_road() {
    let server = TestServer::start().await;
    let [ann, bob, cleo, dan] = server.people(["ann", "bob", "cleo", "dan"]).await;
    let began = tokio::time::Instant::now();
    // Bob is removed, comes back, and is removed again, for as long as there is time.
    loop {
        let second = bob.opens_watching(&[GENERAL]).await;
        bob.connects().await;
        let (is_over, posted, begun) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        let removing = async {
            crate::harness::until("the talk", || posted.load(Ordering::Relaxed) > 50).await;
            crate::harness::until("every road", || begun.load(Ordering::Relaxed) == 3).await;
            let removal = Command::RemoveMember {
                room: GENERAL,
                user: bob.id(),
            };
            let removed_at = ann.changes(removal).await;
            // They go on for a while: that is what must not reach him.
            let then = posted.load(Ordering::Relaxed);
            crate::harness::until("more talk", || posted.load(Ordering::Relaxed) > then + 100).await;
            is_over.store(true, Ordering::Relaxed);
            removed_at
        };
        let (removed_at, of_cleo, of_dan, polled, read, asked) = tokio::join!(
            removing,
            talks(&cleo, &is_over, &posted),
            talks(&dan, &is_over, &posted),
            polls(&bob, &begun),
            reads_pages(&bob, &begun),
            asks_for_pages(&bob, &begun),
        );
        assert!(of_cleo.max(of_dan) > removed_at, "they went on");
        for shown in [polled, read, asked] {
            assert!(
                shown.times > 0 && shown.newest < removed_at,
                "{shown:?}, removed at {removed_at}"
            );
        }
        for client in [&*bob.client(), &second] {
            client.log.find("revoked", 0, is_revoked).await;
            client.ask(Command::GetUsers { users: vec![bob.id()] }).await.unwrap();
            nothing_behind(client, removed_at);
        }
        if began.elapsed() >= check_time() {
            return;
        }
        bob.joins(GENERAL).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_at_n_gets_nothing_behind_n_by_any_road() {
    let server = TestServer::start().await;
    let [ann, bob, cleo, dan] = server.people(["ann", "bob", "cleo", "dan"]).await;
    let second = bob.opens_watching(&[GENERAL]).await;
    let (mut sent, mut removed_at) = (Vec::new(), Seq(0));
    for number in 0..400 {
        for person in [&cleo, &dan] {
            let client = person.client();
            sent.push((client.send(post(GENERAL, &format!("secret {number}"))).await, client));
        }
        if number == 200 {
            removed_at = ann
                .changes(Command::RemoveMember {
                    room: GENERAL,
                    user: bob.id(),
                })
                .await;
        }
    }
    let mut head = Seq(0);
    for (id, client) in &sent {
        head = head.max(client.posted(*id).await.1);
    }
    assert!(head > removed_at);
    for client in [&*bob.client(), &second] {
        client.log.find("revoked", 0, is_revoked).await;
        nothing_behind(client, removed_at);
    }

    // By hello, by watch, by poll, by history, by any command.
    let later = bob.opens().await;
    later.watches([(GENERAL, Some(removed_at))]).await;
    later.log.find("revoked", 0, is_revoked).await;
    let refused = later
        .ask(Command::Watch {
            room: GENERAL,
            position: None,
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAMember);
    let polled = bob.polls(None, &[(GENERAL, None)].into(), 0).await;
    assert!(
        polled.frames.iter().any(|frame| is_revoked(frame).is_some()),
        "{:?}",
        polled.frames
    );
    let (status, _) = bob.calls(Method::GET, "/api/v1/rooms/1/messages", None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    for command in [
        Command::GetMessages {
            room: GENERAL,
            before: None,
            limit: None,
        },
        Command::GetMembers {
            room: GENERAL,
            after: None,
        },
        Command::SetTyping { room: GENERAL },
        post(GENERAL, "let me in"),
    ] {
        assert_eq!(
            later.ask(command.clone()).await.unwrap_err().code,
            ErrorCode::NotAMember,
            "{command:?}"
        );
    }

    // What is said now, and who writes, does not reach him either.
    cleo.asks(Command::SetTyping { room: GENERAL }).await.unwrap();
    let (_, last) = cleo.says(GENERAL, "is he gone?").await;
    dan.reaches(GENERAL, last).await;
    for client in [&*bob.client(), &second, &later] {
        // An answer that was asked for now comes behind everything that was sent to this line before.
        client.ask(Command::GetUsers { users: vec![bob.id()] }).await.unwrap();
        nothing_behind(client, removed_at);
    }
    for frame in polled.frames {
        assert!(messages(&frame).next().is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_that_races_with_posts_parts_them_into_before_and_after() {
    const POSTS: usize = 400;
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = bob.client();
    let mut sent = Vec::new();
    for number in 0..POSTS {
        sent.push(client.send(post(GENERAL, &number.to_string())).await);
        if number == POSTS / 4 {
            client.posted(sent[0]).await;
        }
    }
    let removal = ann
        .changes(Command::RemoveMember {
            room: GENERAL,
            user: bob.id(),
        })
        .await;
    let mut posted = Vec::new();
    for (number, id) in sent.into_iter().enumerate() {
        match client.answer(id).await {
            Ok(Reply::Posted { seq, .. }) => {
                assert_eq!(posted.len(), number, "what follows a refusal is refused");
                assert!(seq < removal, "{seq:?} was posted by somebody who had been removed");
                posted.push(number.to_string());
            }
            refused => assert_eq!(refused.unwrap_err().code, ErrorCode::NotAMember),
        }
    }
    let bodies: Vec<_> = ann.history(GENERAL).await.into_iter().map(|row| row.body).collect();
    assert_eq!(bodies, posted, "what was acknowledged is there, and nothing else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_nothing_while_being_removed_gets_nothing_behind_it_on_reading_again() {
    let server = TestServer::start_as(Setup {
        send_buffer: Some(16 * 1024),
        ..Setup::default()
    })
    .await;
    let [ann, bob, cleo] = server.people(["ann", "bob", "cleo"]).await;
    let line = Line {
        receive_buffer: Some(4_096),
        ..bob.line()
    };
    let listener = Listener::open(&line).await;
    listener.stops_reading();
    let long = "x".repeat(9_000);
    let hub = &server.context().hub;
    // Until he is behind: what he misses will be read from the store.
    while hub.queues().iter().all(|figures| figures.overflows == 0) {
        cleo.says(GENERAL, &long).await;
    }
    let removal = Command::RemoveMember {
        room: GENERAL,
        user: bob.id(),
    };
    let removed_at = ann.changes(removal).await;
    for _ in 0..20 {
        cleo.says(GENERAL, &long).await;
    }
    listener.reads_again();
    let told = listener.is_sent_out().await;
    assert!(told <= removed_at, "told of {told}, removed at {removed_at}");
}

fn nothing_behind(client: &Client, removed_at: Seq) {
    for received in client.log.since(0) {
        match &received.frame {
            ServerFrame::Changes(changes) if changes.feed == FeedId::Room(GENERAL) => {
                assert!(
                    changes.to <= removed_at,
                    "{removed_at}: {}..{}",
                    changes.after,
                    changes.to
                );
            }
            ServerFrame::Gap {
                feed: FeedId::Room(GENERAL),
                snapshot,
                ..
            } => assert!(snapshot.position() <= removed_at, "{removed_at}: {snapshot:?}"),
            ServerFrame::Typing { room: GENERAL, .. } => panic!("typing reached somebody who was removed"),
            _ => {}
        }
    }
}
