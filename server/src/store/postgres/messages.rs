//! Messages: posted once, edited and deleted in place.

use app::protocol::{FeedId, Item, Message, Number, Page, Seq};
use async_trait::async_trait;

use super::{PostgresStore, heads, lanes::Call, markers, pages, rows, standing, text, transaction::Transaction};
use crate::store::{
    Committed, Constraint, MessageEdit, MessageStore, NewMessage, OwnMarker, PostResult, Result, Standing, StoreError,
};

#[async_trait]
impl MessageStore for PostgresStore {
    async fn append_messages(
        &self,
        standing: Standing,
        messages: Vec<NewMessage>,
        own_marker: OwnMarker,
    ) -> Result<Committed<Vec<PostResult>>> {
        let work = self.noted(self.database.begin_work())?;
        let call = Call {
            standing,
            messages,
            own_marker,
        };
        self.noted(self.lanes.post(call, work).await)
    }

    async fn edit_message(&self, standing: Standing, edit: MessageEdit) -> Result<Committed<Seq>> {
        let edit = &edit;
        let deed = |deed: Transaction| async move { self::edit(&deed, standing, edit).await };
        self.noted(self.database.change(deed).await)
    }

    async fn message(&self, standing: Standing, number: Number) -> Result<Option<Message>> {
        let look = |snapshot: Transaction| async move {
            standing::check(&snapshot, standing).await?;
            find(&snapshot, standing, number).await
        };
        self.noted(self.database.read(look).await)
    }

    async fn messages(&self, standing: Standing, before: Option<Number>, limit: usize) -> Result<Page> {
        let look = |snapshot: Transaction| async move {
            standing::check(&snapshot, standing).await?;
            pages::before(&snapshot, standing.room, before, limit).await
        };
        self.noted(self.database.read(look).await)
    }

    async fn mark_read(&self, standing: Standing, number: Number) -> Result<Committed<Number>> {
        let deed = |deed: Transaction| async move { markers::mark_read(&deed, standing, number).await };
        self.noted(self.database.change(deed).await)
    }
}

async fn find(transaction: &Transaction, standing: Standing, number: Number) -> Result<Option<Message>> {
    let row = transaction
        .row(
            "SELECT number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted
             FROM messages WHERE room_id = $1 AND number = $2",
            &[&rows::sql(standing.room.0), &rows::sql(number.0)],
        )
        .await?;
    row.map(|row| rows::message(&row)).transpose()
}

async fn edit(deed: &Transaction, standing: Standing, edit: &MessageEdit) -> Result<Committed<Seq>> {
    standing::check_under_lock(deed, standing).await?;
    let no_such_message = StoreError::Conflict(Constraint::NoSuchMessage);
    let present = find(deed, standing, edit.number).await?.ok_or(no_such_message)?;
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
    let changed = heads::advance_room(deed, standing.room).await?;
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
    replace(deed, standing, &message).await?;
    let change = heads::changes(FeedId::Room(standing.room), changed, vec![Item::Message(message)]);
    Ok(Committed {
        value: changed,
        changes: vec![change],
    })
}

async fn replace(deed: &Transaction, standing: Standing, message: &Message) -> Result<()> {
    deed.execute(
        "UPDATE messages SET body = $3, edited_at = $4, is_deleted = $5, changed = $6 WHERE room_id = $1 AND number = $2",
        &[
            &rows::sql(standing.room.0),
            &rows::sql(message.number.0),
            &text::sql(&message.body),
            &message.edited_at.map(|at| at.0),
            &message.deleted,
            &rows::sql(message.changed.0),
        ],
    )
    .await
}
