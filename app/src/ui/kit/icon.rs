//! The icons, drawn with one pen: 24 by 24, round ends. They take the colour of the text around them.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Icon {
    Alert,
    ArrowDown,
    ArrowUp,
    Back,
    Clock,
    Close,
    Exit,
    More,
    Pencil,
    People,
    PersonMinus,
    Plus,
    Search,
    SlowLine,
    Speech,
    Trash,
}

impl Icon {
    /// All of them, for the page that shows them.
    pub const ALL: [Self; 16] = [
        Self::Alert,
        Self::ArrowDown,
        Self::ArrowUp,
        Self::Back,
        Self::Clock,
        Self::Close,
        Self::Exit,
        Self::More,
        Self::Pencil,
        Self::People,
        Self::PersonMinus,
        Self::Plus,
        Self::Search,
        Self::SlowLine,
        Self::Speech,
        Self::Trash,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Alert => "M12 8v4.5m0 3.25v.010M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z",
            Self::ArrowDown => "M12 5v14m-6-6 6 6 6-6",
            Self::ArrowUp => "M12 19V5m-6 6 6-6 6 6",
            Self::Back => "M19 12H5m6-6-6 6 6 6",
            Self::Clock => "M12 7.5V12l3 2m-3-10.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z",
            Self::Close => "m6.5 6.5 11 11m0-11-11 11",
            Self::Exit => "M10 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H10m5-4 4-4-4-4m4 4H10",
            Self::More => {
                "M5.25 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0Zm6.25 0a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0Zm6.25 0a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0Z"
            }
            Self::Pencil => "m5 19 .8-3.6L16 5.2a1.7 1.7 0 0 1 2.4 0l.4.4a1.7 1.7 0 0 1 0 2.4L8.6 18.2 5 19Z",
            Self::People => {
                "M9 11.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5Zm-6 7.75c.3-3 2.6-5 6-5s5.7 2 6 5\
                 M15.5 5.3a3.25 3.25 0 0 1 0 6m2 3.5c2 .6 3.3 2.2 3.5 4.45"
            }
            Self::PersonMinus => {
                "M10 11.5A3.25 3.25 0 1 0 10 5a3.25 3.25 0 0 0 0 6.5Zm-6.5 7.75c.3-3 3-5 6.5-5s6.2 2 6.5 5M16.5 9.5h5"
            }
            Self::Plus => "M12 5.5v13M5.5 12h13",
            Self::Search => "m19 19-4-4m-4.25 2a6.25 6.25 0 1 0 0-12.5 6.25 6.25 0 0 0 0 12.5Z",
            Self::SlowLine => "M4 12h3m3.5 0h3m3.5 0h3",
            Self::Speech => {
                "M12 4.5c-4.7 0-8.25 3-8.25 7 0 2.2 1 4.1 2.75 5.4V20l3.2-1.7c.7.15 1.5.2 2.3.2 4.7 0 8.25-3 8.25-7\
                 s-3.55-7-8.25-7Z"
            }
            Self::Trash => "M5 7h14M10 7V4.75h4V7m-7.5 0 .8 12h9.4l.8-12M10.25 10.75v4.75m3.5-4.75v4.75",
        }
    }
}

/// Draws an icon. It is decoration: a button that has only an icon needs a label of its own.
pub fn icon(which: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=which.path() />
        </svg>
    }
}
