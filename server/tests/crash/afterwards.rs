//! What has to be whole again once the harm is over: who is here, and the end of a session.

use app::protocol::{CloseCode, Command, ServerFrame};
use reqwest::Method;

use crate::{
    cluster::{Cluster, NODES},
    harness::{Client, Ended, Line, Person},
};

/// The line of somebody to each node. They have been greeted there.
async fn lines(cluster: &Cluster, person: &Person) -> Vec<Client> {
    let mut lines = Vec::new();
    for node in 0..NODES {
        let line = at(cluster, person, node).open().await.expect("the node is well");
        line.watches([]).await;
        lines.push(line);
    }
    lines
}

fn at(cluster: &Cluster, person: &Person, node: usize) -> Line {
    Line {
        address: cluster.node(node),
        ..person.line()
    }
}

/// Every node has seen these people go, and sees each of them come, to whichever node.
pub async fn everybody_is_seen_everywhere(cluster: &Cluster, sees: &Person, come: &[Person]) {
    let watching = lines(cluster, sees).await;
    for line in &watching {
        let users = come.iter().map(Person::id).collect();
        line.ask(Command::WatchPresence { users }).await.expect("may watch");
    }
    are_told(&watching, come, false, &[0; NODES]).await;
    let marks: Vec<_> = watching.iter().map(|line| line.log.mark()).collect();
    let mut here = Vec::new();
    for (number, person) in come.iter().enumerate() {
        let line = at(cluster, person, number % NODES)
            .open()
            .await
            .expect("the node is well");
        line.watches([]).await;
        here.push(line);
    }
    are_told(&watching, come, true, &marks).await;
}

async fn are_told(watching: &[Client], users: &[Person], online: bool, marks: &[usize]) {
    for (line, mark) in watching.iter().zip(marks) {
        for user in users {
            is_told(line, user, online, *mark).await;
        }
    }
}

async fn is_told(line: &Client, user: &Person, online: bool, mark: usize) {
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Presence { users } => users
            .iter()
            .any(|told| told.user == user.id() && told.online == online)
            .then_some(()),
        _ => None,
    };
    line.log
        .find(&format!("{} online: {online}", user.id()), mark, told)
        .await;
}

/// Whoever signs out is signed out on every node, and stays so.
pub async fn a_session_ends_everywhere(cluster: &Cluster, person: &Person) {
    let lines = lines(cluster, person).await;
    let (status, answer) = person.calls(Method::DELETE, "/api/v1/session", None).await;
    assert!(status.is_success(), "{answer}");
    for (node, line) in lines.iter().enumerate() {
        assert_eq!(line.log.ended().await, Ended::Closed(CloseCode::SignedOut.number()));
        assert!(
            at(cluster, person, node).open().await.is_err(),
            "node {node} lets them in"
        );
    }
}
