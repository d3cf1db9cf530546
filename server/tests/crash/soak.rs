//! The soak: round after round people talk, come and go, and do not read, while the program is killed now and then. After
//! each round the house is empty, and what the program holds then must not grow from round to round. Each round has a room
//! of its own, and the judge holds what everybody saw in it against what is there.
//!
//! `MAGPIE_SOAK_SECONDS` says how long (10 unless told); `make soak` takes minutes.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use app::protocol::{Command, Number, RoomId};
use rand::{SeedableRng as _, rngs::StdRng};
use reqwest::Method;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    WRITERS, database,
    harness::{Figures, Line, Listener, Magpie, Person, Raw, setting, until},
    history::History,
    holding::{Holding, holding},
    judge::judge,
    people, reader, truth, writer,
};

/// How long people talk in one round.
const ROUND: Duration = Duration::from_secs(6);
/// People who also read, from the beginning of a round to its end.
const READERS: usize = 2;
/// Lives of the program in a long soak, parted by kills.
const LIVES: u64 = 3;
/// The least rounds of a life.
const ROUNDS: u64 = 5;
/// Rounds after which caches are as large as they get.
const WARM: usize = 2;
/// What resident memory may grow by after that, in all. The database's page caches fill with what was written, 16 MiB each; with
/// caches of half a mebibyte it stays where it is to the page.
const MORE_BYTES: u64 = 64 * 1024 * 1024;
/// Rounds from which on a life is long enough to be judged by its thirds: the caches are full in the second.
const LONG: usize = 30;
/// What the median of the last third may have more than that of the second.
const MORE_IN_A_THIRD: u64 = 16 * 1024 * 1024;
/// Between two who do everything else.
const BETWEEN_GUESTS: Duration = Duration::from_millis(500);
/// Threads and files that come and go by themselves.
const MORE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_program_holds_stays_flat_however_long_people_talk_come_and_go() {
    let seconds = setting("MAGPIE_SOAK_SECONDS").unwrap_or(10);
    let seed = setting("MAGPIE_SEED").unwrap_or(seconds);
    println!("MAGPIE_SEED={seed} MAGPIE_SOAK_SECONDS={seconds}");
    let mut chance = StdRng::seed_from_u64(seed);
    let (time, began) = (Duration::from_secs(seconds), Instant::now());
    let data = tempfile::tempdir().unwrap();
    let mut magpie = Magpie::start_with(data.path(), &["--metrics-listen", "127.0.0.1:0"]).await;
    let empty = holding(magpie.id()).sockets;
    let (people, _) = people(magpie.address, WRITERS).await;
    // Long lives: what grows slowly shows late.
    let rounds = (seconds / ROUND.as_secs() / LIVES).max(ROUNDS);
    let length = ROUND.min(time / (2 * ROUNDS) as u32);
    let (mut life, mut judged) = (Vec::new(), 0);
    for number in 1.. {
        // However short: one life to be judged, a kill, and one that comes after it.
        if began.elapsed() >= time && number > rounds + WARM as u64 {
            break;
        }
        let is_killed = number % rounds == 0;
        if is_killed {
            judged += u32::from(is_flat(&life));
            life.clear();
        }
        let told;
        (magpie, told) = round(magpie, data.path(), &people, length, is_killed, &mut chance).await;
        until("an empty house", || holding(magpie.id()).sockets <= empty).await;
        let tasks = Figures::of(&magpie).await.get("tasks");
        let figures = holding(magpie.id());
        println!(
            "round {number}, {:?}: {told}; {figures:?}, {tasks} tasks",
            began.elapsed()
        );
        life.push((figures, tasks));
    }
    judged += u32::from(is_flat(&life));
    assert!(judged > 0, "no life was long enough to be judged");
    magpie.stop().await;
    database::check_copy(data.path());
}

/// One round in a room of its own. Gives the program, which may be another one, and what happened.
async fn round(
    mut magpie: Magpie,
    data: &Path,
    people: &[Person],
    length: Duration,
    is_killed: bool,
    chance: &mut StdRng,
) -> (Magpie, String) {
    let end = Instant::now() + length;
    let rooms = vec![new_room(people).await];
    let (is_up, up) = watch::channel(true);
    let (stop, stopped) = watch::channel(false);
    let (set_goal, goal) = watch::channel(None);
    let history = Arc::new(History::default());
    let mut readers = reader::begin(&people[..READERS], &rooms, &up, &goal).await;
    let mut writers = writer::begin(people, &rooms, &history, &up, &stopped, chance);
    if is_killed {
        sleep_until(end - length / 2).await;
        is_up.send_replace(false);
        magpie.kill().await;
        database::check_copy(data);
        magpie = magpie.start_again(data).await;
        is_up.send_replace(true);
    }
    let came = Arc::new(AtomicU64::new(0));
    let (mut visitors, mut slow) = (JoinSet::new(), JoinSet::new());
    for person in people.iter().take(4) {
        visitors.spawn(comes_and_goes(person.line(), rooms[0], Arc::clone(&came), end));
        slow.spawn(does_not_read(person.line(), rooms[0], end));
    }
    visitors.spawn(does_everything_else(magpie.address, rooms[0], end));
    while let Some(done) = visitors.join_next().await {
        done.expect("a visitor does no more than that");
    }
    stop.send_replace(true);
    while let Some(done) = writers.join_next().await {
        done.expect("a writer does its work");
    }
    let (heads, truth) = truth(&people[0], &rooms).await;
    while let Some(listener) = slow.join_next().await {
        listener.expect("it reads on").reaches(heads[&rooms[0]]).await;
    }
    set_goal.send_replace(Some(
        heads
            .into_iter()
            .filter(|(room, _)| rooms.contains(room))
            .collect::<BTreeMap<_, _>>(),
    ));
    let mut seen = Vec::new();
    while let Some(done) = readers.join_next().await {
        seen.push(done.expect("a reader does its work"));
    }
    let told = format!(
        "{} messages, {} acknowledged changes, {} visits",
        truth.values().map(Vec::len).sum::<usize>(),
        history.acknowledged(),
        came.load(Ordering::Relaxed)
    );
    let violations = judge(&history.events(), &truth, &seen);
    assert!(
        violations.is_empty(),
        "{}:\n{}",
        history.keep().display(),
        violations.join("\n")
    );
    (magpie, told)
}

