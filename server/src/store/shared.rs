//! One answer for all who asked the same.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;

use super::CatchUp;

/// How readers go on: read once, and encoded once, however many share it. A copy is another hold of the same.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    catch_up: CatchUp,
    /// Set by the first who sends it.
    encoded: OnceLock<Bytes>,
}

impl Shared {
    /// The bytes that it travels as; whoever asks first makes them.
    pub fn encoded(&self, encode: impl FnOnce(&CatchUp) -> Bytes) -> Bytes {
        self.0.encoded.get_or_init(|| encode(&self.0.catch_up)).clone()
    }

    /// The value itself; a copy, if others hold it too.
    pub fn into_inner(self) -> CatchUp {
        Arc::try_unwrap(self.0).map_or_else(|inner| inner.catch_up.clone(), |inner| inner.catch_up)
    }
}

impl From<CatchUp> for Shared {
    fn from(catch_up: CatchUp) -> Self {
        Self(Arc::new(Inner {
            catch_up,
            encoded: OnceLock::new(),
        }))
    }
}

impl Deref for Shared {
    type Target = CatchUp;

    fn deref(&self) -> &CatchUp {
        &self.0.catch_up
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{FeedSnapshot, GapReason, Seq};

    use super::*;

    #[test]
    fn it_is_encoded_once_for_all_who_hold_it() {
        let gap = CatchUp::Gap(GapReason::First, FeedSnapshot::Community { position: Seq(1) });
        let shared = Shared::from(gap.clone());
        let other = shared.clone();
        assert_eq!(shared.encoded(|_| Bytes::from_static(b"first")), "first");
        assert_eq!(other.encoded(|_| unreachable!("it is there")), "first");
        assert_eq!((shared.into_inner(), other.into_inner()), (gap.clone(), gap));
    }
}
