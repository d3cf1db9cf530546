//! A client to tell stories with: what happens to it, what it asks for, what its user sees.

use std::collections::BTreeMap;

use crate::{
    protocol::{
        Activity, Changes, ClientFrame, ClientMessageId, Command, Epoch, ErrorCode, FeedId, Hello, Item, ListedRoom,
        Member, Message, Number, Page, Rejection, Reply, RequestId, Role, Room, RoomId, RoomSnapshot, Seq, ServerFrame,
        Slug, Snapshot, Timestamp, User, UserId, UserSnapshot, Welcome,
    },
    state::{Action, Delivery, Effect, Input, Moment, Phase, Row, State, Transport},
};

pub(super) const ME: UserId = UserId(1);
pub(super) const BOB: UserId = UserId(2);
pub(super) const GENERAL: RoomId = RoomId(1);
pub(super) const OTHER: RoomId = RoomId(2);

/// One client, its clock, and what it has asked the driver to do.
pub(super) struct Scenario {
    pub(super) state: State,
    now: i64,
    pub(super) effects: Vec<Effect>,
    /// Commands sent and not yet answered, by id.
    pub(super) sent: BTreeMap<RequestId, Command>,
}

impl Scenario {
    /// A page that came with `#general` and so many messages of Bob's, all read; not connected yet.
    pub(super) fn page_with(messages: u64) -> Self {
        Self::from_state(State::new(Some(snapshot(messages))))
    }

    pub(super) fn from_state(state: State) -> Self {
        Self {
            state,
            now: 1_000_000,
            effects: Vec::new(),
            sent: BTreeMap::new(),
        }
    }

    /// The same, live over a socket.
    pub(super) fn live_room_with(messages: u64) -> Self {
        let mut scenario = Self::page_with(messages);
        scenario.happens(Input::Started);
        scenario.connects();
        scenario
    }

    pub(super) fn happens(&mut self, input: Input) -> &mut Self {
        let moment = Moment {
            now: Timestamp(self.now),
            random: 0.5,
        };
        let update = self.state.update(moment, input);
        for effect in &update.effects {
            if let Effect::Send(ClientFrame { id, command }) = effect {
                self.sent.insert(*id, command.clone());
            }
        }
        self.effects.extend(update.effects);
        self
    }

    /// The socket opens, is welcomed, and every feed of `hello` is at its head.
    pub(super) fn connects(&mut self) -> &mut Self {
        self.happens(Input::Opened);
        let (id, hello) = self.takes_hello();
        self.hears(welcome(id));
        for (room, position) in hello.watch {
            let position = position.unwrap_or_default();
            self.hears(changes(FeedId::Room(room), position.0, position.0, vec![]));
        }
        let (user, community) = (hello.user.unwrap_or_default().0, hello.community.unwrap_or_default().0);
        self.hears(changes(FeedId::User(ME), user, user, vec![]));
        self.hears(changes(FeedId::Community, community, community, vec![]))
    }

    pub(super) fn hears(&mut self, frame: ServerFrame) -> &mut Self {
        self.happens(Input::Frame(frame))
    }

    pub(super) fn does(&mut self, action: Action) -> &mut Self {
        self.happens(Input::Action(action))
    }

    pub(super) fn says(&mut self, id: &str, body: &str) -> &mut Self {
        self.does(Action::Post {
            room: GENERAL,
            client_message_id: name(id),
            body: body.to_owned(),
        })
    }

    /// The line is cut, and reconnecting begins at once.
    pub(super) fn is_cut(&mut self) -> &mut Self {
        self.happens(Input::Closed {
            transport: Transport::Socket,
            code: 1006,
        })
    }

    /// A browser tells it no differently.
    pub(super) fn cannot_open_a_socket(&mut self) -> &mut Self {
        self.is_cut()
    }

    /// So many seconds pass, each with its tick.
    pub(super) fn waits(&mut self, seconds: u32) -> &mut Self {
        for _ in 0..seconds {
            self.now += 1000;
            self.happens(Input::Tick);
        }
        self
    }

    /// So many seconds pass without a tick: the machine sleeps.
    pub(super) fn sleeps(&mut self, seconds: i64) -> &mut Self {
        self.now += 1000 * seconds;
        self
    }

    /// The newest command that was sent and not answered, and its id, if it is of this kind.
    pub(super) fn takes(&mut self, is_wanted: impl Fn(&Command) -> bool) -> Option<(RequestId, Command)> {
        let id = *self.sent.iter().find(|(_, command)| is_wanted(command))?.0;
        self.sent.remove(&id).map(|command| (id, command))
    }

    pub(super) fn takes_post(&mut self, wanted: &str) -> RequestId {
        let wanted = name(wanted);
        self.takes(
            |command| matches!(command, Command::PostMessage { client_message_id, .. } if *client_message_id == wanted),
        )
        .unwrap_or_else(|| panic!("{wanted} was not sent; sent: {:?}", self.sent))
        .0
    }

    pub(super) fn has_sent(&self, is_wanted: impl Fn(&Command) -> bool) -> bool {
        self.sent.values().any(is_wanted)
    }

    pub(super) fn takes_hello(&mut self) -> (RequestId, Hello) {
        match self.takes(|command| matches!(command, Command::Hello(_))) {
            Some((id, Command::Hello(hello))) => (id, hello),
            _ => panic!("no hello was sent"),
        }
    }

