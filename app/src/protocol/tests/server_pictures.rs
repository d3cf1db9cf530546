//! One picture of each frame that a server sends, of each item in it and of each reply.

use super::photograph;
use crate::protocol::{
    Activity, Changes, ClientMessageId, Epoch, ErrorCode, FeedId, FeedSnapshot, GapReason, Item, ListedRoom, Member,
    Message, Number, Page, ReadMarker, Rejection, Reply, RequestId, Role, Room, RoomId, RoomSnapshot, Seq, ServerFrame,
    Slug, Snapshot, Timestamp, User, UserId, UserSnapshot, Welcome,
    http::{Polled, SignedIn},
    server_frame::{FeedHead, Presence},
};

const ROOM: RoomId = RoomId(12);
const ANN: UserId = UserId(3);
const NOON: Timestamp = Timestamp(1_795_521_600_000);

fn ann() -> User {
    User {
        id: ANN,
        name: "Ann".into(),
        changed: Seq(89),
    }
}

fn room() -> Room {
    Room {
        id: ROOM,
        slug: Slug("birds".into()),
        name: "Birds".into(),
        topic: "What flies".into(),
        members: 2,
        created_at: NOON,
        changed: Seq(340),
        large: false,
    }
}

fn message() -> Message {
    Message {
        number: Number(1_234),
        changed: Seq(345),
        author: ANN,
        client_message_id: ClientMessageId("Xk2_9-a".into()),
        body: "喜鹊 says \"hello\"\n🎉".into(),
        posted_at: NOON,
        edited_at: None,
        deleted: false,
    }
}

fn member() -> Member {
    Member {
        user: ANN,
        role: Role::Owner,
        joined_at: NOON,
        left: false,
        changed: Seq(2),
    }
}

fn listed() -> ListedRoom {
    ListedRoom {
        room: room(),
        role: Role::Member,
        head: Seq(345),
        posts: Number(1_234),
        last_posted_at: Some(NOON),
        read: Number(1_200),
        left: false,
        changed: Seq(67),
    }
}

fn activity() -> Activity {
    Activity {
        room: ROOM,
        head: Seq(345),
        posts: Number(1_234),
        last_posted_at: Some(NOON),
    }
}

fn page() -> Page {
    Page {
        posts: Number(1_234),
        messages: vec![message()],
        users: vec![ann()],
    }
}

fn room_snapshot() -> RoomSnapshot {
    RoomSnapshot {
        room: room(),
        position: Seq(345),
        page: page(),
        members: vec![member()],
    }
}

fn user_snapshot() -> UserSnapshot {
    UserSnapshot {
        position: Seq(67),
        rooms: vec![listed()],
    }
}

fn frame(name: &str, frame: &ServerFrame) {
    photograph(&format!("server__{name}"), frame);
}

fn item(name: &str, feed: FeedId, item: Item) {
    let to = item.changed();
    let changes = Changes {
        feed,
        after: Seq(to.0 - 1),
        to,
        items: vec![item],
    };
    photograph(&format!("item__{name}"), &ServerFrame::Changes(changes));
}

fn gap(name: &str, feed: FeedId, reason: GapReason, snapshot: FeedSnapshot) {
    photograph(&format!("gap__{name}"), &ServerFrame::Gap { feed, reason, snapshot });
}

fn reply(name: &str, result: Reply) {
    photograph(
        &format!("reply__{name}"),
        &ServerFrame::Ok {
            id: RequestId(7),
            result,
        },
    );
}

#[test]
fn a_connection_is_welcomed_and_kept_informed() {
    let welcome = Welcome {
        id: RequestId(7),
        protocol: 1,
        epoch: Epoch("9f2c".into()),
        you: ann(),
        rooms: vec![activity()],
    };
    frame("welcome", &ServerFrame::Welcome(welcome));
    frame("revoked", &ServerFrame::Revoked { room: ROOM });
    frame("activity", &ServerFrame::Activity(activity()));
    let heads = vec![FeedHead {
        feed: FeedId::Room(ROOM),
        head: Seq(345),
    }];
    frame("heartbeat", &ServerFrame::Heartbeat { heads, delayed: false });
    frame(
        "heartbeat_when_nothing_moved",
        &ServerFrame::Heartbeat {
            heads: vec![],
            delayed: false,
        },
    );
    frame(
        "heartbeat_while_messages_are_delayed",
        &ServerFrame::Heartbeat {
            heads: vec![],
            delayed: true,
        },
    );
    frame("typing", &ServerFrame::Typing { room: ROOM, user: ANN });
    frame(
        "presence",
        &ServerFrame::Presence {
            users: vec![Presence {
                user: ANN,
                online: true,
            }],
        },
    );
}

