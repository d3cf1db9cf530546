//! Posting: pending, confirmed, failed; over cuts and restarts.

use super::scenario::*;
use crate::{
    protocol::{
        Command, ErrorCode, FeedId, FeedSnapshot, GapReason, Item, Number, Page, Reply, RequestId, ServerFrame,
        Timestamp,
    },
    state::{Action, Delivery, Effect, Input, Pending},
};

#[test]
fn a_message_is_pending_until_the_change_that_everyone_receives_confirms_it_in_place() {
    let mut ann = Scenario::live_room_with(3);
    ann.says("m1", "hello");
    assert_eq!(ann.reads()[3], "(hello)");
    let pending_key = ann.state.timeline(GENERAL).unwrap().rows()[3].key();

    let id = ann.takes_post("m1");
    ann.hears(posted(id, 4));
    assert_eq!(
        ann.reads()[3],
        "(hello)",
        "the answer proves storage, but does not confirm the row"
    );

    ann.hears(live(written(ME, 4, "m1", "hello")));
    assert_eq!(ann.reads(), ["message 1", "message 2", "message 3", "hello"]);
    let timeline = ann.state.timeline(GENERAL).unwrap();
    assert_eq!(timeline.rows()[3].key(), pending_key);
    assert!(ann.state.outbox().is_empty());
}

#[test]
fn the_change_may_come_before_the_answer() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "hello");
    let id = ann.takes_post("m1");
    ann.hears(live(written(ME, 1, "m1", "hello"))).hears(posted(id, 1));
    assert_eq!(ann.reads(), ["hello"]);
}

#[test]
fn a_message_of_somebody_else_under_the_same_name_confirms_nothing() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "mine").hears(live(written(BOB, 1, "m1", "a copy")));
    assert_eq!(ann.reads(), ["a copy", "(mine)"]);
    let timeline = ann.state.timeline(GENERAL).unwrap();
    assert_ne!(
        timeline.rows()[0].key(),
        timeline.rows()[1].key(),
        "and the rows keep different keys"
    );
}

#[test]
fn what_was_on_its_way_when_the_line_was_cut_is_sent_again_under_the_same_name_and_in_order() {
    let mut ann = Scenario::live_room_with(3);
    ann.says("m1", "one").says("m2", "two");
    ann.takes_post("m1");
    ann.is_cut();
    assert_eq!(ann.reads()[3..], ["[one]", "[two]"]);
    ann.says("m3", "three");

    ann.sent.clear();
    ann.connects();
    for (name, number) in [("m1", 4), ("m2", 5), ("m3", 6)] {
        let posts = ann
            .sent
            .values()
            .filter(|command| matches!(command, Command::PostMessage { .. }))
            .count();
        assert_eq!(posts, 1, "one at a time, so that none overtakes another");
        let id = ann.takes_post(name);
        ann.hears(posted(id, number));
    }
    assert_eq!(ann.reads()[3..], ["(one)", "(two)", "(three)"]);
}

#[test]
fn a_stored_message_is_not_sent_again_after_a_cut() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "hello");
    let id = ann.takes_post("m1");
    ann.hears(posted(id, 1)).is_cut().connects();
    assert!(!ann.has_sent(|command| matches!(command, Command::PostMessage { .. })));
    ann.hears(live(written(ME, 1, "m1", "hello")));
    assert_eq!(ann.reads(), ["hello"]);
}

#[test]
fn too_fast_waits_as_long_as_the_server_says_and_nothing_overtakes() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "one").says("m2", "two");
    let id = ann.takes_post("m1");
    ann.hears(refused(id, ErrorCode::TooFast, Some(2_500)));
    assert_eq!(ann.reads(), ["[one]", "[two]"]);
    ann.waits(2);
    assert!(!ann.has_sent(|command| matches!(command, Command::PostMessage { .. })));
    ann.waits(1);
    ann.takes_post("m1");
}

#[test]
fn an_unavailable_server_is_asked_again() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "one");
    let id = ann.takes_post("m1");
    ann.hears(refused(id, ErrorCode::Unavailable, None)).waits(2);
    ann.takes_post("m1");
}

#[test]
fn a_refused_message_waits_for_the_user_and_lets_the_next_one_pass() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "one").says("m2", "two");
    let id = ann.takes_post("m1");
    ann.hears(refused(id, ErrorCode::IdReused, None));
    assert_eq!(ann.reads(), ["!one", "(two)"]);

    ann.waits(20);
    assert!(!ann.has_sent(|command| matches!(command, Command::PostMessage { body, .. } if body == "one")));
    let id = ann.takes_post("m2");
    ann.hears(posted(id, 1));
    ann.does(Action::Retry(name("m1")));
    ann.takes_post("m1");
}

#[test]
fn a_refused_message_can_be_discarded_and_one_on_its_way_cannot() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "one").says("m2", "two");
    let id = ann.takes_post("m1");
    ann.hears(refused(id, ErrorCode::TextTooLong, None));
    ann.does(Action::Discard(name("m1"))).does(Action::Discard(name("m2")));
    assert_eq!(ann.reads(), ["(two)"]);
}

#[test]
fn an_unanswered_message_is_sent_again_after_half_a_minute() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "one");
    ann.takes_post("m1");
    for _ in 0..4 {
        ann.waits(9).hears(ServerFrame::Heartbeat {
            heads: vec![],
            delayed: false,
        });
    }
    ann.takes_post("m1");
}

