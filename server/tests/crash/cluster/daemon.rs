//! Another program that runs beside the story.

use std::process::Stdio;

use tokio::{
    process::{Child, Command},
    time::timeout,
};

use crate::harness::PATIENCE;

/// Starts it, without a word.
pub fn start(command: &mut Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Runs it to its end.
pub async fn run(command: &mut Command) {
    let output = command
        .output()
        .await
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Tells a process something.
pub async fn signal(process: u32, name: &str) {
    run(Command::new("kill").args([&format!("-{name}"), &process.to_string()])).await;
}

/// Asks a child to end, and waits until it did.
pub async fn end(child: &mut Child, name: &str) {
    signal(child.id().expect("it runs"), name).await;
    timeout(PATIENCE, child.wait()).await.expect("it ends").unwrap();
}

/// A port that nobody uses at the moment.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Waits until somebody listens there.
pub async fn listens(port: u16) {
    let mut tries = tokio::time::interval(std::time::Duration::from_millis(20));
    let listening = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tries.tick().await;
        }
    };
    timeout(PATIENCE, listening).await.expect("it gets ready");
}
