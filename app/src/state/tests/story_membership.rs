//! Coming and going: rooms that are taken away, found by their address, joined and left.

use super::scenario::*;
use crate::{
    protocol::{Command, ErrorCode, FeedId, Item, ListedRoom, Member, Reply, Room, RoomElsewhere, RoomId, ServerFrame},
    state::{Action, Address, Effect, Input},
};

#[test]
fn a_room_that_is_taken_away_is_forgotten_and_offered_again() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(ServerFrame::Revoked { room: GENERAL });
    assert!(ann.state.timeline(GENERAL).unwrap().rows().is_empty());
    ann.hears(listing(ListedRoom {
        left: true,
        ..listed(GENERAL, 3, 3, 11)
    }));
    assert!(ann.state.rooms().is_empty());
    assert!(matches!(ann.state.address(), Address::Removed(room) if room.id == GENERAL));

    ann.does(Action::JoinRoom(GENERAL));
    let (id, _) = ann
        .takes(|command| matches!(command, Command::JoinRoom { .. }))
        .unwrap();
    ann.hears(ServerFrame::Ok {
        id,
        result: Reply::Room {
            room: room(GENERAL),
            member: true,
        },
    });
    assert!(ann.wishes().contains(&Effect::GoTo(slug("general"))));
    let back = changes(
        FeedId::User(ME),
        11,
        12,
        vec![Item::ListedRoom(listed(GENERAL, 3, 3, 12))],
    );
    ann.hears(back);
    assert_eq!(ann.state.open_room(), Some(GENERAL));
    assert!(ann.has_sent(|command| matches!(
        command,
        Command::Watch {
            room: GENERAL,
            position: None
        }
    )));
}

fn gone() -> ServerFrame {
    listing(ListedRoom {
        left: true,
        ..listed(GENERAL, 3, 3, 11)
    })
}

#[test]
fn who_comes_back_after_a_removal_reads_at_once_whatever_could_not_be_sent() {
    let mut ann = Scenario::live_room_with(3);
    ann.says("m1", "too late").hears(ServerFrame::Revoked { room: GENERAL });
    let id = ann.takes_post("m1");
    ann.hears(refused(id, ErrorCode::NotAMember, None)).hears(gone());
    let is_watch = |command: &Command| matches!(command, Command::Watch { .. });
    assert!(!ann.has_sent(is_watch));
    let back = vec![Item::ListedRoom(listed(GENERAL, 3, 3, 12))];
    ann.hears(changes(FeedId::User(ME), 11, 12, back));
    assert!(ann.has_sent(is_watch));
    assert_eq!(ann.reads(), ["!too late"]);
    assert!(ann.state.timeline(GENERAL).unwrap().is_loading());
}

#[test]
fn who_leaves_is_not_told_to_have_been_removed() {
    let mut ann = Scenario::live_room_with(3);
    ann.does(Action::LeaveRoom(GENERAL));
    let (id, _) = ann
        .takes(|command| matches!(command, Command::LeaveRoom { .. }))
        .unwrap();
    let result = Reply::Done;
    ann.hears(ServerFrame::Ok { id, result }).hears(gone());
    assert!(matches!(ann.state.address(), Address::NotAMember(room) if room.id == GENERAL));
}

#[test]
fn who_is_gone_writes_no_more() {
    let mut ann = Scenario::live_room_with(3);
    let (room, user) = (GENERAL, BOB);
    ann.hears(ServerFrame::Typing { room, user });
    assert_eq!(ann.state.typing(GENERAL), [BOB]);
    let gone = Member {
        left: true,
        ..member(BOB, 6)
    };
    ann.hears(changes(FeedId::Room(GENERAL), 5, 6, vec![Item::Member(gone)]));
    assert!(ann.state.typing(GENERAL).is_empty());
}

#[test]
fn what_could_not_be_sent_before_the_removal_fails_and_does_not_vanish() {
    let mut ann = Scenario::live_room_with(0);
    ann.says("m1", "too late").hears(ServerFrame::Revoked { room: GENERAL });
    let id = ann.takes_post("m1");
    ann.hears(refused(id, ErrorCode::NotAMember, None));
    assert_eq!(ann.reads(), ["!too late"]);
}

#[test]
fn being_removed_shows_in_the_rooms_own_feed_too() {
    let mut ann = Scenario::live_room_with(3);
    let gone = Member {
        left: true,
        ..member(ME, 6)
    };
    ann.hears(changes(FeedId::Room(GENERAL), 5, 6, vec![Item::Member(gone)]));
    assert!(ann.state.timeline(GENERAL).unwrap().is_loading());
}

