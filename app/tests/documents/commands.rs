//! Commands and options in documents exist.

use crate::text::{documents, literal, names, read, section};

#[test]
fn every_make_command_exists() {
    let makefile = read("Makefile");
    let targets: Vec<&str> = makefile
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(':').map(|(target, _)| target.trim()))
        .collect();
    for path in documents() {
        let text = literal(&read(&path));
        for command in text.lines().filter_map(|line| line.trim().strip_prefix("make ")) {
            let target = command.split_whitespace().next().unwrap_or_default();
            assert!(
                targets.contains(&target),
                "{path} names `make {target}`; the Makefile has {targets:?}"
            );
        }
    }
}

#[test]
fn the_readme_has_the_two_commands() {
    let text = literal(&read("README.md"));
    for command in ["make run", "make test"] {
        assert!(
            text.lines()
                .any(|line| line.trim() == command || line.trim().starts_with(&format!("{command} "))),
            "{command}"
        );
    }
}

#[test]
fn every_option_of_the_program_is_told_to_operators() {
    let (source, operating) = (read("server/src/config.rs"), read("docs/operating.md"));
    let options = section(&operating, "Options").expect("operating.md tells of the options");
    let variables: Vec<&str> = source
        .split("env = \"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(
        variables.len() >= 5,
        "the options are not written as this test expects: {variables:?}"
    );
    for variable in variables {
        assert!(names(options, variable), "docs/operating.md lacks `{variable}`");
    }
}
