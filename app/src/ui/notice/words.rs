//! A sentence for each error code.

use crate::{
    protocol::ErrorCode,
    ui::language::{Locale, td_string},
};

/// Why something was refused.
pub(in crate::ui) fn reason(locale: Locale, code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadFrame => td_string!(locale, error.bad_frame),
        ErrorCode::UnknownType => td_string!(locale, error.unknown_type),
        ErrorCode::UnsupportedProtocol => td_string!(locale, error.unsupported_protocol),
        ErrorCode::HelloExpected => td_string!(locale, error.hello_expected),
        ErrorCode::NotSignedIn => td_string!(locale, error.not_signed_in),
        ErrorCode::RoomNotFound => td_string!(locale, error.room_not_found),
        ErrorCode::NotAMember => td_string!(locale, error.not_a_member),
        ErrorCode::MessageNotFound => td_string!(locale, error.message_not_found),
        ErrorCode::UserNotFound => td_string!(locale, error.user_not_found),
        ErrorCode::NotAllowed => td_string!(locale, error.not_allowed),
        ErrorCode::TextEmpty => td_string!(locale, error.text_empty),
        ErrorCode::TextTooLong => td_string!(locale, error.text_too_long),
        ErrorCode::BadClientMessageId => td_string!(locale, error.bad_client_message_id),
        ErrorCode::IdReused => td_string!(locale, error.id_reused),
        ErrorCode::TooMany => td_string!(locale, error.too_many),
        ErrorCode::TooFast => td_string!(locale, error.too_fast),
        ErrorCode::Unavailable => td_string!(locale, error.unavailable),
        ErrorCode::Unknown => td_string!(locale, error.unknown),
    }
}
