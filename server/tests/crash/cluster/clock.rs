//! A wall clock of a node's own: wrong by as many seconds as one likes, and set anew while the node runs. It is Debian's libfaketime,
//! which the program loads before the system's library. Other clocks, those that only run on, stay the machine's.

use std::path::{Path, PathBuf};

use tokio::process::Command;

/// Says where libfaketime is, the one for programs of several threads. scripts/services tells.
pub const LIBRARY: &str = "MAGPIE_TEST_FAKETIME";

/// The clock that a node is shown.
pub struct Clock {
    /// Where libfaketime reads how much it is to add.
    file: PathBuf,
    ahead: i64,
}

impl Clock {
    /// So many seconds ahead of the machine's, behind it when negative.
    pub fn ahead_by(seconds: i64, folder: &Path) -> Self {
        let mut clock = Self {
            file: folder.join("clock"),
            ahead: 0,
        };
        clock.set(seconds);
        clock
    }

    /// Sets it, for the next look at it and all later ones.
    pub fn set(&mut self, ahead: i64) {
        let fresh = self.file.with_extension("fresh");
        std::fs::write(&fresh, format!("{ahead:+}\n")).unwrap();
        // At one blow: half a number is another time.
        std::fs::rename(&fresh, &self.file).unwrap();
        self.ahead = ahead;
    }

    pub fn ahead(&self) -> i64 {
        self.ahead
    }

    /// Shows it to a program that is about to start.
    pub fn show_to(&self, command: &mut Command) {
        command
            .env(
                "LD_PRELOAD",
                std::env::var_os(LIBRARY).expect("scripts/services says where"),
            )
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
    }
}

/// Takes the names from what libfaketime shares with children, of which the program has none. A killed one would leave them, and
/// whoever is given the same number later would not start.
pub fn tidy_up(process: u32) {
    for name in ["faketime_shm", "sem.faketime_sem"] {
        let _ = std::fs::remove_file(format!("/dev/shm/{name}_{process}"));
    }
}
