//! Goal 8: acknowledged means on the disk. Whether a post would survive the loss of power cannot be seen in the files, for the
//! system shows what it holds in memory as well; it is seen in what the program asks the system for, and in which order.

use std::{collections::HashMap, process::Stdio};

use tempfile::TempDir;
use tokio::process::Command;

use crate::harness::{GENERAL, Magpie, Person, serving, started_by, until};

const POSTS: usize = 20;

/// What is written down: whatever writes, and whatever waits for the disk. Paths beside descriptors, and enough of each text to
/// find the posts again; the program stays the child that it would be.
const STRACE: [&str; 7] = [
    "-f",
    "-D",
    "-y",
    "-s",
    "4096",
    "-e",
    "trace=write,pwrite64,pwritev,fdatasync,fsync,sendto,sendmsg,writev",
];

/// Says that it is skipped where no program may be watched.
async fn cannot_watch() -> bool {
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    let can = tried.is_ok_and(|status| status.success());
    if !can {
        eprintln!("skipped: strace is not installed, or may not watch a program here");
    }
    !can
}

/// Lets people post, and gives what the server asked the system for meanwhile.
async fn posts_are_watched(durability: &str) -> String {
    let folder = TempDir::new().unwrap();
    let calls = folder.path().join("calls");
    let mut serving = serving(folder.path());
    serving.args(["--durability", durability]);
    let mut strace = Command::new("strace");
    strace.args(STRACE).arg("-o").arg(&calls);
    let mut server = Magpie::run(&mut started_by(strace, &serving), folder.path()).await;
    let ann = Person::sign_in(server.address, "ann").await;
    let bob = Person::sign_in(server.address, "bob").await;
    // Hers hears the acknowledgements alone, his the posts.
    ann.uses(ann.opens_watching(&[]).await);
    bob.connects().await;
    for number in 0..POSTS {
        ann.says(GENERAL, &format!("post {number}.")).await;
        bob.reads(&format!("post {number}.")).await;
    }
    server.terminate().await;
    assert!(server.ended().await.success());
    // Whoever watched ends a moment later, and has written the last line then.
    let text = || std::fs::read_to_string(&calls).unwrap();
    until("the last line", || text().trim_end().ends_with("+++ exited with 0 +++")).await;
    text()
}

/// What is told to people, and whether all that was written into the log of the database was on the disk by then.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    acknowledged: Vec<bool>,
    broadcast: Vec<bool>,
}

fn judge(calls: &str) -> Told {
    let (mut told, mut is_on_the_disk) = (Told::default(), false);
    // By thread: a call in the middle of which another thread was heard is told in two lines, and the second names no file.
    let mut waiting = HashMap::new();
    for line in calls.lines() {
        let (thread, call) = line.split_once(' ').expect("the thread's number comes first");
        let call = call.trim_start();
        let is_of_log = call.contains("-wal>");
        let begins_sync = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        let is_done = call.ends_with("= 0");
        if begins_sync {
            waiting.insert(thread, is_of_log);
        }
        if begins_sync || call.starts_with("<... fdatasync resumed>") || call.starts_with("<... fsync resumed>") {
            is_on_the_disk |= is_done && waiting.get(thread) == Some(&true);
        } else if is_of_log {
            is_on_the_disk = false;
        } else if call.contains("<socket:") || call.contains("<TCP") {
            let sent = [
                (r#"\"posted\""#, &mut told.acknowledged),
                (r#"\"post "#, &mut told.broadcast),
            ];
            for (text, count) in sent {
                count.extend(call.contains(text).then_some(is_on_the_disk));
            }
        }
    }
    told
}

#[tokio::test]
async fn a_post_is_on_the_disk_before_anybody_is_told_of_it() {
    if cannot_watch().await {
        return;
    }
    let told = judge(&posts_are_watched("full").await);
    assert_eq!(told.acknowledged, [true; POSTS]);
    assert!(told.broadcast.len() >= POSTS, "{told:?}");
    assert!(told.broadcast.iter().all(|is_on_the_disk| *is_on_the_disk), "{told:?}");
}

#[tokio::test]
async fn who_asks_for_less_durability_does_not_wait_for_the_disk() {
    if cannot_watch().await {
        return;
    }
    let told = judge(&posts_are_watched("normal").await);
    assert_eq!(told.acknowledged, [false; POSTS], "else the other story shows nothing");
}

#[test]
fn a_call_that_is_told_in_two_lines_is_done_at_the_second() {
    let calls = |last: &str| {
        format!(
            "7  pwrite64(9</d/magpie.db-wal>, \"post 1.\", 7, 0) = 7\n\
             7  fdatasync(9</d/magpie.db-wal> <unfinished ...>\n\
             {last}"
        )
    };
    let tells = "8  sendto(5<socket:[1]>, \"\\\"posted\\\"\", 8, 0, NULL, 0) = 8\n";
    let done = "7  <... fdatasync resumed>) = 0\n";
    let other = "8  fdatasync(4</d/magpie.db>) = 0\n";
    for (last, expected) in [
        (tells.to_owned() + done, false),
        (done.to_owned() + tells, true),
        (other.to_owned() + tells + done, false),
    ] {
        assert_eq!(judge(&calls(&last)).acknowledged, [expected], "{last}");
    }
}
