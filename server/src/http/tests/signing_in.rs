//! Signing in and out, by form and by JSON.

use std::{net::SocketAddr, time::Duration};

use axum::extract::ConnectInfo;
use http::{
    Method, StatusCode,
    header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE},
};
use serde_json::{Value, json};

use crate::{
    context::TRUSTED_PROXY,
    service::{Rate, RateOptions},
};

use super::doors::{Doors, FORM, HERE, get, post};

#[tokio::test]
async fn a_newcomer_signs_in_with_a_plain_form_and_is_sent_on() {
    let doors = Doors::open();
    let answer = doors.sign_in("name=Ann&next=%2Frooms%2Fgeneral").await;
    assert_eq!(
        (answer.status, answer.header(LOCATION)),
        (StatusCode::SEE_OTHER, "/rooms/general")
    );
    let cookie = answer.header(SET_COOKIE);
    assert!(
        cookie.starts_with("magpie_session=") && !cookie.contains("Secure"),
        "{cookie}"
    );
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|it| it == attribute), "{cookie}");
    }
    let snapshot = doors
        .ask(get("/api/v1/snapshot?room=general").header(COOKIE, answer.cookie()), "")
        .await;
    assert_eq!(snapshot.json()["you"]["name"], "Ann");
    assert_eq!(snapshot.json()["room"]["room"]["slug"], "general");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_the_host() {
    let doors = Doors::with(RateOptions::unlimited(), true);
    let sign_in = |origin| post("/session").header(ORIGIN, origin).header("content-type", FORM);
    let from_elsewhere = doors.ask(sign_in("http://chat.local"), "name=Ann").await;
    assert_eq!(
        from_elsewhere.status,
        StatusCode::FORBIDDEN,
        "that page came over a line that anybody can answer"
    );
    let answer = doors.ask(sign_in("https://chat.local"), "name=Ann").await;
    let cookie = answer.header(SET_COOKIE);
    assert!(
        cookie.starts_with("__Host-magpie_session=") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain"));
    let known = doors
        .ask(get("/api/v1/snapshot").header(COOKIE, answer.cookie()), "")
        .await;
    assert_eq!(known.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_leads_to_no_other_server() {
    let doors = Doors::open();
    for form in [
        "name=A&next=%2F%2Fevil.example",
        "name=A&next=%2F%5Cevil.example",
        "name=A&next=https%3A%2F%2Fevil.example",
    ] {
        assert_eq!(doors.sign_in(form).await.header(LOCATION), "/", "{form}");
    }
}

#[tokio::test]
async fn a_name_that_will_not_do_leads_back_with_the_reason() {
    let doors = Doors::open();
    let answer = doors.sign_in("name=+&next=%2Frooms%2Fgeneral").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.header(LOCATION),
        "/sign-in?error=text_empty&name=%20&next=/rooms/general"
    );
    assert_eq!(answer.header(SET_COOKIE), "");
    assert_eq!(
        doors.sign_in("nam=Ann").await.header(LOCATION),
        "/sign-in?error=bad_frame&name=&next=/"
    );
    let long = "喜鹊&".repeat(100);
    let form = format!("name={}", long.replace('&', "%26"));
    let answer = doors.sign_in(form).await;
    let location = answer.header(LOCATION);
    assert!(
        location.starts_with("/sign-in?error=text_too_long&name=%E5%96%9C%E9%B9%8A%26%E5"),
        "{location}"
    );
    assert!(location.len() < 1_000 && location.ends_with("&next=/"), "{location}");
}

#[tokio::test]
async fn signing_in_anew_ends_the_earlier_session() {
    let doors = Doors::open();
    let earlier = doors.sign_in("name=Ann").await.cookie();
    let request = post("/session")
        .header(ORIGIN, HERE)
        .header("content-type", FORM)
        .header(COOKIE, &earlier);
    let later = doors.ask(request, "name=Bob").await.cookie();
    assert_eq!(
        doors
            .ask(get("/api/v1/snapshot").header(COOKIE, earlier), "")
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        doors
            .ask(get("/api/v1/snapshot").header(COOKIE, later), "")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn signing_out_makes_cookie_and_token_worthless() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let out = doors
        .ask(post("/session/end").header(ORIGIN, HERE).header(COOKIE, &cookie), "")
        .await;
    assert_eq!((out.status, out.header(LOCATION)), (StatusCode::SEE_OTHER, "/sign-in"));
    assert!(out.header(SET_COOKIE).starts_with("magpie_session=; Path=/; Max-Age=0"));
    assert_eq!(
        doors
            .ask(get("/api/v1/snapshot").header(COOKIE, cookie), "")
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );

    let token = doors.token("Bot").await;
    let out = doors
        .as_program(&token, Method::DELETE, "/api/v1/session", Value::Null)
        .await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let after = doors
        .as_program(&token, Method::GET, "/api/v1/rooms", Value::Null)
        .await;
    assert_eq!(
        (after.status, after.code().as_str()),
        (StatusCode::UNAUTHORIZED, "not_signed_in")
    );
}

#[tokio::test]
async fn a_page_that_signs_in_with_json_gets_the_cookie_as_well() {
    let doors = Doors::open();
    let answer = doors
        .ask(
            post("/api/v1/session").header(ORIGIN, HERE),
            json!({ "name": "Ann" }).to_string(),
        )
        .await;
    let known = doors
        .ask(get("/api/v1/snapshot").header(COOKIE, answer.cookie()), "")
        .await;
    assert_eq!(known.json()["you"], answer.json()["you"]);
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_do_so() {
    let doors = Doors::open();
    let form = post("/rooms/general/messages")
        .header(ORIGIN, HERE)
        .header("content-type", FORM);
    let answer = doors.ask(form, "client_message_id=a&body=b").await;
    assert_eq!(
        (answer.status, answer.header(LOCATION)),
        (StatusCode::SEE_OTHER, "/sign-in?next=/")
    );
}

#[tokio::test]
async fn new_people_are_counted_by_where_a_trusted_proxy_says_they_come_from() {
    let rates = RateOptions {
        sign_ups: Some(Rate::new(1, Duration::from_secs(20))),
        ..RateOptions::unlimited()
    };
    let doors = Doors::with(rates, false);
    let comes = async |address: [u8; 4], forwarded: &str| {
        let request = post("/api/v1/session")
            .header("x-forwarded-for", forwarded)
            .extension(ConnectInfo(SocketAddr::from((address, 40_000))));
        doors.ask(request, r#"{"name":"Ann"}"#).await.status
    };
    let (proxy, stranger) = (TRUSTED_PROXY, [203, 0, 113, 9]);
    assert_eq!(comes(proxy, "198.51.100.1").await, StatusCode::OK);
    assert_eq!(comes(proxy, "198.51.100.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(comes(proxy, "198.51.100.2").await, StatusCode::OK);
    assert_eq!(comes(stranger, "198.51.100.3").await, StatusCode::OK);
    let lies = comes(stranger, "198.51.100.4").await;
    assert_eq!(lies, StatusCode::TOO_MANY_REQUESTS, "nobody else's word counts");
}
