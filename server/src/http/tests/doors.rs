//! A server without a socket, to knock at.

use axum::{Router, body::Body, response::Response};
use http::{
    Method, Request, StatusCode,
    header::{AUTHORIZATION, HOST, ORIGIN, SET_COOKIE},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{context::Context, http::router, service::RateOptions};

pub(super) const HERE: &str = "http://chat.local";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// A server without a socket.
pub(super) struct Doors {
    router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: http::HeaderMap,
    /// What is no text (when it is compressed) shows as replacement characters.
    pub(super) text: String,
    /// Bytes that travelled.
    pub(super) length: usize,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            length: bytes.len(),
        }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("expected JSON, got {:?}", self.text))
    }

    pub(super) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    pub(super) fn header(&self, name: http::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `name=value` of the cookie that was set.
    pub(super) fn cookie(&self) -> String {
        self.header(SET_COOKIE).split(';').next().unwrap().to_owned()
    }
}

impl Doors {
    pub(super) fn open() -> Self {
        Self::with(RateOptions::unlimited(), false)
    }

    pub(super) fn with(rates: RateOptions, secure_cookies: bool) -> Self {
        let (context, folder) = Context::sample(rates, secure_cookies);
        Self {
            router: router(context),
            _folder: folder,
        }
    }

    pub(super) async fn ask(&self, request: http::request::Builder, body: impl Into<Body>) -> Answer {
        self.ask_as("chat.local", request, body).await
    }

    /// Knocks under another name.
    pub(super) async fn ask_as(&self, host: &str, request: http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = request.header(HOST, host).body(body.into()).unwrap();
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(super) async fn sign_in(&self, form: impl Into<Body>) -> Answer {
        self.ask(post("/session").header(ORIGIN, HERE).header("content-type", FORM), form)
            .await
    }

    /// A program's token.
    pub(super) async fn token(&self, name: &str) -> String {
        let answer = self
            .ask(post("/api/v1/session"), json!({ "name": name }).to_string())
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.header(SET_COOKIE), "", "programs get no cookie");
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn as_program(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, format!("Bearer {token}"));
        self.ask(
            request,
            if body.is_null() {
                String::new()
            } else {
                body.to_string()
            },
        )
        .await
    }
}

pub(super) fn post(path: &str) -> http::request::Builder {
    Request::builder().method(Method::POST).uri(path)
}

pub(super) fn get(path: &str) -> http::request::Builder {
    Request::builder().uri(path)
}
