//! The two clients of `docs/examples` talk with each other through a real server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to stop")]

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// Longer than anything here takes on a busy machine: who waits for it waits for something that does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program with its lines in and out.
struct Program {
    name: &'static str,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// Killed with the test.
    _child: Child,
}

impl Program {
    fn start(name: &'static str, command: &mut Command) -> Self {
        let started = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = started.unwrap_or_else(|error| panic!("{name} did not start, is it installed? {error}"));
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            name,
            input,
            output: BufReader::new(output).lines(),
            _child: child,
        }
    }

    async fn says(&mut self, text: &str) {
        self.input.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }

    async fn shows(&mut self) -> String {
        let line = timeout(PATIENCE, self.output.next_line()).await;
        line.unwrap_or_else(|_| panic!("{} shows nothing", self.name))
            .unwrap()
            .expect("it ended early")
    }
}

fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/examples")
        .join(file)
}

/// Starts the server on a port that the system chooses, and gives its address from the line that tells people.
async fn serve(data: &Path) -> (Program, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_magpie"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env_remove("MAGPIE_DATABASE");
    let mut server = Program::start("magpie", &mut command);
    let line = server.shows().await;
    let address = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .unwrap_or_else(|| panic!("{line}"));
    (server, address.to_owned())
}

/// Node with a WebSocket: its own, or that of the package `ws` beside the example.
async fn node() -> Command {
    let mut node = Command::new("node");
    let flag = "--experimental-websocket";
    let known = Command::new("node")
        .args([flag, "--eval", "WebSocket"])
        .stderr(Stdio::null())
        .status()
        .await;
    if known.expect("node is installed").success() {
        node.args([flag, "--no-warnings"]);
    } else {
        let package = example("node_modules/ws");
        assert!(
            package.exists(),
            "this Node has no WebSocket: run `npm ci` in docs/examples"
        );
    }
    node
}

#[tokio::test]
async fn a_python_and_a_node_client_talk_with_each_other() {
    let data = tempfile::tempdir().unwrap();
    let (_server, address) = serve(data.path()).await;
    let mut ann = Program::start(
        "chat.py",
        Command::new("python3").arg(example("chat.py")).args(["Ann", &address]),
    );
    // One's own words come back like everyone's: who has read them is connected, and stands behind them.
    ann.says("anyone here?").await;
    assert_eq!(ann.shows().await, "Ann: anyone here?");
    let mut bob = Program::start(
        "chat.mjs",
        node().await.arg(example("chat.mjs")).args(["Bob", &address]),
    );
    bob.says("yes, 喜鹊").await;
    for client in [&mut bob, &mut ann] {
        assert_eq!(client.shows().await, "Bob: yes, 喜鹊");
    }
    for (count, text) in ["one", "two \"three\"", "🎉"].into_iter().enumerate() {
        let (name, speaker) = if count % 2 == 0 {
            ("Ann", &mut ann)
        } else {
            ("Bob", &mut bob)
        };
        speaker.says(text).await;
        for client in [&mut ann, &mut bob] {
            assert_eq!(client.shows().await, format!("{name}: {text}"));
        }
    }
}

#[test]
fn the_examples_stay_short() {
    for file in ["chat.py", "chat.mjs"] {
        let source = std::fs::read_to_string(example(file)).unwrap();
        let is_code =
            |line: &&str| !line.is_empty() && !["#", "//", "\"\"\""].iter().any(|mark| line.starts_with(mark));
        let lines = source.lines().map(str::trim).filter(is_code).count();
        assert!(lines <= 32, "{file} has {lines} lines");
    }
}
