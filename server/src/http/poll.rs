//! Polling and long polling: the same feeds, positions and promises as the socket's, one request for all rooms.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::post,
};
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, Full};

use app::protocol::{
    Activity, FeedId, Hello, Rejection, RequestId, Seq, ServerFrame,
    http::Poll,
    limits::{CONNECTIONS_PER_PERSON, POLL_WAIT_SECONDS},
};

use super::{
    api::{Body, Refused},
    identity::ApiActor,
};
use crate::{
    command::{self, Actor, CatchUp, Resumed},
    context::Context,
};

/// Bytes of news with which an answer is long enough: what else there is comes with the next poll. All the feeds of fifty rooms would
/// be as much as thirteen times a socket's queue, for whoever asks and does not read.
const NEWS_BYTES: usize = 1024 * 1024;

/// `POST /api/v1/poll`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/v1/poll", post(poll))
}

async fn poll(
    State(context): State<Context>,
    ApiActor(actor): ApiActor,
    Body(request): Body<Poll>,
) -> Result<Response, Refused> {
    command::check_reading(&context.service, &actor)?;
    let Some(seat) = context.door.seat(actor.id()) else {
        return Err(command::too_many(CONNECTIONS_PER_PERSON).into());
    };
    let wait = Duration::from_secs(request.wait.min(POLL_WAIT_SECONDS));
    let frames = frames(&context, &actor, &request.hello, wait).await?;
    // Who polls takes the place of a connection until the answer is out: a slow reader takes it for long.
    let json = Full::from(frames.into_json()).map_frame(move |frame| {
        let _held = &seat;
        frame
    });
    Ok(([(CONTENT_TYPE, "application/json")], axum::body::Body::new(json)).into_response())
}

/// Registers, reads, waits if there is nothing, reads once more.
async fn frames(context: &Context, actor: &Actor, hello: &Hello, wait: Duration) -> Result<Frames, Rejection> {
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
    let mut frames = Frames::default();
    frames.add(&ServerFrame::Welcome(welcome));
    let news = waiting
        .until(wait, || news(context, actor, &positions, &before))
        .await
        .transpose()?;
    // The body may have been slow, and the wait was long: who has signed out meanwhile is told nothing.
    if !command::is_signed_in(&context.service, actor).await? {
        return Err(command::not_signed_in());
    }
    if let Some(news) = news {
        frames.append(news);
    }
    Ok(frames)
}

/// What there is to tell; `None` when there is nothing.
async fn news(
    context: &Context,
    actor: &Actor,
    positions: &[(FeedId, Option<Seq>)],
    before: &[Activity],
) -> Option<Result<Frames, Rejection>> {
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
) -> Result<Frames, Rejection> {
    let mut frames = Frames::default();
    let requests = &context.telemetry.requests;
    for (feed, position) in positions {
        if frames.bytes() >= NEWS_BYTES {
            return Ok(frames);
        }
        match command::resume(&context.service, actor, *feed, *position).await? {
            Resumed::With(shared) => match shared.into_inner() {
                CatchUp::Changes(changes) if changes.to == changes.after => {}
                CatchUp::Changes(changes) => {
                    requests.went_on();
                    frames.add(&ServerFrame::Changes(changes));
                }
                CatchUp::Gap(reason, snapshot) => {
                    requests.started_over(reason);
                    frames.add(&ServerFrame::Gap {
                        feed: *feed,
                        reason,
                        snapshot,
                    });
                }
            },
            Resumed::Revoked => {
                requests.was_revoked();
                if let FeedId::Room(room) = *feed {
                    frames.add(&ServerFrame::Revoked { room });
                }
            }
        }
    }
    let stands = command::activities(&context.service, actor).await?;
    let watched = |room| positions.iter().any(|(feed, _)| *feed == FeedId::Room(room));
    let moved = stands
        .into_iter()
        .filter(|stand| !before.contains(stand) && !watched(stand.room));
    for activity in moved {
        frames.add(&ServerFrame::Activity(activity));
    }
    Ok(frames)
}

/// Frames, written as soon as they are read: so their length is known, and nobody holds their rows besides.
#[derive(Default)]
struct Frames(Vec<u8>);

impl Frames {
    fn add(&mut self, frame: &ServerFrame) {
        self.separate();
        serde_json::to_writer(&mut self.0, frame).expect("frames have string keys only, and memory takes all");
    }

    fn append(&mut self, Self(more): Self) {
        self.separate();
        self.0.extend(more);
    }

    fn separate(&mut self) {
        if !self.is_empty() {
            self.0.push(b',');
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn bytes(&self) -> usize {
        self.0.len()
    }

    /// A `Polled`.
    fn into_json(self) -> Vec<u8> {
        let mut json = br#"{"frames":["#.to_vec();
        json.extend(self.0);
        json.extend(b"]}");
        json
    }
}
