//! Which address leads where.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware,
    response::Response,
    routing::get,
};
use http::header::STRICT_TRANSPORT_SECURITY;
use tower::{Layer as _, Service, util::MapRequestLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{
    api, compression, forms, headers, health, host, identity::ApiActor, observe, origin, pages, poll, sessions,
};
use crate::{context::Context, door::TimedBody, socket};

/// Every route of the server.
pub fn router(context: Context) -> Router {
    let dynamic = Router::new()
        .route("/ws", get(websocket))
        .merge(api::routes())
        .merge(poll::routes())
        .merge(sessions::routes())
        .merge(forms::routes())
        .merge(pages::routes())
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(context.clone(), origin::check))
        .layer(middleware::from_fn_with_state(context.clone(), host::check))
        .layer(middleware::from_fn(headers::private))
        .layer(compression::layer());
    let dynamic = if context.speaks_tls {
        dynamic.layer(SetResponseHeaderLayer::overriding(
            STRICT_TRANSPORT_SECURITY,
            headers::STRICT,
        ))
    } else {
        dynamic
    };
    dynamic
        .with_state(context.clone())
        .merge(health::routes().with_state(context.clone()))
        .merge(context.assets.router())
        .layer(middleware::from_fn_with_state(context, observe::observe))
}

/// The same routes, told who is at the other end of the line.
pub fn with_peer(
    router: Router,
    peer: SocketAddr,
) -> impl Service<Request<hyper::body::Incoming>, Response = Response, Error = std::convert::Infallible, Future: Send> + Clone
{
    MapRequestLayer::new(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(|body| axum::body::Body::new(TimedBody::new(body)));
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    })
    .layer(router)
}

/// Origin is checked by the layer around it: an upgrade is refused like any unsafe request.
async fn websocket(State(context): State<Context>, ApiActor(actor): ApiActor, request: Request) -> Response {
    socket::upgrade(context, actor, request)
}
