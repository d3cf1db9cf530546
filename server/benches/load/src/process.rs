//! What the kernel says about a process.

use std::fs;

use anyhow::{Context as _, Result};

/// `/proc/PID/stat` counts in these. The kernel keeps the sum exactly and shows it in steps of 10 ms.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of CPU, user and system, that all threads of a process have used.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the server is gone")?;
    // The second field is the program's name in brackets, and may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat has no name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |index: usize| -> Result<f64> { Ok(fields.get(index).context("/proc/PID/stat is short")?.parse()?) };
    // Fields 14 and 15 of proc_pid_stat(5); the first one here is field 3.
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
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
