//! One room's content: ranges, history, holes, the line above what is new.

use super::scenario::*;
use crate::{
    protocol::{
        Command, ErrorCode, FeedId, FeedSnapshot, GapReason, Item, Message, Number, Page, Reply, RequestId, Seq,
        ServerFrame, Timestamp, UserId,
    },
    state::{Action, Input, Missed, State},
};

fn edited(number: u64, changed: u64) -> Message {
    Message {
        changed: Seq(changed),
        body: format!("edited at {changed}"),
        edited_at: Some(Timestamp(changed.cast_signed())),
        ..message(number)
    }
}

/// Ann in a room of 200 messages, of which she holds the newest 50.
fn ann_in_a_long_room() -> Scenario {
    let mut ann = Scenario::live_room_with(0);
    let snapshot = FeedSnapshot::Room(room_snapshot(GENERAL, 151, 200));
    ann.hears(ServerFrame::Gap {
        feed: FeedId::Room(GENERAL),
        reason: GapReason::TooFar,
        snapshot,
    });
    ann
}

fn asks_for_older(ann: &mut Scenario) -> (RequestId, Command) {
    ann.does(Action::LoadOlder(GENERAL));
    ann.takes(|command| matches!(command, Command::GetMessages { .. }))
        .expect("older messages are asked for")
}

fn page(id: RequestId, messages: Vec<Message>) -> ServerFrame {
    ServerFrame::Ok {
        id,
        result: Reply::Page {
            page: Page {
                posts: Number(200),
                messages,
                users: vec![],
            },
        },
    }
}

fn body(ann: &Scenario, number: u64) -> String {
    ann.state
        .timeline(GENERAL)
        .unwrap()
        .message(Number(number))
        .map(|held| held.body.clone())
        .unwrap_or_default()
}

#[test]
fn the_same_changes_twice_are_the_same_as_once() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(live(message(4))).hears(live(message(4)));
    assert_eq!(ann.reads().len(), 4);
}

#[test]
fn changes_that_overlap_what_is_held_apply_and_the_newer_row_wins() {
    let mut ann = Scenario::live_room_with(3);
    let overlap = vec![
        Item::Message(message(3)),
        Item::Message(edited(2, 6)),
        Item::Message(message(4)),
    ];
    ann.hears(changes(FeedId::Room(GENERAL), 2, 7, overlap));
    ann.hears(changes(FeedId::Room(GENERAL), 5, 8, vec![Item::Message(edited(2, 4))]));
    assert_eq!(body(&ann, 2), "edited at 6");
}

#[test]
fn catching_up_in_several_frames_may_leave_a_hole_that_a_later_frame_fills() {
    let mut ann = Scenario::live_room_with(3);
    // Message 4 was edited after 5 was posted, so as it now stands it comes behind it.
    ann.hears(changes(FeedId::Room(GENERAL), 5, 7, vec![Item::Message(message(5))]));
    assert_eq!(ann.reads(), ["message 1", "message 2", "message 3", "message 5"]);
    ann.hears(changes(FeedId::Room(GENERAL), 7, 8, vec![Item::Message(edited(4, 8))]));
    assert_eq!(ann.reads()[3..], ["edited at 8", "message 5"]);
}

#[test]
fn a_hole_that_nothing_will_fill_makes_the_room_start_over() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(changes(FeedId::Room(GENERAL), 5, 7, vec![Item::Message(message(5))]));
    ann.hears(ServerFrame::Heartbeat {
        heads: vec![],
        delayed: false,
    });
    assert!(ann.has_sent(|command| matches!(command, Command::Watch { position: None, .. })));
}

#[test]
fn a_change_behind_the_range_counts_but_is_not_shown() {
    let mut ann = ann_in_a_long_room();
    ann.hears(changes(
        FeedId::Room(GENERAL),
        202,
        203,
        vec![Item::Message(edited(7, 203))],
    ));
    assert_eq!(ann.state.timeline(GENERAL).unwrap().rows().len(), 50);
    assert_eq!(ann.state.room(GENERAL).unwrap().posts, Number(200));
}

#[test]
fn older_messages_are_put_before_the_range_once() {
    let mut ann = ann_in_a_long_room();
    let (id, command) = asks_for_older(&mut ann);
    assert_eq!(
        command,
        Command::GetMessages {
            room: GENERAL,
            before: Some(Number(151)),
            limit: Some(50)
        }
    );
    ann.does(Action::LoadOlder(GENERAL));
    assert!(ann.sent.is_empty(), "one page at a time");
    assert!(ann.state.timeline(GENERAL).unwrap().is_loading_older());

    ann.hears(page(id, (101..=150).map(message).collect()));
    let timeline = ann.state.timeline(GENERAL).unwrap();
    assert_eq!(
        (
            timeline.rows().len(),
            timeline.is_loading_older(),
            timeline.at_beginning()
        ),
        (100, false, false)
    );
    ann.hears(page(id, (51..=100).map(message).collect()));
    assert_eq!(
        ann.state.timeline(GENERAL).unwrap().rows().len(),
        100,
        "that was not asked for"
    );
}

