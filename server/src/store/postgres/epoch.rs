//! Which database this is.
//!
//! The epoch stands in the database beside the place where it began: the server's system identifier, which `initdb` makes, and
//! its timeline, which changes when a standby takes over or a backup is rolled forward to some moment. A standby that takes over
//! may lack the last commits of the one before it, and clients have seen them; so another place is another epoch.
//!
//! When the server is changed under a running node, the node stops being of use on purpose: every new connection is compared
//! with what the node began with, and one that differs is not used. All calls are then `Unavailable`, `probe` (and with it
//! `/readyz`) says why, the log has it once, and the supervisor has to start the node anew: that is when the new epoch begins.
//! The same happens when another node or a restore wrote a new epoch into the row. Connections from before the change are on the
//! old server, so they are gone together with it, or still tell the old server's truth.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use app::protocol::{Epoch, Timestamp};
use deadpool_postgres::Transaction;
use tokio_postgres::{Client, Error, Row};

/// What a node says that does not work for this reason.
pub(super) const LEFT: &str = "the database is not the one that this node began with (it was restored, or another server has \
                               taken over): start this node again";

/// An epoch, and where it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) epoch: Epoch,
    pub(super) system: i64,
    /// Eight hexadecimal digits.
    pub(super) timeline: String,
}

/// What a node began with, and whether it still finds that.
#[derive(Debug, Default)]
pub(super) struct Home {
    /// Set once, when the database is opened.
    place: OnceLock<Place>,
    /// Set by the first connection that led elsewhere. It does not pass by itself.
    has_left: AtomicBool,
}

impl Home {
    pub(super) fn known(&self) -> Option<&Place> {
        self.place.get()
    }

    /// Later calls change nothing.
    pub(super) fn settle(&self, place: Place) {
        // It is opened once.
        let _ = self.place.set(place);
    }

    /// A connection led elsewhere.
    pub(super) fn left(&self) {
        if !self.has_left.swap(true, Relaxed) {
            tracing::error!("{LEFT}");
        }
    }

    pub(super) fn has_left(&self) -> bool {
        self.has_left.load(Relaxed)
    }
}

/// The timeline on which the server writes at this moment. What `pg_control_checkpoint` says is that of the last checkpoint, and a
/// standby that has just taken over has not made one yet. Both fail on a standby: it cannot be written.
macro_rules! here {
    () => {
        "(SELECT system_identifier FROM pg_control_system()), substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
    };
}

/// Where this connection leads, as far as an epoch has begun there.
pub(super) async fn place(client: &Client) -> Result<Option<Place>, Error> {
    let found = client
        .query_opt(concat!("SELECT epoch, ", here!(), " FROM database"), &[])
        .await?;
    found.map(|row| read(&row)).transpose()
}

fn read(row: &Row) -> Result<Place, Error> {
    Ok(Place {
        epoch: Epoch(row.try_get(0)?),
        system: row.try_get(1)?,
        timeline: row.try_get(2)?,
    })
}

/// Gives the database's epoch; a new database, and one in another place, gets a new one. A new one also gets the room where
/// everyone starts. The caller holds the lock that lets one node at a time open the database.
pub(super) async fn begin(transaction: &Transaction<'_>, now: Timestamp) -> Result<Place, Error> {
    let here = transaction
        .query_one(
            // 122 random bits from the system's generator.
            concat!("SELECT replace(gen_random_uuid()::text, '-', ''), ", here!()),
            &[],
        )
        .await?;
    let here = read(&here)?;
    let found = transaction
        .query_opt("SELECT epoch, system_identifier, timeline FROM database", &[])
        .await?;
    let found = found.map(|row| read(&row)).transpose()?;
    match found {
        Some(found) if (found.system, &found.timeline) == (here.system, &here.timeline) => return Ok(found),
        Some(_) => tracing::warn!("the database is on another server or timeline than before: clients start over"),
        None => make_first_room(transaction, now).await?,
    }
    transaction
        .execute(
            "INSERT INTO database (only_row, epoch, system_identifier, timeline) VALUES (1, $1, $2, $3)
             ON CONFLICT (only_row) DO UPDATE SET
                 epoch = excluded.epoch, system_identifier = excluded.system_identifier, timeline = excluded.timeline",
            &[&here.epoch.0, &here.system, &here.timeline],
        )
        .await?;
    Ok(here)
}

async fn make_first_room(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), Error> {
    transaction
        .execute(
            "INSERT INTO rooms (slug, name, topic, created_at, for_everyone, members, posts, head, changed)
             VALUES ('general', 'General', '', $1, true, 0, 0, 1, 1)",
            &[&now.0],
        )
        .await?;
    Ok(())
}
