//! Works out what becomes of messages that were posted together, as if they had come one after the other.

use std::collections::{BTreeMap, HashMap};

use app::protocol::{Changes, ClientMessageId, FeedId, Item, Message, ReadMarker, Role, RoomId, Seq, UserId};

use super::{
    error, heads,
    lanes::{Answer, Call},
};
use crate::store::{
    Committed, Constraint, NewMessage, PostResult, Posted, StoreError,
    digest::{BodyDigest, digest},
};

/// What is so under the locks, and what is to be written.
pub(super) struct Ledger<'c> {
    pub(super) room: RoomId,
    /// The newest message's place. Moves on as calls are entered.
    pub(super) newest: Posted,
    /// Those who may post, as what.
    pub(super) roles: HashMap<UserId, Role>,
    /// The heads of their own feeds. Move on as calls are entered.
    pub(super) heads: HashMap<UserId, Seq>,
    /// Ids that stand for a message already.
    pub(super) posted: HashMap<(UserId, ClientMessageId), Before>,
    /// Messages to be written, in order.
    pub(super) fresh: Vec<Fresh>,
    /// Read markers to be written: each at what its owner wrote last.
    pub(super) markers: BTreeMap<UserId, ReadMarker>,
    /// Where in `fresh` an id is.
    entered: HashMap<(UserId, &'c ClientMessageId), usize>,
}

/// A message that was posted under some id before.
pub(super) struct Before {
    pub(super) room: RoomId,
    pub(super) digest: Vec<u8>,
    pub(super) posted: Posted,
}

/// A message that was not.
pub(super) struct Fresh {
    pub(super) message: Message,
    pub(super) digest: BodyDigest,
}

impl<'c> Ledger<'c> {
    pub(super) fn new(room: RoomId, newest: Posted) -> Self {
        Self {
            room,
            newest,
            roles: HashMap::new(),
            heads: HashMap::new(),
            posted: HashMap::new(),
            fresh: Vec::new(),
            markers: BTreeMap::new(),
            entered: HashMap::new(),
        }
    }

    /// Gives the call's messages their places, and tells what it is to be answered once they are written. A call that is
    /// refused leaves no trace.
    pub(super) fn enter(&mut self, call: &'c Call) -> Answer {
        let author = call.standing.user;
        match self.roles.get(&author) {
            Some(role) if *role >= call.standing.role => {}
            _ => return Err(StoreError::Refused),
        }
        let (before, first) = (self.newest, self.fresh.len());
        let value: Vec<PostResult> = call.messages.iter().map(|new| self.post(author, new)).collect();
        let items: Vec<Item> = self.fresh[first..]
            .iter()
            .map(|fresh| Item::Message(fresh.message.clone()))
            .collect();
        if items.is_empty() {
            return Ok(Committed {
                value,
                changes: Vec::new(),
            });
        }
        let shared = Changes {
            feed: FeedId::Room(self.room),
            after: before.seq,
            to: self.newest.seq,
            items,
        };
        let own = self.move_marker(author)?;
        Ok(Committed {
            value,
            changes: vec![shared, own],
        })
    }

    fn post(&mut self, author: UserId, new: &'c NewMessage) -> PostResult {
        let digest = digest(&new.body);
        // A retry's first try may be in the same call, or in another one of the group.
        if let Some(index) = self.entered.get(&(author, &new.client_message_id)) {
            let first = &self.fresh[*index];
            return same(first.digest == digest, place(&first.message));
        }
        if let Some(before) = self.posted.get(&(author, new.client_message_id.clone())) {
            let is_same = before.room == self.room && before.digest == digest;
            return same(is_same, before.posted);
        }
        self.newest = Posted {
            number: self.newest.number.next(),
            seq: self.newest.seq.next(),
        };
        self.entered.insert((author, &new.client_message_id), self.fresh.len());
        let message = Message {
            number: self.newest.number,
            changed: self.newest.seq,
            author,
            client_message_id: new.client_message_id.clone(),
            body: new.body.clone(),
            posted_at: new.now,
            edited_at: None,
            deleted: false,
        };
        self.fresh.push(Fresh { message, digest });
        Ok(self.newest)
    }

