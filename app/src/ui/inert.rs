//! Text where Leptos writes markup.

/// The trap: what stands in a `<textarea>` or a `<title>` Leptos writes on the server as if it were markup, a room's name among it. The
/// browser is given the text itself.
pub(super) fn inert(text: String) -> String {
    if cfg!(feature = "ssr") {
        text.replace('&', "&amp;").replace('<', "&lt;")
    } else {
        text
    }
}
