//! The real program as a child process.

use std::{net::SocketAddr, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::harness::PATIENCE;

/// A running `magpie`.
pub struct Magpie {
    pub address: SocketAddr,
    child: Child,
}

impl Magpie {
    /// Starts it on a free port, and waits until it says where it is.
    pub async fn start(data: &Path) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), data).await
    }

    /// Starts it where it was.
    pub async fn start_again(self, data: &Path) -> Self {
        Self::start_at(self.address, data).await
    }

    async fn start_at(address: SocketAddr, data: &Path) -> Self {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(data.join("log"))
            .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_magpie"))
            .args(["serve", "--no-rate-limits", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = async {
            loop {
                let line = lines
                    .next_line()
                    .await
                    .unwrap()
                    .unwrap_or_else(|| panic!("the program ended: {}", log_of(data)));
                if let Some((_, rest)) = line.split_once("http://") {
                    return rest.split_whitespace().next().unwrap().parse().expect("an address");
                }
            }
        };
        let address = timeout(PATIENCE, ready).await.expect("the program gets ready");
        Self { address, child }
    }

    /// SIGKILL: it has no chance to do anything more.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it was running");
    }

    /// Ends it, and looks whether it ever panicked.
    pub async fn stop(mut self, data: &Path) {
        self.kill().await;
        assert!(!log_of(data).contains("panicked"), "{}", log_of(data));
    }
}

fn log_of(data: &Path) -> String {
    std::fs::read_to_string(data.join("log")).unwrap_or_default()
}
