//! Works out what becomes of messages that were posted together, in whatever rooms, as if they had come one after the other.

use std::collections::{BTreeMap, HashMap};

use app::protocol::{Changes, ClientMessageId, FeedId, Item, Message, ReadMarker, Role, RoomId, Seq, UserId};

use super::{
    error, heads,
    lanes::{Answer, Call},
};
use crate::store::{
    Committed, Constraint, NewMessage, PostResult, Posted, Standing, StoreError,
    digest::{BodyDigest, digest},
};

/// What is so under the locks, and what is to be written.
#[derive(Default)]
pub(super) struct Ledger<'c> {
    /// The places of the newest messages, in the rooms that exist. Move on as calls are entered.
    pub(super) newest: HashMap<RoomId, Posted>,
    /// Those who may post, as what.
    pub(super) roles: HashMap<(RoomId, UserId), Role>,
    /// The heads of the authors' own feeds. Move on as calls are entered.
    pub(super) heads: HashMap<UserId, Seq>,
    /// Ids that stand for a message already.
    pub(super) posted: HashMap<(UserId, ClientMessageId), Before>,
    /// Messages to be written, in order.
    pub(super) fresh: Vec<Fresh>,
    /// Read markers to be written: each at what its owner wrote last in that room.
    pub(super) markers: BTreeMap<(UserId, RoomId), ReadMarker>,
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
    pub(super) room: RoomId,
    pub(super) message: Message,
    pub(super) digest: BodyDigest,
}

impl<'c> Ledger<'c> {
    /// Gives the call's messages their places, and tells what it is to be answered once they are written. A call that is
    /// refused leaves no trace.
    pub(super) fn enter(&mut self, call: &'c Call) -> Answer {
        let Standing {
            user: author,
            room,
            role,
        } = call.standing;
        let before = match (self.roles.get(&(room, author)), self.newest.get(&room)) {
            (Some(found), Some(newest)) if *found >= role => *newest,
            // Where there is no room there is no member either.
            _ => return Err(StoreError::Refused),
        };
        let own_head = *self.heads.get(&author).ok_or_else(|| error::missing("users"))?;
        let (mut newest, first) = (before, self.fresh.len());
        let messages = call.messages.iter();
        let value: Vec<PostResult> = messages.map(|new| self.post(call.standing, new, &mut newest)).collect();
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
        self.newest.insert(room, newest);
        let shared = Changes {
            feed: FeedId::Room(room),
            after: before.seq,
            to: newest.seq,
            items,
        };
        let mut changes = vec![shared];
        if call.own_marker.moves_on_from(before.number) {
            let marker = ReadMarker {
                room,
                read: newest.number,
                changed: own_head.next(),
            };
            changes.push(self.move_marker(author, marker));
        }
        Ok(Committed { value, changes })
    }

    /// Behind `newest`, if it is new.
    fn post(&mut self, standing: Standing, new: &'c NewMessage, newest: &mut Posted) -> PostResult {
        let Standing { user: author, room, .. } = standing;
        let digest = digest(&new.body);
        // A retry's first try may be in the same call, or in another one of the group.
        if let Some(index) = self.entered.get(&(author, &new.client_message_id)) {
            let first = &self.fresh[*index];
            let is_same = first.room == room && first.digest == digest;
            return same(is_same, place(&first.message));
        }
        if let Some(before) = self.posted.get(&(author, new.client_message_id.clone())) {
            let is_same = before.room == room && before.digest == digest;
            return same(is_same, before.posted);
        }
        *newest = Posted {
            number: newest.number.next(),
            seq: newest.seq.next(),
        };
        self.entered.insert((author, &new.client_message_id), self.fresh.len());
        let message = Message {
            number: newest.number,
            changed: newest.seq,
            author,
            client_message_id: new.client_message_id.clone(),
            body: new.body.clone(),
            posted_at: new.now,
            edited_at: None,
            deleted: false,
        };
        self.fresh.push(Fresh { room, message, digest });
        Ok(*newest)
    }

