//! axum's extractors, refusing in the protocol's words.

use axum::{
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{StatusCode, request::Parts};
use hyper::body::Body as _;
use serde::de::DeserializeOwned;

use app::protocol::{ErrorCode, limits};

use crate::command::{bad_frame, rejection, too_big};

use super::Refused;

/// The body, at most as long as a frame.
#[derive(Clone, Debug)]
pub struct Whole(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Response> {
        // A declared length is believed at once: nobody waits for what will be refused.
        if request.body().size_hint().lower() > limits::FRAME_BYTES as u64 {
            return Err(too_long());
        }
        DefaultBodyLimit::max(limits::FRAME_BYTES).apply(&mut request);
        Bytes::from_request(request, state).await.map(Self).map_err(unread)
    }
}

/// The same, read as JSON whatever its `Content-Type` says: `origin` keeps other sites' forms
/// out, not the type.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let Whole(bytes) = Whole::from_request(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| Refused(bad_frame()).into_response())
    }
}

/// The numbers in the path. What is no number names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Within<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Within<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Path(value) = Path::from_request_parts(parts, state)
            .await
            .map_err(|_| rejection(ErrorCode::RoomNotFound, "there is nothing of this number"))?;
        Ok(Self(value))
    }
}

/// The query.
#[derive(Clone, Copy, Debug)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Query(value) = Query::from_request_parts(parts, state)
            .await
            .map_err(|_| rejection(ErrorCode::BadFrame, "a query parameter is not what it should be"))?;
        Ok(Self(value))
    }
}

/// A body that is longer than the limit, or that broke off.
fn unread(error: BytesRejection) -> Response {
    match error.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_long(),
        _ => Refused(bad_frame()).into_response(),
    }
}

fn too_long() -> Response {
    (StatusCode::PAYLOAD_TOO_LARGE, axum::Json(too_big(limits::FRAME_BYTES))).into_response()
}