#[test]
fn changes_of_a_room() {
    let feed = FeedId::Room(ROOM);
    let quiet = Changes {
        feed,
        after: Seq(345),
        to: Seq(345),
        items: vec![],
    };
    frame("changes", &ServerFrame::Changes(quiet));
    item("message", feed, Item::Message(message()));
    item(
        "message_edited",
        feed,
        Item::Message(Message {
            edited_at: Some(NOON),
            ..message()
        }),
    );
    item(
        "message_deleted",
        feed,
        Item::Message(Message {
            body: String::new(),
            deleted: true,
            ..message()
        }),
    );
    item("member", feed, Item::Member(member()));
    item(
        "member_left",
        feed,
        Item::Member(Member {
            left: true,
            role: Role::Member,
            ..member()
        }),
    );
    item("room", feed, Item::Room(room()));
}

#[test]
fn changes_of_a_person_and_of_the_community() {
    let feed = FeedId::User(ANN);
    item("listed_room", feed, Item::ListedRoom(listed()));
    let empty = ListedRoom {
        last_posted_at: None,
        posts: Number(0),
        read: Number(0),
        left: true,
        ..listed()
    };
    item("listed_room_left", feed, Item::ListedRoom(empty));
    item(
        "read_marker",
        feed,
        Item::ReadMarker(ReadMarker {
            room: ROOM,
            read: Number(1_234),
            changed: Seq(68),
        }),
    );
    item("user", FeedId::Community, Item::User(ann()));
}

#[test]
fn gaps_and_their_reasons() {
    gap(
        "room",
        FeedId::Room(ROOM),
        GapReason::TooFar,
        FeedSnapshot::Room(room_snapshot()),
    );
    gap(
        "user",
        FeedId::User(ANN),
        GapReason::Future,
        FeedSnapshot::User(user_snapshot()),
    );
    gap(
        "community",
        FeedId::Community,
        GapReason::First,
        FeedSnapshot::Community { position: Seq(89) },
    );
}

#[test]
fn replies() {
    reply("done", Reply::Done);
    reply(
        "posted",
        Reply::Posted {
            number: Number(1_234),
            seq: Seq(345),
        },
    );
    reply("changed", Reply::Changed { seq: Seq(346) });
    reply(
        "room",
        Reply::Room {
            room: room(),
            member: true,
        },
    );
    reply(
        "rooms",
        Reply::Rooms {
            rooms: vec![room()],
            more: false,
        },
    );
    reply("page", Reply::Page { page: page() });
    reply(
        "members",
        Reply::Members {
            members: vec![member()],
            users: vec![ann()],
            more: true,
        },
    );
    reply("users", Reply::Users { users: vec![ann()] });
}

#[test]
fn refusals() {
    let rejection = Rejection {
        code: ErrorCode::TooFast,
        message: "too fast".into(),
        retry_after_ms: Some(1_500),
    };
    frame(
        "error",
        &ServerFrame::Error {
            id: Some(RequestId(7)),
            rejection,
        },
    );
    let rejection = Rejection {
        code: ErrorCode::BadFrame,
        message: "not JSON".into(),
        retry_after_ms: None,
    };
    frame("error_without_id", &ServerFrame::Error { id: None, rejection });
}

#[test]
fn answers_of_the_http_api() {
    photograph(
        "http__signed_in",
        &SignedIn {
            token: "mYs3cr3t".into(),
            you: ann(),
        },
    );
    let frames = vec![ServerFrame::Revoked { room: ROOM }];
    photograph("http__polled", &Polled { frames });
    let snapshot = Snapshot {
        epoch: Epoch("9f2c".into()),
        you: ann(),
        user: user_snapshot(),
        community: Seq(89),
        room: Some(room_snapshot()),
    };
    photograph("http__snapshot", &snapshot);
}
