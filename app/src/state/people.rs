//! Who is who, who is here, who is writing.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::{RoomId, Timestamp, User, UserId, limits::TYPING_SECONDS};

/// Profiles, presence and typing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    profiles: BTreeMap<UserId, User>,
    /// To be asked for; each is asked once and leaves with its answer.
    pub(super) wanted: BTreeSet<UserId>,
    /// Asked for, with the answer on its way.
    pub(super) asked: BTreeSet<UserId>,
    /// On screen.
    pub(super) shown: Vec<UserId>,
    online: BTreeSet<UserId>,
    /// Who writes where, and until when that is shown.
    typing: BTreeMap<(RoomId, UserId), Timestamp>,
}

impl People {
    pub(super) fn user(&self, user: UserId) -> Option<&User> {
        self.profiles.get(&user)
    }

    /// Takes in a profile, unless a newer one is known.
    pub(super) fn learn(&mut self, user: User) -> bool {
        match self.profiles.get(&user.id) {
            Some(known) if known.changed >= user.changed => false,
            _ => {
                self.profiles.insert(user.id, user);
                true
            }
        }
    }

    /// Wants the profile of somebody who is on screen, if it is not known.
    pub(super) fn want(&mut self, user: UserId) {
        if !self.profiles.contains_key(&user) && !self.asked.contains(&user) {
            self.wanted.insert(user);
        }
    }

    /// What is known may be out of date: everybody is asked about once more.
    pub(super) fn doubt_everyone(&mut self) {
        self.wanted.extend(self.profiles.keys().copied());
    }

    pub(super) fn is_online(&self, user: UserId) -> bool {
        self.online.contains(&user)
    }

    pub(super) fn set_online(&mut self, user: UserId, online: bool) -> bool {
        if online { self.online.insert(user) } else { self.online.remove(&user) }
    }

    pub(super) fn forget_presence(&mut self) -> bool {
        !std::mem::take(&mut self.online).is_empty()
    }

    pub(super) fn typing(&self, room: RoomId) -> impl Iterator<Item = UserId> {
        self.typing.range((room, UserId(0))..=(room, UserId(u64::MAX))).map(|((_, user), _)| *user)
    }

    pub(super) fn types(&mut self, room: RoomId, user: UserId, now: Timestamp) -> bool {
        let until = Timestamp(now.0 + 1000 * TYPING_SECONDS.cast_signed());
        self.typing.insert((room, user), until).is_none()
    }

    pub(super) fn stops_typing(&mut self, room: RoomId, user: UserId) -> bool {
        self.typing.remove(&(room, user)).is_some()
    }

    /// Forgets who has not been heard of for a while, and says where.
    pub(super) fn expire_typing(&mut self, now: Timestamp) -> BTreeSet<RoomId> {
        let latest = now.0 + 1000 * TYPING_SECONDS.cast_signed();
        let mut rooms = BTreeSet::new();
        self.typing.retain(|(room, _), until| {
            // An `until` beyond `latest` was noted before the clock was set back.
            let keep = now.0 < until.0 && until.0 <= latest;
            if !keep {
                rooms.insert(*room);
            }
            keep
        });
        rooms
    }
}
