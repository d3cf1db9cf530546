//! Goal 4: what one client sends keeps its order, and so do the answers.

use app::protocol::{Command, RoomId, Seq, ServerFrame};

use crate::harness::{GENERAL, TestServer, post};

#[tokio::test]
async fn pipelined_messages_of_one_sender_keep_their_order() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = ann.client();
    let mut sent = Vec::new();
    for number in 0..500 {
        sent.push(client.send(post(GENERAL, &number.to_string())).await);
    }
    let mut last = Seq(0);
    for id in sent {
        last = client.posted(id).await.1;
    }
    bob.reaches(GENERAL, last).await;
    let expected: Vec<_> = (0..500).map(|number| number.to_string()).collect();
    assert_eq!(
        bob.history(GENERAL)
            .await
            .into_iter()
            .map(|row| row.body)
            .collect::<Vec<_>>(),
        expected
    );
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_wishes() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let birds = ann.creates("Birds").await.id;
    let client = ann.client();
    let mark = client.log.mark();
    let mut sent = Vec::new();
    for round in 0..40 {
        for wish in [
            post(GENERAL, &format!("{round}")),
            post(GENERAL, " "),
            post(birds, &format!("{round}")),
            post(birds, &format!("{round} again")),
            Command::ListRooms { after: None },
            post(RoomId(999), "nowhere"),
            post(GENERAL, &format!("{round} again")),
        ] {
            sent.push(client.send(wish).await);
        }
    }
    client.posted(*sent.last().unwrap()).await;
    let answered: Vec<_> = client
        .log
        .since(mark)
        .into_iter()
        .filter_map(|received| match received.frame {
            ServerFrame::Ok { id, .. } | ServerFrame::Error { id: Some(id), .. } => Some(id),
            _ => None,
        })
        .collect();
    assert_eq!(answered, sent);
}
