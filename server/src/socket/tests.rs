//! How long a connection goes on with a peer that does nothing.

use std::{net::Ipv4Addr, pin::pin, time::Duration};

use app::protocol::CloseCode;
use tempfile::TempDir;
use tokio::time::{Instant, pause, sleep};

use super::connection::{Connection, End, talk};
use crate::{
    context::Context,
    hub::{Kind, frame},
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

/// `hello`, masked with zeros.
fn hello() -> Vec<u8> {
    let text = br#"{"id":1,"type":"hello","protocol":1,"watch":{}}"#;
    let mut frame = vec![0x81, 0x80 | text.len() as u8, 0, 0, 0, 0];
    frame.extend(text);
    frame
}

/// Lets somebody say hello, does something to the line, and gives how and when the connection then ended.
async fn ends(harm: impl FnOnce(&Connection)) -> (End, Duration) {
    let (connection, _peer, _folder) = connected().await;
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
    (talking.await, began.elapsed())
}

#[tokio::test]
async fn who_answers_no_ping_is_gone_after_three_heartbeats() {
    let (end, after) = ends(|_| {}).await;
    assert_eq!(end, End::Close(CloseCode::Silent));
    assert!(
        (Duration::from_secs(29)..Duration::from_secs(31)).contains(&after),
        "{after:?}"
    );
}

#[tokio::test]
async fn who_reads_nothing_has_a_minute_because_the_pings_do_not_reach_it_either() {
    let (end, after) = ends(|connection| {
        while !connection.writer.is_full() {
            connection.writer.send(frame::text(&[b'x'; 10_000]), Kind::Reply);
        }
    })
    .await;
    assert_eq!(end, End::Close(CloseCode::Stalled));
    assert!(
        (Duration::from_secs(60)..Duration::from_secs(62)).contains(&after),
        "{after:?}"
    );
}
