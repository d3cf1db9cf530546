//! What a room is called and what it is about: two boxes.

use leptos::prelude::*;

use super::{
    checked_line::{CheckedLine, Looks, read_all},
    language::{Language, Locale, say, td_string},
};
use crate::protocol::{TextFault, text};

/// Both boxes.
#[derive(Clone, Copy)]
pub(super) struct NameAndTopic {
    name: CheckedLine,
    topic: CheckedLine,
}

impl NameAndTopic {
    /// Nothing is said to be wrong with them yet.
    pub(super) fn new() -> Self {
        Self {
            name: CheckedLine::new(text::room_name),
            topic: CheckedLine::new(text::topic),
        }
    }

    /// Name and topic as they were written; nothing where something is wrong with them, which is then said beside its box.
    pub(super) fn written(self) -> Option<(String, String)> {
        read_all([self.name, self.topic]).map(|[name, topic]| (name, topic))
    }

    /// The boxes. `ids` are theirs, `before` is what stands in them at first.
    pub(super) fn fields(self, ids: [&'static str; 2], before: (String, String)) -> AnyView {
        let language = Language::expect();
        view! {
            {self
                .name
                .field(Looks {
                    id: ids[0],
                    name: "name",
                    label: say!(language, new_room.name),
                    placeholder: say!(language, new_room.name_placeholder),
                    autocomplete: "off",
                    autofocus: true,
                    before: before.0,
                    words,
                })}
            {self
                .topic
                .field(Looks {
                    id: ids[1],
                    name: "topic",
                    label: say!(language, new_room.topic),
                    placeholder: Signal::default(),
                    autocomplete: "off",
                    autofocus: false,
                    before: before.1,
                    words,
                })}
        }
        .into_any()
    }
}

fn words(locale: Locale, fault: TextFault) -> String {
    match fault {
        TextFault::Empty => td_string!(locale, new_room.missing).to_owned(),
        TextFault::TooLong { limit } => td_string!(locale, new_room.too_long, limit = limit),
        TextFault::Unfit => td_string!(locale, new_room.unfit).to_owned(),
    }
}