    /// Moves the author's marker to the newest message, under the next seq of their feed.
    fn move_marker(&mut self, author: UserId) -> Result<Changes, StoreError> {
        let head = self.heads.get_mut(&author).ok_or_else(|| error::missing("users"))?;
        *head = head.next();
        let marker = ReadMarker {
            room: self.room,
            read: self.newest.number,
            changed: *head,
        };
        let own = heads::changes(FeedId::User(author), *head, vec![Item::ReadMarker(marker.clone())]);
        self.markers.insert(author, marker);
        Ok(own)
    }
}

fn same(is_same: bool, posted: Posted) -> PostResult {
    if is_same { Ok(posted) } else { Err(Constraint::IdReused) }
}

fn place(message: &Message) -> Posted {
    Posted {
        number: message.number,
        seq: message.changed,
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{Number, Timestamp};

    use super::*;
    use crate::store::Standing;

    const ROOM: RoomId = RoomId(1);
    const ANN: UserId = UserId(1);
    const BOB: UserId = UserId(2);

    fn call(user: UserId, messages: &[(&str, &str)]) -> Call {
        let messages = messages.iter().map(|(id, body)| NewMessage {
            client_message_id: ClientMessageId((*id).to_owned()),
            body: (*body).to_owned(),
            now: Timestamp(0),
        });
        Call {
            standing: Standing {
                user,
                room: ROOM,
                role: Role::Member,
            },
            messages: messages.collect(),
        }
    }

    fn at(place: u64) -> Posted {
        Posted {
            number: Number(place),
            seq: Seq(place + 10),
        }
    }

    fn ledger<'c>() -> Ledger<'c> {
        let mut ledger = Ledger::new(ROOM, at(4));
        ledger.roles.insert(ANN, Role::Owner);
        ledger.heads.extend([(ANN, Seq(7)), (BOB, Seq(1))]);
        ledger
    }

    #[test]
    fn calls_that_come_together_are_answered_as_if_one_after_the_other() {
        let calls = [
            call(ANN, &[("one", "hello"), ("two", "hello")]),
            call(ANN, &[("two", "hello"), ("one", "other"), ("three", "hello")]),
        ];
        let mut ledger = ledger();
        let first = ledger.enter(&calls[0]).unwrap();
        assert_eq!(first.value, [Ok(at(5)), Ok(at(6))]);
        assert_eq!((first.changes[0].after, first.changes[0].to), (Seq(14), Seq(16)));
        assert_eq!((first.changes[1].after, first.changes[1].to), (Seq(7), Seq(8)));
        let second = ledger.enter(&calls[1]).unwrap();
        assert_eq!(second.value, [Ok(at(6)), Err(Constraint::IdReused), Ok(at(7))]);
        assert_eq!((second.changes[0].after, second.changes[0].to), (Seq(16), Seq(17)));
        assert_eq!((second.changes[1].after, second.changes[1].to), (Seq(8), Seq(9)));
        assert_eq!((ledger.fresh.len(), ledger.markers[&ANN].read), (3, Number(7)));
    }

    #[test]
    fn a_refused_call_leaves_no_trace() {
        let calls = [call(BOB, &[("one", "hello")]), call(ANN, &[("one", "hello")])];
        let mut ledger = ledger();
        assert!(matches!(ledger.enter(&calls[0]), Err(StoreError::Refused)));
        assert_eq!(ledger.enter(&calls[1]).unwrap().value, [Ok(at(5))]);
        assert!(!ledger.markers.contains_key(&BOB));
    }

    #[test]
    fn a_retry_of_something_older_changes_nothing() {
        let calls = [call(ANN, &[("one", "hello"), ("two", "hello"), ("six", "hello")])];
        let mut ledger = ledger();
        for (id, room, body) in [
            ("one", ROOM, "hello"),
            ("two", RoomId(2), "hello"),
            ("six", ROOM, "other"),
        ] {
            let before = Before {
                room,
                digest: digest(body).to_vec(),
                posted: at(2),
            };
            ledger.posted.insert((ANN, ClientMessageId(id.to_owned())), before);
        }
        let answer = ledger.enter(&calls[0]).unwrap();
        let reused = Err(Constraint::IdReused);
        assert_eq!(
            (answer.value, answer.changes),
            (vec![Ok(at(2)), reused, reused], vec![])
        );
        assert_eq!(ledger.newest, at(4));
    }
}