    /// What was wished for since the last look.
    pub(super) fn wishes(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub(super) fn phase(&self) -> Phase {
        self.state.connection().phase()
    }

    /// The texts of the room on screen; pending ones in brackets, failed ones with a mark.
    pub(super) fn reads(&self) -> Vec<String> {
        let timeline = self.state.timeline(GENERAL).expect("the room is open");
        timeline
            .rows()
            .iter()
            .map(|row| match row {
                Row::Confirmed(message) => message.body.clone(),
                Row::Pending { pending, .. } => match pending.delivery {
                    Delivery::Queued => format!("[{}]", pending.body),
                    Delivery::Sent => format!("({})", pending.body),
                    Delivery::Failed(_) => format!("!{}", pending.body),
                },
            })
            .collect()
    }
}

pub(super) fn name(id: &str) -> ClientMessageId {
    ClientMessageId(id.to_owned())
}

pub(super) fn user(id: UserId, changed: u64) -> User {
    User {
        id,
        name: format!("user {id}, version {changed}"),
        changed: Seq(changed),
    }
}

pub(super) fn room(id: RoomId) -> Room {
    let slug = if id == GENERAL {
        "general".to_owned()
    } else {
        format!("room-{id}")
    };
    Room {
        id,
        name: slug.clone(),
        slug: Slug(slug),
        topic: String::new(),
        members: 2,
        created_at: Timestamp(0),
        changed: Seq(1),
        large: false,
    }
}

/// Message `number` of a room where nothing but posting happened after the two members joined, by Bob.
pub(super) fn message(number: u64) -> Message {
    written(BOB, number, &format!("bob-{number}"), &format!("message {number}"))
}

pub(super) fn written(author: UserId, number: u64, id: &str, body: &str) -> Message {
    Message {
        number: Number(number),
        changed: Seq(number + 2),
        author,
        client_message_id: name(id),
        body: body.to_owned(),
        posted_at: Timestamp(number.cast_signed()),
        edited_at: None,
        deleted: false,
    }
}

pub(super) fn member(user: UserId, changed: u64) -> Member {
    Member {
        user,
        role: Role::Member,
        joined_at: Timestamp(0),
        left: false,
        changed: Seq(changed),
    }
}

pub(super) fn listed(id: RoomId, posts: u64, read: u64, changed: u64) -> ListedRoom {
    ListedRoom {
        room: room(id),
        role: Role::Member,
        head: Seq(posts + 2),
        posts: Number(posts),
        last_posted_at: (posts > 0).then_some(Timestamp(posts.cast_signed())),
        read: Number(read),
        left: false,
        changed: Seq(changed),
    }
}

/// A room whose newest page starts at `first`.
pub(super) fn room_snapshot(id: RoomId, first: u64, posts: u64) -> RoomSnapshot {
    RoomSnapshot {
        room: room(id),
        position: Seq(posts + 2),
        page: Page {
            posts: Number(posts),
            messages: (first..=posts).map(message).collect(),
            users: vec![user(ME, 1), user(BOB, 2)],
        },
        members: vec![member(ME, 1), member(BOB, 2)],
    }
}

pub(super) fn snapshot(posts: u64) -> Snapshot {
    Snapshot {
        epoch: Epoch("first".to_owned()),
        you: user(ME, 1),
        user: UserSnapshot {
            position: Seq(10),
            rooms: vec![listed(GENERAL, posts, posts, 1)],
        },
        community: Seq(5),
        room: Some(room_snapshot(GENERAL, 1, posts)),
    }
}

pub(super) fn welcome(id: RequestId) -> ServerFrame {
    welcome_to("first", id, vec![])
}

pub(super) fn welcome_to(epoch: &str, id: RequestId, rooms: Vec<Activity>) -> ServerFrame {
    ServerFrame::Welcome(Welcome {
        id,
        protocol: 1,
        epoch: Epoch(epoch.to_owned()),
        you: user(ME, 1),
        rooms,
    })
}

pub(super) fn changes(feed: FeedId, after: u64, to: u64, items: Vec<Item>) -> ServerFrame {
    ServerFrame::Changes(Changes {
        feed,
        after: Seq(after),
        to: Seq(to),
        items,
    })
}

/// The live frame of one message in `#general`.
pub(super) fn live(message: Message) -> ServerFrame {
    let to = message.changed.0;
    changes(FeedId::Room(GENERAL), to - 1, to, vec![Item::Message(message)])
}

pub(super) fn activity(room: RoomId, posts: u64) -> Activity {
    Activity {
        room,
        head: Seq(posts + 2),
        posts: Number(posts),
        last_posted_at: Some(Timestamp(posts.cast_signed())),
    }
}

pub(super) fn posted(id: RequestId, number: u64) -> ServerFrame {
    ServerFrame::Ok {
        id,
        result: Reply::Posted {
            number: Number(number),
            seq: Seq(number + 2),
        },
    }
}

pub(super) fn refused(id: RequestId, code: ErrorCode, retry_after_ms: Option<u64>) -> ServerFrame {
    ServerFrame::Error {
        id: Some(id),
        rejection: Rejection {
            code,
            message: String::new(),
            retry_after_ms,
        },
    }
}

/// A change of one's own list.
pub(super) fn listing(row: ListedRoom) -> ServerFrame {
    let to = row.changed.0;
    changes(FeedId::User(ME), 10, to, vec![Item::ListedRoom(row)])
}

pub(super) fn slug(text: &str) -> Slug {
    Slug(text.to_owned())
}
