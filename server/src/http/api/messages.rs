//! A room's messages, by name.

use axum::{Json, extract::State};
use serde::Deserialize;

use app::protocol::{ClientMessageId, Command, Number, Reply, RoomId};

use crate::{context::Context, http::identity::ApiActor, ids};

use super::{
    Refused,
    commands::run,
    extract::{Asked, Body, Within},
};

type Answer = Result<Json<Reply>, Refused>;

/// `?before=1234&limit=50`
#[derive(Deserialize)]
pub(super) struct Where {
    before: Option<Number>,
    limit: Option<u32>,
}

pub(super) async fn list(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
    Asked(Where { before, limit }): Asked<Where>,
) -> Answer {
    run(&context, &actor, Command::GetMessages { room, before, limit }).await
}

#[derive(Deserialize)]
pub(super) struct Draft {
    body: String,
    /// A script that never repeats itself may leave it out.
    client_message_id: Option<ClientMessageId>,
    read: Option<Number>,
}

pub(super) async fn post(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
    Body(Draft {
        body,
        client_message_id,
        read,
    }): Body<Draft>,
) -> Answer {
    let client_message_id = client_message_id.unwrap_or_else(ids::fresh_client_message_id);
    run(
        &context,
        &actor,
        Command::PostMessage {
            room,
            client_message_id,
            body,
            read,
        },
    )
    .await
}

#[derive(Deserialize)]
pub(super) struct NewText {
    body: String,
}

pub(super) async fn edit(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within((room, number)): Within<(RoomId, Number)>,
    Body(NewText { body }): Body<NewText>,
) -> Answer {
    run(&context, &actor, Command::EditMessage { room, number, body }).await
}

pub(super) async fn delete(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within((room, number)): Within<(RoomId, Number)>,
) -> Answer {
    run(&context, &actor, Command::DeleteMessage { room, number }).await
}

#[derive(Deserialize)]
pub(super) struct Marker {
    number: Number,
}

pub(super) async fn mark_read(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
    Body(Marker { number }): Body<Marker>,
) -> Answer {
    run(&context, &actor, Command::MarkRead { room, number }).await
}

pub(super) async fn set_typing(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Within(room): Within<RoomId>,
) -> Answer {
    run(&context, &actor, Command::SetTyping { room }).await
}
