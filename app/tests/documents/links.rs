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
        assert!(
            has_test(file, &source, name),
            "{path} names `{name}`, which is no test in {file}"
        );
        count += 1;
    }
    assert!(count > 20, "{path} is not written as this test expects");
}

/// Whether a source has a test of exactly this name.
fn has_test(file: &str, source: &str, name: &str) -> bool {
    let mut lines = source.lines().map(str::trim_start);
    if file.ends_with(".ts") {
        return lines.filter_map(title).any(|title| title == name);
    }
    let function = format!("fn {name}(");
    // Those of a contract are called by each of its sides.
    lines.any(|line| {
        ["", "async ", "pub(crate) async "]
            .iter()
            .filter_map(|before| line.strip_prefix(before))
            .any(|rest| rest.starts_with(&function))
    })
}

/// The title of the TypeScript test that begins on this line. `…` stands for what a template puts into it.
fn title(line: &str) -> Option<String> {
    let rest = line.strip_prefix("test(")?;
    let quote = rest.chars().next().filter(|first| ['"', '`'].contains(first))?;
    let parts = rest[1..].split(quote).next()?.split("${");
    let around = parts.map(|part| part.split_once('}').map_or(part, |(_, behind)| behind));
    Some(around.collect::<Vec<_>>().join("…"))
}

#[test]
fn only_a_whole_name_names_a_test() {
    let rust = "    // fn it_holds()\n    async fn it_holds_for_ever() {";
    assert!(has_test("it.rs", rust, "it_holds_for_ever"));
    assert!(!has_test("it.rs", rust, "it_holds"));
    let typescript =
        "// test(\"it holds\"\n  test(\"it holds for ever\", async () => {\n  test(`it is ${seen}, too`, async () => {";
    for name in ["it holds for ever", "it is …, too"] {
        assert!(has_test("it.ts", typescript, name), "{name}");
    }
    for name in ["it holds", "it is ", "it is …"] {
        assert!(!has_test("it.ts", typescript, name), "{name}");
    }
}
