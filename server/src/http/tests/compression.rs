//! Long answers travel compressed, short ones as they are.

use http::{
    StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE, ORIGIN, VARY},
};
use serde_json::json;

use super::doors::{Answer, Doors, HERE, get, post};

const MESSAGES: &str = "/api/v1/rooms/1/messages";

async fn ask(doors: &Doors, cookie: &str, path: &str, takes: &str) -> Answer {
    let request = get(path).header(COOKIE, cookie).header(ACCEPT_ENCODING, takes);
    let answer = doors.ask(request, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer
}

#[tokio::test]
async fn history_snapshots_and_pages_travel_compressed_to_those_who_take_it() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    for number in 0..40 {
        let message = json!({ "client_message_id": format!("m{number}"), "body": format!("message {number} of many") });
        let request = post(MESSAGES).header(ORIGIN, HERE).header(COOKIE, &cookie);
        let answer = doors.ask(request, message.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    for path in [MESSAGES, "/api/v1/snapshot?room=general", "/rooms/general"] {
        let plain = ask(&doors, &cookie, path, "identity").await;
        assert_eq!(plain.header(CONTENT_ENCODING), "");
        assert!(plain.text.contains("message 39 of many"), "{path}");
        for takes in ["br", "gzip"] {
            let compressed = ask(&doors, &cookie, path, takes).await;
            assert_eq!(compressed.header(CONTENT_ENCODING), takes);
            assert!(compressed.header(VARY).contains("accept-encoding"), "{path}");
            let (less, much) = (compressed.length, plain.length);
            assert!(less * 4 < much, "{path}, {takes}: {less} of {much}");
        }
    }
    let short = ask(&doors, &cookie, "/api/v1/rooms/1/messages?limit=1", "br, gzip").await;
    assert_eq!(short.header(CONTENT_ENCODING), "", "one packet is one packet");
}
