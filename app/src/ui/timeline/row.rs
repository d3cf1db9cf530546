//! One row: perhaps a new day, perhaps the "new messages" line, and a message.

use leptos::prelude::*;

use super::{message::message, rows::ShownRow, view::View};
use crate::{
    client::Client,
    state::Delivery,
    ui::{
        kit::{self, Style},
        language::{Language, say},
        live::live,
    },
};

/// Draws a row, and draws it again when its content changes.
pub(super) fn row(client: Client, view: View, shown: ArcRwSignal<ShownRow>) -> impl IntoView {
    let language = Language::expect();
    let class = {
        let shown = shown.clone();
        move || shown.with(|row| if row.is_head { "row head" } else { "row" })
    };
    let id = {
        let shown = shown.clone();
        move || shown.with(|row| row.number.map(|number| format!("message-{number}")))
    };
    let delivery = {
        let shown = shown.clone();
        move || shown.with(|row| delivery_word(row.delivery))
    };
    let day = {
        let shown = shown.clone();
        let opens_day = Memo::new(move |_| shown.with(|row| row.opens_day.then_some(row.at)));
        move || {
            opens_day
                .get()
                .map(|at| view! { <h2 class="day">{kit::time(at, Style::Day)}</h2> }.into_any())
        }
    };
    let new_line = {
        let shown = shown.clone();
        let is_first_new = Memo::new(move |_| shown.with(|row| row.is_first_new));
        move || {
            is_first_new.get().then(|| {
                view! { <div class="new-line" role="separator" aria-label=say!(language, timeline.new_line)>{say!(language, timeline.new_line)}</div> }.into_any()
            })
        }
    };
    view! {
        <li class=live(class) id=live(id) data-delivery=live(delivery)>
            {live(day)} {live(new_line)} {move || message(client, view, shown.get())}
        </li>
    }
}

const fn delivery_word(delivery: Option<Delivery>) -> &'static str {
    match delivery {
        None => "sent",
        Some(Delivery::Queued | Delivery::Sent) => "pending",
        Some(Delivery::Failed(_)) => "failed",
    }
}
