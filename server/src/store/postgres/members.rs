//! Memberships: the member's row in the room's feed, and the listing and read marker in the person's own.

use app::protocol::{FeedId, Member, Role, RoomId, Seq, Timestamp, UserId, limits::MEMBER_ROWS};
use futures::try_join;

use super::{
    changes, error, heads, rows, standing,
    transaction::{Transaction, Values},
    users,
};
use crate::store::{Committed, Constraint, MemberPage, Result, Standing, StoreError};

const COUNT_ONE_MORE: &str = "UPDATE rooms SET
         head = head + 1,
         members = members + 1,
         large_since = CASE WHEN large_since IS NULL AND members >= $2 THEN head + 1 ELSE large_since END,
         changed = head + 1
     WHERE id = $1 RETURNING head, posts";
const BECOME_MEMBER: &str =
    "INSERT INTO members (room_id, user_id, role, joined_at, has_left, changed) VALUES ($1, $2, $3, $4, false, $5)
     ON CONFLICT (room_id, user_id) DO UPDATE SET
         role = excluded.role, joined_at = excluded.joined_at, has_left = false, changed = excluded.changed";
const LIST: &str = "INSERT INTO listings (user_id, room_id, has_left, changed) VALUES ($1, $2, false, $3)
     ON CONFLICT (user_id, room_id) DO UPDATE SET has_left = false, changed = excluded.changed";
const MARK: &str = "INSERT INTO read_markers (user_id, room_id, number, changed) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id, room_id) DO UPDATE SET number = excluded.number, changed = excluded.changed";

/// Makes a person, who is none yet, a member of a room that exists and is locked, with everything read. Takes the room's next seq
/// and uses `own` of the person's feed, which may list several rooms under one seq. Returns the room's seq.
pub(super) async fn add(
    deed: &Transaction,
    user: UserId,
    room: RoomId,
    role: Role,
    now: Timestamp,
    own: Seq,
) -> Result<Seq> {
    let (user, room, own) = (rows::sql(user.0), rows::sql(room.0), rows::sql(own.0));
    let counted = deed.row(COUNT_ONE_MORE, &[&room, &rows::sql(MEMBER_ROWS)]).await?;
    let counted = counted.ok_or_else(|| error::missing("rooms"))?;
    let (changed, posts): (i64, i64) = (rows::get(&counted, 0)?, rows::get(&counted, 1)?);
    deed.prepare(&[BECOME_MEMBER, LIST, MARK]).await?;
    let role = rows::sql_role(role);
    let member: Values<'_> = &[&room, &user, &role, &now.0, &changed];
    let (listing, marker): (Values<'_>, Values<'_>) = (&[&user, &room, &own], &[&user, &room, &posts, &own]);
    try_join!(
        deed.execute(BECOME_MEMBER, member),
        deed.execute(LIST, listing),
        deed.execute(MARK, marker),
    )?;
    rows::unsigned(&counted, 0).map(Seq)
}

/// How many rooms a person is in.
pub(super) async fn rooms_of(deed: &Transaction, user: UserId) -> Result<u64> {
    let counted = deed
        .row(
            "SELECT count(*) FROM listings WHERE user_id = $1 AND NOT has_left",
            &[&rows::sql(user.0)],
        )
        .await?;
    rows::unsigned(&counted.ok_or_else(|| error::missing("listings"))?, 0)
}

/// Ends `target`'s membership.
pub(super) async fn end(deed: &Transaction, standing: Standing, target: UserId) -> Result<Committed<Seq>> {
    let room = standing.room;
    standing::check_under_lock(deed, standing).await?;
    if standing::role(deed, target, room).await?.is_none() {
        return Err(StoreError::Conflict(Constraint::NoSuchMember));
    }
    let changed = heads::advance_room(deed, room).await?;
    let own = heads::advance_user(deed, target).await?;
    let (place, person) = (rows::sql(room.0), rows::sql(target.0));
    deed.execute(
        "UPDATE members SET has_left = true, changed = $3 WHERE room_id = $1 AND user_id = $2",
        &[&place, &person, &rows::sql(changed.0)],
    )
    .await?;
    deed.execute(
        "UPDATE rooms SET members = members - 1, changed = $2 WHERE id = $1",
        &[&place, &rows::sql(changed.0)],
    )
    .await?;
    deed.execute(
        "UPDATE listings SET has_left = true, changed = $3 WHERE user_id = $1 AND room_id = $2",
        &[&person, &place, &rows::sql(own.0)],
    )
    .await?;
    let changes = vec![
        changes::under(deed, FeedId::Room(room), changed).await?,
        changes::under(deed, FeedId::User(target), own).await?,
    ];
    Ok(Committed {
        value: changed,
        changes,
    })
}

/// Everybody in the room. For rooms that are not large.
pub(super) async fn all(snapshot: &Transaction, room: RoomId) -> Result<Vec<Member>> {
    let found = snapshot
        .rows(
            "SELECT user_id, role, joined_at, has_left, changed FROM members
             WHERE room_id = $1 AND NOT has_left ORDER BY user_id",
            &[&rows::sql(room.0)],
        )
        .await?;
    found.iter().map(rows::member).collect()
}

/// At most `limit` members with a higher id than `after`.
pub(super) async fn page(
    snapshot: &Transaction,
    standing: Standing,
    after: Option<UserId>,
    limit: usize,
) -> Result<MemberPage> {
    standing::check(snapshot, standing).await?;
    let after = after.map_or(-1, |user| rows::sql(user.0));
    let found = snapshot
        .rows(
            "SELECT user_id, role, joined_at, has_left, changed FROM members
             WHERE room_id = $1 AND user_id > $2 AND NOT has_left ORDER BY user_id LIMIT $3",
            &[
                &rows::sql(standing.room.0),
                &after,
                &rows::sql(limit as u64).saturating_add(1),
            ],
        )
        .await?;
    let mut members: Vec<Member> = found.iter().map(rows::member).collect::<Result<_>>()?;
    let more = members.len() > limit;
    members.truncate(limit);
    let users = users::profiles(snapshot, members.iter().map(|member| member.user)).await?;
    Ok(MemberPage { members, users, more })
}
