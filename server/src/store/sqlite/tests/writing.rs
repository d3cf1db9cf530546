//! The writer: groups, savepoints, failures.

use std::sync::{Arc, mpsc};

use app::protocol::{Number, Seq};
use rusqlite::{Connection, TransactionBehavior};
use tempfile::TempDir;

use super::{SqliteStore, database, open};
use crate::{
    scheduler::let_others_run,
    store::{Committed, Constraint, FeedStore, Result, StoreError, contract::Stage},
};

fn note(connection: &Connection, text: &str) -> Result<()> {
    connection.execute("INSERT INTO notes VALUES (?1)", [text])?;
    Ok(())
}

async fn notes(store: &SqliteStore) -> Vec<String> {
    let read = |connection: &Connection| {
        let mut statement = connection.prepare("SELECT text FROM notes")?;
        Ok(statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?)
    };
    store.read(read).await.unwrap()
}

/// A store with a scratch table, whose writer waits until it is told to go on: what comes meanwhile is one group.
async fn held(
    folder: &TempDir,
) -> (
    Arc<SqliteStore>,
    mpsc::SyncSender<()>,
    tokio::task::JoinHandle<Result<()>>,
) {
    let store = Arc::new(open(&database(folder)).unwrap());
    store
        .write(|connection| Ok(connection.execute_batch("CREATE TABLE notes (text TEXT)")?))
        .await
        .unwrap();
    let (go_on, wait) = mpsc::sync_channel::<()>(1);
    let (started, has_started) = tokio::sync::oneshot::channel();
    let holder = store.clone();
    let held = tokio::spawn(async move {
        let hold = move |_: &Connection| {
            started.send(()).unwrap();
            wait.recv().unwrap();
            Ok(())
        };
        holder.write(hold).await
    });
    has_started.await.unwrap();
    (store, go_on, held)
}

/// Lets the held writer go on once those who write beside this have handed on what they want, which takes them a moment.
async fn behind_them(go_on: &mpsc::SyncSender<()>) {
    let_others_run().await;
    go_on.send(()).unwrap();
}

#[tokio::test]
async fn a_failing_and_a_panicking_deed_leave_their_neighbours_alone() {
    let folder = TempDir::new().unwrap();
    let (store, go_on, held) = held(&folder).await;
    let (first, failed, panicked, last, ()) = futures::join!(
        store.write(|connection| note(connection, "first")),
        store.write(|connection| {
            note(connection, "failed")?;
            Err::<(), _>(StoreError::Conflict(Constraint::NoSuchRoom))
        }),
        store.write(|connection| -> Result<()> {
            note(connection, "panicked")?;
            panic!("on purpose")
        }),
        store.write(|connection| note(connection, "last")),
        behind_them(&go_on),
    );
    held.await.unwrap().unwrap();
    first.unwrap();
    last.unwrap();
    assert!(matches!(failed, Err(StoreError::Conflict(Constraint::NoSuchRoom))));
    assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
    assert_eq!(notes(&store).await, ["first", "last"]);
    store
        .write(|connection| note(connection, "the thread lives"))
        .await
        .unwrap();
    store.close().await;
}

/// As `write`, for a deed that says that it looks first.
async fn after_looking<F>(store: &SqliteStore, deed: F) -> Result<()>
where
    F: FnOnce(&Connection) -> Result<()> + Send + 'static,
{
    let deed = |connection: &Connection| {
        deed(connection)?;
        Ok(Committed {
            value: (),
            changes: Vec::new(),
        })
    };
    store.change_after_looking(deed).await.map(|committed| committed.value)
}

#[tokio::test]
async fn a_deed_that_fails_before_it_wrote_leaves_its_neighbours_alone_without_a_savepoint() {
    let folder = TempDir::new().unwrap();
    let (store, go_on, held) = held(&folder).await;
    let (first, failed, panicked, last, ()) = futures::join!(
        after_looking(&store, |connection| note(connection, "first")),
        after_looking(&store, |_| Err(StoreError::Conflict(Constraint::NoSuchRoom))),
        after_looking(&store, |_| panic!("on purpose")),
        store.write(|connection| note(connection, "last")),
        behind_them(&go_on),
    );
    held.await.unwrap().unwrap();
    first.unwrap();
    last.unwrap();
    assert!(matches!(failed, Err(StoreError::Conflict(Constraint::NoSuchRoom))));
    assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
    assert_eq!(notes(&store).await, ["first", "last"]);
    store.close().await;
}

