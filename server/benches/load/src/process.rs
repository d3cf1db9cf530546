//! What the kernel says about a process.

use std::fs;

use anyhow::{Context as _, Result};

/// `/proc/PID/stat` counts in these. The kernel keeps the sum exactly and shows it in steps of 10 ms.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of CPU, user and system, that all threads of a process have used.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    Ok(Stat::of(process)?.own / TICKS_PER_SECOND)
}

/// The same of a process, of those that it has started, and of those among them that have ended.
pub fn family_cpu_seconds(process: u32) -> Result<f64> {
    let mut ticks = 0.0;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // Whoever has ended since is in its parent's sum, or will be.
        let Ok(stat) = Stat::of(id) else { continue };
        if id == process {
            ticks += stat.own + stat.children;
        } else if stat.parent == process {
            ticks += stat.own;
        }
    }
    Ok(ticks / TICKS_PER_SECOND)
}

/// What `/proc/PID/stat` says, in ticks.
struct Stat {
    parent: u32,
    own: f64,
    /// Of its children that have ended and were waited for.
    children: f64,
}

impl Stat {
    fn of(process: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the server is gone")?;
        // The second field is the program's name in brackets, and may hold anything.
        let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat has no name")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        // The first one here is field 3 of proc_pid_stat(5).
        let field = |number: usize| fields.get(number - 3).context("/proc/PID/stat is short");
        let ticks = |number: usize| -> Result<f64> { Ok(field(number)?.parse()?) };
        Ok(Self {
            parent: field(4)?.parse()?,
            own: ticks(14)? + ticks(15)?,
            children: ticks(16)? + ticks(17)?,
        })
    }
}

/// KiB of memory that a process has in RAM.
pub fn resident_kib(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the server is gone")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

/// Files that a process holds besides its connections.
pub const OTHER_FILES: usize = 200;

/// How many files and sockets this process may hold.
pub fn descriptors() -> Result<usize> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .context("no such limit")?;
    let soft = line.split_whitespace().next().context("no soft limit")?;
    Ok(soft.parse().unwrap_or(usize::MAX))
}
