//! Read markers. They only move forward.

use app::protocol::{FeedId, Item, Number, ReadMarker};

use super::{error, heads, rows, standing, transaction::Transaction};
use crate::store::{Committed, Constraint, Result, Standing, StoreError};

/// Moves the marker, at most to the newest message. Only the reader's feed is locked, so it waits for nobody who posts; a removal
/// takes that lock, too.
pub(super) async fn mark_read(deed: &Transaction, standing: Standing, wished: Number) -> Result<Committed<Number>> {
    let (user, room) = (standing.user, standing.room);
    match heads::lock_user(deed, user).await {
        // Who does not exist is no member.
        Err(StoreError::Conflict(Constraint::NoSuchUser)) => return Err(StoreError::Refused),
        other => other?,
    }
    standing::check(deed, standing).await?;
    let row = deed
        .row(
            "SELECT read_markers.number, rooms.posts FROM read_markers JOIN rooms ON rooms.id = read_markers.room_id
             WHERE read_markers.user_id = $1 AND read_markers.room_id = $2",
            &[&rows::sql(user.0), &rows::sql(room.0)],
        )
        .await?;
    let row = row.ok_or_else(|| error::missing("read_markers"))?;
    let (present, newest) = (Number(rows::unsigned(&row, 0)?), Number(rows::unsigned(&row, 1)?));
    let number = wished.min(newest);
    if number <= present {
        return Ok(Committed {
            value: present,
            changes: Vec::new(),
        });
    }
    let changed = heads::advance_user(deed, user).await?;
    deed.execute(
        "UPDATE read_markers SET number = $3, changed = $4 WHERE user_id = $1 AND room_id = $2",
        &[
            &rows::sql(user.0),
            &rows::sql(room.0),
            &rows::sql(number.0),
            &rows::sql(changed.0),
        ],
    )
    .await?;
    let marker = ReadMarker {
        room,
        read: number,
        changed,
    };
    let change = heads::changes(FeedId::User(user), changed, vec![Item::ReadMarker(marker)]);
    Ok(Committed {
        value: number,
        changes: vec![change],
    })
}
