//! In which language the page speaks: the reader's choice, else what the browser asks for, else English.
//!
//! The texts are in `locales/*.json`; a key that is missing or misspelt does not compile.

mod choice;

#[expect(
    missing_docs,
    dead_code,
    unused_imports,
    reason = "made by the build script from locales/*.json"
)]
mod texts {
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}

pub use choice::{COOKIE, Language, of_request, reader_locale};
pub use texts::i18n::{Locale, td_string};

/// A text in the page's language, as a closure that follows when the language changes.
///
/// `say!(language, rooms.title)`, or with values: `say!(language, timeline.label, room = name.clone())`.
macro_rules! say {
    ($language:expr, $($text:tt)*) => {{
        let language = $language;
        move || $crate::ui::language::td_string!(language.get(), $($text)*).to_string()
    }};
}
pub(crate) use say;

/// A text that depends on a count: one key for one, another for any other number. English needs no more, and Chinese
/// has no plural.
macro_rules! say_count {
    ($locale:expr, $count:expr, $folder:ident . $single:ident, $many:ident) => {{
        let (locale, count) = ($locale, $count);
        if count == 1 {
            $crate::ui::language::td_string!(locale, $folder.$single).to_owned()
        } else {
            $crate::ui::language::td_string!(locale, $folder.$many, count = count).to_string()
        }
    }};
}
pub(crate) use say_count;
