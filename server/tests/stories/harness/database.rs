//! An empty PostgreSQL database of one's own, on the server that `MAGPIE_TEST_POSTGRES` names. Unit tests of the store have this
//! file, too.

use std::{fmt, future::Future};

use tokio_postgres::{Client, Config, NoTls};

/// What the variable is called that names a server on which databases may be made: `postgres://…`. `scripts/services` sets it.
const SERVER: &str = "MAGPIE_TEST_POSTGRES";
/// A database that is migrated already: copying it is quicker than migrating an empty one. One server lives for one run of the
/// tests, so it is never an old one.
const TEMPLATE: &str = "magpie_template";
/// One process at a time makes the template.
const MAKING_IT: i64 = 0x74_65_6d_70;

/// The database vanishes with it.
pub struct TestDatabase {
    /// How a store reaches it.
    pub url: String,
    server: String,
    name: String,
}

/// Where databases can be made. `None`, and a sentence, when nobody said so: `scripts/test` always does.
pub fn server() -> Option<String> {
    let server = std::env::var(SERVER).ok();
    if server.is_none() {
        eprintln!("skipped: {SERVER} is not set; scripts/services starts a server and sets it");
    }
    server
}

impl TestDatabase {
    /// Makes one. `migrate` is called with a URL at most once per server, to bring an empty database up to date; it must be closed
    /// behind it. `None` when there is no server.
    pub async fn make<F: Future<Output = ()>>(migrate: impl FnOnce(String) -> F) -> Option<Self> {
        let server = server()?;
        let client = connect(&server).await;
        if !has_template(&client).await {
            client
                .execute("SELECT pg_advisory_lock($1)", &[&MAKING_IT])
                .await
                .unwrap();
            if !has_template(&client).await {
                make_template(&server, &client, migrate).await;
            }
            client
                .execute("SELECT pg_advisory_unlock($1)", &[&MAKING_IT])
                .await
                .unwrap();
        }
        let row = client
            .query_one("SELECT 'magpie_' || replace(gen_random_uuid()::text, '-', '')", &[])
            .await
            .unwrap();
        let name: String = row.get(0);
        client
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
            .await
            .unwrap();
        Some(Self {
            url: sibling(&server, &name),
            server,
            name,
        })
    }

    /// Its database, as another program opens it.
    pub async fn client(&self) -> Client {
        connect(&self.url).await
    }
}

impl fmt::Debug for TestDatabase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

impl Drop for TestDatabase {
    /// In a thread of its own, for a test's runtime may be ending.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let client = connect(&server).await;
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                client.batch_execute(&drop).await.unwrap();
            });
        });
        // The server goes away with everything on it before long.
        let _ = dropping.join();
    }
}

/// A connection as other programs have it.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server is there");
    tokio::spawn(connection);
    client
}

/// The URL of another database on the same server.
fn sibling(server: &str, name: &str) -> String {
    let config: Config = server.parse().unwrap();
    let (own, _) = server.rsplit_once('/').unwrap();
    assert!(
        config.get_dbname().is_some(),
        "{SERVER} ends with the name of a database"
    );
    format!("{own}/{name}")
}

async fn has_template(client: &Client) -> bool {
    let found = client
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)",
            &[&TEMPLATE],
        )
        .await;
    found.unwrap().get(0)
}

/// Under another name until it is whole.
async fn make_template<F: Future<Output = ()>>(server: &str, client: &Client, migrate: impl FnOnce(String) -> F) {
    let making = "magpie_template_being_made";
    client
        .batch_execute(&format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"))
        .await
        .unwrap();
    client
        .batch_execute(&format!("CREATE DATABASE {making}"))
        .await
        .unwrap();
    let url = sibling(server, making);
    migrate(url.clone()).await;
    // Each copy begins an epoch of its own, as an empty database does.
    let copy = connect(&url).await;
    copy.batch_execute("TRUNCATE rooms RESTART IDENTITY CASCADE; DELETE FROM database")
        .await
        .unwrap();
    drop(copy);
    // Whoever is still connected to it would be in the way.
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    while client.execute(end, &[&making]).await.unwrap() > 0 {}
    client
        .batch_execute(&format!("ALTER DATABASE {making} RENAME TO {TEMPLATE}"))
        .await
        .unwrap();
}
