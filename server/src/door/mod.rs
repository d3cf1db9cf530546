//! Lets connections in: how many there may be of one address, of one person and altogether, and how long each may take to
//! say what it wants.
//!
//! Invariant: whatever was counted is counted down when its guard is dropped, whichever way the connection ends.

mod admitted;
mod certificate;
mod descriptors;
mod limits;
mod refusal;
mod serving;
mod tally;
mod timed_body;
mod tls;
mod turns;

pub use admitted::Admitted;
pub use certificate::{CertificateError, TlsFiles};
pub use descriptors::raise;
pub use limits::{Door, DoorFigures, DoorLimits, Full, Place, Seat};
pub use serving::{serve, serve_encrypted};
pub use timed_body::TimedBody;
pub use tls::Tls;
pub use turns::Turn;
