//! One picture of each frame that a client sends.

use std::collections::BTreeMap;

use super::photograph;
use crate::protocol::{
    ClientFrame, ClientMessageId, Command, Epoch, Hello, Number, RequestId, RoomId, Seq, Slug, UserId,
    http::{Poll, SignIn},
};

const ROOM: RoomId = RoomId(12);
const NUMBER: Number = Number(1_234);

fn picture(name: &str, command: Command) {
    photograph(
        &format!("client__{name}"),
        &ClientFrame {
            id: RequestId(7),
            command,
        },
    );
}

fn hello() -> Hello {
    Hello {
        protocol: 1,
        epoch: Some(Epoch("9f2c".into())),
        watch: BTreeMap::from([(ROOM, Some(Seq(345))), (RoomId(20), None)]),
        user: Some(Seq(67)),
        community: Some(Seq(89)),
    }
}

#[test]
fn a_connection_says_where_it_stands() {
    picture("hello", Command::Hello(hello()));
    picture(
        "hello_of_a_newcomer",
        Command::Hello(Hello {
            protocol: 1,
            ..Hello::default()
        }),
    );
    picture(
        "watch",
        Command::Watch {
            room: ROOM,
            position: Some(Seq(345)),
        },
    );
    picture("unwatch", Command::Unwatch { room: ROOM });
    picture(
        "watch_presence",
        Command::WatchPresence {
            users: vec![UserId(3), UserId(4)],
        },
    );
    picture("set_typing", Command::SetTyping { room: ROOM });
}

#[test]
fn messages_are_posted_edited_deleted_and_read() {
    let client_message_id = ClientMessageId("Xk2_9-a".into());
    let body = "喜鹊 says \"hello\"\n🎉".to_owned();
    picture(
        "post_message",
        Command::PostMessage {
            room: ROOM,
            client_message_id,
            body,
            read: Some(Number(7)),
        },
    );
    picture(
        "edit_message",
        Command::EditMessage {
            room: ROOM,
            number: NUMBER,
            body: "hello".into(),
        },
    );
    picture(
        "delete_message",
        Command::DeleteMessage {
            room: ROOM,
            number: NUMBER,
        },
    );
    picture(
        "mark_read",
        Command::MarkRead {
            room: ROOM,
            number: NUMBER,
        },
    );
}

#[test]
fn rooms_are_made_joined_left_and_kept_in_order() {
    picture(
        "create_room",
        Command::CreateRoom {
            name: "Birds".into(),
            topic: "What flies".into(),
        },
    );
    picture("join_room", Command::JoinRoom { room: ROOM });
    picture("leave_room", Command::LeaveRoom { room: ROOM });
    picture(
        "rename_room",
        Command::RenameRoom {
            room: ROOM,
            name: "Birds".into(),
        },
    );
    picture(
        "set_topic",
        Command::SetTopic {
            room: ROOM,
            topic: "What flies".into(),
        },
    );
    picture(
        "remove_member",
        Command::RemoveMember {
            room: ROOM,
            user: UserId(3),
        },
    );
    picture("set_name", Command::SetName { name: "Ann".into() });
}

#[test]
fn the_rest_is_asked_for() {
    picture("list_rooms", Command::ListRooms { after: Some(ROOM) });
    picture(
        "find_room",
        Command::FindRoom {
            slug: Slug("birds".into()),
        },
    );
    picture(
        "get_messages",
        Command::GetMessages {
            room: ROOM,
            before: Some(NUMBER),
            limit: Some(50),
        },
    );
    picture(
        "get_members",
        Command::GetMembers {
            room: ROOM,
            after: Some(UserId(3)),
        },
    );
    picture(
        "get_users",
        Command::GetUsers {
            users: vec![UserId(3), UserId(4)],
        },
    );
}

#[test]
fn bodies_of_the_http_api() {
    photograph("http__sign_in", &SignIn { name: "Ann".into() });
    photograph(
        "http__poll",
        &Poll {
            hello: hello(),
            wait: 25,
        },
    );
}
