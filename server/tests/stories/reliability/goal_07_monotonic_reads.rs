//! Goal 7: what was acknowledged on one line is there on every other line and by every other road, and nothing that one was
//! shown is taken back.

use std::sync::atomic::{AtomicBool, Ordering};

use app::protocol::{Command, Message, Number, Reply, ServerFrame, http::Poll, limits::PAGE_ROWS};

use crate::harness::{Client, GENERAL, Person, Replica, TestServer, check_time, messages, per_check_second};

/// The newest page, asked for by this line.
async fn page(client: &Client) -> Vec<Message> {
    let command = Command::GetMessages {
        room: GENERAL,
        before: None,
        limit: Some(5),
    };
    match client.ask(command).await {
        Ok(Reply::Page { page }) => page.messages,
        other => panic!("expected a page, not {other:?}"),
    }
}

/// How many posts the welcome of a fresh line counts.
async fn posts_in_a_welcome(person: &Person) -> Number {
    let welcome = person.opens().await.watches([]).await;
    welcome.rooms.iter().find(|room| room.room == GENERAL).unwrap().posts
}

#[tokio::test]
async fn what_one_wrote_is_there_at_once_by_every_road() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let other_line = ann.opens_watching(&[]).await;
    for round in 0..per_check_second(20) {
        let body = format!("round {round}");
        let (number, _) = ann.says(GENERAL, &body).await;
        let is_it = |row: &Message| row.number == number && row.body == body;
        assert!(page(&other_line).await.iter().any(is_it), "by another line");
        assert!(page(&bob.client()).await.iter().any(is_it), "by another person");
        assert!(ann.history(GENERAL).await.iter().any(is_it), "over HTTP");
        let polled = ann.polls(None, &[(GENERAL, None)].into(), 0).await;
        assert!(polled.frames.iter().flat_map(messages).any(is_it), "by polling");
        assert!(posts_in_a_welcome(&bob).await >= number, "in the count of a fresh line");
        let edited = format!("edited {round}");
        ann.changes(Command::EditMessage {
            room: GENERAL,
            number,
            body: edited.clone(),
        })
        .await;
        assert!(page(&other_line).await.iter().any(|row| row.body == edited), "edited");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_shown_is_taken_back_while_the_others_talk() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let is_over = AtomicBool::new(false);
    let talking = async {
        while !is_over.load(Ordering::Relaxed) {
            ann.says_many(GENERAL, 20, "on and on").await;
        }
    };
    let looking = async {
        let line = bob.opens_watching(&[]).await;
        let (mut newest, mut held) = (Number(0), Replica::default());
        let mut sees = |road: &str, seen: Option<Number>| {
            let seen = seen.unwrap_or_default();
            assert!(seen >= newest, "{road} shows {seen} after {newest} was shown");
            newest = seen;
        };
        let began = tokio::time::Instant::now();
        while began.elapsed() < check_time() {
            sees("a page", page(&line).await.last().map(|row| row.number));
            sees("a welcome", Some(posts_in_a_welcome(&bob).await));
            // An answer holds a page at most: a full one says that there is more.
            loop {
                let mut hello = held.hello(bob.id());
                hello.watch.entry(GENERAL).or_insert(None);
                let frames = bob.polls_with(&Poll { hello, wait: 0 }).await.frames;
                held.take_all(&frames);
                if frames.iter().flat_map(messages).count() < PAGE_ROWS {
                    break;
                }
            }
            sees("a poll", held.messages(GENERAL).last().map(|row| row.number));
            sees("the history", bob.history(GENERAL).await.last().map(|row| row.number));
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(talking, looking);
    // The live line counts posts: never backwards.
    let mut posts = Number(0);
    for received in bob.client().log.since(0) {
        if let ServerFrame::Activity(activity) = received.frame {
            assert!(activity.posts >= posts, "{activity:?} after {posts}");
            posts = activity.posts;
        }
    }
}
