use super::*;
use crate::protocol::{
    ClientMessageId, Epoch, ListedRoom, Message, Page, Room, RoomSnapshot, Seq, Slug, Snapshot, User, UserSnapshot,
};

const ROOM: RoomId = RoomId(1);
const ANN: UserId = UserId(1);
const BOB: UserId = UserId(2);
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn message(number: u64, author: UserId, at: i64) -> Message {
    Message {
        number: Number(number),
        changed: Seq(number),
        author,
        client_message_id: ClientMessageId(format!("m{number}")),
        body: format!("text {number}"),
        posted_at: Timestamp(at),
        edited_at: None,
        deleted: false,
    }
}

/// Ann's view of a room with these messages, of which she has read so many.
fn ann_sees(messages: Vec<Message>, read: u64) -> State {
    let posts = messages.last().map_or(Number(0), |message| message.number);
    let room = Room {
        id: ROOM,
        slug: Slug("general".to_owned()),
        name: "General".to_owned(),
        topic: String::new(),
        members: 2,
        created_at: Timestamp(0),
        changed: Seq(1),
        large: false,
    };
    let listed = ListedRoom {
        room: room.clone(),
        role: Role::Member,
        head: Seq(posts.0),
        posts,
        last_posted_at: None,
        read: Number(read),
        left: false,
        changed: Seq(1),
    };
    State::new(Some(Snapshot {
        epoch: Epoch("test".to_owned()),
        you: User {
            id: ANN,
            name: "Ann".to_owned(),
            changed: Seq(1),
        },
        user: UserSnapshot {
            position: Seq(1),
            rooms: vec![listed],
        },
        community: Seq(1),
        room: Some(RoomSnapshot {
            room,
            position: Seq(posts.0),
            page: Page {
                posts,
                messages,
                users: Vec::new(),
            },
            members: Vec::new(),
        }),
    }))
}

fn drawn(state: &State, window: Window) -> Drawn {
    draw(state, ROOM, window, |at| at.0.div_euclid(DAY))
}

fn heads(drawn: &Drawn) -> Vec<bool> {
    drawn.rows.iter().map(|row| row.is_head).collect()
}

#[test]
fn what_one_author_says_within_five_minutes_stands_under_one_name() {
    let state = ann_sees(
        vec![
            message(1, ANN, 0),
            message(2, ANN, 4 * MINUTE),
            message(3, BOB, 5 * MINUTE),
            message(4, BOB, 11 * MINUTE),
        ],
        4,
    );
    assert_eq!(heads(&drawn(&state, Window::Newest)), [true, false, true, true]);
}

#[test]
fn each_day_opens_with_its_first_message() {
    let state = ann_sees(vec![message(1, ANN, DAY - MINUTE), message(2, ANN, DAY + MINUTE)], 2);
    let rows = drawn(&state, Window::Newest).rows;
    assert!(rows.iter().all(|row| row.opens_day && row.is_head));
}

#[test]
fn the_first_row_that_is_drawn_has_its_day_and_name_whatever_is_at_hand_above_it() {
    let state = ann_sees((1..=4).map(|number| message(number, BOB, 0)).collect(), 4);
    let rows = drawn(&state, Window::From(Number(3))).rows;
    assert_eq!(
        rows.iter().map(|row| (row.opens_day, row.is_head)).collect::<Vec<_>>(),
        [(true, true), (false, false)]
    );
}

#[test]
fn the_new_messages_line_stands_above_the_first_unread_one() {
    let state = ann_sees((1..=4).map(|number| message(number, BOB, 0)).collect(), 2);
    let rows = drawn(&state, Window::Newest).rows;
    let first_new: Vec<_> = rows
        .iter()
        .filter(|row| row.is_first_new)
        .filter_map(|row| row.number)
        .collect();
    assert_eq!(first_new, [Number(3)]);
}

#[test]
fn only_ones_own_messages_can_be_edited() {
    let state = ann_sees(vec![message(1, ANN, 0), message(2, BOB, 0)], 2);
    let rights: Vec<_> = drawn(&state, Window::Newest)
        .rows
        .iter()
        .map(|row| (row.may_edit, row.may_delete))
        .collect();
    assert_eq!(rights, [(true, true), (false, false)]);
}

#[test]
fn a_long_timeline_is_drawn_in_part_and_says_what_lies_beyond() {
    let state = ann_sees((1..=500).map(|number| message(number, BOB, 0)).collect(), 500);

    let newest = drawn(&state, Window::Newest);
    assert_eq!(newest.rows.len(), NEWEST_ROWS);
    assert_eq!(newest.edges.first, Some(Number(381)));
    assert!(newest.edges.more_above && !newest.edges.more_below);

    let earlier = drawn(&state, Window::earlier(Number(150)));
    assert_eq!(earlier.edges.first, Some(Number(50)));
    assert_eq!(earlier.rows.len(), MOST_ROWS);
    assert!(earlier.edges.more_above && earlier.edges.more_below && !earlier.edges.at_beginning);

    let first = drawn(&state, Window::earlier(Number(50)));
    assert_eq!(first.edges.first, Some(Number(1)));
    assert!(first.edges.at_beginning);
}

#[test]
fn moving_the_window_up_and_down_again_shows_the_end() {
    let state = ann_sees((1..=500).map(|number| message(number, BOB, 0)).collect(), 500);
    let mut window = Window::From(Number(1));
    for _ in 0..10 {
        let drawn = drawn(&state, window);
        let Some(first) = drawn.edges.first.filter(|_| drawn.edges.more_below) else {
            break;
        };
        window = Window::later(first);
    }
    assert_eq!(
        drawn(&state, window).rows.last().and_then(|row| row.number),
        Some(Number(500))
    );
}
