//! Rooms, and the roads to membership.

use app::protocol::{FeedId, Item, Role, Room, RoomId, Seq, Slug, Timestamp, UserId, limits::ROOMS_PER_PERSON};
use async_trait::async_trait;

use super::{
    PostgresStore, changes, error, heads, members, rows,
    standing::{self, ROLE},
    text,
    transaction::Transaction,
    users,
};
use crate::{
    ids,
    store::{Committed, Constraint, MemberPage, NewRoom, Result, RoomEdit, RoomPage, RoomStore, Standing, StoreError},
};

#[async_trait]
impl RoomStore for PostgresStore {
    async fn create_room(&self, creator: UserId, room: NewRoom) -> Result<Committed<Room>> {
        let room = &room;
        let deed = |deed: Transaction| async move { create(&deed, creator, room).await };
        self.noted(self.database.change(deed).await)
    }

    async fn room(&self, room: RoomId) -> Result<Option<Room>> {
        let found = self.database.ask(ROOM, &[&rows::sql(room.0)]).await;
        self.noted(found.and_then(|rows| rows.first().map(rows::room).transpose()))
    }

    async fn room_by_slug(&self, slug: &Slug) -> Result<Option<Room>> {
        let found = self
            .database
            .ask(
                "SELECT id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL
                 FROM rooms WHERE slug = $1",
                &[&text::sql(&slug.0)],
            )
            .await;
        self.noted(found.and_then(|rows| rows.first().map(rows::room).transpose()))
    }

    async fn membership(&self, user: UserId, room: RoomId) -> Result<Option<Role>> {
        let found = self.database.ask(ROLE, &[&rows::sql(room.0), &rows::sql(user.0)]).await;
        self.noted(found.and_then(|rows| rows.first().map(|row| rows::role(row, 0)).transpose()))
    }

    async fn open_rooms(&self, after: Option<RoomId>, limit: usize) -> Result<RoomPage> {
        let after = after.map_or(-1, |room| rows::sql(room.0));
        let wanted = rows::sql(limit as u64).saturating_add(1);
        let found = self
            .database
            .ask(
                "SELECT id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL
                 FROM rooms WHERE id > $1 ORDER BY id LIMIT $2",
                &[&after, &wanted],
            )
            .await;
        let rooms = found.and_then(|rows| rows.iter().map(rows::room).collect::<Result<Vec<Room>>>());
        let mut rooms = self.noted(rooms)?;
        let more = rooms.len() > limit;
        rooms.truncate(limit);
        Ok(RoomPage { rooms, more })
    }

    async fn join_room(&self, user: UserId, room: RoomId, now: Timestamp) -> Result<Committed<Room>> {
        let deed = |deed: Transaction| async move { join(&deed, user, room, now).await };
        self.noted(self.database.change(deed).await)
    }

    async fn end_membership(&self, standing: Standing, target: UserId) -> Result<Committed<Seq>> {
        let deed = |deed: Transaction| async move { members::end(&deed, standing, target).await };
        self.noted(self.database.change(deed).await)
    }

    async fn edit_room(&self, standing: Standing, edit: RoomEdit) -> Result<Committed<Seq>> {
        let edit = &edit;
        let deed = |deed: Transaction| async move { self::edit(&deed, standing, edit).await };
        self.noted(self.database.change(deed).await)
    }

    async fn members(&self, standing: Standing, after: Option<UserId>, limit: usize) -> Result<MemberPage> {
        let page = |snapshot: Transaction| async move { members::page(&snapshot, standing, after, limit).await };
        self.noted(self.database.read(page).await)
    }
}

const ROOM: &str =
    "SELECT id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL FROM rooms WHERE id = $1";

/// The room; the caller knows that it exists.
pub(super) async fn get(transaction: &Transaction, room: RoomId) -> Result<Room> {
    let row = transaction.row(ROOM, &[&rows::sql(room.0)]).await?;
    rows::room(&row.ok_or_else(|| error::missing("rooms"))?)
}

