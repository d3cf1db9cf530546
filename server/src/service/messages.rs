//! Posting, editing, deleting, paging, read markers, typing.

use std::sync::Arc;

use tokio::time::Instant;

use app::protocol::{ClientMessageId, Number, Page, Seq, limits, text};

use crate::{
    access::{CanDelete, CanEdit, CanPost, CanRead},
    bus::Signal,
    store::{MessageEdit, NewMessage, OwnMarker, Posted, StoreError},
};

use super::{ChatError, Service};

/// A message that can be posted, before the server accepted it.
#[derive(Clone, Debug)]
pub struct Draft {
    client_message_id: ClientMessageId,
    body: String,
    read: Option<Number>,
}

impl Draft {
    /// A text, to be stored as written, and the sender's own name for it. `read` is up to where they have read, if they say so.
    ///
    /// # Errors
    /// `BadClientMessageId`, `TextTooLong`, `TextEmpty`.
    pub fn new(client_message_id: ClientMessageId, body: String, read: Option<Number>) -> Result<Self, ChatError> {
        if !client_message_id.is_well_formed() {
            return Err(ChatError::BadClientMessageId);
        }
        text::check_body(&body)?;
        Ok(Self {
            client_message_id,
            body,
            read,
        })
    }
}

impl Service {
    /// Posts what came together, in order, in one commit. One result for each draft. Safe to repeat: the same draft gives the
    /// first result.
    ///
    /// # Errors
    /// `NotAMember` or `Store`, when none of them was posted; inside, `IdReused` for one of them.
    pub async fn post(&self, permit: CanPost, drafts: Vec<Draft>) -> Result<Vec<Result<Posted, ChatError>>, ChatError> {
        let (now, standing) = (self.clock.now(), permit.standing());
        let read = drafts.first().and_then(|draft| draft.read);
        let messages = drafts.into_iter().map(|draft| NewMessage {
            client_message_id: draft.client_message_id,
            body: draft.body,
            now,
        });
        let messages = messages.collect();
        let own_markers = Arc::clone(&self.own_markers);
        let results = self
            .commit(|store| async move {
                let own_marker = match (own_markers.claim(standing, Instant::now()), read) {
                    (OwnMarker::Moves, Some(read)) => OwnMarker::MovesFrom(read),
                    (own_marker, _) => own_marker,
                };
                let done = store.append_messages(standing, messages, own_marker).await?;
                let posted = || done.value.iter().flatten().map(|posted| posted.number);
                // A retry moves nothing: whether the first try did is unknown.
                if (own_marker == OwnMarker::Stays || done.changes.is_empty())
                    && let (Some(first), Some(last)) = (posted().min(), posted().max())
                    && read.is_none_or(|read| first <= read.next())
                {
                    own_markers.owe(standing, last, Instant::now());
                }
                Ok(done)
            })
            .await?;
        let told = results
            .into_iter()
            .map(|result| result.map_err(|conflict| StoreError::Conflict(conflict).into()));
        Ok(told.collect())
    }

    /// Replaces a message's text.
    pub async fn edit_message(&self, permit: CanEdit, body: String) -> Result<Seq, ChatError> {
        text::check_body(&body)?;
        let edit = MessageEdit {
            number: permit.number(),
            body: Some(body),
            now: self.clock.now(),
        };
        self.commit(|store| async move { store.edit_message(permit.standing(), edit).await })
            .await
    }

    /// Deletes a message; a tombstone remains.
    pub async fn delete_message(&self, permit: CanDelete) -> Result<Seq, ChatError> {
        let edit = MessageEdit {
            number: permit.number(),
            body: None,
            now: self.clock.now(),
        };
        self.commit(|store| async move { store.edit_message(permit.standing(), edit).await })
            .await
    }

    /// The page that ends just before `before`, or at the newest message.
    pub async fn messages(
        &self,
        permit: CanRead,
        before: Option<Number>,
        limit: Option<u32>,
    ) -> Result<Page, ChatError> {
        let limit = limit.map_or(limits::USUAL_PAGE, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        if limit > limits::PAGE_ROWS {
            return Err(ChatError::TooMany {
                limit: limits::PAGE_ROWS,
            });
        }
        Ok(self.store.messages(permit.standing(), before, limit.max(1)).await?)
    }

    /// Moves the read marker forward, and says where it stands now.
    pub async fn mark_read(&self, permit: CanRead, number: Number) -> Result<Number, ChatError> {
        self.commit(|store| async move { store.mark_read(permit.standing(), number).await })
            .await
    }

    /// Shows the others that somebody is writing.
    pub async fn show_typing(&self, permit: CanPost) {
        let standing = permit.standing();
        self.bus
            .signal(Signal::Typing {
                room: standing.room,
                user: standing.user,
            })
            .await;
    }
}
