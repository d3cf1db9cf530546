//! Who is here: connected to this node or, as those say, to another. Derived from connections; flips to "gone" are believed
//! after ten seconds, and told in batches.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::Instant;

use app::protocol::{ServerFrame, UserId, server_frame::Presence};

use super::{
    elsewhere::PeopleElsewhere,
    frame,
    send_queue::Kind,
    writer::{ConnectionId, Writer},
};
use crate::{feed::Announcement, ids::NodeId, lock::lock};

/// How long somebody without a connection still counts as here: a reload or a tunnel is not a departure.
pub const GRACE: Duration = Duration::from_secs(10);

/// Between two times that the other nodes are told of everybody here. More than twice in a lease: one may be lost.
const EVERYBODY: Duration = Duration::from_secs(5);
/// People in one part of such a telling: 256 KiB.
const PART: usize = 32_768;

/// Who is here, and who wants to know.
#[derive(Debug, Default)]
pub struct People {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    here: HashMap<UserId, Person>,
    elsewhere: PeopleElsewhere,
    /// Whom each connection has on its screen.
    watching: HashMap<ConnectionId, (Arc<Writer>, Vec<UserId>)>,
    /// The same, the other way round.
    watchers: HashMap<UserId, HashSet<ConnectionId>>,
    /// Whose state changed since the last tick.
    flipped: HashSet<UserId>,
    /// Who came to this node or went from it since the other nodes were told. Empty where nobody is told.
    moved: HashSet<UserId>,
    /// How often they were told of everybody, and when they are to be told again.
    round: u32,
    everybody_due: Option<Instant>,
}

#[derive(Debug, Default)]
struct Person {
    connections: usize,
    gone_since: Option<Instant>,
}

impl People {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// One more connection (or poll) of this person.
    pub fn arrive(&self, user: UserId) {
        let mut inner = self.lock();
        let person = inner.here.entry(user).or_default();
        person.connections += 1;
        let returned = person.connections == 1 && person.gone_since.take().is_none();
        if returned {
            inner.note_move(user);
            if !inner.elsewhere.has(user) {
                inner.flipped.insert(user);
            }
        }
    }

    /// One connection (or poll) less.
    pub fn depart(&self, user: UserId, now: Instant) {
        if let Some(person) = self.lock().here.get_mut(&user) {
            person.connections = person.connections.saturating_sub(1);
            if person.connections == 0 {
                person.gone_since = Some(now);
            }
        }
    }

    /// Names the people on a connection's screen, in place of those named before, and tells it how they are.
    pub fn watch(&self, writer: &Arc<Writer>, users: Vec<UserId>) {
        let mut inner = self.lock();
        inner.forget(writer.id);
        for user in &users {
            inner.watchers.entry(*user).or_default().insert(writer.id);
        }
        let states = users.iter().map(|user| inner.state(*user)).collect();
        inner.watching.insert(writer.id, (Arc::clone(writer), users));
        // Under the lock: what `tick` finds flipped after this is told after it.
        tell(writer, states);
    }

    /// Tells a connection again how everybody on its screen is: it may have missed that somebody came or went.
    pub fn tell_again(&self, writer: &Writer) {
        let inner = self.lock();
        let Some((_, users)) = inner.watching.get(&writer.id) else {
            return;
        };
        tell(writer, users.iter().map(|user| inner.state(*user)).collect());
    }

    /// The connection is gone.
    pub fn unwatch(&self, writer: &Writer) {
        self.lock().forget(writer.id);
    }

    /// Who of these is here.
    pub fn states(&self, users: &[UserId]) -> Vec<Presence> {
        let inner = self.lock();
        users.iter().map(|user| inner.state(*user)).collect()
    }

    /// Believes departures whose time has come. Gives who is to be told of whom that flipped; nobody is told here, where the lock is held.
    /// What flips meanwhile is told the next time. Called once a second.
    pub fn tick(&self, now: Instant) -> Vec<(Arc<Writer>, Vec<Presence>)> {
        let mut inner = self.lock();
        let expired = inner.elsewhere.expire(now);
        inner.may_have_flipped(expired);
        let Inner {
            here,
            elsewhere,
            flipped,
            moved,
            everybody_due,
            ..
        } = &mut *inner;
        here.retain(|user, person| {
            let gone = person
                .gone_since
                .is_some_and(|since| now.saturating_duration_since(since) >= GRACE);
            if gone {
                if everybody_due.is_some() {
                    moved.insert(*user);
                }
                if !elsewhere.has(*user) {
                    flipped.insert(*user);
                }
            }
            !gone
        });
        let mut told: HashMap<ConnectionId, Vec<Presence>> = HashMap::new();
        for user in std::mem::take(&mut inner.flipped) {
            let state = inner.state(user);
            for connection in inner.watchers.get(&user).into_iter().flatten() {
                told.entry(*connection).or_default().push(state);
            }
        }
        let writers = told
            .into_iter()
            .filter_map(|(connection, users)| Some((Arc::clone(&inner.watching.get(&connection)?.0), users)));
        writers.collect()
    }
}

/// Tells a connection how people are.
pub(super) fn tell(writer: &Writer, users: Vec<Presence>) {
    writer.send(frame::json(&ServerFrame::Presence { users }), Kind::Presence);
}

impl People {
    /// Another node says who is on it.
    pub fn announced(&self, node: NodeId, announcement: Announcement, now: Instant) {
        let mut inner = self.lock();
        let heard = inner.elsewhere.announced(node, announcement, now);
        inner.may_have_flipped(heard.moved);
        if heard.is_new {
            // It knows as little of this node.
            inner.everybody_due = None;
        }
    }

