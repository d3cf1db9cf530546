//! Rooms, and the roads to membership.

use app::protocol::{FeedId, Item, Role, Room, RoomId, Seq, Slug, Timestamp, UserId, limits::ROOMS_PER_PERSON};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, changes, heads, members, rows, standing, users};
use crate::{
    ids,
    store::{Committed, Constraint, MemberPage, NewRoom, Result, RoomEdit, RoomPage, RoomStore, Standing, StoreError},
};

#[async_trait]
impl RoomStore for SqliteStore {
    async fn create_room(&self, creator: UserId, room: NewRoom) -> Result<Committed<Room>> {
        self.change(move |connection| create(connection, creator, &room)).await
    }

    async fn room(&self, room: RoomId) -> Result<Option<Room>> {
        self.read(move |connection| find(connection, room)).await
    }

    async fn room_by_slug(&self, slug: &Slug) -> Result<Option<Room>> {
        let slug = slug.clone();
        self.read(move |connection| find_by_slug(connection, &slug.0)).await
    }

    async fn membership(&self, user: UserId, room: RoomId) -> Result<Option<Role>> {
        if let Some(role) = self.known.role(user, room) {
            return Ok(Some(role));
        }
        let now = self.known.now();
        let role = self
            .read(move |connection| standing::role(connection, user, room))
            .await?;
        if let Some(role) = role {
            self.known.learn_role(now, user, room, role);
        }
        Ok(role)
    }

    async fn open_rooms(&self, after: Option<RoomId>, limit: usize) -> Result<RoomPage> {
        self.read(move |connection| page(connection, after, limit)).await
    }

    async fn join_room(&self, user: UserId, room: RoomId, now: Timestamp) -> Result<Committed<Room>> {
        self.change(move |connection| join(connection, user, room, now)).await
    }

    async fn end_membership(&self, standing: Standing, target: UserId) -> Result<Committed<Seq>> {
        self.change(move |connection| members::end(connection, standing, target))
            .await
    }

    async fn edit_room(&self, standing: Standing, edit: RoomEdit) -> Result<Committed<Seq>> {
        self.change(move |connection| self::edit(connection, standing, edit))
            .await
    }

    async fn members(&self, standing: Standing, after: Option<UserId>, limit: usize) -> Result<MemberPage> {
        self.read(move |connection| members::page(connection, standing, after, limit))
            .await
    }
}

/// The room, if there is one.
pub(super) fn find(connection: &Connection, room: RoomId) -> Result<Option<Room>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL
         FROM rooms WHERE id = ?1",
    )?;
    Ok(statement.query_row([rows::sql(room.0)], rows::room).optional()?)
}

/// The room; the caller knows that it exists.
pub(super) fn get(connection: &Connection, room: RoomId) -> Result<Room> {
    find(connection, room)?.ok_or_else(|| StoreError::Corrupt {
        table: "rooms",
        detail: format!("no room {room}"),
    })
}

/// The rooms that everyone starts in, ascending.
pub(super) fn for_everyone(connection: &Connection) -> Result<Vec<RoomId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM rooms WHERE for_everyone = 1 ORDER BY id")?;
    let rooms = statement.query_map([], |row| rows::unsigned(row, 0).map(RoomId))?;
    Ok(rooms.collect::<rusqlite::Result<_>>()?)
}

fn find_by_slug(connection: &Connection, slug: &str) -> Result<Option<Room>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL
         FROM rooms WHERE slug = ?1",
    )?;
    Ok(statement.query_row([slug], rows::room).optional()?)
}

fn page(connection: &Connection, after: Option<RoomId>, limit: usize) -> Result<RoomPage> {
    let mut statement = connection.prepare_cached(
        "SELECT id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL
         FROM rooms WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let after = after.map_or(-1, |room| rows::sql(room.0));
    let wanted = [after, rows::sql(limit as u64).saturating_add(1)];
    let mut rooms: Vec<Room> = statement
        .query_map(wanted, rows::room)?
        .collect::<rusqlite::Result<_>>()?;
    let more = rooms.len() > limit;
    rooms.truncate(limit);
    Ok(RoomPage { rooms, more })
}

fn create(connection: &Connection, creator: UserId, new: &NewRoom) -> Result<Committed<Room>> {
    users::check_exists(connection, creator)?;
    let slug = free_slug(connection, &new.slug)?;
    // The owner's membership takes the first seq, and the room's own row goes with it.
    let mut statement = connection.prepare_cached(
        "INSERT INTO rooms (slug, name, topic, created_at, for_everyone, members, posts, head, changed)
         VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, 0) RETURNING id",
    )?;
    let room = statement.query_row(params![slug, new.name, new.topic, new.now.0], |row| {
        rows::unsigned(row, 0).map(RoomId)
    })?;
    become_member(connection, creator, room, Role::Owner, new.now)
}

fn free_slug(connection: &Connection, wished: &Slug) -> Result<String> {
    for slug in ids::slugs(wished) {
        if find_by_slug(connection, &slug.0)?.is_none() {
            return Ok(slug.0);
        }
    }
    unreachable!("there is always another slug to try")
}

fn join(connection: &Connection, user: UserId, room: RoomId, now: Timestamp) -> Result<Committed<Room>> {
    let present = find(connection, room)?.ok_or(StoreError::Conflict(Constraint::NoSuchRoom))?;
    if standing::role(connection, user, room)?.is_some() {
        return Ok(Committed {
            value: present,
            changes: Vec::new(),
        });
    }
    become_member(connection, user, room, Role::Member, now)
}

fn become_member(
    connection: &Connection,
    user: UserId,
    room: RoomId,
    role: Role,
    now: Timestamp,
) -> Result<Committed<Room>> {
    if members::rooms_of(connection, user)? >= ROOMS_PER_PERSON as u64 {
        return Err(StoreError::Conflict(Constraint::TooManyRooms));
    }
    let own = heads::advance_user(connection, user)?;
    let seq = members::add(connection, user, room, role, now, own)?;
    let changes = vec![
        changes::under(connection, FeedId::Room(room), seq)?,
        changes::under(connection, FeedId::User(user), own)?,
    ];
    Ok(Committed {
        value: get(connection, room)?,
        changes,
    })
}

/// An edit that changes nothing takes no seq.
fn edit(connection: &Connection, standing: Standing, edit: RoomEdit) -> Result<Committed<Seq>> {
    standing::check(connection, standing)?;
    let present = get(connection, standing.room)?;
    let name = edit.name.unwrap_or_else(|| present.name.clone());
    let topic = edit.topic.unwrap_or_else(|| present.topic.clone());
    if name == present.name && topic == present.topic {
        return Ok(Committed {
            value: present.changed,
            changes: Vec::new(),
        });
    }
    let changed = heads::advance_room(connection, standing.room)?;
    connection
        .prepare_cached("UPDATE rooms SET name = ?2, topic = ?3, changed = ?4 WHERE id = ?1")?
        .execute(params![rows::sql(standing.room.0), name, topic, rows::sql(changed.0)])?;
    let room = Item::Room(Room {
        name,
        topic,
        changed,
        ..present
    });
    Ok(Committed {
        value: changed,
        changes: vec![heads::changes(FeedId::Room(standing.room), changed, vec![room])],
    })
}
