//! The invented talk: a snapshot, and what then happens.

use crate::{
    protocol::{
        Activity, ClientMessageId, Epoch, ErrorCode, ListedRoom, Member, Message, Number, Page, Rejection, RequestId,
        Role, Room, RoomId, RoomSnapshot, Seq, ServerFrame, Slug, Snapshot, Timestamp, User, UserId, UserSnapshot,
        Welcome, server_frame::Presence,
    },
    state::{Action, Effect, Input, Moment, State, Update},
};

/// When the story ends: a Sunday evening.
const NOW: i64 = 1_795_372_260_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const GENERAL: RoomId = RoomId(1);
const ME: UserId = UserId(1);

const PEOPLE: [&str; 7] = [
    "Ann Whitaker",
    "李小雨",
    "Tomás Rivera",
    "Noor Haddad",
    "Beatrix",
    "佐藤 健",
    "ليلى منصور",
];

const ROOMS: [(&str, &str, u64, u64, i64); 6] = [
    ("general", "General", 18, 13, 0),
    ("travel", "Travel plans", 42, 39, 11),
    ("kitchen", "Kitchen", 9, 9, 95),
    ("读书会", "读书会", 120, 119, 60 * 26),
    ("film", "Film nights", 7, 7, 60 * 24 * 3),
    (
        "allotment",
        "The allotment, and who waters it in August",
        3,
        3,
        60 * 24 * 40,
    ),
];

/// Author, minutes before the end, text.
const TALK: [(u64, i64, &str); 18] = [
    (
        2,
        60 * 27,
        "Has anyone got the long ladder? I would like to look at the gutter before the rain.",
    ),
    (3, 60 * 27 - 2, "It is in the shed, behind the bicycles."),
    (3, 60 * 27 - 3, "You may have to move the blue one."),
    (2, 60 * 26, "Found it. Thank you!"),
    (
        4,
        60 * 5,
        "The minutes of Thursday are up: https://example.org/minutes/2026-11 (two pages, I promise)",
    ),
    (4, 60 * 5 - 1, "Please read the part about the roof."),
    (1, 60 * 5 - 9, "Read. Agreed, with one question about the date."),
    (
        5,
        60 * 4,
        "Same here.\n\nTwo things from me:\n  1. The invoice is from the *old* company.\n  2. Who has the key?",
    ),
    (6, 60 * 4 - 4, "鍵は私が持っています。"),
    (
        2,
        60 * 3,
        "周日的聚餐大家都能来吗？我订了二十个座位，靠窗的那一边，看得到河。",
    ),
    (1, 60 * 3 - 6, "能来！我带甜点。"),
    (7, 60 * 2, "أنا قادمة أيضًا، وسأحضر الشاي."),
    (
        3,
        44,
        "<img src=x onerror=alert(1)> is how my niece signs her messages now.",
    ),
    (4, 26, "This one was written in haste."),
    (4, 25, "Sorry, wrong room."),
    (
        2,
        12,
        "The magpies are back on the roof 🐦‍⬛ two of them, very pleased with themselves.",
    ),
    (2, 11, "Photos tonight."),
    (5, 4, "See everyone at seven?"),
];