#[test]
fn the_beginning_is_the_beginning() {
    let mut ann = ann_in_a_long_room();
    let (id, _) = asks_for_older(&mut ann);
    ann.hears(page(id, (1..=150).map(message).collect()));
    assert!(ann.state.timeline(GENERAL).unwrap().at_beginning());
    ann.does(Action::LoadOlder(GENERAL));
    assert!(ann.sent.is_empty());
    assert!(
        Scenario::live_room_with(0)
            .state
            .timeline(GENERAL)
            .unwrap()
            .at_beginning(),
        "of an empty room too"
    );
}

#[test]
fn an_edit_that_overtakes_the_page_of_history_is_not_lost() {
    let mut ann = ann_in_a_long_room();
    let (id, _) = asks_for_older(&mut ann);
    ann.hears(changes(
        FeedId::Room(GENERAL),
        202,
        203,
        vec![Item::Message(edited(140, 203))],
    ));
    ann.hears(page(id, (101..=150).map(message).collect()));
    assert_eq!(body(&ann, 140), "edited at 203");
}

#[test]
fn a_page_that_does_not_join_the_range_any_more_is_dropped() {
    let mut ann = ann_in_a_long_room();
    let (id, _) = asks_for_older(&mut ann);
    let snapshot = FeedSnapshot::Room(room_snapshot(GENERAL, 251, 300));
    ann.hears(ServerFrame::Gap {
        feed: FeedId::Room(GENERAL),
        reason: GapReason::TooFar,
        snapshot,
    });
    ann.hears(page(id, (101..=150).map(message).collect()));
    let timeline = ann.state.timeline(GENERAL).unwrap();
    assert_eq!(timeline.rows().len(), 50);
    assert_eq!(timeline.messages().next().unwrap().number, Number(251));
}

#[test]
fn a_failed_request_for_history_can_be_repeated() {
    let mut ann = ann_in_a_long_room();
    let (id, _) = asks_for_older(&mut ann);
    ann.hears(refused(id, ErrorCode::TooFast, None));
    asks_for_older(&mut ann);
    ann.is_cut().connects();
    asks_for_older(&mut ann);
}

#[test]
fn a_gap_that_newer_changes_have_overtaken_is_ignored() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(live(message(4)));
    let stale = FeedSnapshot::Room(room_snapshot(GENERAL, 1, 2));
    ann.hears(ServerFrame::Gap {
        feed: FeedId::Room(GENERAL),
        reason: GapReason::First,
        snapshot: stale.clone(),
    });
    assert_eq!(ann.reads().len(), 4);
    ann.hears(ServerFrame::Gap {
        feed: FeedId::Room(GENERAL),
        reason: GapReason::Future,
        snapshot: stale,
    });
    assert_eq!(ann.reads().len(), 2, "but not when our position is what is wrong");
}

#[test]
fn the_new_messages_line_stands_where_reading_stopped_until_the_room_is_left() {
    let mut state = snapshot(5);
    state.user.rooms = vec![listed(GENERAL, 5, 3, 1), listed(OTHER, 0, 0, 2)];
    let mut ann = Scenario::from_state(crate::state::State::new(Some(state)));
    ann.happens(crate::state::Input::Started).connects();
    let first_new = |ann: &Scenario| ann.state.timeline(GENERAL).unwrap().first_new();
    assert_eq!(first_new(&ann), Some(Number(4)));
    ann.does(Action::Read(GENERAL, Number(5)));
    assert_eq!(first_new(&ann), Some(Number(4)));
    ann.does(Action::OpenRoom(OTHER)).does(Action::OpenRoom(GENERAL));
    assert_eq!(first_new(&ann), None);
}

#[test]
fn a_deleted_message_stays_as_a_tombstone() {
    let mut ann = Scenario::live_room_with(3);
    let tombstone = Message {
        deleted: true,
        body: String::new(),
        ..edited(2, 6)
    };
    ann.hears(changes(FeedId::Room(GENERAL), 5, 6, vec![Item::Message(tombstone)]));
    assert!(ann.state.timeline(GENERAL).unwrap().message(Number(2)).unwrap().deleted);
}

#[test]
fn unknown_authors_are_asked_for_together_and_once() {
    let mut ann = Scenario::live_room_with(0);
    let strangers = [(1, 7), (2, 8), (3, 7)].map(|(number, author)| {
        Item::Message(Message {
            author: UserId(author),
            ..message(number)
        })
    });
    ann.hears(changes(FeedId::Room(GENERAL), 2, 5, strangers.to_vec()));
    let (id, command) = ann
        .takes(|command| matches!(command, Command::GetUsers { .. }))
        .unwrap();
    assert_eq!(
        command,
        Command::GetUsers {
            users: vec![UserId(7), UserId(8)]
        }
    );
    ann.hears(ServerFrame::Ok {
        id,
        result: Reply::Users {
            users: vec![user(UserId(7), 1)],
        },
    });
    assert!(ann.state.user(UserId(7)).is_some());
    ann.waits(3);
    assert!(
        !ann.has_sent(|command| matches!(command, Command::GetUsers { .. })),
        "the other does not exist"
    );
}

