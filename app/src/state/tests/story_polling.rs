//! Long polling: when it begins, what it does, how it ends.

use super::scenario::*;
use crate::{
    protocol::{Command, FeedId, Hello, Item, RequestId, Seq, ServerFrame},
    state::{Action, Effect, Input, Phase, Transport},
};

/// Ann, whose network breaks WebSocket, at the moment of her first poll.
fn ann_behind_a_proxy() -> Scenario {
    let mut ann = Scenario::page_with(3);
    ann.happens(Input::Started)
        .cannot_open_a_socket()
        .cannot_open_a_socket();
    ann
}

fn polls(wishes: &[Effect]) -> Vec<(&Hello, u64)> {
    wishes
        .iter()
        .filter_map(|wish| {
            if let Effect::Poll { hello, wait } = wish {
                Some((hello, *wait))
            } else {
                None
            }
        })
        .collect()
}

fn nothing_new() -> Input {
    Input::Polled(vec![welcome(RequestId(0))])
}

#[test]
fn two_sockets_that_never_open_lead_to_polling_which_says_so() {
    let mut ann = ann_behind_a_proxy();
    let wishes = ann.wishes();
    let (hello, wait) = polls(&wishes)[0];
    assert_eq!(
        (hello.watch[&GENERAL], wait),
        (Some(Seq(5)), 0),
        "the first one does not wait"
    );
    ann.sleeps(3).happens(nothing_new());
    assert_eq!(ann.phase(), Phase::Live(Transport::Polling));
    assert_eq!(polls(&ann.wishes())[0].1, 25);
}

#[test]
fn a_line_that_takes_too_long_for_what_has_to_come_gives_way_to_polls_which_are_compressed() {
    let mut ann = Scenario::page_with(3);
    ann.happens(Input::Started);
    for _ in 0..2 {
        while !ann.wishes().contains(&Effect::OpenSocket) {
            ann.waits(1);
        }
        ann.happens(Input::Opened);
        let (id, _) = ann.takes_hello();
        ann.hears(welcome(id))
            .hears(changes(FeedId::User(ME), 10, 10, vec![]))
            .hears(changes(FeedId::Community, 5, 5, vec![]));
        // What the room has missed is on its way; nothing whole can be heard before it is there.
        ann.waits(26);
    }
    let wishes = ann.wishes();
    assert_eq!(polls(&wishes).len(), 1, "{wishes:?}");
}

#[test]
fn what_a_poll_brings_moves_the_position_of_the_next() {
    let mut ann = ann_behind_a_proxy();
    ann.wishes();
    let news = changes(FeedId::Room(GENERAL), 5, 6, vec![Item::Message(message(4))]);
    ann.happens(Input::Polled(vec![welcome(RequestId(0)), news]));
    assert_eq!(ann.reads().len(), 4);
    assert_eq!(polls(&ann.wishes())[0].0.watch[&GENERAL], Some(Seq(6)));
}

#[test]
fn an_empty_answer_that_comes_too_soon_is_not_asked_again_at_once() {
    let mut ann = ann_behind_a_proxy();
    ann.happens(nothing_new());
    ann.wishes();
    assert_eq!(polls(&ann.wishes()), []);
    ann.waits(1);
    assert_eq!(polls(&ann.wishes()).len(), 1);
}

#[test]
fn messages_go_out_as_commands() {
    let mut ann = ann_behind_a_proxy();
    ann.sleeps(3).happens(nothing_new()).says("m1", "hello");
    let id = ann.takes_post("m1");
    ann.hears(posted(id, 4));
    ann.happens(Input::Polled(vec![
        welcome(RequestId(0)),
        changes(
            FeedId::Room(GENERAL),
            5,
            6,
            vec![Item::Message(written(ME, 4, "m1", "hello"))],
        ),
    ]));
    assert_eq!(ann.reads()[3], "hello");
}

#[test]
fn a_room_that_is_opened_is_asked_for_at_once() {
    let mut ann = ann_behind_a_proxy();
    let listing = changes(
        FeedId::User(ME),
        10,
        11,
        vec![Item::ListedRoom(listed(OTHER, 0, 0, 11))],
    );
    ann.happens(Input::Polled(vec![welcome(RequestId(0)), listing]));
    ann.wishes();
    ann.does(Action::OpenRoom(OTHER));
    let wishes = ann.wishes();
    let (hello, wait) = polls(&wishes)[0];
    assert_eq!((hello.watch[&OTHER], wait), (None, 0));
    assert!(
        !ann.has_sent(|command| matches!(command, Command::Watch { .. })),
        "watch is for sockets"
    );
}

#[test]
fn the_socket_is_tried_in_the_background_and_taken_when_it_opens() {
    let mut ann = ann_behind_a_proxy();
    ann.sleeps(3).happens(nothing_new());
    let mut tries = Vec::new();
    for second in 1..=300_u32 {
        ann.wishes();
        ann.waits(1);
        if ann.wishes().contains(&Effect::OpenSocket) {
            tries.push(second);
            ann.cannot_open_a_socket();
        }
        assert_eq!(ann.phase(), Phase::Live(Transport::Polling), "in the background");
        if second % 25 == 0 {
            ann.happens(nothing_new());
        }
    }
    assert_eq!(tries, [5, 15, 35, 75, 135, 195, 255]);

    while !ann.wishes().contains(&Effect::OpenSocket) {
        ann.waits(1);
        ann.happens(nothing_new());
    }
    ann.sent.clear();
    ann.connects();
    assert!(ann.wishes().contains(&Effect::StopPolling));
    assert_eq!(ann.phase(), Phase::Live(Transport::Socket));
}

#[test]
fn a_poll_that_fails_or_never_ends_leads_back_to_trying_everything() {
    let mut ann = ann_behind_a_proxy();
    ann.sleeps(3).happens(nothing_new());
    ann.happens(Input::Closed {
        transport: Transport::Polling,
        code: 1006,
    });
    assert_ne!(ann.phase(), Phase::Live(Transport::Polling));

    let mut bob = ann_behind_a_proxy();
    bob.sleeps(3).happens(nothing_new());
    bob.sleeps(100).happens(Input::Tick);
    assert!(bob.wishes().contains(&Effect::StopPolling));
}

#[test]
fn a_poll_without_a_session_leads_to_the_door() {
    let mut ann = ann_behind_a_proxy();
    ann.happens(Input::Closed {
        transport: Transport::Polling,
        code: 4500,
    });
    assert_eq!(ann.phase(), Phase::SignedOut);
}

#[test]
fn what_was_revoked_is_dropped_here_too() {
    let mut ann = ann_behind_a_proxy();
    ann.happens(Input::Polled(vec![
        welcome(RequestId(0)),
        ServerFrame::Revoked { room: GENERAL },
    ]));
    assert!(ann.state.timeline(GENERAL).unwrap().is_loading());
}
