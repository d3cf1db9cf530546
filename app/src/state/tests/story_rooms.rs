//! The list: badges, order, read markers, and the rooms that are watched.

use super::scenario::*;
use crate::{
    protocol::{
        Command, ErrorCode, FeedId, Item, Member, Number, ReadMarker, Reply, Room, RoomId, Seq, ServerFrame, UserId,
        limits::WATCHED_ROOMS, server_frame::Presence,
    },
    state::{Action, Deed, Effect, Input, Progress, State},
};

#[test]
fn activity_of_rooms_that_are_not_watched_moves_badges_and_order() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(listing(listed(OTHER, 1, 1, 11)));
    assert_eq!(ann.state.rooms()[0].room.id, GENERAL);
    ann.hears(ServerFrame::Activity(activity(OTHER, 5)));
    assert_eq!(ann.state.rooms()[0].room.id, OTHER);
    assert_eq!((ann.state.unread(OTHER), ann.state.total_unread()), (4, 4));
}

#[test]
fn activity_that_comes_before_its_listing_is_not_lost() {
    let mut ann = Scenario::live_room_with(3);
    ann.hears(ServerFrame::Activity(activity(OTHER, 5)))
        .hears(listing(listed(OTHER, 1, 1, 11)));
    assert_eq!(ann.state.unread(OTHER), 4);
}

#[test]
fn the_marker_moves_at_once_never_back_and_is_told_seldom() {
    let mut ann = Scenario::live_room_with(0);
    for number in 1..=5 {
        ann.hears(live(message(number)));
    }
    assert_eq!(ann.state.unread(GENERAL), 5);
    ann.does(Action::Read(GENERAL, Number(2)))
        .does(Action::Read(GENERAL, Number(4)))
        .does(Action::Read(GENERAL, Number(3)));
    assert_eq!(ann.state.unread(GENERAL), 1);
    let told = |ann: &mut Scenario| {
        ann.takes(|command| matches!(command, Command::MarkRead { .. }))
            .map(|(_, command)| command)
    };
    assert_eq!(
        told(&mut ann),
        Some(Command::MarkRead {
            room: GENERAL,
            number: Number(2)
        })
    );
    ann.waits(2);
    assert_eq!(told(&mut ann), None);
    ann.waits(1);
    assert_eq!(
        told(&mut ann),
        Some(Command::MarkRead {
            room: GENERAL,
            number: Number(4)
        })
    );
}

#[test]
fn what_was_read_while_the_line_was_cut_is_told_afterwards() {
    let mut ann = Scenario::live_room_with(0);
    ann.hears(live(message(1))).is_cut();
    ann.does(Action::Read(GENERAL, Number(1))).connects();
    assert!(ann.has_sent(|command| matches!(command, Command::MarkRead { number: Number(1), .. })));
}

#[test]
fn ones_own_post_is_read_and_only_told_when_the_server_does_not_move_the_marker_itself() {
    let mut ann = Scenario::live_room_with(1);
    let told = |ann: &Scenario| ann.has_sent(|command| matches!(command, Command::MarkRead { number: Number(2), .. }));
    ann.does(Action::Read(GENERAL, Number(1)));
    ann.hears(live(written(ME, 2, "m2", "from the phone")));
    assert_eq!(ann.state.unread(GENERAL), 0);
    ann.waits(7);
    assert!(!told(&ann), "it is about to move it");
    ann.waits(1);
    assert!(told(&ann), "it was killed before it could");
}

#[test]
fn reading_on_another_device_clears_the_badge_here() {
    let mut ann = Scenario::live_room_with(0);
    ann.hears(live(message(1)));
    let marker = ReadMarker {
        room: GENERAL,
        read: Number(1),
        changed: Seq(11),
    };
    ann.hears(changes(FeedId::User(ME), 10, 11, vec![Item::ReadMarker(marker)]));
    assert_eq!(ann.state.unread(GENERAL), 0);
}

#[test]
fn typing_is_told_at_most_once_in_three_seconds() {
    let mut ann = Scenario::live_room_with(0);
    for _ in 0..10 {
        ann.does(Action::Type(GENERAL));
    }
    let is_typing = |command: &Command| matches!(command, Command::SetTyping { .. });
    assert!(ann.takes(is_typing).is_some() && ann.takes(is_typing).is_none());
    ann.waits(3).does(Action::Type(GENERAL));
    assert!(ann.has_sent(is_typing));
}

#[test]
fn a_room_that_is_made_is_gone_to_and_opened_when_the_list_brings_it() {
    let mut ann = Scenario::live_room_with(0);
    ann.does(Action::CreateRoom {
        name: "Room 2".to_owned(),
        topic: String::new(),
    });
    let (id, _) = ann
        .takes(|command| matches!(command, Command::CreateRoom { .. }))
        .unwrap();
    ann.hears(ServerFrame::Ok {
        id,
        result: Reply::Room {
            room: room(OTHER),
            member: true,
        },
    });
    assert!(ann.wishes().contains(&Effect::GoTo(slug("room-2"))));
    ann.does(Action::OpenSlug(slug("room-2")));
    ann.hears(listing(listed(OTHER, 0, 0, 11)));
    assert_eq!(ann.state.open_room(), Some(OTHER));
    assert!(!ann.has_sent(|command| matches!(command, Command::FindRoom { .. })));
}

