//! Serves the requests of one connection, within limits of time and size.

use std::{convert::Infallible, io, pin::pin, sync::Arc, time::Duration};

use axum::{extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1::Builder};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, time::timeout};
use tokio_util::sync::CancellationToken;
use tower::Service;
use tracing::debug;

use super::{Admitted, Place, Tls};

/// How long a connection may be silent before a request, and a request's headers may take: all of them together, however
/// they drip. A TLS handshake has as long for itself.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);
/// Headers that one request may have.
const HEADERS: usize = 64;
/// Bytes of a request's first line and headers together.
const HEADER_BYTES: usize = 16 * 1024;

/// Shakes hands first, then serves the same way.
pub async fn serve_encrypted<S>(tls: Arc<Tls>, stream: TcpStream, place: Place, routes: S, stopping: CancellationToken)
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> + Clone + Send,
{
    // Boxed: what is awaited later is then no larger for it.
    let greeting = Box::pin(timeout(HEADER_PATIENCE, tls.greet(stream)));
    let greeted = tokio::select! {
        greeted = greeting => greeted,
        () = stopping.cancelled() => return,
    };
    match greeted.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
        Ok(stream) => serve(Admitted::encrypted(stream, place), routes, stopping).await,
        Err(error) => debug!(%error, "a TLS handshake failed"),
    }
}

/// Serves a connection until it ends or is upgraded. Once `stopping` is cancelled it answers the request that it is at, and
/// takes no further one.
pub async fn serve<S>(admitted: Admitted, routes: S, stopping: CancellationToken)
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> + Clone + Send,
{
    let connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .max_headers(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(admitted), TowerToHyperService::new(routes))
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "an HTTP connection ended early");
    }
}
