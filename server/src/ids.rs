//! Fresh names for things: tokens, ids, slugs. Chance comes from the operating system, and only here.

use std::{fmt, time::Duration};

use app::protocol::{ClientMessageId, Slug};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest as _, Sha256};

/// A sign-in. Made by the store, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

/// One server process among several, for as long as it runs. 64 random bits: among the few nodes of a community no two are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u64);

impl NodeId {
    /// A new one.
    pub fn fresh() -> Self {
        Self(u64::from_ne_bytes(random_bytes()))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// SHA-256 of a session token. The token itself is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// Longest slug, in characters.
const SLUG_CHARS: usize = 60;
/// The last number that is counted up to for a slug that is taken.
const LAST_COUNTED: u32 = 9;
/// 256 bits: nobody guesses one, so it may be looked up by its plain hash.
const TOKEN_BYTES: usize = 32;

/// A session's secret: 256 random bits in base64url. Shown to its owner once; the server keeps only the hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    pub fn fresh() -> Self {
        Self(random_text::<TOKEN_BYTES>())
    }

    /// Takes what a client sent. `None` when it cannot be a token, so that the store is not asked for nonsense.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == TOKEN_BYTES).then(|| Self(text.to_owned()))
    }

    /// What the store knows it by.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The secret itself, for its owner's eyes.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A token must not reach a log by way of `{:?}`.
impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// For a form that the server draws: a browser without JavaScript cannot make one.
pub fn fresh_client_message_id() -> ClientMessageId {
    ClientMessageId(random_text::<16>())
}

/// Names one HTTP request in the log.
pub fn fresh_request_id() -> String {
    random_text::<9>()
}

/// Random bits that carry a page's Content-Security-Policy to its inline scripts.
pub fn fresh_nonce() -> String {
    random_text::<16>()
}

/// A random part of a time: for whoever waits so that not all come back at the same moment.
pub fn part_of(time: Duration) -> Duration {
    let mut bytes = [0; 4];
    OsRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system gives random bytes once it has started");
    time.mul_f64(f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX))
}

/// A room's name in addresses: lowercase letters and digits of any script, everything else one `-`.
/// One that is taken gets a number behind it: see [`slugs`].
pub fn slug(room_name: &str) -> Slug {
    let mut slug = String::new();
    for character in room_name.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let short: String = slug.trim_matches('-').chars().take(SLUG_CHARS).collect();
    let trimmed = short.trim_end_matches('-');
    Slug(if trimmed.is_empty() {
        "room".to_owned()
    } else {
        trimmed.to_owned()
    })
}

/// What a room may be called in addresses that wishes for this, in order, without end: so, with a small number behind it, or with one
/// that nobody has but by chance. To count on until one is free would take longer with each room of the same name.
pub fn slugs(wished: &Slug) -> impl Iterator<Item = Slug> + use<> {
    let wished = wished.clone();
    (1_u32..).map(move |count| match count {
        1 => wished.clone(),
        2..=LAST_COUNTED => Slug(format!("{wished}-{count}")),
        _ => Slug(format!("{wished}-{}", u32::from_ne_bytes(random_bytes()))),
    })
}

fn random_text<const BYTES: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<BYTES>())
}

fn random_bytes<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    OsRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system gives random bytes once it has started");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_256_bits_and_never_the_same() {
        let (one, other) = (Token::fresh(), Token::fresh());
        assert_ne!(one, other);
        assert_eq!(URL_SAFE_NO_PAD.decode(one.reveal()).unwrap().len(), 32);
        assert_eq!(Token::parse(one.reveal()), Some(one));
    }

    #[test]
    fn what_cannot_be_a_token_is_not_looked_up() {
        for text in ["", "short", "!", &"A".repeat(44), &"é".repeat(43)] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_does_not_reach_a_log() {
        let token = Token::fresh();
        assert!(!format!("{token:?}").contains(token.reveal()));
    }

    #[test]
    fn form_ids_are_well_formed() {
        assert!(fresh_client_message_id().is_well_formed());
    }

    #[test]
    fn slugs_keep_letters_of_every_script() {
        for (name, expected) in [
            ("General", "general"),
            ("  Bird watching & more! ", "bird-watching-more"),
            ("喜鹊 聊天", "喜鹊-聊天"),
            ("Ünïcode Ω", "ünïcode-ω"),
            ("../../etc", "etc"),
            ("🎉🎉", "room"),
            ("", "room"),
        ] {
            assert_eq!(slug(name).0, expected, "{name}");
        }
    }

    #[test]
    fn a_long_name_makes_a_slug_of_60_characters_at_most() {
        assert_eq!(slug(&"鹊".repeat(80)).0.chars().count(), 60);
        assert_eq!(slug(&format!("{} b", "a".repeat(59))).0, "a".repeat(59));
    }
}
