//! A bounded number of connections. Each is set up and looked at once, before it is used for the first time.

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use tokio_postgres::NoTls;

use super::{
    address::{Address, CONNECT_PATIENCE},
    epoch::{self, Home},
    error::Trouble,
    open::{OpenError, PostgresOptions},
    tls::{self, Trust},
};

/// How long one statement may take. What is longer is given up, and its caller is told to come back.
const STATEMENT_PATIENCE: Duration = Duration::from_secs(10);
/// How long one statement may wait for a lock that somebody else holds.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
/// How long a transaction may do nothing before the server ends it: a node that hangs holds nobody up for longer.
const IDLE_PATIENCE: Duration = Duration::from_secs(30);

/// Makes the pool; it has no connection yet.
pub(super) fn build(
    address: &Address,
    options: PostgresOptions,
    trust: Trust<'_>,
    home: Arc<Home>,
) -> Result<Pool, OpenError> {
    let manner = ManagerConfig {
        // A connection that broke is noticed without asking; each transaction cleans up behind itself.
        recycling_method: RecyclingMethod::Fast,
    };
    let config = address.config.clone();
    let manager = if address.is_encrypted() {
        Manager::from_config(config, tls::connector(trust)?, manner)
    } else {
        Manager::from_config(config, NoTls, manner)
    };
    let look = Hook::async_fn(move |client: &mut ClientWrapper, _| {
        let home = Arc::clone(&home);
        Box::pin(async move { set_up(client, &home).await })
    });
    Pool::builder(manager)
        .max_size(options.connections)
        .timeouts(Timeouts {
            wait: Some(options.patience),
            create: Some(2 * CONNECT_PATIENCE),
            recycle: Some(CONNECT_PATIENCE),
        })
        .runtime(Runtime::Tokio1)
        .post_create(look)
        .build()
        .map_err(|error| OpenError::Postgres(error.to_string()))
}

/// A connection for the time of one transaction, from those that are free or new.
pub(super) async fn take(pool: &Pool) -> Result<deadpool_postgres::Object, Trouble> {
    pool.get().await.map_err(|error: PoolError| error.into())
}

async fn set_up(client: &ClientWrapper, home: &Home) -> Result<(), HookError> {
    client.batch_execute(&settings()).await.map_err(HookError::Backend)?;
    let Some(known) = home.known() else {
        // The very first one, by which the database is opened.
        return Ok(());
    };
    let found = epoch::place(client).await.map_err(HookError::Backend)?;
    if found.as_ref() == Some(known) {
        return Ok(());
    }
    home.left();
    Err(HookError::message(epoch::LEFT))
}

/// A server may be told not to wait for the disk; an acknowledged message has to be on it all the same.
fn settings() -> String {
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {};
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        STATEMENT_PATIENCE.as_millis(),
        LOCK_PATIENCE.as_millis(),
        IDLE_PATIENCE.as_millis(),
    )
}
