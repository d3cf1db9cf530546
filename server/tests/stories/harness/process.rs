//! The real program as a child process.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Output, Stdio},
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::PATIENCE;

/// A running `magpie`.
pub struct Magpie {
    pub address: SocketAddr,
    /// What it says that it speaks: `http`, or `https`.
    pub scheme: String,
    /// Where it tells its figures.
    pub figures: Option<SocketAddr>,
    child: Child,
    log: PathBuf,
    /// What it was started with.
    options: Vec<String>,
}

impl Magpie {
    /// Starts it on a free port, and waits until it says where it is. Its log goes to `log` in its data folder.
    pub async fn start(data: &Path) -> Self {
        Self::start_with(data, &[]).await
    }

    /// The same with more options.
    pub async fn start_with(data: &Path, options: &[&str]) -> Self {
        let mut server = Self::run(serving(data).args(options), data).await;
        server.options = options.iter().map(|option| (*option).to_owned()).collect();
        server
    }

    /// Starts it where it was, with what it was started with.
    pub async fn start_again(self, data: &Path) -> Self {
        let mut server = Self::run(serving_at(self.address, data).args(&self.options), data).await;
        server.options = self.options;
        server
    }

    /// Runs a command that becomes the program.
    pub async fn run(command: &mut Command, data: &Path) -> Self {
        let log = data.join("log");
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut figures = None;
        let ready = async {
            loop {
                let line = lines
                    .next_line()
                    .await
                    .unwrap()
                    .unwrap_or_else(|| panic!("the program ended: {}", read(&log)));
                if let Some((_, rest)) = line.split_once("Figures are at http://") {
                    figures = Some(rest.trim_end_matches("/metrics").parse().expect("an address"));
                }
                if let Some((_, rest)) = line.split_once("Magpie is at ") {
                    let (scheme, rest) = rest.split_once("://").expect("an address");
                    let address = rest.split_whitespace().next().unwrap();
                    return (scheme.to_owned(), address.parse().expect("an address"));
                }
            }
        };
        let (scheme, address) = timeout(PATIENCE, ready).await.expect("the program gets ready");
        Self {
            address,
            scheme,
            figures,
            child,
            log,
            options: Vec::new(),
        }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }

    /// The number by which the system knows it.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Seconds of CPU that it has used, in steps of ten milliseconds.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("it runs");
        // The second field is the program's name in brackets. The first one behind it is field 3 of proc_pid_stat(5); 14 and 15 are
        // what was used, by itself and by the system for it, in hundredths of a second.
        let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
        let used = fields.split_whitespace().skip(14 - 3).take(2);
        used.map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() / 100.0
    }

    /// SIGTERM: asks it to end.
    pub async fn terminate(&self) {
        self.signal("TERM").await;
    }

    /// SIGHUP: asks it to read again what it read when it started.
    pub async fn hang_up(&self) {
        self.signal("HUP").await;
    }

    async fn signal(&self, name: &str) {
        tell(self.id(), name).await;
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap()
    }

    /// SIGKILL: it has no chance to do anything more.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it was running");
    }

    /// Ends it, and looks whether it ever panicked.
    pub async fn stop(mut self) {
        self.kill().await;
        assert!(!self.log().contains("panicked"), "{}", self.log());
    }
}

/// Sends a signal to a process.
pub async fn tell(process: u32, name: &str) {
    let kill = format!("kill -{name} {process}");
    let told = Command::new("sh").args(["-c", &kill]).status().await.unwrap();
    assert!(told.success(), "it runs");
}

/// `magpie` with these words.
pub fn magpie(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_magpie"));
    // What the machine happens to have set is not part of the story.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MAGPIE_")) {
        command.env_remove(name);
    }
    command.args(words).kill_on_drop(true);
    command
}

/// What the program says to these words, and how it ends.
pub async fn outcome(words: &[&str]) -> Output {
    timeout(PATIENCE, magpie(words).output())
        .await
        .expect("it ends")
        .unwrap()
}

/// `magpie serve` on a free port, for people who may go as fast as they can.
pub fn serving(data: &Path) -> Command {
    serving_at("127.0.0.1:0".parse().unwrap(), data)
}

/// A program that starts another one: the words of `starter`, then those of `program`.
pub fn started_by(mut starter: Command, program: &Command) -> Command {
    let program = program.as_std();
    starter
        .arg(program.get_program())
        .args(program.get_args())
        .kill_on_drop(true);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => starter.env(name, value),
            None => starter.env_remove(name),
        };
    }
    starter
}

fn serving_at(address: SocketAddr, data: &Path) -> Command {
    let mut command = magpie(&["serve", "--no-rate-limits", "--listen", &address.to_string(), "--data"]);
    command.arg(data);
    command
}

fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}
