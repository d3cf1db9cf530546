//! One line of text that the server will check: checked here before, so that what is wrong is said beside its box until it is mended.

use leptos::{html, prelude::*};

use super::{
    kit::{Field, written},
    language::{Language, Locale},
};
use crate::protocol::TextFault;

/// The text as it is kept, or what is wrong with it.
type Check = fn(&str) -> Result<String, TextFault>;

/// A box with its check.
#[derive(Clone, Copy)]
pub(super) struct CheckedLine {
    input: NodeRef<html::Input>,
    check: Check,
    /// What is said to be wrong.
    fault: RwSignal<Option<TextFault>>,
}

/// How a box presents itself.
pub(super) struct Looks {
    /// Ties the label to the box; unique on the page.
    pub(super) id: &'static str,
    /// The name in a form.
    pub(super) name: &'static str,
    /// What is to be written.
    pub(super) label: Signal<String>,
    /// An example.
    pub(super) placeholder: Signal<String>,
    /// As in HTML.
    pub(super) autocomplete: &'static str,
    /// Whether it takes the focus when its dialog opens.
    pub(super) autofocus: bool,
    /// What stands in it at first.
    pub(super) before: String,
    /// The sentence about a fault.
    pub(super) words: fn(Locale, TextFault) -> String,
}

impl CheckedLine {
    /// Nothing is said to be wrong yet.
    pub(super) fn new(check: Check) -> Self {
        Self {
            input: NodeRef::new(),
            check,
            fault: RwSignal::new(None),
        }
    }

    /// The box.
    pub(super) fn field(self, looks: Looks) -> AnyView {
        let language = Language::expect();
        let words = looks.words;
        let error = Signal::derive(move || {
            let fault = self.fault.get();
            fault.map(|fault| words(language.get(), fault)).unwrap_or_default()
        });
        // What was never said to be wrong is not criticised while it is being written.
        let look_again = move |_| {
            if self.fault.with_untracked(Option::is_some) {
                self.fault.set(self.checked().err());
            }
        };
        view! {
            <Field
                id=looks.id
                name=looks.name
                label=looks.label
                placeholder=looks.placeholder
                value=looks.before
                error=error
                autocomplete=looks.autocomplete
                autofocus=looks.autofocus
                node_ref=self.input
                on:input=look_again
            />
        }
        .into_any()
    }

    fn checked(self) -> Result<String, TextFault> {
        (self.check)(&written(self.input))
    }

    fn judge(self) -> Option<String> {
        let checked = self.checked();
        self.fault.set(checked.as_ref().err().copied());
        checked.ok()
    }
}

/// What is written in all of them; nothing where something is wrong, which is then said of each, and the first of those gets the
/// focus.
pub(super) fn read_all<const COUNT: usize>(lines: [CheckedLine; COUNT]) -> Option<[String; COUNT]> {
    let texts = lines.map(CheckedLine::judge);
    let wrong = lines.iter().zip(&texts).find(|(_, text)| text.is_none());
    if let Some(input) = wrong.and_then(|(line, _)| line.input.get_untracked()) {
        let _ = input.focus();
    }
    wrong.is_none().then(|| texts.map(Option::unwrap_or_default))
}
