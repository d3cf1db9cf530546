//! What text is accepted. The server decides by it, and boxes on the screen say by it at once what the server would.

use super::limits::{BODY_CHARS, ROOM_NAME_CHARS, TOPIC_CHARS, USER_NAME_CHARS};

/// Why a text is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// It says nothing: white space, or characters that nobody sees.
    Empty,
    /// It is longer than that.
    TooLong {
        /// Unicode scalar values allowed.
        limit: usize,
    },
    /// It holds characters that would upset what is drawn around it.
    Unfit,
}

/// A message's text: kept exactly as written, if it says anything at all.
///
/// # Errors
/// `TooLong`, `Empty`.
pub fn check_body(body: &str) -> Result<(), TextFault> {
    check_length(body, BODY_CHARS)?;
    if is_blank(body) { Err(TextFault::Empty) } else { Ok(()) }
}

/// What of a box's content is the message: all but blank lines in front and white space at the end. The first line keeps its indentation.
pub fn message_in(written: &str) -> &str {
    let text = written.trim_end();
    let blank = text.len() - text.trim_start().len();
    let first_line = text[..blank].rfind('\n').map_or(0, |end| end + 1);
    &text[first_line..]
}

/// A room's name, trimmed.
///
/// # Errors
/// `TooLong`, `Unfit`, `Empty`.
pub fn room_name(name: &str) -> Result<String, TextFault> {
    line(name, ROOM_NAME_CHARS).and_then(not_blank)
}

/// A person's display name, trimmed.
///
/// # Errors
/// `TooLong`, `Unfit`, `Empty`.
pub fn user_name(name: &str) -> Result<String, TextFault> {
    line(name, USER_NAME_CHARS).and_then(not_blank)
}

/// A room's topic, trimmed; it may be empty.
///
/// # Errors
/// `TooLong`, `Unfit`.
pub fn topic(topic: &str) -> Result<String, TextFault> {
    line(topic, TOPIC_CHARS)
}

fn line(text: &str, limit: usize) -> Result<String, TextFault> {
    let text = text.trim();
    check_length(text, limit)?;
    if text.chars().any(upsets_its_surroundings) {
        Err(TextFault::Unfit)
    } else {
        Ok(text.to_owned())
    }
}

fn not_blank(text: String) -> Result<String, TextFault> {
    if is_blank(&text) {
        Err(TextFault::Empty)
    } else {
        Ok(text)
    }
}

fn check_length(text: &str, limit: usize) -> Result<(), TextFault> {
    // Bytes first: text with so many cannot be short enough, and need not be counted.
    let too_long = text.len() > limit * char::MAX.len_utf8() || text.chars().count() > limit;
    if too_long {
        Err(TextFault::TooLong { limit })
    } else {
        Ok(())
    }
}

/// White space, and the characters without width that make a name look like nothing.
fn is_blank(text: &str) -> bool {
    let unseen = |character| {
        matches!(
            character,
            '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{200b}'
                ..='\u{200f}' | '\u{2060}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
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
            assert_eq!(check_body(&character.repeat(BODY_CHARS)), Ok(()));
            let too_long = Err(TextFault::TooLong { limit: BODY_CHARS });
            assert_eq!(check_body(&character.repeat(BODY_CHARS + 1)), too_long);
        }
    }

    #[test]
    fn a_body_that_shows_nothing_is_empty() {
        for body in ["", " \n\t", "\u{200b}\u{feff}", "\u{0}"] {
            assert_eq!(check_body(body), Err(TextFault::Empty), "{body:?}");
        }
        assert_eq!(check_body("  code, indented\n\u{202e}and turned"), Ok(()));
    }

    #[test]
    fn code_keeps_its_indentation_and_nothing_stays_empty() {
        assert_eq!(
            message_in(" \n\n    if so {\n        go()\n    }\n\n "),
            "    if so {\n        go()\n    }"
        );
        for blank in ["", "  ", "\n \n"] {
            assert_eq!(message_in(blank), "");
        }
    }

    #[test]
    fn names_are_trimmed_and_counted_after_it() {
        assert_eq!(room_name("  Birds "), Ok("Birds".to_owned()));
        assert!(user_name(&format!(" {} ", "é".repeat(USER_NAME_CHARS))).is_ok());
        assert_eq!(user_name(&"é".repeat(41)), Err(TextFault::TooLong { limit: 40 }));
        assert_eq!(room_name(" \u{200b} "), Err(TextFault::Empty));
    }

    #[test]
    fn names_cannot_break_or_turn_the_line_they_stand_in() {
        for name in ["two\nlines", "bell\u{7}", "turned\u{202e}round", "a\u{2066}b"] {
            assert_eq!(user_name(name), Err(TextFault::Unfit), "{name:?}");
        }
        assert!(user_name("👩‍🚀 喜鹊").is_ok());
    }

    #[test]
    fn a_topic_may_be_empty() {
        assert_eq!(topic("  "), Ok(String::new()));
        assert_eq!(topic(&"a".repeat(251)), Err(TextFault::TooLong { limit: 250 }));
    }
}
