//! Goal 20: how fast one may go is counted per person, whatever the number of lines, and costs nobody else anything.

use app::protocol::{Command, ErrorCode, Hello, VERSION};
use reqwest::{Method, StatusCode};
use server::service::{Rate, RateOptions};

use crate::harness::{GENERAL, TestServer, post};

#[tokio::test]
async fn who_goes_too_fast_is_told_when_to_come_back_on_all_lines_and_the_others_are_not() {
    let rates = RateOptions {
        writes: Some(Rate::new(5, std::time::Duration::from_secs(3_600))),
        ..RateOptions::unlimited()
    };
    let server = TestServer::start_with(rates).await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    for number in 0..5 {
        ann.says(GENERAL, &format!("quick {number}")).await;
    }
    let other_line = ann.opens_watching(&[GENERAL]).await;
    for client in [&*ann.client(), &other_line] {
        let refused = client.ask(post(GENERAL, "too quick")).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::TooFast);
        assert!(refused.retry_after_ms.is_some_and(|milliseconds| milliseconds > 1_000));
    }
    ann.asks(Command::ListRooms { after: None })
        .await
        .expect("reading is another limit");
    bob.says(GENERAL, "at my own pace").await;
    ann.reads("at my own pace").await;
}

#[tokio::test]
async fn who_floods_on_five_lines_gets_no_more_done_than_on_one_and_the_others_notice_nothing() {
    const BURST: u32 = 20;
    let rates = RateOptions {
        writes: Some(Rate::new(BURST, std::time::Duration::from_secs(3_600))),
        ..RateOptions::unlimited()
    };
    let server = TestServer::start_with(rates).await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut lines = Vec::new();
    for _ in 0..5 {
        lines.push(ann.opens_watching(&[GENERAL]).await);
    }
    let mut sent = Vec::new();
    for round in 0..40 {
        for line in &lines {
            sent.push((line, line.send(post(GENERAL, &format!("flood {round}"))).await));
        }
        if round % 4 == 0 {
            bob.says(GENERAL, &format!("calmly {round}")).await;
        }
    }
    let mut done = 0;
    for (line, id) in sent {
        match line.answer(id).await {
            Ok(_) => done += 1,
            Err(refused) => {
                assert_eq!(refused.code, ErrorCode::TooFast);
                assert!(refused.retry_after_ms.is_some(), "and when to come back");
            }
        }
    }
    assert_eq!(done, BURST, "the limit is the person's, not the line's");
    assert_eq!(ann.history(GENERAL).await.len(), BURST as usize + 10);
}

#[tokio::test]
async fn polls_are_counted_like_all_that_reads() {
    let rates = RateOptions {
        reads: Some(Rate::new(5, std::time::Duration::from_secs(3_600))),
        ..RateOptions::unlimited()
    };
    let server = TestServer::start_with(rates).await;
    let ann = server.stranger("ann").await;
    let poll = || serde_json::json!({ "protocol": 1, "watch": {} });
    for _ in 0..5 {
        assert_eq!(
            ann.calls(Method::POST, "/api/v1/poll", Some(poll())).await.0,
            StatusCode::OK
        );
    }
    let (status, refused) = ann.calls(Method::POST, "/api/v1/poll", Some(poll())).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::TOO_MANY_REQUESTS, Some("too_fast"))
    );
}

#[tokio::test]
async fn lines_that_are_opened_again_and_again_are_counted_like_all_that_reads() {
    let rates = RateOptions {
        reads: Some(Rate::new(5, std::time::Duration::from_secs(3_600))),
        ..RateOptions::unlimited()
    };
    let server = TestServer::start_with(rates).await;
    let ann = server.stranger("ann").await;
    let hello = || Hello {
        protocol: VERSION,
        ..Hello::default()
    };
    for _ in 0..5 {
        ann.opens().await.hello(hello()).await;
    }
    let refused = ann.opens().await.try_hello(hello()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooFast);
    assert!(refused.retry_after_ms.is_some(), "and when to come back");
}
