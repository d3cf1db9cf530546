//! The whole page: which screen stands at which address.

use leptos::prelude::*;
use leptos_i18n::Locale as _;
use leptos_meta::{Html, provide_meta_context};
use leptos_router::components::Router;

#[cfg(debug_assertions)]
use super::showcase::{Demo, Showcase};
use super::{
    language::Language,
    live::live,
    place::Place,
    reader::Reader,
    session::SignIn,
    shell::{Lost, Shell},
};

/// The page. Whoever mounts it provides a `Client` as a context; on the server also a `FormSeed` and a `Language`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let language = Language::provide();
    Reader::provide(language);

    view! {
        <Html attr:lang=move || language.get().as_str() />
        <Router>
            <Screens />
        </Router>
    }
}

/// What an address shows. Rooms share one frame, which stays while one goes from room to room.
#[derive(Clone, Copy, PartialEq)]
enum Screen {
    Rooms,
    SignIn,
    #[cfg(debug_assertions)]
    Kit,
    #[cfg(debug_assertions)]
    Demo,
    Nothing,
}

impl Screen {
    fn at(place: &Place) -> Self {
        match place {
            Place::Rooms | Place::Room(_) => Self::Rooms,
            Place::SignIn => Self::SignIn,
            #[cfg(debug_assertions)]
            Place::Kit => Self::Kit,
            #[cfg(debug_assertions)]
            Place::Demo => Self::Demo,
            Place::Nowhere => Self::Nothing,
        }
    }
}

/// The screen of the present address. A table of routes, as leptos_router has it, weighs a tenth of the bundle; five addresses need
/// none.
#[component]
fn Screens() -> impl IntoView {
    let place = Place::follow();
    Place::arrive(place);
    let screen = Memo::new(move |_| place.with(Screen::at));
    let content = move || match screen.get() {
        Screen::Rooms => view! { <Shell place=place /> }.into_any(),
        Screen::SignIn => view! { <SignIn /> }.into_any(),
        #[cfg(debug_assertions)]
        Screen::Kit => view! { <Showcase /> }.into_any(),
        #[cfg(debug_assertions)]
        Screen::Demo => view! { <Demo /> }.into_any(),
        Screen::Nothing => view! { <Lost /> }.into_any(),
    };
    live(content)
}
