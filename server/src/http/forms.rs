//! Posting with a plain form: for browsers without JavaScript, and for all until the WASM has arrived.

use axum::{
    Form, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Request, State, rejection::FormRejection},
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use http::{StatusCode, request::Parts};
use serde::Deserialize;

use app::protocol::{ClientMessageId, Command, ErrorCode, Rejection, Reply, RoomId, Slug};

use crate::{
    command::{self, Actor, bad_frame},
    context::Context,
};

use super::{
    headers::in_path,
    identity::PageActor,
    pages::{self, Written},
};

/// A form escapes each byte as three: 10,000 characters of four bytes are 120,000, and the rest is small.
const FORM_BYTES: usize = 128 * 1024;

/// The routes of this file.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/rooms/{slug}/messages", post(post_message))
        .route("/rooms/{slug}/join", post(join_room))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
}

#[derive(Deserialize)]
struct MessageForm {
    body: String,
    /// Made by the server when it drew the form: sent twice, posted once.
    client_message_id: ClientMessageId,
}

async fn post_message(
    State(context): State<Context>,
    PageActor(actor): PageActor,
    Path(slug): Path<Slug>,
    parts: Parts,
    form: Result<Form<MessageForm>, FormRejection>,
) -> Response {
    let (posted, written) = match form {
        Ok(Form(form)) => {
            // Forms send every line break as two characters; the text was written with one.
            let body = form.body.replace("\r\n", "\n");
            let client_message_id = form.client_message_id;
            let written = Written {
                body,
                client_message_id,
            };
            let posted = run(&context, &actor, &slug, |room| Command::PostMessage {
                room,
                client_message_id: written.client_message_id.clone(),
                body: written.body.clone(),
                read: None,
            });
            (posted.await, Some(written))
        }
        Err(form) if form.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let longer = format!("the form is longer than {FORM_BYTES} bytes");
            (Err(command::rejection(ErrorCode::TextTooLong, &longer)), None)
        }
        Err(_) => (Err(bad_frame()), None),
    };
    back_to_room(&context, slug, posted, written, parts).await
}

async fn join_room(
    State(context): State<Context>,
    PageActor(actor): PageActor,
    Path(slug): Path<Slug>,
    parts: Parts,
) -> Response {
    let joined = run(&context, &actor, &slug, |room| Command::JoinRoom { room }).await;
    back_to_room(&context, slug, joined, None, parts).await
}

/// The same road as every other command: find the room of this address, then do it there.
async fn run(
    context: &Context,
    actor: &Actor,
    slug: &Slug,
    wish: impl FnOnce(RoomId) -> Command,
) -> Result<Reply, Rejection> {
    let found = command::execute(&context.service, actor, Command::FindRoom { slug: slug.clone() }).await?;
    let Reply::Room { room, .. } = found else {
        return Err(command::rejection(ErrorCode::RoomNotFound, "there is no such room"));
    };
    command::execute(&context.service, actor, wish(room.id)).await
}

/// 303: reloading the page that follows posts nothing again. What was refused is told on a page that keeps what was written.
async fn back_to_room(
    context: &Context,
    slug: Slug,
    outcome: Result<Reply, Rejection>,
    written: Option<Written>,
    parts: Parts,
) -> Response {
    match outcome {
        Ok(_) => Redirect::to(&format!("/rooms/{}", in_path(&slug.0))).into_response(),
        Err(rejection) => {
            let request = Request::from_parts(parts, Body::empty());
            pages::render_refused(context, &rejection, slug, written, request).await
        }
    }
}
