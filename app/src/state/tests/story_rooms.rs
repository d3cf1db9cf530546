//! The list: badges, order, coming and going, addresses.

use super::scenario::*;
use crate::{
    protocol::{
        Command, ErrorCode, FeedId, Item, ListedRoom, Member, Number, ReadMarker, Reply, Room, RoomId, Seq,
        ServerFrame, Slug, UserId, limits::WATCHED_ROOMS, server_frame::Presence,
    },
    state::{Action, Address, Deed, Effect, Input, Progress, State},
};

fn listing(row: ListedRoom) -> ServerFrame {
    let to = row.changed.0;
    changes(FeedId::User(ME), 10, to, vec![Item::ListedRoom(row)])
}

fn slug(text: &str) -> Slug {
    Slug(text.to_owned())
}

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
    assert!(ann.state.unknown_slug());

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
fn a_room_that_is_large_no_more_is_fetched_with_all_its_members() {
    let mut ann = Scenario::live_room_with(0);
    let with_members = |members, changed| {
        Item::Room(Room {
            members,
            changed: Seq(changed),
            ..room(GENERAL)
        })
    };
    ann.hears(changes(FeedId::Room(GENERAL), 2, 3, vec![with_members(1_001, 3)]));
    assert!(ann.sent.is_empty());
    ann.hears(changes(FeedId::Room(GENERAL), 3, 4, vec![with_members(1_000, 4)]));
    assert!(ann.has_sent(|command| matches!(
        command,
        Command::Watch {
            room: GENERAL,
            position: None
        }
    )));
}
