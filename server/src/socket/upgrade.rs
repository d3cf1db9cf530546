//! From an HTTP request to a WebSocket connection.
//!
//! The stream is taken back from the HTTP stack, so that the hub can write to it directly and an idle connection
//! holds no buffers.

use std::panic::AssertUnwindSafe;

use axum::{extract::Request, response::Response};
use futures::FutureExt as _;
use hyper_util::rt::TokioIo;
use tracing::{Instrument as _, debug, error, field, info_span};

use super::{connection, handshake};
use crate::{command::Actor, context::Context, door::Admitted};

/// Answers an upgrade request of somebody who is signed in, and serves the connection in a task of its own.
pub fn upgrade(context: Context, actor: Actor, mut request: Request) -> Response {
    let response = match handshake::answer(request.version(), request.headers()) {
        Ok(response) => response,
        Err(refusal) => return *refusal,
    };
    let upgrading = hyper::upgrade::on(&mut request);
    // No child of the request's span: that would be kept as long as the connection.
    let span = info_span!(parent: None, "connection", connection = field::Empty, user = %actor.id());
    let tasks = context.connections.clone();
    tasks.spawn(
        async move {
            let upgraded = match upgrading.await {
                Ok(upgraded) => upgraded,
                Err(error) => {
                    debug!(%error, "the upgrade was not completed");
                    return;
                }
            };
            match upgraded.downcast::<TokioIo<Admitted>>() {
                Ok(parts) => {
                    // A copy, almost always of nothing: the HTTP stack's buffer would live as long as the connection.
                    let received = parts.read_buf.to_vec();
                    drop(parts.read_buf);
                    // The place is kept as long as the line.
                    let (line, _place) = parts.io.into_inner().into_parts();
                    let requests = context.telemetry.requests.clone();
                    let serving = connection::serve(context, actor, line, received);
                    if AssertUnwindSafe(serving).catch_unwind().await.is_err() {
                        requests.panicked();
                        error!("a connection ended by a panic");
                    }
                }
                Err(_) => debug!("the connection did not come in through the door"),
            }
        }
        .instrument(span),
    );
    response
}
