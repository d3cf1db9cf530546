//! Reading documents.

use std::path::{Path, PathBuf};

/// The project's folder.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("`app` lies in the project")
        .to_owned()
}

/// A file of the project.
pub(crate) fn read(path: &str) -> String {
    let path = project().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every document, by its path within the project.
pub(crate) fn documents() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["", "docs", "docs/decisions", "deploy"] {
        let Ok(entries) = std::fs::read_dir(project().join(folder)) else {
            continue;
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        found.extend(names.filter(|name| name.ends_with(".md")).map(|name| match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        }));
    }
    found.sort();
    found
}

/// The part of a document under the heading of this name, up to the next heading of the same rank or a higher one.
pub(crate) fn section<'a>(document: &'a str, heading: &str) -> Option<&'a str> {
    let mut fenced = false;
    let mut begun: Option<(usize, usize)> = None;
    let mut position = 0;
    for line in document.split_inclusive('\n') {
        let rank = line.bytes().take_while(|byte| *byte == b'#').count();
        fenced ^= line.starts_with("```");
        if rank > 0 && !fenced {
            match begun {
                Some((start, begun_rank)) if rank <= begun_rank => return Some(&document[start..position]),
                None if line[rank..].trim().trim_matches('`') == heading => begun = Some((position, rank)),
                _ => {}
            }
        }
        position += line.len();
    }
    begun.map(|(start, _)| &document[start..])
}

/// The row of a table whose first cell is this.
pub(crate) fn row<'a>(text: &'a str, first: &str) -> Option<&'a str> {
    let bare = |cell: &str| cell.trim().trim_end_matches('?').trim_matches('`') == first;
    text.lines().find(|line| {
        line.strip_prefix('|')
            .and_then(|rest| rest.split('|').next())
            .is_some_and(bare)
    })
}

/// Whether the text names this in backticks, as `name` or as the first word of `name …`.
pub(crate) fn names(text: &str, name: &str) -> bool {
    text.contains(&format!("`{name}`"))
}

/// What stands between backticks and in fenced blocks: the parts that are meant literally.
pub(crate) fn literal(document: &str) -> String {
    let mut found = String::new();
    for (index, part) in document.split("```").enumerate() {
        if index % 2 == 1 {
            found.push_str(part);
        } else {
            part.split('`')
                .skip(1)
                .step_by(2)
                .for_each(|span| found.push_str(&format!("\n{span}\n")));
        }
    }
    found
}