#[test]
fn a_refusal_that_was_overtaken_by_a_new_invitation_is_tried_again() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(ServerFrame::Revoked { room: GENERAL });
    let is_watch = |command: &Command| matches!(command, Command::Watch { .. });
    assert!(!ann.has_sent(is_watch));
    ann.waits(6);
    assert!(ann.has_sent(is_watch), "the room is still on the list");
}

#[test]
fn an_unknown_address_is_looked_up_and_joining_is_offered() {
    let mut ann = Scenario::live_room_with(0);
    ann.does(Action::OpenSlug(slug("secret-garden")));
    assert_eq!(ann.state.address(), &Address::Looking(slug("secret-garden")));
    let (id, command) = ann
        .takes(|command| matches!(command, Command::FindRoom { .. }))
        .unwrap();
    assert_eq!(
        command,
        Command::FindRoom {
            slug: slug("secret-garden")
        }
    );
    ann.hears(ServerFrame::Ok {
        id,
        result: Reply::Room {
            room: room(OTHER),
            member: false,
        },
    });
    assert_eq!(ann.state.address(), &Address::NotAMember(room(OTHER)));
    assert!(ann.state.address().is_unknown());

    ann.does(Action::OpenSlug(slug("nowhere")));
    let (id, _) = ann
        .takes(|command| matches!(command, Command::FindRoom { .. }))
        .unwrap();
    ann.hears(refused(id, ErrorCode::RoomNotFound, None));
    assert_eq!(ann.state.address(), &Address::NotFound(slug("nowhere")));
    ann.does(Action::OpenSlug(slug("general")));
    assert_eq!(ann.state.open_room(), Some(GENERAL));
}

#[test]
fn what_the_page_says_of_an_address_stands_until_it_is_found_out_anew() {
    let nowhere = RoomElsewhere {
        slug: slug("garden"),
        room: None,
    };
    let mut ann = Scenario::live_room_with(0);
    ann.state = ann.state.clone().at(Some(nowhere));
    for _ in 0..2 {
        ann.does(Action::OpenSlug(slug("garden")));
        assert_eq!(ann.state.address(), &Address::NotFound(slug("garden")));
    }
    let is_find = |command: &Command| matches!(command, Command::FindRoom { .. });
    let (id, _) = ann.takes(is_find).unwrap();
    assert!(!ann.has_sent(is_find), "once");
    let made = Room {
        slug: slug("garden"),
        ..room(OTHER)
    };
    ann.hears(ServerFrame::Ok {
        id,
        result: Reply::Room {
            room: made.clone(),
            member: false,
        },
    });
    assert_eq!(ann.state.address(), &Address::NotAMember(made));
}

#[test]
fn a_lookup_waits_for_the_line_and_is_repeated_when_it_is_cut() {
    let mut ann = Scenario::page_with(0);
    let is_find = |command: &Command| matches!(command, Command::FindRoom { .. });
    ann.does(Action::OpenSlug(slug("garden"))).happens(Input::Started);
    assert!(!ann.has_sent(is_find));
    ann.connects();
    assert!(ann.takes(is_find).is_some());
    ann.is_cut().connects();
    assert!(ann.has_sent(is_find));
}

#[test]
fn rooms_to_join_come_page_by_page_without_those_one_is_in() {
    let mut ann = Scenario::live_room_with(0);
    assert!(ann.state.joinable().is_none());
    ann.does(Action::BrowseRooms);
    let is_list = |command: &Command| matches!(command, Command::ListRooms { .. });
    let (id, _) = ann.takes(is_list).unwrap();
    ann.hears(ServerFrame::Ok {
        id,
        result: Reply::Rooms {
            rooms: vec![room(GENERAL), room(OTHER)],
            more: true,
        },
    });
    let (id, command) = ann.takes(is_list).unwrap();
    assert_eq!(command, Command::ListRooms { after: Some(OTHER) });
    ann.hears(ServerFrame::Ok {
        id,
        result: Reply::Rooms {
            rooms: vec![room(RoomId(3))],
            more: false,
        },
    });
    let ids: Vec<_> = ann.state.joinable().unwrap().iter().map(|room| room.id).collect();
    assert_eq!(ids, [OTHER, RoomId(3)]);
}
