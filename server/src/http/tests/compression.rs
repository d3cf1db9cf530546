//! Long answers travel compressed, short ones as they are.

use http::{
    Method, StatusCode,
    header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, VARY},
};
use serde_json::json;

use super::doors::{Answer, Doors, get};

const MESSAGES: &str = "/api/v1/rooms/1/messages";

async fn ask(doors: &Doors, token: &str, path: &str, takes: &str) -> Answer {
    let request = get(path).header(AUTHORIZATION, format!("Bearer {token}"));
    let answer = doors.ask(request.header(ACCEPT_ENCODING, takes), "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer
}

#[tokio::test]
async fn history_travels_compressed_to_those_who_take_it() {
    let doors = Doors::open();
    let token = doors.token("Ann").await;
    for number in 0..40 {
        let message = json!({ "client_message_id": format!("m{number}"), "body": format!("message {number} of many") });
        doors.as_program(&token, Method::POST, MESSAGES, message).await;
    }
    let plain = ask(&doors, &token, MESSAGES, "identity").await;
    assert_eq!(plain.header(CONTENT_ENCODING), "");
    for takes in ["br", "gzip"] {
        let compressed = ask(&doors, &token, MESSAGES, takes).await;
        assert_eq!(compressed.header(CONTENT_ENCODING), takes);
        assert_eq!(compressed.header(VARY), "accept-encoding");
        assert!(
            compressed.length * 4 < plain.length,
            "{takes}: {} of {}",
            compressed.length,
            plain.length
        );
    }
    let short = ask(&doors, &token, "/api/v1/rooms/1/messages?limit=1", "br, gzip").await;
    assert_eq!(short.header(CONTENT_ENCODING), "", "one packet is one packet");
}
