//! The names.

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    routing::{any, delete, get, post, put},
};

use http::StatusCode;

use app::protocol::{ErrorCode, Rejection, limits};

use crate::{command::rejection, context::Context};

use super::{commands, messages, people, rooms, snapshot};

/// The routes under `/api/v1`, except those of `sessions` and `poll`.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/v1/commands", post(commands::post))
        .route("/api/v1/snapshot", get(snapshot::get))
        .route("/api/v1/rooms", get(rooms::list).post(rooms::create))
        .route("/api/v1/rooms/{room}/join", post(rooms::join))
        .route("/api/v1/rooms/{room}/leave", post(rooms::leave))
        .route("/api/v1/rooms/{room}/name", put(rooms::rename))
        .route("/api/v1/rooms/{room}/topic", put(rooms::set_topic))
        .route("/api/v1/rooms/{room}/members", get(rooms::members))
        .route("/api/v1/rooms/{room}/members/{user}", delete(rooms::remove_member))
        .route(
            "/api/v1/rooms/{room}/messages",
            get(messages::list).post(messages::post),
        )
        .route(
            "/api/v1/rooms/{room}/messages/{number}",
            put(messages::edit).delete(messages::delete),
        )
        .route("/api/v1/rooms/{room}/read", put(messages::mark_read))
        .route("/api/v1/rooms/{room}/typing", post(messages::set_typing))
        .route("/api/v1/users", get(people::list))
        .route("/api/v1/me/name", put(people::set_name))
        .route("/api/{*unknown}", any(unknown))
        .layer(DefaultBodyLimit::max(limits::FRAME_BYTES))
}

async fn unknown() -> (StatusCode, Json<Rejection>) {
    (
        StatusCode::NOT_FOUND,
        Json(rejection(ErrorCode::UnknownType, "this server knows no such address")),
    )
}
