//! One frame of the protocol in, one frame out.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use app::protocol::{Command, Rejection, Reply, RequestId, ServerFrame};

use crate::{
    command::{Actor, bad_frame, decode, execute},
    context::Context,
    http::identity::ApiActor,
};

use super::{
    Refused,
    extract::Whole,
    refused::{note, status},
};

/// `POST /api/v1/commands`: what a socket would have been sent, and what it would have answered.
pub(super) async fn post(State(context): State<Context>, ApiActor(actor): ApiActor, Whole(body): Whole) -> Response {
    let Ok(text) = std::str::from_utf8(&body) else {
        return answer(None, Err(bad_frame()));
    };
    match decode(text) {
        Ok(frame) => answer(Some(frame.id), execute(&context.service, &actor, frame.command).await),
        Err((id, rejection)) => answer(id, Err(rejection)),
    }
}

/// The same command under a name of its own.
pub(super) async fn run(context: &Context, actor: &Actor, command: Command) -> Result<Json<Reply>, Refused> {
    Ok(Json(execute(&context.service, actor, command).await?))
}

fn answer(id: Option<RequestId>, outcome: Result<Reply, Rejection>) -> Response {
    let rejection = match (id, outcome) {
        (Some(id), Ok(result)) => return (StatusCode::OK, Json(ServerFrame::Ok { id, result })).into_response(),
        (None, Ok(_)) => bad_frame(),
        (_, Err(rejection)) => rejection,
    };
    let frame = ServerFrame::Error {
        id,
        rejection: rejection.clone(),
    };
    let mut response = (status(rejection.code), Json(frame)).into_response();
    note(&mut response, &rejection);
    response
}
