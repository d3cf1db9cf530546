//! The doors: who gets in, from where, and what is said at the door.

use std::sync::Arc;

use axum::{Router, body::Body, response::Response};
use http::{
    Method, Request, StatusCode,
    header::{
        AUTHORIZATION, CACHE_CONTROL, CONNECTION, COOKIE, HOST, LOCATION, ORIGIN, RETRY_AFTER, SET_COOKIE, UPGRADE,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use app::protocol::Timestamp;

use crate::{
    bus::InProcessBus,
    clock::StandingClock,
    context::{Context, Parts},
    feed::Feeds,
    hub::Hub,
    service::{RateLimits, RateOptions, Service},
    store::{
        Store,
        sqlite::{SqliteOptions, SqliteStore},
    },
};

use super::{assets::Assets, router};

const HERE: &str = "http://chat.example";
const FORM: &str = "application/x-www-form-urlencoded";

/// A server without a socket.
struct Doors {
    router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    text: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("expected JSON, got {:?}", self.text))
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    fn header(&self, name: http::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `name=value` of the cookie that was set.
    fn cookie(&self) -> String {
        self.header(SET_COOKIE).split(';').next().unwrap().to_owned()
    }
}

impl Doors {
    fn open() -> Self {
        Self::with(RateOptions::unlimited(), false)
    }

    fn with(rates: RateOptions, secure_cookies: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("magpie.db");
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&path, SqliteOptions::default(), Timestamp(1)).unwrap());
        let service = Service::new(
            Arc::clone(&store),
            Arc::new(InProcessBus::default()),
            Arc::new(StandingClock::at(Timestamp(1_000))),
            Arc::new(RateLimits::new(rates)),
        );
        let context = Context::new(Parts {
            service,
            hub: Arc::new(Hub::new(Arc::new(Feeds::new(store)))),
            assets: Assets::load(),
            secure_cookies,
            allowed_origins: vec!["http://127.0.0.1:8080".to_owned()],
        });
        Self { router: router(context), _folder: folder }
    }

    async fn ask(&self, request: http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = request.header(HOST, "chat.example").body(body.into()).unwrap();
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    async fn sign_in(&self, form: &'static str) -> Answer {
        self.ask(post("/session").header(ORIGIN, HERE).header("content-type", FORM), form).await
    }

    /// A program's token.
    async fn token(&self, name: &str) -> String {
        let answer = self.ask(post("/api/v1/session"), json!({ "name": name }).to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.header(SET_COOKIE), "", "programs get no cookie");
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    async fn as_program(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header(AUTHORIZATION, format!("Bearer {token}"));
        self.ask(request, if body.is_null() { String::new() } else { body.to_string() }).await
    }
}

fn post(path: &str) -> http::request::Builder {
    Request::builder().method(Method::POST).uri(path)
}

fn get(path: &str) -> http::request::Builder {
    Request::builder().uri(path)
}

#[tokio::test]
async fn a_visitor_signs_in_with_a_plain_form_and_is_sent_on() {
    let doors = Doors::open();
    let answer = doors.sign_in("name=Ann&next=%2Frooms%2Fgeneral").await;
    assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/rooms/general"));
    let cookie = answer.header(SET_COOKIE);
    assert!(cookie.starts_with("magpie_session=") && !cookie.contains("Secure"), "{cookie}");
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|it| it == attribute), "{cookie}");
    }
    let snapshot = doors.ask(get("/api/v1/snapshot?room=general").header(COOKIE, answer.cookie()), "").await;
    assert_eq!(snapshot.json()["you"]["name"], "Ann");
    assert_eq!(snapshot.json()["room"]["room"]["slug"], "general");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_the_host() {
    let doors = Doors::with(RateOptions::unlimited(), true);
    let answer = doors.sign_in("name=Ann").await;
    let cookie = answer.header(SET_COOKIE);
    assert!(cookie.starts_with("__Host-magpie_session=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(!cookie.contains("Domain"));
    let known = doors.ask(get("/api/v1/snapshot").header(COOKIE, answer.cookie()), "").await;
    assert_eq!(known.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_leads_to_no_other_server() {
    let doors = Doors::open();
    for form in ["name=A&next=%2F%2Fevil.example", "name=A&next=%2F%5Cevil.example", "name=A&next=https%3A%2F%2Fevil.example"] {
        assert_eq!(doors.sign_in(form).await.header(LOCATION), "/", "{form}");
    }
}

#[tokio::test]
async fn a_name_that_will_not_do_leads_back_with_the_reason() {
    let doors = Doors::open();
    let answer = doors.sign_in("name=+&next=%2Frooms%2Fgeneral").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(LOCATION), "/sign-in?error=text_empty&next=/rooms/general");
    assert_eq!(answer.header(SET_COOKIE), "");
    assert_eq!(doors.sign_in("nam=Ann").await.header(LOCATION), "/sign-in?error=bad_frame&next=/");
}

#[tokio::test]
async fn signing_in_anew_ends_the_earlier_session() {
    let doors = Doors::open();
    let earlier = doors.sign_in("name=Ann").await.cookie();
    let request = post("/session").header(ORIGIN, HERE).header("content-type", FORM).header(COOKIE, &earlier);
    let later = doors.ask(request, "name=Bob").await.cookie();
    assert_eq!(doors.ask(get("/api/v1/snapshot").header(COOKIE, earlier), "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(doors.ask(get("/api/v1/snapshot").header(COOKIE, later), "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_out_makes_cookie_and_token_worthless() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let out = doors.ask(post("/session/end").header(ORIGIN, HERE).header(COOKIE, &cookie), "").await;
    assert_eq!((out.status, out.header(LOCATION)), (StatusCode::SEE_OTHER, "/sign-in"));
    assert!(out.header(SET_COOKIE).starts_with("magpie_session=; Path=/; Max-Age=0"));
    assert_eq!(doors.ask(get("/api/v1/snapshot").header(COOKIE, cookie), "").await.status, StatusCode::UNAUTHORIZED);

    let token = doors.token("Bot").await;
    let out = doors.as_program(&token, Method::DELETE, "/api/v1/session", Value::Null).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let after = doors.as_program(&token, Method::GET, "/api/v1/rooms", Value::Null).await;
    assert_eq!((after.status, after.code().as_str()), (StatusCode::UNAUTHORIZED, "not_signed_in"));
}

#[tokio::test]
async fn what_other_sites_make_a_browser_send_is_refused_everywhere() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let foreign = ["https://evil.example", "null", "http://chat.example.evil.example", "http://chat.example:81", ""];
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
            let answer = doors.ask(request().header(ORIGIN, origin).header("content-type", "text/plain"), "{}").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} from {origin:?}");
        }
        assert_eq!(doors.ask(request(), "{}").await.status, StatusCode::FORBIDDEN, "{method} {path} without origin");
    }
    let still_there = doors.ask(get("/api/v1/snapshot").header(COOKIE, cookie), "").await;
    assert_eq!(still_there.status, StatusCode::OK);
}

#[tokio::test]
async fn an_upgrade_from_another_site_is_refused() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let upgrade = || get("/ws").header(COOKIE, &cookie).header(UPGRADE, "websocket").header(CONNECTION, "upgrade");
    for origin in ["https://evil.example", "null", "http://chat.example.evil.example"] {
        let answer = doors.ask(upgrade().header(ORIGIN, origin), "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(doors.ask(upgrade(), "").await.status, StatusCode::FORBIDDEN, "a cookie without origin");
    assert_ne!(doors.ask(upgrade().header(ORIGIN, HERE), "").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn own_pages_allowed_origins_and_programs_pass() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    for origin in [HERE, "http://127.0.0.1:8080"] {
        let request = post("/api/v1/rooms").header(COOKIE, &cookie).header(ORIGIN, origin);
        assert_eq!(doors.ask(request, json!({ "name": "Birds" }).to_string()).await.status, StatusCode::OK);
    }
    let token = doors.token("Bot").await;
    let made = doors.as_program(&token, Method::POST, "/api/v1/rooms", json!({ "name": "Bots" })).await;
    assert_eq!(made.json()["room"]["slug"], "bots");
}

#[tokio::test]
async fn a_page_that_signs_in_with_json_gets_the_cookie_as_well() {
    let doors = Doors::open();
    let answer = doors.ask(post("/api/v1/session").header(ORIGIN, HERE), json!({ "name": "Ann" }).to_string()).await;
    let known = doors.ask(get("/api/v1/snapshot").header(COOKIE, answer.cookie()), "").await;
    assert_eq!(known.json()["you"], answer.json()["you"]);
}

#[tokio::test]
async fn a_program_chats_under_names_of_its_own() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let room = doors.as_program(&token, Method::GET, "/api/v1/rooms?slug=general", Value::Null).await.json();
    let room = room["room"]["id"].as_u64().unwrap();
    let messages = format!("/api/v1/rooms/{room}/messages");
    let message = json!({ "client_message_id": "one", "body": "喜鹊" });
    for _ in 0..2 {
        let posted = doors.as_program(&token, Method::POST, &messages, message.clone()).await;
        assert_eq!(posted.json()["number"], 1, "sent twice, stored once");
    }
    let other = doors.as_program(&token, Method::POST, &messages, json!({ "body": "without an id" })).await;
    assert_eq!(other.json()["number"], 2);
    let edited = doors.as_program(&token, Method::PUT, &format!("{messages}/2"), json!({ "body": "better" })).await;
    assert_eq!(edited.json()["kind"], "changed");
    let page = doors.as_program(&token, Method::GET, &format!("{messages}?before=3&limit=1"), Value::Null).await;
    assert_eq!(page.json()["page"]["messages"][0]["body"], "better");
    let gone = doors.as_program(&token, Method::DELETE, &format!("{messages}/9"), Value::Null).await;
    assert_eq!((gone.status, gone.code().as_str()), (StatusCode::NOT_FOUND, "message_not_found"));
    for (method, rest, body) in [
        (Method::PUT, "read", json!({ "number": 2 })),
        (Method::POST, "typing", Value::Null),
        (Method::GET, "members", Value::Null),
        (Method::POST, "leave", Value::Null),
        (Method::POST, "join", Value::Null),
    ] {
        let answer = doors.as_program(&token, method, &format!("/api/v1/rooms/{room}/{rest}"), body).await;
        assert_eq!(answer.status, StatusCode::OK, "{rest}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_frame_is_answered_by_a_frame() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let send = async |frame: Value| doors.as_program(&token, Method::POST, "/api/v1/commands", frame).await;

    let answer = send(json!({ "id": 7, "type": "list_rooms" })).await;
    assert_eq!((answer.status, &answer.json()["type"], &answer.json()["id"]), (StatusCode::OK, &json!("ok"), &json!(7)));

    for (frame, status, code) in [
        (json!({ "id": 7, "type": "make_coffee" }), StatusCode::BAD_REQUEST, "unknown_type"),
        (json!({ "id": 7, "type": "join_room" }), StatusCode::BAD_REQUEST, "bad_frame"),
        (json!({ "id": 7, "type": "join_room", "room": 99 }), StatusCode::NOT_FOUND, "room_not_found"),
        (json!({ "id": 7, "type": "hello", "protocol": 1 }), StatusCode::BAD_REQUEST, "hello_expected"),
    ] {
        let answer = send(frame).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        assert_eq!((&answer.json()["type"], &answer.json()["id"]), (&json!("error"), &json!(7)));
    }
}

#[tokio::test]
async fn a_plain_form_posts_once_and_leads_back() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let send = async |body: &'static str| {
        let request = post("/rooms/general/messages").header(ORIGIN, HERE).header("content-type", FORM);
        doors.ask(request.header(COOKIE, &cookie), body).await
    };
    for _ in 0..2 {
        let answer = send("client_message_id=form-1&body=two%0D%0Alines").await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/rooms/general"));
    }
    assert_eq!(send("client_message_id=form-2&body=+").await.header(LOCATION), "/rooms/general?error=text_empty");
    assert_eq!(send("body=hello").await.header(LOCATION), "/rooms/general?error=bad_frame");
    let snapshot = doors.ask(get("/api/v1/snapshot?room=general").header(COOKIE, &cookie), "").await.json();
    assert_eq!(snapshot["room"]["page"]["posts"], 1);
    assert_eq!(snapshot["room"]["page"]["messages"][0]["body"], "two\nlines");
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_do_so() {
    let doors = Doors::open();
    let form = post("/rooms/general/messages").header(ORIGIN, HERE).header("content-type", FORM);
    let answer = doors.ask(form, "client_message_id=a&body=b").await;
    assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/sign-in?next=/"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_it_is_read() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let padded = |bytes: usize| {
        let frame = r#"{"id":1,"type":"list_rooms"}"#;
        format!("{frame}{}", " ".repeat(bytes - frame.len()))
    };
    let send = async |body: String| {
        let request = post("/api/v1/commands").header(AUTHORIZATION, format!("Bearer {token}"));
        doors.ask(request, body).await
    };
    assert_eq!(send(padded(64 * 1024)).await.status, StatusCode::OK);
    let refused = send(padded(64 * 1024 + 1)).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "bad_frame"));
    let rest = doors.as_program(&token, Method::POST, "/api/v1/rooms", json!({ "name": "a".repeat(70_000) })).await;
    assert_eq!((rest.status, rest.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "bad_frame"));
}

