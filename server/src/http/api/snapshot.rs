//! What a client starts from where no server rendered its page.

use axum::{Json, extract::State};
use serde::Deserialize;

use app::protocol::{Slug, Snapshot};

use crate::{command, context::Context, http::identity::ApiActor};

use super::{Refused, extract::Asked};

/// `?room=general`
#[derive(Deserialize)]
pub(super) struct Page {
    room: Option<Slug>,
}

pub(super) async fn get(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Asked(Page { room }): Asked<Page>,
) -> Result<Json<Snapshot>, Refused> {
    Ok(Json(command::snapshot(&context.service, &actor, room.as_ref()).await?))
}
