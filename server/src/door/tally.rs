//! Counts how many there are of each, and altogether.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard},
};

use crate::lock::lock;

/// Cheap to clone; all clones are one tally.
#[derive(Debug)]
pub struct Tally<K: Hash + Eq>(Arc<Mutex<Inner<K>>>);

#[derive(Debug)]
struct Inner<K> {
    all: usize,
    /// Those of whom there is at least one: memory follows the present.
    each: HashMap<K, usize>,
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// That of all together.
    All,
    /// That of this one.
    Each,
}

/// One that is counted, until it is dropped.
#[derive(Debug)]
pub struct Counted<K: Hash + Eq> {
    tally: Tally<K>,
    key: K,
}

impl<K: Hash + Eq + Copy> Tally<K> {
    /// Counts one more, unless a limit is reached.
    ///
    /// # Errors
    /// Which limit.
    pub fn add(&self, key: K, limit_of_all: usize, limit_of_each: Option<usize>) -> Result<Counted<K>, Reached> {
        let mut inner = self.lock();
        if inner.all >= limit_of_all {
            return Err(Reached::All);
        }
        let here = inner.each.get(&key).copied().unwrap_or_default();
        if limit_of_each.is_some_and(|limit| here >= limit) {
            return Err(Reached::Each);
        }
        inner.all += 1;
        inner.each.insert(key, here + 1);
        drop(inner);
        Ok(Counted {
            tally: self.clone(),
            key,
        })
    }
}

impl<K: Hash + Eq> Tally<K> {
    /// How many there are altogether, and of how many kinds.
    pub fn figures(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.all, inner.each.len())
    }

    fn lock(&self) -> MutexGuard<'_, Inner<K>> {
        lock(&self.0)
    }
}

impl<K: Hash + Eq> Drop for Counted<K> {
    fn drop(&mut self) {
        let mut inner = self.tally.lock();
        inner.all -= 1;
        if let Some(here) = inner.each.get_mut(&self.key) {
            *here -= 1;
            if *here == 0 {
                inner.each.remove(&self.key);
            }
        }
    }
}

impl<K: Hash + Eq> Clone for Tally<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Hash + Eq> Default for Tally<K> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Inner {
            all: 0,
            each: HashMap::new(),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_limit_and_all_have_one() {
        let tally = Tally::default();
        let first = tally.add('a', 3, Some(2)).unwrap();
        let second = tally.add('a', 3, Some(2)).unwrap();
        assert_eq!(tally.add('a', 3, Some(2)).unwrap_err(), Reached::Each);
        let other = tally.add('b', 3, Some(2)).unwrap();
        assert_eq!(tally.add('c', 3, None).unwrap_err(), Reached::All);
        drop(first);
        let again = tally.add('a', 3, Some(2)).unwrap();
        assert_eq!(tally.figures(), (3, 2));
        drop((second, other, again));
        assert_eq!(tally.figures(), (0, 0), "nothing is remembered of those who went");
    }
}
