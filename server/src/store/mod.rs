//! Keeps everything. The truth: what is not committed here did not happen.
//!
//! Named by use case; each method is one transaction, or one read in one snapshot, so that no handle leaks. Rights are
//! checked *inside* it: a method that takes a [`Standing`] goes through only if the standing still holds there. The store
//! knows no rules of chat: which standing a deed needs is decided by `access` and `service`.
//!
//! Guarantees of every implementation (held by `contract`):
//! - A call that returned `Ok` is durable (as far as `--durability` says) and is seen by every later read.
//! - A call that returned `Err` changed nothing, except `Unavailable`, after which it is unknown.
//! - Each transaction moves the head of each feed it touches by exactly 1 and writes its rows with `changed = head`. Posting several
//!   messages at once moves the room's head by 1 for each of them.
//! - Feeds are locked rooms first, then users, then the community, each by id.

mod error;
mod model;
mod shared;

mod gathering;

mod cut;
mod digest;
mod health;
mod position;
mod wire_size;

#[cfg(test)]
pub(crate) mod contract;
pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;

use app::protocol::{
    Activity, Epoch, FeedId, Message, Number, Page, Room, RoomId, RoomSnapshot, Seq, Slug, User, UserId, UserSnapshot,
};

use crate::telemetry::StoreMeters;

pub use error::{Constraint, StoreError};
pub use model::{
    CatchUp, Committed, MemberPage, MessageEdit, NewMessage, NewRoom, NewSession, NewUser, OwnMarker, PostResult,
    Posted, RoomEdit, RoomPage, SessionId, SignedInUser, Standing, TokenHash,
};
pub use shared::Shared;

/// What every method returns.
pub type Result<T> = std::result::Result<T, StoreError>;

/// People and their sign-ins.
#[async_trait]
pub trait SessionStore {
    /// Adds a person and their first session, and makes them a member of the rooms that everyone starts in; the very first
    /// person owns those. `Conflict(TokenTaken)` when the hash is in use.
    async fn sign_up(&self, user: NewUser, session: NewSession) -> Result<Committed<User>>;
    /// Whose session this is. `None` when it never was, or has ended.
    async fn session(&self, token: &TokenHash) -> Result<Option<SignedInUser>>;
    /// Ends a session. Ending it twice is no error.
    async fn end_session(&self, session: SessionId) -> Result<()>;
    /// Those of these sessions that have not ended, in no order, in one snapshot.
    async fn live_sessions(&self, sessions: &[SessionId]) -> Result<Vec<SessionId>>;
    /// Changes the name in the public profile.
    async fn rename_user(&self, user: UserId, name: String) -> Result<Committed<()>>;
    /// The profiles of those that exist, ascending by id.
    async fn users(&self, users: &[UserId]) -> Result<Vec<User>>;
}

/// Rooms and who belongs to them.
#[async_trait]
pub trait RoomStore {
    /// Makes a room with `creator` as its owner. A slug that is taken gets `-2`, `-3`, … behind it.
    async fn create_room(&self, creator: UserId, room: NewRoom) -> Result<Committed<Room>>;
    /// The room, if it exists.
    async fn room(&self, room: RoomId) -> Result<Option<Room>>;
    /// The room with this name in addresses, if it exists.
    async fn room_by_slug(&self, slug: &Slug) -> Result<Option<Room>>;
    /// The person's role in the room; `None` for those who are not (or no longer) members, and where there is no room.
    async fn membership(&self, user: UserId, room: RoomId) -> Result<Option<app::protocol::Role>>;
    /// Open rooms with a higher id than `after`, ascending.
    async fn open_rooms(&self, after: Option<RoomId>, limit: usize) -> Result<RoomPage>;
    /// Makes the person a member, with the read marker at the newest message. Joining twice changes nothing and returns no
    /// changes. `Conflict(NoSuchRoom)`.
    async fn join_room(&self, user: UserId, room: RoomId, now: app::protocol::Timestamp) -> Result<Committed<Room>>;
    /// Ends `target`'s membership: leaving, when `target` is the standing's user; removal otherwise.
    /// `Conflict(NoSuchMember)`.
    async fn end_membership(&self, standing: Standing, target: UserId) -> Result<Committed<Seq>>;
    /// Changes the room's row.
    async fn edit_room(&self, standing: Standing, edit: RoomEdit) -> Result<Committed<Seq>>;
    /// Members with a higher user id than `after`, ascending, with their profiles.
    async fn members(&self, standing: Standing, after: Option<UserId>, limit: usize) -> Result<MemberPage>;
}

