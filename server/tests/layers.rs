//! Who may import whom. The table below is the architecture; this test holds the source to it.
//!
//! Only what is compiled into the program counts: tests may reach for whatever they need to set a scene.

use std::{fs, path::Path};

/// Each module, and the modules it may name besides itself. `app::…` are rooms of the crate `app`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("app::protocol", &[]),
    ("app::text", &["app::protocol"]),
    ("app::state", &["app::protocol", "app::text"]),
    ("app::client", &["app::protocol", "app::state"]),
    ("app::ui", &["app::protocol", "app::state", "app::text", "app::client"]),
    ("server::clock", &["app::protocol"]),
    ("server::ids", &["app::protocol"]),
    // Each part owns the meters of its own work, and telemetry shows them: so all that count something know it.
    ("server::telemetry", &["app::protocol"]),
    ("server::config", &[]),
    ("server::network", &[]),
    ("server::lock", &[]),
    ("server::scheduler", &[]),
    ("server::line", &["server::lock"]),
    (
        "server::door",
        &["app::protocol", "server::network", "server::line", "server::lock"],
    ),
    (
        "server::store",
        &[
            "app::protocol",
            "app::text",
            "server::ids",
            "server::lock",
            "server::scheduler",
            "server::telemetry",
        ],
    ),
    (
        "server::bus",
        &["app::protocol", "server::ids", "server::lock", "server::telemetry"],
    ),
    (
        "server::feed",
        &[
            "app::protocol",
            "server::bus",
            "server::ids",
            "server::lock",
            "server::store",
            "server::telemetry",
        ],
    ),
    (
        "server::hub",
        &[
            "app::protocol",
            "server::feed",
            "server::ids",
            "server::line",
            "server::lock",
            "server::telemetry",
        ],
    ),
    ("server::access", &["app::protocol", "server::store"]),
    (
        "server::service",
        &[
            "app::protocol",
            "app::text",
            "server::access",
            "server::bus",
            "server::clock",
            "server::network",
            "server::ids",
            "server::lock",
            "server::store",
        ],
    ),
    (
        "server::command",
        &["app::protocol", "server::access", "server::ids", "server::service"],
    ),
    (
        "server::socket",
        &[
            "app::protocol",
            "server::command",
            "server::context",
            "server::door",
            "server::hub",
            "server::line",
            "server::scheduler",
        ],
    ),
    (
        "server::http",
        &[
            "app::client",
            "app::protocol",
            "app::state",
            "app::ui",
            "server::command",
            "server::context",
            "server::door",
            "server::ids",
            "server::socket",
        ],
    ),
    ("server::backup", &["app::protocol", "server::store"]),
    // These put the parts together.
    (
        "server::context",
        &[
            "server::door",
            "server::http",
            "server::hub",
            "server::service",
            "server::telemetry",
        ],
    ),
    (
        "server::serve",
        &[
            "app::protocol",
            "server::bus",
            "server::clock",
            "server::config",
            "server::context",
            "server::door",
            "server::feed",
            "server::http",
            "server::hub",
            "server::line",
            "server::service",
            "server::store",
            "server::telemetry",
        ],
    ),
];

/// What may be written nowhere in a module, whatever it imports.
const NEVER_WRITES: &[(&str, &[&str])] = &[
    ("app::protocol", &["leptos", "web_sys", "tokio", "::now("]),
    (
        "app::state",
        &["leptos", "web_sys", "tokio", "::now(", "async ", "rand::"],
    ),
    (
        "app::ui",
        &[
            // What is looked for, not what is used: through it a script could get in with a text; drawn as views, none can.
            "inner_html",
            "ClientFrame",
            "ServerFrame",
            "WebSocket",
            "gloo_net",
            "#[server",
        ],
    ),
    ("server::access", &["axum", "rusqlite", "tokio_postgres::"]),
    ("server::backup", &["axum", "rusqlite", "tokio_postgres::"]),
    ("server::bus", &["axum", "rusqlite", "tokio_postgres::"]),
    ("server::command", &["axum", "rusqlite", "tokio_postgres::"]),
    ("server::door", &["rusqlite", "tokio_postgres::"]),
    ("server::feed", &["axum", "rusqlite", "tokio_postgres::"]),
    ("server::hub", &["axum", "rusqlite", "rustls", "tokio_postgres::"]),
    ("server::line", &["axum", "hyper", "rusqlite", "tokio_postgres::"]),
    ("server::service", &["axum", "rusqlite", "tokio_postgres::"]),
    ("server::socket", &["rusqlite", "rustls", "tokio_postgres::"]),
    ("server::http", &["rusqlite", "tokio_postgres::"]),
    ("server::store", &["axum"]),
];

