//! Goal 20: how fast one may go is counted per person, whatever the number of lines, and costs nobody else anything.

use app::protocol::{Command, ErrorCode};
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
