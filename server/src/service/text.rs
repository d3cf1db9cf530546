//! What text is accepted. Lengths are counted in Unicode scalar values, as `protocol::limits` says.

use app::protocol::limits;

use super::ChatError;

/// A message's text: kept exactly as written, if it says anything at all.
pub(super) fn check_body(body: &str) -> Result<(), ChatError> {
    check_length(body, limits::BODY_CHARS)?;
    if is_blank(body) {
        Err(ChatError::TextEmpty)
    } else {
        Ok(())
    }
}

/// A room's name, trimmed.
pub(super) fn room_name(name: &str) -> Result<String, ChatError> {
    line(name, limits::ROOM_NAME_CHARS).and_then(not_blank)
}

/// A person's display name, trimmed.
pub(super) fn user_name(name: &str) -> Result<String, ChatError> {
    line(name, limits::USER_NAME_CHARS).and_then(not_blank)
}

/// A room's topic, trimmed; it may be empty.
pub(super) fn topic(topic: &str) -> Result<String, ChatError> {
    line(topic, limits::TOPIC_CHARS)
}

fn line(text: &str, limit: usize) -> Result<String, ChatError> {
    let text = text.trim();
    check_length(text, limit)?;
    if text.chars().any(upsets_its_surroundings) {
        Err(ChatError::UnfitName)
    } else {
        Ok(text.to_owned())
    }
}

fn not_blank(text: String) -> Result<String, ChatError> {
    if is_blank(&text) {
        Err(ChatError::TextEmpty)
    } else {
        Ok(text)
    }
}

fn check_length(text: &str, limit: usize) -> Result<(), ChatError> {
    // Bytes first: text with so many cannot be short enough, and need not be counted.
    let too_long = text.len() > limit * char::MAX.len_utf8() || text.chars().count() > limit;
    if too_long {
        Err(ChatError::TextTooLong { limit })
    } else {
        Ok(())
    }
}

/// White space, and the characters without width that make a name look like nothing.
fn is_blank(text: &str) -> bool {
    let unseen = |character| {
        matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{3164}'
        )
    };
    text.chars()
        .all(|character| character.is_whitespace() || character.is_control() || unseen(character))
}

/// Line breaks and the like, and direction overrides: names stand in the middle of other people's lines.
fn upsets_its_surroundings(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_exactly_the_limit_passes_in_every_script() {
        for character in ["a", "鹊", "🎉"] {
            assert!(check_body(&character.repeat(limits::BODY_CHARS)).is_ok());
            let too_long = check_body(&character.repeat(limits::BODY_CHARS + 1));
            assert!(matches!(
                too_long,
                Err(ChatError::TextTooLong {
                    limit: limits::BODY_CHARS
                })
            ));
        }
    }

    #[test]
    fn a_body_that_shows_nothing_is_empty() {
        for body in ["", " \n\t", "\u{200b}\u{feff}", "\u{0}"] {
            assert!(matches!(check_body(body), Err(ChatError::TextEmpty)), "{body:?}");
        }
        assert!(check_body("  code, indented\n\u{202e}and turned").is_ok());
    }

    #[test]
    fn names_are_trimmed_and_counted_after_it() {
        assert_eq!(room_name("  Birds ").unwrap(), "Birds");
        assert!(user_name(&format!(" {} ", "é".repeat(limits::USER_NAME_CHARS))).is_ok());
        assert!(matches!(
            user_name(&"é".repeat(41)),
            Err(ChatError::TextTooLong { limit: 40 })
        ));
        assert!(matches!(room_name(" \u{200b} "), Err(ChatError::TextEmpty)));
    }

    #[test]
    fn names_cannot_break_or_turn_the_line_they_stand_in() {
        for name in ["two\nlines", "bell\u{7}", "turned\u{202e}round", "a\u{2066}b"] {
            assert!(matches!(user_name(name), Err(ChatError::UnfitName)), "{name:?}");
        }
        assert!(user_name("👩‍🚀 喜鹊").is_ok());
    }

    #[test]
    fn a_topic_may_be_empty() {
        assert_eq!(topic("  ").unwrap(), "");
        assert!(matches!(
            topic(&"a".repeat(251)),
            Err(ChatError::TextTooLong { limit: 250 })
        ));
    }
}