/// Locks the rooms that everyone starts in, ascending.
pub(super) async fn lock_for_everyone(deed: &Transaction) -> Result<Vec<RoomId>> {
    let rooms = deed
        .rows(
            "SELECT id FROM rooms WHERE for_everyone ORDER BY id FOR NO KEY UPDATE",
            &[],
        )
        .await?;
    rooms.iter().map(|row| rows::unsigned(row, 0).map(RoomId)).collect()
}

async fn create(deed: &Transaction, creator: UserId, new: &NewRoom) -> Result<Committed<Room>> {
    users::check_exists(deed, creator).await?;
    let room = insert(deed, new).await?;
    become_member(deed, creator, room, Role::Owner, new.now).await
}

/// Makes the room under the first slug that is free. Whoever makes one with the same slug at the same time waits for the other's
/// end, and takes the next.
async fn insert(deed: &Transaction, new: &NewRoom) -> Result<RoomId> {
    for slug in ids::slugs(&new.slug) {
        // The owner's membership takes the first seq, and the room's own row goes with it.
        let made = deed
            .row(
                "INSERT INTO rooms (slug, name, topic, created_at, for_everyone, members, posts, head, changed)
                 VALUES ($1, $2, $3, $4, false, 0, 0, 0, 0) ON CONFLICT (slug) DO NOTHING RETURNING id",
                &[
                    &text::sql(&slug.0),
                    &text::sql(&new.name),
                    &text::sql(&new.topic),
                    &new.now.0,
                ],
            )
            .await?;
        if let Some(made) = made {
            return rows::unsigned(&made, 0).map(RoomId);
        }
    }
    unreachable!("there is always another slug to try")
}

async fn join(deed: &Transaction, user: UserId, room: RoomId, now: Timestamp) -> Result<Committed<Room>> {
    let found = heads::lock_room(deed, room).await?;
    found.ok_or(StoreError::Conflict(Constraint::NoSuchRoom))?;
    if standing::role(deed, user, room).await?.is_some() {
        return Ok(Committed {
            value: get(deed, room).await?,
            changes: Vec::new(),
        });
    }
    become_member(deed, user, room, Role::Member, now).await
}

async fn become_member(
    deed: &Transaction,
    user: UserId,
    room: RoomId,
    role: Role,
    now: Timestamp,
) -> Result<Committed<Room>> {
    // The person is locked by it: who joins two rooms at a time is counted in both.
    let own = heads::advance_user(deed, user).await?;
    if members::rooms_of(deed, user).await? >= ROOMS_PER_PERSON as u64 {
        return Err(StoreError::Conflict(Constraint::TooManyRooms));
    }
    let seq = members::add(deed, user, room, role, now, own).await?;
    let changes = vec![
        changes::under(deed, FeedId::Room(room), seq).await?,
        changes::under(deed, FeedId::User(user), own).await?,
    ];
    Ok(Committed {
        value: get(deed, room).await?,
        changes,
    })
}

/// An edit that changes nothing takes no seq.
async fn edit(deed: &Transaction, standing: Standing, edit: &RoomEdit) -> Result<Committed<Seq>> {
    standing::check_under_lock(deed, standing).await?;
    let present = get(deed, standing.room).await?;
    let name = edit.name.clone().unwrap_or_else(|| present.name.clone());
    let topic = edit.topic.clone().unwrap_or_else(|| present.topic.clone());
    if name == present.name && topic == present.topic {
        return Ok(Committed {
            value: present.changed,
            changes: Vec::new(),
        });
    }
    let changed = heads::advance_room(deed, standing.room).await?;
    deed.execute(
        "UPDATE rooms SET name = $2, topic = $3, changed = $4 WHERE id = $1",
        &[
            &rows::sql(standing.room.0),
            &text::sql(&name),
            &text::sql(&topic),
            &rows::sql(changed.0),
        ],
    )
    .await?;
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
