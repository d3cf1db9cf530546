//! What comes from where.

use http::{
    Method, Request, StatusCode,
    header::{CONNECTION, COOKIE, ORIGIN, UPGRADE},
};
use serde_json::json;

use super::doors::{Doors, HERE, get, post};

#[tokio::test]
async fn what_other_sites_make_a_browser_send_is_refused_everywhere() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let foreign = [
        "https://evil.example",
        "null",
        "http://chat.local.evil.example",
        "http://chat.local:81",
        "",
    ];
    let unsafe_requests = [
        (Method::POST, "/session"),
        (Method::POST, "/session/end"),
        (Method::POST, "/rooms/general/messages"),
        (Method::POST, "/rooms/general/join"),
        (Method::POST, "/api/v1/session"),
        (Method::DELETE, "/api/v1/session"),
        (Method::POST, "/api/v1/commands"),
        (Method::POST, "/api/v1/poll"),
        (Method::POST, "/api/v1/rooms"),
        (Method::POST, "/api/v1/rooms/1/messages"),
        (Method::PUT, "/api/v1/rooms/1/read"),
        (Method::DELETE, "/api/v1/rooms/1/messages/1"),
    ];
    for (method, path) in unsafe_requests {
        let request = || Request::builder().method(&method).uri(path).header(COOKIE, &cookie);
        for origin in foreign {
            let answer = doors
                .ask(
                    request().header(ORIGIN, origin).header("content-type", "text/plain"),
                    "{}",
                )
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} from {origin:?}");
        }
        assert_eq!(
            doors.ask(request(), "{}").await.status,
            StatusCode::FORBIDDEN,
            "{method} {path} without origin"
        );
    }
    let still_there = doors.ask(get("/api/v1/snapshot").header(COOKIE, cookie), "").await;
    assert_eq!(still_there.status, StatusCode::OK);
}

#[tokio::test]
async fn an_upgrade_from_another_site_is_refused() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let upgrade = || {
        get("/ws")
            .header(COOKIE, &cookie)
            .header(UPGRADE, "websocket")
            .header(CONNECTION, "upgrade")
    };
    for origin in ["https://evil.example", "null", "http://chat.local.evil.example"] {
        let answer = doors.ask(upgrade().header(ORIGIN, origin), "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(
        doors.ask(upgrade(), "").await.status,
        StatusCode::FORBIDDEN,
        "a cookie without origin"
    );
    assert_ne!(
        doors.ask(upgrade().header(ORIGIN, HERE), "").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn own_pages_allowed_origins_and_programs_pass() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    for origin in [HERE, "http://127.0.0.1:8080"] {
        let request = post("/api/v1/rooms").header(COOKIE, &cookie).header(ORIGIN, origin);
        assert_eq!(
            doors.ask(request, json!({ "name": "Birds" }).to_string()).await.status,
            StatusCode::OK
        );
    }
    let token = doors.token("Bot").await;
    let made = doors
        .as_program(&token, Method::POST, "/api/v1/rooms", json!({ "name": "Bots" }))
        .await;
    assert_eq!(made.json()["room"]["slug"], "bots");
}

#[tokio::test]
async fn under_a_name_that_anybody_can_have_nothing_is_answered() {
    let doors = Doors::open();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/rooms/general"),
        (Method::POST, "/api/v1/session"),
        (Method::GET, "/ws"),
    ] {
        let request = Request::builder().method(&method).uri(path);
        let answer = doors.ask_as("evil.example:3000", request, r#"{"name":"Ann"}"#).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{method} {path}");
        assert!(answer.text.contains("--origin http://evil.example"), "{}", answer.text);
    }
    let answer = doors.ask_as("127.0.0.1:3000", get("/sign-in"), "").await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn who_takes_this_server_for_a_proxy_is_refused() {
    let doors = Doors::open();
    let request = Request::builder().method(Method::CONNECT).uri("elsewhere.local:80");
    assert_eq!(doors.ask(request, "").await.status, StatusCode::BAD_REQUEST);
}
