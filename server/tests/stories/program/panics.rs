//! A panic ends what it happened in, and nothing else.

use std::sync::Arc;

use app::protocol::{Changes, Command, ErrorCode, Rejection};
use async_trait::async_trait;
use reqwest::{Method, StatusCode};
use server::bus::{Bus, Event, InProcessBus, Listener, Signal};

use crate::harness::{Ended, GENERAL, Setup, TestServer};

/// Carries everything but typing, which makes it panic.
#[derive(Default)]
struct Fragile(InProcessBus);

#[async_trait]
impl Bus for Fragile {
    async fn publish(&self, changes: Arc<Changes>) {
        self.0.publish(changes).await;
    }

    async fn signal(&self, signal: Signal) {
        assert!(!matches!(signal, Signal::Typing { .. }), "on purpose");
        self.0.signal(signal).await;
    }

    fn listen(&self) -> Box<dyn Listener> {
        self.0.listen()
    }
}

#[tokio::test]
async fn a_panic_ends_its_own_request_or_connection_and_harms_nothing_else() {
    let server = TestServer::start_as(Setup {
        bus: Some(|| Arc::new(Fragile::default())),
        ..Setup::default()
    })
    .await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let second = ann.opens_watching(&[GENERAL]).await;

    let (status, answer) = ann.calls(Method::POST, "/api/v1/rooms/1/typing", None).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let told: Rejection = serde_json::from_value(answer).expect("told like any error");
    assert_eq!(told.code, ErrorCode::Unavailable);

    ann.client().send(Command::SetTyping { room: GENERAL }).await;
    assert_eq!(ann.client().log.ended().await, Ended::Lost);

    let (_, head) = bob.says(GENERAL, "I am still here").await;
    second.log.reaches(app::protocol::FeedId::Room(GENERAL), head).await;
    ann.connects().await;
    ann.says(GENERAL, "so am I again").await;
    bob.reads("so am I again").await;

    let hub = &server.context().hub;
    assert_eq!(hub.connections(), 3, "the one that ended is not remembered");
    let page = server.context().telemetry.page();
    assert!(page.contains("magpie_panics_total 2\n"), "{page}");
}

/// Whoever listens to it panics at the first word of typing.
#[derive(Default)]
struct Treacherous(InProcessBus);

#[async_trait]
impl Bus for Treacherous {
    async fn publish(&self, changes: Arc<Changes>) {
        self.0.publish(changes).await;
    }

    async fn signal(&self, signal: Signal) {
        self.0.signal(signal).await;
    }

    fn listen(&self) -> Box<dyn Listener> {
        Box::new(Trap(self.0.listen()))
    }
}

struct Trap(Box<dyn Listener>);

#[async_trait]
impl Listener for Trap {
    async fn next(&mut self) -> Option<Event> {
        let event = self.0.next().await;
        assert!(
            !matches!(event, Some(Event::Signal(Signal::Typing { .. }))),
            "on purpose"
        );
        event
    }

    fn next_now(&mut self) -> Option<Event> {
        None
    }
}

#[tokio::test]
async fn a_panic_in_what_everybody_needs_is_an_orderly_end_and_a_fresh_start() {
    let mut server = TestServer::start_as(Setup {
        bus: Some(|| Arc::new(Treacherous::default())),
        ..Setup::default()
    })
    .await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.says(GENERAL, "kept").await;
    ann.client().send(Command::SetTyping { room: GENERAL }).await;
    server.falters().await;
    let goodbye = Ended::Closed(app::protocol::CloseCode::GoingAway.number());
    assert_eq!(
        bob.client().log.ended().await,
        goodbye,
        "everybody is told to come back"
    );
    server.starts_again().await;
    bob.connects().await;
    bob.reads("kept").await;
}
