//! The files that operators get with the program.

use crate::text::{project, read};

/// Every file of `deploy/` with its text.
fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(project().join("deploy")).expect("there are files for operators");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| (name.clone(), read(&format!("deploy/{name}"))))
        .collect()
}

/// Words that begin like this.
fn words<'a>(text: &'a str, beginning: &str) -> Vec<&'a str> {
    let ends = |it: char| !(it.is_ascii_alphanumeric() || it == '_' || it == '-');
    text.split(ends).filter(|word| word.starts_with(beginning)).collect()
}

#[test]
fn every_option_in_what_operators_get_exists() {
    let source = read("server/src/config.rs");
    let mut count = 0;
    for (name, text) in files() {
        let called = text.lines().filter(|line| line.contains("magpie serve"));
        // Each option is also a variable of its name.
        let options = called
            .flat_map(|line| words(line, "--"))
            .map(|option| format!("MAGPIE_{}", option[2..].replace('-', "_").to_uppercase()));
        for variable in words(&text, "MAGPIE_").into_iter().map(str::to_owned).chain(options) {
            assert!(
                source.contains(&format!("env = \"{variable}\"")),
                "deploy/{name} names {variable}, which the program does not take"
            );
            count += 1;
        }
    }
    assert!(count >= 10, "the files are not written as this test expects: {count}");
}

#[test]
fn both_units_are_kept_in_alike() {
    let kept_in = |path: &str| {
        let unit = read(path);
        let start = unit.find("AmbientCapabilities=").expect("the unit says what it may");
        unit[start..].to_owned()
    };
    assert_eq!(kept_in("deploy/magpie.service"), kept_in("deploy/magpie@.service"));
}
