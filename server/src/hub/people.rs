//! Who is here. Derived from connections; flips to "gone" are believed after ten seconds, and told in batches.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use app::protocol::{ServerFrame, UserId, server_frame::Presence};

use super::{
    frame,
    send_queue::Kind,
    writer::{ConnectionId, Writer},
};

/// How long somebody without a connection still counts as here: a reload or a tunnel is not a departure.
pub const GRACE: Duration = Duration::from_secs(10);

/// Who is here, and who wants to know.
#[derive(Debug, Default)]
pub struct People {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    here: HashMap<UserId, Person>,
    /// Whom each connection has on its screen.
    watching: HashMap<ConnectionId, (Arc<Writer>, Vec<UserId>)>,
    /// The same, the other way round.
    watchers: HashMap<UserId, HashSet<ConnectionId>>,
    /// Whose state changed since the last tick.
    flipped: HashSet<UserId>,
}

#[derive(Debug, Default)]
struct Person {
    connections: usize,
    gone_since: Option<Instant>,
}

impl People {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The maps stay consistent between statements: a panic elsewhere does not spoil them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more connection (or poll) of this person.
    pub fn arrive(&self, user: UserId) {
        let mut inner = self.lock();
        let person = inner.here.entry(user).or_default();
        person.connections += 1;
        let returned = person.connections == 1 && person.gone_since.take().is_none();
        if returned {
            inner.flipped.insert(user);
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
        drop(inner);
        writer.send(frame::json(&ServerFrame::Presence { users: states }), Kind::Signal);
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

    /// Believes departures whose time has come, and tells who flipped. Called once a second.
    pub fn tick(&self, now: Instant) {
        let mut inner = self.lock();
        let Inner { here, flipped, .. } = &mut *inner;
        here.retain(|user, person| {
            let gone = person
                .gone_since
                .is_some_and(|since| now.saturating_duration_since(since) >= GRACE);
            if gone {
                flipped.insert(*user);
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
        for (connection, users) in told {
            if let Some((writer, _)) = inner.watching.get(&connection) {
                writer.send(frame::json(&ServerFrame::Presence { users }), Kind::Signal);
            }
        }
    }
}

impl Inner {
    fn state(&self, user: UserId) -> Presence {
        Presence {
            user,
            online: self.here.contains_key(&user),
        }
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
}
