//! Goal 5: whoever comes back goes on from where they stood, also while the others go on talking.

use std::sync::atomic::{AtomicBool, Ordering};

use app::protocol::{Command, FeedId, GapReason, Message, Seq, ServerFrame};
use futures::future::join_all;
use rand::{
    Rng as _, SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
    seq::IndexedRandom as _,
};
use tokio::time::{Instant, timeout_at};

use crate::harness::{GENERAL, Person, Replica, TestServer, check_time, setting};

#[tokio::test]
async fn a_reader_goes_on_from_any_age() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let first = ann.says_many(GENERAL, 600, "line").await;
    for number in [3, 300, 599] {
        let number = app::protocol::Number(number);
        ann.changes(Command::EditMessage {
            room: GENERAL,
            number,
            body: format!("edited {number}"),
        })
        .await;
        ann.changes(Command::DeleteMessage {
            room: GENERAL,
            number: app::protocol::Number(number.0 + 1),
        })
        .await;
    }
    let (_, head) = ann.says(GENERAL, "the last").await;
    let truth = bob.history(GENERAL).await;
    let epoch = bob.opens().await.watches([]).await.epoch;
    for age in [0, 1, 2, 17, first.0 / 2, first.0, head.0 - 1, head.0] {
        let client = bob.opens().await;
        let mut held = Replica {
            epoch: Some(epoch.clone()),
            ..Replica::default()
        };
        held.positions.insert(FeedId::Room(GENERAL), Seq(age));
        held.rooms.entry(GENERAL).or_default().messages = truth
            .iter()
            .filter(|row| row.changed <= Seq(age))
            .map(|row| (row.number, row.clone()))
            .collect();
        client.hello(held.hello(bob.id())).await;
        client.log.reaches(FeedId::Room(GENERAL), head).await;
        held.take_all(client.log.since(0).iter().map(|received| &received.frame));
        assert_eq!(held.messages(GENERAL), truth, "from {age}");
        assert!(
            held.gaps.iter().all(|(feed, _)| *feed != FeedId::Room(GENERAL)),
            "5,000 changes are carried without a gap"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coming_back_while_others_go_on_posting_misses_nothing() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let over = AtomicBool::new(false);
    let posting = async {
        let head = ann.says_many(GENERAL, 1_500, "on and on").await;
        over.store(true, Ordering::Relaxed);
        head
    };
    let coming_back = async {
        let mut held = Replica::default();
        let mut rounds = 0;
        while !over.load(Ordering::Relaxed) || rounds < 5 {
            let client = bob.opens().await;
            let mark = held.position(GENERAL).map_or(0, |seq| seq.0);
            let mut hello = held.hello(bob.id());
            hello.watch.entry(GENERAL).or_insert(None);
            client.hello(hello).await;
            // Any sign of the room, then away again: mostly in the middle of catching up.
            let told = |frame: &ServerFrame| match frame {
                ServerFrame::Changes(changes) if changes.feed == FeedId::Room(GENERAL) => Some(()),
                ServerFrame::Gap {
                    feed: FeedId::Room(GENERAL),
                    ..
                } => Some(()),
                _ => None,
            };
            client.log.find("the room", 0, told).await;
            client.cut();
            held.take_all(client.log.since(0).iter().map(|received| &received.frame));
            assert!(
                held.position(GENERAL).is_some_and(|seq| seq.0 >= mark),
                "a position never goes back"
            );
            rounds += 1;
        }
        held
    };
    let (head, mut held) = tokio::join!(posting, coming_back);
    let client = bob.opens().await;
    client.hello(held.hello(bob.id())).await;
    client.log.reaches(FeedId::Room(GENERAL), head).await;
    held.take_all(client.log.since(0).iter().map(|received| &received.frame));
    let truth = bob.history(GENERAL).await;
    assert_eq!(truth.len(), 1_500);
    went_on(&held, &truth);
}

/// The reader started once, and from there on went on: it holds every message behind the snapshot that it was given then, as the
/// history has it. A server that answers each return with another snapshot would leave no hole either, but it promises more.
fn went_on(held: &Replica, truth: &[Message]) {
    let room = FeedId::Room(GENERAL);
    let gaps: Vec<_> = held.gaps.iter().filter(|(feed, _)| *feed == room).collect();
    assert!(
        matches!(gaps[..], [] | [(_, GapReason::First)]),
        "it started over: {gaps:?}"
    );
    let rows = held.messages(GENERAL);
    assert!(!rows.is_empty(), "it holds something");
    let (first, last) = (rows[0].number.0, truth.len() as u64);
    let numbers: Vec<u64> = rows.iter().map(|row| row.number.0).collect();
    assert_eq!(numbers, (first..=last).collect::<Vec<_>>(), "dense, to the end");
    assert_eq!(rows, truth[truth.len() - rows.len()..], "what the history says");
}

/// Reads, is cut after some frames, comes back from where it stood, until the end. Gives what it holds, and how often it
/// came back.
async fn comes_and_goes(reader: &Person, end: Instant, mut chance: StdRng) -> (Replica, u64) {
    let (mut held, mut rounds) = (Replica::default(), 0);
    while Instant::now() < end {
        let client = reader.opens().await;
        let mut hello = held.hello(reader.id());
        hello.watch.entry(GENERAL).or_insert(None);
        client.hello(hello).await;
        // Sometimes in the middle of catching up, sometimes long after.
        let enough = chance.random_range(1..200);
        let reading = async {
            while client.log.mark() < enough {
                client.log.grows(client.log.mark()).await;
            }
        };
        // What it read until the end of the time is as good.
        let _ = timeout_at(end, reading).await;
        client.cut();
        held.take_all(client.log.since(0).iter().map(|received| &received.frame));
        rounds += 1;
    }
    (held, rounds)
}

/// Posts, edits and deletes, until the end.
async fn talks(person: &Person, end: Instant, mut chance: StdRng) -> u64 {
    let mut own = Vec::new();
    for round in 0.. {
        if Instant::now() >= end {
            return round;
        }
        let number = own.choose(&mut chance).copied();
        match (chance.random_range(0..10), number) {
            (0, Some(number)) => {
                let body = format!("edited {round}");
                person
                    .changes(Command::EditMessage {
                        room: GENERAL,
                        number,
                        body,
                    })
                    .await;
            }
            (1, Some(number)) => {
                own.retain(|held| *held != number);
                person.changes(Command::DeleteMessage { room: GENERAL, number }).await;
            }
            _ => own.push(person.says(GENERAL, &format!("line {round}")).await.0),
        }
    }
    unreachable!("it goes on until the end")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_are_cut_again_and_again_under_load_end_up_with_everything() {
    let seed = setting("MAGPIE_SEED").unwrap_or_else(|| OsRng.try_next_u64().unwrap() >> 1);
    println!("MAGPIE_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let server = TestServer::start().await;
    let writers = server.people(["ann", "bob", "cleo"]).await;
    let mut readers = Vec::new();
    for number in 0..5 {
        readers.push(server.stranger(&format!("reader {number}")).await);
    }
    let end = Instant::now() + check_time();
    let mut own = || StdRng::seed_from_u64(chance.random());
    let talking = join_all(writers.iter().map(|writer| talks(writer, end, own())));
    let reading = join_all(readers.iter().map(|reader| comes_and_goes(reader, end, own())));
    let (said, read) = tokio::join!(talking, reading);
    println!(
        "{said:?} changes; came back {:?} times",
        read.iter().map(|(_, rounds)| rounds).collect::<Vec<_>>()
    );

    let truth = writers[0].history(GENERAL).await;
    let head = truth.iter().map(|row| row.changed).max().unwrap();
    for (reader, (mut held, _)) in readers.iter().zip(read) {
        let client = reader.opens().await;
        let mut hello = held.hello(reader.id());
        hello.watch.entry(GENERAL).or_insert(None);
        client.hello(hello).await;
        client.log.reaches(FeedId::Room(GENERAL), head).await;
        held.take_all(client.log.since(0).iter().map(|received| &received.frame));
        went_on(&held, &truth);
    }
}
