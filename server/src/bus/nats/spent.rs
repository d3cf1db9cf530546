//! What somebody has spent, as bytes: one for of what, sixteen for who, four for how much.

use std::net::{IpAddr, Ipv6Addr};

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use app::protocol::UserId;

use crate::bus::{Allowance, Spending};

/// As many bytes has each.
pub const BYTES: usize = 1 + 16 + 4;

/// As bytes.
pub fn put(bytes: &mut BytesMut, Spending { allowance, units }: Spending) {
    let (kind, who) = match allowance {
        Allowance::Writes(user) => (0, user.0.into()),
        Allowance::Reads(user) => (1, user.0.into()),
        Allowance::Typing(user) => (2, user.0.into()),
        Allowance::SignUps(address) => (3, in_ipv6(address).to_bits()),
    };
    bytes.put_u8(kind);
    bytes.put_u128(who);
    bytes.put_u32(units);
}

/// From bytes.
pub fn take(bytes: &mut Bytes) -> Option<Spending> {
    let (kind, who) = (bytes.try_get_u8().ok()?, bytes.try_get_u128().ok()?);
    let user = || u64::try_from(who).ok().map(UserId);
    let allowance = match kind {
        0 => Allowance::Writes(user()?),
        1 => Allowance::Reads(user()?),
        2 => Allowance::Typing(user()?),
        3 => Allowance::SignUps(Ipv6Addr::from_bits(who).to_canonical()),
        _ => return None,
    };
    let units = bytes.try_get_u32().ok()?;
    Some(Spending { allowance, units })
}

fn in_ipv6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}