    /// Moves the author's marker, and with it the head of their feed.
    fn move_marker(&mut self, author: UserId, marker: ReadMarker) -> Changes {
        self.heads.insert(author, marker.changed);
        self.markers.insert((author, marker.room), marker.clone());
        heads::changes(FeedId::User(author), marker.changed, vec![Item::ReadMarker(marker)])
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
    use crate::store::OwnMarker;

    const GARDEN: RoomId = RoomId(1);
    const KITCHEN: RoomId = RoomId(2);
    const ANN: UserId = UserId(1);
    const BOB: UserId = UserId(2);

    fn call(user: UserId, room: RoomId, messages: &[(&str, &str)]) -> Call {
        let messages = messages.iter().map(|(id, body)| NewMessage {
            client_message_id: ClientMessageId((*id).to_owned()),
            body: (*body).to_owned(),
            now: Timestamp(0),
        });
        let role = Role::Member;
        Call {
            standing: Standing { user, room, role },
            messages: messages.collect(),
            own_marker: OwnMarker::Moves,
        }
    }

    fn at(place: u64) -> Posted {
        Posted {
            number: Number(place),
            seq: Seq(place + 10),
        }
    }

    /// Ann is in both rooms, Bob in none.
    fn ledger<'c>() -> Ledger<'c> {
        let mut ledger = Ledger::default();
        ledger.newest.extend([(GARDEN, at(4)), (KITCHEN, at(40))]);
        ledger
            .roles
            .extend([((GARDEN, ANN), Role::Owner), ((KITCHEN, ANN), Role::Member)]);
        ledger.heads.extend([(ANN, Seq(7)), (BOB, Seq(1))]);
        ledger
    }

    #[test]
    fn calls_that_come_together_are_answered_as_if_one_after_the_other() {
        let calls = [
            call(ANN, GARDEN, &[("one", "hello"), ("two", "hello")]),
            call(ANN, GARDEN, &[("two", "hello"), ("one", "other"), ("three", "hello")]),
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
        let marker = &ledger.markers[&(ANN, GARDEN)];
        assert_eq!((ledger.fresh.len(), marker.read), (3, Number(7)));
    }

    #[test]
    fn rooms_have_numbers_of_their_own_and_an_author_one_feed() {
        let calls = [
            call(ANN, GARDEN, &[("one", "hello")]),
            call(ANN, KITCHEN, &[("two", "hello")]),
            call(ANN, KITCHEN, &[("one", "hello")]),
            call(ANN, GARDEN, &[("three", "hello")]),
        ];
        let mut ledger = ledger();
        let answers = calls.each_ref().map(|call| ledger.enter(call).unwrap());
        let places = answers.each_ref().map(|answer| answer.value[0]);
        assert_eq!(places, [Ok(at(5)), Ok(at(41)), Err(Constraint::IdReused), Ok(at(6))]);
        let own = [0, 1, 3].map(|index| answers[index].changes[1].to);
        assert_eq!(own, [Seq(8), Seq(9), Seq(10)], "each under a seq of its own");
        let markers = [GARDEN, KITCHEN].map(|room| &ledger.markers[&(ANN, room)]);
        assert_eq!(markers.map(|marker| marker.read), [Number(6), Number(41)]);
        assert_eq!(markers.map(|marker| marker.changed), [Seq(10), Seq(9)]);
        assert_eq!(ledger.heads[&ANN], Seq(10));
    }

    #[test]
    fn a_marker_that_stays_is_not_written_and_no_seq_is_taken_for_it() {
        let mut call = call(ANN, GARDEN, &[("one", "hello")]);
        call.own_marker = OwnMarker::Stays;
        let mut ledger = ledger();
        let answer = ledger.enter(&call).unwrap();
        assert_eq!((answer.value, answer.changes.len()), (vec![Ok(at(5))], 1));
        assert!(ledger.markers.is_empty());
        assert_eq!(ledger.heads[&ANN], Seq(7));
    }

    #[test]
    fn a_refused_call_leaves_no_trace() {
        let nowhere = RoomId(u64::MAX);
        let calls = [
            call(BOB, GARDEN, &[("one", "hello")]),
            call(ANN, nowhere, &[("one", "hello")]),
            call(ANN, GARDEN, &[("one", "hello")]),
        ];
        let mut ledger = ledger();
        assert!(matches!(ledger.enter(&calls[0]), Err(StoreError::Refused)));
        assert!(matches!(ledger.enter(&calls[1]), Err(StoreError::Refused)));
        assert_eq!(ledger.enter(&calls[2]).unwrap().value, [Ok(at(5))]);
        assert_eq!(ledger.markers.len(), 1);
    }

    #[test]
    fn a_retry_of_something_older_changes_nothing() {
        let calls = [call(
            ANN,
            GARDEN,
            &[("one", "hello"), ("two", "hello"), ("six", "hello")],
        )];
        let mut ledger = ledger();
        for (id, room, body) in [
            ("one", GARDEN, "hello"),
            ("two", KITCHEN, "hello"),
            ("six", GARDEN, "other"),
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
        assert_eq!(ledger.newest[&GARDEN], at(4));
    }
}
