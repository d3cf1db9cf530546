//! Replay equals refetch, over a real server: clients made of the real `app::state` talk through lines that are cut, whose
//! frames come twice and in another order, while the server is restarted. In the end each of them shows what somebody
//! would see who comes new.
//!
//! `MAGPIE_CONVERGENCE_STEPS` says how much each of them does (120 unless told), `MAGPIE_SEED` repeats a choice of steps.

mod driver;
mod mischief;
mod truth;

use std::sync::Arc;

use rand::{
    Rng as _, SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
};
use tokio::{sync::watch, time::timeout};

use crate::harness::{PATIENCE, TestServer, setting};
use driver::{Driver, Shared};
use truth::{differences, posts_are_there_once};

/// Clients at a time; the first owns the room where everyone starts.
const CLIENTS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_their_lines_all_clients_end_up_with_what_there_is() {
    let seed = setting("MAGPIE_SEED").unwrap_or_else(|| OsRng.try_next_u64().unwrap() >> 1);
    let steps = setting("MAGPIE_CONVERGENCE_STEPS").unwrap_or(120);
    println!("MAGPIE_SEED={seed} MAGPIE_CONVERGENCE_STEPS={steps}");
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

    // Twice in the middle of it all the server goes away for a moment.
    for part in 1..=2 {
        for (_, shared, _) in &clients {
            shared.has_done(steps * part / 3).await;
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