/// A state in which most things can be seen.
pub(super) fn state() -> State {
    let mut state = State::new(Some(snapshot()));
    let moment = Moment {
        now: Timestamp(NOW),
        random: 0.5,
    };
    let mut then = |input| state.update(moment, input);
    then(Input::Started);
    if let Some(id) = sent(&then(Input::Opened)) {
        let epoch = Epoch("demo".to_owned());
        then(Input::Frame(ServerFrame::Welcome(Welcome {
            id,
            protocol: 1,
            epoch,
            you: person(1),
            rooms: Vec::new(),
        })));
    }
    let post = |name: &str, body: &str| {
        let client_message_id = ClientMessageId(name.to_owned());
        Input::Action(Action::Post {
            room: GENERAL,
            client_message_id,
            body: body.to_owned(),
        })
    };
    if let Some(id) = sent(&then(post("refused", "This one the server would not take."))) {
        let rejection = Rejection {
            code: ErrorCode::NotAllowed,
            message: String::new(),
            retry_after_ms: None,
        };
        then(Input::Frame(ServerFrame::Error {
            id: Some(id),
            rejection,
        }));
    }
    then(post("pending", "I shall bring the lanterns."));
    then(Input::Frame(ServerFrame::Typing {
        room: GENERAL,
        user: UserId(3),
    }));
    let users = [1, 2, 3, 6]
        .map(|id| Presence {
            user: UserId(id),
            online: true,
        })
        .to_vec();
    then(Input::Frame(ServerFrame::Presence { users }));
    then(Input::Frame(ServerFrame::Activity(Activity {
        room: RoomId(2),
        head: Seq(99),
        posts: Number(42),
        last_posted_at: Some(Timestamp(NOW - 11 * MINUTE)),
    })));
    state
}

/// The command that went out last.
fn sent(update: &Update) -> Option<RequestId> {
    update.effects.iter().rev().find_map(|effect| match effect {
        Effect::Send(frame) => Some(frame.id),
        _ => None,
    })
}

fn snapshot() -> Snapshot {
    let rooms = ROOMS
        .iter()
        .zip(1..)
        .map(|((slug, name, posts, read, minutes), id)| ListedRoom {
            room: room(id, slug, name),
            role: if id == 1 { Role::Owner } else { Role::Member },
            head: Seq(*posts),
            posts: Number(*posts),
            last_posted_at: Some(Timestamp(NOW - minutes * MINUTE)),
            read: Number(*read),
            left: false,
            changed: Seq(1),
        });
    Snapshot {
        epoch: Epoch("demo".to_owned()),
        you: person(1),
        user: UserSnapshot {
            position: Seq(1),
            rooms: rooms.collect(),
        },
        community: Seq(1),
        room: Some(RoomSnapshot {
            room: room(1, "general", "General"),
            position: Seq(40),
            page: Page {
                posts: Number(18),
                messages: messages(),
                users: (1..=7).map(person).collect(),
            },
            members: (1..=7).map(member).collect(),
        }),
    }
}

fn messages() -> Vec<Message> {
    let message = |((author, minutes, body), number): (&(u64, i64, &str), u64)| Message {
        number: Number(number),
        changed: Seq(number),
        author: UserId(*author),
        client_message_id: ClientMessageId(format!("demo-{number}")),
        body: if number == 14 {
            String::new()
        } else {
            (*body).to_owned()
        },
        posted_at: Timestamp(NOW - minutes * MINUTE),
        edited_at: (number == 6).then_some(Timestamp(NOW)),
        deleted: number == 14,
    };
    TALK.iter().zip(1..).map(message).collect()
}

fn room(id: u64, slug: &str, name: &str) -> Room {
    let topic = if id == 1 {
        "Whatever concerns all of us at number 12"
    } else {
        ""
    };
    Room {
        id: RoomId(id),
        slug: Slug(slug.to_owned()),
        name: name.to_owned(),
        topic: topic.to_owned(),
        members: 7,
        created_at: Timestamp(NOW - 90 * DAY),
        changed: Seq(1),
        large: false,
    }
}

fn person(id: u64) -> User {
    let name = usize::try_from(id - 1)
        .ok()
        .and_then(|index| PEOPLE.get(index))
        .copied()
        .unwrap_or_default();
    User {
        id: UserId(id),
        name: name.to_owned(),
        changed: Seq(1),
    }
}

fn member(id: u64) -> Member {
    let role = if UserId(id) == ME { Role::Owner } else { Role::Member };
    Member {
        user: UserId(id),
        role,
        joined_at: Timestamp(NOW - 60 * DAY),
        left: false,
        changed: Seq(1),
    }
}
