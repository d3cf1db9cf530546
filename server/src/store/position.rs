//! Whether changes can carry a reader on from where they stand.

use app::protocol::{GapReason, Seq, limits::CATCH_UP_CHANGES};

/// The reader's position, if changes can carry it on from there.
pub(in crate::store) fn placed(after: Option<Seq>, head: Seq) -> Result<Seq, GapReason> {
    match after {
        None => Err(GapReason::First),
        Some(after) if after > head => Err(GapReason::Future),
        Some(after) if head.0 - after.0 > CATCH_UP_CHANGES => Err(GapReason::TooFar),
        Some(after) => Ok(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_followed_exactly_as_far_as_the_limit() {
        let head = Seq(CATCH_UP_CHANGES + 10);
        assert_eq!(placed(None, head), Err(GapReason::First));
        assert_eq!(placed(Some(Seq(9)), head), Err(GapReason::TooFar));
        assert_eq!(placed(Some(Seq(10)), head), Ok(Seq(10)));
        assert_eq!(placed(Some(head), head), Ok(head));
        assert_eq!(placed(Some(head.next()), head), Err(GapReason::Future));
        assert_eq!(placed(Some(Seq(u64::MAX)), head), Err(GapReason::Future));
    }
}
