//! A database in a folder of its own, people, and what they say.

use std::sync::Arc;

use app::protocol::{
    Changes, ClientMessageId, FeedId, Item, Message, Number, Role, RoomId, Seq, Slug, Timestamp, UserId,
};
use server::store::{
    NewMessage, NewRoom, NewSession, NewUser, Standing, Store, TokenHash,
    sqlite::{SqliteOptions, SqliteStore},
};
use tempfile::TempDir;

pub const NOW: Timestamp = Timestamp(1_700_000_000_000);
/// As long as the messages of `make bench`.
const BODY_BYTES: usize = 128;

/// A store that goes with its folder.
pub struct Stage {
    pub store: Arc<dyn Store>,
    _folder: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("magpie.db");
        Self {
            store: Arc::new(SqliteStore::open(&path, SqliteOptions::default(), NOW).unwrap()),
            _folder: folder,
        }
    }

    /// A person with a room of their own; `index` names both.
    pub async fn owner(&self, index: u64) -> Standing {
        let mut token = [0; 32];
        token[..8].copy_from_slice(&index.to_le_bytes());
        let user = NewUser {
            name: format!("Person {index}"),
            now: NOW,
        };
        let session = NewSession {
            token: TokenHash(token),
        };
        let user = self.store.sign_up(user, session).await.unwrap().value.id;
        let room = NewRoom {
            slug: Slug(format!("room-{index}")),
            name: format!("Room {index}"),
            topic: String::new(),
            now: NOW,
        };
        let room = self.store.create_room(user, room).await.unwrap().value.id;
        Standing {
            user,
            room,
            role: Role::Member,
        }
    }
}

/// A message under a name that nobody used before.
pub fn draft(index: u64) -> NewMessage {
    NewMessage {
        client_message_id: ClientMessageId(format!("bench-{index:016}")),
        body: "x".repeat(BODY_BYTES),
        now: NOW,
    }
}

/// What the feed of a room releases when so many messages were posted.
pub fn changes(after: u64, messages: u64) -> Changes {
    let message = |seq: u64| {
        Item::Message(Message {
            number: Number(seq),
            changed: Seq(seq),
            author: UserId(1),
            client_message_id: draft(seq).client_message_id,
            body: draft(seq).body,
            posted_at: NOW,
            edited_at: None,
            deleted: false,
        })
    };
    Changes {
        feed: FeedId::Room(RoomId(1)),
        after: Seq(after),
        to: Seq(after + messages),
        items: (after + 1..=after + messages).map(message).collect(),
    }
}
