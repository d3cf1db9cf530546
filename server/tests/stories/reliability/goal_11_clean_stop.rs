//! Goal 11: a clean stop. Everybody is told, what was begun is answered, nothing is torn, and the next one can begin at once.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use app::protocol::{ClientMessageId, CloseCode, Command, Number, Reply, RequestId, ServerFrame};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout},
};

use crate::harness::{
    Client, Ended, GENERAL, Magpie, PATIENCE, Person, Raw, Replica, TestServer, fresh_id, has_no_file, header, magpie,
    per_check_second, post, tell,
};

/// Far less than the ten seconds after which supervisors lose patience.
const SOON: Duration = Duration::from_secs(5);

/// What `docs/operating.md` promises, however much there is to do.
const UNDER_LOAD: Duration = Duration::from_secs(10);
const SENDERS: usize = 8;
/// Posts that one of them has on the way at a time.
const WINDOW: usize = 16;

/// Waits until the line in use was told that somebody is here.
async fn sees(person: &Person, other: &Person) {
    let here = |frame: &ServerFrame| match frame {
        ServerFrame::Presence { users } => users
            .iter()
            .any(|presence| presence.user == other.id() && presence.online)
            .then_some(()),
        _ => None,
    };
    person.client().log.find("somebody's arrival", 0, here).await;
}

#[tokio::test]
async fn sigterm_answers_everybody_and_ends_soon_and_the_next_one_begins_at_once() {
    let folder = TempDir::new().unwrap();
    let mut server = Magpie::start(folder.path()).await;
    let ann = Person::sign_in(server.address, "ann").await;
    let bob = Person::sign_in(server.address, "bob").await;
    ann.connects().await;
    let (_, head) = ann.says(GENERAL, "kept").await;

    // One line that keeps alive, one on which nothing was ever said.
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
        .await
        .unwrap();
    let mut answered = Vec::new();
    while !answered.ends_with(b"alive") {
        answered.push(idle.read_u8().await.unwrap());
    }
    let mut silent = TcpStream::connect(server.address).await.unwrap();

    let watch = Command::WatchPresence { users: vec![bob.id()] };
    ann.asks(watch).await.unwrap();
    // Two polls: the first one learns where everything stands, the second has nothing to tell and waits.
    let polled = bob.polls(None, &BTreeMap::from([(GENERAL, None)]), 0).await;
    let mut held = Replica::default();
    held.take_all(&polled.frames);
    assert_eq!(held.position(GENERAL), Some(head));
    let poll = app::protocol::http::Poll {
        hello: held.hello(bob.id()),
        wait: 25,
    };
    let polling = bob.polls_with(&poll);
    let stopping = async {
        sees(&ann, &bob).await;
        let start = Instant::now();
        server.terminate().await;
        (start, server.ended().await)
    };
    let (polled, (start, status)) = tokio::join!(polling, stopping);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(status.success(), "{status}");
    assert!(
        matches!(polled.frames[..], [ServerFrame::Welcome(_)]),
        "there was no news"
    );
    assert_eq!(
        ann.client().log.ended().await,
        Ended::Closed(CloseCode::GoingAway.number())
    );
    for line in [&mut idle, &mut silent] {
        assert_eq!(line.read(&mut [0]).await.unwrap_or(0), 0, "the line is closed");
    }

    let server = server.start_again(folder.path()).await;
    let bodies: Vec<String> = ann
        .history(GENERAL)
        .await
        .into_iter()
        .map(|message| message.body)
        .collect();
    assert_eq!(bodies, ["kept"]);
    server.stop().await;
}

#[tokio::test]
async fn a_clean_stop_says_goodbye_to_everyone_and_keeps_what_was_acknowledged() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = ann.client();
    let mut sent = Vec::new();
    for number in 0..300 {
        let id = fresh_id();
        let command = Command::PostMessage {
            room: GENERAL,
            client_message_id: id.clone(),
            body: format!("line {number}"),
            read: None,
        };
        sent.push((client.send(command).await, id));
    }
    // In the middle: some are acknowledged, some are not.
    client.posted(sent[100].0).await;
    server.stop().await;
    let mut acknowledged = Vec::new();
    for (id, name) in sent {
        if let Some(answer) = client.log.answer(id).await {
            assert!(answer.is_ok(), "what is answered while stopping is done: {answer:?}");
            acknowledged.push(name);
        }
    }
    let goodbye = Ended::Closed(CloseCode::GoingAway.number());
    assert_eq!(
        (client.log.ended().await, bob.client().log.ended().await),
        (goodbye, goodbye)
    );
    server.starts_again().await;
    let kept: Vec<_> = bob
        .history(GENERAL)
        .await
        .into_iter()
        .map(|message| message.client_message_id)
        .collect();
    for name in &acknowledged {
        assert_eq!(kept.iter().filter(|kept| *kept == name).count(), 1);
    }
    assert!(acknowledged.len() > 100);
}

/// A post on the way: the request, and the sender's own name for it.
type Sent = (RequestId, ClientMessageId);

