//! The page's title: what is new, where one is.

use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;

use crate::{
    client::Client,
    state::Touched,
    ui::{
        inert::inert,
        language::{Language, td_string},
        place::Place,
    },
};

/// `(3) General · Magpie`.
#[component]
pub(in crate::ui) fn PageTitle(
    /// Where one is.
    place: Memo<Place>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let wanted = Memo::new(move |_| {
        let (unread, room) = client.with(Touched::Rooms, |state| {
            let name = |place: &Place| Some(state.room_by_slug(place.slug()?)?.room.name.clone());
            (state.total_unread(), place.with(name))
        });
        let unread = if unread > 0 {
            format!("({unread}) ")
        } else {
            String::new()
        };
        let room = room.map(|name| format!("{name} · ")).unwrap_or_default();
        format!("{unread}{room}{}", td_string!(language.get(), app.name))
    });
    view! { <Title text=text(move || wanted.get()) /> }
}

/// `Magpie`, where there are no rooms.
#[component]
pub(in crate::ui) fn PlainTitle() -> impl IntoView {
    let language = Language::expect();
    view! { <Title text=text(move || td_string!(language.get(), app.name).to_owned()) /> }
}

/// The trap: the server reads the title after it has drawn the page, perhaps in another thread, where this page's signals are
/// gone or, worse, where those of somebody else's page are found under the same keys. So it is given the text itself.
fn text(wanted: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    if cfg!(feature = "ssr") {
        inert(untrack(wanted)).into()
    } else {
        wanted.into()
    }
}
