//! Replay equals refetch, over a real server: clients made of the real `app::state` talk through lines that are cut, whose
//! frames come twice and in another order, while the server is restarted. In the end each of them shows what somebody
//! would see who comes new.
//!
//! It is played anew, by other chances, for as long as a check takes (`MAGPIE_CHECK_SECONDS`). `MAGPIE_CONVERGENCE_STEPS` says how much each
//! of them does (120 unless told), `MAGPIE_SEED` repeats the first choice of steps. No proptest: what depends on a server's time cannot be
//! made smaller by doing it again.

mod driver;
mod mischief;
mod truth;

use std::sync::Arc;

use rand::{
    Rng as _, SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use crate::harness::{PATIENCE, TestServer, check_time, setting};
use driver::{Driver, Shared};
use truth::{differences, posts_are_there_once};

/// Clients at a time; the first owns the room where everyone starts.
const CLIENTS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_their_lines_all_clients_end_up_with_what_there_is() {
    let mut seed = setting("MAGPIE_SEED").unwrap_or_else(|| OsRng.try_next_u64().unwrap() >> 1);
    let steps = setting("MAGPIE_CONVERGENCE_STEPS").unwrap_or(120);
    let began = Instant::now();
    while {
        println!("MAGPIE_SEED={seed} MAGPIE_CONVERGENCE_STEPS={steps}");
        play(seed, steps).await;
        began.elapsed() < check_time()
    } {
        seed = seed.wrapping_add(1);
    }
}

async fn play(seed: u64, steps: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut server = TestServer::start().await;

    let (calm, is_calm) = watch::channel(false);
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let person = Arc::new(server.stranger(&format!("client {number}")).await);
        let shared = Arc::new(Shared::default());
        let driver = Driver::new(
            Arc::clone(&person),
            Arc::clone(&shared),
            StdRng::seed_from_u64(chance.random()),
            steps,
        );
        let task = tokio::spawn(driver.run(is_calm.clone()));
        clients.push((person, shared, task));
    }

    // Now and then, in the middle of it all, the server goes away for a moment.
    let mut restarts: Vec<u64> = (0..chance.random_range(1..=3))
        .map(|_| chance.random_range(0..steps))
        .collect();
    restarts.sort_unstable();
    for done in restarts {
        for (_, shared, _) in &clients {
            shared.has_done(done).await;
        }
        server.restart().await;
    }
    for (_, shared, _) in &clients {
        shared.has_done(steps).await;
    }
    calm.send_replace(true);

    for (number, (person, shared, task)) in clients.iter().enumerate() {
        let mut differ = Vec::new();
        let settled = async {
            loop {
                let moved = shared.moves.notified();
                differ = differences(person, &shared.state()).await;
                if differ.is_empty() {
                    return;
                }
                assert!(!task.is_finished(), "MAGPIE_SEED={seed}: client {number} has panicked");
                moved.await;
            }
        };
        if timeout(PATIENCE, settled).await.is_err() {
            panic!(
                "MAGPIE_SEED={seed}: client {number} does not converge:\n{}",
                differ.join("\n")
            );
        }
    }
    let wrong = posts_are_there_once(&server, clients.iter().map(|(_, shared, _)| &**shared)).await;
    assert!(wrong.is_empty(), "MAGPIE_SEED={seed}:\n{}", wrong.join("\n"));
    clients.iter().for_each(|(_, _, task)| task.abort());
}
