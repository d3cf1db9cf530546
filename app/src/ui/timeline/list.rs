//! The rows on screen.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast};

use super::{
    announcer::Announcer,
    beginning::beginning,
    delete::DeleteDialog,
    edit::follow_edits,
    row::row,
    rows::{Edges, Window, draw},
    scene::Scene,
    scroll::{is_page_visible, message_of, show_tools},
    view::{Destination, View},
};
use crate::{
    client::Client,
    state::{State, Touched},
    ui::{
        kit,
        language::{Language, say},
        live::live,
        pointer,
        reader::Reader,
    },
};

/// The timeline of an open room.
#[component]
pub(in crate::ui) fn Timeline(
    /// The room.
    view: View,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let reader = Reader::expect();
    let announcer = Announcer::new(client, view.room);
    let drawn = move |window| {
        client.with(Touched::Timeline(view.room), |state| {
            draw(state, view.room, window, |at| reader.day_number(at))
        })
    };
    let scene = Scene::new(client, view, untrack(|| drawn(Window::Newest)));

    Effect::new(move |opened: Option<()>| {
        scene.update(drawn(scene.window.get()), opened.is_none());
        announcer.hear();
    });
    Effect::new(move || {
        let destination = view.destination.get();
        untrack(|| match destination {
            None => {}
            Some(Destination::Newest) => scene.jump(),
            Some(Destination::FirstNew) => scene.return_to_first_new(),
            Some(Destination::Down) => scene.go_down(),
        });
    });
    follow_taps(scene);
    follow_edits(client, view);
    // On the window these do not hold the scrolling up: there browsers take them for passive.
    let wheel = window_event_listener(ev::wheel, move |_| scene.stop_searching());
    let touch = window_event_listener(ev::touchmove, move |_| scene.stop_searching());
    on_cleanup(move || {
        wheel.remove();
        touch.remove();
    });
    // Coming back to the page is reading what it shows.
    let back = window_event_listener_untyped("visibilitychange", move |_| {
        if is_page_visible() {
            scene.mark_read();
        } else {
            scene.reading.interrupt();
        }
    });
    Effect::new(move || {
        if client.with(Touched::Connection, |state| state.connection().is_usable()) {
            untrack(|| scene.mark_read());
        } else {
            scene.reading.interrupt();
        }
    });
    on_cleanup(move || back.remove());

    let name = Memo::new(move |_| {
        client.with(Touched::Rooms, |state| {
            state
                .room(view.room)
                .map(|entry| entry.room.name.clone())
                .unwrap_or_default()
        })
    });
    view! {
        <section
            class="timeline"
            tabindex="0"
            aria-label=move || say!(language, timeline.label, room = name.get()).get()
            node_ref=scene.scroller
            on:scroll=move |_: ev::Event| scene.look_soon()
        >
            <div class="history">
                {move || scene.edges.with(|edges| above(scene, *edges))}
                <ol class="rows">
                    <For each=move || scene.rows.get() key=|row| row.key.clone() children=move |live| row(client, view, live.shown) />
                </ol>
            </div>
        </section>
        {announcer.view()}
        <DeleteDialog view=view />
    }
}

/// The message that was tapped last shows its tools; a tap elsewhere hides them.
fn follow_taps(scene: Scene) {
    let selected = scene.view.selected;
    let tapped = window_event_listener(ev::click, move |event| {
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok());
        let message = element.as_ref().and_then(message_of);
        if selected.get_untracked() != message {
            selected.set(message);
        }
    });
    on_cleanup(move || tapped.remove());
    Effect::new(move || {
        if selected.get().is_some() && pointer::cannot_hover() {
            request_animation_frame(move || {
                if let Some(Some(scroller)) = scene.scroller.try_get_untracked() {
                    show_tools(&scroller);
                }
            });
        }
    });
}

/// What stands above the rows: where the room begins, or the way to older messages.
fn above(scene: Scene, edges: Edges) -> AnyView {
    let language = Language::expect();
    if edges.is_loading {
        return live(move || kit::skeleton_rows(say!(language, room.loading).get())).into_any();
    }
    if edges.at_beginning {
        return beginning(scene.client, scene.view.room, edges.first.is_none()).into_any();
    }
    let room = scene.view.room;
    let is_loading = move || {
        scene.client.with(Touched::Timeline(room), |state: &State| {
            state.timeline(room).is_some_and(|timeline| timeline.is_loading_older())
        })
    };
    let content = move || {
        if is_loading() {
            view! { <span role="status">{kit::spinner()} {kit::visually_hidden(say!(language, timeline.loading_older))}</span> }.into_any()
        } else {
            view! {
                <button type="button" class="button plain small" on:click=move |_| scene.reach_back()>
                    {say!(language, timeline.load_older)}
                </button>
            }
            .into_any()
        }
    };
    view! { <div class="loading-older">{live(content)}</div> }.into_any()
}
