//! What it says to whoever starts it. A mistake is one sentence and exit code 2.

use std::{path::Path, process::Output};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::harness::{GENERAL, Magpie, Person, Trust, empty_database, magpie, outcome, serving};

/// The one sentence with which it refuses to start.
fn sentence(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "what is in the way is said on standard error");
    let sentences: Vec<&str> = said.lines().filter(|line| line.starts_with("magpie: ")).collect();
    assert_eq!(sentences.len(), 1, "one sentence: {said}");
    sentences[0].to_owned()
}

async fn refused(words: &[&str], naming: &str) {
    let sentence = sentence(&outcome(words).await);
    assert!(sentence.contains(naming), "{sentence}");
}

#[tokio::test]
async fn a_bad_option_ends_with_exit_code_2_and_is_named() {
    for (words, named) in [
        (vec!["serve", "--frobnicate"], "--frobnicate"),
        (vec!["serve", "--listen", "somewhere"], "--listen"),
        (vec!["serve", "--durability", "perhaps"], "--durability"),
        (vec!["serv"], "serv"),
        (vec![], "Usage"),
    ] {
        let output = outcome(&words).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains(named) && output.stdout.is_empty(), "{words:?}: {said}");
    }
}

#[tokio::test]
async fn a_taken_port_ends_with_exit_code_2_and_leaves_the_data_alone() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    refused(
        &["serve", "--listen", &address, "--data", data.to_str().unwrap()],
        &address,
    )
    .await;
    assert!(!data.exists());
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_ends_with_exit_code_2() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "").unwrap();
    let data = file.join("data");
    let data = data.to_str().unwrap();
    refused(&["serve", "--listen", "127.0.0.1:0", "--data", data], data).await;
}

#[tokio::test]
async fn a_newer_database_ends_with_exit_code_2() {
    let folder = TempDir::new().unwrap();
    let mut server = Magpie::start(folder.path()).await;
    server.terminate().await;
    assert!(server.ended().await.success());
    let database = Connection::open(folder.path().join("magpie.db")).unwrap();
    database
        .execute("INSERT INTO migrations VALUES ('9999_from_tomorrow', 'x', 0)", [])
        .unwrap();
    drop(database);
    let data = folder.path().to_str().unwrap();
    refused(
        &["serve", "--listen", "127.0.0.1:0", "--data", data],
        "9999_from_tomorrow",
    )
    .await;
}

#[tokio::test]
async fn a_bus_that_cannot_be_reached_ends_with_exit_code_2_and_its_credentials_are_not_shown() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().to_str().unwrap();
    let start = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--bus"];
    for (bus, named) in [
        ("nats://magpie:secret@127.0.0.1:1", "nats://127.0.0.1:1"),
        ("https://magpie:secret@here", "cannot use this bus"),
    ] {
        let output = outcome(&[&start[..], &[bus]].concat()).await;
        let said = sentence(&output);
        assert!(said.contains(named) && !said.contains("secret"), "{said}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_used_ends_with_exit_code_2() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().to_str().unwrap();
    let diary = folder.path().join("diary");
    std::fs::write(&diary, "Dear diary, ".repeat(100)).unwrap();
    let diary = diary.to_str().unwrap();
    for (database, named) in [("mysql://here/magpie", "`mysql`"), ("", "file"), (diary, diary)] {
        let words = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            data,
            "--database",
            database,
        ];
        refused(&words, named).await;
    }
}

#[tokio::test]
async fn a_database_server_that_cannot_be_used_ends_with_exit_code_2_and_no_password() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--database"];
    let mut unusable = vec![
        ("postgres://ann:secret@127.0.0.1:1/chat".to_owned(), "127.0.0.1:1"),
        ("postgres://ann:secret@/?nonsense=secret".to_owned(), "postgres://USER"),
    ];
    let database = empty_database().await;
    if let Some(database) = &database {
        let newer = "INSERT INTO migrations VALUES ('9999_from_tomorrow', 'x', 0)";
        database.client().await.execute(newer, &[]).await.unwrap();
        unusable.push((database.url.clone(), "9999_from_tomorrow"));
        unusable.push((database.url.replace("postgres@", "nobody_here:secret@"), "nobody_here"));
    }
    for (url, named) in unusable {
        let sentence = sentence(&outcome(&[&serve[..], &[url.as_str()]].concat()).await);
        assert!(sentence.contains(named) && !sentence.contains("secret"), "{sentence}");
    }
    let backup = folder.path().join("backup.tar");
    let words = [
        "backup",
        backup.to_str().unwrap(),
        "--database",
        "postgres://ann:secret@here/chat",
    ];
    refused(&words, "pg_dump").await;
}

