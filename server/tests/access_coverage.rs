//! Who may do what, asked of the whole road from command to store: no command without a row in this table.
//!
//! `row` matches on `Command` exhaustively, so that a new command does not compile until somebody has decided.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to stop")]

use std::{collections::BTreeSet, net::IpAddr, sync::Arc};

use app::protocol::{
    ClientMessageId, Command, ErrorCode, FeedId, Hello, Number, Reply, Room, RoomId, Seq, Slug, Timestamp,
};
use server::{
    access::Actor,
    bus::InProcessBus,
    clock::StandingClock,
    command,
    service::{RateLimits, RateOptions, Service},
    store::{
        Store,
        sqlite::{Durability, SqliteOptions, SqliteStore},
    },
};

use app::protocol::ErrorCode::{HelloExpected, MessageNotFound, NotAMember, NotAllowed, RoomNotFound, UserNotFound};

/// What each of them is told; `None` when it is done.
struct Row {
    owner: Option<ErrorCode>,
    member: Option<ErrorCode>,
    stranger: Option<ErrorCode>,
    removed: Option<ErrorCode>,
    /// A member of another room, about a room that does not exist.
    no_such_room: Option<ErrorCode>,
}

const EVERYONE: Row = Row {
    owner: None,
    member: None,
    stranger: None,
    removed: None,
    no_such_room: None,
};
const EVERYONE_IF_IT_EXISTS: Row = Row {
    no_such_room: Some(RoomNotFound),
    ..EVERYONE
};
const MEMBERS: Row = Row {
    stranger: Some(NotAMember),
    removed: Some(NotAMember),
    no_such_room: Some(RoomNotFound),
    ..EVERYONE
};
const OWNERS: Row = Row {
    member: Some(NotAllowed),
    ..MEMBERS
};
const NO_ONE_HERE: Row = {
    let told = Some(HelloExpected);
    Row {
        owner: told,
        member: told,
        stranger: told,
        removed: told,
        no_such_room: told,
    }
};

/// Who wrote which message, and who is whom, in the world that `World::new` makes.
const BY_OWNER: Number = Number(1);
const BY_MEMBER: Number = Number(2);
const BY_REMOVED: Number = Number(3);
const BY_NOBODY: Number = Number(99);

fn row(command: &Command) -> Row {
    match command {
        // A connection's own business, refused outside of one.
        Command::Hello(_) | Command::Watch { .. } | Command::Unwatch { .. } | Command::WatchPresence { .. } => {
            NO_ONE_HERE
        }
        Command::SetTyping { .. } | Command::PostMessage { .. } | Command::MarkRead { .. } => MEMBERS,
        Command::EditMessage { number: BY_OWNER, .. } => Row {
            member: Some(NotAllowed),
            ..MEMBERS
        },
        Command::EditMessage { number: BY_MEMBER, .. } => Row {
            owner: Some(NotAllowed),
            ..MEMBERS
        },
        Command::EditMessage { number: BY_REMOVED, .. } => Row {
            owner: Some(NotAllowed),
            member: Some(NotAllowed),
            ..MEMBERS
        },
        Command::DeleteMessage { number: BY_MEMBER, .. } => MEMBERS,
        Command::DeleteMessage {
            number: BY_OWNER | BY_REMOVED,
            ..
        } => OWNERS,
        Command::EditMessage { .. } | Command::DeleteMessage { .. } => Row {
            owner: Some(MessageNotFound),
            member: Some(MessageNotFound),
            ..MEMBERS
        },
        Command::CreateRoom { .. } | Command::SetName { .. } => EVERYONE,
        // Somebody who was removed may come back: rooms are open to all, and there is no ban yet.
        Command::JoinRoom { .. } => EVERYONE_IF_IT_EXISTS,
        Command::LeaveRoom { .. } => MEMBERS,
        Command::RenameRoom { .. } | Command::SetTopic { .. } => OWNERS,
        Command::RemoveMember { user, .. } if user.0 == 0 => Row {
            owner: Some(UserNotFound),
            ..OWNERS
        },
        Command::RemoveMember { .. } => OWNERS,
        Command::FindRoom { .. } => EVERYONE_IF_IT_EXISTS,
        Command::ListRooms { .. } | Command::GetUsers { .. } => EVERYONE,
        Command::GetMessages { .. } | Command::GetMembers { .. } => MEMBERS,
    }
}

/// At least one of every command, about this room.
fn commands(world: &World, room: RoomId, slug: &Slug) -> Vec<Command> {
    let text = || "changed".to_owned();
    let member = world.member.id();
    let mut commands = vec![
        Command::Hello(Hello::default()),
        Command::Watch { room, position: None },
        Command::Unwatch { room },
        Command::WatchPresence { users: vec![member] },
        Command::SetTyping { room },
        Command::PostMessage {
            room,
            client_message_id: ClientMessageId("new".to_owned()),
            body: text(),
            read: None,
        },
        Command::MarkRead {
            room,
            number: BY_REMOVED,
        },
        Command::CreateRoom {
            name: text(),
            topic: String::new(),
        },
        Command::JoinRoom { room },
        Command::LeaveRoom { room },
        Command::RenameRoom { room, name: text() },
        Command::SetTopic { room, topic: text() },
        Command::RemoveMember { room, user: member },
        Command::RemoveMember {
            room,
            user: app::protocol::UserId(0),
        },
        Command::SetName { name: text() },
        Command::ListRooms { after: None },
        Command::FindRoom { slug: slug.clone() },
        Command::GetMessages {
            room,
            before: None,
            limit: None,
        },
        Command::GetMembers { room, after: None },
        Command::GetUsers { users: vec![member] },
    ];
    for number in [BY_OWNER, BY_MEMBER, BY_REMOVED, BY_NOBODY] {
        commands.push(Command::EditMessage {
            room,
            number,
            body: text(),
        });
        commands.push(Command::DeleteMessage { room, number });
    }
    commands
}

