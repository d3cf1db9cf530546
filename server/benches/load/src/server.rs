//! The servers that are measured: each a process of its own, started fresh, and gone with its data when dropped.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{certificate::Certificate, options::Options, process::cpu_seconds, target::Target};

/// How long a server may take until it accepts.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One prebuilt frame to everyone.
    Raw,
    /// The blog's way.
    Node,
    /// The usual example in Rust.
    Axum,
    /// Ours.
    Magpie,
    /// Ours, where the port speaks TLS.
    MagpieTls,
}

impl Kind {
    /// Those that stand in every table, in this order.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Node, Self::Axum, Self::Magpie];

    /// As the tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw writer",
            Self::Node => "Node `ws`",
            Self::Axum => "axum `broadcast`",
            Self::Magpie => "Magpie",
            Self::MagpieTls => "Magpie, TLS",
        }
    }

    /// Whether it is ours, whatever its port speaks.
    pub fn is_magpie(self) -> bool {
        matches!(self, Self::Magpie | Self::MagpieTls)
    }
}

/// What is measured as one: a server, or several that are one chat.
pub trait Serves {
    /// Where it takes connections; people sign up at the first of these.
    fn targets(&self) -> Vec<Target>;

    /// CPU seconds that it has used, without a database or bus beside it.
    fn cpu_seconds(&self) -> Result<f64>;

    /// CPU seconds that a database beside it has used.
    fn database_cpu_seconds(&self) -> Result<f64>;
}

impl Serves for Server {
    fn targets(&self) -> Vec<Target> {
        vec![self.target()]
    }

    fn cpu_seconds(&self) -> Result<f64> {
        cpu_seconds(self.process())
    }

    fn database_cpu_seconds(&self) -> Result<f64> {
        Ok(0.0)
    }
}

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    certificate: Option<Certificate>,
    child: Child,
    /// Its data, to be removed with it.
    data: Option<PathBuf>,
}

impl Server {
    /// Starts one with nothing in it, and waits until it accepts.
    pub fn start(kind: Kind, options: &Options) -> Result<Self> {
        Self::start_with(kind, &[], options)
    }

    /// The same of Magpie, with such options besides.
    pub fn start_magpie(words: &[String], options: &Options) -> Result<Self> {
        Self::start_with(Kind::Magpie, words, options)
    }

    fn start_with(kind: Kind, words: &[String], options: &Options) -> Result<Self> {
        let port = free_port()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let data = kind.is_magpie().then(|| options.folder.join(format!("data-{port}")));
        let certificate = match &data {
            Some(data) if kind == Kind::MagpieTls => {
                fs::create_dir_all(data)?;
                Some(Certificate::make(data)?)
            }
            _ => None,
        };
        let mut command = match kind {
            Kind::Raw | Kind::Axum => {
                let mut command = Command::new(std::env::current_exe()?);
                let name = if kind == Kind::Raw { "raw" } else { "broadcast" };
                command.arg(name).arg(port.to_string());
                command
            }
            Kind::Node => {
                let mut command = Command::new("node");
                command.arg(options.baseline.join("server.js")).arg(port.to_string());
                command
            }
            Kind::Magpie | Kind::MagpieTls => {
                let mut command = Command::new(&options.magpie);
                command.args(["serve", "--no-rate-limits", "--listen", &address.to_string(), "--data"]);
                command
                    .arg(data.as_ref().context("Magpie has a data folder")?)
                    .args(words)
                    .env("MAGPIE_LOG", "warn");
                if let Some(Certificate { certificate, key, .. }) = &certificate {
                    command.arg("--tls-certificate").arg(certificate);
                    command.arg("--tls-key").arg(key);
                }
                command
            }
        };
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        let child = child.with_context(|| format!("{command:?} does not start"))?;
        let mut server = Self {
            address,
            certificate,
            child,
            data,
        };
        server.wait_until_it_accepts()?;
        Ok(server)
    }

    /// How to speak with it.
    pub fn target(&self) -> Target {
        Target {
            address: self.address,
            trust: self.certificate.as_ref().map(|made| Arc::clone(&made.trust)),
        }
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it and starts it again on the same data. Gives the moment before it was started.
    pub fn restart(&mut self, options: &Options) -> Result<Instant> {
        let data = self.data.as_ref().context("only Magpie has data to start again with")?;
        self.child.kill()?;
        self.child.wait()?;
        let mut command = Command::new(&options.magpie);
        command
            .args([
                "serve",
                "--no-rate-limits",
                "--listen",
                &self.address.to_string(),
                "--data",
            ])
            .arg(data);
        command.env("MAGPIE_LOG", "warn").stdout(Stdio::null());
        let before = Instant::now();
        self.child = command.spawn()?;
        self.wait_until_it_accepts()?;
        Ok(before)
    }

    fn wait_until_it_accepts(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended at once: {status}");
            }
            if Instant::now() > end {
                bail!("the server does not accept on {}", self.address);
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What cannot be killed or removed any more is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(data) = &self.data {
            let _ = fs::remove_dir_all(data);
        }
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
