//! Who is on other nodes, as far as those have said: each for as long as its lease.

use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use app::protocol::UserId;

use crate::{
    feed::{Announcement, LEASE},
    ids::NodeId,
};

/// The other nodes and the people on them.
#[derive(Debug, Default)]
pub struct PeopleElsewhere {
    nodes: HashMap<NodeId, Node>,
    /// On how many nodes each is.
    people: HashMap<UserId, usize>,
}

#[derive(Debug)]
struct Node {
    heard: Instant,
    people: HashSet<UserId>,
    /// A round that has not been heard to its end.
    round: Round,
}

#[derive(Debug, Default)]
struct Round {
    number: u32,
    parts: HashSet<u16>,
    people: HashSet<UserId>,
}

/// What an announcement changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Nobody had heard of this node.
    pub is_new: bool,
    /// Those whose state may be another now.
    pub moved: Vec<UserId>,
}

impl PeopleElsewhere {
    /// Whether somebody is on another node.
    pub fn has(&self, user: UserId) -> bool {
        self.people.contains_key(&user)
    }

    /// A node says who is on it.
    pub fn announced(&mut self, node: NodeId, announcement: Announcement, now: Instant) -> Heard {
        if announcement == Announcement::Leaving {
            return Heard {
                is_new: false,
                moved: self.forget(node),
            };
        }
        let is_new = !self.nodes.contains_key(&node);
        let known = self.nodes.entry(node).or_insert_with(|| Node {
            heard: now,
            people: HashSet::new(),
            round: Round::default(),
        });
        known.heard = now;
        let (came, went) = match announcement {
            Announcement::Everybody {
                round,
                part,
                parts,
                people,
            } => known.hear_of(round, part, parts, people),
            Announcement::Flips { came, went } => known.flip(came, went),
            Announcement::Leaving => (Vec::new(), Vec::new()),
        };
        let mut moved = Vec::new();
        moved.extend(came.into_iter().filter(|user| add(&mut self.people, *user)));
        moved.extend(went.into_iter().filter(|user| take_away(&mut self.people, *user)));
        Heard { is_new, moved }
    }

    /// Forgets the nodes whose lease has ended. Gives those who are on no other node now.
    pub fn expire(&mut self, now: Instant) -> Vec<UserId> {
        let silent = |known: &Node| now.saturating_duration_since(known.heard) >= LEASE;
        let silent: Vec<NodeId> = self
            .nodes
            .iter()
            .filter_map(|(node, known)| silent(known).then_some(*node))
            .collect();
        silent.into_iter().flat_map(|node| self.forget(node)).collect()
    }

    fn forget(&mut self, node: NodeId) -> Vec<UserId> {
        let people = self.nodes.remove(&node).map(|node| node.people).unwrap_or_default();
        people
            .into_iter()
            .filter(|user| take_away(&mut self.people, *user))
            .collect()
    }
}

impl Node {
    /// One part of all who are there. Once all parts of the round are heard, who is in none of them is not there.
    fn hear_of(&mut self, number: u32, part: u16, parts: u16, people: Vec<UserId>) -> (Vec<UserId>, Vec<UserId>) {
        if self.round.number != number {
            self.round = Round {
                number,
                ..Round::default()
            };
        }
        self.round.parts.insert(part);
        self.round.people.extend(&people);
        let came = people.into_iter().filter(|user| self.people.insert(*user)).collect();
        if self.round.parts.len() < usize::from(parts) {
            return (came, Vec::new());
        }
        let there = std::mem::take(&mut self.round).people;
        let went = self.people.difference(&there).copied().collect();
        self.people = there;
        (came, went)
    }

    fn flip(&mut self, mut came: Vec<UserId>, mut went: Vec<UserId>) -> (Vec<UserId>, Vec<UserId>) {
        // The round that is being heard began before.
        self.round.people.extend(&came);
        went.iter().for_each(|user| _ = self.round.people.remove(user));
        came.retain(|user| self.people.insert(*user));
        went.retain(|user| self.people.remove(user));
        (came, went)
    }
}

/// On one more node. Whether that is the first.
fn add(people: &mut HashMap<UserId, usize>, user: UserId) -> bool {
    let nodes = people.entry(user).or_default();
    *nodes += 1;
    *nodes == 1
}

