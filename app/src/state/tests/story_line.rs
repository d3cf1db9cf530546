//! The line: cuts, countdowns, silence, sleep, signing out.

use super::scenario::*;
use crate::{
    protocol::{CloseCode, Command, ErrorCode, FeedId, Item, Seq, ServerFrame, server_frame::FeedHead},
    state::{Action, Effect, Input, Phase, State, Transport},
};

fn opens_a_socket(wishes: &[Effect]) -> bool {
    wishes.contains(&Effect::OpenSocket)
}

#[test]
fn it_starts_connecting_catches_up_and_is_live() {
    let mut ann = Scenario::page_with(3);
    assert_eq!(ann.phase(), Phase::Starting);
    ann.happens(Input::Started);
    assert_eq!(ann.phase(), Phase::Connecting);
    ann.happens(Input::Opened);
    let (id, hello) = ann.takes_hello();
    assert_eq!(hello.watch[&GENERAL], Some(Seq(5)));
    assert_eq!((hello.user, hello.community), (Some(Seq(10)), Some(Seq(5))));
    ann.hears(welcome(id));
    assert_eq!(ann.phase(), Phase::CatchingUp);
    ann.hears(changes(FeedId::Room(GENERAL), 5, 6, vec![Item::Message(message(4))]));
    ann.hears(changes(FeedId::User(ME), 10, 10, vec![]))
        .hears(changes(FeedId::Community, 5, 5, vec![]));
    assert_eq!(ann.phase(), Phase::Live(Transport::Socket));
    assert_eq!(ann.reads().len(), 4);
}

#[test]
fn the_first_break_of_a_good_line_is_retried_at_once_and_further_ones_after_longer_and_longer() {
    let mut ann = Scenario::live_room_with(0);
    ann.waits(11).wishes();
    ann.is_cut();
    assert!(opens_a_socket(&ann.wishes()));
    assert_eq!(ann.phase(), Phase::Connecting);

    let mut pauses = Vec::new();
    for _ in 0..9 {
        ann.cannot_open_a_socket();
        if ann.phase() == Phase::Connecting {
            // After the second one, polling is tried each time as well.
            ann.happens(Input::Closed {
                transport: Transport::Polling,
                code: 1006,
            });
        }
        let Phase::Waiting { seconds } = ann.phase() else {
            panic!("it should wait, not {:?}", ann.phase())
        };
        pauses.push(seconds);
        while matches!(ann.phase(), Phase::Waiting { .. }) {
            ann.waits(1);
        }
    }
    assert_eq!(
        pauses,
        [1, 1, 2, 4, 4, 4, 4, 4, 4],
        "half of 1, 2, 4, 8 seconds: chance is 0.5 here"
    );
    ann.waits(60).cannot_open_a_socket();
    ann.happens(Input::Closed {
        transport: Transport::Polling,
        code: 1006,
    });
    assert_eq!(
        ann.phase(),
        Phase::Waiting { seconds: 15 },
        "after a minute, half of 30"
    );
}

#[test]
fn those_whom_a_server_that_stops_sends_away_come_back_within_a_second_but_not_all_at_the_same_time() {
    let mut ann = Scenario::live_room_with(0);
    ann.waits(11).wishes();
    ann.happens(Input::Closed {
        transport: Transport::Socket,
        code: CloseCode::GoingAway.number(),
    });
    assert!(!opens_a_socket(&ann.wishes()), "chance is 0.5 here: half a second");
    assert_eq!(ann.phase(), Phase::Waiting { seconds: 1 });
    ann.waits(1);
    assert!(opens_a_socket(&ann.wishes()));
    ann.cannot_open_a_socket();
    assert_eq!(
        ann.phase(),
        Phase::Waiting { seconds: 1 },
        "then as after any other failure"
    );
}

#[test]
fn who_greets_too_often_comes_back_when_the_server_says_and_takes_the_road_for_good() {
    let mut ann = Scenario::live_room_with(0);
    ann.waits(11).is_cut();
    for _ in 0..3 {
        ann.happens(Input::Opened);
        let (id, _) = ann.takes_hello();
        ann.hears(refused(id, ErrorCode::TooFast, Some(2_500)));
        assert!(matches!(ann.phase(), Phase::Waiting { .. }), "{:?}", ann.phase());
        ann.wishes();
        ann.waits(2);
        assert!(!opens_a_socket(&ann.wishes()), "too early");
        ann.waits(3);
        assert!(opens_a_socket(&ann.wishes()), "and no poll");
    }
}

