//! The same over three nodes whose clocks differ, with somebody who means harm: kills, freezes and cuts off whatever there is, and sets
//! clocks, while twelve people write, twelve read and one is shown out.
//!
//! `MAGPIE_NEMESIS_SECONDS` says how long (60 unless told), `MAGPIE_SEED` repeats a choice of harm. It takes a PostgreSQL, a NATS and
//! libfaketime, and is left out where scripts/services has not said that they are there.

#![expect(
    clippy::print_stdout,
    reason = "whoever looks for a fault wants to know what was done when"
)]

use std::{sync::Arc, time::Duration};

use app::protocol::{Command, ErrorCode, FeedId, Message, RoomId, ServerFrame, UserId};
use rand::{
    Rng as _, SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
};
use tokio::{
    sync::{oneshot, watch},
    time::{Instant, interval, sleep},
};

use crate::{
    afterwards,
    clocks::{ClockReader, times_that_went_back},
    cluster::{Cluster, Cut, NODES},
    harness::{GENERAL, Line, messages, setting},
    hello,
    history::History,
    judge, reader, truth, writer,
};

const PEOPLE: usize = 12;
/// The seconds that a clock is wrong at the most.
const FAR: i64 = 180;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_are_one_chat_whatever_happens_to_them() {
    if !Cluster::can_start() {
        return;
    }
    let length = Duration::from_secs(setting("MAGPIE_NEMESIS_SECONDS").unwrap_or(60));
    let seed = setting("MAGPIE_SEED").unwrap_or_else(|| OsRng.try_next_u64().unwrap() >> 1);
    println!("MAGPIE_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);

    let clocks = [
        -chance.random_range(FAR / 4..=FAR),
        0,
        chance.random_range(FAR / 4..=FAR),
    ];
    println!("clocks: {clocks:?} s");
    let mut cluster = Cluster::start(clocks).await;
    let mut clock_reader = ClockReader::sign_in(&cluster).await;
    clock_reader.check_all(&cluster).await;
    let (_up, up) = watch::channel(true);
    let (stop, stopped) = watch::channel(false);
    let (set_goal, goal) = watch::channel(None);
    let history = Arc::new(History::default());
    let (people, rooms) = crate::people(cluster.address(), PEOPLE + 1).await;
    let (people, victim) = (&people[..PEOPLE], &people[PEOPLE]);

    let mut readers = reader::begin(people, &rooms, &up, &goal).await;
    let mut writers = writer::begin(people, &rooms, &history, &up, &stopped, &mut chance);
    let (ask_what_it_saw, asked) = oneshot::channel();
    let watching = tokio::spawn(watch_room(victim.line(), rooms[1], asked));
    let showing_out = tokio::spawn(show_out(people[0].line(), rooms[1], victim.id(), length / 2));

    do_harm(&mut cluster, length, &mut clock_reader, &mut chance).await;
    let acknowledged = history.acknowledged();
    history.reaches(acknowledged + 200).await;
    stop.send_replace(true);
    while let Some(done) = writers.join_next().await {
        done.expect("a writer does its work");
    }
    showing_out.await.expect("the victim is shown out");
    let (heads, truth) = truth(&people[0], &rooms).await;
    set_goal.send_replace(Some(heads));
    let mut seen = Vec::new();
    while let Some(done) = readers.join_next().await {
        seen.push(done.expect("a reader does its work"));
    }
    let _ = ask_what_it_saw.send(());
    let victim_saw = watching.await.expect("the victim watches");
    clock_reader.check_all(&cluster).await;

    let mut violations = judge::judge(&history.events(), &truth, &seen);
    let removal = &seen[0].held.rooms[&rooms[1]].members[&victim.id()];
    assert!(removal.left, "{removal:?}");
    let removed_at = removal.changed;
    let too_late = victim_saw.iter().filter(|message| message.changed > removed_at);
    violations.extend(too_late.map(|message| format!("removed at {removed_at}, and was told {message:?}")));
    let went_back = times_that_went_back(&truth);
    if went_back == 0 {
        violations.push("clocks differ, and no message bears an earlier time than the one before it".to_owned());
    }
    if !violations.is_empty() {
        let path = history.keep();
        panic!(
            "MAGPIE_SEED={seed}: {} violations, the history is in {}:\n{}",
            violations.len(),
            path.display(),
            violations.join("\n")
        );
    }
    afterwards::everybody_is_seen_everywhere(&cluster, &people[0], &people[1..]).await;
    afterwards::a_session_ends_everywhere(&cluster, &people[0]).await;
    cluster.stop().await;
    println!(
        "{} messages, {} acknowledged changes, the victim saw {} of them and was removed at {removed_at}, {went_back} times the time went \
         back: nothing lost, nothing doubled",
        truth.values().map(Vec::len).sum::<usize>(),
        history.acknowledged(),
        victim_saw.len(),
    );
}

/// Harms something for a moment, mends it, and begins again.
async fn do_harm(cluster: &mut Cluster, length: Duration, clock_reader: &mut ClockReader, chance: &mut StdRng) {
    let end = Instant::now() + length;
    while Instant::now() < end {
        let (node, moment) = (
            chance.random_range(0..NODES),
            Duration::from_millis(chance.random_range(200..4_000)),
        );
        let cut = if chance.random_bool(0.5) {
            Cut::Refusing
        } else {
            Cut::Silent
        };
        let ahead = chance.random_range(-FAR..=FAR);
        let harm = chance.random_range(0..8);
        let told = [
            "node killed",
            "node frozen",
            "bus killed",
            "database restarted",
            "clock set",
            "cut from bus",
            "cut from database",
            "cut from both",
        ];
        println!("{} (node {node}, {moment:?}, {cut:?}, {ahead} s)", told[harm]);
        match harm {
            0 => {
                cluster.kill(node).await;
                sleep(moment).await;
                cluster.start_again(node).await;
            }
            1 => {
                cluster.freeze(node).await;
                sleep(moment).await;
                cluster.thaw(node).await;
            }
            2 => {
                cluster.nats.kill().await;
                sleep(moment).await;
                cluster.nats.start_again().await;
            }
            3 => cluster.postgres.restart().await,
            4 => {
                cluster.set_clock(node, ahead);
                clock_reader.check(cluster, node).await;
            }
            5 => cluster.cut_from_nats(node, cut),
            6 => cluster.cut_from_postgres(node, cut),
            _ => {
                cluster.cut_from_nats(node, cut);
                cluster.cut_from_postgres(node, cut);
            }
        }
        if harm > 4 {
            sleep(moment).await;
            cluster.heal(node);
        }
        sleep(Duration::from_millis(chance.random_range(0..1_000))).await;
    }
}

/// Watches a room until it is asked what it saw, coming back each time that its line ends.
async fn watch_room(line: Line, room: RoomId, mut asked: oneshot::Receiver<()>) -> Vec<Message> {
    let mut saw = Vec::new();
    let mut tries = interval(Duration::from_millis(50));
    loop {
        tokio::select! {
            _ = &mut asked => return saw,
            _ = tries.tick() => {}
        }
        let Ok(client) = line.open().await else { continue };
        client.send(Command::Hello(hello([GENERAL, room]))).await;
        let mut mark = 0;
        while tokio::select! {
            _ = &mut asked => return saw,
            grows = client.log.grows(mark) => grows,
        } {
            for received in client.log.since(mark) {
                mark += 1;
                saw.extend(
                    messages(&received.frame)
                        .filter(|_| told_of(&received.frame, room))
                        .cloned(),
                );
            }
        }
    }
}

fn told_of(frame: &ServerFrame, room: RoomId) -> bool {
    match frame {
        ServerFrame::Changes(changes) => changes.feed == FeedId::Room(room),
        ServerFrame::Gap { feed, .. } => *feed == FeedId::Room(room),
        _ => false,
    }
}

/// Removes somebody from a room after a while, trying until it is done.
async fn show_out(line: Line, room: RoomId, user: UserId, after: Duration) {
    sleep(after).await;
    let mut tries = interval(Duration::from_millis(100));
    loop {
        tries.tick().await;
        let Ok(client) = line.open().await else { continue };
        client.send(Command::Hello(hello([]))).await;
        let request = client.send(Command::RemoveMember { room, user }).await;
        match client.log.answer(request).await {
            Some(Ok(_)) => return,
            // An earlier try was done, and its answer lost.
            Some(Err(rejection)) if rejection.code == ErrorCode::UserNotFound => return,
            Some(Err(_)) | None => {}
        }
    }
}
