//! The figures of what is asked for, over sockets and HTTP.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use app::protocol::{ErrorCode, GapReason};

/// What is asked for, and what it ends in.
#[derive(Clone, Debug, Default)]
pub struct RequestMeters {
    requests: Family<Answer, Counter>,
    refusals: Family<Refusal, Counter>,
    resumes: Family<Resume, Counter>,
    panics: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    /// As the server names it (`/rooms/{slug}`), not as it was asked for: the latter could be anything.
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Resume {
    outcome: &'static str,
}

impl RequestMeters {
    /// A request was answered.
    pub fn answered(&self, route: &str, status: u16) {
        let route = route.to_owned();
        self.requests.get_or_create(&Answer { route, status }).inc();
    }

    /// Somebody was told an error.
    pub fn refused(&self, code: ErrorCode) {
        let code = match serde_json::to_value(code) {
            Ok(serde_json::Value::String(name)) => name,
            _ => "unknown".to_owned(),
        };
        self.refusals.get_or_create(&Refusal { code }).inc();
    }

    /// A reader went on with changes.
    pub fn went_on(&self) {
        self.resumed("changes");
    }

    /// A reader had to start over.
    pub fn started_over(&self, reason: GapReason) {
        self.resumed(match reason {
            GapReason::First => "gap_first",
            GapReason::TooFar => "gap_too_far",
            GapReason::Future => "gap_future",
        });
    }

    /// A reader may not read the feed any more.
    pub fn was_revoked(&self) {
        self.resumed("revoked");
    }

    /// A request or connection ended by a panic.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    fn resumed(&self, outcome: &'static str) {
        self.resumes.get_or_create(&Resume { outcome }).inc();
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let requests = "HTTP requests that were answered";
        registry.register("http_requests", requests, self.requests.clone());
        let refusals = "Errors told to clients, by code";
        registry.register("errors", refusals, self.refusals.clone());
        let resumes = "Feeds that a reader asked for: how each went on";
        registry.register("resumes", resumes, self.resumes.clone());
        let panics = "Requests and connections that ended by a panic";
        registry.register("panics", panics, self.panics.clone());
    }
}
