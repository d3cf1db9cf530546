//! What the user wants done now: awaited, refused, out of reach.

use super::scenario::*;
use crate::{
    protocol::{Command, ErrorCode, Number, Reply, RequestId, Role, RoomId, Seq, ServerFrame},
    state::{Action, Deed, Effect, Input, Progress},
};

const EDIT: Deed = Deed::Edit(GENERAL, Number(1));

fn edits(ann: &mut Scenario) -> &mut Scenario {
    ann.does(Action::EditMessage(GENERAL, Number(1), "better".to_owned()))
}

fn takes_edit(ann: &mut Scenario) -> RequestId {
    let is_edit = |command: &Command| matches!(command, Command::EditMessage { .. });
    ann.takes(is_edit).expect("the edit was sent").0
}

fn progress(ann: &Scenario) -> Option<Progress> {
    ann.state.progress(EDIT)
}

#[test]
fn what_is_wanted_is_underway_until_it_is_answered() {
    let mut ann = Scenario::live_room_with(1);
    let id = takes_edit(edits(&mut ann));
    assert_eq!(progress(&ann), Some(Progress::Underway));
    let result = Reply::Changed { seq: Seq(9) };
    ann.hears(ServerFrame::Ok { id, result });
    assert_eq!(progress(&ann), None);
}

#[test]
fn a_refusal_is_told_to_whoever_waits_and_else_by_a_notice_that_goes_by_itself() {
    let mut ann = Scenario::live_room_with(1);
    let id = takes_edit(edits(&mut ann));
    ann.hears(refused(id, ErrorCode::NotAllowed, None));
    assert_eq!(progress(&ann), Some(Progress::Refused(ErrorCode::NotAllowed)));
    assert_eq!(ann.state.notice(), None);

    let id = takes_edit(edits(&mut ann));
    ann.does(Action::Forget(EDIT))
        .hears(refused(id, ErrorCode::NotAllowed, None));
    assert_eq!(progress(&ann), None);
    assert_eq!(ann.state.notice().unwrap().code, ErrorCode::NotAllowed);
    ann.waits(8);
    assert!(ann.state.notice().is_some());
    ann.waits(1);
    assert_eq!(ann.state.notice(), None);
}

#[test]
fn without_a_line_one_is_told_at_once_and_can_try_again_when_it_is_back() {
    let mut ann = Scenario::live_room_with(1);
    ann.is_cut().cannot_open_a_socket();
    edits(&mut ann);
    assert_eq!(progress(&ann), Some(Progress::NoLine));
    assert!(!ann.has_sent(|command| matches!(command, Command::EditMessage { .. })));
    ann.waits(2).connects();
    assert_eq!(progress(&ann), None);
    takes_edit(edits(&mut ann));
    assert_eq!(progress(&ann), Some(Progress::Underway));
}

#[test]
fn a_cut_before_the_answer_is_told_and_nobody_is_told_who_does_not_wait() {
    let mut ann = Scenario::live_room_with(1);
    edits(&mut ann).is_cut();
    assert_eq!(progress(&ann), Some(Progress::NoLine));
    ann.connects();
    edits(&mut ann).does(Action::Forget(EDIT)).is_cut();
    assert_eq!((progress(&ann), ann.state.notice()), (None, None));
}

fn takes_creation(ann: &mut Scenario) -> Option<RequestId> {
    let is_creation = |command: &Command| matches!(command, Command::CreateRoom { .. });
    ann.takes(is_creation).map(|(id, _)| id)
}

fn makes_garden(ann: &mut Scenario) {
    let (name, topic) = ("Garden".to_owned(), String::new());
    ann.does(Action::CreateRoom { name, topic });
}

/// The room as it comes onto the list of whoever made it.
fn garden(id: RoomId) -> ServerFrame {
    let mut row = listed(id, 0, 0, 11);
    (row.role, row.room.name) = (Role::Owner, "Garden".to_owned());
    listing(row)
}

/// Makes a room, and is cut before the answer.
fn lost_answer() -> Scenario {
    let mut ann = Scenario::live_room_with(1);
    makes_garden(&mut ann);
    takes_creation(&mut ann).expect("it was asked for");
    ann.is_cut();
    assert_eq!(ann.state.progress(Deed::CreateRoom), Some(Progress::NoLine));
    ann
}

