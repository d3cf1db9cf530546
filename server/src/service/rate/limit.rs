//! One limit for many, each for themselves.
//!
//! An account is the moment at which everything will be there again: taking one moves it by the time for one more, and whoever would
//! move it beyond the time for a whole burst has to wait. What was spent on another node moves it, too, and further than that: it was
//! done, so it is owed. Without debts a flood would find what comes back on each node for itself, and go at the pace of all together.

use std::{
    hash::Hash,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use dashmap::DashMap;
use tokio::time::Instant;

use super::Rate;
use crate::lock::lock;

/// After so many checks, those who have rested are forgotten: memory follows the present, not the past.
pub(super) const CHECKS_BETWEEN_SWEEPS: u32 = 4096;
/// Bursts that somebody may owe at most: what four other nodes give away in the second in which they know nothing of each other. More
/// is forgiven, so that nobody waits for ever, whatever other nodes say.
pub(super) const DEBT: u32 = 4;
/// The part of the burst that one may spend before other nodes are told: a quarter, so that they hear of few.
const SMALL_CHANGE: u32 = 4;
/// Accounts of which other nodes are to be told in one second. Full: of more they are told in the next.
pub(super) const NOTABLE: usize = 1024;

/// Who has how much left.
pub(super) struct Limit<K> {
    terms: Option<Terms>,
    accounts: DashMap<K, Account>,
    checks: AtomicU32,
    /// Those who spent more than small change since it was told; `None` where there is nobody to tell.
    notable: Option<Mutex<Vec<K>>>,
}

/// A rate, as it is calculated with.
#[derive(Clone, Copy)]
struct Terms {
    burst: u32,
    every: Duration,
    small_change: u32,
}

#[derive(Clone, Copy)]
struct Account {
    /// When everything is there again.
    restored: Instant,
    /// What was spent here and no other node was told of. Reset when it is told, and after a rest.
    untold: u32,
    /// Whether it is among the notable.
    is_notable: bool,
}

impl<K: Hash + Eq + Copy> Limit<K> {
    /// Everyone has everything left.
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self {
            terms: rate.map(Terms::of),
            accounts: DashMap::new(),
            checks: AtomicU32::new(0),
            notable: None,
        }
    }

    /// The same, on one of several nodes.
    pub(super) fn among_nodes(rate: Option<Rate>) -> Self {
        Self {
            notable: Some(Mutex::default()),
            ..Self::new(rate)
        }
    }

    /// Takes one, or gives the time until there is one.
    pub(super) fn check(&self, key: K) -> Result<(), Duration> {
        let Some(terms) = self.terms else { return Ok(()) };
        let now = Instant::now();
        self.sweep(terms, now);
        let mut account = self.accounts.entry(key).or_insert_with(|| Account::full(now));
        account.take(terms, now)?;
        if account.untold > terms.small_change && !account.is_notable {
            account.is_notable = self.note(key);
        }
        Ok(())
    }

    /// Takes what was spent elsewhere, even if that is more than there is.
    pub(super) fn charge(&self, key: K, units: u32) {
        let Some(terms) = self.terms else { return };
        let now = Instant::now();
        self.sweep(terms, now);
        let mut account = self.accounts.entry(key).or_insert_with(|| Account::full(now));
        account.owe(terms, units, now);
    }

    /// What the notable have spent since they were told of. They are told of now.
    pub(super) fn untold(&self) -> Vec<(K, u32)> {
        // Given back before the accounts are touched: whoever notes one holds it.
        let notable = self.notable.as_ref().map(|notable| {
            let mut notable = lock(notable);
            std::mem::take(&mut *notable)
        });
        let told = notable.into_iter().flatten().filter_map(|key| {
            let mut account = self.accounts.get_mut(&key)?;
            account.is_notable = false;
            Some((key, std::mem::take(&mut account.untold)))
        });
        told.collect()
    }

    /// How many are known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there was room for it.
    fn note(&self, key: K) -> bool {
        let Some(notable) = &self.notable else { return false };
        let mut notable = lock(notable);
        let has_room = notable.len() < NOTABLE;
        if has_room {
            notable.push(key);
        }
        has_room
    }

    fn sweep(&self, terms: Terms, now: Instant) {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            self.accounts
                .retain(|_, account| account.is_notable || !account.has_rested(terms, now));
        }
    }
}

impl Terms {
    fn of(rate: Rate) -> Self {
        Self {
            burst: rate.burst.get(),
            every: rate.every,
            small_change: rate.burst.get() / SMALL_CHANGE,
        }
    }

    /// The time in which a burst comes back.
    fn whole(self) -> Duration {
        self.every.saturating_mul(self.burst)
    }
}

impl Account {
    fn full(now: Instant) -> Self {
        Self {
            restored: now,
            untold: 0,
            is_notable: false,
        }
    }

    fn take(&mut self, terms: Terms, now: Instant) -> Result<(), Duration> {
        let restored = self.restored.max(now) + terms.every;
        let wait = restored.saturating_duration_since(now + terms.whole());
        if !wait.is_zero() {
            return Err(wait);
        }
        if self.has_rested(terms, now) {
            self.untold = 0;
        }
        self.restored = restored;
        self.untold = self.untold.saturating_add(1);
        Ok(())
    }

    fn owe(&mut self, terms: Terms, units: u32, now: Instant) {
        let most = terms.whole().saturating_mul(1 + DEBT);
        let owed = terms.every.saturating_mul(units).min(most);
        let restored = (self.restored.max(now) + owed).min(now + most);
        // Never less than it was.
        self.restored = self.restored.max(restored);
    }

    /// Had everything for as long as it takes to come back. Not merely everything: whoever goes at half the pace has everything
    /// every other moment, and on each of three nodes they do more than is allowed on one.
    fn has_rested(&self, terms: Terms, now: Instant) -> bool {
        now.saturating_duration_since(self.restored) >= terms.whole()
    }
}