#[test]
fn who_does_not_look_on_can_wait() {
    let mut ann = Scenario::live_room_with(0);
    ann.happens(Input::Seen(false)).is_cut();
    for _ in 0..8 {
        ann.cannot_open_a_socket();
        ann.happens(Input::Closed {
            transport: Transport::Polling,
            code: 1006,
        });
        while matches!(ann.phase(), Phase::Waiting { seconds } if seconds < 8) {
            ann.waits(1);
        }
    }
    assert!(matches!(ann.phase(), Phase::Waiting { seconds: 8.. }));
}

#[test]
fn what_is_said_ends_the_pause() {
    let mut ann = Scenario::live_room_with(0);
    ann.is_cut().cannot_open_a_socket().wishes();
    assert!(matches!(ann.phase(), Phase::Waiting { .. }));
    ann.says("m1", "hello?");
    assert!(opens_a_socket(&ann.wishes()));
    ann.connects();
    assert!(ann.has_sent(|command| matches!(command, Command::PostMessage { .. })));
}

#[test]
fn a_line_is_given_up_as_soon_as_the_browser_says_that_there_is_no_network() {
    let mut ann = Scenario::live_room_with(0);
    ann.waits(11).says("m1", "hello?").wishes();
    ann.happens(Input::Offline);
    assert_eq!(ann.phase(), Phase::Waiting { seconds: 1 });
    assert_eq!(ann.reads(), ["[hello?]"]);
    assert!(ann.wishes().contains(&Effect::CloseSocket));
    ann.waits(1);
    assert!(opens_a_socket(&ann.wishes()), "it may be wrong");
    ann.happens(Input::Offline).happens(Input::Woke);
    assert!(opens_a_socket(&ann.wishes()), "the network is back");
    ann.connects();
    ann.takes_post("m1");
}

#[test]
fn the_countdown_counts_down_and_a_button_ends_it() {
    let mut ann = Scenario::live_room_with(0);
    for _ in 0..5 {
        ann.cannot_open_a_socket();
        ann.happens(Input::Closed {
            transport: Transport::Polling,
            code: 1006,
        });
        while matches!(ann.phase(), Phase::Waiting { seconds } if seconds < 4) {
            ann.waits(1);
        }
    }
    let before = ann.phase();
    ann.waits(1);
    assert_ne!(ann.phase(), before);
    ann.wishes();
    ann.does(Action::ReconnectNow);
    assert!(opens_a_socket(&ann.wishes()));
}

#[test]
fn a_silent_line_is_dead() {
    let mut ann = Scenario::live_room_with(0);
    ann.waits(20)
        .hears(ServerFrame::Heartbeat {
            heads: vec![],
            delayed: false,
        })
        .waits(25);
    assert_eq!(ann.phase(), Phase::Live(Transport::Socket));
    ann.wishes();
    ann.waits(1);
    assert_eq!(ann.wishes()[..2], [Effect::CloseSocket, Effect::OpenSocket]);
}

#[test]
fn after_sleep_a_line_that_said_nothing_is_not_trusted() {
    let mut ann = Scenario::live_room_with(0);
    ann.wishes();
    ann.sleeps(5).happens(Input::Woke);
    assert_eq!(ann.wishes(), []);
    ann.sleeps(600).happens(Input::Woke);
    assert_eq!(ann.wishes(), [Effect::CloseSocket, Effect::OpenSocket]);
}

#[test]
fn a_clock_that_is_set_back_breaks_nothing() {
    let mut ann = Scenario::live_room_with(0);
    ann.sleeps(-100_000).happens(Input::Woke);
    ann.connects();
    assert_eq!(ann.waits(20).phase(), Phase::Live(Transport::Socket));
}

