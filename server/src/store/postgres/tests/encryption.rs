//! Encryption on the way to the server, and whom it is spoken to. The server's certificate is for `localhost`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use app::protocol::{Number, Timestamp};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{super::tls::Trust, OpenError, PostgresOptions, PostgresStore, TestDatabase, database};
use crate::store::{
    FeedStore as _,
    contract::{Stage, message},
};

/// A database, its address with a password and what else is said in it, and the certificate of who certified its server.
async fn encrypted(host: &str, said: &str) -> Option<(TestDatabase, String, PathBuf)> {
    let database = database().await?;
    let named = database
        .url
        .replace("postgres@127.0.0.1", &format!("postgres:secret@{host}"));
    let authority = std::env::var_os("MAGPIE_TEST_POSTGRES_AUTHORITY").expect("scripts/services says whom to trust");
    Some((database, format!("{named}{said}"), authority.into()))
}

async fn open(url: &str, trust: Trust<'_>) -> Result<PostgresStore, OpenError> {
    PostgresStore::open_trusting(url, PostgresOptions::default(), trust, Timestamp(500)).await
}

/// Why it was not opened, in a sentence without the password.
async fn why_not(url: &str, trusted: &Path) -> (OpenError, String) {
    let error = open(url, Trust::File(trusted)).await.err().expect("it is not opened");
    let sentence = error.to_string();
    assert!(
        !sentence.contains("secret") && !format!("{error:?}").contains("secret"),
        "{sentence}"
    );
    (error, sentence)
}

/// Somebody posts. Says whether the connections to the database are encrypted, all or none of them.
async fn posts(database: &TestDatabase, store: PostgresStore) -> bool {
    let store = Arc::new(store);
    let stage = Stage::new(store.clone());
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let posted = stage.post(&ann, general, message("one", "hello")).await.unwrap();
    assert_eq!(posted.value.number, Number(1));
    let asked = "SELECT every(ssl), bool_or(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                 WHERE datname = current_database() AND application_name = 'magpie'";
    let row = database.client().await.query_one(asked, &[]).await.unwrap();
    store.close().await;
    let (all, some): (bool, bool) = (row.get(0), row.get(1));
    assert_eq!(all, some);
    all
}

#[tokio::test]
async fn with_sslmode_require_everything_is_encrypted_and_without_it_nothing() {
    let Some((database, url, authority)) = encrypted("localhost", "?sslmode=require").await else {
        return;
    };
    let store = open(&url, Trust::File(&authority)).await.unwrap();
    assert!(posts(&database, store).await);

    let Some((database, url, authority)) = encrypted("127.0.0.1", "").await else {
        return;
    };
    let store = open(&url, Trust::File(&authority)).await.unwrap();
    assert!(!posts(&database, store).await);
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_is_not_trusted_is_refused() {
    let Some((_database, url, _)) = encrypted("localhost", "?sslmode=require").await else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("other.pem");
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&other, certified.cert.pem()).unwrap();
    let (error, sentence) = why_not(&url, &other).await;
    assert!(matches!(error, OpenError::Untrusted { .. }), "{sentence}");
    assert!(
        sentence.contains("localhost") && sentence.contains("UnknownIssuer"),
        "{sentence}"
    );

    // Whom this system trusts: not the authority of the tests.
    let error = open(&url, Trust::System).await.err().unwrap();
    assert!(
        matches!(error, OpenError::Untrusted { .. } | OpenError::NothingTrusted),
        "{error}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let Some((_database, url, authority)) = encrypted("127.0.0.1", "?sslmode=require").await else {
        return;
    };
    let (error, sentence) = why_not(&url, &authority).await;
    assert!(matches!(error, OpenError::Untrusted { .. }), "{sentence}");
    assert!(
        sentence.contains("127.0.0.1") && sentence.contains("not valid for name"),
        "{sentence}"
    );
}

#[tokio::test]
async fn nobody_is_trusted_where_no_certificate_is() {
    let Some((_database, url, _)) = encrypted("localhost", "?sslmode=require").await else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    let (error, sentence) = why_not(&url, &empty).await;
    assert!(matches!(error, OpenError::NothingTrusted), "{sentence}");
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_hears_no_name_and_no_password() {
    let Some((_database, _, authority)) = encrypted("localhost", "").await else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let hearing = async {
        let (mut line, _) = listener.accept().await.unwrap();
        let mut asked = [0; 8];
        line.read_exact(&mut asked).await.unwrap();
        line.write_all(b"N").await.unwrap();
        let mut heard = Vec::new();
        // However the line ends.
        let _ = line.read_to_end(&mut heard).await;
        heard
    };
    let url = format!("postgres://ann:secret@localhost:{port}/chat?sslmode=require");
    let (heard, (error, sentence)) = futures::join!(hearing, why_not(&url, &authority));
    assert_eq!(heard, [0_u8; 0]);
    assert!(matches!(error, OpenError::Unreachable { .. }), "{sentence}");
    assert!(sentence.contains("does not support TLS"), "{sentence}");
}
