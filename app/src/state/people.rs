//! Who is who, who is here, who is writing.

use litemap::LiteMap;

use super::pause::has_come;
use crate::protocol::{
    RoomId, Timestamp, User, UserId,
    limits::{PROFILES, TYPING_SECONDS},
};

/// Profiles, presence and typing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    profiles: LiteMap<UserId, User>,
    /// To be asked for; each is asked once and leaves with its answer.
    pub(super) wanted: Vec<UserId>,
    /// Asked for, with the answer on its way.
    pub(super) asked: Vec<UserId>,
    /// Not to be asked again before this moment: the server could not answer.
    pub(super) ask_after: Option<Timestamp>,
    /// On screen.
    pub(super) shown: Vec<UserId>,
    online: Vec<UserId>,
    /// Who writes where, and until when that is shown.
    typing: LiteMap<(RoomId, UserId), Timestamp>,
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
        if !self.profiles.contains_key(&user) && !self.asked.contains(&user) && !self.wanted.contains(&user) {
            self.wanted.push(user);
        }
    }

    /// The next profiles to ask for; one batch at a time.
    pub(super) fn next_batch(&mut self, now: Timestamp) -> Option<Vec<UserId>> {
        let too_early = self.ask_after.is_some_and(|moment| !has_come(moment, now));
        if self.wanted.is_empty() || !self.asked.is_empty() || too_early {
            return None;
        }
        self.asked = self.wanted.drain(..self.wanted.len().min(PROFILES)).collect();
        Some(self.asked.clone())
    }

    /// The answer will not come: they are still wanted.
    pub(super) fn ask_again(&mut self, after: Option<Timestamp>) {
        self.wanted.append(&mut self.asked);
        self.ask_after = after;
    }

    /// Names the people on screen.
    pub(super) fn show(&mut self, users: Vec<UserId>) {
        self.shown = users;
        self.online.retain(|user| self.shown.contains(user));
    }

    /// What is known may be out of date: everybody is asked about once more.
    pub(super) fn doubt_everyone(&mut self) {
        self.wanted.retain(|user| !self.profiles.contains_key(user));
        self.wanted.extend(self.profiles.keys().copied());
    }

    pub(super) fn is_online(&self, user: UserId) -> bool {
        self.online.contains(&user)
    }

    pub(super) fn set_online(&mut self, user: UserId, online: bool) -> bool {
        let changes = online != self.is_online(user);
        if online && changes {
            self.online.push(user);
        } else if changes {
            self.online.retain(|one| *one != user);
        }
        changes
    }

    pub(super) fn forget_presence(&mut self) -> bool {
        !std::mem::take(&mut self.online).is_empty()
    }

    pub(super) fn typing(&self, room: RoomId) -> impl Iterator<Item = UserId> {
        self.typing
            .keys()
            .filter(move |(place, _)| *place == room)
            .map(|(_, user)| *user)
    }

    pub(super) fn types(&mut self, room: RoomId, user: UserId, now: Timestamp) -> bool {
        let until = Timestamp(now.0 + 1000 * TYPING_SECONDS.cast_signed());
        self.typing.insert((room, user), until).is_none()
    }

    pub(super) fn stops_typing(&mut self, room: RoomId, user: UserId) -> bool {
        self.typing.remove(&(room, user)).is_some()
    }

    /// Forgets who has not been heard of for a while, and says where.
    pub(super) fn expire_typing(&mut self, now: Timestamp) -> Vec<RoomId> {
        let latest = now.0 + 1000 * TYPING_SECONDS.cast_signed();
        let mut rooms = Vec::new();
        self.typing.retain(|(room, _), until| {
            // An `until` beyond `latest` was noted before the clock was set back.
            let keep = now.0 < until.0 && until.0 <= latest;
            if !keep {
                rooms.push(*room);
            }
            keep
        });
        rooms
    }
}
