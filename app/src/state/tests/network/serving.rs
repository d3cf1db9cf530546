//! What the server does with a line: answers, and sends what its feeds bring.

use std::collections::BTreeSet;

use super::{Line, Standpoint, World, answer, feeds, is_lost};
use crate::protocol::{
    ClientFrame, Command, Epoch, ErrorCode, FeedId, Rejection, Reply, RequestId, ServerFrame, Welcome,
    server_frame::FeedHead,
};
use crate::state::tests::{scenario::ME, server::Resumed};

impl World {
    pub(super) fn welcome(&self, id: RequestId) -> Welcome {
        Welcome {
            id,
            protocol: 1,
            epoch: self.server.epoch(),
            you: self.server.me(),
            rooms: self.server.activities(),
        }
    }

    pub(super) fn serve(&mut self, ClientFrame { id, command }: ClientFrame) {
        let epoch: Epoch = self.server.epoch();
        let Line::Open(served) = &mut self.line else { return };
        match command {
            Command::Hello(hello) => {
                assert!(!served.is_greeted, "a second hello");
                let epoch_holds = hello.epoch == Some(epoch);
                for (feed, position) in feeds(&hello) {
                    served.watched.insert(
                        feed,
                        Standpoint {
                            position,
                            epoch_holds,
                            is_fresh: true,
                        },
                    );
                }
                served.is_greeted = true;
                served.told = self
                    .server
                    .activities()
                    .into_iter()
                    .map(|told| (told.room, told))
                    .collect();
                let welcome = self.welcome(id);
                self.down.push_back(ServerFrame::Welcome(welcome));
                self.part();
            }
            Command::Watch { room, .. } if !self.server.is_member(ME, room) => {
                let code = ErrorCode::NotAMember;
                let rejection = Rejection {
                    code,
                    message: String::new(),
                    retry_after_ms: None,
                };
                self.down.push_back(ServerFrame::Error {
                    id: Some(id),
                    rejection,
                });
            }
            Command::Watch { room, position } => {
                assert!(served.is_greeted, "something came before hello");
                served.watched.insert(
                    FeedId::Room(room),
                    Standpoint {
                        position,
                        epoch_holds: true,
                        is_fresh: true,
                    },
                );
                self.down.push_back(ServerFrame::Ok {
                    id,
                    result: Reply::Done,
                });
            }
            Command::Unwatch { room } => {
                served.watched.remove(&FeedId::Room(room));
                self.down.push_back(ServerFrame::Ok {
                    id,
                    result: Reply::Done,
                });
            }
            command => {
                let outcome = self.server.execute(command);
                self.down.push_back(answer(id, outcome));
                self.part();
            }
        }
    }

    /// A removal ends the watch at once: nothing that comes later is sent.
    pub(in crate::state::tests) fn part(&mut self) {
        let Line::Open(served) = &mut self.line else { return };
        let lost: BTreeSet<_> = served
            .watched
            .keys()
            .copied()
            .filter(|feed| is_lost(&self.server, *feed))
            .collect();
        for feed in lost {
            served.watched.remove(&feed);
            if let FeedId::Room(room) = feed {
                self.down.push_back(ServerFrame::Revoked { room });
            }
        }
    }

    /// The server sends what so many of the watched feeds miss, one frame each, and activity of the other rooms.
    pub(in crate::state::tests) fn pumps(&mut self, feeds: usize) {
        let Line::Open(served) = &mut self.line else { return };
        if !served.is_greeted {
            return;
        }
        let behind = served
            .watched
            .iter_mut()
            .filter(|(feed, standpoint)| standpoint.is_fresh || standpoint.position != Some(self.server.head(**feed)));
        for (feed, standpoint) in behind.take(feeds) {
            match self.server.resume(*feed, standpoint.epoch_holds, standpoint.position) {
                Resumed::Changes(changes) => {
                    standpoint.position = Some(changes.to);
                    self.down.push_back(ServerFrame::Changes(changes));
                }
                Resumed::Gap(reason, snapshot) => {
                    standpoint.position = Some(snapshot.position());
                    self.down.push_back(ServerFrame::Gap {
                        feed: *feed,
                        reason,
                        snapshot,
                    });
                }
                Resumed::Revoked => unreachable!("removals end the watch"),
            }
            standpoint.epoch_holds = true;
            standpoint.is_fresh = false;
        }
        for activity in self.server.activities() {
            let is_watched = served.watched.contains_key(&FeedId::Room(activity.room));
            if !is_watched && served.told.insert(activity.room, activity) != Some(activity) {
                self.down.push_back(ServerFrame::Activity(activity));
            }
        }
    }

    pub(in crate::state::tests) fn beats(&mut self) {
        let Line::Open(served) = &self.line else { return };
        let heads = served
            .watched
            .iter()
            .filter_map(|(feed, standpoint)| standpoint.position.map(|head| FeedHead { feed: *feed, head }));
        if served.is_greeted {
            let heads = heads.collect();
            self.down.push_back(ServerFrame::Heartbeat { heads, delayed: false });
        }
    }
}
