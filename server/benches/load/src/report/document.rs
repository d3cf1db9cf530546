//! What the tables were measured on, and their place in a document.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::options::Options;

const BEGIN: &str = "<!-- figures: begin (written by make bench) -->";
const END: &str = "<!-- figures: end -->";

/// What was measured on, and how long.
pub(super) fn machine(options: &Options) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or(": unknown");
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').nth(1).context("no load")?;
    let node = Command::new("node")
        .arg("--version")
        .output()
        .context("Node is missing")?;
    Ok(format!(
        "{cores} cores ({}), Linux {}, Node {}. {} s for each measurement, {} rounds, medians. Load of the machine over the\n\
         last five minutes, this measurement included: {load}.\n",
        model.trim_start_matches([' ', '\t', ':']),
        kernel.trim(),
        String::from_utf8_lossy(&node.stdout).trim(),
        options.seconds,
        options.rounds,
    ))
}

/// Puts the tables between the marks.
pub fn write(document: &Path, tables: &str) -> Result<()> {
    let text = fs::read_to_string(document).with_context(|| format!("{} cannot be read", document.display()))?;
    fs::write(document, replaced(&text, tables)?)?;
    Ok(())
}

fn replaced(text: &str, tables: &str) -> Result<String> {
    let (before, rest) = text
        .split_once(BEGIN)
        .context("the document has no place for figures")?;
    let (_, after) = rest.split_once(END).context("the place for figures has no end")?;
    Ok(format!("{before}{BEGIN}\n\n{tables}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let text = replaced(&text, "new\n").expect("both marks are there");
        assert_eq!(text, format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"));
        assert!(replaced("no marks", "new").is_err());
    }
}
