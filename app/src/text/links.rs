//! Finds the addresses in a message. Text stays text; only `http` and `https` addresses become links.

/// A piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span<'a> {
    /// To be shown as it is.
    Text(&'a str),
    /// To be shown as a link.
    Link {
        /// Where it leads: `http` or `https`, nothing else.
        href: &'a str,
        /// What is shown.
        text: &'a str,
    },
}

impl<'a> Span<'a> {
    /// What is shown.
    pub fn text(&self) -> &'a str {
        match self {
            Self::Text(text) | Self::Link { text, .. } => text,
        }
    }
}

/// Splits a message into text and links. The texts, one after the other, are the message.
pub fn spans(message: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = message;
    while let Some((start, length)) = next_link(rest) {
        let (before, behind) = rest.split_at(start);
        let (link, after) = behind.split_at(length);
        if !before.is_empty() {
            spans.push(Span::Text(before));
        }
        spans.push(Span::Link { href: link, text: link });
        rest = after;
    }
    if !rest.is_empty() {
        spans.push(Span::Text(rest));
    }
    spans
}

/// Where the next link starts, and how many bytes it has.
fn next_link(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find("://") {
        let colon = from + found;
        if let Some(start) = scheme_start(text, colon) {
            let length = link_length(&text[start..], colon + 3 - start);
            if let Some(length) = length {
                return Some((start, length));
            }
        }
        from = colon + 3;
    }
    None
}

/// Where the scheme before `://` starts, if it is one of ours and a word of its own.
fn scheme_start(text: &str, colon: usize) -> Option<usize> {
    let start = ["https", "http"].iter().find_map(|scheme| {
        let start = colon.checked_sub(scheme.len())?;
        text.get(start..colon)?.eq_ignore_ascii_case(scheme).then_some(start)
    })?;
    let is_word = text[..start]
        .chars()
        .next_back()
        .is_some_and(|before| before.is_ascii_alphanumeric() || matches!(before, '+' | '-' | '.' | '_'));
    (!is_word).then_some(start)
}

/// How many bytes of `text`, which starts with a scheme of `prefix` bytes, are the link; none when it has no host.
fn link_length(text: &str, prefix: usize) -> Option<usize> {
    let end = text.find(ends_link).unwrap_or(text.len());
    let length = trimmed_length(&text[..end]);
    let host = text
        .get(prefix..length)?
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    host.chars().any(char::is_alphanumeric).then_some(length)
}

/// Characters that no address holds unescaped, or that would let a link lie about where it leads.
fn ends_link(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '<' | '>' | '"' | '`' | '\\' | '{' | '}' | '|' | '^')
        || matches!(character, '。' | '，' | '、' | '；' | '：' | '！' | '？' | '（' | '）' | '「' | '」' | '『' | '』' | '【' | '】' | '《' | '》' | '“' | '”' | '‘' | '’' | '…')
        // Invisible and direction-changing characters.
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Without the punctuation that ends a sentence rather than an address. A closing bracket stays when it was opened.
fn trimmed_length(link: &str) -> usize {
    let mut length = link.len();
    // Counted once and then kept up to date: ten thousand brackets must not cost ten thousand passes.
    let unopened = |open, close| link.matches(close).count().saturating_sub(link.matches(open).count());
    let mut round = unopened('(', ')');
    let mut square = unopened('[', ']');
    while let Some(last) = link[..length].chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' => {}
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            _ => break,
        }
        length -= last.len_utf8();
    }
    length
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The links of a message.
    fn links(message: &str) -> Vec<&str> {
        let is_link = |span: &Span<'_>| matches!(span, Span::Link { .. });
        spans(message)
            .iter()
            .filter(|span| is_link(span))
            .map(Span::text)
            .collect()
    }

    #[test]
    fn addresses_become_links_wherever_they_stand() {
        assert_eq!(
            links("see https://example.org/a?b=c#d, or http://例子.中国/路径"),
            ["https://example.org/a?b=c#d", "http://例子.中国/路径"]
        );
        assert_eq!(links("看https://example.org/这里"), ["https://example.org/这里"]);
        assert_eq!(links("HTTPS://EXAMPLE.ORG"), ["HTTPS://EXAMPLE.ORG"]);
        assert_eq!(links("http://localhost:3000"), ["http://localhost:3000"]);
    }

    #[test]
    fn punctuation_that_ends_a_sentence_is_left_out() {
        for end in [
            ".", ",", "!", "?", "...", "。", "，", "）", "！", "」", ")", "\".", ">", "'",
        ] {
            assert_eq!(
                links(&format!("(https://example.org/a{end}")),
                ["https://example.org/a"],
                "{end}"
            );
        }
    }

    #[test]
    fn balanced_brackets_belong_to_the_address() {
        let address = "https://en.wikipedia.org/wiki/Magpie_(bird)";
        assert_eq!(links(address), [address]);
        assert_eq!(links(&format!("({address})")), [address]);
        assert_eq!(links(&format!("({address}).")), [address]);
    }

    #[test]
    fn nothing_else_is_a_link() {
        for text in [
            "javascript:alert(1)",
            "javascript://example.org/%0aalert(1)",
            "data:text/html,<script>",
            "ftp://example.org",
            "xhttp://example.org",
            "http://",
            "https://?",
            "http:///path",
            "://example.org",
            "example.org",
        ] {
            assert_eq!(links(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn hostile_text_is_inert() {
        assert_eq!(
            links("https://example.org/\"onclick=\"alert(1)"),
            ["https://example.org/"]
        );
        assert_eq!(links("https://example.org/<script>"), ["https://example.org/"]);
        assert_eq!(
            links("https://example.org/\u{202e}gpj.exe"),
            ["https://example.org/"],
            "no reversed text in a link"
        );
        assert_eq!(
            links("https://exa\u{200b}mple.org"),
            ["https://exa"],
            "nothing invisible"
        );
        assert_eq!(links("<img src=x onerror=alert(1)>"), [] as [&str; 0]);
    }

    #[test]
    fn long_hostile_text_is_split_in_no_time() {
        for text in [
            "http://".repeat(1_400),
            format!("https://a{}", ")".repeat(10_000)),
            "://".repeat(3_300),
            "😀".repeat(10_000),
        ] {
            assert_eq!(spans(&text).iter().map(Span::text).collect::<String>(), text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_spans_are_the_message(parts in prop::collection::vec(
            prop_oneof![Just("http://".to_owned()), Just("https://a.b/".to_owned()), Just(")".to_owned()), ".{0,6}"],
            0..12,
        )) {
            let message = parts.concat();
            let spans = spans(&message);
            prop_assert_eq!(spans.iter().map(Span::text).collect::<String>(), message.clone());
            for span in spans {
                prop_assert!(!span.text().is_empty());
                if let Span::Link { href, text } = span {
                    let href = href.to_ascii_lowercase();
                    prop_assert!(href.starts_with("http://") || href.starts_with("https://"));
                    prop_assert!(!text.contains(char::is_whitespace) && !text.contains(['<', '>', '"']));
                }
            }
        }
    }
}
