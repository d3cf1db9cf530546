//! Signing out on one node ends what the session opened on all of them.

use std::time::Duration;

use app::protocol::CloseCode;
use reqwest::{Method, StatusCode};
use tokio::time::Instant;

use super::stage::Nodes;
use crate::harness::{Ended, Line, Person};

const GOODBYE: Ended = Ended::Closed(CloseCode::SignedOut.number());

/// Signs out by way of another node than the one that the person's line goes to.
async fn signs_out_at(person: &Person, node: &super::stage::Node) {
    let answer = reqwest::Client::new()
        .request(Method::DELETE, format!("http://{}/api/v1/session", node.address))
        .bearer_auth(&person.token)
        .send();
    assert!(answer.await.unwrap().status().is_success());
}

#[tokio::test]
async fn a_sign_out_is_acknowledged_when_the_lines_on_other_nodes_are_closed() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    // Each node has heard of the other: bob is seen from ann's.
    let sees_bob = || nodes[0].context.hub.presence(&[bob.id()])[0].online;
    crate::harness::until("bob to be seen", sees_bob).await;
    let start = Instant::now();
    signs_out_at(&bob, &nodes[0]).await;
    assert!(start.elapsed() < Duration::from_secs(3), "the other node answered");
    assert_eq!(bob.client().log.ended().await, GOODBYE);
    assert_eq!(ann.client().log.how_it_ended(), None);
    let refused = Line { ..bob.line() }.open().await;
    assert!(refused.is_err(), "the session has ended");
}

#[tokio::test]
async fn a_node_that_is_cut_off_finds_out_by_itself_before_a_sign_out_is_acknowledged() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let bob = nodes[1].person("bob").await;
    let sees_bob = || nodes[0].context.hub.presence(&[bob.id()])[0].online;
    crate::harness::until("bob to be seen", sees_bob).await;
    nodes[1].is_cut_off().await;
    signs_out_at(&bob, &nodes[0]).await;
    assert_eq!(bob.client().log.ended().await, GOODBYE);
}

#[tokio::test]
async fn a_sign_out_on_a_node_that_is_cut_off_holds_on_the_others_too() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let bob = nodes[1].person("bob").await;
    nodes[0].is_cut_off().await;
    signs_out_at(&bob, &nodes[0]).await;
    assert_eq!(bob.client().log.ended().await, GOODBYE);
    let (status, _) = bob.calls(Method::GET, "/api/v1/snapshot", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
