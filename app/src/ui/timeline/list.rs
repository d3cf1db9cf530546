//! The rows on screen, and what scrolling does.

use leptos::{ev, html, prelude::*};

use super::{
    announcer::Announcer,
    beginning::beginning,
    edit::DeleteDialog,
    row::row,
    rows::{Drawn, Edges, ShownRow, Window, draw},
    scroll::{Anchor, Sight, is_page_visible, show_new_line},
    view::View,
};
use crate::{
    client::Client,
    state::{Action, RowKey, State, Touched},
    ui::{
        kit,
        language::{Language, say},
        live::live,
        reader::Reader,
    },
};

/// A row in the page. Its content changes under it, so that a confirmed message stays the element that it was.
#[derive(Clone)]
struct LiveRow {
    key: RowKey,
    shown: ArcRwSignal<ShownRow>,
}

/// The timeline's moving parts.
#[derive(Clone, Copy)]
struct Scene {
    client: Client,
    view: View,
    window: RwSignal<Window>,
    rows: RwSignal<Vec<LiveRow>>,
    edges: RwSignal<Edges>,
    scroller: NodeRef<html::Section>,
    /// Set while the newest message is to come into sight, whatever the scroll position still says.
    is_jumping: StoredValue<bool>,
    /// Set while a look at the scroll position is due.
    is_looking: StoredValue<bool>,
}

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
    let Drawn { rows, edges } = untrack(|| drawn(Window::Newest));
    let scene = Scene {
        client,
        view,
        window: RwSignal::new(Window::Newest),
        rows: RwSignal::new(rows.into_iter().map(LiveRow::new).collect()),
        edges: RwSignal::new(edges),
        scroller: NodeRef::new(),
        is_jumping: StoredValue::new(false),
        is_looking: StoredValue::new(false),
    };

    Effect::new(move |opened: Option<()>| {
        scene.update(drawn(scene.window.get()), opened.is_none());
        announcer.hear();
    });
    Effect::new(move |before: Option<u32>| {
        let jumps = view.jumps.get();
        if before.is_some_and(|before| before != jumps) {
            scene.jump();
        }
        jumps
    });
    // Coming back to the page is reading what it shows.
    let back = window_event_listener_untyped("visibilitychange", move |_| scene.mark_read());
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

impl LiveRow {
    fn new(shown: ShownRow) -> Self {
        Self {
            key: shown.key.clone(),
            shown: ArcRwSignal::new(shown),
        }
    }
}

impl Scene {
    /// Puts the rows into the page, without moving what the reader looks at.
    fn update(self, drawn: Drawn, is_first: bool) {
        let Drawn { rows, edges } = drawn;
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let before = self.edges.get_untracked();
        let at_end = self.is_jumping.get_value() || (Sight::of(&scroller).is_at_end() && !before.more_below);
        let anchor = Anchor::take(scroller.clone(), at_end);
        self.merge(rows);
        if before != edges {
            self.edges.set(edges);
        }
        request_animation_frame(move || {
            anchor.restore();
            self.is_jumping.set_value(false);
            if is_first {
                show_new_line(&scroller);
            }
            // Only when there is something new to see: a refused wish for older messages is not repeated by itself.
            if is_first || before.first != edges.first || before.more_above != edges.more_above {
                self.look();
            } else {
                self.mark_read();
            }
        });
    }

    /// Rows that stay keep their signal, and with it their element; only those whose content changed are drawn again.
    fn merge(self, rows: Vec<ShownRow>) {
        let known = self.rows.get_untracked();
        let is_same_list = known.len() == rows.len() && known.iter().zip(&rows).all(|(live, row)| live.key == row.key);
        // Rows keep their order, so the next one is nearly always found where the last one was.
        let mut place = 0;
        let mut find = |key: &RowKey| {
            let (passed, ahead) = known.split_at(place);
            let found = ahead.iter().chain(passed).position(|live| live.key == *key)?;
            place = (place + found) % known.len();
            Some(known[place].clone())
        };
        let rows: Vec<LiveRow> = rows
            .into_iter()
            .map(|row| match find(&row.key) {
                None => LiveRow::new(row),
                Some(live) => {
                    if live.shown.with_untracked(|shown| *shown != row) {
                        live.shown.set(row);
                    }
                    live
                }
            })
            .collect();
        if !is_same_list {
            self.rows.set(rows);
        }
    }

    /// Looks at the scroll position before the next painting, once however often it moved.
    fn look_soon(self) {
        if !self.is_looking.get_value() {
            self.is_looking.set_value(true);
            request_animation_frame(move || self.look());
        }
    }

    fn look(self) {
        // The room may have been left since.
        let Some(Some(scroller)) = self.scroller.try_get_untracked() else {
            return;
        };
        self.is_looking.set_value(false);
        let sight = Sight::of(&scroller);
        let edges = self.edges.get_untracked();
        let at_newest = sight.is_at_end() && !edges.more_below;
        if self.view.at_newest.get_untracked() != at_newest {
            self.view.at_newest.set(at_newest);
        }
        let window = self.window.get_untracked();
        if at_newest && window != Window::Newest {
            self.window.set(Window::Newest);
        } else if !at_newest && window == Window::Newest {
            // Pinned, so that what arrives below does not push out what is read.
            self.window.set(edges.first.map_or(Window::Newest, Window::From));
        }
        if sight.is_near_start() && !edges.at_beginning {
            self.reach_back();
        } else if sight.is_near_end()
            && edges.more_below
            && let Some(first) = edges.first
        {
            self.window.set(Window::later(first));
        }
        self.mark_read();
    }

    /// Shows older messages: those at hand, or asks for more.
    fn reach_back(self) {
        let edges = self.edges.get_untracked();
        match edges.first {
            Some(first) if edges.more_above => self.window.set(Window::earlier(first)),
            _ => self.client.dispatch(Action::LoadOlder(self.view.room)),
        }
    }

    fn jump(self) {
        // The button that jumps goes away; who pressed it goes on reading.
        let is_button = |element: &leptos::web_sys::Element| element.matches(".jump").unwrap_or_default();
        if let Some(scroller) = self.scroller.get_untracked()
            && document().active_element().is_some_and(|element| is_button(&element))
        {
            let _ = scroller.focus();
        }
        self.is_jumping.set_value(true);
        self.view.at_newest.set(true);
        self.window.set(Window::Newest);
        request_animation_frame(move || {
            if let Some(Some(scroller)) = self.scroller.try_get_untracked() {
                scroller.set_scroll_top(0);
                self.look_soon();
            }
        });
    }

    /// What is in sight is read.
    fn mark_read(self) {
        if !is_page_visible() || self.view.at_newest.try_get_untracked() != Some(true) {
            return;
        }
        let room = self.view.room;
        let unread = untrack(|| {
            self.client.with(Touched::Timeline(room), |state| {
                let newest = state.timeline(room)?.newest()?;
                state
                    .room(room)
                    .is_some_and(|entry| entry.read < newest)
                    .then_some(newest)
            })
        });
        if let Some(number) = unread {
            self.client.dispatch(Action::Read(room, number));
        }
    }
}
