//! Who goes with whom, with a carrier that only writes down whom it was given: these need no server.

use std::sync::{Arc, atomic::Ordering::SeqCst};

use app::protocol::{Role, RoomId, UserId};
use futures::{
    FutureExt as _,
    future::{BoxFuture, join_all},
    poll,
};
use tokio_util::task::TaskTracker;

use super::{
    super::{
        lanes::{Answer, Call, Lanes},
        turns::{ALONE, GROUP, Manner, TOGETHER},
    },
    notebook::{Notebook, Trouble},
};
use crate::store::{OwnMarker, Standing, StoreError, contract::message};

/// Lanes, and what is carried from them.
struct Dock {
    notebook: Arc<Notebook>,
    lanes: Arc<Lanes>,
    work: TaskTracker,
}

impl Dock {
    fn with(trouble: Trouble) -> Self {
        let notebook = Notebook::with(trouble);
        Self {
            lanes: Lanes::new(Arc::clone(&notebook)),
            notebook,
            work: TaskTracker::new(),
        }
    }

    /// Somebody posts that many messages there, and waits.
    async fn post_many(&self, room: u64, messages: usize) -> BoxFuture<'static, Answer> {
        let standing = Standing {
            user: UserId(1),
            room: RoomId(room),
            role: Role::Member,
        };
        let messages = (0..messages).map(|count| message(&format!("m{count}"), "hello"));
        let call = Call {
            standing,
            messages: messages.collect(),
            own_marker: OwnMarker::Moves,
        };
        let (lanes, work) = (Arc::clone(&self.lanes), self.work.token());
        let mut posting = async move { lanes.post(call, work).await }.boxed();
        assert!(poll!(&mut posting).is_pending());
        settled().await;
        posting
    }

    async fn post(&self, room: u64) -> BoxFuture<'static, Answer> {
        self.post_many(room, 1).await
    }

    /// As many groups come to their end.
    async fn let_through(&self, groups: usize) {
        self.notebook.gate.add_permits(groups);
        settled().await;
    }

    /// Whom it was given since the last look, in which manner.
    fn carried(&self) -> Vec<(Manner, Vec<u64>)> {
        let carried = self.notebook.carried.lock().unwrap().split_off(0);
        let plain = |(manner, rooms): (Manner, Vec<RoomId>)| (manner, rooms.iter().map(|room| room.0).collect());
        carried.into_iter().map(plain).collect()
    }

    /// All who may be under way are, so that the next ones gather.
    async fn occupied(&self) -> Vec<BoxFuture<'static, Answer>> {
        let mut first = Vec::new();
        for room in 0..TOGETHER as u64 {
            first.push(self.post(1_000 + room).await);
        }
        assert_eq!(self.carried().len(), TOGETHER);
        first
    }
}

/// Every task that can go on has gone on.
async fn settled() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

async fn all_done(asked: Vec<BoxFuture<'static, Answer>>) {
    for answer in join_all(asked).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn whatever_waits_in_all_rooms_goes_together_in_the_order_of_its_rooms() {
    let dock = Dock::with(Trouble::None);
    let mut asked = dock.occupied().await;
    for room in [1, 2, 3, 1, 2, 1] {
        asked.push(dock.post(room).await);
    }
    assert_eq!(dock.carried(), [], "no more than so many are under way");
    dock.let_through(1).await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![1, 1, 1, 2, 2, 3])]);
    dock.let_through(TOGETHER).await;
    all_done(asked).await;
    assert_eq!(dock.carried(), []);
}

#[tokio::test]
async fn a_room_that_is_under_way_waits_while_the_others_go() {
    let dock = Dock::with(Trouble::None);
    let mut asked = vec![dock.post(1).await];
    for room in [1, 2, 1] {
        asked.push(dock.post(room).await);
    }
    let carried = dock.carried();
    assert_eq!(carried[..2], [(Manner::Together, vec![1]), (Manner::Together, vec![2])]);
    dock.let_through(1).await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![1, 1])]);
    dock.let_through(2).await;
    all_done(asked).await;
}

#[tokio::test]
async fn a_group_is_bounded_and_a_busy_room_lets_the_others_have_their_turn() {
    let dock = Dock::with(Trouble::None);
    let mut asked = dock.occupied().await;
    for _ in 0..3 {
        asked.push(dock.post_many(1, GROUP / 2).await);
    }
    asked.push(dock.post(2).await);
    dock.let_through(1).await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![1, 1])]);
    dock.let_through(1).await;
    assert_eq!(
        dock.carried(),
        [(Manner::Together, vec![2])],
        "the busy one is under way"
    );
    dock.let_through(1).await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![1])]);
    asked.push(dock.post_many(3, 3 * GROUP).await);
    dock.let_through(3).await;
    all_done(asked).await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![3])], "one call goes in whole");
}

