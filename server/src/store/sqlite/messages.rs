//! Messages: posted once, edited and deleted in place.

use app::protocol::{FeedId, Item, Message, Number, Page, Seq};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, heads, markers, pages, posts, rows, standing};
use crate::store::{
    Committed, Constraint, MessageEdit, MessageStore, NewMessage, OwnMarker, PostResult, Result, Standing, StoreError,
};

#[async_trait]
impl MessageStore for SqliteStore {
    async fn append_messages(
        &self,
        standing: Standing,
        messages: Vec<NewMessage>,
        own_marker: OwnMarker,
    ) -> Result<Committed<Vec<PostResult>>> {
        self.change_after_looking(move |connection| posts::append(connection, standing, messages, own_marker))
            .await
    }

    async fn edit_message(&self, standing: Standing, edit: MessageEdit) -> Result<Committed<Seq>> {
        self.change(move |connection| self::edit(connection, standing, &edit))
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
        self.change_after_looking(move |connection| markers::mark_read(connection, standing, number))
            .await
    }
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
