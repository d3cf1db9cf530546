//! What a room is called and what it is about: two boxes, and what can be wrong with what stands in them.

use leptos::{html, prelude::*};

use super::{
    kit::{Field, written},
    language::{Language, say, td_string},
};
use crate::protocol::limits::{ROOM_NAME_CHARS, TOPIC_CHARS};

/// Both boxes.
#[derive(Clone, Copy)]
pub(super) struct NameAndTopic {
    name: NodeRef<html::Input>,
    topic: NodeRef<html::Input>,
    complaint: RwSignal<Option<Complaint>>,
}

impl NameAndTopic {
    /// Nothing is wrong with them yet.
    pub(super) fn new() -> Self {
        Self {
            name: NodeRef::new(),
            topic: NodeRef::new(),
            complaint: RwSignal::new(None),
        }
    }

    /// Name and topic as they were written; nothing where something is wrong with them, which is then said beside its box.
    pub(super) fn written(self) -> Option<(String, String)> {
        let (name, topic) = (written(self.name), written(self.topic));
        let complaint = Complaint::about(&name, &topic);
        self.complaint.set(complaint);
        complaint.is_none().then_some((name, topic))
    }

    /// The boxes. `ids` are theirs, `before` is what stands in them at first.
    pub(super) fn fields(self, ids: [&'static str; 2], before: (String, String)) -> AnyView {
        let language = Language::expect();
        let complaint = self.complaint;
        let name_error = Signal::derive(move || match complaint.get() {
            Some(Complaint::NoName) => td_string!(language.get(), new_room.missing).to_owned(),
            Some(Complaint::LongName) => td_string!(language.get(), new_room.too_long, limit = ROOM_NAME_CHARS),
            _ => String::new(),
        });
        let topic_error = Signal::derive(move || match complaint.get() {
            Some(Complaint::LongTopic) => td_string!(language.get(), new_room.too_long, limit = TOPIC_CHARS),
            _ => String::new(),
        });
        view! {
            <Field
                id=ids[0]
                name="name"
                label=say!(language, new_room.name)
                placeholder=say!(language, new_room.name_placeholder)
                value=before.0
                error=name_error
                autofocus=true
                node_ref=self.name
            />
            <Field
                id=ids[1]
                name="topic"
                label=say!(language, new_room.topic)
                value=before.1
                error=topic_error
                node_ref=self.topic
            />
        }
        .into_any()
    }
}

/// What is wrong with a room's name or topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Complaint {
    NoName,
    LongName,
    LongTopic,
}

impl Complaint {
    /// Looks at both, with the limits that the server has.
    fn about(name: &str, topic: &str) -> Option<Self> {
        if name.is_empty() {
            Some(Self::NoName)
        } else if name.chars().count() > ROOM_NAME_CHARS {
            Some(Self::LongName)
        } else if topic.chars().count() > TOPIC_CHARS {
            Some(Self::LongTopic)
        } else {
            None
        }
    }
}