#[test]
fn a_room_whose_answer_got_lost_is_found_on_the_list_and_not_made_twice() {
    let mut ann = lost_answer();
    ann.connects().hears(garden(OTHER));
    assert_eq!(ann.state.progress(Deed::CreateRoom), Some(Progress::Found));
    assert!(ann.wishes().contains(&Effect::GoTo(room(OTHER).slug)));
    ann.does(Action::Forget(Deed::CreateRoom));
    makes_garden(&mut ann);
    assert!(
        takes_creation(&mut ann).is_some(),
        "another one of that name is another wish"
    );
}

#[test]
fn a_room_that_was_not_made_is_asked_for_when_the_user_says_so_again() {
    let mut ann = lost_answer();
    ann.connects();
    assert_eq!(
        (ann.state.progress(Deed::CreateRoom), takes_creation(&mut ann)),
        (None, None)
    );
    makes_garden(&mut ann);
    assert!(takes_creation(&mut ann).is_some());
    // The feed is faster than the answer.
    ann.hears(garden(OTHER));
    assert_eq!(ann.state.progress(Deed::CreateRoom), Some(Progress::Underway));
}

#[test]
fn a_room_is_looked_for_before_it_is_asked_for_again() {
    let mut ann = lost_answer();
    ann.happens(Input::Opened);
    let (id, _) = ann.takes_hello();
    ann.hears(welcome(id));
    makes_garden(&mut ann);
    assert_eq!(takes_creation(&mut ann), None, "the list is not there yet");
    assert_eq!(ann.state.progress(Deed::CreateRoom), Some(Progress::NoLine));
    ann.hears(garden(OTHER));
    assert_eq!(ann.state.progress(Deed::CreateRoom), Some(Progress::Found));
}

#[test]
fn whether_a_server_that_could_not_answer_made_the_room_shows_on_the_list() {
    let mut ann = Scenario::live_room_with(1);
    makes_garden(&mut ann);
    let id = takes_creation(&mut ann).unwrap();
    ann.hears(refused(id, ErrorCode::Unavailable, None))
        .hears(garden(OTHER));
    assert_eq!(ann.state.progress(Deed::CreateRoom), Some(Progress::Found));
}

#[test]
fn a_room_that_nobody_waits_for_any_more_is_not_looked_for() {
    let mut ann = lost_answer();
    ann.does(Action::Forget(Deed::CreateRoom)).connects();
    ann.wishes();
    ann.hears(garden(OTHER));
    assert_eq!(ann.state.progress(Deed::CreateRoom), None);
    assert!(!ann.wishes().contains(&Effect::GoTo(room(OTHER).slug)));
}

#[test]
fn rooms_are_asked_for_again_after_a_refusal() {
    let mut ann = Scenario::live_room_with(1);
    let is_list = |command: &Command| matches!(command, Command::ListRooms { .. });
    let (id, _) = ann.does(Action::BrowseRooms).takes(is_list).unwrap();
    ann.hears(refused(id, ErrorCode::TooFast, None));
    assert_eq!(
        ann.state.progress(Deed::Browse),
        Some(Progress::Refused(ErrorCode::TooFast))
    );
    let (id, _) = ann.does(Action::BrowseRooms).takes(is_list).unwrap();
    let result = Reply::Rooms {
        rooms: vec![room(OTHER)],
        more: false,
    };
    ann.hears(ServerFrame::Ok { id, result });
    assert_eq!(ann.state.progress(Deed::Browse), None);
    assert_eq!(ann.state.joinable().map(<[_]>::len), Some(1));
}

#[test]
fn a_room_that_was_made_is_shown() {
    let mut ann = Scenario::live_room_with(1);
    makes_garden(&mut ann);
    let id = takes_creation(&mut ann).unwrap();
    ann.wishes();
    let result = Reply::Room {
        room: room(OTHER),
        member: true,
    };
    ann.hears(ServerFrame::Ok { id, result });
    assert!(ann.wishes().contains(&Effect::GoTo(room(OTHER).slug)));
    assert_eq!(ann.state.progress(Deed::CreateRoom), None);
}
