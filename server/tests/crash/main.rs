//! The crash checker: eight writers and four readers talk through the real program, which is killed at random moments
//! and started again on the same data. Afterwards everything that anybody saw is held against what is there.
//!
//! `MAGPIE_CRASH_KILLS` says how often (60 unless told, which takes about a minute), `MAGPIE_SEED` repeats a choice of moments.

#![expect(clippy::unwrap_used, reason = "who tells a story may panic")]

mod afterwards;
mod clocks;
mod cluster;
mod database;
mod history;
mod holding;
mod judge;
mod nemesis;
mod reader;
mod soak;
mod stopping;
mod writer;

#[expect(dead_code, unused_imports, reason = "the stories use the rest")]
#[path = "../stories/harness/mod.rs"]
mod harness;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use app::protocol::{Command, Hello, Message, RoomId, Seq, VERSION};
use harness::{GENERAL, Magpie, Person, setting};
use history::History;
use rand::{
    Rng as _, SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
};
use tokio::sync::watch;

const WRITERS: usize = 8;
const READERS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_however_often_the_server_is_killed() {
    let kills = setting("MAGPIE_CRASH_KILLS").unwrap_or(60);
    let seed = setting("MAGPIE_SEED").unwrap_or_else(|| OsRng.try_next_u64().unwrap() >> 1);
    println!("MAGPIE_SEED={seed} MAGPIE_CRASH_KILLS={kills}");
    let mut chance = StdRng::seed_from_u64(seed);

    let data = tempfile::tempdir().unwrap();
    let mut magpie = Magpie::start(data.path()).await;
    let (is_up, up) = watch::channel(true);
    let (stop, stopped) = watch::channel(false);
    let (set_goal, goal) = watch::channel(None);
    let history = Arc::new(History::default());

    let (people, rooms) = people(magpie.address, WRITERS).await;
    let mut readers = reader::begin(&people[..READERS], &rooms, &up, &goal).await;
    let mut writers = writer::begin(&people, &rooms, &history, &up, &stopped, &mut chance);

    let mut acknowledged = 0;
    for kill in 0..kills {
        // Mostly in full swing, sometimes while everyone is still coming back.
        let more = if chance.random_bool(0.25) {
            chance.random_range(0..30)
        } else {
            chance.random_range(100..500)
        };
        history.reaches(acknowledged + more).await;
        for _ in 0..chance.random_range(0..2_000) {
            tokio::task::yield_now().await;
        }
        is_up.send_replace(false);
        magpie.kill().await;
        acknowledged = history.acknowledged();
        println!("kill {}: {acknowledged} acknowledged", kill + 1);
        database::check_copy(data.path());
        magpie = magpie.start_again(data.path()).await;
        is_up.send_replace(true);
    }
    history.reaches(acknowledged + 200).await;
    stop.send_replace(true);
    while let Some(done) = writers.join_next().await {
        done.expect("a writer does its work");
    }

    let (heads, truth) = truth(&people[0], &rooms).await;
    set_goal.send_replace(Some(heads));
    let mut seen = Vec::new();
    while let Some(done) = readers.join_next().await {
        seen.push(done.expect("a reader does its work"));
    }
    magpie.stop().await;
    database::check_copy(data.path());

    let violations = judge::judge(&history.events(), &truth, &seen);
    if !violations.is_empty() {
        let path = history.keep();
        panic!(
            "MAGPIE_SEED={seed}: {} violations, the history is in {}:\n{}",
            violations.len(),
            path.display(),
            violations.join("\n")
        );
    }
    let posts: usize = truth.values().map(Vec::len).sum();
    println!(
        "{posts} messages, {} acknowledged changes, {kills} kills: nothing lost, nothing doubled",
        history.acknowledged()
    );
}

/// Everyone, and two rooms that all of them are in.
async fn people(server: SocketAddr, count: usize) -> (Vec<Person>, Vec<RoomId>) {
    let mut people = Vec::new();
    for number in 0..count {
        let person = Person::sign_in(server, &format!("writer {number}")).await;
        person.connects().await;
        people.push(person);
    }
    let room = people[0].creates("Second").await.id;
    for person in &people[1..] {
        person.asks(Command::JoinRoom { room }).await.expect("may join");
    }
    people.iter().for_each(|person| person.client().cut());
    (people, vec![GENERAL, room])
}

/// Where the rooms stand, and what is in them, as somebody sees it who comes new.
async fn truth(person: &Person, rooms: &[RoomId]) -> (BTreeMap<RoomId, Seq>, BTreeMap<RoomId, Vec<Message>>) {
    let welcome = person.opens().await.watches([]).await;
    let heads = welcome
        .rooms
        .iter()
        .map(|activity| (activity.room, activity.head))
        .collect();
    let mut truth = BTreeMap::new();
    for room in rooms {
        truth.insert(*room, person.history(*room).await);
    }
    (heads, truth)
}

/// A hello that watches these rooms anew.
fn hello<const ROOMS: usize>(rooms: [RoomId; ROOMS]) -> Hello {
    Hello {
        protocol: VERSION,
        watch: rooms.into_iter().map(|room| (room, None)).collect(),
        ..Hello::default()
    }
}
