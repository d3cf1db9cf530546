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

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Resident memory, in bytes.
    pub resident: u64,
    /// Open files, connections among them.
    pub files: usize,
    /// Those of them that are connections, or listen for some.
    pub sockets: usize,
    pub threads: usize,
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

    /// What it holds now.
    pub fn figures(&self) -> Figures {
        let process = Path::new("/proc").join(self.child.id().expect("it runs").to_string());
        let status = std::fs::read_to_string(process.join("status")).unwrap();
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        // One that was closed meanwhile leads nowhere: it is none.
        let files: Vec<_> = std::fs::read_dir(process.join("fd"))
            .unwrap()
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .collect();
        Figures {
            resident: kibibytes.expect("a line about resident memory") * 1024,
            sockets: files
                .iter()
                .filter(|file| file.to_string_lossy().starts_with("socket:"))
                .count(),
            files: files.len(),
            threads: std::fs::read_dir(process.join("task")).unwrap().count(),
        }
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
