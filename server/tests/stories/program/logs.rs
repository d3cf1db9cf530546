//! What it writes into its log, and what never.

use app::protocol::{Command, Reply};
use reqwest::{Method, redirect::Policy};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{GENERAL, Magpie, Person, post, serving};

/// Edits, deletes, and names things and herself anew. Gives what the room is called in addresses.
async fn changes_its_mind(ann: &Person) -> String {
    let made = Command::CreateRoom {
        name: "Quarry".to_owned(),
        topic: "All about granite".to_owned(),
    };
    let Ok(Reply::Room { room: made, .. }) = ann.asks(made).await else {
        panic!("one may make a room")
    };
    let room = made.id;
    let (number, _) = ann.says(room, "a piece of basalt").await;
    let body = "a piece of obsidian".to_owned();
    ann.changes(Command::EditMessage { room, number, body }).await;
    ann.changes(Command::DeleteMessage { room, number }).await;
    let name = "Gravel".to_owned();
    ann.changes(Command::RenameRoom { room, name }).await;
    let topic = "All about marble".to_owned();
    ann.changes(Command::SetTopic { room, topic }).await;
    let name = "Dorabella".to_owned();
    ann.asks(Command::SetName { name }).await.expect("one may choose");
    // None of these is taken: what was wrong is told by its code.
    for command in [
        Command::RenameRoom {
            room,
            name: "Gravel".repeat(100),
        },
        Command::SetTopic {
            room,
            topic: "marble".repeat(100),
        },
        Command::SetName {
            name: "Dorabella".repeat(100),
        },
        Command::EditMessage {
            room,
            number,
            body: "obsidian".to_owned(),
        },
    ] {
        ann.asks(command).await.unwrap_err();
    }
    made.slug.0
}

/// A conversation by every road; gives the log of all of it, at its most talkative.
async fn conversation(format: &str) -> (String, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let mut command = serving(folder.path());
    command.args(["--log-format", format]).env("MAGPIE_LOG", "trace");
    let mut server = Magpie::run(&mut command, folder.path()).await;
    let ann = Person::sign_in(server.address, "Annabel").await;
    let bob = Person::sign_in(server.address, "Bobadil").await;
    ann.connects().await;
    bob.connects().await;
    ann.says(GENERAL, "the key is under the stone").await;
    bob.reads("the key is under the stone").await;
    ann.asks(post(GENERAL, &"stone".repeat(10_000))).await.unwrap_err();
    ann.client().send_text("{\"stone\": ").await;
    let draft = serde_json::json!({ "body": "another stone" });
    bob.calls(Method::POST, "/api/v1/rooms/1/messages", Some(draft)).await;
    bob.calls(Method::POST, "/api/v1/rooms/1/messages", Some(Value::Null))
        .await;
    ann.reads("another stone").await;
    bob.calls(Method::GET, "/rooms/general?stone=1", None).await;
    let slug = changes_its_mind(&ann).await;
    bob.calls(Method::GET, &format!("/rooms/{slug}"), None).await;
    bob.calls(Method::GET, &format!("/api/v1/rooms/{slug}"), None).await;
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let signing_in = browser
        .post(format!("http://{}/session", server.address))
        .header("origin", format!("http://{}", server.address))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=Cleopatra&next=/");
    let answer = signing_in.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    let page = browser
        .get(format!("http://{}/rooms/general", server.address))
        .header("cookie", format!("magpie_session={cookie}"))
        .send()
        .await
        .unwrap();
    let request = page.headers()["x-request-id"].to_str().unwrap().to_owned();
    server.terminate().await;
    assert!(server.ended().await.success());
    let log = server.log();
    assert!(log.contains(&request), "the answer names the request as the log does");
    let told = [
        "stone", "Quarry", "quarry", "granite", "Gravel", "gravel", "basalt", "obsidian", "marble",
    ];
    let people = ["Annabel", "Bobadil", "Cleopatra", "Dorabella", "127.0.0.1"];
    let private = told.into_iter().chain(people).map(str::to_owned);
    (
        log,
        [ann.token.clone(), bob.token.clone(), cookie]
            .into_iter()
            .chain(private)
            .collect(),
    )
}

#[tokio::test]
async fn the_log_at_its_most_talkative_holds_no_text_name_token_or_address() {
    let (log, private) = conversation("text").await;
    for word in private {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(&word)).collect();
        assert!(told.is_empty(), "{word}: {told:#?}");
    }
    assert!(log.contains("DEBUG") && log.contains("request=") && log.contains("connection="));
}

#[tokio::test]
async fn the_log_for_programs_is_one_object_per_line_and_just_as_discreet() {
    let (log, private) = conversation("json").await;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let spans = |line: &Value| line["spans"].as_array().cloned().unwrap_or_default();
    let named = |span: &Value, name: &str, field: &str| span["name"] == name && !span[field].is_null();
    for (name, field) in [("request", "request"), ("connection", "connection")] {
        assert!(
            lines
                .iter()
                .any(|line| spans(line).iter().any(|span| named(span, name, field))),
            "{name} ids are told"
        );
    }
    for word in private {
        assert!(!log.contains(&word), "{word}");
    }
}
