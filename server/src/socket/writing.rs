//! The outgoing half: what the hub could not write at once, catching up, heartbeats, goodbyes.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tracing::warn;

use app::protocol::{
    Changes, CloseCode, FeedId, FeedSnapshot, GapReason, Seq, ServerFrame, limits::HEARTBEAT_SECONDS,
    server_frame::FeedHead,
};

use super::connection::{Connection, End};
use crate::{
    command::{self, CatchUp, Resumed},
    hub::{Kind, Standpoint, Work, frame},
};

/// A peer that takes not a byte for this long is told to come back later.
const STALL: Duration = Duration::from_secs(60);
/// How long a peer may take to hear a goodbye and hang up.
const GOODBYE: Duration = Duration::from_secs(2);
/// Before the store is asked again after it failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Writes until the connection ends.
pub async fn run(connection: &Connection) -> End {
    let mut heartbeat = Heartbeat::of(connection);
    loop {
        match connection.writer.work() {
            Work::End => return End::Lost,
            Work::Close(code) => return End::Close(code),
            Work::Flush => tokio::select! {
                // Whoever is sent away is not waited for until they read.
                () = connection.writer.farewell.notified() => {}
                writable = timeout(STALL, connection.writer.line().writable()) => match writable {
                    Err(_) => return End::Close(CloseCode::Stalled),
                    Ok(Err(_)) => return End::Lost,
                    Ok(Ok(())) if connection.writer.flush().is_err() => return End::Lost,
                    Ok(Ok(())) => {}
                },
            },
            Work::CatchUp(standpoint) => {
                heartbeat
                    .goes_on_while(Box::pin(catch_up(connection, standpoint)))
                    .await
            }
            Work::Activity => heartbeat.goes_on_while(Box::pin(tell_activity(connection))).await,
            Work::Presence => connection.context.hub.tell_people_again(&connection.writer),
            Work::Rest => tokio::select! {
                () = connection.writer.bell.notified() => {}
                () = heartbeat.next() => {}
            },
        }
    }
}

/// Reads what a feed's reader misses, and sends it. Called again and again until the feed is live.
async fn catch_up(connection: &Connection, standpoint: Standpoint) {
    let Connection {
        context, actor, writer, ..
    } = connection;
    let Standpoint {
        feed, position, fresh, ..
    } = standpoint;
    let resumed = command::resume(&context.service, actor, feed, position).await;
    let requests = &context.telemetry.requests;
    let shared = match resumed {
        Ok(Resumed::With(shared)) => shared,
        Ok(Resumed::Revoked) => {
            requests.was_revoked();
            context.hub.unwatch(writer, feed);
            if let FeedId::Room(room) = feed {
                connection.send(&ServerFrame::Revoked { room });
            }
            return;
        }
        Err(_) => {
            // Logged where it was found. The connection stays behind; live frames are not lost on it.
            writer.postpone(feed);
            tokio::time::sleep(PAUSE).await;
            return;
        }
    };
    let (to, is_told) = match &*shared {
        CatchUp::Changes(changes) => {
            requests.went_on();
            (
                changes.to,
                fresh || changes.to > changes.after || !changes.items.is_empty(),
            )
        }
        CatchUp::Gap(reason, snapshot) => {
            requests.started_over(*reason);
            (snapshot.position(), true)
        }
    };
    let frame = is_told.then(|| shared.encoded(|catch_up| encode(feed, catch_up)));
    context.hub.caught_up(writer, feed, position, to, frame);
}

/// The frame by which readers go on, borrowed from what they share.
fn encode(feed: FeedId, catch_up: &CatchUp) -> Bytes {
    /// `ServerFrame`, as far as it is needed.
    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Frame<'a> {
        Changes(&'a Changes),
        Gap {
            feed: FeedId,
            reason: GapReason,
            snapshot: &'a FeedSnapshot,
        },
    }
    frame::json(&match catch_up {
        CatchUp::Changes(changes) => Frame::Changes(changes),
        CatchUp::Gap(reason, snapshot) => Frame::Gap {
            feed,
            reason: *reason,
            snapshot,
        },
    })
}

