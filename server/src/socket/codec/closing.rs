//! What a peer's close frame may say (RFC 6455, sections 5.5.1 and 7.4).

use app::protocol::CloseCode;

/// The code that answers a peer's close frame: its own. Who named none hears "normal".
///
/// # Errors
/// The code to close with instead, when the frame breaks the standard.
pub fn closing(payload: &[u8]) -> Result<u16, CloseCode> {
    match payload {
        [] => Ok(CloseCode::Normal.number()),
        [_] => Err(CloseCode::ProtocolError),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(CloseCode::ProtocolError);
            }
            if std::str::from_utf8(reason).is_err() {
                return Err(CloseCode::InvalidText);
            }
            Ok(code)
        }
    }
}
