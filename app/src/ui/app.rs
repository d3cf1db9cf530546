//! The whole page: which screen stands at which address.

use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use super::{
    language::Language,
    reader::Reader,
    room::{Lobby, RoomScreen},
    session::SignIn,
    shell::{Lost, Shell},
    showcase::Showcase,
};

/// The page. Whoever mounts it provides a `Client` as a context; on the server also a `FormSeed` and a `Language`.
#[component]
pub fn App() -> impl IntoView {
    let language = Language::provide();
    Reader::provide(language);

    view! {
        <Router>
            <Routes fallback=Lost>
                <Route path=path!("/sign-in") view=SignIn />
                <Route path=path!("/kit") view=Showcase />
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/") view=Lobby />
                    <Route path=path!("/rooms/:slug") view=RoomScreen />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
