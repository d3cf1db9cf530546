//! The whole page: which screen stands at which address.

use leptos::prelude::*;
use leptos_meta::{Html, provide_meta_context};
use leptos_router::{
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use leptos_i18n::Locale as _;

use super::{
    language::Language,
    reader::Reader,
    room::{Lobby, RoomScreen},
    session::SignIn,
    shell::{Lost, Shell},
    showcase::{Demo, Showcase},
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
            <Routes fallback=Lost>
                <Route path=path!("/sign-in") view=SignIn />
                <Route path=path!("/kit") view=Showcase />
                <Route path=path!("/kit/demo") view=Demo />
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/") view=Lobby />
                    <Route path=path!("/rooms/:slug") view=RoomScreen />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
