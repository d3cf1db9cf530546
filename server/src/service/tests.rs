//! Stories about the rules, over a real store and a real bus.

use std::{net::IpAddr, sync::Arc, time::Duration};

use app::protocol::{ClientMessageId, FeedId, Item, Number, RoomId, Slug, Timestamp};
use futures::FutureExt as _;

use crate::{
    access::Actor,
    bus::{Bus as _, Event, InProcessBus, Listener, Signal},
    clock::StandingClock,
    command,
    store::{
        Store,
        sqlite::{SqliteOptions, SqliteStore},
    },
};

use super::{ChatError, Draft, Rate, RateLimits, RateOptions, Service};

/// A service, and somebody who hears what it publishes.
struct Chat {
    service: Service,
    bus: Arc<InProcessBus>,
    clock: Arc<StandingClock>,
    _folder: tempfile::TempDir,
}

impl Chat {
    fn open(rates: RateOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("magpie.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, SqliteOptions::default(), Timestamp(1)).unwrap());
        let (bus, clock) = (
            Arc::new(InProcessBus::default()),
            Arc::new(StandingClock::at(Timestamp(1_000))),
        );
        let limits = Arc::new(RateLimits::new(rates));
        let service = Service::new(store, Arc::clone(&bus) as _, Arc::clone(&clock) as _, limits);
        Self {
            service,
            bus,
            clock,
            _folder: folder,
        }
    }

    async fn person(&self, name: &str) -> Actor {
        let signed_up = self.service.sign_up(name, IpAddr::from([127, 0, 0, 1])).await.unwrap();
        self.service.actor(&signed_up.token).await.unwrap().unwrap()
    }

    /// The room that everyone starts in, as somebody in it finds it.
    async fn general(&self, actor: &Actor) -> RoomId {
        let found = self.service.access().find_room(actor, &general()).await;
        found.unwrap().room.id
    }

    async fn says(&self, actor: &Actor, body: &str) -> Result<Number, ChatError> {
        let room = self.general(actor).await;
        let permit = self.service.access().can_post(actor, room).await.unwrap();
        let mut posted = self.service.post(permit, vec![draft(body)]).await?;
        posted.remove(0).map(|posted| posted.number)
    }
}

fn general() -> Slug {
    Slug("general".to_owned())
}

/// Equal bodies have equal ids.
fn draft(body: &str) -> Draft {
    Draft::new(ClientMessageId(format!("id-{}", body.len())), body.to_owned(), None).unwrap()
}

/// The body of the next message that is published.
async fn hears(listener: &mut Box<dyn Listener>) -> String {
    loop {
        let Some(Event::Changes(changes)) = listener.next().await else {
            continue;
        };
        let message = changes.items.iter().find_map(|item| match item {
            Item::Message(message) => Some(message.body.clone()),
            _ => None,
        });
        if let Some(body) = message {
            return body;
        }
    }
}

#[tokio::test]
async fn what_was_stored_is_published_even_if_the_sender_hangs_up() {
    let chat = Chat::open(RateOptions::unlimited());
    let ann = chat.person("ann").await;
    let room = chat.general(&ann).await;
    let permit = chat.service.access().can_post(&ann, room).await.unwrap();
    let mut listener = chat.bus.listen();

    let posting = Box::pin(chat.service.post(permit, vec![draft("heard anyway")]));
    assert!(
        posting.now_or_never().is_none(),
        "polled once, then dropped in the middle"
    );

    assert_eq!(hears(&mut listener).await, "heard anyway");
    assert_eq!(
        chat.says(&ann, "heard anyway").await.unwrap(),
        Number(1),
        "the retry finds it stored"
    );
}

#[tokio::test]
async fn a_retry_is_not_published_again() {
    let chat = Chat::open(RateOptions::unlimited());
    let ann = chat.person("ann").await;
    let mut listener = chat.bus.listen();
    for body in ["first", "first", "another"] {
        chat.says(&ann, body).await.unwrap();
    }
    assert_eq!(hears(&mut listener).await, "first");
    assert_eq!(hears(&mut listener).await, "another");
}

#[tokio::test]
async fn a_body_is_stored_as_written_and_dated_by_the_clock() {
    let chat = Chat::open(RateOptions::unlimited());
    let ann = chat.person("ann").await;
    chat.clock.advance(500);
    let body = "  indented\r\n\u{202e}turned <b>\0 ";
    chat.says(&ann, body).await.unwrap();
    let snapshot = command::snapshot(&chat.service, &ann, Some(&general())).await.unwrap();
    let message = &snapshot.room.unwrap().page.messages[0];
    assert_eq!((message.body.as_str(), message.posted_at), (body, Timestamp(1_500)));
}

#[tokio::test]
async fn a_permit_that_grew_stale_lets_nothing_through() {
    let chat = Chat::open(RateOptions::unlimited());
    let (ann, bob) = (chat.person("ann").await, chat.person("bob").await);
    let access = chat.service.access();
    let room = chat.general(&ann).await;
    let permit = access.can_post(&bob, room).await.unwrap();
    let removal = access.can_moderate(&ann, room).await.unwrap();
    chat.service.remove_member(removal, bob.id()).await.unwrap();
    assert!(matches!(
        chat.service.post(permit, vec![draft("too late")]).await,
        Err(ChatError::NotAMember)
    ));
}

#[tokio::test]
async fn signing_out_is_told_to_every_connection_of_the_session() {
    let chat = Chat::open(RateOptions::unlimited());
    let ann = chat.person("ann").await;
    let mut listener = chat.bus.listen();
    chat.service.sign_out(&ann).await.unwrap();
    let Some(Event::Signal(signal)) = listener.next().await else {
        panic!("nothing was told")
    };
    assert_eq!(signal, Signal::SessionEnded { session: ann.session });
}

#[tokio::test]
async fn typing_beyond_the_limit_is_dropped_without_a_word() {
    let once = Some(Rate::new(1, Duration::from_secs(3600)));
    let chat = Chat::open(RateOptions {
        typing: once,
        ..RateOptions::unlimited()
    });
    let ann = chat.person("ann").await;
    let room = chat.general(&ann).await;
    let mut listener = chat.bus.listen();
    for _ in 0..3 {
        command::execute(&chat.service, &ann, app::protocol::Command::SetTyping { room })
            .await
            .unwrap();
    }
    assert!(matches!(
        listener.next_now(),
        Some(Event::Signal(Signal::Typing { .. }))
    ));
    assert!(listener.next_now().is_none());
}

#[tokio::test]
async fn a_new_name_reaches_everyone_by_the_community_feed() {
    let chat = Chat::open(RateOptions::unlimited());
    let ann = chat.person("ann").await;
    let before = chat.service.snapshot(&ann, None).await.unwrap();
    let mut listener = chat.bus.listen();
    chat.service.rename_user(&ann, " Ann Lee ").await.unwrap();
    let Some(Event::Changes(changes)) = listener.next().await else {
        panic!("nothing was published")
    };
    assert_eq!((changes.feed, changes.after), (FeedId::Community, before.community));
    let after = chat.service.snapshot(&ann, None).await.unwrap();
    assert_eq!((after.you.name.as_str(), after.community), ("Ann Lee", changes.to));
}

#[tokio::test]
async fn more_than_the_limit_is_not_read() {
    let chat = Chat::open(RateOptions::unlimited());
    let ann = chat.person("ann").await;
    let room = chat.general(&ann).await;
    let permit = chat.service.access().can_read(&ann, room).await.unwrap();
    assert!(matches!(
        chat.service.messages(permit, None, Some(501)).await,
        Err(ChatError::TooMany { limit: 500 })
    ));
    assert!(chat.service.messages(permit, None, Some(500)).await.is_ok());
    let many = vec![ann.id(); 201];
    assert!(matches!(
        chat.service.users(&many).await,
        Err(ChatError::TooMany { limit: 200 })
    ));
}