/// Messages and read markers.
#[async_trait]
pub trait MessageStore {
    /// Stores one person's messages to one room, in order: each under the room's next number and seq. Moves their read marker to
    /// the last, if it is to. One result for each, in order: under the room's lock `(author, client_message_id)` is looked up first; the
    /// same message again, even within one call, gives the first result and burns no number; the same id with another body
    /// or room is `IdReused`, and harms none of the others. When nothing was new, nothing is changed.
    async fn append_messages(
        &self,
        standing: Standing,
        messages: Vec<NewMessage>,
        own_marker: OwnMarker,
    ) -> Result<Committed<Vec<PostResult>>>;
    /// Replaces a text (`edited_at` is set), or deletes it. A body equal to the present one, or a second deletion,
    /// changes nothing and returns the row's `changed`. `Conflict(NoSuchMessage)` also for editing a deleted one.
    async fn edit_message(&self, standing: Standing, edit: MessageEdit) -> Result<Committed<Seq>>;
    /// One message, deleted or not.
    async fn message(&self, standing: Standing, number: Number) -> Result<Option<Message>>;
    /// The page that ends just before `before`, or at the newest message: at most `limit` rows and `PAGE_BYTES`.
    async fn messages(&self, standing: Standing, before: Option<Number>, limit: usize) -> Result<Page>;
    /// Moves the read marker forward, at most to the newest message; moving it back changes nothing.
    async fn mark_read(&self, standing: Standing, number: Number) -> Result<Committed<Number>>;
}

/// Feeds: heads, catching up, starting over.
#[async_trait]
pub trait FeedStore {
    /// Names this database. Constant while it is open.
    fn epoch(&self) -> Epoch;
    /// The feed's head; `None` when there is no such feed.
    async fn head(&self, feed: FeedId) -> Result<Option<Seq>>;
    /// The heads of those feeds that exist, all in one snapshot: ascending by feed, each once.
    async fn heads(&self, feeds: &[FeedId]) -> Result<Vec<(FeedId, Seq)>>;
    /// The rows with `changed > after`, ordered by `changed`, as many seqs as fit in `PAGE_ROWS` and `PAGE_BYTES`, never part of
    /// one; `to` is the last seq they cover. For `feed` to fill holes with: the reader's rights are not looked at,
    /// and member rows are there however large the room is, as in what a commit returns: `feed` must see removals.
    async fn changes_between(&self, feed: FeedId, after: Seq) -> Result<Option<app::protocol::Changes>>;
    /// What the reader needs to go on from `after` in a room, with the rights checked in the same snapshot.
    /// In large rooms, member rows are left out. `Refused` when the standing does not hold. Those who
    /// ask for the same at the same time may share one read; each one's standing is checked in it, and harms no other's answer.
    async fn catch_up_room(&self, standing: Standing, after: Option<Seq>) -> Result<Shared>;
    /// What the person needs to go on in their own feed.
    async fn catch_up_user(&self, user: UserId, after: Option<Seq>) -> Result<Shared>;
    /// What anyone needs to go on in the community feed. May be shared in the same way.
    async fn catch_up_community(&self, after: Option<Seq>) -> Result<Shared>;
    /// The room with its newest page and its members.
    async fn room_snapshot(&self, standing: Standing) -> Result<RoomSnapshot>;
    /// The person's rooms and the position of their feed.
    async fn user_snapshot(&self, user: UserId) -> Result<UserSnapshot>;
    /// Where each of the person's rooms stands.
    async fn activities(&self, user: UserId) -> Result<Vec<Activity>>;
    /// Writes something that is no change, and reads: whether the store can do its work. `Unavailable` while it cannot,
    /// `Corrupt` once something was found that makes no sense. Who asks again within a second may be told the same again.
    async fn probe(&self) -> Result<()>;
    /// The figures of its work.
    fn meters(&self) -> StoreMeters {
        StoreMeters::default()
    }
    /// Waits until what was accepted is committed, and closes. Later calls are `Unavailable`.
    async fn close(&self);
}

/// Everything that is kept.
pub trait Store: SessionStore + RoomStore + MessageStore + FeedStore + Send + Sync + 'static {}

impl<S: SessionStore + RoomStore + MessageStore + FeedStore + Send + Sync + 'static> Store for S {}
