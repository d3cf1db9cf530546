//! How fast is too fast, on one node and on several.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use app::protocol::UserId;
use tokio::time::advance;

use super::{
    Pace, Rate, RateLimits, RateOptions,
    limit::{CHECKS_BETWEEN_SWEEPS, DEBT, Limit, NOTABLE},
};
use crate::{
    bus::{Allowance, Spending},
    service::ChatError,
};

const HOUR: Duration = Duration::from_secs(3600);
/// Slow enough that nothing comes back while a test runs.
const TWO: Option<Rate> = Some(Rate::new(2, HOUR));
const EIGHT: Option<Rate> = Some(Rate::new(8, HOUR));
const ANN: UserId = UserId(1);
const BOB: UserId = UserId(2);

fn every(rate: Option<Rate>) -> RateOptions {
    RateOptions {
        writes: rate,
        reads: rate,
        typing: rate,
        sign_ups: rate,
        limit_loopback: true,
    }
}

fn limits() -> RateLimits {
    RateLimits::new(every(TWO))
}

/// How many writes ann can do at once.
fn left(limits: &RateLimits) -> usize {
    (0..1000).take_while(|_| limits.check(ANN, Pace::Write).is_ok()).count()
}

fn wait(limits: &RateLimits) -> Duration {
    match limits.check(ANN, Pace::Write) {
        Err(ChatError::TooFast { retry_after }) => retry_after,
        other => panic!("expected to be too fast, not {other:?}"),
    }
}

