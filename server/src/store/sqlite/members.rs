//! Memberships: the member's row in the room's feed, and the listing and read marker in the person's own.

use app::protocol::{FeedId, Member, Role, RoomId, Seq, Timestamp, UserId, limits::MEMBER_ROWS};
use rusqlite::{Connection, params};

use super::{changes, heads, rows, standing, users};
use crate::store::{Committed, Constraint, MemberPage, Result, Standing, StoreError};

/// Makes a person, who is none yet, a member of a room that exists, with everything read. Takes the room's next seq and
/// uses `own` of the person's feed, which may list several rooms under one seq. Returns the room's seq.
pub(super) fn add(
    connection: &Connection,
    user: UserId,
    room: RoomId,
    role: Role,
    now: Timestamp,
    own: Seq,
) -> Result<Seq> {
    let changed = heads::advance_room(connection, room)?;
    let (user, room, seq, own) = (
        rows::sql(user.0),
        rows::sql(room.0),
        rows::sql(changed.0),
        rows::sql(own.0),
    );
    connection
        .prepare_cached(
            "INSERT INTO members (room_id, user_id, role, joined_at, has_left, changed) VALUES (?1, ?2, ?3, ?4, 0, ?5)
             ON CONFLICT (room_id, user_id) DO UPDATE SET
                 role = excluded.role, joined_at = excluded.joined_at, has_left = 0, changed = excluded.changed",
        )?
        .execute(params![room, user, rows::sql_role(role), now.0, seq])?;
    connection
        .prepare_cached(
            "UPDATE rooms SET
                 members = members + 1,
                 large_since = CASE WHEN large_since IS NULL AND members >= ?3 THEN ?2 ELSE large_since END,
                 changed = ?2
             WHERE id = ?1",
        )?
        .execute(params![room, seq, rows::sql(MEMBER_ROWS)])?;
    connection
        .prepare_cached(
            "INSERT INTO listings (user_id, room_id, has_left, changed) VALUES (?1, ?2, 0, ?3)
             ON CONFLICT (user_id, room_id) DO UPDATE SET has_left = 0, changed = excluded.changed",
        )?
        .execute(params![user, room, own])?;
    connection
        .prepare_cached(
            "INSERT INTO read_markers (user_id, room_id, number, changed)
             SELECT ?1, id, posts, ?3 FROM rooms WHERE id = ?2
             ON CONFLICT (user_id, room_id) DO UPDATE SET number = excluded.number, changed = excluded.changed",
        )?
        .execute(params![user, room, own])?;
    Ok(changed)
}

/// How many rooms a person is in.
pub(super) fn rooms_of(connection: &Connection, user: UserId) -> Result<u64> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM listings WHERE user_id = ?1 AND has_left = 0")?;
    Ok(statement.query_row([rows::sql(user.0)], |row| rows::unsigned(row, 0))?)
}

/// Ends `target`'s membership.
pub(super) fn end(connection: &Connection, standing: Standing, target: UserId) -> Result<Committed<Seq>> {
    let room = standing.room;
    standing::check(connection, standing)?;
    if standing::role(connection, target, room)?.is_none() {
        return Err(StoreError::Conflict(Constraint::NoSuchMember));
    }
    let changed = heads::advance_room(connection, room)?;
    let own = heads::advance_user(connection, target)?;
    connection
        .prepare_cached("UPDATE members SET has_left = 1, changed = ?3 WHERE room_id = ?1 AND user_id = ?2")?
        .execute([rows::sql(room.0), rows::sql(target.0), rows::sql(changed.0)])?;
    connection
        .prepare_cached("UPDATE rooms SET members = members - 1, changed = ?2 WHERE id = ?1")?
        .execute([rows::sql(room.0), rows::sql(changed.0)])?;
    connection
        .prepare_cached("UPDATE listings SET has_left = 1, changed = ?3 WHERE user_id = ?1 AND room_id = ?2")?
        .execute([rows::sql(target.0), rows::sql(room.0), rows::sql(own.0)])?;
    let changes = vec![
        changes::under(connection, FeedId::Room(room), changed)?,
        changes::under(connection, FeedId::User(target), own)?,
    ];
    Ok(Committed {
        value: changed,
        changes,
    })
}

/// Everybody in the room. For rooms that are not large.
pub(super) fn all(connection: &Connection, room: RoomId) -> Result<Vec<Member>> {
    let mut statement = connection.prepare_cached(
        "SELECT user_id, role, joined_at, has_left, changed FROM members
         WHERE room_id = ?1 AND has_left = 0 ORDER BY user_id",
    )?;
    Ok(statement
        .query_map([rows::sql(room.0)], rows::member)?
        .collect::<rusqlite::Result<_>>()?)
}

/// At most `limit` members with a higher id than `after`.
pub(super) fn page(
    connection: &Connection,
    standing: Standing,
    after: Option<UserId>,
    limit: usize,
) -> Result<MemberPage> {
    standing::check(connection, standing)?;
    let mut statement = connection.prepare_cached(
        "SELECT user_id, role, joined_at, has_left, changed FROM members
         WHERE room_id = ?1 AND user_id > ?2 AND has_left = 0 ORDER BY user_id LIMIT ?3",
    )?;
    let after = after.map_or(-1, |user| rows::sql(user.0));
    let wanted = [
        rows::sql(standing.room.0),
        after,
        rows::sql(limit as u64).saturating_add(1),
    ];
    let mut members: Vec<Member> = statement
        .query_map(wanted, rows::member)?
        .collect::<rusqlite::Result<_>>()?;
    let more = members.len() > limit;
    members.truncate(limit);
    let users = users::profiles(connection, members.iter().map(|member| member.user))?;
    Ok(MemberPage { members, users, more })
}
