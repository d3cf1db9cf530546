//! Posts that came right behind each other: handed on together, answered together.
//!
//! Nobody waits for them to gather: what one read of the socket gave is what there is. While they are committed the next ones
//! arrive, so a busy sender's posts share commits and frames, and a quiet one's post travels alone.

use app::protocol::{FeedId, RequestId, RoomId, ServerFrame};

use super::connection::Connection;
use crate::{
    command::{self, Draft},
    hub::{Kind, frame},
    scheduler::let_others_run,
};

/// Posts in one go. What one read gave is about as much.
const TOGETHER: usize = 64;

/// The posts of one connection that were read and not yet handed on; all of them for one room.
pub struct Posts<'a> {
    connection: &'a Connection,
    room: RoomId,
    ids: Vec<RequestId>,
    drafts: Vec<Draft>,
}

impl<'a> Posts<'a> {
    /// None yet.
    pub fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            room: RoomId::default(),
            ids: Vec::new(),
            drafts: Vec::new(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Adds one. Hands on those before it, when they are for another room or enough.
    pub async fn add(&mut self, id: RequestId, room: RoomId, draft: Draft) {
        if room != self.room || self.ids.len() >= TOGETHER {
            self.finish().await;
        }
        self.room = room;
        self.ids.push(id);
        self.drafts.push(draft);
    }

    /// Posts what was added, in order, and answers once it is durable. To be called before anything else of the connection is
    /// done.
    pub async fn finish(&mut self) {
        if self.ids.is_empty() {
            return;
        }
        // Taken, not cleared: an idle connection holds no buffers.
        let (ids, drafts) = (std::mem::take(&mut self.ids), std::mem::take(&mut self.drafts));
        let Connection { context, actor, writer } = self.connection;
        let answers = command::post_together(&context.service, actor, self.room, drafts).await;
        let is_posted = answers.iter().any(Result::is_ok);
        let frames = ids.into_iter().zip(answers).map(|(id, answer)| match answer {
            Ok(result) => ServerFrame::Ok { id, result },
            Err(rejection) => {
                context.telemetry.requests.refused(rejection.code);
                ServerFrame::Error {
                    id: Some(id),
                    rejection,
                }
            }
        });
        let frames = frame::all_json(frames);
        if !is_posted {
            writer.send(frames, Kind::Reply);
        } else if writer.send_before(frames, FeedId::Room(self.room)) {
            // The carrier, unless something holds it up, tells them meanwhile.
            let_others_run().await;
            writer.wait_no_longer();
        }
    }
}
