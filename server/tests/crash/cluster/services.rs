//! A PostgreSQL and a NATS of one's own, to be ended and started again at will.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::daemon;

/// A database server with an empty database `magpie`.
pub struct Postgres {
    pub address: SocketAddr,
    data: TempDir,
    child: Child,
}

impl Postgres {
    pub async fn start() -> Self {
        let (data, port) = (tempfile::tempdir().unwrap(), daemon::free_port());
        if rustix::process::getuid().is_root() {
            daemon::run(Command::new("chown").arg("postgres").arg(data.path())).await;
        }
        let made = [
            "-A",
            "trust",
            "-U",
            "postgres",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ];
        daemon::run(tool("initdb").arg("-D").arg(data.path().join("data")).args(made)).await;
        let child = serve(data.path(), port).await;
        let port_text = port.to_string();
        let named = ["-h", "127.0.0.1", "-p", &port_text, "-U", "postgres", "magpie"];
        daemon::run(tool("createdb").args(named)).await;
        Self {
            address: ([127, 0, 0, 1], port).into(),
            data,
            child,
        }
    }

    /// Ends every connection and what they were about to do, and comes back.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.child = serve(self.data.path(), self.address.port()).await;
    }

    pub async fn stop(&mut self) {
        daemon::end(&mut self.child, "INT").await;
    }
}

async fn serve(data: &Path, port: u16) -> Child {
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=off",
        "max_connections=200",
    ];
    let mut command = tool("postgres");
    command.arg("-D").arg(data.join("data")).args(["-p", &port.to_string()]);
    for setting in settings {
        command.args(["-c", setting]);
    }
    let child = daemon::start(&mut command);
    let ready = async {
        let mut tries = tokio::time::interval(std::time::Duration::from_millis(50));
        loop {
            tries.tick().await;
            let asked = tool("pg_isready")
                .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
                .status()
                .await;
            if asked.unwrap().success() {
                return;
            }
        }
    };
    tokio::time::timeout(crate::harness::PATIENCE, ready)
        .await
        .expect("PostgreSQL gets ready");
    child
}

/// A program of PostgreSQL, which refuses to run as root.
fn tool(name: &str) -> Command {
    let program = folder().join(name);
    if !rustix::process::getuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
        .arg(program);
    command
}

/// Where its programs are: the newest of Debian's, or wherever the path leads.
fn folder() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("postgres").exists())
        .max();
    newest.unwrap_or_default()
}

/// A bus.
pub struct Nats {
    pub address: SocketAddr,
    child: Option<Child>,
}

impl Nats {
    pub async fn start() -> Self {
        let mut nats = Self {
            address: ([127, 0, 0, 1], daemon::free_port()).into(),
            child: None,
        };
        nats.start_again().await;
        nats
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.unwrap();
        }
    }

    pub async fn start_again(&mut self) {
        let port = self.address.port();
        let mut command = Command::new("nats-server");
        self.child = Some(daemon::start(command.args([
            "-a",
            "127.0.0.1",
            "-p",
            &port.to_string(),
        ])));
        daemon::listens(port).await;
    }

    pub async fn stop(&mut self) {
        self.kill().await;
    }
}