/// On one node less. Whether that was the last.
fn take_away(people: &mut HashMap<UserId, usize>, user: UserId) -> bool {
    let Some(nodes) = people.get_mut(&user) else {
        return false;
    };
    *nodes -= 1;
    let was_last = *nodes == 0;
    if was_last {
        people.remove(&user);
    }
    was_last
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: NodeId = NodeId(1);
    const THERE: NodeId = NodeId(2);

    fn users(ids: &[u64]) -> Vec<UserId> {
        ids.iter().copied().map(UserId).collect()
    }

    fn part(round: u32, part: u16, parts: u16, ids: &[u64]) -> Announcement {
        let people = users(ids);
        Announcement::Everybody {
            round,
            part,
            parts,
            people,
        }
    }

    fn flips(came: &[u64], went: &[u64]) -> Announcement {
        Announcement::Flips {
            came: users(came),
            went: users(went),
        }
    }

    #[test]
    fn who_is_in_no_part_of_a_whole_round_is_not_there() {
        let (mut elsewhere, now) = (PeopleElsewhere::default(), Instant::now());
        let heard = elsewhere.announced(HERE, part(1, 0, 1, &[1, 2]), now);
        assert!(heard.is_new && heard.moved == users(&[1, 2]));
        let heard = elsewhere.announced(HERE, part(2, 0, 2, &[2, 3]), now);
        assert_eq!(heard.moved, users(&[3]));
        assert!(elsewhere.has(UserId(1)), "there may be more in the other part");
        let heard = elsewhere.announced(HERE, part(2, 1, 2, &[4]), now);
        assert_eq!(heard.moved, users(&[4, 1]));
        assert!(!elsewhere.has(UserId(1)) && elsewhere.has(UserId(3)));
    }

    #[test]
    fn who_flips_while_a_round_is_told_is_where_they_flipped_to() {
        let (mut elsewhere, now) = (PeopleElsewhere::default(), Instant::now());
        elsewhere.announced(HERE, part(1, 0, 2, &[1, 2]), now);
        elsewhere.announced(HERE, flips(&[3], &[2]), now);
        elsewhere.announced(HERE, part(1, 1, 2, &[4]), now);
        let there: Vec<u64> = (1..=4).filter(|id| elsewhere.has(UserId(*id))).collect();
        assert_eq!(there, [1, 3, 4]);
    }

    #[test]
    fn a_part_that_was_lost_hides_nobody() {
        let (mut elsewhere, now) = (PeopleElsewhere::default(), Instant::now());
        elsewhere.announced(HERE, part(1, 0, 1, &[1, 2]), now);
        elsewhere.announced(HERE, part(2, 0, 2, &[1]), now);
        elsewhere.announced(HERE, part(3, 0, 2, &[1]), now);
        assert!(elsewhere.has(UserId(2)));
        elsewhere.announced(HERE, part(3, 1, 2, &[]), now);
        assert!(!elsewhere.has(UserId(2)));
    }

    #[test]
    fn somebody_is_there_as_long_as_they_are_on_one_node() {
        let (mut elsewhere, now) = (PeopleElsewhere::default(), Instant::now());
        elsewhere.announced(HERE, flips(&[1], &[]), now);
        elsewhere.announced(HERE, flips(&[1], &[]), now);
        assert_eq!(elsewhere.announced(THERE, flips(&[1, 2], &[]), now).moved, users(&[2]));
        assert_eq!(elsewhere.announced(HERE, flips(&[], &[1]), now).moved, []);
        assert_eq!(elsewhere.announced(HERE, flips(&[], &[1]), now).moved, []);
        let heard = elsewhere.announced(THERE, Announcement::Leaving, now);
        assert_eq!(heard.moved.len(), 2);
        assert!(!elsewhere.has(UserId(1)));
    }

    #[test]
    fn the_people_of_a_silent_node_vanish_with_its_lease() {
        let (mut elsewhere, now) = (PeopleElsewhere::default(), Instant::now());
        elsewhere.announced(HERE, flips(&[1], &[]), now);
        elsewhere.announced(THERE, flips(&[2], &[]), now + LEASE / 2);
        assert_eq!(elsewhere.expire(now + LEASE / 2), []);
        assert_eq!(elsewhere.expire(now + LEASE), users(&[1]));
        assert!(elsewhere.has(UserId(2)));
    }
}