/// Posts as fast as it can until the line ends. What was answered was done, and what was not answered nobody knows. Gives
/// the place of each post that was acknowledged, and how many were not.
async fn posts_until_the_end(
    client: Arc<Client>,
    count: watch::Sender<u64>,
) -> (Vec<(ClientMessageId, Number)>, usize) {
    let (mut on_the_way, mut acknowledged, mut unknown) = (VecDeque::<Sent>::new(), Vec::new(), 0);
    loop {
        while on_the_way.len() < WINDOW && client.log.how_it_ended().is_none() {
            let command = post(GENERAL, "on and on");
            let Command::PostMessage { client_message_id, .. } = command.clone() else {
                unreachable!("it is a post")
            };
            on_the_way.push_back((client.send(command).await, client_message_id));
        }
        let Some((request, name)) = on_the_way.pop_front() else {
            return (acknowledged, unknown);
        };
        match client.log.answer(request).await {
            Some(Ok(Reply::Posted { number, .. })) => {
                assert_eq!(unknown, 0, "answers come in the order of the posts");
                acknowledged.push((name, number));
                count.send_modify(|count| *count += 1);
            }
            Some(answer) => panic!("what is answered while stopping is done: {answer:?}"),
            None => unknown += 1,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_under_load_answers_what_was_begun_says_goodbye_to_all_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let mut server = Magpie::start(folder.path()).await;
    let (mut people, mut sending) = (Vec::new(), JoinSet::new());
    let (count, mut counted) = watch::channel(0);
    for number in 0..SENDERS {
        let person = Person::sign_in(server.address, &format!("sender {number}")).await;
        person.connects().await;
        people.push(person);
    }
    for person in &people {
        sending.spawn(posts_until_the_end(person.client(), count.clone()));
    }
    let enough = per_check_second(500);
    let busy = timeout(PATIENCE, counted.wait_for(|count| *count >= enough)).await;
    busy.expect("they go on").unwrap();

    let told = Instant::now();
    server.terminate().await;
    let status = server.ended().await;
    assert!(told.elapsed() < UNDER_LOAD, "{:?}", told.elapsed());
    assert_eq!(status.code(), Some(0), "{status}");
    let goodbye = Ended::Closed(CloseCode::GoingAway.number());
    for person in &people {
        assert_eq!(person.client().log.ended().await, goodbye);
    }
    let (mut acknowledged, mut unknown) = (Vec::new(), 0);
    while let Some(sent) = sending.join_next().await {
        let (own, lost) = sent.unwrap();
        acknowledged.extend(own);
        unknown += lost;
    }
    println!(
        "{} acknowledged, {unknown} left unknown, gone within {:?}",
        acknowledged.len(),
        told.elapsed()
    );

    let server = server.start_again(folder.path()).await;
    let history = people[0].history(GENERAL).await;
    let numbers: Vec<u64> = history.iter().map(|message| message.number.0).collect();
    assert_eq!(numbers, (1..=history.len() as u64).collect::<Vec<_>>(), "dense");
    let kept: BTreeMap<_, _> = history
        .iter()
        .map(|message| (&message.client_message_id, message.number))
        .collect();
    assert_eq!(kept.len(), history.len(), "nothing is there twice");
    for (name, number) in &acknowledged {
        assert_eq!(
            kept.get(name),
            Some(number),
            "what was acknowledged is where it was said to be"
        );
    }
    assert!(history.len() <= acknowledged.len() + unknown, "nothing was made up");
    server.stop().await;
}

#[tokio::test]
async fn a_post_that_was_begun_is_answered_before_the_goodbye() {
    if has_no_file() {
        return;
    }
    let mut server = TestServer::start().await;
    let [ann, bob, cleo] = server.people(["ann", "bob", "cleo"]).await;
    // Somebody else's lock: what is to be written waits for it.
    let mut foreign = server.database();
    let lock = foreign
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .unwrap();
    let mut raw = Raw::open(server.address, &ann).await;
    raw.send_frame(0x81, br#"{"id":1,"type":"hello","protocol":1,"watch":{}}"#)
        .await;
    // In one piece: whoever heard of the typing knows that the post was read.
    let mut frames = Vec::new();
    for text in [
        r#"{"id":2,"type":"set_typing","room":1}"#,
        r#"{"id":3,"type":"post_message","room":1,"client_message_id":"begun","body":"begun"}"#,
    ] {
        frames.extend(header(0x81, text.len() as u64, true));
        frames.extend([0; 4]);
        frames.extend(text.as_bytes());
    }
    raw.send(&frames).await;
    let typing = |frame: &ServerFrame| matches!(frame, ServerFrame::Typing { .. }).then_some(());
    bob.client().log.find("typing", 0, typing).await;

    let stopping = server.stop();
    let going_on = async {
        let goodbye = Ended::Closed(CloseCode::GoingAway.number());
        assert_eq!(cleo.client().log.ended().await, goodbye);
        drop(lock);
        let mut answered = false;
        loop {
            match timeout(PATIENCE, raw.frame()).await.expect("the server goes on") {
                Some((0x81, text)) => {
                    answered |= String::from_utf8(text).unwrap().starts_with(r#"{"type":"ok","id":3"#)
                }
                Some((0x88, code)) => {
                    assert_eq!(code, CloseCode::GoingAway.number().to_be_bytes());
                    break;
                }
                Some(_) => {}
                None => panic!("the line ended without a goodbye"),
            }
        }
        assert!(answered, "what was begun is answered");
    };
    tokio::join!(stopping, going_on);
    drop(foreign);
    server.starts_again().await;
    let history = bob.history(GENERAL).await;
    assert!(history.iter().any(|message| message.body == "begun"));
}

#[tokio::test]
async fn told_to_end_while_it_waits_for_its_database_it_does() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let database = format!("postgres://magpie@{}/magpie", silent.local_addr().unwrap());
    let mut starting = magpie(&["serve", "--listen", "127.0.0.1:0", "--database", &database])
        .spawn()
        .unwrap();
    let (_line, _) = silent.accept().await.unwrap();
    let told = Instant::now();
    tell(starting.id().expect("it runs"), "TERM").await;
    let status = timeout(PATIENCE, starting.wait()).await.expect("it ends").unwrap();
    assert!(status.success(), "{status}");
    assert!(told.elapsed() < SOON / 2, "{:?}", told.elapsed());
}
