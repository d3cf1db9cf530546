//! Servers and clients of different age understand each other as far as they can.

use crate::protocol::{
    ClientFrame, Command, ErrorCode, FeedId, Item, RequestId, RoomId, Seq, ServerFrame, Timestamp,
    http::{Poll, Polled},
};

#[test]
fn fields_that_nobody_knows_are_ignored() {
    let text = r#"{"type":"join_room","id":7,"room":12,"mood":{"deep":["unknown"]}}"#;
    let frame: ClientFrame = serde_json::from_str(text).unwrap();
    assert_eq!(
        frame,
        ClientFrame {
            id: RequestId(7),
            command: Command::JoinRoom { room: RoomId(12) }
        }
    );
    let text = r#"{"type":"typing","room":12,"user":3,"since":5}"#;
    assert!(matches!(
        serde_json::from_str(text).unwrap(),
        ServerFrame::Typing { .. }
    ));
    let text = r#"{"type":"changes","feed":"community","after":1,"to":2,"hint":0,"items":[
        {"kind":"user","id":3,"name":"Ann","changed":2,"colour":"blue"}]}"#;
    let ServerFrame::Changes(changes) = serde_json::from_str(text).unwrap() else {
        panic!("not changes")
    };
    assert_eq!(changes.items.len(), 1);
}

#[test]
fn a_frame_of_a_newer_server_is_unknown_and_no_error() {
    for text in [
        r#"{"type":"fireworks"}"#,
        r#"{"colours":["red"],"type":"fireworks","id":7}"#,
    ] {
        assert_eq!(serde_json::from_str::<ServerFrame>(text).unwrap(), ServerFrame::Unknown);
    }
    let polled: Polled = serde_json::from_str(r#"{"frames":[{"type":"fireworks"},{"type":"heartbeat"}]}"#).unwrap();
    assert_eq!(
        polled.frames,
        [
            ServerFrame::Unknown,
            ServerFrame::Heartbeat {
                heads: vec![],
                delayed: false
            }
        ]
    );
}

#[test]
fn rows_of_a_newer_server_are_left_out_and_their_seqs_are_counted() {
    let text = r#"{"type":"changes","feed":"room:12","after":4,"to":6,"items":[
        {"kind":"reaction","message":7,"emoji":"🎉","changed":5},
        {"kind":"member","user":3,"role":"member","joined_at":0,"changed":6}]}"#;
    let ServerFrame::Changes(changes) = serde_json::from_str(text).unwrap() else {
        panic!("not changes")
    };
    assert_eq!(
        (changes.feed, changes.after, changes.to),
        (FeedId::Room(RoomId(12)), Seq(4), Seq(6))
    );
    assert!(matches!(&changes.items[..], [Item::Member(member)] if member.changed == Seq(6)));
}

#[test]
fn a_known_row_that_is_broken_is_an_error_and_not_left_out() {
    let text = r#"{"type":"changes","feed":"room:12","after":4,"to":6,"items":[{"kind":"member","user":3}]}"#;
    assert!(serde_json::from_str::<ServerFrame>(text).is_err());
}

#[test]
fn a_field_that_is_missing_or_of_another_kind_is_an_error() {
    for frame in [
        r#"{"type":"typing","room":12}"#,
        r#"{"type":"typing","room":12,"user":"3"}"#,
        r#"{"type":"typing","room":12,"user":-3}"#,
        r#"{"type":"typing","room":12,"user":3.5}"#,
        r#"{"type":"typing","room":12,"user":null}"#,
        r#"{"type":"presence","users":{}}"#,
        r#"{"type":"presence","users":[{"user":3,"online":1}]}"#,
        r#"{"type":"heartbeat","heads":null}"#,
        r#"{"room":12,"user":3}"#,
        "[]",
    ] {
        assert!(serde_json::from_str::<ServerFrame>(frame).is_err(), "{frame}");
    }
}

#[test]
fn a_moment_may_lie_before_1970_and_what_never_was_may_be_null() {
    let text = r#"{"type":"activity","room":12,"head":1,"posts":1,"last_posted_at":-1}"#;
    let without = r#"{"type":"activity","room":12,"head":1,"posts":1,"last_posted_at":null}"#;
    let moments = [text, without].map(|text| match serde_json::from_str(text).unwrap() {
        ServerFrame::Activity(activity) => activity.last_posted_at,
        frame => panic!("{frame:?} is no activity"),
    });
    assert_eq!(moments, [Some(Timestamp(-1)), None]);
}

#[test]
fn an_error_code_of_a_newer_server_is_unknown_and_no_error() {
    let text = r#"{"type":"error","id":7,"code":"out_of_coffee","message":"come back after lunch"}"#;
    let ServerFrame::Error { id, rejection } = serde_json::from_str(text).unwrap() else {
        panic!("not an error")
    };
    assert_eq!((id, rejection.code), (Some(RequestId(7)), ErrorCode::Unknown));
    assert_eq!(rejection.message, "come back after lunch");
}

#[test]
fn a_type_that_the_server_does_not_know_is_an_error() {
    let error = serde_json::from_str::<ClientFrame>(r#"{"type":"make_coffee","id":7}"#).unwrap_err();
    assert!(error.to_string().contains("make_coffee"), "{error}");
}

#[test]
fn the_order_of_fields_means_nothing() {
    let text = r#"{"watch":{"12":345,"20":null},"id":7,"protocol":1,"type":"hello"}"#;
    let ClientFrame {
        command: Command::Hello(hello),
        ..
    } = serde_json::from_str(text).unwrap()
    else {
        panic!("not hello")
    };
    assert_eq!(
        hello.watch.into_iter().collect::<Vec<_>>(),
        [(RoomId(12), Some(Seq(345))), (RoomId(20), None)]
    );
}

#[test]
fn rooms_to_watch_are_named_by_their_ids() {
    for keys in [
        r#"{"general":1}"#,
        r#"{"-1":1}"#,
        r#"{"1.5":1}"#,
        r#"{"":1}"#,
        r#"{"12":"345"}"#,
        "[12]",
    ] {
        let poll = format!(r#"{{"protocol":1,"watch":{keys}}}"#);
        assert!(serde_json::from_str::<Poll>(&poll).is_err(), "{keys}");
        let hello = format!(r#"{{"type":"hello","id":7,"protocol":1,"watch":{keys}}}"#);
        assert!(serde_json::from_str::<ClientFrame>(&hello).is_err(), "{keys}");
    }
}

#[test]
fn what_a_poll_leaves_out_is_nothing_held_and_no_waiting() {
    let poll: Poll = serde_json::from_str(r#"{"protocol":1}"#).unwrap();
    assert_eq!(poll.wait, 0);
    assert!(poll.hello.watch.is_empty() && poll.hello.epoch.is_none() && poll.hello.user.is_none());
}

#[test]
fn a_feed_has_one_name() {
    for name in ["room:12", "user:3", "community"] {
        assert_eq!(name.parse::<FeedId>().unwrap().to_string(), name);
    }
    for name in [
        "",
        "room",
        "room:",
        "room:x",
        "room:-1",
        "room:1:2",
        "Room:1",
        "community:1",
    ] {
        assert!(name.parse::<FeedId>().is_err(), "{name}");
    }
}
