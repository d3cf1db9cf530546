//! All limits of one node.

use std::{hash::Hash, net::IpAddr, time::Duration};

use app::protocol::UserId;

use super::{RateOptions, limit::Limit};
use crate::{
    bus::{Allowance, Spending},
    network::network_of,
    service::ChatError,
};

/// What a command costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It reads.
    Read,
    /// It writes.
    Write,
}

/// Who has how much left.
pub struct RateLimits {
    writes: Limit<UserId>,
    reads: Limit<UserId>,
    typing: Limit<UserId>,
    sign_ups: Limit<IpAddr>,
    limit_loopback: bool,
}

impl RateLimits {
    /// Everyone has everything left.
    pub fn new(options: RateOptions) -> Self {
        Self {
            writes: Limit::new(options.writes),
            reads: Limit::new(options.reads),
            typing: Limit::new(options.typing),
            sign_ups: Limit::new(options.sign_ups),
            limit_loopback: options.limit_loopback,
        }
    }

    /// The same, on one of several nodes: what is spent here is to be told there.
    pub fn among_nodes(options: RateOptions) -> Self {
        Self {
            writes: Limit::among_nodes(options.writes),
            reads: Limit::among_nodes(options.reads),
            typing: Limit::among_nodes(options.typing),
            sign_ups: Limit::among_nodes(options.sign_ups),
            limit_loopback: options.limit_loopback,
        }
    }

    /// Takes one of the person's reads or writes, or says when there will be one.
    pub fn check(&self, user: UserId, pace: Pace) -> Result<(), ChatError> {
        let limit = match pace {
            Pace::Read => &self.reads,
            Pace::Write => &self.writes,
        };
        limit.check(user).map_err(too_fast)
    }

    /// Whether the person may tell once more that they are typing.
    pub fn allows_typing(&self, user: UserId) -> bool {
        self.typing.check(user).is_ok()
    }

    /// Takes one of the address's sign-ups, or says when there will be one.
    pub fn check_sign_up(&self, address: IpAddr) -> Result<(), ChatError> {
        let address = address.to_canonical();
        if address.is_loopback() && !self.limit_loopback {
            return Ok(());
        }
        self.sign_ups.check(network_of(address)).map_err(too_fast)
    }

    /// What was spent here and other nodes have to know. They are told now: the next time it is not in it.
    pub(super) fn untold(&self) -> Vec<Spending> {
        let mut untold = Vec::new();
        untold.extend(spending(&self.writes, Allowance::Writes));
        untold.extend(spending(&self.reads, Allowance::Reads));
        untold.extend(spending(&self.typing, Allowance::Typing));
        untold.extend(spending(&self.sign_ups, Allowance::SignUps));
        untold
    }

    /// Takes what was spent on another node.
    pub(super) fn charge(&self, Spending { allowance, units }: Spending) {
        match allowance {
            Allowance::Writes(user) => self.writes.charge(user, units),
            Allowance::Reads(user) => self.reads.charge(user, units),
            Allowance::Typing(user) => self.typing.charge(user, units),
            Allowance::SignUps(address) => self.sign_ups.charge(address, units),
        }
    }
}

fn spending<K: Hash + Eq + Copy>(limit: &Limit<K>, allowance: fn(K) -> Allowance) -> impl Iterator<Item = Spending> {
    let untold = limit.untold().into_iter();
    untold.map(move |(key, units)| Spending {
        allowance: allowance(key),
        units,
    })
}

fn too_fast(retry_after: Duration) -> ChatError {
    ChatError::TooFast { retry_after }
}
