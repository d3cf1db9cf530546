//! What a process holds, as the system tells it.

use std::path::Path;

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    /// Resident memory, in bytes.
    pub resident: u64,
    /// Open files, connections among them.
    pub files: usize,
    /// Those of them that are connections, or listen for some.
    pub sockets: usize,
    pub threads: usize,
}

/// What the process of this number holds now.
pub fn holding(process: u32) -> Holding {
    let process = Path::new("/proc").join(process.to_string());
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
    Holding {
        resident: kibibytes.expect("a line about resident memory") * 1024,
        sockets: files
            .iter()
            .filter(|file| file.to_string_lossy().starts_with("socket:"))
            .count(),
        files: files.len(),
        threads: std::fs::read_dir(process.join("task")).unwrap().count(),
    }
}
