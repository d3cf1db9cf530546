//! `docs/protocol.md` names all that the types, the tables of codes and limits, and the routes have.

use app::protocol::{ClientFrame, CloseCode, ServerFrame, schema::schema};
use serde_json::Value;

use crate::text::{names, project, read, row, section};

const PATH: &str = "docs/protocol.md";

/// Says everything that is missing at once.
fn assert_nothing(missing: Vec<String>) {
    assert!(missing.is_empty(), "{PATH} lacks\n  {}", missing.join("\n  "));
}

/// Every definition of the schema with its name.
fn definitions() -> Vec<(String, Value)> {
    let schema = schema().to_value();
    let definitions = schema["$defs"].as_object().expect("the schema has definitions").clone();
    definitions.into_iter().collect()
}

/// The variants of an enum that is written with a tag: tag, and the fields of its own.
fn variants(definition: &Value) -> Vec<(String, Vec<String>)> {
    let one_of = definition["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let variant = |one: &Value| {
        let properties = one["properties"].as_object()?;
        let tag = ["type", "kind"]
            .iter()
            .find_map(|tag| properties.get(*tag)?["const"].as_str())?;
        let own = properties
            .keys()
            .filter(|key| !["type", "kind"].contains(&key.as_str()));
        Some((tag.to_owned(), own.cloned().collect()))
    };
    one_of.iter().filter_map(variant).collect()
}

