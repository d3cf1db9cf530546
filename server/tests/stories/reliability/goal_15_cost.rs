//! Goal 15, what it costs: nothing that a peer sends keeps the processor busy.

use std::time::Duration;

use app::protocol::limits::FRAME_BYTES;
use rand::{
    SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
};
use tempfile::TempDir;
use tokio::time::Instant;

use super::goal_15_malformed_input::{garbage, refusal_without_id, violations};
use crate::harness::{GENERAL, Magpie, Person, Raw, masked, per_check_second, setting};

/// More than any frame may cost.
const CPU_SECONDS: f64 = 2.0;

/// Looks at what a running program has used, each time it is asked.
struct Meter<'a> {
    server: &'a Magpie,
    used: f64,
    most: f64,
}

impl Meter<'_> {
    /// Since it was last asked. What goes on behind the answer is seen the next time.
    fn is_cheap(&mut self, what: &str) {
        let before = std::mem::replace(&mut self.used, self.server.cpu_seconds());
        let cost = self.used - before;
        assert!(cost < CPU_SECONDS, "{what} cost {cost} seconds of CPU");
        self.most = self.most.max(cost);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_peer_sends_costs_two_seconds_of_cpu() {
    let seed = setting("MAGPIE_SEED").unwrap_or_else(|| OsRng.try_next_u64().unwrap() >> 1);
    println!("MAGPIE_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let folder = TempDir::new().unwrap();
    let server = Magpie::start(folder.path()).await;
    let ann = Person::sign_in(server.address, "ann").await;
    ann.connects().await;
    let (used, most) = (server.cpu_seconds(), 0.0);
    let mut meter = Meter {
        server: &server,
        used,
        most,
    };
    for (what, bytes, _) in violations() {
        let mut raw = Raw::open(server.address, &ann).await;
        raw.send(&bytes).await;
        raw.close_code().await;
        meter.is_cheap(what);
    }
    let client = ann.client();
    // As many of each as fit into a frame: what costs more than its length shows here.
    for piece in [
        "[",
        "{\"a\":",
        "\"",
        "\\",
        "\\u0000",
        "1",
        "-",
        " ",
        "鹊",
        "1e999,",
        "\"id\":1,",
    ] {
        for begun in ["", r#"{"id":1,"#, r#"{"id":1,"x":""#] {
            let many = piece.repeat((FRAME_BYTES - begun.len()) / piece.len());
            refusal_without_id(&client, &format!("{begun}{many}")).await;
        }
        meter.is_cheap(piece);
    }
    // The smallest frames, as many as fit into what is read in one go, and a text that never ends.
    for (what, frame) in [("pings", masked(0x89, b"")), ("empty fragments", masked(0x00, b""))] {
        let mut raw = Raw::open(server.address, &ann).await;
        raw.send(&masked(0x01, b"")).await;
        raw.send(&frame.repeat(2_000)).await;
        raw.send_frame(0x80, b"").await;
        raw.send_frame(0x88, &1_000u16.to_be_bytes()).await;
        raw.close_code().await;
        meter.is_cheap(what);
    }
    for _ in 0..per_check_second(60) {
        let bytes = garbage(&mut chance);
        let mut raw = Raw::open(server.address, &ann).await;
        raw.send(&bytes).await;
        raw.send_frame(0x88, &1_000u16.to_be_bytes()).await;
        drop(raw);
        ann.says(GENERAL, "still here").await;
        meter.is_cheap(&format!("MAGPIE_SEED={seed}: {bytes:?}"));
    }
    println!("the dearest cost {} seconds of CPU", meter.most);
    server.stop().await;
}

/// A machine with two processors has one thread for all connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_never_quiet_keeps_nobody_waiting() {
    let folder = TempDir::new().unwrap();
    let server = Magpie::start(folder.path()).await;
    let [ann, bob] = [
        Person::sign_in(server.address, "ann").await,
        Person::sign_in(server.address, "bob").await,
    ];
    ann.connects().await;
    let mut flood = Raw::open(server.address, &bob).await;
    flood
        .send_frame(0x81, br#"{"id":1,"type":"hello","protocol":1,"watch":{}}"#)
        .await;
    // Each is answered, and nothing has to be waited for.
    let flooding = tokio::spawn(async move { flood.floods(&masked(0x89, b"").repeat(100_000)).await });
    let began = Instant::now();
    for number in 0..20 {
        ann.says(GENERAL, &format!("in between {number}")).await;
    }
    let waited = began.elapsed();
    assert!(!flooding.is_finished(), "it goes on");
    flooding.abort();
    // A tenth of a second or two. When each had to wait until the flood paused by itself, it was five seconds.
    println!("twenty posts took {waited:?}");
    assert!(waited < Duration::from_secs(2), "{waited:?}");
    server.stop().await;
}
