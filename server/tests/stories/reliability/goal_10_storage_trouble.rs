//! Goal 10: trouble with the storage never lies. What cannot be stored is refused with a code and a time to come back, is
//! told to nobody, and is stored once when the trouble is over. `/readyz` says so meanwhile.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use app::protocol::{Command, ErrorCode, Number, Rejection, Reply};
use reqwest::{Method, StatusCode};
use rusqlite::TransactionBehavior;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::harness::{GENERAL, Magpie, PATIENCE, Person, TestServer, has_no_file, post, serving, started_by};

/// What `/readyz` says.
async fn ready(address: std::net::SocketAddr) -> (StatusCode, String) {
    let answer = reqwest::get(format!("http://{address}/readyz")).await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Asks until it says this; each answer takes as long as the server needs to try.
async fn becomes(address: std::net::SocketAddr, status: StatusCode) -> String {
    let asking = async {
        loop {
            match ready(address).await {
                (said, sentence) if said == status => return sentence,
                _ => {}
            }
        }
    };
    timeout(PATIENCE, asking).await.expect("it says so in the end")
}

fn is_unavailable(rejection: &Rejection) {
    assert_eq!(rejection.code, ErrorCode::Unavailable);
    assert!(rejection.retry_after_ms.is_some(), "it says when to come back");
}

/// Nobody's history or line has more than these.
async fn holds_only(people: &[&Person], bodies: &[&str]) {
    for person in people {
        let history = person.history(GENERAL).await;
        let told: Vec<&str> = history.iter().map(|message| message.body.as_str()).collect();
        assert_eq!(told, bodies);
        let numbers: Vec<Number> = history.iter().map(|message| message.number).collect();
        assert_eq!(numbers, (1..=bodies.len() as u64).map(Number).collect::<Vec<_>>());
        let live = person.client().log.since(0);
        let mut told: Vec<&str> = live
            .iter()
            .flat_map(|received| crate::harness::messages(&received.frame))
            .map(|message| message.body.as_str())
            .collect();
        told.dedup();
        assert_eq!(told, bodies, "and so it was told");
    }
}

/// The trouble is over: both go on, and what was refused meanwhile is there once.
async fn go_on(ann: &Person, bob: &Person) {
    ann.says(GENERAL, "after").await;
    for person in [ann, bob] {
        person.reads("after").await;
    }
    holds_only(&[ann, bob], &["before", "during", "after"]).await;
}

/// How many bytes a file of the process may have: what a full disk does, for anybody who may run a program.
async fn limits_files(server: &Magpie, bytes: &str) {
    let (process, limit) = (server.id().to_string(), format!("--fsize={bytes}:unlimited"));
    let told = tokio::process::Command::new("prlimit")
        .args(["--pid", &process, &limit])
        .status()
        .await
        .expect("prlimit is there");
    assert!(told.success());
}

#[tokio::test]
async fn a_full_disk_refuses_posts_tells_nobody_and_passes_by_itself() {
    let folder = TempDir::new().unwrap();
    // Without the signal, the system answers as it does for a disk that is full.
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#]);
    let mut command = started_by(shell, &serving(folder.path()));
    let mut server = Magpie::run(&mut command, folder.path()).await;
    let ann = Person::sign_in(server.address, "ann").await;
    let bob = Person::sign_in(server.address, "bob").await;
    ann.connects().await;
    bob.connects().await;
    ann.says(GENERAL, "before").await;
    assert_eq!(becomes(server.address, StatusCode::OK).await, "ready");

    limits_files(&server, "0").await;
    let during = post(GENERAL, "during");
    is_unavailable(&ann.asks(during.clone()).await.unwrap_err());
    let (status, answer) = bob
        .calls(
            Method::POST,
            "/api/v1/rooms/1/messages",
            Some(serde_json::json!({ "body": "by another road" })),
        )
        .await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    is_unavailable(&serde_json::from_value(answer).unwrap());
    let sentence = becomes(server.address, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(sentence.contains("cannot be written"), "{sentence}");
    let (status, _) = bob.calls(Method::GET, "/healthz", None).await;
    assert_eq!(status, StatusCode::OK, "the process lives");
    assert_eq!(bob.history(GENERAL).await.len(), 1, "reading goes on");

    limits_files(&server, "unlimited").await;
    becomes(server.address, StatusCode::OK).await;
    for _ in 0..2 {
        let Ok(Reply::Posted { number, .. }) = ann.asks(during.clone()).await else {
            panic!("it is stored now")
        };
        assert_eq!(number, Number(2));
    }
    go_on(&ann, &bob).await;
    server.terminate().await;
    assert!(server.ended().await.success());
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[tokio::test]
async fn a_database_that_somebody_else_holds_refuses_posts_and_passes_by_itself() {
    if has_no_file() {
        return;
    }
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.says(GENERAL, "before").await;
    let mut foreign = server.database();
    let lock = foreign
        .transaction_with_behavior(TransactionBehavior::Exclusive)
        .unwrap();
    let during = post(GENERAL, "during");
    let asking = ann.asks(during.clone());
    let watching = async {
        let sentence = becomes(server.address, StatusCode::SERVICE_UNAVAILABLE).await;
        assert!(sentence.contains("cannot be written"), "{sentence}");
        assert_eq!(bob.history(GENERAL).await.len(), 1, "reading goes on");
    };
    let (refused, ()) = tokio::join!(asking, watching);
    is_unavailable(&refused.unwrap_err());
    drop(lock);
    becomes(server.address, StatusCode::OK).await;
    ann.asks(during).await.expect("a retry is safe");
    go_on(&ann, &bob).await;
}

/// Files that nobody may change, not even whoever has them open for writing: what a file system does that went read-only under
/// a running program. Taken back when it goes, for nobody could delete them either.
struct Unchangeable(Vec<PathBuf>);

impl Unchangeable {
    /// `None`, and a sentence, where the system or the file system does not let us.
    fn make(files: impl IntoIterator<Item = PathBuf>) -> Option<Self> {
        let made = Self(files.into_iter().collect());
        if !made.told("+i") {
            eprintln!("skipped: nobody here may make a file unchangeable (chattr +i, as root)");
            return None;
        }
        Some(made)
    }

    fn told(&self, mode: &str) -> bool {
        let told = std::process::Command::new("chattr").arg(mode).args(&self.0).output();
        told.is_ok_and(|output| output.status.success())
    }
}

impl Drop for Unchangeable {
    fn drop(&mut self) {
        self.told("-i");
    }
}

#[tokio::test]
async fn a_database_that_became_read_only_refuses_posts_tells_nobody_and_passes_by_itself() {
    if has_no_file() {
        return;
    }
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.says(GENERAL, "before").await;
    let files = ["magpie.db", "magpie.db-wal"].map(|name| server.data().join(name));
    let Some(unchangeable) = Unchangeable::make(files) else {
        return;
    };
    let during = post(GENERAL, "during");
    is_unavailable(&ann.asks(during.clone()).await.unwrap_err());
    let sentence = becomes(server.address, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(sentence.contains("cannot be written"), "{sentence}");
    holds_only(&[&ann, &bob], &["before"]).await;

    drop(unchangeable);
    becomes(server.address, StatusCode::OK).await;
    ann.asks(during).await.expect("a retry is safe");
    go_on(&ann, &bob).await;
    server.restart().await;
    ann.connects().await;
    bob.connects().await;
    holds_only(&[&ann, &bob], &["before", "during", "after"]).await;
}

/// Writes nonsense over the top of the tree that holds the messages.
fn damages(database: &Path) {
    let (page, size): (u32, u32) = {
        let connection = rusqlite::Connection::open(database).unwrap();
        let top = "SELECT rootpage FROM sqlite_master WHERE name = 'messages'";
        (
            connection.query_row(top, [], |row| row.get(0)).unwrap(),
            connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap(),
        )
    };
    let mut file = std::fs::File::options().write(true).open(database).unwrap();
    std::io::Seek::seek(
        &mut file,
        std::io::SeekFrom::Start(u64::from(page - 1) * u64::from(size)),
    )
    .unwrap();
    file.write_all(&vec![0xEE; size as usize]).unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_told_and_nothing_is_made_up() {
    if has_no_file() {
        return;
    }
    let mut server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    ann.says(GENERAL, "before").await;
    server.stop().await;
    damages(&server.database_path());
    server.starts_again().await;
    let (status, answer) = ann.calls(Method::GET, "/api/v1/rooms/1/messages", None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    is_unavailable(&serde_json::from_value(answer).unwrap());
    let line = ann.opens().await;
    line.watches([]).await;
    is_unavailable(&line.ask(post(GENERAL, "into nothing")).await.unwrap_err());
    let sentence = becomes(server.address, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(sentence.contains("damaged"), "{sentence}");
    assert!(
        line.ask(Command::ListRooms { after: None }).await.is_ok(),
        "what is whole is told"
    );
    let (status, _) = ann.calls(Method::GET, "/healthz", None).await;
    assert_eq!(status, StatusCode::OK);
}
