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
    let mut from = 0;
    while let Some((start, length)) = next_link(rest, from) {
        let (before, behind) = rest.split_at(start);
        let (link, after) = behind.split_at(length);
        if !before.is_empty() {
            spans.push(Span::Text(before));
        }
        spans.push(Span::Link { href: link, text: link });
        rest = after;
        from = 0;
    }
    let _ = &mut from;
    if !rest.is_empty() {
        spans.push(Span::Text(rest));
    }
    spans
}

/// Where the next link starts, and how many bytes it has.
fn next_link(text: &str, mut from: usize) -> Option<(usize, usize)> {
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
    while let Some(last) = link[..length].chars().next_back() {
        let keep = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' => false,
            ')' => is_balanced(&link[..length], '(', ')'),
            ']' => is_balanced(&link[..length], '[', ']'),
            _ => true,
        };
        if keep {
            break;
        }
        length -= last.len_utf8();
    }
    length
}

fn is_balanced(text: &str, open: char, close: char) -> bool {
    text.matches(close).count() <= text.matches(open).count()
}
