//! How much a peer may put into one message.

use app::protocol::limits::FRAME_BYTES;

/// What one message may be. By default what the chat takes; Autobahn's echo (`tests/autobahn`) takes more.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of payload, all fragments together.
    pub bytes: usize,
    /// Fragments. Honest clients need one; the limit stops a peer that sends empty ones for ever.
    pub fragments: u32,
    /// Whether it may be binary. If not, its first header is refused with 1003, before its payload is waited for.
    pub binary: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: FRAME_BYTES,
            fragments: 1_024,
            binary: false,
        }
    }
}
