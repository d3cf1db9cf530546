//! A certificate that was renewed is shown to whoever comes, once the program is told; whoever is there stays.

use std::path::Path;

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::harness::{GENERAL, Magpie, Person, Trust, serving, until};

/// Starts the program under a certificate whose files lie beside its data.
async fn start(trust: &Trust, data: &Path) -> Magpie {
    let (certificate, key) = trust.write(data);
    let mut command = serving(data);
    command.arg("--tls-certificate").arg(certificate);
    command.arg("--tls-key").arg(key);
    Magpie::run(&mut command, data).await
}

async fn is_trusted(server: &Magpie, trust: &Trust) -> bool {
    let stream = TcpStream::connect(server.address).await.unwrap();
    trust.greets(stream).await.is_ok()
}

#[tokio::test]
async fn sighup_reads_the_certificate_again_and_drops_nobody_and_a_bad_one_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let (old, new) = (Trust::fresh(), Trust::fresh());
    let server = start(&old, folder.path()).await;
    assert_eq!(server.scheme, "https");
    let people = ["ann", "bob"].map(|name| Person::sign_in_over(Some(old.clone()), server.address, name));
    let [ann, bob] = people;
    let (ann, bob) = tokio::join!(ann, bob);
    ann.connects().await;
    bob.connects().await;

    let (_, key) = new.write(folder.path());
    server.hang_up().await;
    until("the renewal", || {
        server.log().contains("the certificate was read again")
    })
    .await;
    assert!(is_trusted(&server, &new).await && !is_trusted(&server, &old).await);
    ann.says(GENERAL, "we are still here").await;
    bob.reads("we are still here").await;

    // As it is while somebody is writing it.
    let whole = std::fs::read_to_string(&key).unwrap();
    std::fs::write(&key, &whole[..whole.len() / 2]).unwrap();
    server.hang_up().await;
    until("the complaint", || server.log().contains("the old one stays")).await;
    assert!(is_trusted(&server, &new).await);
    bob.says(GENERAL, "so are we").await;
    ann.reads("so are we").await;

    let secret = whole.lines().nth(1).unwrap();
    assert!(!server.log().contains(&secret[..16]), "no key in the log");
    server.stop().await;
}
