//! Pages are drawn by the server, whole.

use http::{
    StatusCode,
    header::{CONTENT_SECURITY_POLICY, COOKIE, LOCATION},
};

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