#[tokio::test]
async fn too_fast_is_told_with_the_time_to_come_back() {
    let slow = Some(crate::service::Rate::new(1, std::time::Duration::from_secs(3600)));
    let doors = Doors::with(RateOptions { reads: slow, sign_ups: slow, ..RateOptions::default() }, false);
    let token = doors.token("Bot").await;
    doors.as_program(&token, Method::GET, "/api/v1/rooms", Value::Null).await;
    let answer = doors.as_program(&token, Method::GET, "/api/v1/rooms", Value::Null).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_fast"));
    assert!(answer.json()["retry_after_ms"].as_u64().unwrap() > 3_000_000);
    assert!(answer.header(RETRY_AFTER).parse::<u64>().unwrap() > 3_000);
    assert_eq!(doors.sign_in("name=Ann").await.header(LOCATION), "/sign-in?error=too_fast&next=/");
}

#[tokio::test]
async fn no_answer_is_stored_and_no_refusal_repeats_a_secret() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let worthless = "A".repeat(43);
    for (path, credential, status) in [
        ("/api/v1/rooms", &token, StatusCode::OK),
        ("/api/v1/rooms", &worthless, StatusCode::UNAUTHORIZED),
        ("/api/v1/rooms/x/messages", &token, StatusCode::NOT_FOUND),
        ("/api/v1/rooms?after=x", &token, StatusCode::BAD_REQUEST),
        ("/api/v1/users?ids=x", &token, StatusCode::BAD_REQUEST),
        ("/api/v1/nothing/here", &token, StatusCode::NOT_FOUND),
    ] {
        let answer = doors.as_program(credential, Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.json().is_object(), "{path}");
        assert!(!answer.text.contains(credential.as_str()), "{path}");
        assert_eq!(answer.header(CACHE_CONTROL), "no-store", "{path}");
        assert_eq!(answer.header(X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
    }
}
