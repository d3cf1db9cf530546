//! Messages: posted once, edited and deleted in place.

use app::protocol::{FeedId, Item, Message, Number, Page, Seq};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{SqliteStore, heads, markers, pages, rows, standing};
use crate::store::{
    Committed, Constraint, MessageEdit, MessageStore, NewMessage, Posted, Result, Standing, StoreError,
};

#[async_trait]
impl MessageStore for SqliteStore {
    async fn append_message(&self, standing: Standing, message: NewMessage) -> Result<Committed<Posted>> {
        self.write(move |connection| append(connection, standing, message))
            .await
    }

    async fn edit_message(&self, standing: Standing, edit: MessageEdit) -> Result<Committed<Seq>> {
        self.write(move |connection| self::edit(connection, standing, &edit))
            .await
    }

    async fn message(&self, standing: Standing, number: Number) -> Result<Option<Message>> {
        self.read(move |connection| {
            standing::check(connection, standing)?;
            find(connection, standing, number)
        })
        .await
    }

    async fn messages(&self, standing: Standing, before: Option<Number>, limit: usize) -> Result<Page> {
        self.read(move |connection| {
            standing::check(connection, standing)?;
            pages::before(connection, standing.room, before, limit)
        })
        .await
    }

    async fn mark_read(&self, standing: Standing, number: Number) -> Result<Committed<Number>> {
        self.write(move |connection| markers::mark_read(connection, standing, number))
            .await
    }
}

fn append(connection: &Connection, standing: Standing, new: NewMessage) -> Result<Committed<Posted>> {
    standing::check(connection, standing)?;
    let digest = digest(&new.body);
    if let Some(posted) = posted_before(connection, standing, &new, digest)? {
        return Ok(Committed {
            value: posted,
            changes: Vec::new(),
        });
    }
    let (number, seq) = next_place(connection, standing, &new)?;
    let message = Message {
        number,
        changed: seq,
        author: standing.user,
        client_message_id: new.client_message_id,
        body: new.body,
        posted_at: new.now,
        edited_at: None,
        deleted: false,
    };
    insert(connection, standing, &message, digest)?;
    let marker = markers::set(connection, standing.user, standing.room, number)?;
    let changes = vec![
        heads::changes(FeedId::Room(standing.room), seq, vec![Item::Message(message)]),
        heads::changes(
            FeedId::User(standing.user),
            marker.changed,
            vec![Item::ReadMarker(marker)],
        ),
    ];
    Ok(Committed {
        value: Posted { number, seq },
        changes,
    })
}

/// Enough of SHA-256 to tell two texts apart: a retry is compared with the text as first posted, whatever became of it.
fn digest(body: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(body).into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}

/// Where this message stands, if it was posted before. `Conflict(IdReused)`.
fn posted_before(
    connection: &Connection,
    standing: Standing,
    new: &NewMessage,
    digest: [u8; 16],
) -> Result<Option<Posted>> {
    let mut statement = connection.prepare_cached(
        "SELECT number, posted_at_seq, room_id = ?3 AND posted_digest = ?4 FROM messages
         WHERE author_id = ?1 AND client_message_id = ?2",
    )?;
    let wanted = params![
        rows::sql(standing.user.0),
        new.client_message_id.0,
        rows::sql(standing.room.0),
        digest
    ];
    let found = statement
        .query_row(wanted, |row| {
            let posted = Posted {
                number: Number(rows::unsigned(row, 0)?),
                seq: Seq(rows::unsigned(row, 1)?),
            };
            Ok((posted, row.get(2)?))
        })
        .optional()?;
    match found {
        None => Ok(None),
        Some((posted, true)) => Ok(Some(posted)),
        Some((_, false)) => Err(StoreError::Conflict(Constraint::IdReused)),
    }
}

fn next_place(connection: &Connection, standing: Standing, new: &NewMessage) -> Result<(Number, Seq)> {
    let mut statement = connection.prepare_cached(
        "UPDATE rooms SET head = head + 1, posts = posts + 1, last_posted_at = ?2 WHERE id = ?1 RETURNING posts, head",
    )?;
    Ok(
        statement.query_row(params![rows::sql(standing.room.0), new.now.0], |row| {
            Ok((Number(rows::unsigned(row, 0)?), Seq(rows::unsigned(row, 1)?)))
        })?,
    )
}

fn insert(connection: &Connection, standing: Standing, message: &Message, digest: [u8; 16]) -> Result<()> {
    let seq = rows::sql(message.changed.0);
    connection
        .prepare_cached(
            "INSERT INTO messages (room_id, number, changed, author_id, client_message_id, posted_at_seq, posted_digest,
                 posted_at, edited_at, is_deleted, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?3, ?6, ?7, NULL, 0, ?8)",
        )?
        .execute(params![
            rows::sql(standing.room.0),
            rows::sql(message.number.0),
            seq,
            rows::sql(message.author.0),
            message.client_message_id.0,
            digest,
            message.posted_at.0,
            message.body,
        ])?;
    Ok(())
}

fn find(connection: &Connection, standing: Standing, number: Number) -> Result<Option<Message>> {
    let mut statement = connection.prepare_cached(
        "SELECT number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted
         FROM messages WHERE room_id = ?1 AND number = ?2",
    )?;
    Ok(statement
        .query_row([rows::sql(standing.room.0), rows::sql(number.0)], rows::message)
        .optional()?)
}

fn edit(connection: &Connection, standing: Standing, edit: &MessageEdit) -> Result<Committed<Seq>> {
    standing::check(connection, standing)?;
    let no_such_message = StoreError::Conflict(Constraint::NoSuchMessage);
    let present = find(connection, standing, edit.number)?.ok_or(no_such_message)?;
    let unchanged = match &edit.body {
        Some(_) if present.deleted => return Err(StoreError::Conflict(Constraint::NoSuchMessage)),
        Some(body) => *body == present.body,
        None => present.deleted,
    };
    if unchanged {
        return Ok(Committed {
            value: present.changed,
            changes: Vec::new(),
        });
    }
    let changed = heads::advance_room(connection, standing.room)?;
    let message = match &edit.body {
        Some(body) => Message {
            body: body.clone(),
            edited_at: Some(edit.now),
            changed,
            ..present
        },
        None => Message {
            body: String::new(),
            deleted: true,
            changed,
            ..present
        },
    };
    replace(connection, standing, &message)?;
    let change = heads::changes(FeedId::Room(standing.room), changed, vec![Item::Message(message)]);
    Ok(Committed {
        value: changed,
        changes: vec![change],
    })
}

fn replace(connection: &Connection, standing: Standing, message: &Message) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE messages SET body = ?3, edited_at = ?4, is_deleted = ?5, changed = ?6
             WHERE room_id = ?1 AND number = ?2",
        )?
        .execute(params![
            rows::sql(standing.room.0),
            rows::sql(message.number.0),
            message.body,
            message.edited_at.map(|at| at.0),
            message.deleted,
            rows::sql(message.changed.0),
        ])?;
    Ok(())
}
