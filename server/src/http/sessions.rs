//! Signing in and out: plain forms for people, JSON for programs.

use axum::{
    Form, Json, Router,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ORIGIN, SET_COOKIE},
};
use serde::Deserialize;

use app::protocol::{
    ErrorCode,
    http::{SignIn, SignedIn},
    limits,
};

use crate::{
    command::{self, Token, code_name},
    context::Context,
};

use super::{
    api::{Body, Refused},
    headers::{in_location, in_query},
    identity::{self, ApiActor, Credential, Peer, cookie_name},
};

/// How long a browser keeps the cookie: a year. The server's own record ends when the person signs out.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

/// The routes of this file.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/session", post(sign_in))
        .route("/session/end", post(sign_out))
        .route("/api/v1/session", post(sign_in_program).delete(sign_out_program))
        .layer(DefaultBodyLimit::max(limits::FRAME_BYTES))
}

#[derive(Deserialize)]
struct SignInForm {
    name: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(context): State<Context>,
    Peer(address): Peer,
    headers: HeaderMap,
    form: Result<Form<SignInForm>, axum::extract::rejection::FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return back_to_sign_in(ErrorCode::BadFrame, "", "");
    };
    let signed_up = match command::sign_in(&context.service, &form.name, address).await {
        Ok(signed_up) => signed_up,
        Err(rejection) => return back_to_sign_in(rejection.code, &form.name, &form.next),
    };
    // The cookie is about to be overwritten: what it stood for must not live on where nobody can sign it out.
    if let Ok(Some(earlier)) = identity::actor(&context, &headers).await {
        let _ = command::sign_out(&context.service, &earlier).await;
    }
    let cookie = session_cookie(&signed_up.token, context.secure_cookies);
    ([(SET_COOKIE, cookie)], Redirect::to(&local(&form.next))).into_response()
}

async fn sign_out(State(context): State<Context>, headers: HeaderMap) -> Response {
    if let Err(rejection) = end_session(&context, &headers).await {
        return Refused(rejection).into_response();
    }
    (
        [(SET_COOKIE, no_cookie(context.secure_cookies))],
        Redirect::to("/sign-in"),
    )
        .into_response()
}

async fn sign_in_program(
    State(context): State<Context>,
    Peer(address): Peer,
    headers: HeaderMap,
    Body(SignIn { name }): Body<SignIn>,
) -> Result<Response, Refused> {
    let signed_up = command::sign_in(&context.service, &name, address).await?;
    let answer = Json(SignedIn {
        token: signed_up.token.reveal().to_owned(),
        you: signed_up.user,
    });
    // A page (it names its origin) gets the cookie as well: browsers let no script put a bearer token on a WebSocket.
    if headers.contains_key(ORIGIN) {
        let cookie = session_cookie(&signed_up.token, context.secure_cookies);
        return Ok(([(SET_COOKIE, cookie)], answer).into_response());
    }
    Ok(answer.into_response())
}

async fn sign_out_program(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    command::sign_out(&context.service, &actor).await?;
    if matches!(Credential::of(&headers, context.secure_cookies), Credential::Cookie(_)) {
        let cookie = no_cookie(context.secure_cookies);
        return Ok(([(SET_COOKIE, cookie)], StatusCode::NO_CONTENT).into_response());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn end_session(context: &Context, headers: &HeaderMap) -> Result<(), app::protocol::Rejection> {
    match identity::actor(context, headers).await? {
        Some(actor) => command::sign_out(&context.service, &actor).await,
        None => Ok(()),
    }
}

/// The name goes back into its box, to be corrected.
fn back_to_sign_in(code: ErrorCode, name: &str, next: &str) -> Response {
    // Enough to see what was wrong, and no more than an address may bear.
    let name: String = name.chars().take(2 * limits::USER_NAME_CHARS).collect();
    Redirect::to(&format!(
        "/sign-in?error={}&name={}&next={}",
        code_name(code),
        in_query(&name),
        in_query(&local(next))
    ))
    .into_response()
}

/// Lax, so that a link from elsewhere finds one signed in; what changes something asks for the `Origin` besides.
fn session_cookie(token: &Token, secure: bool) -> HeaderValue {
    cookie(token.reveal(), COOKIE_SECONDS, secure)
}

fn no_cookie(secure: bool) -> HeaderValue {
    cookie("", 0, secure)
}

fn cookie(value: &str, seconds: u32, secure: bool) -> HeaderValue {
    let (name, secure) = (cookie_name(secure), if secure { "; Secure" } else { "" });
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    ))
    .expect("a name, a base64url token and a number are printable ASCII")
}

/// Where to go after signing in: `next`, if it is a path of this very server; else the front page.
///
/// Browsers read `//host` and `/\host` as another server's address, and drop tabs and line breaks before they look.
fn local(next: &str) -> String {
    let foreign = next.starts_with("//") || next.contains('\\') || next.chars().any(char::is_control);
    if next.starts_with('/') && !foreign {
        in_location(next)
    } else {
        "/".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_sent_on_within_this_server_only() {
        for (next, expected) in [
            ("/rooms/general", "/rooms/general"),
            ("/rooms/鹊?error=x", "/rooms/%E9%B9%8A?error=x"),
            ("", "/"),
            ("rooms/general", "/"),
            ("https://evil.example/", "/"),
            ("//evil.example/", "/"),
            ("/\\evil.example/", "/"),
            ("\\\\evil.example", "/"),
            ("/\t/evil.example/", "/"),
            ("\t//evil.example/", "/"),
            ("/\r\nSet-Cookie: a=b", "/"),
            ("javascript:alert(1)", "/"),
        ] {
            assert_eq!(local(next), expected, "{next:?}");
        }
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let token = Token::fresh();
        let plain = session_cookie(&token, false);
        let expected = format!(
            "magpie_session={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
            token.reveal()
        );
        assert_eq!(plain.to_str().unwrap(), expected);
        let secure = session_cookie(&token, true);
        assert!(secure.to_str().unwrap().starts_with("__Host-magpie_session="));
        assert!(secure.to_str().unwrap().ends_with("; Secure"));
    }
}