#[test]
fn a_refusal_is_shown() {
    let mut ann = Scenario::live_room_with(0);
    ann.does(Action::RenameRoom(GENERAL, "Mine".to_owned()));
    let (id, _) = ann
        .takes(|command| matches!(command, Command::RenameRoom { .. }))
        .unwrap();
    ann.hears(refused(id, ErrorCode::NotAllowed, None));
    let refused = Progress::Refused(ErrorCode::NotAllowed);
    assert_eq!(ann.state.progress(Deed::Rename(GENERAL)), Some(refused));
}

#[test]
fn only_so_many_rooms_are_watched_those_used_last() {
    let mut state = snapshot(0);
    let rooms = WATCHED_ROOMS as u64 + 2;
    state.user.rooms = (1..=rooms).map(|id| listed(RoomId(id), 0, 0, id)).collect();
    let mut ann = Scenario::from_state(State::new(Some(state)));
    ann.happens(Input::Started).connects();
    for id in 2..=rooms {
        ann.does(Action::OpenRoom(RoomId(id)));
    }
    let dropped: Vec<_> = ann
        .sent
        .values()
        .filter(|command| matches!(command, Command::Unwatch { .. }))
        .collect();
    assert_eq!(
        dropped,
        [&Command::Unwatch { room: GENERAL }, &Command::Unwatch { room: OTHER }]
    );
    assert!(ann.state.timeline(GENERAL).is_none());
    ann.is_cut().happens(Input::Opened);
    assert_eq!(ann.takes_hello().1.watch.len(), WATCHED_ROOMS);
}

#[test]
fn the_rooms_row_and_its_members_follow_its_feed() {
    let mut ann = Scenario::live_room_with(0);
    let renamed = Room {
        name: "Renamed".to_owned(),
        changed: Seq(4),
        ..room(GENERAL)
    };
    let newcomer = member(UserId(3), 3);
    ann.hears(changes(
        FeedId::Room(GENERAL),
        2,
        4,
        vec![Item::Member(newcomer), Item::Room(renamed)],
    ));
    assert_eq!(ann.state.room(GENERAL).unwrap().room.name, "Renamed");
    let members = |ann: &Scenario| {
        ann.state
            .members(GENERAL)
            .iter()
            .map(|member| member.user)
            .collect::<Vec<_>>()
    };
    assert_eq!(members(&ann), [ME, BOB, UserId(3)]);
    let gone = Member {
        left: true,
        ..member(BOB, 5)
    };
    ann.hears(changes(FeedId::Room(GENERAL), 4, 5, vec![Item::Member(gone)]));
    assert_eq!(members(&ann), [ME, UserId(3)]);
}

#[test]
fn the_people_on_screen_are_watched_again_after_every_reconnect() {
    let mut ann = Scenario::live_room_with(0);
    let is_watch = |command: &Command| matches!(command, Command::WatchPresence { .. });
    ann.does(Action::ShowPeople(vec![BOB]));
    ann.takes(is_watch).unwrap();
    ann.hears(ServerFrame::Presence {
        users: vec![Presence {
            user: BOB,
            online: true,
        }],
    });
    assert!(ann.state.is_online(BOB));
    ann.is_cut().connects();
    assert_eq!(
        ann.takes(is_watch).unwrap().1,
        Command::WatchPresence { users: vec![BOB] }
    );
    ann.does(Action::ShowPeople(vec![]));
    assert!(!ann.state.is_online(BOB));
}

#[test]
fn a_room_that_becomes_large_names_nobody_any_more() {
    let mut ann = Scenario::live_room_with(0);
    assert!(!ann.state.members(GENERAL).is_empty());
    let large = Room {
        members: 1_001,
        changed: Seq(3),
        large: true,
        ..room(GENERAL)
    };
    ann.hears(changes(FeedId::Room(GENERAL), 2, 3, vec![Item::Room(large)]));
    assert!(ann.state.members(GENERAL).is_empty());
    assert!(ann.sent.is_empty(), "the feed goes on where it stood");
}

#[test]
fn a_room_that_nobody_looks_at_holds_its_newest_messages_and_no_more() {
    let mut ann = Scenario::live_room_with(0);
    ann.does(Action::OpenSlug(slug("elsewhere")));
    for number in 1..=1_000 {
        ann.hears(live(message(number)));
        assert!(ann.reads().len() <= 400);
    }
    assert_eq!(ann.state.unread(GENERAL), 1_000);
}
