//! Changes of a room as tests of what carries them need them. Rows say when they were changed.

use app::protocol::{
    Changes, ClientMessageId, FeedId, Item, Member, Message, Number, Role, Room, RoomId, Seq, Slug, Timestamp, User,
    UserId, limits::MEMBER_ROWS,
};

/// The room.
const ROOM: RoomId = RoomId(1);

pub(crate) fn changes(after: u64, to: u64, items: Vec<Item>) -> Changes {
    Changes {
        feed: FeedId::Room(ROOM),
        after: Seq(after),
        to: Seq(to),
        items,
    }
}

pub(crate) fn message(number: u64, changed: u64) -> Item {
    Item::Message(Message {
        number: Number(number),
        author: UserId(1),
        client_message_id: ClientMessageId(format!("message {number}")),
        body: "hello".to_owned(),
        posted_at: Timestamp(0),
        edited_at: None,
        deleted: false,
        changed: Seq(changed),
    })
}

pub(crate) fn user(id: u64, changed: u64) -> Item {
    Item::User(User {
        id: UserId(id),
        name: format!("name {changed}"),
        changed: Seq(changed),
    })
}

pub(crate) fn member(id: u64, changed: u64, left: bool) -> Item {
    Item::Member(Member {
        user: UserId(id),
        role: Role::Member,
        joined_at: Timestamp(0),
        left,
        changed: Seq(changed),
    })
}

/// The room's own row, with so many members.
pub(crate) fn room(members: u64, changed: u64) -> Item {
    Item::Room(Room {
        id: ROOM,
        name: "room".to_owned(),
        slug: Slug("room".to_owned()),
        topic: String::new(),
        members,
        created_at: Timestamp(0),
        changed: Seq(changed),
        large: members > MEMBER_ROWS,
    })
}