#[test]
fn a_session_that_ended_leads_to_the_door_and_nothing_is_tried_any_more() {
    let mut ann = Scenario::live_room_with(0);
    ann.wishes();
    ann.happens(Input::Closed {
        transport: Transport::Socket,
        code: 4500,
    });
    assert_eq!(ann.phase(), Phase::SignedOut);
    assert!(ann.wishes().contains(&Effect::SignIn));
    ann.waits(120).happens(Input::Woke).does(Action::ReconnectNow);
    assert!(!opens_a_socket(&ann.wishes()));
}

#[test]
fn somebody_else_in_the_same_browser_does_not_send_what_we_wrote() {
    let mut ann = Scenario::live_room_with(0);
    ann.is_cut().says("m1", "mine");
    ann.happens(Input::Opened);
    let (id, _) = ann.takes_hello();
    let ServerFrame::Welcome(mut welcome) = welcome(id) else {
        unreachable!()
    };
    welcome.you = user(BOB, 1);
    ann.hears(ServerFrame::Welcome(welcome));
    assert_eq!(ann.phase(), Phase::SignedOut);
    assert!(!ann.has_sent(|command| matches!(command, Command::PostMessage { .. })));
}

#[test]
fn a_hole_in_a_room_is_asked_for_once_from_where_we_stand() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(live(message(5))).hears(live(message(6)));
    let watches: Vec<_> = ann
        .sent
        .values()
        .filter(|command| matches!(command, Command::Watch { .. }))
        .collect();
    assert_eq!(
        watches,
        [&Command::Watch {
            room: GENERAL,
            position: Some(Seq(5))
        }]
    );
    assert_eq!(ann.reads().len(), 3);
    let missed = [4, 5, 6].map(message).map(Item::Message).to_vec();
    ann.hears(changes(FeedId::Room(GENERAL), 5, 8, missed));
    assert_eq!(ann.reads().len(), 6);
}

#[test]
fn a_heartbeat_tells_of_what_was_lost_at_the_end() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(ServerFrame::Heartbeat {
        heads: vec![FeedHead {
            feed: FeedId::Room(GENERAL),
            head: Seq(6),
        }],
        delayed: false,
    });
    assert!(ann.has_sent(|command| matches!(command, Command::Watch { .. })));
}

#[test]
fn a_heartbeat_tells_that_messages_are_delayed_until_the_next_says_otherwise() {
    let mut ann = Scenario::live_room_with(3);
    for delayed in [true, false] {
        ann.hears(ServerFrame::Heartbeat { heads: vec![], delayed });
        assert_eq!(ann.state.connection().is_delayed(), delayed);
        assert_eq!(ann.phase(), Phase::Live(Transport::Socket));
    }
}

#[test]
fn a_hole_in_ones_own_feed_needs_a_new_hello() {
    let mut ann = Scenario::live_room_with(3);
    ann.wishes();
    ann.hears(changes(FeedId::User(ME), 12, 13, vec![]));
    assert_eq!(ann.wishes()[..2], [Effect::CloseSocket, Effect::OpenSocket]);
}

#[test]
fn a_client_that_knows_nothing_learns_everything_over_the_line() {
    let mut ann = Scenario::from_state(State::new(None));
    ann.does(Action::OpenSlug(room(GENERAL).slug))
        .happens(Input::Started)
        .happens(Input::Opened);
    let (id, _) = ann.takes_hello();
    ann.hears(welcome(id));
    let rooms = crate::protocol::UserSnapshot {
        position: Seq(3),
        rooms: vec![listed(GENERAL, 2, 0, 1)],
    };
    let snapshot = crate::protocol::FeedSnapshot::User(rooms);
    let reason = crate::protocol::GapReason::First;
    ann.hears(ServerFrame::Gap {
        feed: FeedId::User(ME),
        reason,
        snapshot,
    });
    assert_eq!(ann.state.open_room(), Some(GENERAL));
    assert_eq!(ann.state.unread(GENERAL), 2);
    assert!(ann.has_sent(|command| matches!(
        command,
        Command::Watch {
            room: GENERAL,
            position: None
        }
    )));
    let snapshot = crate::protocol::FeedSnapshot::Room(room_snapshot(GENERAL, 1, 2));
    ann.hears(ServerFrame::Gap {
        feed: FeedId::Room(GENERAL),
        reason,
        snapshot,
    });
    assert_eq!(ann.reads(), ["message 1", "message 2"]);
}
