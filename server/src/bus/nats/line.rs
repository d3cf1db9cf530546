//! The connection to NATS, and whether it holds. The client connects again by itself, at once and then with pauses that grow to
//! four seconds, and subscribes again to what it was subscribed to.

use std::{sync::Arc, time::Duration};

use async_nats::{Client, Event};
use tokio::sync::watch;

use super::address::Address;

/// Without a word from the server for this long it is asked whether it lives; when three such questions stay without an answer the
/// line counts as torn.
const PING: Duration = Duration::from_secs(2);
/// For how long a server may take to let us in.
const CONNECT: Duration = Duration::from_secs(5);
/// Orders that the client may keep. Full: whoever orders waits, which is nobody but tasks that have nothing else to do.
const ORDERS: usize = 64;
/// Messages that may wait in one subscription. More are dropped, and that is told.
const SUBSCRIPTION: usize = 1_024;

/// Connects, and says from then on whether the line holds. `dropped` is called when the client could not keep what came.
pub async fn connect(
    address: &Address,
    name: &str,
    dropped: impl Fn() + Send + Sync + 'static,
) -> Result<(Client, watch::Receiver<bool>), async_nats::ConnectError> {
    let (holds, line) = watch::channel(true);
    let (holds, dropped) = (Arc::new(holds), Arc::new(dropped));
    let options = address
        .options()
        .name(name)
        .ping_interval(PING)
        .connection_timeout(CONNECT)
        .client_capacity(ORDERS)
        .subscription_capacity(SUBSCRIPTION)
        .event_callback(move |event| {
            match event {
                Event::Connected => _ = holds.send_replace(true),
                Event::Disconnected | Event::Closed => _ = holds.send_replace(false),
                Event::SlowConsumer(_) => dropped(),
                _ => {}
            }
            std::future::ready(())
        });
    Ok((options.connect(address.servers()).await?, line))
}

/// Ready once the line is torn.
pub async fn torn(mut line: watch::Receiver<bool>) {
    // Without a sender the client is gone, and with it the line.
    let _ = line.wait_for(|holds| !holds).await;
}
