//! What needs no reading: who is a member, where the feeds stand, whose session a token is. Looked up at every frame, and a
//! look into a table costs two changes of thread.
//!
//! Nothing but what is committed. The writer tells each commit here before it answers, so whoever was answered finds it; and
//! what was read before something was forgotten is not learnt any more. The right to write is checked in the transaction all
//! the same.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use app::protocol::{Changes, FeedId, Item, Role, RoomId, Seq, User, UserId};

use crate::store::{SessionId, SignedInUser, Standing, TokenHash};

/// Entries of one kind: a few megabytes. When there would be more, all of that kind are forgotten.
const MOST: usize = 32_768;

/// What is known at the moment. Shared by the writer, who tells, and everyone, who asks.
#[derive(Default)]
pub(super) struct Known {
    inner: Mutex<Inner>,
}

/// A moment before a read: see [`Known::now`].
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Moment(u64);

#[derive(Default)]
struct Inner {
    /// Moves on whenever something is forgotten.
    moment: Moment,
    /// Members only. Who is none is looked up anew each time.
    roles: HashMap<(UserId, RoomId), Role>,
    /// Never behind what is committed and answered: each commit sets those that it moved.
    heads: HashMap<FeedId, Seq>,
    sessions: HashMap<TokenHash, (SessionId, UserId)>,
    users: HashMap<UserId, User>,
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The maps stay consistent between statements: a panic elsewhere does not spoil them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be asked before a snapshot is read, and shown when something of it is to be learnt.
    pub(super) fn now(&self) -> Moment {
        self.lock().moment
    }

    /// A member's role.
    pub(super) fn role(&self, user: UserId, room: RoomId) -> Option<Role> {
        self.lock().roles.get(&(user, room)).copied()
    }

    /// A feed's head.
    pub(super) fn head(&self, feed: FeedId) -> Option<Seq> {
        self.lock().heads.get(&feed).copied()
    }

    /// Whether the standing holds and its room's head is this one; `false` also when it is not known.
    pub(super) fn stands_at(&self, standing: Standing, head: Seq) -> bool {
        let inner = self.lock();
        let role = inner.roles.get(&(standing.user, standing.room));
        role.is_some_and(|role| *role >= standing.role) && inner.heads.get(&FeedId::Room(standing.room)) == Some(&head)
    }

    /// Who is signed in with this token.
    pub(super) fn session(&self, token: &TokenHash) -> Option<SignedInUser> {
        let inner = self.lock();
        let (session, user) = *inner.sessions.get(token)?;
        let user = inner.users.get(&user)?.clone();
        Some(SignedInUser { session, user })
    }

    /// Learns a member's role from a snapshot.
    pub(super) fn learn_role(&self, read: Moment, user: UserId, room: RoomId, role: Role) {
        let mut inner = self.lock();
        if inner.still(read) {
            let Inner { roles, moment, .. } = &mut *inner;
            make_room(roles, moment);
            roles.insert((user, room), role);
        }
    }

    /// Learns a feed's head from a snapshot.
    pub(super) fn learn_head(&self, read: Moment, feed: FeedId, head: Seq) {
        let mut inner = self.lock();
        if inner.still(read) {
            inner.advance(feed, head);
        }
    }

    /// Learns from a snapshot who is signed in with this token.
    pub(super) fn learn_session(&self, read: Moment, token: TokenHash, signed_in: &SignedInUser) {
        let mut inner = self.lock();
        if inner.still(read) {
            let Inner {
                sessions,
                users,
                moment,
                ..
            } = &mut *inner;
            make_room(sessions, moment);
            make_room(users, moment);
            sessions.insert(token, (signed_in.session, signed_in.user.id));
            newer(
                users.entry(signed_in.user.id).or_insert_with(|| signed_in.user.clone()),
                &signed_in.user,
            );
        }
    }

    /// Something was committed.
    pub(super) fn committed(&self, changes: &[Changes]) {
        let mut inner = self.lock();
        for changes in changes {
            inner.advance(changes.feed, changes.to);
            for item in &changes.items {
                inner.changed(changes.feed, item);
            }
        }
    }

    /// A session's end was committed.
    pub(super) fn session_ended(&self, session: SessionId) {
        let mut inner = self.lock();
        inner.moment.0 += 1;
        inner.sessions.retain(|_, (known, _)| *known != session);
    }

    /// A closed store knows nothing.
    pub(super) fn forget_everything(&self) {
        let mut inner = self.lock();
        *inner = Inner {
            moment: Moment(inner.moment.0 + 1),
            ..Inner::default()
        };
    }
}

impl Inner {
    /// Whether nothing was forgotten since.
    fn still(&self, read: Moment) -> bool {
        self.moment == read
    }

    /// Heads only move forward, so of two the higher is the newer.
    fn advance(&mut self, feed: FeedId, head: Seq) {
        if let Some(known) = self.heads.get_mut(&feed) {
            *known = head.max(*known);
            return;
        }
        make_room(&mut self.heads, &mut self.moment);
        self.heads.insert(feed, head);
    }

    fn changed(&mut self, feed: FeedId, item: &Item) {
        match (feed, item) {
            (FeedId::Room(room), Item::Member(member)) => {
                self.moment.0 += 1;
                self.roles.remove(&(member.user, room));
            }
            (_, Item::User(user)) => {
                if let Some(known) = self.users.get_mut(&user.id) {
                    newer(known, user);
                }
            }
            _ => {}
        }
    }
}

fn newer(known: &mut User, user: &User) {
    if user.changed > known.changed {
        *known = user.clone();
    }
}

/// Heads are safe to forget only together with the moment: an old one, read before, must not take a newer one's place.
fn make_room<K: Hash + Eq, V>(map: &mut HashMap<K, V>, moment: &mut Moment) {
    if map.len() >= MOST {
        map.clear();
        moment.0 += 1;
    }
}
