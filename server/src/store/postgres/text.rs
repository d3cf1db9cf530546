//! PostgreSQL keeps every character but U+0000, which people may write. So that one is kept as two others, and read back.

use std::borrow::Cow;

/// Begins what stands for a character that is not kept as it is. It is one of those itself.
const MARK: char = '\u{1a}';
/// Behind the mark: U+0000.
const NUL: char = '0';
/// Behind the mark: the mark.
const SELF: char = 'M';

/// The text as it is kept.
pub(super) fn sql(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => kept.extend([MARK, NUL]),
            MARK => kept.extend([MARK, SELF]),
            other => kept.push(other),
        }
    }
    Cow::Owned(kept)
}

/// The text as it was written. A mark that stands for nothing was not put there by this program, and is left as it is.
pub(super) fn read(kept: String) -> String {
    if !kept.contains(MARK) {
        return kept;
    }
    let mut text = String::with_capacity(kept.len());
    let mut characters = kept.chars().peekable();
    while let Some(character) = characters.next() {
        let stands_for = match (character, characters.peek()) {
            (MARK, Some(&NUL)) => Some('\0'),
            (MARK, Some(&SELF)) => Some(MARK),
            _ => None,
        };
        if stands_for.is_some() {
            characters.next();
        }
        text.push(stands_for.unwrap_or(character));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_text_is_kept_as_it_is() {
        assert!(matches!(sql("喜鹊 says \u{1b}"), Cow::Borrowed("喜鹊 says \u{1b}")));
        assert_eq!(sql("a\0b\u{1a}"), "a\u{1a}0b\u{1a}M");
        assert_eq!(read("\u{1a}".to_owned()), "\u{1a}");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_without_a_nul_in_between(text in "[\0\u{1a}0Ma]{0,12}") {
            let kept = sql(&text);
            prop_assert!(!kept.contains('\0'));
            prop_assert_eq!(read(kept.into_owned()), text);
        }
    }
}
