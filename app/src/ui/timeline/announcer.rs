//! Reads new messages aloud, and only those: the timeline itself is silent, or its whole history would be read.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::{Number, RoomId},
    state::Touched,
    ui::{
        language::{Language, td_string},
        name_of::name_of,
    },
};

/// Characters of a message that are read aloud.
const SPOKEN_CHARS: usize = 200;

/// What a screen reader is told.
#[derive(Clone, Copy)]
pub(super) struct Announcer {
    client: Client,
    room: RoomId,
    /// The newest message that needs no announcement any more.
    heard: StoredValue<Option<Number>>,
    text: RwSignal<String>,
}

impl Announcer {
    /// Silent until something new comes.
    pub(super) fn new(client: Client, room: RoomId) -> Self {
        Self {
            client,
            room,
            heard: StoredValue::new(None),
            text: RwSignal::new(String::new()),
        }
    }

    /// Looks for what others have said since the last time.
    pub(super) fn hear(self) {
        let Some((newest, fresh)) = untrack(|| self.fresh()) else {
            return;
        };
        self.heard.set_value(Some(newest));
        let locale = Language::expect().get_untracked();
        match fresh.as_slice() {
            [] => {}
            [(author, body)] => {
                let name = untrack(|| name_of(self.client, *author));
                self.text
                    .set(td_string!(locale, timeline.announce, name = name, text = body.clone()));
            }
            many => self
                .text
                .set(td_string!(locale, timeline.announce_many, count = many.len())),
        }
    }

    /// The place that is read aloud.
    pub(super) fn view(self) -> impl IntoView {
        view! {
            <p class="visually-hidden" aria-live="polite">
                {move || self.text.get()}
            </p>
        }
    }

    fn fresh(self) -> Option<(Number, Vec<(crate::protocol::UserId, String)>)> {
        self.client.with(Touched::Timeline(self.room), |state| {
            let timeline = state.timeline(self.room)?;
            if timeline.is_loading() {
                return None;
            }
            let newest = timeline.newest().unwrap_or_default();
            // What is there when the room opens is not news.
            let heard = self.heard.get_value().unwrap_or(newest);
            let me = state.me().map(|me| me.id);
            let fresh = timeline
                .messages()
                .rev()
                .take_while(|message| message.number > heard)
                .filter(|message| Some(message.author) != me && !message.deleted)
                .map(|message| (message.author, message.body.chars().take(SPOKEN_CHARS).collect()))
                .collect();
            Some((newest, fresh))
        })
    }
}
