//! Close codes: why a connection ended, and whether to come back.
//!
//! 1000–1015 as in RFC 6455, section 7.4.1. Our own: 4000–4499 "come back", 4500–4999 "do not come back".

/// 1006: what a browser says of a line that ended without a word. Never sent.
pub const CUT: u16 = 1006;

/// Why the server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// 1000: the peer asked to close.
    Normal,
    /// 1001: the server is stopping.
    GoingAway,
    /// 1002: a violation of RFC 6455.
    ProtocolError,
    /// 1003: a binary frame; this protocol is text.
    UnsupportedData,
    /// 1007: text that is not UTF-8.
    InvalidText,
    /// 1008: 1,000 frames in a row were refused because nobody could read them or they came too fast.
    PolicyViolation,
    /// 1009: a message longer than 64 KiB, all its fragments together, or in more than 1,024 of them.
    TooBig,
    /// 4000: nothing could be written for a minute.
    Stalled,
    /// 4001: not one whole message came, not even the answer to a ping.
    Silent,
    /// 4002: no `hello` in time.
    HelloTimeout,
    /// 4003: the person has too many connections.
    TooManyConnections,
    /// 4500: the session ended; sign in again.
    SignedOut,
}

impl CloseCode {
    /// Every code, for the documents and their test.
    pub const ALL: [Self; 12] = [
        Self::Normal,
        Self::GoingAway,
        Self::ProtocolError,
        Self::UnsupportedData,
        Self::InvalidText,
        Self::PolicyViolation,
        Self::TooBig,
        Self::Stalled,
        Self::Silent,
        Self::HelloTimeout,
        Self::TooManyConnections,
        Self::SignedOut,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::GoingAway => 1001,
            Self::ProtocolError => 1002,
            Self::UnsupportedData => 1003,
            Self::InvalidText => 1007,
            Self::PolicyViolation => 1008,
            Self::TooBig => 1009,
            Self::Stalled => 4000,
            Self::Silent => 4001,
            Self::HelloTimeout => 4002,
            Self::TooManyConnections => 4003,
            Self::SignedOut => 4500,
        }
    }

    /// Whether a client should connect again by itself after this code.
    pub const fn come_back(number: u16) -> bool {
        !matches!(number, 4500..=4999)
    }
}