/// A room with an owner, a member, a stranger, and somebody who was removed.
struct World {
    service: Service,
    store: Arc<dyn Store>,
    room: Room,
    owner: Actor,
    member: Actor,
    stranger: Actor,
    removed: Actor,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions {
            durability: Durability::Normal,
        };
        let store = SqliteStore::open(&folder.path().join("magpie.db"), options, Timestamp(1)).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let service = Service::new(
            Arc::clone(&store),
            Arc::new(InProcessBus::default()),
            Arc::new(StandingClock::at(Timestamp(1_000))),
            Arc::new(RateLimits::new(RateOptions::unlimited())),
        );
        let [owner, member, stranger, removed] = [
            person(&service, "owner").await,
            person(&service, "member").await,
            person(&service, "stranger").await,
            person(&service, "removed").await,
        ];
        let made = execute(
            &service,
            &owner,
            Command::CreateRoom {
                name: "Birds".to_owned(),
                topic: String::new(),
            },
        );
        let Reply::Room { room, .. } = made.await.unwrap() else {
            panic!("a room was made")
        };
        for actor in [&member, &removed] {
            execute(&service, actor, Command::JoinRoom { room: room.id })
                .await
                .unwrap();
        }
        for (actor, number) in [(&owner, BY_OWNER), (&member, BY_MEMBER), (&removed, BY_REMOVED)] {
            let client_message_id = ClientMessageId("first".to_owned());
            let post = Command::PostMessage {
                room: room.id,
                client_message_id,
                body: "hello".to_owned(),
                read: None,
            };
            let posted = execute(&service, actor, post).await.unwrap();
            assert!(matches!(posted, Reply::Posted { number: stored, .. } if stored == number));
        }
        let remove = Command::RemoveMember {
            room: room.id,
            user: removed.id(),
        };
        execute(&service, &owner, remove).await.unwrap();
        Self {
            service,
            store,
            room,
            owner,
            member,
            stranger,
            removed,
            _folder: folder,
        }
    }

    async fn head(&self) -> Option<Seq> {
        self.store.head(FeedId::Room(self.room.id)).await.unwrap()
    }
}

async fn person(service: &Service, name: &str) -> Actor {
    let signed_up = service.sign_up(name, IpAddr::from([127, 0, 0, 1])).await.unwrap();
    service
        .actor(&signed_up.token)
        .await
        .unwrap()
        .expect("the session has just begun")
}

async fn execute(service: &Service, actor: &Actor, command: Command) -> Result<Reply, ErrorCode> {
    command::execute(service, actor, command)
        .await
        .map_err(|rejection| rejection.code)
}

/// Runs every command as this person, each in a world of its own, and compares with the table.
async fn compare(who: fn(&World) -> &Actor, expected: fn(Row) -> Option<ErrorCode>, exists: bool) {
    let count = {
        let world = World::new().await;
        commands(&world, world.room.id, &world.room.slug).len()
    };
    for index in 0..count {
        let world = World::new().await;
        let (room, slug) = if exists {
            (world.room.id, world.room.slug.clone())
        } else {
            (RoomId(4_000_000), Slug("nowhere".to_owned()))
        };
        let command = commands(&world, room, &slug).swap_remove(index);
        let (before, wanted) = (world.head().await, expected(row(&command)));
        let told = execute(&world.service, who(&world), command.clone()).await.err();
        assert_eq!(told, wanted, "{command:?}");
        if told.is_some() {
            assert_eq!(
                world.head().await,
                before,
                "refused, but something changed: {command:?}"
            );
        }
        world.store.close().await;
    }
}

#[tokio::test]
async fn every_command_is_tried() {
    let world = World::new().await;
    let tried: BTreeSet<_> = commands(&world, world.room.id, &world.room.slug)
        .iter()
        .map(|command| {
            serde_json::to_value(command).unwrap()["type"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(tried, command::NAMES.map(str::to_owned).into());
}

#[tokio::test]
async fn the_owner_may() {
    compare(|world| &world.owner, |row| row.owner, true).await;
}

#[tokio::test]
async fn a_member_may() {
    compare(|world| &world.member, |row| row.member, true).await;
}

#[tokio::test]
async fn somebody_who_never_joined_may() {
    compare(|world| &world.stranger, |row| row.stranger, true).await;
}

#[tokio::test]
async fn somebody_who_was_removed_may() {
    compare(|world| &world.removed, |row| row.removed, true).await;
}

#[tokio::test]
async fn where_there_is_no_room_nobody_may() {
    compare(|world| &world.member, |row| row.no_such_room, false).await;
}
