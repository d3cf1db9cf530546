//! What it counts, and where it tells that.

use std::collections::BTreeMap;

use app::protocol::{Command, ErrorCode, FeedId, GapReason, Seq};
use reqwest::{Method, StatusCode};
use tempfile::TempDir;

use crate::harness::{Figures, GENERAL, Line, Listener, Magpie, Person, post};

async fn start(folder: &TempDir) -> Magpie {
    Magpie::start_with(folder.path(), &["--metrics-listen", "127.0.0.1:0"]).await
}

#[tokio::test]
async fn after_a_story_the_figures_tell_it() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder).await;
    let (ann, bob) = (
        Person::sign_in(server.address, "ann").await,
        Person::sign_in(server.address, "bob").await,
    );
    ann.connects().await;
    bob.connects().await;
    let before = Figures::of(&server).await;
    for number in 0..3 {
        let body = format!("number {number}");
        ann.says(GENERAL, &body).await;
        ann.reads(&body).await;
        bob.reads(&body).await;
    }
    let refused = ann.asks(post(GENERAL, " ")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TextEmpty);
    let (status, _) = bob.calls(Method::GET, "/api/v1/rooms/77/messages", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = bob.calls(Method::GET, "/nowhere/at/all", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let epoch = bob.polls(None, &BTreeMap::new(), 0).await;
    let app::protocol::ServerFrame::Welcome(welcome) = &epoch.frames[0] else {
        panic!("the welcome comes first")
    };
    let (epoch, future) = (welcome.epoch.clone(), BTreeMap::from([(GENERAL, Some(Seq(1_000)))]));
    let polled = bob.polls(Some(&epoch), &future, 0).await;
    let gap = |frame: &app::protocol::ServerFrame| match frame {
        app::protocol::ServerFrame::Gap { feed, reason, .. } if *feed == FeedId::Room(GENERAL) => Some(*reason),
        _ => None,
    };
    assert_eq!(polled.frames.iter().find_map(gap), Some(GapReason::Future));

    let after = Figures::of(&server).await;
    let more = |name: &str| after.get(name) - before.get(name);
    assert_eq!(after.get("connections"), 2.0);
    assert_eq!((after.get("connections_behind"), after.get("queue_bytes")), (0.0, 0.0));
    // Each message for both, and a read marker for its author: with the first message, and once more when this takes long.
    let markers = more("seqs_released_total") - 3.0;
    assert!((1.0..=3.0).contains(&markers), "{markers}");
    let deliveries = more("deliveries_total");
    assert!((7.0..=6.0 + markers).contains(&deliveries), "{deliveries}");
    let (deeds, commits) = (more("store_commit_deeds_sum"), more("store_commit_seconds_count"));
    assert!(deeds == commits && (3.0..=5.0).contains(&commits), "{deeds} {commits}");
    assert_eq!(more(r#"errors_total{code="text_empty"}"#), 1.0);
    assert_eq!(more(r#"errors_total{code="room_not_found"}"#), 1.0);
    let unknown_room = r#"http_requests_total{route="/api/v1/rooms/{room}/messages",status="404"}"#;
    assert_eq!(more(unknown_room), 1.0);
    assert_eq!(more(r#"http_requests_total{route="none",status="404"}"#), 1.0);
    assert_eq!(more(r#"resumes_total{outcome="gap_future"}"#), 1.0);
    assert_eq!(after.get("feeds_carried"), 4.0, "two people, the room, the community");
    for quiet in [
        "panics_total",
        "holes_filled_total",
        "queue_overflows_total",
        "store_commits_failed_total",
    ] {
        assert!(after.0.contains_key(&format!("magpie_{quiet}")), "{quiet} is told");
        assert_eq!(after.get(quiet), 0.0, "{quiet}");
    }
    server.stop().await;
}

#[tokio::test]
async fn who_reads_nothing_shows_in_the_figures_until_they_have_caught_up() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder).await;
    let ann = Person::sign_in(server.address, "ann").await;
    ann.connects().await;
    let line = Line {
        receive_buffer: Some(4_096),
        ..ann.line()
    };
    let slow = Listener::open(&line).await;
    slow.stops_reading();
    let before = Figures::of(&server).await;
    let (long, mut last, mut most) = ("x".repeat(9_000), Seq(0), 0.0_f64);
    let then = loop {
        for _ in 0..20 {
            last = ann.says(GENERAL, &long).await.1;
        }
        let now = Figures::of(&server).await;
        most = most.max(now.get("queue_bytes"));
        if now.get("queue_overflows_total") > 0.0 {
            break now;
        }
    };
    assert_eq!(then.get("connections_behind"), 1.0);
    assert!(most > 0.0, "what waited for it was counted");
    slow.reads_again();
    slow.reaches(last).await;
    let after = Figures::of(&server).await;
    assert_eq!((after.get("connections_behind"), after.get("queue_bytes")), (0.0, 0.0));
    let outcome = r#"resumes_total{outcome="changes"}"#;
    assert!(after.get(outcome) > before.get(outcome), "it caught up from the store");
    server.stop().await;
}

#[tokio::test]
async fn figures_are_told_nowhere_unless_asked_for_and_never_where_people_come_in() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder).await;
    let answer = reqwest::get(format!("http://{}/metrics", server.address))
        .await
        .unwrap();
    assert!(!answer.text().await.unwrap().contains("magpie_connections"));
    let address = server.figures.unwrap();
    for elsewhere in ["/", "/healthz", "/api/v1/rooms"] {
        let answer = reqwest::get(format!("http://{address}{elsewhere}")).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    server.stop().await;
    let folder = TempDir::new().unwrap();
    let server = Magpie::start(folder.path()).await;
    assert_eq!(server.figures, None);
    server.stop().await;
}

#[tokio::test]
async fn figures_hold_nothing_private() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder).await;
    let ann = Person::sign_in(server.address, "Annabel").await;
    ann.connects().await;
    let room = ann.creates("Secret garden").await;
    ann.says(room.id, "the key is under the stone").await;
    let rename = Command::RenameRoom {
        room: room.id,
        name: "Hidden garden".to_owned(),
    };
    ann.changes(rename).await;
    ann.calls(Method::GET, "/rooms/secret-garden", None).await;
    ann.calls(Method::GET, "/Annabel/under-the-stone", None).await;
    let page = reqwest::get(format!("http://{}/metrics", server.figures.unwrap())).await;
    let page = page.unwrap().text().await.unwrap();
    for private in ["Annabel", "garden", "stone", &ann.token, "127.0.0.1"] {
        assert!(!page.contains(private), "{private} in {page}");
    }
    server.stop().await;
}