/// The values of an enum that is written as a string.
fn values(definition: &Value) -> Vec<String> {
    let one_of = definition["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let listed = definition["enum"].as_array().map_or(&[][..], Vec::as_slice);
    let within = one_of
        .iter()
        .flat_map(|one| one["enum"].as_array().map_or(&[][..], Vec::as_slice));
    let single = one_of.iter().filter_map(|one| one.get("const"));
    listed
        .iter()
        .chain(within)
        .chain(single)
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn fields(definition: &Value) -> Vec<String> {
    definition["properties"]
        .as_object()
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}

/// Where a definition is told of. A frame's command stands beside its id, so the schema has both in one.
fn told_in<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    match name {
        "ClientFrame" => section(document, "What a client sends"),
        _ => section(document, name).or_else(|| row(section(document, "Scalars")?, name)),
    }
}

#[test]
fn every_type_has_its_section_with_every_field_and_value() {
    let document = read(PATH);
    let mut missing = Vec::new();
    for (name, definition) in definitions() {
        let Some(text) = told_in(&document, &name) else {
            missing.push(format!("a section or a scalar's row for {name}"));
            continue;
        };
        let wanted = fields(&definition).into_iter().chain(values(&definition));
        missing.extend(
            wanted
                .filter(|word| !names(text, word))
                .map(|word| format!("`{word}` of {name}")),
        );
    }
    assert_nothing(missing);
}

#[test]
fn every_variant_has_its_row_with_every_field() {
    let document = read(PATH);
    let mut missing = Vec::new();
    for (name, definition) in definitions() {
        let text = told_in(&document, &name).unwrap_or_default();
        for (tag, fields) in variants(&definition) {
            match row(text, &tag) {
                None => missing.push(format!("a row for `{tag}` of {name}")),
                // What is another type's stands in that type's section.
                Some(row) if row.contains("those of") || name == "Item" => {}
                Some(row) => {
                    let unnamed = fields.into_iter().filter(|field| !names(row, field));
                    missing.extend(unnamed.map(|field| format!("`{field}` of `{tag}` of {name}")));
                }
            }
        }
    }
    assert_nothing(missing);
}

#[test]
fn the_schema_has_what_this_test_looks_for() {
    let counts = |wanted: &str| {
        let (_, definition) = definitions().into_iter().find(|(name, _)| name == wanted).unwrap();
        (variants(&definition).len(), values(&definition).len())
    };
    assert_eq!(counts("ClientFrame").0, 21);
    assert!(counts("ServerFrame").0 >= 10);
    assert_eq!(counts("Reply").0, 8);
    assert_eq!(counts("Item").0, 6);
    assert!(counts("ErrorCode").1 >= 17);
}

#[test]
fn every_variant_has_its_picture() {
    let mut missing = Vec::new();
    for (name, prefix) in [
        ("ClientFrame", "client"),
        ("ServerFrame", "server"),
        ("Item", "item"),
        ("Reply", "reply"),
    ] {
        let (_, definition) = definitions().into_iter().find(|(other, _)| other == name).unwrap();
        for (tag, _) in variants(&definition) {
            // A gap has a picture per feed, `ok` one per reply.
            let file = match tag.as_str() {
                "gap" => "gap__room.snap".to_owned(),
                "ok" => "reply__done.snap".to_owned(),
                tag => format!("{prefix}__{tag}.snap"),
            };
            let known = project().join("app/src/protocol/snapshots").join(&file).exists();
            missing.extend((!known).then_some(file));
        }
    }
    assert!(missing.is_empty(), "app/src/protocol/snapshots lacks {missing:?}");
}

#[test]
fn every_close_code_has_its_row() {
    let document = read(PATH);
    let table = section(&document, "Close codes").unwrap();
    let codes = CloseCode::ALL.map(|code| code.number().to_string());
    assert_nothing(codes.into_iter().filter(|code| row(table, code).is_none()).collect());
}

#[test]
fn every_limit_has_its_row_with_its_value() {
    let document = read(PATH);
    let table = section(&document, "Limits").unwrap();
    let source = read("app/src/protocol/limits.rs");
    let mut missing = Vec::new();
    let mut count = 0;
    for line in source.lines().filter_map(|line| line.strip_prefix("pub const ")) {
        let (name, rest) = line.split_once(':').unwrap();
        let expression = rest
            .split_once('=')
            .unwrap()
            .1
            .trim()
            .trim_end_matches(';')
            .replace('_', "");
        let value: u64 = expression
            .split('*')
            .map(|factor| factor.trim().parse::<u64>().unwrap())
            .product();
        let shown = row(table, name).is_some_and(|row| row.contains(&format!("| {} |", grouped(value))));
        missing.extend((!shown).then(|| format!("`{name}` = {}", grouped(value))));
        count += 1;
    }
    assert!(count > 10, "the limits are not written as this test expects");
    assert_nothing(missing);
}

/// 65536 as 65,536.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn every_route_of_the_api_has_its_row() {
    let document = read(PATH);
    let mut missing = Vec::new();
    let mut count = 0;
    for file in ["api/routes.rs", "sessions.rs", "poll.rs", "health.rs", "router.rs"] {
        let source = read(&format!("server/src/http/{file}"));
        for route in source.split(".route(").skip(1) {
            let route = route.split(".layer(").next().unwrap();
            let mut parts = route.splitn(3, '"').skip(1);
            let (path, handlers) = (parts.next().unwrap(), parts.next().unwrap());
            if !["/api/v1/", "/ws", "/healthz", "/readyz"]
                .iter()
                .any(|begin| path.starts_with(begin))
            {
                continue;
            }
            for method in ["get", "post", "put", "delete"] {
                let answers = [' ', '.']
                    .iter()
                    .any(|before| handlers.contains(&format!("{before}{method}(")))
                    || handlers.contains(&format!("\n{method}("));
                let request = format!("{} {path}", method.to_uppercase());
                if answers {
                    count += 1;
                    missing.extend(row(&document, &request).is_none().then_some(request));
                }
            }
        }
    }
    assert!(
        count >= 20,
        "only {count} routes found: they are not written as this test expects"
    );
    assert_nothing(missing);
}

#[test]
fn the_example_conversation_is_made_of_real_frames() {
    let document = read(PATH);
    let mut lines = 0;
    for block in document.split("```frames\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            let (direction, text) = line.split_at(2);
            let written: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {line}"));
            let understood = match direction {
                "> " => serde_json::to_value(serde_json::from_str::<ClientFrame>(text).expect(line)),
                "< " => serde_json::to_value(serde_json::from_str::<ServerFrame>(text).expect(line)),
                other => panic!("{other:?} is no direction"),
            };
            // Nothing in it that the types do not know, and nothing left out that they always write.
            assert_eq!(understood.unwrap(), written, "{line}");
            lines += 1;
        }
    }
    assert!(lines > 15, "the conversation was not found");
}
