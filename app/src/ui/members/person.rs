//! One person of a room.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::{Role, RoomId, UserId},
    state::Touched,
    ui::{
        kit::{self, Icon, Presence, Shape},
        language::{Language, td_string},
        live::live,
        name_of::name_of,
    },
};

/// Whether somebody is here.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) is_here: bool,
    /// Whether that can be said of anybody.
    pub(super) is_known: Memo<bool>,
}

impl Seen {
    fn presence(self) -> Presence {
        match (self.is_here, self.is_known.get()) {
            (true, _) => Presence::Here,
            (false, true) => Presence::Away,
            (false, false) => Presence::Unsaid,
        }
    }
}

/// Draws a person: face, name, whether here, what they are in the room, and for owners the way to remove them.
pub(super) fn person(
    client: Client,
    room: RoomId,
    user: UserId,
    seen: Seen,
    is_owner: Memo<bool>,
    removing: RwSignal<Option<UserId>>,
) -> impl IntoView {
    let language = Language::expect();
    let name = Memo::new(move |_| name_of(client, user));
    let role = move || {
        client.with(Touched::Room(room), |state| {
            let is_me = state.me().is_some_and(|me| me.id == user);
            let owns = state
                .members(room)
                .iter()
                .any(|member| member.user == user && member.role >= Role::Owner);
            let you = td_string!(language.get(), members.you);
            let owner = td_string!(language.get(), members.owner);
            match (is_me, owns) {
                (true, true) => format!("{you} · {owner}"),
                (true, false) => you.to_owned(),
                (false, true) => owner.to_owned(),
                (false, false) => String::new(),
            }
        })
    };
    let is_me = client.with_untracked(|state| state.me().is_some_and(|me| me.id == user));
    let said = Signal::derive(move || match seen.presence() {
        Presence::Here => td_string!(language.get(), members.is_here).to_owned(),
        Presence::Away => td_string!(language.get(), members.is_away).to_owned(),
        Presence::Unsaid => String::new(),
    });
    let class = move || match seen.presence() {
        Presence::Away => "person away",
        Presence::Here | Presence::Unsaid => "person",
    };
    let remove = move || {
        (is_owner.get() && !is_me).then(|| {
            let label = Signal::derive(move || td_string!(language.get(), members.remove, name = name.get()));
            kit::icon_button(Icon::PersonMinus, label, move |_| removing.set(Some(user)))
        })
    };
    view! {
        <li class=live(class)>
            {move || kit::avatar(&name.get(), kit::hue(user.0), Shape::RoundSmall, seen.presence())}
            <span class="name" dir="auto" title=move || name.get()>
                {move || name.get()}
            </span> {kit::visually_hidden(said)} <span class="role">{live(role)}</span> {live(remove)}
        </li>
    }
}