#[test]
fn who_writes_is_shown_for_a_while_or_until_the_message_comes() {
    let mut ann = Scenario::live_room_with(0);
    let typing = |user| ServerFrame::Typing { room: GENERAL, user };
    ann.hears(typing(BOB)).hears(typing(ME));
    assert_eq!(ann.state.typing(GENERAL), [BOB]);
    ann.hears(live(message(1)));
    assert!(ann.state.typing(GENERAL).is_empty());
    ann.hears(typing(BOB)).waits(5);
    assert_eq!(ann.state.typing(GENERAL), [BOB]);
    ann.waits(1);
    assert!(ann.state.typing(GENERAL).is_empty());
}

#[test]
fn a_room_that_stays_open_for_weeks_does_not_grow_without_end() {
    let mut ann = Scenario::live_room_with(0);
    for number in 1..=5_000 {
        ann.hears(live(message(number)))
            .does(Action::Read(GENERAL, Number(number)));
        assert!(ann.state.timeline(GENERAL).unwrap().rows().len() <= 1_000);
    }
    asks_for_older(&mut ann);
}

/// Ann comes back to a room of 200 messages, of which she has read 100 and holds the newest 50.
fn ann_who_missed_a_hundred() -> Scenario {
    let mut snapshot = snapshot(200);
    snapshot.user.rooms = vec![listed(GENERAL, 200, 100, 1)];
    snapshot.room = Some(room_snapshot(GENERAL, 151, 200));
    let mut ann = Scenario::from_state(State::new(Some(snapshot)));
    ann.happens(Input::Started).connects();
    ann
}

#[test]
fn who_missed_more_than_is_at_hand_is_told_how_much_and_since_when() {
    let mut ann = ann_who_missed_a_hundred();
    let count = 100;
    assert_eq!(ann.state.missed(GENERAL), Some(Missed { count, since: None }));
    let (id, command) = ann
        .takes(|command| matches!(command, Command::GetMessages { .. }))
        .expect("the first new message is asked for");
    let (room, before, limit) = (GENERAL, Some(Number(102)), Some(1));
    assert_eq!(command, Command::GetMessages { room, before, limit });
    ann.hears(page(id, vec![message(101)]));
    let since = Some(Timestamp(101));
    assert_eq!(ann.state.missed(GENERAL), Some(Missed { count, since }));
    assert_eq!(ann.reads().len(), 50, "what was asked for its time alone is not shown");
    ann.does(Action::Read(GENERAL, Number(200)));
    assert_eq!((ann.state.missed(GENERAL), ann.state.unread(GENERAL)), (None, 0));
}

/// Ann has read three messages, and came to the fortieth without having seen those between.
fn ann_who_passed_over_some() -> Scenario {
    let mut ann = Scenario::live_room_with(3);
    ann.does(Action::Read(GENERAL, Number(3)))
        .does(Action::PassOverUnread(GENERAL));
    assert_eq!(ann.state.missed(GENERAL), None, "nothing is unread");
    for number in 4..=40 {
        ann.hears(live(message(number)));
    }
    ann.does(Action::PassOverUnread(GENERAL));
    ann
}

#[test]
fn what_was_passed_over_is_missed_until_it_is_seen_or_read() {
    let mut ann = ann_who_passed_over_some();
    let (count, since) = (37, Some(Timestamp(4)));
    assert_eq!(ann.state.missed(GENERAL), Some(Missed { count, since }));
    let asked = ann.takes(|command| matches!(command, Command::GetMessages { .. }));
    assert_eq!(asked, None, "it is held: nothing has to be asked");
    ann.does(Action::SeeFirstNew(GENERAL));
    assert_eq!((ann.state.missed(GENERAL), ann.state.unread(GENERAL)), (None, 37));
    assert_eq!(ann.state.timeline(GENERAL).unwrap().first_new(), Some(Number(4)));

    let mut ann = ann_who_passed_over_some();
    ann.does(Action::Read(GENERAL, Number(40)));
    assert_eq!((ann.state.missed(GENERAL), ann.state.unread(GENERAL)), (None, 0));
}

#[test]
fn who_goes_back_to_what_was_missed_gets_it_in_one_page_and_it_is_missed_no_more() {
    let mut ann = ann_who_missed_a_hundred();
    ann.takes(|command| matches!(command, Command::GetMessages { .. }));
    ann.does(Action::LoadBackTo(GENERAL, Number(101)));
    let (id, command) = ann
        .takes(|command| matches!(command, Command::GetMessages { .. }))
        .expect("older messages are asked for");
    let (room, before, limit) = (GENERAL, Some(Number(151)), Some(70));
    assert_eq!(command, Command::GetMessages { room, before, limit });
    ann.hears(page(id, (81..=150).map(message).collect()));
    assert_eq!(ann.reads().len(), 120);
    assert!(
        ann.state.missed(GENERAL).is_some(),
        "it is at hand, and still out of sight"
    );
    ann.does(Action::SeeFirstNew(GENERAL));
    assert_eq!((ann.state.missed(GENERAL), ann.state.unread(GENERAL)), (None, 100));
}
