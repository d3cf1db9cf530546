//! Equal reads are shared. Whoever reads is held, so that everybody has gathered before the first read begins.

use std::any::Any;

use app::protocol::{FeedId, RoomId, Seq, User};
use futures::{
    future::{BoxFuture, join_all},
    poll,
};

use super::stage::{Stage, member};
use crate::store::{CatchUp, Result, Shared, StoreError};

/// Keeps all who read at work, until what it gives is dropped.
pub(crate) type Hold<'h> = &'h (dyn Fn() -> Box<dyn Any> + Sync);

/// People in a room in which something was said after they had come.
struct Garden<'s> {
    stage: &'s Stage,
    room: RoomId,
    people: Vec<User>,
    /// Where everybody stands.
    before: Seq,
}

impl<'s> Garden<'s> {
    async fn with(people: usize, stage: &'s Stage) -> Self {
        let ann = stage.person("ann").await;
        let room = stage.room(&ann, "garden").await;
        let people = join_all((0..people).map(|_| stage.person("bob"))).await;
        join_all(people.iter().map(|person| stage.joins(person, room))).await;
        let before = stage.head(FeedId::Room(room)).await;
        stage.says_often(&ann, room, "hello", 3).await;
        Self {
            stage,
            room,
            people,
            before,
        }
    }

    fn asks(&self, person: &User) -> BoxFuture<'s, Result<Shared>> {
        let standing = member(person, self.room);
        self.stage.store.catch_up_room(standing, Some(self.before))
    }

    /// Everybody asks; nobody is answered yet.
    async fn ask(&self) -> Vec<BoxFuture<'s, Result<Shared>>> {
        let mut asked = Vec::new();
        for person in &self.people {
            let mut answer = self.asks(person);
            assert!(poll!(&mut answer).is_pending());
            asked.push(answer);
        }
        asked
    }

    async fn told(&self) -> CatchUp {
        CatchUp::Changes(self.stage.between(FeedId::Room(self.room), self.before).await)
    }

    fn shared_reads(&self) -> u64 {
        self.stage.store.meters().shared_reads()
    }
}

pub(crate) async fn two_hundred_readers_share_one_read_and_the_removed_one_is_refused(stage: &Stage, hold: Hold<'_>) {
    let garden = Garden::with(200, stage).await;
    let removed = 7;
    stage.leaves(&garden.people[removed], garden.room).await;
    let told = garden.told().await;
    let held = hold();
    let asked = garden.ask().await;
    drop(held);
    for (index, answer) in join_all(asked).await.into_iter().enumerate() {
        if index == removed {
            assert!(matches!(answer, Err(StoreError::Refused)));
        } else {
            assert_eq!(*answer.unwrap(), told);
        }
    }
    assert_eq!(garden.shared_reads(), 198, "199 answers from one read");
}

pub(crate) async fn what_is_committed_before_one_asks_is_told_although_others_asked_before_it(
    stage: &Stage,
    hold: Hold<'_>,
) {
    let garden = Garden::with(2, stage).await;
    let held = hold();
    let mut asked = garden.ask().await;
    let latest = stage.says(&garden.people[0], garden.room, "one more").await;
    let mut late = garden.asks(&garden.people[0]);
    assert!(poll!(&mut late).is_pending());
    asked.push(late);
    drop(held);
    for answer in join_all(asked).await {
        let answer = answer.unwrap();
        assert!(matches!(&*answer, CatchUp::Changes(changes) if changes.to == latest.seq));
    }
    assert_eq!(garden.shared_reads(), 2);
}

pub(crate) async fn who_goes_away_takes_nothing_from_those_who_joined(stage: &Stage, hold: Hold<'_>) {
    let garden = Garden::with(10, stage).await;
    let told = garden.told().await;
    let held = hold();
    let mut asked = garden.ask().await;
    // The one for whom the read was ordered is the first.
    drop(asked.remove(0));
    drop(held);
    for answer in join_all(asked).await {
        assert_eq!(*answer.unwrap(), told);
    }
    assert_eq!(garden.shared_reads(), 8);
}

pub(crate) async fn no_read_is_for_more_than_so_many(stage: &Stage, hold: Hold<'_>) {
    let garden = Garden::with(300, stage).await;
    let told = garden.told().await;
    let held = hold();
    let asked = garden.ask().await;
    drop(held);
    for answer in join_all(asked).await {
        assert_eq!(*answer.unwrap(), told);
    }
    assert_eq!(garden.shared_reads(), 298, "two reads");
}