#[tokio::test]
async fn a_deed_that_breaks_its_word_is_acknowledged_to_nobody_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let (store, go_on, held) = held(&folder).await;
    let (first, broken, last, ()) = futures::join!(
        store.write(|connection| note(connection, "first")),
        after_looking(&store, |connection| {
            note(connection, "half done")?;
            panic!("on purpose")
        }),
        after_looking(&store, |connection| note(connection, "last")),
        behind_them(&go_on),
    );
    held.await.unwrap().unwrap();
    for answer in [first, broken, last] {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    }
    assert_eq!(notes(&store).await, Vec::<String>::new());
    after_looking(&store, |connection| note(connection, "it goes on"))
        .await
        .unwrap();
    assert_eq!(notes(&store).await, ["it goes on"]);
    store.close().await;
}

#[tokio::test]
async fn a_commit_that_fails_is_acknowledged_to_nobody() {
    let folder = TempDir::new().unwrap();
    let (store, go_on, held) = held(&folder).await;
    let (first, saboteur, last, ()) = futures::join!(
        store.write(|connection| note(connection, "first")),
        // What a full disk does: SQLite ends the whole transaction by itself.
        store.write(|connection| Ok(connection.execute_batch("ROLLBACK")?)),
        store.write(|connection| note(connection, "last")),
        behind_them(&go_on),
    );
    held.await.unwrap().unwrap();
    for answer in [first, saboteur, last] {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    }
    assert_eq!(notes(&store).await, Vec::<String>::new());
    store.write(|connection| note(connection, "it goes on")).await.unwrap();
    assert_eq!(notes(&store).await, ["it goes on"]);
    store.close().await;
}

#[tokio::test]
async fn what_was_accepted_before_closing_is_committed() {
    let folder = TempDir::new().unwrap();
    let (store, go_on, held) = held(&folder).await;
    let (accepted, (), late) = futures::join!(
        store.write(|connection| note(connection, "accepted")),
        async {
            behind_them(&go_on).await;
            store.close().await;
        },
        async {
            held.await.unwrap().unwrap();
            store.close().await;
            store.write(|connection| note(connection, "late")).await
        },
    );
    accepted.unwrap();
    assert!(matches!(late, Err(StoreError::Unavailable(_))));
    let reopened = open(&database(&folder)).unwrap();
    assert_eq!(notes(&reopened).await, ["accepted"]);
    reopened.close().await;
}

#[tokio::test]
async fn a_panicking_read_leaves_the_reader_alive() {
    let folder = TempDir::new().unwrap();
    let store = open(&database(&folder)).unwrap();
    for _ in 0..20 {
        let panicked = store.read(|_| -> Result<()> { panic!("on purpose") }).await;
        assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
    }
    assert_eq!(
        store.head(app::protocol::FeedId::Community).await.unwrap(),
        Some(Seq(0))
    );
    store.close().await;
}

#[tokio::test]
async fn one_read_is_one_snapshot() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(open(&database(&folder)).unwrap());
    store
        .write(|connection| Ok(connection.execute_batch("CREATE TABLE notes (text TEXT)")?))
        .await
        .unwrap();
    let (go_on, wait) = mpsc::sync_channel::<()>(1);
    let (started, has_started) = tokio::sync::oneshot::channel();
    let read = store.read(move |connection| {
        let count = || connection.query_row("SELECT count(*) FROM notes", [], |row| row.get::<_, i64>(0));
        let before = count()?;
        started.send(()).unwrap();
        wait.recv().unwrap();
        Ok((before, count()?))
    });
    let write = async {
        has_started.await.unwrap();
        store.write(|connection| note(connection, "meanwhile")).await.unwrap();
        go_on.send(()).unwrap();
    };
    let (read, ()) = futures::join!(read, write);
    assert_eq!(read.unwrap(), (0, 0));
    assert_eq!(notes(&store).await.len(), 1);
    store.close().await;
}

#[tokio::test]
async fn a_foreign_lock_is_waited_for() {
    let folder = TempDir::new().unwrap();
    let stage = Stage::new(Arc::new(open(&database(&folder)).unwrap()));
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let mut foreign = Connection::open(database(&folder)).unwrap();
    let lock = foreign
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    let mut post = std::pin::pin!(stage.says(&ann, general, "hello"));
    // Not answered while somebody else holds the lock; then without any doing of the caller's.
    assert!(futures::poll!(&mut post).is_pending());
    drop(lock);
    assert_eq!(post.await.number, Number(1));
    stage.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_posters_are_dense() {
    let folder = TempDir::new().unwrap();
    let stage = Arc::new(Stage::new(Arc::new(open(&database(&folder)).unwrap())));
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let posters: Vec<_> = (0..64)
        .map(|_| {
            let (stage, ann) = (stage.clone(), ann.clone());
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for _ in 0..20 {
                    numbers.push(stage.says(&ann, general, "hello").await.number.0);
                }
                assert!(numbers.is_sorted(), "one after the other is one after the other");
                numbers
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for poster in posters {
        numbers.extend(poster.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=64 * 20).collect::<Vec<u64>>());
    stage.store.close().await;
}
