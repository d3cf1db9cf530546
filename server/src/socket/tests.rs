//! How long a connection goes on with a peer that does nothing.

use std::{convert::Infallible, future::pending, net::Ipv4Addr, ops::Range, pin::pin, time::Duration};

use app::protocol::{CloseCode, UserId};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt as _,
    time::{Instant, pause, sleep, timeout},
};

use super::{
    connection::{Connection, End, talk},
    writing::{self, Heartbeat, say_goodbye},
};
use crate::{
    context::Context,
    hub::{Kind, QUEUE_BYTES, frame},
    line::tests::{Kind as LineKind, Peer, pair},
    service::RateOptions,
};

/// A connection of somebody, its peer, and its server's data.
async fn connected() -> (Connection, Peer, TempDir) {
    let (context, folder) = Context::sample(RateOptions::unlimited(), false);
    let signed_up = context.service.sign_up("ann", Ipv4Addr::LOCALHOST.into()).await;
    let actor = context.service.actor(&signed_up.unwrap().token).await;
    let actor = actor.unwrap().expect("signed in");
    let (line, peer) = pair(LineKind::Plain).await;
    let writer = context.hub.connect(actor.id(), actor.session, line);
    let connection = Connection { context, actor, writer };
    (connection, peer, folder)
}

fn hello() -> Vec<u8> {
    masked(r#"{"id":1,"type":"hello","protocol":1,"watch":{}}"#)
}

/// A text frame, masked with zeros.
fn masked(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u8::try_from(text.len()) {
        Ok(short @ 0..=125) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

/// Writes until the line and the system take no more.
fn fill(connection: &Connection) {
    while !connection.writer.is_full() {
        connection.writer.send(frame::text(&[b'x'; 10_000]), Kind::Reply);
    }
}

/// Lets somebody say hello and then do nothing, does something to the line, and gives how and when the connection then ended.
async fn ends(harm: impl FnOnce(&Connection)) -> (End, Duration) {
    ends_while(harm, async |_peer| pending().await).await
}

/// The same with a peer that does something meanwhile.
async fn ends_while(harm: impl FnOnce(&Connection), act: impl AsyncFnOnce(Peer) -> Infallible) -> (End, Duration) {
    let (connection, peer, _folder) = connected().await;
    let mut talking = pin!(talk(&connection, hello()));
    let greeted = async {
        while connection.writer.standpoints().len() < 2 || connection.writer.is_behind() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        end = &mut talking => panic!("{end:?}"),
        () = greeted => {}
    }
    harm(&connection);
    pause();
    let began = Instant::now();
    tokio::select! {
        end = &mut talking => (end, began.elapsed()),
        never = act(peer) => match never {},
    }
}

fn assert_within(seconds: Range<u64>, after: Duration) {
    assert!(seconds.contains(&after.as_secs()), "{after:?}");
}

#[tokio::test]
async fn who_answers_no_ping_is_gone_two_heartbeats_later() {
    let (end, after) = ends(|_| {}).await;
    assert_eq!(end, End::Close(CloseCode::Silent));
    assert_within(29..31, after);
}

#[tokio::test]
async fn who_catches_up_from_a_slow_store_hears_heartbeats_meanwhile() {
    let (connection, mut peer, _folder) = connected().await;
    pause();
    let reading_from_the_store = Box::pin(sleep(Duration::from_secs(35)));
    Heartbeat::of(&connection).goes_on_while(reading_from_the_store).await;
    drop(connection);
    let heard = peer.read_to_end().await;
    assert_eq!(String::from_utf8_lossy(&heard).matches("heartbeat").count(), 3);
}

#[tokio::test]
async fn who_reads_nothing_has_a_minute_because_the_pings_do_not_reach_it_either() {
    let (end, after) = ends(fill).await;
    assert_eq!(end, End::Close(CloseCode::Stalled));
    assert_within(60..62, after);
}

#[tokio::test]
async fn who_sends_parts_of_a_frame_for_ever_is_silent() {
    let trickle = async |mut peer: Peer| {
        // 4,096 bytes are announced.
        peer.stream.write_all(&[0x81, 0xfe, 0x10, 0, 0, 0, 0, 0]).await.unwrap();
        loop {
            sleep(Duration::from_secs(5)).await;
            peer.stream.write_all(b"x").await.unwrap();
        }
    };
    let (end, after) = ends_while(|_| {}, trickle).await;
    assert_eq!(end, End::Close(CloseCode::Silent));
    assert_within(29..31, after);
}

#[tokio::test]
async fn who_is_sent_away_goes_at_once_though_they_read_nothing() {
    let (end, after) = ends(|connection| {
        fill(connection);
        connection.writer.close(CloseCode::SignedOut);
    })
    .await;
    assert_eq!(end, End::Close(CloseCode::SignedOut));
    assert!(after < Duration::from_secs(1), "{after:?}");
}

#[tokio::test]
async fn who_reads_nothing_has_no_longer_to_say_hello() {
    let (connection, _peer, _folder) = connected().await;
    fill(&connection);
    pause();
    let began = Instant::now();
    let end = talk(&connection, Vec::new()).await;
    assert_eq!(end, End::Close(CloseCode::HelloTimeout));
    let after = began.elapsed();
    assert_within(9..11, after);
}

#[tokio::test]
async fn who_is_sent_away_does_not_wait_for_a_slow_store() {
    let (connection, _peer, _folder) = connected().await;
    connection.writer.close(CloseCode::GoingAway);
    let mut heartbeat = Heartbeat::of(&connection);
    let waiting = heartbeat.goes_on_while(Box::pin(pending()));
    timeout(Duration::from_secs(5), waiting)
        .await
        .expect("it is left alone");
}

#[tokio::test]
async fn who_asks_and_asks_and_reads_nothing_gets_no_more_done_than_the_queue_holds_and_in_the_end_all_in_order() {
    const LENGTH: usize = 10_000;
    const QUESTIONS: usize = 300;
    let (connection, mut peer, _folder) = connected().await;
    let body = "x".repeat(LENGTH);
    let mut said = hello();
    said.extend(masked(&format!(
        r#"{{"id":2,"type":"post_message","room":1,"client_message_id":"one","body":"{body}"}}"#
    )));
    for question in 0..QUESTIONS {
        let id = 1_000 + question;
        said.extend(masked(&format!(r#"{{"id":{id},"type":"get_messages","room":1}}"#)));
    }
    let reading = async {
        peer.stream.write_all(&said).await.unwrap();
        let mut waiting = 0;
        // Until it grows no more.
        while waiting == 0 || waiting < connection.writer.queue_figures().0 {
            waiting = connection.writer.queue_figures().0;
            sleep(Duration::from_millis(200)).await;
        }
        assert!(waiting < QUEUE_BYTES, "{waiting} bytes wait");
        assert!(waiting < QUESTIONS * LENGTH / 4, "most has not even been read");
        let last = format!(r#""id":{},"#, 1_000 + QUESTIONS - 1);
        let (mut heard, mut chunk) = (String::new(), vec![0; 64 * 1024]);
        while !heard.contains(&last) {
            peer.stream.readable().await.unwrap();
            if let Ok(length) = peer.stream.try_read(&mut chunk) {
                heard.push_str(&String::from_utf8_lossy(&chunk[..length]));
                heard = heard.replace(&body, "");
            }
        }
        heard
    };
    let heard = tokio::select! {
        end = talk(&connection, Vec::new()) => panic!("{end:?}"),
        heard = timeout(Duration::from_secs(60), reading) => heard.expect("all is answered"),
    };
    let answers = heard
        .split(r#""id":"#)
        .filter_map(|rest| rest.split(',').next()?.parse().ok());
    let answers: Vec<usize> = answers.filter(|id| *id >= 1_000).collect();
    assert_eq!(answers, (1_000..1_000 + QUESTIONS).collect::<Vec<_>>());
    assert_eq!(connection.writer.queue_figures().1, 0, "nothing was dropped");
}

#[tokio::test]
async fn nothing_follows_the_goodbye() {
    let (connection, mut peer, _folder) = connected().await;
    // The goodbye waits, and so would what comes behind it.
    fill(&connection);
    let goodbye = say_goodbye(&connection, CloseCode::Silent.number());
    let late = async {
        connection.writer.send(frame::text(b"late"), Kind::Activity);
        connection.writer.send(frame::text(b"later"), Kind::Reply);
        peer.read_to_end().await
    };
    let ((), heard) = tokio::join!(goodbye, late);
    assert!(heard.ends_with(&frame::close(CloseCode::Silent.number())));
}

#[tokio::test]
async fn who_did_not_hear_that_somebody_came_is_told_again_once_they_read() {
    let (connection, mut peer, _folder) = connected().await;
    let (hub, writer, bob) = (&connection.context.hub, &connection.writer, UserId(2));
    hub.watch_people(writer, vec![bob]);
    fill(&connection);
    while writer.queue_figures().0 <= 64 * 1024 {
        writer.send(frame::text(&[b'x'; 10_000]), Kind::Reply);
    }
    // Left out: too much waits already.
    hub.watch_people(writer, vec![bob]);
    let reading = async {
        let mut heard = Vec::new();
        while String::from_utf8_lossy(&heard).matches("presence").count() < 2 {
            sleep(Duration::from_millis(1)).await;
            heard.extend(peer.read(64 * 1024));
        }
    };
    let in_time = timeout(Duration::from_secs(20), reading);
    tokio::select! {
        end = writing::run(&connection) => panic!("{end:?}"),
        told = in_time => told.expect("it is told again"),
    }
}
