//! Which language it is.

use leptos::prelude::*;
use leptos_i18n::Locale as _;

use super::Locale;

/// The cookie that keeps the reader's choice: `en` or `zh`.
pub const COOKIE: &str = "language";

/// The page's language. Handed down as a context; the server provides it from the request.
#[derive(Clone, Copy)]
pub struct Language(RwSignal<Locale>);

impl Language {
    /// A page in this language.
    pub fn new(locale: Locale) -> Self {
        Self(RwSignal::new(locale))
    }

    /// The context.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Makes the context, unless whoever draws the page has made it: from the request, or, in the browser, from what
    /// the page was drawn in, else from what the reader chose or asks for.
    pub fn provide() -> Self {
        let language = use_context::<Self>().unwrap_or_else(|| Self::new(first_locale()));
        provide_context(language);
        language
    }

    /// The language, followed.
    pub fn get(self) -> Locale {
        self.0.get()
    }

    /// The language, as it is now.
    pub fn get_untracked(self) -> Locale {
        self.0.get_untracked()
    }

    /// Changes to the other language, and keeps that choice for a year.
    pub fn switch(self) {
        let other = match self.get_untracked() {
            Locale::en => Locale::zh,
            Locale::zh => Locale::en,
        };
        self.0.set(other);
        let cookie = format!("{COOKIE}={}; path=/; max-age=31536000; samesite=lax", other.as_str());
        let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
    }
}

/// The language for a request: of its cookie header, else of its `Accept-Language`, else English.
pub fn of_request(cookie: Option<&str>, accept_language: Option<&str>) -> Locale {
    cookie
        .and_then(of_cookie)
        .or_else(|| accept_language.and_then(of_wishes))
        .unwrap_or_default()
}

/// How the reader writes times: the browser's own locale if it is of this language (`en-GB`), else the language.
pub fn reader_locale(locale: Locale) -> String {
    let language = locale.as_str();
    window()
        .navigator()
        .languages()
        .iter()
        .filter_map(|wish| wish.as_string())
        .find(|wish| of_tag(wish) == Some(locale))
        .unwrap_or_else(|| language.to_owned())
}

/// On the server: what the request says, which leptos_axum hands down.
#[cfg(feature = "ssr")]
fn first_locale() -> Locale {
    use http::{HeaderMap, header};

    let said = |headers: &HeaderMap, name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let of_headers = |headers: &HeaderMap| (said(headers, header::COOKIE), said(headers, header::ACCEPT_LANGUAGE));
    let (cookie, wishes) = use_context::<http::request::Parts>()
        .map(|parts| of_headers(&parts.headers))
        .unwrap_or_default();
    of_request(cookie.as_deref(), wishes.as_deref())
}

#[cfg(not(feature = "ssr"))]
fn first_locale() -> Locale {
    let drawn_in = document()
        .document_element()
        .and_then(|html| html.get_attribute("lang"));
    if let Some(locale) = drawn_in
        .as_deref()
        .filter(|_| cfg!(feature = "hydrate"))
        .and_then(of_tag)
    {
        return locale;
    }
    let cookie = js_sys::Reflect::get(&document(), &"cookie".into())
        .ok()
        .and_then(|cookie| cookie.as_string());
    let wishes: String = window().navigator().languages().join(",").into();
    of_request(cookie.as_deref(), Some(&wishes))
}

fn of_cookie(header: &str) -> Option<Locale> {
    header
        .split(';')
        .find_map(|pair| of_tag(pair.trim().strip_prefix(COOKIE)?.strip_prefix('=')?))
}

/// The most wished for of our languages. Wishes of the same weight count in their order.
fn of_wishes(header: &str) -> Option<Locale> {
    let mut best: Option<(f32, Locale)> = None;
    for wish in header.split(',') {
        let (tag, weight) = wish.split_once(";q=").unwrap_or((wish, "1"));
        let weight = weight.trim().parse().unwrap_or(0.0);
        let Some(locale) = of_tag(tag) else { continue };
        if weight > best.map_or(0.0, |(most, _)| most) {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

fn of_tag(tag: &str) -> Option<Locale> {
    let primary = tag.trim().split(['-', '_']).next()?;
    Locale::get_all()
        .iter()
        .copied()
        .find(|locale| locale.as_str().eq_ignore_ascii_case(primary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_kept_in_the_cookie_comes_first() {
        assert_eq!(of_request(Some("session=x; language=zh"), Some("en")), Locale::zh);
        assert_eq!(of_request(Some("language=tlh"), Some("zh-CN")), Locale::zh);
    }

    #[test]
    fn the_browser_says_what_it_would_rather_read() {
        assert_eq!(of_request(None, Some("fr, zh-TW;q=0.8, en;q=0.9")), Locale::en);
        assert_eq!(of_request(None, Some("zh-Hans-CN,zh;q=0.9,en;q=0.8")), Locale::zh);
    }

    #[test]
    fn english_is_for_everybody_else() {
        assert_eq!(of_request(None, Some("fr, de;q=0.5")), Locale::en);
        assert_eq!(of_request(None, None), Locale::en);
    }
}
