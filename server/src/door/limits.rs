//! How many connections there may be, and how many there are.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use app::protocol::{UserId, limits::CONNECTIONS_PER_PERSON};
use tracing::warn;

use super::{
    descriptors,
    refusal::{self, Refusals},
    tally::{Counted, Reached, Tally},
    turns::{Turn, Turns},
};
use crate::network::network_of;

/// Connections of one address, unless the operator says otherwise.
const PER_ADDRESS: usize = 1_000;
/// Descriptors that are kept for the database, its readers and the log.
const RESERVED: usize = 64;

/// How many connections there may be; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorLimits {
    /// From one address (for IPv6 from one /64), whatever they speak.
    pub per_address: Option<usize>,
    /// The same for this very machine: a proxy on it brings everybody.
    pub per_own_address: Option<usize>,
    /// WebSocket connections of one person.
    pub per_person: Option<usize>,
    /// Altogether.
    pub in_all: usize,
}

impl DoorLimits {
    /// What the operator wants, within what the system gives. `per_address` holds for this machine too when it is named.
    pub fn new(per_address: Option<usize>, unlimited: bool) -> Self {
        let in_all = descriptors::available()
            .saturating_sub(RESERVED + refusal::AT_ONCE)
            .max(1);
        if unlimited {
            return Self {
                per_address: None,
                per_own_address: None,
                per_person: None,
                in_all,
            };
        }
        Self {
            per_address: Some(per_address.unwrap_or(PER_ADDRESS)),
            per_own_address: per_address,
            per_person: Some(CONNECTIONS_PER_PERSON),
            in_all,
        }
    }
}

/// One connection that was let in.
pub type Place = Counted<IpAddr>;
/// One WebSocket connection of a person.
pub type Seat = Counted<UserId>;

/// Why a connection is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// There are as many as there can be.
    Everywhere,
    /// The address has as many as it may.
    ForAddress,
}

/// What is counted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorFigures {
    /// Connections, whatever they speak.
    pub connections: usize,
    /// Addresses that they come from.
    pub addresses: usize,
    /// WebSocket connections of people.
    pub seats: usize,
    /// People who have one.
    pub people: usize,
}

/// Knows who is in.
#[derive(Debug)]
pub struct Door {
    limits: DoorLimits,
    places: Tally<IpAddr>,
    seats: Tally<UserId>,
    turns: Turns,
    pub(super) refusals: Refusals,
    /// The operator was told that it is full, and it has not emptied since.
    told: AtomicBool,
}

impl Door {
    /// Nobody is in.
    pub fn new(limits: DoorLimits) -> Self {
        Self {
            limits,
            places: Tally::default(),
            seats: Tally::default(),
            turns: Turns::default(),
            refusals: Refusals::default(),
            told: AtomicBool::new(false),
        }
    }

    /// Waits for a place among those who are greeted just now. To be held while one is, and not while the peer is waited for.
    pub async fn turn(&self) -> Turn {
        self.turns.next().await
    }

    /// Lets one more connection in from this address.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn admit(&self, address: IpAddr) -> Result<Place, Full> {
        let limit = if address.to_canonical().is_loopback() {
            self.limits.per_own_address
        } else {
            self.limits.per_address
        };
        match self.places.add(network_of(address), self.limits.in_all, limit) {
            Ok(place) => {
                self.notice_room();
                Ok(place)
            }
            Err(Reached::Each) => Err(Full::ForAddress),
            Err(Reached::All) => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    let limit = self.limits.in_all;
                    warn!(limit, "no more connections: raise the limit on open files to have more");
                }
                Err(Full::Everywhere)
            }
        }
    }

    /// Gives one more WebSocket connection to a person; `None` when they have as many as they may.
    pub fn seat(&self, user: UserId) -> Option<Seat> {
        self.seats.add(user, usize::MAX, self.limits.per_person).ok()
    }

    /// What is counted now.
    pub fn figures(&self) -> DoorFigures {
        let ((connections, addresses), (seats, people)) = (self.places.figures(), self.seats.figures());
        DoorFigures {
            connections,
            addresses,
            seats,
            people,
        }
    }

    /// A door that has emptied is worth telling of again when it fills.
    fn notice_room(&self) {
        if self.told.load(Ordering::Relaxed) && self.places.figures().0 < self.limits.in_all / 2 {
            self.told.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_a_limit_and_neighbours_in_one_ipv6_network_share_it() {
        let limits = DoorLimits {
            per_address: Some(2),
            ..DoorLimits::new(None, false)
        };
        let door = Door::new(limits);
        let places = ["2001:db8::1", "2001:db8::2"].map(|text| door.admit(address(text)).unwrap());
        assert_eq!(door.admit(address("2001:db8::3")).unwrap_err(), Full::ForAddress);
        door.admit(address("2001:db8:0:1::1")).expect("another network");
        drop(places);
        assert_eq!((door.figures().connections, door.figures().addresses), (0, 0));
    }

    #[test]
    fn a_proxy_on_this_machine_may_bring_everybody_unless_the_operator_says_otherwise() {
        let count = |limits: DoorLimits, text: &str| {
            let door = Door::new(DoorLimits {
                in_all: 5_000,
                ..limits
            });
            let places: Vec<_> = (0..6_000).map_while(|_| door.admit(address(text)).ok()).collect();
            places.len()
        };
        assert_eq!(count(DoorLimits::new(None, false), "192.0.2.1"), PER_ADDRESS);
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(count(DoorLimits::new(None, false), own), 5_000, "{own}");
            assert_eq!(count(DoorLimits::new(Some(7), false), own), 7, "{own}");
        }
        assert_eq!(count(DoorLimits::new(Some(7), true), "192.0.2.1"), 5_000);
    }

    #[test]
    fn a_person_has_so_many_seats_and_no_more() {
        let door = Door::new(DoorLimits::new(None, false));
        let mut seats: Vec<_> = (0..CONNECTIONS_PER_PERSON).map(|_| door.seat(UserId(1))).collect();
        assert!(seats.iter().all(Option::is_some));
        assert!(door.seat(UserId(1)).is_none());
        assert!(door.seat(UserId(2)).is_some(), "others are not touched");
        seats.pop();
        assert!(door.seat(UserId(1)).is_some());
    }
}
