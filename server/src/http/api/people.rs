//! Public profiles, by name.

use axum::{Json, extract::State};
use serde::Deserialize;

use app::protocol::{Command, ErrorCode, Reply, UserId};

use crate::{command::rejection, context::Context, http::identity::ApiActor};

use super::{
    Refused,
    commands::run,
    extract::{Asked, Body},
    rooms::NewName,
};

/// `?ids=1,2,3`
#[derive(Deserialize)]
pub(super) struct Ids {
    ids: String,
}

pub(super) async fn list(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Asked(Ids { ids }): Asked<Ids>,
) -> Result<Json<Reply>, Refused> {
    let users: Result<_, _> = ids.split(',').map(|id| id.parse().map(UserId)).collect();
    let users = users.map_err(|_| rejection(ErrorCode::BadFrame, "`ids` are integers with commas between them"))?;
    run(&context, &actor, Command::GetUsers { users }).await
}

pub(super) async fn set_name(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Body(NewName { name }): Body<NewName>,
) -> Result<Json<Reply>, Refused> {
    run(&context, &actor, Command::SetName { name }).await
}
