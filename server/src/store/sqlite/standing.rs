//! Whether a standing holds, in the transaction or snapshot at hand.

use app::protocol::{Role, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::rows;
use crate::store::{Result, Standing, StoreError};

/// The person's role in the room, unless they are no member or there is no room.
pub(super) fn role(connection: &Connection, user: UserId, room: RoomId) -> Result<Option<Role>> {
    let mut statement =
        connection.prepare_cached("SELECT role FROM members WHERE room_id = ?1 AND user_id = ?2 AND has_left = 0")?;
    Ok(statement
        .query_row([rows::sql(room.0), rows::sql(user.0)], |row| rows::role(row, 0))
        .optional()?)
}

/// `Refused`, unless the person holds at least the role.
pub(super) fn check(connection: &Connection, standing: Standing) -> Result<()> {
    match role(connection, standing.user, standing.room)? {
        Some(role) if role >= standing.role => Ok(()),
        _ => Err(StoreError::Refused),
    }
}
