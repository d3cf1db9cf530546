//! PostgreSQL and NATS: each started fresh, and gone with its data when dropped.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    options::Options,
    process::{cpu_seconds, family_cpu_seconds},
    server::free_port,
};

/// How long one may take until it is ready, or until it has ended.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks whether it is.
const PAUSE: Duration = Duration::from_millis(20);

/// A database server. It keeps the settings that it comes with: what it acknowledges is on the disk.
pub struct Postgres {
    address: SocketAddr,
    child: Child,
    data: PathBuf,
}

impl Postgres {
    /// Starts one with nothing in it, and waits until it lets people in.
    pub fn start(options: &Options) -> Result<Self> {
        let bin = options
            .postgres_bin
            .as_ref()
            .context("PostgreSQL is needed: say --postgres-bin")?;
        let port = free_port()?;
        let data = options.postgres_folder.join(format!("magpie-bench-{port}"));
        let mut making = tool(bin, "initdb", options)?;
        making
            .arg("-D")
            .arg(&data)
            .args(["-A", "trust", "-U", "postgres", "--no-sync"]);
        let made = making.args(["-E", "UTF8", "--locale=C.UTF-8"]).output();
        let made = made.with_context(|| format!("{making:?} does not start"))?;
        if !made.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        }
        let mut serving = tool(bin, "postgres", options)?;
        serving.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        serving.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        let child = serving.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut postgres = Self {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            child: child.with_context(|| format!("{serving:?} does not start"))?,
            data,
        };
        let mut asking = Command::new(bin.join("pg_isready"));
        asking.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        wait_until("PostgreSQL", &mut postgres.child, || Ok(asking.status()?.success()))?;
        Ok(postgres)
    }

    /// As `--database` takes it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address)
    }

    /// CPU seconds of the server and of all that it has started.
    pub fn cpu_seconds(&self) -> Result<f64> {
        family_cpu_seconds(self.child.id())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Killed outright it would leave its children behind. What cannot be ended or removed any more is gone already.
        let _ = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        let end = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > end {
                let _ = self.child.kill();
            }
            thread::sleep(PAUSE);
        }
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// A program of PostgreSQL that refuses to run as root.
fn tool(bin: &Path, name: &str, options: &Options) -> Result<Command> {
    let program = bin.join(name);
    let is_root = fs::metadata("/proc/self")?.uid() == 0;
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    // The folder that we are in may be closed to its account.
    command.current_dir(&options.postgres_folder);
    Ok(command)
}

/// A bus.
pub struct Nats {
    address: SocketAddr,
    child: Child,
}

impl Nats {
    /// Starts one, and waits until it accepts.
    pub fn start(options: &Options) -> Result<Self> {
        let program = options.nats.as_ref().context("NATS is needed: say --nats")?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut command = Command::new(program);
        command.args(["-a", "127.0.0.1", "-p", &address.port().to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut nats = Self {
            address,
            child: child.with_context(|| format!("{command:?} does not start"))?,
        };
        wait_until("NATS", &mut nats.child, || Ok(TcpStream::connect(address).is_ok()))?;
        Ok(nats)
    }

    /// As `--bus` takes it.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// CPU seconds that it has used.
    pub fn cpu_seconds(&self) -> Result<f64> {
        cpu_seconds(self.child.id())
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_until(name: &str, child: &mut Child, mut is_ready: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while !is_ready()? {
        if let Some(status) = child.try_wait()? {
            bail!("{name} ended at once: {status}");
        }
        if Instant::now() > end {
            bail!("{name} does not get ready");
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}
