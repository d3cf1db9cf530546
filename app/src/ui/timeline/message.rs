//! A message: who, when, what; and what became of it, or can be done with it.

use leptos::prelude::*;

use super::{edit::EditForm, rows::ShownRow, view::View};
use crate::{
    client::Client,
    protocol::{ClientMessageId, ErrorCode},
    state::{Action, Delivery, Touched},
    text::{self, Span},
    ui::{
        kit::{self, Icon, Presence, Shape, Style},
        language::{Language, Locale, say, td_string},
        live::live,
        name_of::name_of,
        notice::reason,
    },
};

/// Draws a message.
pub(super) fn message(client: Client, view: View, row: ShownRow) -> AnyView {
    let author = row.key.author;
    let name = move || name_of(client, author);
    let at = row.at;
    let (aside, byline) = if row.is_head {
        let face = move || kit::avatar(&name(), kit::hue(author.0), Shape::Round, Presence::Unsaid);
        let byline = view! {
            <header class="byline">
                <span class="author" dir="auto">
                    {live(name)}
                </span>
                {kit::time(at, Style::Clock)}
            </header>
        };
        (live(face).into_any(), Some(byline))
    } else {
        (
            view! { <span class="gutter">{kit::time(at, Style::Clock)}</span> }.into_any(),
            None,
        )
    };
    let number = row.number;
    let class = move || match number {
        Some(number) if view.selected.get() == Some(number) => "message selected",
        _ => "message",
    };
    view! {
        <article class=live(class) aria-label=live(name)>
            {aside} <div class="content">{byline} {content(client, view, &row)} {delivery(client, &row)}</div>
            {tools(view, &row)}
        </article>
    }
    .into_any()
}

fn content(client: Client, view: View, row: &ShownRow) -> AnyView {
    let language = Language::expect();
    if row.is_deleted {
        return view! { <p class="text deleted">{say!(language, timeline.deleted)}</p> }.into_any();
    }
    if let Some(number) = row
        .number
        .filter(|number| row.may_edit && view.editing.get() == Some(*number))
    {
        return view! { <EditForm client=client view=view number=number body=row.body.clone() /> }.into_any();
    }
    let edited = row
        .is_edited
        .then(|| view! { " " <span class="edited">{say!(language, timeline.edited)}</span> });
    view! {
        <div class="text" dir="auto">
            {spans(&row.body)} {edited}
        </div>
    }
    .into_any()
}

/// Text as text, addresses as links. Never anything else.
fn spans(body: &str) -> Vec<AnyView> {
    text::spans(body)
        .into_iter()
        .map(|span| match span {
            Span::Text(text) => text.to_owned().into_any(),
            Span::Link { href, text } => view! {
                // Left to right whatever stands before it: else a direction override there could make it show another address.
                <a href=href.to_owned() dir="ltr" target="_blank" rel="noopener nofollow ugc">
                    {text.to_owned()}
                </a>
            }
            .into_any(),
        })
        .collect()
}

/// How far one's own message has come, if that is worth a word.
fn delivery(client: Client, row: &ShownRow) -> Option<AnyView> {
    let language = Language::expect();
    let id = row.key.client_message_id.clone();
    match row.delivery? {
        Delivery::Sent | Delivery::Queued => {
            let is_usable = move || client.with(Touched::Connection, |state| state.connection().is_usable());
            let sentence = move || {
                let (class, words) = if is_usable() {
                    // Over in a moment, as a rule: the style lets it wait.
                    ("delivery soon", say!(language, timeline.pending))
                } else {
                    ("delivery", say!(language, timeline.queued))
                };
                view! { <p class=class>{kit::icon(Icon::Clock)} {words}</p> }.into_any()
            };
            Some(live(sentence).into_any())
        }
        Delivery::Failed(code) => Some(failed(client, language, code, id).into_any()),
    }
}

fn failed(client: Client, language: Language, code: ErrorCode, id: ClientMessageId) -> impl IntoView {
    let again = id.clone();
    let why = move |locale: Locale| match code {
        // Whoever sees this is in it again.
        ErrorCode::NotAMember => td_string!(locale, timeline.was_not_a_member),
        _ => reason(locale, code),
    };
    view! {
        <p class="delivery failed" role="alert">
            {kit::icon(Icon::Alert)}
            <span>{say!(language, timeline.failed, reason = why(language.get()))}</span>
            <button type="button" on:click=move |_| client.dispatch(Action::Retry(again.clone()))>
                {say!(language, timeline.retry)}
            </button>
            <button type="button" on:click=move |_| client.dispatch(Action::Discard(id.clone()))>
                {say!(language, timeline.discard)}
            </button>
        </p>
    }
}

/// What one may do with the message, shown to the mouse, to the keyboard's focus, and to the finger that tapped the message.
fn tools(view: View, row: &ShownRow) -> Option<impl IntoView + use<>> {
    let language = Language::expect();
    let number = row.number?;
    let (may_edit, may_delete) = (row.may_edit, row.may_delete);
    (may_edit || may_delete).then(|| {
        let edit =
            may_edit.then(|| kit::icon_button(Icon::Pencil, say!(language, timeline.edit), move |_| view.edit(number)));
        let delete = may_delete.then(|| {
            kit::icon_button(Icon::Trash, say!(language, timeline.delete), move |_| {
                view.deleting.set(Some(number))
            })
        });
        view! { <div class="tools">{edit} {delete}</div> }
    })
}
