//! Equal reads are shared. The threads that read are held, so that everybody has gathered before the first read begins.

use std::sync::{Arc, mpsc};

use app::protocol::{FeedId, RoomId, Seq, User};
use futures::{
    FutureExt as _,
    future::{BoxFuture, join_all},
    poll,
};
use tempfile::TempDir;

use super::{super::readers::READERS, SqliteStore, database, open};
use crate::store::{
    CatchUp, FeedStore as _, Result, Shared, StoreError,
    contract::{Stage, member},
};

/// People in a room in which something was said after they had come.
struct Garden {
    _folder: TempDir,
    store: Arc<SqliteStore>,
    stage: Stage,
    room: RoomId,
    people: Vec<User>,
    /// Where everybody stands.
    before: Seq,
}

impl Garden {
    async fn with(people: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Arc::new(open(&database(&folder)).unwrap());
        let stage = Stage::new(store.clone());
        let ann = stage.person("ann").await;
        let room = stage.room(&ann, "garden").await;
        let people = join_all((0..people).map(|_| stage.person("bob"))).await;
        join_all(people.iter().map(|person| stage.joins(person, room))).await;
        let before = stage.head(FeedId::Room(room)).await;
        stage.says_often(&ann, room, "hello", 3).await;
        Self {
            _folder: folder,
            store,
            stage,
            room,
            people,
            before,
        }
    }

    /// Everybody asks; nobody is answered yet.
    async fn ask(&self) -> Vec<BoxFuture<'_, Result<Shared>>> {
        let mut asked = Vec::new();
        for person in &self.people {
            let mut answer = self.store.catch_up_room(member(person, self.room), Some(self.before));
            assert!(poll!(&mut answer).is_pending());
            asked.push(answer);
        }
        asked
    }

    async fn told(&self) -> CatchUp {
        CatchUp::Changes(self.stage.between(FeedId::Room(self.room), self.before).await)
    }
}

/// Keeps every thread that reads at work, until the senders are dropped.
async fn hold(store: &SqliteStore) -> (Vec<BoxFuture<'_, Result<()>>>, Vec<mpsc::SyncSender<()>>) {
    let (mut held, mut holders) = (Vec::new(), Vec::new());
    for _ in 0..READERS {
        let (holder, until) = mpsc::sync_channel::<()>(1);
        let read = move |_: &rusqlite::Connection| {
            // It ends with an error: nothing is sent.
            let _ = until.recv();
            Ok(())
        };
        let mut read = store.read(read).boxed();
        assert!(poll!(&mut read).is_pending());
        held.push(read);
        holders.push(holder);
    }
    (held, holders)
}

#[tokio::test]
async fn two_hundred_readers_share_one_read_and_the_removed_one_is_refused() {
    let garden = Garden::with(200).await;
    let removed = 7;
    garden.stage.leaves(&garden.people[removed], garden.room).await;
    let told = garden.told().await;
    let (held, holders) = hold(&garden.store).await;
    let asked = garden.ask().await;
    drop(holders);
    let answers = join_all(asked).await;
    join_all(held).await;
    for (index, answer) in answers.into_iter().enumerate() {
        if index == removed {
            assert!(matches!(answer, Err(StoreError::Refused)));
        } else {
            assert_eq!(*answer.unwrap(), told);
        }
    }
    assert_eq!(garden.store.meters.shared_reads(), 198, "199 answers from one read");
}

#[tokio::test]
async fn what_is_committed_before_one_asks_is_told_although_others_asked_before_it() {
    let garden = Garden::with(2).await;
    let (held, holders) = hold(&garden.store).await;
    let mut asked = garden.ask().await;
    let latest = garden.stage.says(&garden.people[0], garden.room, "one more").await;
    let mut late = garden
        .store
        .catch_up_room(member(&garden.people[0], garden.room), Some(garden.before));
    assert!(poll!(&mut late).is_pending());
    asked.push(late);
    drop(holders);
    for answer in join_all(asked).await {
        let answer = answer.unwrap();
        assert!(matches!(&*answer, CatchUp::Changes(changes) if changes.to == latest.seq));
    }
    join_all(held).await;
    assert_eq!(garden.store.meters.shared_reads(), 2);
}

#[tokio::test]
async fn who_goes_away_takes_nothing_from_those_who_joined() {
    let garden = Garden::with(10).await;
    let told = garden.told().await;
    let (held, holders) = hold(&garden.store).await;
    let mut asked = garden.ask().await;
    // The one for whom the read was ordered is the first.
    drop(asked.remove(0));
    drop(holders);
    for answer in join_all(asked).await {
        assert_eq!(*answer.unwrap(), told);
    }
    join_all(held).await;
    assert_eq!(garden.store.meters.shared_reads(), 8);
}

#[tokio::test]
async fn no_read_is_for_more_than_so_many() {
    let garden = Garden::with(300).await;
    let told = garden.told().await;
    let (held, holders) = hold(&garden.store).await;
    let asked = garden.ask().await;
    drop(holders);
    for answer in join_all(asked).await {
        assert_eq!(*answer.unwrap(), told);
    }
    join_all(held).await;
    assert_eq!(garden.store.meters.shared_reads(), 298, "two reads");
}
