//! Polling and long polling: the same feeds, positions and promises as the socket's, one request for all rooms.

use std::time::Duration;

use axum::{Json, Router, extract::State, response::Response, routing::post};

use app::protocol::{
    FeedId, Hello, Rejection, RequestId, Seq, ServerFrame, Welcome,
    http::{Poll, Polled},
    limits::POLL_WAIT_SECONDS,
};

use super::{
    api::{ApiJson, refuse},
    identity::ApiActor,
};
use crate::{
    command::{self, Actor, Resumed},
    context::Context,
};

/// `POST /api/v1/poll`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/v1/poll", post(poll))
}

async fn poll(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    ApiJson(request): ApiJson<Poll>,
) -> Result<Json<Polled>, Response> {
    let wait = Duration::from_secs(request.wait.min(POLL_WAIT_SECONDS));
    let frames = frames(&context, &actor, &request.hello, wait).await.map_err(refuse)?;
    Ok(Json(Polled { frames }))
}

/// Registers, reads, waits if there is nothing, reads once more.
async fn frames(context: &Context, actor: &Actor, hello: &Hello, wait: Duration) -> Result<Vec<ServerFrame>, Rejection> {
    let (welcome, positions) = command::welcome(&context.service, actor, RequestId(0), hello).await?;
    let known: Vec<FeedId> = positions.iter().map(|(feed, _)| *feed).chain(listed(&welcome)).collect();
    let waiting = context.hub.wait(actor.id(), &known).await.map_err(|error| command::cannot_read(&error))?;
    // Rooms that are listed but not watched wake the poll as well: their badges are in the next welcome.
    let badges = |welcome: &Welcome| welcome.rooms.clone();
    let before = badges(&welcome);
    let found = waiting
        .until(wait, || async {
            match read(context, actor, &positions).await {
                Ok(news) if news.is_empty() => None,
                answer => Some(answer),
            }
        })
        .await;
    let news = found.transpose()?.unwrap_or_default();
    let (welcome, _) = if news.is_empty() && wait.is_zero() {
        (welcome, Vec::new())
    } else {
        command::welcome(&context.service, actor, RequestId(0), hello).await?
    };
    let moved = welcome.rooms.iter().filter(|activity| !before.contains(activity)).copied().map(ServerFrame::Activity);
    let moved: Vec<ServerFrame> = moved.collect();
    Ok(std::iter::once(ServerFrame::Welcome(welcome)).chain(news).chain(moved).collect())
}

fn listed(welcome: &Welcome) -> impl Iterator<Item = FeedId> {
    welcome.rooms.iter().map(|activity| FeedId::Room(activity.room))
}

/// What is new in these feeds.
async fn read(
    context: &Context,
    actor: &Actor,
    positions: &[(FeedId, Option<Seq>)],
) -> Result<Vec<ServerFrame>, Rejection> {
    let mut frames = Vec::new();
    for (feed, position) in positions {
        match command::resume(&context.service, actor, *feed, *position).await? {
            Resumed::Changes(changes) if changes.to == changes.after => {}
            Resumed::Changes(changes) => frames.push(ServerFrame::Changes(changes)),
            Resumed::Gap(reason, snapshot) => frames.push(ServerFrame::Gap { feed: *feed, reason, snapshot }),
            Resumed::Revoked => {
                if let FeedId::Room(room) = *feed {
                    frames.push(ServerFrame::Revoked { room });
                }
            }
        }
    }
    Ok(frames)
}