#[tokio::test]
async fn the_program_runs_on_postgresql_and_its_log_holds_nothing_private() {
    let Some(database) = empty_database().await else { return };
    let folder = TempDir::new().unwrap();
    for name in ["Annabel", "Bobadil"] {
        let mut command = serving(folder.path());
        command.env("MAGPIE_DATABASE", &database.url).env("MAGPIE_LOG", "trace");
        let mut server = Magpie::run(&mut command, folder.path()).await;
        let person = Person::sign_in(server.address, name).await;
        person.connects().await;
        person.says(GENERAL, "the key is under the stone").await;
        server.terminate().await;
        assert!(server.ended().await.success());
        let log = server.log();
        for private in [name, "stone", &person.token] {
            assert!(!log.contains(private), "{private}");
        }
    }
    let count = "SELECT count(*) FROM messages";
    let kept: i64 = database.client().await.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(kept, 2, "what the first run stored is there for the second");
    assert!(!folder.path().join("magpie.db").exists());
}

#[tokio::test]
async fn a_second_server_on_the_same_data_ends_with_exit_code_2() {
    let folder = TempDir::new().unwrap();
    let _first = Magpie::start(folder.path()).await;
    let data = folder.path().to_str().unwrap();
    refused(&["serve", "--listen", "127.0.0.1:0", "--data", data], "in use").await;
}

#[tokio::test]
async fn tls_needs_both_files_and_such_that_belong_together() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let (certificate, key) = Trust::fresh().write(folder.path());
    let elsewhere = TempDir::new().unwrap();
    let (_, other_key) = Trust::fresh().write(elsewhere.path());
    let (certificate, key, other_key) = (path(&certificate), path(&key), path(&other_key));
    let missing = path(&folder.path().join("missing.pem")).to_owned();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", path(&data)];
    for (options, named) in [
        (vec!["--tls-certificate", certificate], "--tls-key"),
        (vec!["--tls-key", key], "--tls-certificate"),
        (vec!["--tls-certificate", &missing, "--tls-key", key], &*missing),
        (vec!["--tls-certificate", certificate, "--tls-key", &missing], &missing),
        (vec!["--tls-certificate", key, "--tls-key", key], "no certificate"),
        (
            vec!["--tls-certificate", certificate, "--tls-key", certificate],
            "no private key",
        ),
        (
            vec!["--tls-certificate", certificate, "--tls-key", other_key],
            "is not that of",
        ),
    ] {
        refused(&[&serve, &options[..]].concat(), named).await;
    }
    assert!(!data.exists(), "the data is left alone");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn every_option_works_as_a_variable() {
    let folder = TempDir::new().unwrap();
    let (data, database) = (folder.path().join("data"), folder.path().join("elsewhere.db"));
    std::fs::create_dir(&data).unwrap();
    let mut command = magpie(&["serve"]);
    command
        .env("MAGPIE_LISTEN", "127.0.0.1:0")
        .env("MAGPIE_DATA", &data)
        .env("MAGPIE_DATABASE", &database)
        .env("MAGPIE_DURABILITY", "normal")
        .env("MAGPIE_ORIGIN", "https://chat.example,https://talk.example")
        .env("MAGPIE_SECURE_COOKIES", "1")
        .env("MAGPIE_NO_RATE_LIMITS", "true");
    let server = Magpie::run(&mut command, &data).await;
    assert!(database.exists() && !data.join("magpie.db").exists());
    let running: String = Connection::open(&database)
        .unwrap()
        .query_row("SELECT running FROM database", [], |row| row.get(0))
        .unwrap();
    assert_eq!(running, "normal");
    // More than anybody may without limits.
    for number in 0..80 {
        Person::sign_in(server.address, &format!("visitor {number}")).await;
    }
    for origin in ["https://chat.example", "https://talk.example"] {
        let answer = reqwest::Client::new()
            .post(format!("http://{}/api/v1/session", server.address))
            .header("origin", origin)
            .json(&serde_json::json!({ "name": "ann" }))
            .send()
            .await
            .unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("Secure"), "{cookie}");
    }
    server.stop().await;
}

#[tokio::test]
async fn version_and_help_are_no_mistakes() {
    let version = outcome(&["--version"]).await;
    let expected = format!("magpie {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (version.status.code(), version.stdout),
        (Some(0), expected.into_bytes())
    );
    for (words, named) in [
        (["--help"].as_slice(), "serve"),
        (&["serve", "--help"], "MAGPIE_LISTEN"),
    ] {
        let help = outcome(words).await;
        assert_eq!(help.status.code(), Some(0));
        assert!(String::from_utf8(help.stdout).unwrap().contains(named));
    }
}
