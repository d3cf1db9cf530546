//! What needs no reading: who is a member, where the feeds stand, whose session a token is. Looked up at every frame, and a
//! look into a table costs two changes of thread.
//!
//! Nothing but what is committed. The writer tells each commit here before it answers, so whoever was answered finds it; and
//! what was read before something was forgotten is not learnt any more. The right to write is checked in the transaction all
//! the same.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Mutex, MutexGuard},
};

use app::protocol::{Changes, FeedId, Item, Role, RoomId, Seq, User, UserId};

use crate::lock::lock;
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
    /// Those of `sessions`.
    live: HashSet<SessionId>,
    users: HashMap<UserId, User>,
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
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

    /// Whether all these sessions are known not to have ended; `false` also when one of them is not known.
    pub(super) fn are_live(&self, sessions: &[SessionId]) -> bool {
        let inner = self.lock();
        sessions.iter().all(|session| inner.live.contains(session))
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
                live,
                users,
                moment,
                ..
            } = &mut *inner;
            if make_room(sessions, moment) {
                live.clear();
            }
            make_room(users, moment);
            live.insert(signed_in.session);
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
        inner.live.remove(&session);
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

/// Whether everything had to be forgotten for it. Heads are safe to forget only together with the moment: an old one, read before, must
/// not take a newer one's place.
fn make_room<K: Hash + Eq, V>(map: &mut HashMap<K, V>, moment: &mut Moment) -> bool {
    let is_full = map.len() >= MOST;
    if is_full {
        map.clear();
        moment.0 += 1;
    }
    is_full
}

#[cfg(test)]
mod tests {
    use app::protocol::{Member, Timestamp};

    use super::*;

    const ROOM: RoomId = RoomId(1);
    const ANN: UserId = UserId(7);

    fn change(feed: FeedId, to: u64, item: Item) -> Vec<Changes> {
        vec![Changes {
            feed,
            after: Seq(to - 1),
            to: Seq(to),
            items: vec![item],
        }]
    }

    fn removal(seq: u64) -> Vec<Changes> {
        let member = Member {
            user: ANN,
            role: Role::Member,
            joined_at: Timestamp(0),
            left: true,
            changed: Seq(seq),
        };
        change(FeedId::Room(ROOM), seq, Item::Member(member))
    }

    fn ann(name: &str, changed: u64) -> User {
        User {
            id: ANN,
            name: name.to_owned(),
            changed: Seq(changed),
        }
    }

    #[test]
    fn what_was_read_before_a_removal_is_not_learnt_after_it() {
        let known = Known::default();
        let before = known.now();
        known.committed(&removal(3));
        known.learn_role(before, ANN, ROOM, Role::Member);
        assert_eq!(known.role(ANN, ROOM), None);
        known.learn_role(known.now(), ANN, ROOM, Role::Owner);
        assert_eq!(known.role(ANN, ROOM), Some(Role::Owner), "she came back");
        known.committed(&removal(5));
        assert_eq!(known.role(ANN, ROOM), None);
    }

    #[test]
    fn an_old_head_does_not_take_a_newer_ones_place() {
        let known = Known::default();
        let before = known.now();
        let feed = FeedId::Community;
        known.committed(&change(feed, 4, Item::User(ann("Ann", 4))));
        known.learn_head(before, feed, Seq(3));
        assert_eq!(known.head(feed), Some(Seq(4)));
    }

    #[test]
    fn a_standing_at_the_head_needs_both() {
        let known = Known::default();
        let standing = Standing {
            user: ANN,
            room: ROOM,
            role: Role::Owner,
        };
        known.learn_head(known.now(), FeedId::Room(ROOM), Seq(9));
        assert!(!known.stands_at(standing, Seq(9)), "nothing is known of her");
        known.learn_role(known.now(), ANN, ROOM, Role::Member);
        assert!(!known.stands_at(standing, Seq(9)), "she is no owner");
        known.learn_role(known.now(), ANN, ROOM, Role::Owner);
        assert!(known.stands_at(standing, Seq(9)) && !known.stands_at(standing, Seq(8)));
    }

    #[test]
    fn a_session_bears_the_present_name_until_it_ends() {
        let (known, token) = (Known::default(), TokenHash([1; 32]));
        let signed_in = SignedInUser {
            session: SessionId(1),
            user: ann("Ann", 1),
        };
        let before = known.now();
        known.learn_session(before, token, &signed_in);
        known.committed(&change(FeedId::Community, 2, Item::User(ann("Ann Lee", 2))));
        assert_eq!(known.session(&token).unwrap().user.name, "Ann Lee");
        known.learn_session(before, token, &signed_in);
        assert_eq!(
            known.session(&token).unwrap().user.name,
            "Ann Lee",
            "the newer name stays"
        );
        assert!(known.are_live(&[SessionId(1)]) && !known.are_live(&[SessionId(1), SessionId(2)]));
        known.session_ended(SessionId(1));
        known.learn_session(before, token, &signed_in);
        assert_eq!(known.session(&token), None);
        assert!(!known.are_live(&[SessionId(1)]));
    }

    #[test]
    fn a_full_table_is_emptied_and_what_was_read_before_is_not_learnt() {
        let known = Known::default();
        let before = known.now();
        for room in 0..=MOST as u64 {
            known.learn_head(known.now(), FeedId::Room(RoomId(room)), Seq(1));
        }
        assert!(known.lock().heads.len() <= MOST);
        known.learn_head(before, FeedId::Room(ROOM), Seq(1));
        assert_eq!(known.head(FeedId::Room(ROOM)), None);
    }
}
