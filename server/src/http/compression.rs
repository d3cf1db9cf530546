//! Pages, snapshots and history travel compressed. Frames of a socket do not: a live frame is small and the same for all; compressed it
//! would be another one for each connection, made by a context of eighty times the memory of all else (docs/performance.md).

use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate, SizeAbove},
    },
};

/// Most of the gain for a fraction of the time: a page of history shrinks to a fifth in under a millisecond.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);
/// Bytes that one packet carries anyway.
const PACKET: u16 = 1_024;

/// Compresses what the other side takes compressed, unless it is smaller than a packet.
pub fn layer() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .quality(LEVEL)
        .compress_when(DefaultPredicate::new().and(SizeAbove::new(PACKET)))
}