/// One room of five is of no use.
async fn one_room_fails_the_others(trouble: Trouble) {
    let dock = Dock::with(trouble);
    let mut asked = dock.occupied().await;
    for room in [1, 2, 3, 3, 4, 5] {
        asked.push(dock.post(room).await);
    }
    // Those who went first, the group, and each of its rooms.
    dock.let_through(TOGETHER + 1 + 5).await;
    let mut carried = dock.carried();
    assert_eq!(carried.remove(0), (Manner::Together, vec![1, 2, 3, 3, 4, 5]));
    carried.sort_by_key(|(_, rooms)| rooms[0]);
    let alone = [vec![1], vec![2], vec![3, 3], vec![4], vec![5]];
    assert_eq!(carried, alone.map(|rooms| (Manner::Alone, rooms)));
    for (index, answer) in join_all(asked).await.into_iter().enumerate() {
        let is_troubled = [TOGETHER + 2, TOGETHER + 3].contains(&index);
        assert_eq!(answer.is_err(), is_troubled, "{index}: {answer:?}");
    }

    // It goes on by itself, however many go with the others.
    let again = [3, 4, 5, 3];
    let mut asked = dock.occupied().await;
    for room in again {
        asked.push(dock.post(room).await);
    }
    assert_eq!(dock.carried(), [(Manner::Alone, vec![3])]);
    dock.let_through(TOGETHER + 3).await;
    let mut carried = dock.carried();
    carried.sort_by_key(|(_, rooms)| rooms[0]);
    assert_eq!(carried, [(Manner::Alone, vec![3]), (Manner::Together, vec![4, 5])]);
    assert_eq!(join_all(asked).await.iter().filter(|answer| answer.is_err()).count(), 2);

    dock.notebook.is_over.store(true, SeqCst);
    let mut asked = vec![dock.post(3).await];
    dock.let_through(1).await;
    assert_eq!(dock.carried(), [(Manner::Alone, vec![3])]);
    asked.extend(dock.occupied().await);
    for room in [4, 3] {
        asked.push(dock.post(room).await);
    }
    dock.let_through(TOGETHER + 1).await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![4, 3])], "once it is over");
    all_done(asked).await;
}

#[tokio::test]
async fn a_room_that_makes_its_group_fail_fails_alone_and_troubles_no_other_again() {
    one_room_fails_the_others(Trouble::Damaged).await;
}

#[tokio::test]
async fn a_panic_costs_its_own_room_and_leaves_nobody_behind() {
    one_room_fails_the_others(Trouble::Panicking).await;
}

#[tokio::test]
async fn rooms_that_go_alone_leave_room_for_the_others() {
    let dock = Dock::with(Trouble::Damaged);
    let mut asked = dock.occupied().await;
    let many = 2 * ALONE as u64;
    for room in 1..=many {
        asked.push(dock.post(room).await);
    }
    dock.let_through(TOGETHER + 1).await;
    assert_eq!(
        dock.carried().len(),
        1 + ALONE,
        "the group, and then so many of its rooms at a time"
    );
    asked.push(dock.post(100).await);
    assert_eq!(dock.carried(), [(Manner::Together, vec![100])]);
    dock.let_through(1 + 2 * ALONE).await;
    let failed = join_all(asked).await.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(failed, 1);
}

#[tokio::test]
async fn what_is_no_rooms_fault_is_told_to_all_at_once() {
    let dock = Dock::with(Trouble::Everywhere);
    let mut asked = dock.occupied().await;
    for room in 1..=3 {
        asked.push(dock.post(room).await);
    }
    dock.let_through(TOGETHER + 1).await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![1, 2, 3])]);
    for answer in join_all(asked).await {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    }
}

#[tokio::test]
async fn whoever_went_away_is_carried_and_the_store_waits_for_it() {
    let dock = Dock::with(Trouble::None);
    drop(dock.post(1).await);
    dock.work.close();
    let mut closed = dock.work.wait().boxed();
    assert!(poll!(&mut closed).is_pending());
    dock.let_through(1).await;
    closed.await;
    assert_eq!(dock.carried(), [(Manner::Together, vec![1])]);
}
