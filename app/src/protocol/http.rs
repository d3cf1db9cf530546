//! The bodies of the HTTP API, where they are not frames: signing in, and polling.

use serde::{Deserialize, Serialize};

use super::{client_frame::Hello, model::User, read::readable, server_frame::ServerFrame};

/// `POST /api/v1/session`: sign in under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignIn {
    /// The display name, 1 to 40 characters.
    pub name: String,
}

/// The answer to [`SignIn`]. The token is shown once; the server keeps only its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignedIn {
    /// To be sent as `Authorization: Bearer …`.
    pub token: String,
    /// Who is signed in.
    pub you: User,
}

readable!(SignedIn { token, you });

/// `POST /api/v1/poll`: the positions of `hello`, and how long to wait when there is no news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Poll {
    /// Where the client stands.
    #[serde(flatten)]
    pub hello: Hello,
    /// Seconds to wait for news: 0 is polling, up to 25 is long polling.
    #[serde(default)]
    pub wait: u64,
}

/// The answer to [`Poll`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Polled {
    /// What the socket would have sent: `welcome` first, then `changes`, `gap`, `revoked`, and `activity`.
    pub frames: Vec<ServerFrame>,
}

readable!(Polled { frames });
