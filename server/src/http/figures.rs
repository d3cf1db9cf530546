//! The figures, at an address of their own: whoever can reach it may read them, so it is not where people come in.

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::header::CONTENT_TYPE;

use crate::context::Context;

/// What Prometheus expects to be told of this text.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/metrics`, and nothing else.
pub fn figures(context: Context) -> Router {
    Router::new().route("/metrics", get(page)).with_state(context)
}

async fn page(State(context): State<Context>) -> impl IntoResponse {
    // Brings those up to date that are of a moment.
    context.hub.meters();
    context.hub.feed_meters();
    ([(CONTENT_TYPE, OPEN_METRICS)], context.telemetry.page())
}
