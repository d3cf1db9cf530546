//! Whether a standing holds, in the transaction or snapshot at hand. In a deed: to be asked under the lock of the room, or of the
//! person, for a removal takes both.

use app::protocol::{Role, RoomId, UserId};
use futures::try_join;

use super::{
    rows,
    transaction::{Transaction, Values},
};
use crate::store::{Result, Standing, StoreError};

pub(super) const ROLE: &str = "SELECT role FROM members WHERE room_id = $1 AND user_id = $2 AND NOT has_left";
const LOCK_ROOM: &str = "SELECT 1 FROM rooms WHERE id = $1 FOR NO KEY UPDATE";

/// The person's role in the room, unless they are no member or there is no room.
pub(super) async fn role(transaction: &Transaction, user: UserId, room: RoomId) -> Result<Option<Role>> {
    let row = transaction.row(ROLE, &[&rows::sql(room.0), &rows::sql(user.0)]).await?;
    row.map(|row| rows::role(&row, 0)).transpose()
}

/// `Refused`, unless the person holds at least the role.
pub(super) async fn check(transaction: &Transaction, standing: Standing) -> Result<()> {
    holds(standing, role(transaction, standing.user, standing.room).await?)
}

/// The same under the room's lock, which is taken in the same journey.
pub(super) async fn check_under_lock(transaction: &Transaction, standing: Standing) -> Result<()> {
    let (room, user) = (rows::sql(standing.room.0), rows::sql(standing.user.0));
    transaction.prepare(&[LOCK_ROOM, ROLE]).await?;
    let (locked, asked): (Values<'_>, Values<'_>) = (&[&room], &[&room, &user]);
    let (_, role) = try_join!(transaction.row(LOCK_ROOM, locked), transaction.row(ROLE, asked))?;
    holds(standing, role.map(|row| rows::role(&row, 0)).transpose()?)
}

fn holds(standing: Standing, role: Option<Role>) -> Result<()> {
    match role {
        Some(role) if role >= standing.role => Ok(()),
        _ => Err(StoreError::Refused),
    }
}