    /// What the other nodes are to be told now. To be asked once a second.
    pub fn announcements(&self, now: Instant) -> Vec<Announcement> {
        let mut inner = self.lock();
        let moved = std::mem::take(&mut inner.moved);
        if inner.everybody_due.is_none_or(|due| due <= now) {
            inner.everybody_due = Some(now + EVERYBODY);
            inner.round += 1;
            return inner.everybody();
        }
        if moved.is_empty() {
            return Vec::new();
        }
        let (came, went): (Vec<_>, Vec<_>) = moved.into_iter().partition(|user| inner.here.contains_key(user));
        let (mut came, mut went) = (came.chunks(PART), went.chunks(PART));
        let parts = std::iter::from_fn(|| match (came.next(), went.next()) {
            (None, None) => None,
            (came, went) => Some(Announcement::Flips {
                came: came.unwrap_or_default().to_vec(),
                went: went.unwrap_or_default().to_vec(),
            }),
        });
        parts.collect()
    }
}

impl Inner {
    fn state(&self, user: UserId) -> Presence {
        Presence {
            user,
            online: self.here.contains_key(&user) || self.elsewhere.has(user),
        }
    }

    /// Remembers to tell the other nodes, unless everybody is told next anyway.
    fn note_move(&mut self, user: UserId) {
        if self.everybody_due.is_some() {
            self.moved.insert(user);
        }
    }

    /// Those who are here have not, whatever another node says.
    fn may_have_flipped(&mut self, users: Vec<UserId>) {
        let here = &self.here;
        self.flipped
            .extend(users.into_iter().filter(|user| !here.contains_key(user)));
    }

    /// In parts; one, and empty, when nobody is here: it still says that the node lives.
    fn everybody(&self) -> Vec<Announcement> {
        let people: Vec<UserId> = self.here.keys().copied().collect();
        let chunks: Vec<&[UserId]> = if people.is_empty() {
            vec![&[]]
        } else {
            people.chunks(PART).collect()
        };
        let parts = u16::try_from(chunks.len()).unwrap_or(u16::MAX);
        let told = (0..parts).zip(chunks).map(|(part, people)| Announcement::Everybody {
            round: self.round,
            part,
            parts,
            people: people.to_vec(),
        });
        told.collect()
    }

    fn forget(&mut self, connection: ConnectionId) {
        let Some((_, users)) = self.watching.remove(&connection) else {
            return;
        };
        for user in users {
            if let Some(watchers) = self.watchers.get_mut(&user) {
                watchers.remove(&connection);
                if watchers.is_empty() {
                    self.watchers.remove(&user);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online(people: &People, user: UserId) -> bool {
        people.states(&[user])[0].online
    }

    #[test]
    fn a_reload_is_not_a_departure() {
        let (people, ann, now) = (People::default(), UserId(1), Instant::now());
        people.arrive(ann);
        people.depart(ann, now);
        people.tick(now + GRACE / 2);
        assert!(online(&people, ann));
        people.arrive(ann);
        people.tick(now + GRACE * 2);
        assert!(online(&people, ann));
    }

    #[test]
    fn who_stays_away_is_gone() {
        let (people, ann, now) = (People::default(), UserId(1), Instant::now());
        people.arrive(ann);
        people.arrive(ann);
        people.depart(ann, now);
        people.tick(now + GRACE * 2);
        assert!(online(&people, ann), "one connection is left");
        people.depart(ann, now);
        people.tick(now + GRACE);
        assert!(!online(&people, ann));
    }

    #[test]
    fn somebody_on_another_node_is_here_until_neither_says_so() {
        let (people, ann, now) = (People::default(), UserId(1), Instant::now());
        let other = NodeId(7);
        let flips = |came: &[UserId], went: &[UserId]| Announcement::Flips {
            came: came.to_vec(),
            went: went.to_vec(),
        };
        people.announced(other, flips(&[ann], &[]), now);
        assert!(online(&people, ann));
        people.arrive(ann);
        people.announced(other, flips(&[], &[ann]), now);
        assert!(online(&people, ann), "she is connected here");
        people.announced(other, flips(&[ann], &[]), now);
        people.depart(ann, now);
        people.tick(now + GRACE);
        assert!(online(&people, ann), "she is connected there");
        people.tick(now + crate::feed::LEASE);
        assert!(!online(&people, ann), "that node is silent");
    }

    #[test]
    fn the_other_nodes_are_told_of_everybody_now_and_then_and_of_flips_in_between() {
        let (people, ann, now) = (People::default(), UserId(1), Instant::now());
        let everybody = |round, people: &[UserId]| Announcement::Everybody {
            round,
            part: 0,
            parts: 1,
            people: people.to_vec(),
        };
        assert_eq!(people.announcements(now), [everybody(1, &[])]);
        assert_eq!(people.announcements(now), []);
        people.arrive(ann);
        let came = Announcement::Flips {
            came: vec![ann],
            went: Vec::new(),
        };
        assert_eq!(people.announcements(now), [came]);
        assert_eq!(people.announcements(now + EVERYBODY), [everybody(2, &[ann])]);
        people.announced(NodeId(7), everybody(1, &[]), now);
        assert_eq!(
            people.announcements(now + EVERYBODY),
            [everybody(3, &[ann])],
            "a new node is told at once"
        );
    }

    #[test]
    fn a_crowd_is_told_in_parts() {
        let people = People::default();
        (0..PART as u64 + 1).for_each(|id| people.arrive(UserId(id)));
        let told = people.announcements(Instant::now());
        let sizes: Vec<_> = told
            .iter()
            .map(|announcement| match announcement {
                Announcement::Everybody { parts: 2, people, .. } => people.len(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(sizes, [PART, 1]);
    }
}