#[test]
fn every_change_of_the_outbox_is_remembered_before_anything_is_sent() {
    let mut ann = Scenario::live_room_with(0);
    ann.wishes();
    ann.says("m1", "one");
    let wishes = ann.wishes();
    assert!(
        matches!(&wishes[0], Effect::StoreOutbox(pending) if pending.len() == 1),
        "{wishes:?}"
    );
    assert!(matches!(wishes[1], Effect::Send(_)));
    ann.hears(live(written(ME, 1, "m1", "one")));
    assert_eq!(ann.wishes()[0], Effect::StoreOutbox(vec![]));
}

#[test]
fn what_an_earlier_visit_left_is_sent_unless_it_has_arrived_meanwhile() {
    let mut state = snapshot(2);
    state.room.as_mut().unwrap().page.messages[1] = written(ME, 2, "arrived", "arrived");
    let mut ann = Scenario::from_state(crate::state::State::new(Some(state)));
    let left = |id: &str, at, delivery| Pending {
        client_message_id: name(id),
        room: GENERAL,
        body: id.to_owned(),
        queued_at: Timestamp(at),
        delivery,
    };
    ann.happens(Input::Started).happens(Input::OutboxRestored(vec![
        left("second", 20, Delivery::Sent),
        left("first", 10, Delivery::Queued),
        left("arrived", 5, Delivery::Sent),
    ]));
    assert_eq!(ann.reads(), ["message 1", "arrived", "[first]", "[second]"]);
    ann.connects();
    ann.takes_post("first");
}

#[test]
fn a_repetition_whose_message_lies_behind_the_range_is_let_go() {
    let mut ann = Scenario::live_room_with(60);
    let snapshot = FeedSnapshot::Room(room_snapshot(GENERAL, 151, 200));
    ann.says("m1", "long ago");
    ann.hears(ServerFrame::Gap {
        feed: FeedId::Room(GENERAL),
        reason: GapReason::TooFar,
        snapshot,
    });
    let id = ann.takes_post("m1");
    ann.hears(posted(id, 70));
    assert!(ann.state.outbox().is_empty(), "the feed has passed it");
}

#[test]
fn a_page_of_history_confirms_too() {
    let mut ann = Scenario::live_room_with(0);
    let snapshot = FeedSnapshot::Room(room_snapshot(GENERAL, 151, 200));
    ann.hears(ServerFrame::Gap {
        feed: FeedId::Room(GENERAL),
        reason: GapReason::TooFar,
        snapshot,
    });
    ann.says("m1", "found").does(Action::LoadOlder(GENERAL));
    let (id, _) = ann
        .takes(|command| matches!(command, Command::GetMessages { .. }))
        .unwrap();
    ann.hears(page(id, vec![message(149), written(ME, 150, "m1", "found")]));
    assert!(ann.state.outbox().is_empty());
}

fn page(id: RequestId, messages: Vec<crate::protocol::Message>) -> ServerFrame {
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

#[test]
fn posting_moves_ones_own_read_marker() {
    let mut ann = Scenario::live_room_with(1);
    ann.says("m1", "one");
    let id = ann.takes_post("m1");
    ann.hears(posted(id, 2));
    assert_eq!(ann.state.unread(GENERAL), 0);
    ann.hears(changes(
        FeedId::Room(GENERAL),
        3,
        4,
        vec![Item::Message(written(ME, 2, "m1", "one"))],
    ));
    assert_eq!(ann.state.unread(GENERAL), 0);
}

#[test]
fn a_full_outbox_says_so_and_keeps_what_it_has() {
    let mut ann = Scenario::page_with(0);
    for count in 0..=500 {
        ann.says(&format!("m{count}"), "text");
    }
    assert_eq!(ann.state.outbox().len(), 500);
    let is_pending = |id: &str| ann.state.is_pending(&name(id));
    assert!(is_pending("m499") && !is_pending("m500"), "so its box keeps the text");
    assert_eq!(ann.state.notice().unwrap().code, ErrorCode::TooMany);
}

#[test]
fn another_database_is_offered_what_the_former_had_stored() {
    let mut ann = Scenario::live_room_with(1);
    ann.says("m1", "precious");
    let id = ann.takes_post("m1");
    ann.hears(posted(id, 2)).is_cut().happens(Input::Opened);
    let (id, _) = ann.takes_hello();
    ann.hears(welcome_to("second", id, vec![]));
    assert_eq!(ann.reads(), ["(precious)"], "the rest is of another history");
    ann.takes_post("m1");
    assert!(ann.state.rooms().is_empty());
}

#[test]
fn a_message_that_waits_for_its_turn_does_not_wait_for_a_clock_that_was_set_back() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "text");
    let id = ann.takes_post("m1");
    ann.hears(refused(id, ErrorCode::TooFast, Some(5_000)));
    ann.waits(1);
    assert!(!ann.has_sent(|command| matches!(command, Command::PostMessage { .. })));
    // The line is doubted, too, and made anew.
    ann.sleeps(-3_600).waits(1).connects();
    ann.takes_post("m1");
}

#[test]
fn what_was_written_without_a_line_does_not_hide_what_others_wrote_meanwhile() {
    let mut ann = Scenario::live_room_with(0);
    ann.is_cut().says("m1", "mine");
    ann.connects();
    let (id, command) = ann
        .takes(|command| matches!(command, Command::PostMessage { .. }))
        .unwrap();
    assert!(matches!(
        command,
        Command::PostMessage {
            read: Some(Number(0)),
            ..
        }
    ));
    ann.hears(live(message(1))).hears(live(message(2)));
    ann.hears(posted(id, 3)).hears(live(written(ME, 3, "m1", "mine")));
    assert_eq!(ann.state.unread(GENERAL), 3);
    ann.waits(10);
    assert!(
        !ann.has_sent(|command| matches!(command, Command::MarkRead { .. })),
        "nobody has read it"
    );
}
