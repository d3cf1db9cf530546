//! Links between documents lead somewhere.

use std::path::Path;

use crate::text::{documents, project, read};

#[test]
fn every_link_leads_to_a_file_and_every_anchor_to_a_heading() {
    let mut broken = Vec::new();
    for path in documents() {
        let document = read(&path);
        for target in targets(&document) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = Path::new(&path).parent().unwrap();
            let linked = if file.is_empty() {
                Path::new(&path).to_owned()
            } else {
                folder.join(file)
            };
            let there = project().join(&linked);
            let leads = there.exists() && (anchor.is_empty() || has_heading(&there, anchor));
            if !leads {
                broken.push(format!("{path}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "these lead nowhere:\n  {}", broken.join("\n  "));
}

/// What stands in `](…)`, outside of fenced blocks.
fn targets(document: &str) -> Vec<&str> {
    let prose = document.split("```").step_by(2);
    prose
        .flat_map(|part| part.split("](").skip(1).filter_map(|rest| rest.split(')').next()))
        .collect()
}

fn has_heading(file: &Path, anchor: &str) -> bool {
    let Ok(text) = std::fs::read_to_string(file) else {
        return false;
    };
    text.lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| slug(line) == anchor)
}

/// As code hosts make anchors: lower case, blanks to hyphens, other punctuation away.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|it| it.is_alphanumeric() || [' ', '-', '_'].contains(it));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

#[test]
fn no_document_names_where_it_lies() {
    for path in documents() {
        let place = project().display().to_string();
        assert!(!read(&path).contains(&place), "{path} names {place}");
    }
}

#[test]
fn every_test_that_is_named_as_a_proof_exists() {
    let path = "docs/status.md";
    let document = read(path);
    let mut count = 0;
    for link in document.split("[`").skip(1) {
        let (name, rest) = link.split_once("`](").expect("a name in backticks is a link");
        let file = rest.split(')').next().unwrap();
        let source = read(&format!("docs/{file}"));
        assert!(source.contains(name), "{path} names `{name}`, which is not in {file}");
        count += 1;
    }
    assert!(count > 20, "{path} is not written as this test expects");
}
