//! Pages are drawn by the server, whole.

use std::sync::Arc;

use http::{
    Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_SECURITY_POLICY, COOKIE, LOCATION},
};
use serde_json::json;

use super::doors::{Doors, get};

#[tokio::test]
async fn every_page_is_drawn() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    for (path, cookie, status) in [
        ("/sign-in", "", StatusCode::OK),
        ("/kit", "", StatusCode::OK),
        ("/rooms", cookie.as_str(), StatusCode::OK),
        ("/rooms/general", cookie.as_str(), StatusCode::OK),
        ("/rooms/nowhere", cookie.as_str(), StatusCode::NOT_FOUND),
        ("/nowhere", "", StatusCode::NOT_FOUND),
    ] {
        let page = doors.ask(get(path).header(COOKIE, cookie), "").await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text.starts_with("<!DOCTYPE html>"), "{path}: {}", page.text);
        // Leptos writes its own scripts behind it.
        assert!(page.text.contains("</html>"), "{path} is not whole: {}", page.text);
        assert!(page.header(CONTENT_SECURITY_POLICY).contains("'nonce-"), "{path}");
    }
    let home = doors.ask(get("/").header(COOKIE, &cookie), "").await;
    assert_eq!(home.header(LOCATION), "/rooms/general");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_bears_its_own_title_whichever_thread_draws_it() {
    let doors = Arc::new(Doors::open());
    let mut people = Vec::new();
    for number in 0..8 {
        let token = doors.token(&format!("Person {number}")).await;
        let room = json!({ "name": format!("Garden {number}"), "topic": "" });
        doors.as_program(&token, Method::POST, "/api/v1/rooms", room).await;
        people.push(token);
    }
    for round in 0..40 {
        for (number, token) in people.iter().enumerate() {
            let (doors, bearer) = (Arc::clone(&doors), format!("Bearer {token}"));
            let (path, title) = if round % 2 == 0 {
                (format!("/rooms/garden-{number}"), format!("Garden {number} · Magpie"))
            } else {
                (format!("/nowhere/{number}"), "Magpie".to_owned())
            };
            // One after the other: a thread that has nothing to do takes over a task that was begun elsewhere.
            let drawing = tokio::spawn(async move {
                let page = doors.ask(get(&path).header(AUTHORIZATION, bearer), "").await;
                let found = page
                    .text
                    .split("<title>")
                    .nth(1)
                    .and_then(|rest| rest.split('<').next());
                assert_eq!(found, Some(&*title), "{path}: {} {}", page.status, page.text);
            });
            drawing.await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_at_an_address_is_drawn_where_it_is_no_room_of_ones_own() {
    let doors = Doors::open();
    let token = doors.token("Ann").await;
    let room = json!({ "name": "Garden", "topic": "Birds" });
    doors.as_program(&token, Method::POST, "/api/v1/rooms", room).await;
    let cookie = doors.sign_in("name=Bob").await.cookie();
    for (path, status, drawn) in [
        ("/rooms/garden", StatusCode::OK, r#"action="/rooms/garden/join""#),
        ("/rooms/nowhere", StatusCode::NOT_FOUND, "There is no such room"),
    ] {
        let page = doors.ask(get(path).header(COOKIE, &cookie), "").await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text.contains(drawn), "{path}: {}", page.text);
        assert!(
            !page.text.contains("skeleton"),
            "{path} waits for a script: {}",
            page.text
        );
    }
}

#[tokio::test]
async fn a_rooms_name_is_text_wherever_it_stands() {
    let doors = Doors::open();
    let token = doors.token("Ann").await;
    let hostile = "</title><h1>Look</h1> & &amp;";
    let room = json!({ "name": hostile, "topic": hostile });
    let made = doors.as_program(&token, Method::POST, "/api/v1/rooms", room).await;
    let path = format!("/rooms/{}", made.json()["room"]["slug"].as_str().unwrap());
    let page = doors
        .ask(get(&path).header(AUTHORIZATION, format!("Bearer {token}")), "")
        .await;
    assert!(!page.text.contains("<h1>Look"), "{}", page.text);
    let title = page
        .text
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next());
    assert_eq!(title, Some("&lt;/title>&lt;h1>Look&lt;/h1> &amp; &amp;amp; · Magpie"));
}