fn writes(units: u32) -> Spending {
    Spending {
        allowance: Allowance::Writes(ANN),
        units,
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_the_burst_one_is_told_when_to_come_back() {
    let limits = limits();
    assert_eq!(left(&limits), 2);
    assert_eq!(wait(&limits), HOUR);
    advance(HOUR / 2).await;
    assert_eq!(wait(&limits), HOUR / 2);
    advance(HOUR / 2).await;
    assert_eq!(left(&limits), 1);
    advance(HOUR * 5).await;
    assert_eq!(left(&limits), 2, "never more than the burst");
}

#[test]
fn others_and_other_deeds_are_not_touched() {
    let limits = limits();
    left(&limits);
    limits.check(BOB, Pace::Write).unwrap();
    limits.check(ANN, Pace::Read).unwrap();
    assert!(limits.allows_typing(ANN));
}

#[test]
fn neighbours_in_one_ipv6_network_count_as_one() {
    let limits = limits();
    for address in ["2001:db8::1", "2001:db8::ffff"] {
        limits.check_sign_up(address.parse().unwrap()).unwrap();
    }
    assert!(limits.check_sign_up("2001:db8::2".parse().unwrap()).is_err());
    limits.check_sign_up("2001:db8:0:1::1".parse().unwrap()).unwrap();
}

#[test]
fn this_machine_can_be_spared() {
    let spared = RateLimits::new(RateOptions {
        sign_ups: TWO,
        limit_loopback: false,
        ..RateOptions::default()
    });
    let everyone = limits();
    for _ in 0..10 {
        spared.check_sign_up(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
        let _ = everyone.check_sign_up("::ffff:127.0.0.1".parse().unwrap());
    }
    assert!(everyone.check_sign_up(IpAddr::V4(Ipv4Addr::LOCALHOST)).is_err());
}

#[test]
fn without_limits_nobody_waits() {
    let limits = RateLimits::new(RateOptions::unlimited());
    limits.charge(writes(u32::MAX));
    for _ in 0..10_000 {
        limits.check(ANN, Pace::Write).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_rest_are_forgotten() {
    const SECOND: Duration = Duration::from_secs(1);
    let limit = Limit::new(Some(Rate::new(1, SECOND)));
    for user in 1..u64::from(CHECKS_BETWEEN_SWEEPS) {
        limit.check(UserId(user)).unwrap();
    }
    advance(2 * SECOND).await;
    limit.charge(UserId(0), 1);
    assert_eq!(limit.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_spent_elsewhere_is_not_there_here_and_what_is_more_than_that_is_owed() {
    let limits = RateLimits::new(every(EIGHT));
    limits.charge(writes(5));
    assert_eq!(left(&limits), 3);
    limits.charge(writes(2));
    assert_eq!(wait(&limits), 3 * HOUR);
    limits.check(BOB, Pace::Write).unwrap();
    limits.check(ANN, Pace::Read).unwrap();
    advance(3 * HOUR).await;
    assert_eq!(left(&limits), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_owes_more_than_some_bursts_whatever_is_told() {
    let limits = RateLimits::new(every(EIGHT));
    for units in [0, 1, u32::MAX, u32::MAX, 1, 0] {
        limits.charge(writes(units));
    }
    assert_eq!(wait(&limits), HOUR * (8 * DEBT + 1));
}

#[test]
fn each_deed_is_told_and_charged_for_itself() {
    let (here, there) = (RateLimits::among_nodes(every(EIGHT)), RateLimits::new(every(EIGHT)));
    let address = "2001:db8::7".parse().unwrap();
    for _ in 0..8 {
        here.check(ANN, Pace::Write).unwrap();
        here.check(ANN, Pace::Read).unwrap();
        assert!(here.allows_typing(ANN));
        here.check_sign_up(address).unwrap();
    }
    let untold = here.untold();
    assert_eq!(untold.len(), 4);
    untold.into_iter().for_each(|spending| there.charge(spending));
    assert!(there.check(ANN, Pace::Write).is_err());
    assert!(there.check(ANN, Pace::Read).is_err());
    assert!(!there.allows_typing(ANN));
    assert!(there.check_sign_up("2001:db8::8".parse().unwrap()).is_err());
}

#[tokio::test(start_paused = true)]
async fn small_change_is_not_told_and_the_rest_once() {
    let limits = RateLimits::among_nodes(every(EIGHT));
    let spend = |units| (0..units).for_each(|_| limits.check(ANN, Pace::Write).unwrap());
    spend(2);
    assert_eq!(limits.untold(), []);
    spend(1);
    assert_eq!(limits.untold(), [writes(3)]);
    assert_eq!(limits.untold(), []);
    spend(2);
    assert_eq!(limits.untold(), [], "small change again");
    advance(17 * HOUR).await;
    spend(2);
    assert_eq!(limits.untold(), [], "what was before a rest does not count");
    spend(4);
    assert_eq!(limits.untold(), [writes(6)]);
}

#[test]
fn what_is_spent_elsewhere_is_not_told_again() {
    let limits = RateLimits::among_nodes(every(EIGHT));
    limits.charge(writes(7));
    limits.check(ANN, Pace::Write).unwrap();
    assert_eq!(limits.untold(), []);
}

#[test]
fn on_a_single_node_nobody_is_noted() {
    let limits = RateLimits::new(every(EIGHT));
    left(&limits);
    assert_eq!(limits.untold(), []);
}

#[test]
fn when_there_is_more_to_tell_than_fits_the_rest_is_told_later() {
    let limit = Limit::among_nodes(TWO);
    for user in 0..NOTABLE as u64 + 10 {
        limit.check(UserId(user)).unwrap();
    }
    let mut told = limit.untold();
    assert_eq!(told.len(), NOTABLE);
    for user in NOTABLE as u64..NOTABLE as u64 + 10 {
        limit.check(UserId(user)).unwrap();
    }
    told.extend(limit.untold());
    assert_eq!(told.len(), NOTABLE + 10);
    assert_eq!(told.last().unwrap().1, 2, "nothing of it is forgotten");
}

/// What somebody gets done in a minute on three nodes that tell each other once a second, when one node gives 10 a second and 40 at
/// once. `tries` are those of each tenth of a second on each node.
async fn done_in_a_minute(tries: impl Fn(u32) -> usize) -> usize {
    let nodes = [(); 3].map(|()| RateLimits::among_nodes(RateOptions::default()));
    let mut done = 0;
    for tenth in 1..=600 {
        advance(Duration::from_millis(100)).await;
        for node in &nodes {
            let tries = 0..tries(tenth);
            done += tries.filter(|_| node.check(ANN, Pace::Write).is_ok()).count();
        }
        if tenth % 10 == 0 {
            let told = nodes.each_ref().map(RateLimits::untold);
            for (teller, spending) in told.iter().enumerate() {
                let others = nodes.iter().enumerate().filter(|(node, _)| *node != teller);
                others.for_each(|(_, node)| spending.iter().for_each(|spending| node.charge(*spending)));
            }
        }
    }
    done
}

/// The burst and a minute's pace; and what two nodes have not told the third yet: small change, and what they gave in a second.
const AT_LEAST: usize = 40 + 600 - 40;
const AT_MOST: usize = 40 + 600 + 2 * (10 + 10);

#[tokio::test(start_paused = true)]
async fn a_flood_on_three_nodes_gets_the_pace_of_one() {
    let done = done_in_a_minute(|_| 100).await;
    assert!((AT_LEAST..=AT_MOST).contains(&done), "{done}");
}

#[tokio::test(start_paused = true)]
async fn three_streams_that_are_each_below_the_pace_get_no_more_than_one() {
    // Five a second each: as much as is allowed in all, and half again.
    let done = done_in_a_minute(|tenth| usize::from(tenth % 2 == 0)).await;
    assert!((AT_LEAST..=AT_MOST).contains(&done), "{done}");
}

#[tokio::test(start_paused = true)]
async fn who_goes_at_an_allowed_pace_on_three_nodes_is_never_refused() {
    // Two and a half a second each.
    let done = done_in_a_minute(|tenth| usize::from(tenth % 4 == 0)).await;
    assert_eq!(done, 3 * 600 / 4);
}
