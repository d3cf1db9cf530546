//! Polling and long polling: the same feeds, positions and promises as the socket's, one request for all rooms.

use std::time::Duration;

use axum::{Json, Router, extract::State, routing::post};

use app::protocol::{
    Activity, FeedId, Hello, Rejection, RequestId, Seq, ServerFrame,
    http::{Poll, Polled},
    limits::POLL_WAIT_SECONDS,
};

use super::{
    api::{Body, Refused},
    identity::ApiActor,
};
use crate::{
    command::{self, Actor, CatchUp, Resumed},
    context::Context,
};

/// `POST /api/v1/poll`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/v1/poll", post(poll))
}

async fn poll(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Body(request): Body<Poll>,
) -> Result<Json<Polled>, Refused> {
    let wait = Duration::from_secs(request.wait.min(POLL_WAIT_SECONDS));
    Ok(Json(Polled {
        frames: frames(&context, &actor, &request.hello, wait).await?,
    }))
}

/// Registers, reads, waits if there is nothing, reads once more.
async fn frames(
    context: &Context,
    actor: &Actor,
    hello: &Hello,
    wait: Duration,
) -> Result<Vec<ServerFrame>, Rejection> {
    let (welcome, positions) = command::welcome(&context.service, actor, RequestId(0), hello).await?;
    // Rooms that are listed but not watched end the wait as well: their badges are news.
    let listed = welcome.rooms.iter().map(|activity| FeedId::Room(activity.room));
    let feeds: Vec<FeedId> = positions.iter().map(|(feed, _)| *feed).chain(listed).collect();
    let waiting = context
        .hub
        .wait(actor.id(), &feeds)
        .await
        .map_err(|error| command::cannot_read(&error))?;
    let before = welcome.rooms.clone();
    let news = waiting
        .until(wait, || news(context, actor, &positions, &before))
        .await
        .transpose()?;
    Ok(std::iter::once(ServerFrame::Welcome(welcome))
        .chain(news.into_iter().flatten())
        .collect())
}

/// What there is to tell; `None` when there is nothing.
async fn news(
    context: &Context,
    actor: &Actor,
    positions: &[(FeedId, Option<Seq>)],
    before: &[Activity],
) -> Option<Result<Vec<ServerFrame>, Rejection>> {
    match read(context, actor, positions, before).await {
        Ok(frames) if frames.is_empty() => None,
        answer => Some(answer),
    }
}

async fn read(
    context: &Context,
    actor: &Actor,
    positions: &[(FeedId, Option<Seq>)],
    before: &[Activity],
) -> Result<Vec<ServerFrame>, Rejection> {
    let mut frames = Vec::new();
    let doors = &context.telemetry.doors;
    for (feed, position) in positions {
        match command::resume(&context.service, actor, *feed, *position).await? {
            Resumed::With(shared) => match shared.into_inner() {
                CatchUp::Changes(changes) if changes.to == changes.after => {}
                CatchUp::Changes(changes) => {
                    doors.went_on();
                    frames.push(ServerFrame::Changes(changes));
                }
                CatchUp::Gap(reason, snapshot) => {
                    doors.started_over(reason);
                    frames.push(ServerFrame::Gap {
                        feed: *feed,
                        reason,
                        snapshot,
                    });
                }
            },
            Resumed::Revoked => {
                doors.was_revoked();
                if let FeedId::Room(room) = *feed {
                    frames.push(ServerFrame::Revoked { room });
                }
            }
        }
    }
    let stands = command::activities(&context.service, actor).await?;
    let watched = |room| positions.iter().any(|(feed, _)| *feed == FeedId::Room(room));
    let moved = stands
        .into_iter()
        .filter(|stand| !before.contains(stand) && !watched(stand.room));
    frames.extend(moved.map(ServerFrame::Activity));
    Ok(frames)
}
