//! What is said is understood, and nothing else is.

use std::net::IpAddr;

use app::protocol::{Activity, FeedId, Number, RoomId, Seq, Timestamp, UserId};
use bytes::Bytes;
use proptest::prelude::*;

use crate::{
    bus::{
        Allowance, Announcement, Encoded, Listing, Spending,
        nats::wire::{Message, decode, encode},
    },
    ids::{NodeId, SessionId},
};

fn users_of(many: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<UserId>> {
    prop::collection::vec(any::<u64>().prop_map(UserId), many)
}

fn listing() -> impl Strategy<Value = Listing> {
    (any::<u64>(), any::<Option<u64>>()).prop_map(|(room, head)| Listing {
        room: RoomId(room),
        head: head.map(Seq),
    })
}

fn encoded() -> impl Strategy<Value = Encoded> {
    let feed = prop_oneof![
        any::<u64>().prop_map(|id| FeedId::Room(RoomId(id))),
        any::<u64>().prop_map(|id| FeedId::User(UserId(id))),
        Just(FeedId::Community),
    ];
    let json = prop::collection::vec(any::<u8>(), 0..200);
    let activity = any::<Option<(u64, Option<i64>)>>();
    let listings = prop::collection::vec(listing(), 0..4);
    let span = (0u64..1 << 50, 1u64..100);
    (feed, span, json, users_of(0..4), listings, activity, any::<bool>()).prop_map(
        |(feed, (after, length), json, left, listings, activity, is_count)| {
            let to = Seq(after + length);
            let activity = match (feed, activity) {
                (FeedId::Room(room), Some((posts, posted_at))) => Some(Activity {
                    room,
                    head: to,
                    posts: Number(posts),
                    last_posted_at: posted_at.map(Timestamp),
                }),
                _ => None,
            };
            Encoded {
                feed,
                after: Seq(after),
                to,
                json: json.into(),
                left,
                listings,
                activity,
                is_count,
            }
        },
    )
}

fn announcement() -> impl Strategy<Value = Announcement> {
    prop_oneof![
        (any::<u32>(), 0u16..5, users_of(0..9)).prop_map(|(round, part, people)| Announcement::Everybody {
            round,
            part,
            parts: 5,
            people
        }),
        (users_of(0..9), users_of(0..9)).prop_map(|(came, went)| Announcement::Flips { came, went }),
        Just(Announcement::Leaving),
    ]
}

fn spending() -> impl Strategy<Value = Spending> {
    let user = || any::<u64>().prop_map(UserId);
    let allowance = prop_oneof![
        user().prop_map(Allowance::Writes),
        user().prop_map(Allowance::Reads),
        user().prop_map(Allowance::Typing),
        any::<IpAddr>().prop_map(|address| Allowance::SignUps(address.to_canonical())),
    ];
    (allowance, any::<u32>()).prop_map(|(allowance, units)| Spending { allowance, units })
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        encoded().prop_map(Message::Changes),
        (any::<u64>(), any::<u64>()).prop_map(|(room, user)| Message::Typing(RoomId(room), UserId(user))),
        (any::<u64>(), any::<u64>()).prop_map(|(session, number)| Message::SessionEnded(SessionId(session), number)),
        any::<u64>().prop_map(Message::Answer),
        announcement().prop_map(Message::Announcement),
        any::<u64>().prop_map(Message::Marker),
        prop::collection::vec(spending(), 0..9).prop_map(Message::Spending),
    ]
}

proptest! {
    #[test]
    fn what_is_said_is_understood(node in any::<u64>(), message in message()) {
        let bytes = encode(NodeId(node), &message);
        prop_assert!(bytes.len() <= message.size());
        prop_assert_eq!(decode(bytes), Some((NodeId(node), message)));
    }

    #[test]
    fn what_is_cut_off_or_too_long_is_not_taken_for_something_else(message in message(), cut in any::<prop::sample::Index>()) {
        let whole = encode(NodeId(1), &message);
        let cut = whole.slice(..cut.index(whole.len()));
        match (decode(cut), &message) {
            // Only the frame itself may be shorter: it is whatever comes last.
            (Some((_, Message::Changes(short))), Message::Changes(long)) => {
                prop_assert!(long.json.starts_with(&short.json));
            }
            (understood, _) => prop_assert_eq!(understood, None),
        }
        if !matches!(message, Message::Changes(_)) {
            let mut long = whole.to_vec();
            long.push(0);
            prop_assert_eq!(decode(long.into()), None);
        }
    }

    #[test]
    fn garbage_is_not_understood_and_costs_nothing(garbage in prop::collection::vec(any::<u8>(), 0..300)) {
        // Whatever comes of it, it neither panics nor makes room for what is not there.
        let _ = decode(garbage.into());
    }
}

#[test]
fn another_version_is_not_understood() {
    let mut bytes = encode(NodeId(1), &Message::Marker(7)).to_vec();
    bytes[0] += 1;
    assert_eq!(decode(bytes.into()), None);
}

#[test]
fn a_stretch_that_leads_nowhere_is_not_understood() {
    let backwards = Encoded {
        feed: FeedId::Community,
        after: Seq(3),
        to: Seq(3),
        json: Bytes::new(),
        left: Vec::new(),
        listings: Vec::new(),
        activity: None,
        is_count: false,
    };
    assert_eq!(decode(encode(NodeId(1), &Message::Changes(backwards))), None);
}
