//! What every bus promises, as one suite. A bus runs it with `bus_contract!(path::to::fresh)`, where `fresh` is an async function
//! that gives two nodes' ends of a new bus, or `None` where there is none to be had, and is not mentioned in here.

use std::sync::Arc;

use app::protocol::{Changes, FeedId, Item, RoomId, Seq, User, UserId};
use tokio::time::timeout;

use super::{Allowance, Bus, Event, Listener, Reach, Signal, Spending, frame_json};
use crate::ids::SessionId;

/// Nothing takes this long.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
const ROOM: FeedId = FeedId::Room(RoomId(7));

/// Two nodes' ends of one bus; the same end twice where there is one node.
pub(crate) struct Fresh {
    pub(crate) one: Arc<dyn Bus>,
    pub(crate) other: Arc<dyn Bus>,
}

/// Makes a test of every promise for one bus.
macro_rules! bus_contract {
    ($fresh:path) => {
        $crate::bus::contract::bus_contract! { $fresh =>
            what_is_published_reaches_every_node_that_follows_once,
            a_publisher_hears_what_it_said_once,
            nodes_that_talk_at_once_hear_each_other,
            whoever_comes_later_hears_what_is_said_later,
            signals_reach_every_node,
            what_is_spent_is_told_to_the_other_nodes_alone,
            nobody_has_to_listen,
        }
    };
    ($fresh:path => $($name:ident,)*) => {
        $(#[tokio::test]
        async fn $name() {
            if let Some(fresh) = $fresh().await {
                $crate::bus::contract::$name(&fresh).await;
            }
        })*
    };
}

pub(crate) use bus_contract;

/// A stretch of the room, with a row in it.
pub(crate) fn changes(seq: u64) -> Changes {
    Changes {
        feed: ROOM,
        after: Seq(seq - 1),
        to: Seq(seq),
        items: vec![Item::User(User {
            id: UserId(seq),
            name: "喜鹊".to_owned(),
            changed: Seq(seq),
        })],
    }
}

/// What a connection would be told of the next changes.
async fn hears(listener: &mut Box<dyn Listener>) -> (Seq, bytes::Bytes) {
    loop {
        match next(listener).await {
            Event::Changes(changes) => return (changes.to, frame_json(&changes)),
            Event::Encoded(encoded) => return (encoded.to, encoded.json.clone()),
            _ => {}
        }
    }
}

/// What comes next.
pub(crate) async fn next(listener: &mut Box<dyn Listener>) -> Event {
    let event = timeout(PATIENCE, listener.next()).await.expect("waited in vain");
    event.expect("the bus lives")
}

pub(crate) async fn what_is_published_reaches_every_node_that_follows_once(fresh: &Fresh) {
    let mut listeners = [fresh.one.listen(), fresh.other.listen()];
    fresh.one.follow(ROOM).await;
    fresh.other.follow(ROOM).await;
    for seq in 1..=3 {
        fresh.one.publish(Arc::new(changes(seq))).await;
    }
    for listener in &mut listeners {
        for seq in 1..=3 {
            assert_eq!(hears(listener).await, (Seq(seq), frame_json(&changes(seq))));
        }
    }
}

pub(crate) async fn a_publisher_hears_what_it_said_once(fresh: &Fresh) {
    let mut listener = fresh.one.listen();
    fresh.one.follow(ROOM).await;
    fresh.other.follow(ROOM).await;
    fresh.one.publish(Arc::new(changes(1))).await;
    // By the time that the other's answer is here, an echo would be, too.
    let mut others = fresh.other.listen();
    fresh.one.publish(Arc::new(changes(2))).await;
    while hears(&mut others).await.0 != Seq(2) {}
    fresh.other.publish(Arc::new(changes(3))).await;
    for seq in 1..=3 {
        assert_eq!(hears(&mut listener).await.0, Seq(seq));
    }
}

pub(crate) async fn nodes_that_talk_at_once_hear_each_other(fresh: &Fresh) {
    const EACH: u64 = 200;
    let mut listeners = [fresh.one.listen(), fresh.other.listen()];
    fresh.one.follow(ROOM).await;
    fresh.other.follow(ROOM).await;
    let talk = async |bus: &Arc<dyn Bus>, first: u64| {
        for seq in (first..=2 * EACH).step_by(2) {
            bus.publish(Arc::new(changes(seq))).await;
        }
    };
    tokio::join!(talk(&fresh.one, 1), talk(&fresh.other, 2));
    for listener in &mut listeners {
        let mut heard = Vec::new();
        for _ in 0..2 * EACH {
            heard.push(hears(listener).await.0.0);
        }
        heard.sort_unstable();
        assert_eq!(heard, (1..=2 * EACH).collect::<Vec<_>>());
    }
}

pub(crate) async fn whoever_comes_later_hears_what_is_said_later(fresh: &Fresh) {
    fresh.other.follow(ROOM).await;
    fresh.one.publish(Arc::new(changes(1))).await;
    let mut late = fresh.one.listen();
    fresh.one.publish(Arc::new(changes(2))).await;
    assert_eq!(hears(&mut late).await.0, Seq(2));
}

pub(crate) async fn signals_reach_every_node(fresh: &Fresh) {
    let mut listeners = [fresh.one.listen(), fresh.other.listen()];
    fresh.other.follow(ROOM).await;
    let typing = Signal::Typing {
        room: RoomId(7),
        user: UserId(1),
    };
    let ended = Signal::SessionEnded { session: SessionId(3) };
    fresh.one.signal(typing.clone()).await;
    fresh.one.signal(ended.clone()).await;
    for listener in &mut listeners {
        let mut heard = [false; 2];
        while heard != [true; 2] {
            if let Event::Signal(signal) | Event::Asked(signal, _) = next(listener).await {
                heard[0] |= signal == typing;
                heard[1] |= signal == ended;
            }
        }
    }
}

pub(crate) async fn what_is_spent_is_told_to_the_other_nodes_alone(fresh: &Fresh) {
    let [here, there] = [fresh.one.spending(), fresh.other.spending()];
    let (Some(mut here), Some(mut there)) = (here, there) else {
        assert_eq!(fresh.one.reach(), Reach::OneNode, "nobody else spends anything");
        return;
    };
    let spent = |units| {
        let address = "2001:db8::".parse().expect("an address");
        let spending = |allowance| Spending { allowance, units };
        [Allowance::Writes(UserId(7)), Allowance::SignUps(address)]
            .map(spending)
            .to_vec()
    };
    fresh.one.tell_spending(spent(1));
    let heard = timeout(PATIENCE, there.recv()).await.expect("waited in vain");
    assert_eq!(*heard.expect("the bus lives"), spent(1));
    // By the time that the other's answer is here, an echo would be, too.
    fresh.other.tell_spending(spent(2));
    let heard = timeout(PATIENCE, here.recv()).await.expect("waited in vain");
    assert_eq!(*heard.expect("the bus lives"), spent(2));
}

pub(crate) async fn nobody_has_to_listen(fresh: &Fresh) {
    for seq in 1..=10_000 {
        fresh.one.publish(Arc::new(changes(seq))).await;
    }
}
