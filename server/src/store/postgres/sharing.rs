//! One read for all who gathered for it. So many go on at a time; meanwhile others gather.

use std::{collections::HashMap, sync::Arc};

use app::protocol::{FeedId, Role, RoomId, UserId};
use tokio::sync::oneshot;

use super::{PostgresStore, catch_up, database::Database, error, rows, transaction::Transaction};
use crate::store::{
    CatchUp, Result, Shared, Standing, StoreError,
    gathering::{Reader, SharedRead, Wish},
};

/// Shared reads under way. They leave half of the connections to those who post.
pub(super) const READS: usize = 8;

impl PostgresStore {
    /// Reads what a reader goes on with, together with those who wish the same. Their standings, if they need any, are checked in
    /// the snapshot, each by itself. It is read even if the caller goes away, for others may have joined.
    pub(super) async fn read_together(&self, wish: Wish, standing: Option<Standing>) -> Result<Shared> {
        let work = self.noted(self.database.begin_work())?;
        let (reply, answer) = oneshot::channel();
        let reader = Reader { standing, reply };
        if let Some(shared) = self.gathering.join_or_begin(wish, reader, &self.database.meters) {
            let (database, places) = (Arc::clone(&self.database), Arc::clone(&self.reads));
            tokio::spawn(async move {
                let _work = work;
                // Nobody closes them.
                let _place = places.acquire().await;
                read(&database, shared).await;
            });
        }
        // Whoever is not answered shared a read that panicked.
        self.noted(answer.await.unwrap_or_else(|_| Err(error::panicked())))
    }
}

/// Reads for a group, and tells everybody in it. Before the snapshot begins the group is closed.
async fn read(database: &Database, shared: SharedRead) {
    let snapshot = database.snapshot().await;
    let readers = shared.begin();
    if readers.is_empty() {
        return;
    }
    let snapshot = match snapshot {
        Ok(snapshot) => snapshot,
        Err(error) => return shared.tell(readers, Err(error)),
    };
    match admit(&snapshot, shared.wish(), readers).await {
        Ok(admitted) if admitted.is_empty() => {}
        Ok(admitted) => {
            let outcome = caught_up(&snapshot, shared.wish()).await;
            shared.tell(admitted, outcome);
        }
        Err((readers, error)) => shared.tell(readers, Err(error)),
    }
    snapshot.let_go();
}

const ROLES: &str = "SELECT user_id, role FROM members WHERE room_id = $1 AND user_id = ANY($2) AND NOT has_left";

/// Those whose standing holds. The others are told that theirs does not.
async fn admit(
    snapshot: &Transaction,
    wish: Wish,
    readers: Vec<Reader>,
) -> std::result::Result<Vec<Reader>, (Vec<Reader>, StoreError)> {
    let FeedId::Room(room) = wish.feed else {
        return Ok(readers);
    };
    let roles = match roles(snapshot, room, &readers).await {
        Ok(roles) => roles,
        Err(error) => return Err((readers, error)),
    };
    let may_know = |reader: &Reader| {
        let holds = |needed: Standing| roles.get(&needed.user).is_some_and(|role| *role >= needed.role);
        reader.standing.is_none_or(holds)
    };
    let (admitted, refused): (Vec<_>, Vec<_>) = readers.into_iter().partition(may_know);
    for reader in refused {
        reader.tell(Err(StoreError::Refused));
    }
    Ok(admitted)
}

/// What the readers are in the room: asked at once, however many they are.
async fn roles(snapshot: &Transaction, room: RoomId, readers: &[Reader]) -> Result<HashMap<UserId, Role>> {
    let standings = readers.iter().filter_map(|reader| reader.standing);
    let people: Vec<i64> = standings.map(|standing| rows::sql(standing.user.0)).collect();
    let found = snapshot.rows(ROLES, &[&rows::sql(room.0), &people]).await?;
    let read = |row: &tokio_postgres::Row| Ok((UserId(rows::unsigned(row, 0)?), rows::role(row, 1)?));
    found.iter().map(read).collect()
}

async fn caught_up(snapshot: &Transaction, wish: Wish) -> Result<CatchUp> {
    match wish.feed {
        FeedId::Room(room) => catch_up::room(snapshot, room, wish.after).await,
        FeedId::User(user) => catch_up::user(snapshot, user, wish.after).await,
        FeedId::Community => catch_up::community(snapshot, wish.after).await,
    }
}
