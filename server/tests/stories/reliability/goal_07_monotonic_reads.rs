//! Goal 7: what was acknowledged on one line is there on every other line and by every other road, and nothing that one was
//! shown is taken back.

use std::sync::atomic::{AtomicBool, Ordering};

use app::protocol::{Changes, Command, Item, Message, Number, Reply, ServerFrame, http::Poll, limits::PAGE_ROWS};

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

async fn marks_read(client: &Client, number: Number) {
    let marking = Command::MarkRead { room: GENERAL, number };
    client.ask(marking).await.expect("one may read");
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
    // Lists the room and does not watch it: it is told how many posts there are.
    let line = bob.opens_watching(&[]).await;
    let looking = async {
        let (mut newest, mut held) = (Number(0), Replica::default());
        let mut sees = |road: &str, seen: Option<Number>| {
            let seen = seen.unwrap_or_default();
            assert!(seen >= newest, "{road} shows {seen} after {newest} was shown");
            newest = seen;
        };
        let began = tokio::time::Instant::now();
        while began.elapsed() < check_time() {
            let newest_page = page(&line).await.last().map(|row| row.number).unwrap_or_default();
            sees("a page", Some(newest_page));
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
            // The second one comes late, as from a line that was away: it takes nothing back.
            for number in [newest_page.0, newest_page.0 / 2] {
                marks_read(&line, Number(number)).await;
            }
        }
        // It is told at most once a second.
        let activity = |frame: &ServerFrame| matches!(frame, ServerFrame::Activity(_)).then_some(());
        line.log.find("how many posts there are", 0, activity).await;
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(talking, looking);
    let [(counted, read), (_, read_there)] = [&line, &*bob.client()].map(never_goes_back);
    assert!(
        counted > 0,
        "a line that lists the room is told how many posts there are"
    );
    assert!(
        read > 0 && read_there > 0,
        "each line is told how far the other has read"
    );
}

/// Nothing that a line was told of posts and of one's own read marker goes back, and so neither does what is unread go up by
/// itself. Gives how often each was told.
fn never_goes_back(line: &Client) -> (usize, usize) {
    let (mut posts, mut read) = (vec![Number(0)], vec![Number(0)]);
    for received in line.log.since(0) {
        match received.frame {
            ServerFrame::Activity(activity) => posts.push(activity.posts),
            ServerFrame::Changes(Changes { items, .. }) => read.extend(items.iter().filter_map(|item| match item {
                Item::ReadMarker(marker) => Some(marker.read),
                _ => None,
            })),
            _ => {}
        }
    }
    assert!(posts.is_sorted(), "{posts:?}");
    assert!(read.is_sorted(), "{read:?}");
    (posts.len() - 1, read.len() - 1)
}
