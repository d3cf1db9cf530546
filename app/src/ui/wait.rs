//! Waiting for what the user wanted done: it stays in front of them until it is, and says what is in the way.

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    kit::{self, Kind},
    language::{Language, say, td_string},
    live::live,
    notice::reason,
};
use crate::{
    client::Client,
    state::{Action, Deed, Progress, Touched},
};

/// What is said meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A text, which is saved or not.
    Text,
    /// Something else, which is done or not.
    Other,
}

/// Whoever waits for some deeds.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    client: Client,
    deeds: Signal<Vec<Deed>>,
    /// Those that were waited for last: what a dialog is about is forgotten when it closes.
    last: StoredValue<Vec<Deed>>,
    /// Whether nobody waits any more: what is not underway then need not be done.
    is_given_up: StoredValue<bool>,
    progress: Memo<Option<Progress>>,
}

impl Wait {
    /// Follows these deeds.
    pub(super) fn until(client: Client, deeds: impl Fn() -> Vec<Deed> + Send + Sync + 'static) -> Self {
        Self::follow(client, Box::new(deeds))
    }

    /// Boxed, so that it is in the bundle once, and not for each thing that is waited for.
    fn follow(client: Client, deeds: Box<dyn Fn() -> Vec<Deed> + Send + Sync>) -> Self {
        let deeds = Signal::derive(deeds);
        let last = StoredValue::new(Vec::new());
        let progress = Memo::new(move |_| {
            if deeds.with(|deeds| !deeds.is_empty()) {
                last.set_value(deeds.get());
            }
            let progress = |deed: &Deed| client.with(Touched::Deeds, |state| state.progress(*deed));
            let all: Vec<Progress> = deeds.with(|deeds| deeds.iter().filter_map(progress).collect());
            let is_underway = all.contains(&Progress::Underway);
            is_underway.then_some(Progress::Underway).or(all.first().copied())
        });
        Self {
            client,
            deeds,
            last,
            is_given_up: StoredValue::new(false),
            progress,
        }
    }

    /// Whether the answer is awaited.
    pub(super) fn is_underway(self) -> bool {
        self.progress.get() == Some(Progress::Underway)
    }

    /// Calls when everything is done.
    pub(super) fn when_done(self, done: impl Fn() + 'static) -> Self {
        self.call_when_done(Box::new(done));
        self
    }

    fn call_when_done(self, done: Box<dyn Fn()>) {
        Effect::new(move |before: Option<Option<Progress>>| {
            let progress = self.progress.get();
            if progress == Some(Progress::Underway) {
                self.is_given_up.set_value(false);
            }
            let was_underway = before == Some(Some(Progress::Underway)) && !self.is_given_up.get_value();
            let is_over = progress.is_none() && was_underway && !self.deeds.with_untracked(Vec::is_empty);
            if is_over || progress == Some(Progress::Found) {
                done();
            }
            progress
        });
    }

    /// Waits in a dialog: it closes when everything is done. Once it is closed, nobody waits any more.
    pub(super) fn in_dialog(self, open: RwSignal<bool>) -> Self {
        Effect::new(move |was_open: Option<bool>| {
            let is_open = open.get();
            if !is_open && was_open == Some(true) {
                self.give_up();
            }
            is_open
        });
        self.when_done(move || open.set(false))
    }

    /// Nobody waits any more.
    pub(super) fn give_up(self) {
        self.is_given_up.set_value(true);
        for deed in self.last.get_value() {
            self.client.dispatch(Action::Forget(deed));
        }
    }

    /// A button that does it, and rests while the answer is awaited.
    pub(super) fn button(
        self,
        kind: Kind,
        label: Signal<String>,
        on_click: impl FnMut(MouseEvent) + 'static,
    ) -> AnyView {
        let on_click: Box<dyn FnMut(MouseEvent)> = Box::new(on_click);
        view! {
            <button type="button" class=kit::class(kind) disabled=move || self.is_underway() on:click=on_click>
                {label}
            </button>
        }
        .into_any()
    }

    /// A button that submits its form, and rests while the answer is awaited.
    fn submit(self, label: Signal<String>) -> AnyView {
        view! {
            <button type="submit" class=kit::class(Kind::Primary) disabled=move || self.is_underway()>
                {label}
            </button>
        }
        .into_any()
    }

    /// The end of a form in a dialog: how it stands, a way out, and the button that submits it.
    pub(super) fn end_of_form(self, about: About, open: RwSignal<bool>, label: Signal<String>) -> AnyView {
        let language = Language::expect();
        view! {
            {self.sentence(about)}
            <div class="actions">
                {kit::button(Kind::Secondary, say!(language, room.cancel), move |_| open.set(false))}
                {self.submit(label)}
            </div>
        }
        .into_any()
    }

    /// The sentence that says how it stands.
    pub(super) fn sentence(self, about: About) -> AnyView {
        let language = Language::expect();
        let words = move || {
            let locale = language.get();
            match (self.progress.get()?, about) {
                (Progress::Found, _) => None,
                (Progress::Underway, About::Text) => Some(td_string!(locale, wait.saving)),
                (Progress::Underway, About::Other) => Some(td_string!(locale, wait.doing)),
                (Progress::NoLine, About::Text) => Some(td_string!(locale, wait.not_saved)),
                (Progress::NoLine, About::Other) => Some(td_string!(locale, wait.not_done)),
                (Progress::Refused(code), _) => Some(reason(locale, code)),
            }
        };
        let class = move || match self.progress.get() {
            None | Some(Progress::Underway | Progress::Found) => "wait",
            Some(_) => "wait trouble",
        };
        view! {
            <p class=live(class) role="status">
                {move || words()}
            </p>
        }
        .into_any()
    }
}