async fn new_room(people: &[Person]) -> RoomId {
    let mut room = None;
    for person in people {
        person.uses(person.opens_watching(&[]).await);
        match room {
            None => room = Some(person.creates("A round").await.id),
            Some(room) => {
                person.asks(Command::JoinRoom { room }).await.expect("may join");
            }
        }
        person.client().cut();
    }
    room.expect("there are people")
}

/// Comes, says hello, and hangs up in the middle of everything, over and over.
async fn comes_and_goes(line: Line, room: RoomId, came: Arc<AtomicU64>, end: Instant) {
    let hello = format!(r#"{{"id":1,"type":"hello","protocol":1,"watch":{{"{room}":null}}}}"#);
    while Instant::now() < end {
        let mut raw = Raw::open_line(&line).await;
        raw.send_frame(0x81, hello.as_bytes()).await;
        raw.told().await;
        raw.send(&[0x81, 0xFE]).await;
        if came.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            raw.reset();
        }
    }
}

/// Somebody new each time: looks around, says that they write, reads back, polls, and signs out.
async fn does_everything_else(address: SocketAddr, room: RoomId, end: Instant) {
    while Instant::now() < end {
        let guest = Person::sign_in(address, "guest").await;
        guest.connects().await;
        for command in [
            Command::ListRooms { after: None },
            Command::JoinRoom { room },
            Command::WatchPresence {
                users: vec![guest.id()],
            },
            Command::SetTyping { room },
            Command::GetMessages {
                room,
                before: None,
                limit: None,
            },
            Command::MarkRead {
                room,
                number: Number(1),
            },
            Command::LeaveRoom { room },
        ] {
            let asked = format!("{command:?}");
            guest
                .asks(command)
                .await
                .unwrap_or_else(|refused| panic!("{asked}: {refused:?}"));
        }
        guest.polls(None, &BTreeMap::new(), 0).await;
        guest.calls(Method::DELETE, "/api/v1/session", None).await;
        guest.client().log.ended().await;
        sleep(BETWEEN_GUESTS).await;
    }
}

/// Watches the room, and stops reading; at the end it reads on. Gives what is still to read, which the room's last position ends.
async fn does_not_read(line: Line, room: RoomId, end: Instant) -> Listener {
    let line = Line {
        // With less than two segments TCP sends one in each fifth of a second: then even the rest takes minutes.
        receive_buffer: Some(16_384),
        ..line
    };
    let listener = Listener::open_in(&line, room).await;
    listener.stops_reading();
    sleep_until(end).await;
    listener.reads_again();
    listener
}

/// After the caches are warm nothing grows. Whether the life was long enough to say so.
fn is_flat(life: &[(Holding, f64)]) -> bool {
    let Some((warm, later)) = life.split_at_checked(WARM).filter(|(_, later)| !later.is_empty()) else {
        return false;
    };
    let ((first, first_tasks), (last, last_tasks)) = (warm[WARM - 1], later[later.len() - 1]);
    assert!(last.resident <= first.resident + MORE_BYTES, "memory grew: {life:#?}");
    assert!(last.files <= first.files + MORE, "descriptors grew: {life:#?}");
    assert!(last.threads <= first.threads + MORE, "threads grew: {life:#?}");
    assert!(last_tasks <= first_tasks + MORE as f64, "tasks grew: {life:#?}");
    if later.len() >= LONG {
        let third = later.len() / 3;
        let [second, last] = [&later[third..2 * third], &later[2 * third..]].map(median_resident);
        assert!(last <= second + MORE_IN_A_THIRD, "memory grew slowly: {life:#?}");
    }
    true
}

fn median_resident(rounds: &[(Holding, f64)]) -> u64 {
    let mut all: Vec<u64> = rounds.iter().map(|(held, _)| held.resident).collect();
    all.sort_unstable();
    all[all.len() / 2]
}
