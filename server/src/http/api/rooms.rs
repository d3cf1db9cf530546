//! Rooms and their members, by name.

use axum::{Json, extract::State};
use serde::Deserialize;

use app::protocol::{Command, Reply, RoomId, Slug, UserId};

use crate::{context::Context, http::identity::ApiActor};

use super::{
    Refused,
    commands::run,
    extract::{Asked, Body, Within},
};

type Answer = Result<Json<Reply>, Refused>;

/// `?slug=general` finds one; `?after=12` goes on.
#[derive(Deserialize)]
pub(super) struct Which {
    slug: Option<Slug>,
    after: Option<RoomId>,
}

pub(super) async fn list(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Asked(Which { slug, after }): Asked<Which>,
) -> Answer {
    let command = slug.map_or(Command::ListRooms { after }, |slug| Command::FindRoom { slug });
    run(&context, &actor, command).await
}

#[derive(Deserialize)]
pub(super) struct NewRoom {
    name: String,
    #[serde(default)]
    topic: String,
}

pub(super) async fn create(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Body(NewRoom { name, topic }): Body<NewRoom>,
) -> Answer {
    run(&context, &actor, Command::CreateRoom { name, topic }).await
}

pub(super) async fn join(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
) -> Answer {
    run(&context, &actor, Command::JoinRoom { room }).await
}

pub(super) async fn leave(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
) -> Answer {
    run(&context, &actor, Command::LeaveRoom { room }).await
}

#[derive(Deserialize)]
pub(super) struct NewName {
    pub(super) name: String,
}

pub(super) async fn rename(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
    Body(NewName { name }): Body<NewName>,
) -> Answer {
    run(&context, &actor, Command::RenameRoom { room, name }).await
}

#[derive(Deserialize)]
pub(super) struct NewTopic {
    topic: String,
}

pub(super) async fn set_topic(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
    Body(NewTopic { topic }): Body<NewTopic>,
) -> Answer {
    run(&context, &actor, Command::SetTopic { room, topic }).await
}

#[derive(Deserialize)]
pub(super) struct From {
    after: Option<UserId>,
}

pub(super) async fn members(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
    Asked(From { after }): Asked<From>,
) -> Answer {
    run(&context, &actor, Command::GetMembers { room, after }).await
}

pub(super) async fn remove_member(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within((room, user)): Within<(RoomId, UserId)>,
) -> Answer {
    run(&context, &actor, Command::RemoveMember { room, user }).await
}
