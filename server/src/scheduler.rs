//! Turns of the scheduler.

use tokio::task::yield_now;

/// Lets everybody run who is ready, and those whom they and the sockets wake meanwhile. Two turns, because within one the
/// scheduler keeps no order among those who wait like this. Where nobody else has anything to do it costs two looks at the sockets.
pub async fn let_others_run() {
    yield_now().await;
    yield_now().await;
}
