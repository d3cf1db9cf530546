//! Who counts as one where people are counted by their addresses.

use std::net::{IpAddr, Ipv6Addr};

/// The address that stands for everybody behind it: itself for IPv4, its /64 for IPv6, which is what one customer of a provider has.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}