/// Activity was dropped on the way: tells where every listed room stands.
async fn tell_activity(connection: &Connection) {
    match command::activities(&connection.context.service, &connection.actor).await {
        Ok(activities) => {
            for activity in activities {
                connection
                    .writer
                    .send(frame::json(&ServerFrame::Activity(activity)), Kind::Activity);
            }
        }
        Err(_) => warn!("badges could not be told again"),
    }
}

/// Proves that the server lives, asks whether the peer does, and says which heads moved.
pub(super) struct Heartbeat<'a> {
    connection: &'a Connection,
    rhythm: Interval,
    told: Vec<(FeedId, Option<Seq>)>,
}

impl<'a> Heartbeat<'a> {
    pub(super) fn of(connection: &'a Connection) -> Self {
        let period = Duration::from_secs(HEARTBEAT_SECONDS);
        let mut rhythm = interval_at(Instant::now() + period, period);
        rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            connection,
            rhythm,
            told: Vec::new(),
        }
    }

    /// Beats until the work is done: when the store is slow, nobody takes the server for dead, or is taken for it. Whoever is sent away
    /// does not wait for the store.
    pub(super) async fn goes_on_while(&mut self, work: impl Future<Output = ()> + Unpin) {
        let mut work = work;
        loop {
            tokio::select! {
                () = &mut work => return,
                () = self.connection.writer.farewell.notified() => return,
                () = self.next() => {}
            }
        }
    }

    /// Waits for its time, and beats once.
    async fn next(&mut self) {
        self.rhythm.tick().await;
        let Connection { context, writer, .. } = self.connection;
        let stands: Vec<_> = writer
            .standpoints()
            .iter()
            .map(|standpoint| (standpoint.feed, standpoint.position))
            .collect();
        let moved = stands.iter().filter(|stand| !self.told.contains(stand));
        let heads = moved
            .filter_map(|(feed, position)| position.map(|head| FeedHead { feed: *feed, head }))
            .collect();
        let delayed = command::is_delayed(&context.service);
        writer.send(frame::json(&ServerFrame::Heartbeat { heads, delayed }), Kind::Signal);
        writer.send(frame::ping(), Kind::Signal);
        self.told = stands;
    }
}

/// Sends a close frame behind what is queued, and waits a moment for the peer to hang up, so that it hears the code
/// before the line is gone (RFC 6455, section 7.1.1).
pub async fn say_goodbye(connection: &Connection, code: u16) {
    connection.writer.send_last(&frame::close(code));
    let farewell = async {
        while connection.writer.queue_figures().0 > 0 {
            connection.writer.line().writable().await?;
            connection.writer.flush()?;
        }
        connection.writer.line().shut_down().await?;
        drain(connection).await
    };
    // A peer that does not listen misses the code; that is all.
    let _ = timeout(GOODBYE, farewell).await;
}

/// Reads away what the peer still sends until it ends its direction: unread bytes would turn our end into a reset.
async fn drain(connection: &Connection) -> std::io::Result<()> {
    let mut scratch = [0; 1024];
    loop {
        connection.writer.line().readable().await?;
        match connection.writer.line().try_read(&mut scratch) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_borrowed_frame_is_the_frame() {
        let (feed, position) = (FeedId::Community, Seq(7));
        let changes = Changes {
            feed,
            after: Seq(6),
            to: position,
            items: Vec::new(),
        };
        let (reason, snapshot) = (GapReason::Future, FeedSnapshot::Community { position });
        for (catch_up, whole) in [
            (CatchUp::Changes(changes.clone()), ServerFrame::Changes(changes)),
            (
                CatchUp::Gap(reason, snapshot.clone()),
                ServerFrame::Gap { feed, reason, snapshot },
            ),
        ] {
            assert_eq!(encode(feed, &catch_up), frame::json(&whole));
        }
    }
}