#[test]
fn modules_import_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (module, path, code) in sources() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!(
                "{path} belongs to `{module}`, which has no row in the table of this test"
            ));
            continue;
        };
        for import in imports(&module, &code) {
            if import != module && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{path} imports `{import}`, which `{module}` must not know"));
            }
        }
        // One place knows the client of NATS; everybody else knows a bus.
        if code.contains("async_nats::") && !path.starts_with("server/src/bus/nats/") {
            wrong.push(format!(
                "{path} knows the client of NATS, which is for `server/src/bus/nats` alone"
            ));
        }
        for (_, words) in NEVER_WRITES.iter().filter(|(name, _)| *name == module) {
            // The showcase on /kit plays the server's part: its demonstration is told in frames.
            let is_demonstration = path.starts_with("app/src/ui/showcase/");
            let said = |word: &&&str| code.contains(**word) && !(is_demonstration && **word == "ServerFrame");
            for word in words.iter().filter(said) {
                wrong.push(format!("{path} says `{word}`, which has no place in `{module}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The test would be silent if it read nothing.
#[test]
fn the_table_names_modules_that_exist() {
    let sources = sources();
    for (module, _) in MAY_IMPORT {
        assert!(
            sources.iter().any(|(found, _, _)| found == module),
            "there is no source of `{module}`"
        );
    }
}

/// Every source file that is compiled into the program: its module, its path, its code without comments and tests.
fn sources() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace is above the crate");
    let mut found = Vec::new();
    for crate_name in ["app", "server"] {
        let source = root.join(crate_name).join("src");
        for path in files(&source) {
            let inside = path
                .strip_prefix(&source)
                .expect("found below it")
                .to_string_lossy()
                .into_owned();
            let module = inside
                .split('/')
                .next()
                .unwrap_or_default()
                .trim_end_matches(".rs")
                .to_owned();
            let is_test = inside.ends_with("tests.rs")
                || inside.contains("/tests/")
                || inside.ends_with("contract.rs")
                || inside.contains("/contract/");
            if is_test || module == "lib" || module == "main" {
                continue;
            }
            let text = fs::read_to_string(&path).expect("source files are readable");
            let code = text
                .lines()
                .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
                .collect::<Vec<_>>();
            let code = code.join("\n");
            let code = code
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default()
                .to_owned();
            found.push((
                format!("{crate_name}::{module}"),
                format!("{crate_name}/src/{inside}"),
                code,
            ));
        }
    }
    found
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("readable").path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The rooms that code names: `crate::store::Store`, `crate::{hub::Hub, store}`, `app::protocol::Seq`.
fn imports(module: &str, code: &str) -> Vec<String> {
    let own = module.split("::").next().unwrap_or_default();
    let mut rooms = Vec::new();
    for (prefix, crate_name) in [("crate::", own), ("app::", "app")] {
        for (at, _) in code.match_indices(prefix) {
            // `leptos_app::` is another name.
            if !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':') {
                rooms.extend(
                    first_names(&code[at + prefix.len()..])
                        .into_iter()
                        .map(|room| format!("{crate_name}::{room}")),
                );
            }
        }
    }
    // `App`, re-exported at a crate's top, is no room.
    rooms.retain(|room| {
        room.rsplit("::")
            .next()
            .is_some_and(|name| name.starts_with(|first: char| first.is_lowercase()))
    });
    rooms
}

/// Of `{hub::Hub, store::{Store, Page}}` the names `hub` and `store`; of `hub::Hub` the name `hub`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let (mut depth, mut names, mut item) = (1, Vec::new(), String::new());
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && letter == ',') {
            names.push(name(&item));
            item.clear();
        } else {
            item.push(letter);
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}
