//! Around every request: a name for it in the log, a count of how it ended, and an end for it should it panic.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use http::{HeaderName, HeaderValue, StatusCode};
use tracing::{Instrument as _, debug, error, info_span};

use app::protocol::ErrorCode;

use super::api::Refused;
use crate::{command, context::Context, ids};

/// Under this name the answer bears the request's name, so that somebody who complains can tell it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What is told of addresses that the server does not know: the address itself could be anything.
const NOWHERE: &str = "none";

/// Middleware for everything.
pub async fn observe(State(context): State<Context>, request: Request, next: Next) -> Response {
    let id = ids::fresh_request_id();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = path.as_ref().map_or(NOWHERE, MatchedPath::as_str);
    let span = info_span!("request", request = id, route);
    let answering = async {
        if request.uri().path_and_query().is_none() {
            // `CONNECT` asks for a way through to elsewhere. This is no proxy, and has no page for what has no path.
            return StatusCode::BAD_REQUEST.into_response();
        }
        let outcome = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response = outcome.unwrap_or_else(|_| {
            context.telemetry.requests.panicked();
            error!("a request ended by a panic");
            broken()
        });
        debug!(status = response.status().as_u16(), "answered");
        response
    };
    let mut response = answering.instrument(span).await;
    let requests = &context.telemetry.requests;
    requests.answered(route, response.status().as_u16());
    if let Some(code) = response.extensions().get::<ErrorCode>() {
        requests.refused(*code);
    }
    let id = HeaderValue::from_str(&id).expect("base64 is a header value");
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// For whoever's request panicked. Whether it was done is unknown, as when the store cannot be used.
fn broken() -> Response {
    let mut response = Refused(command::unavailable()).into_response();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
