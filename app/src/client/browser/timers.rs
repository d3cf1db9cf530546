//! The second that passes, and waking up.

use std::cell::Cell;

use gloo_timers::callback::Interval;
use web_sys::VisibilityState;

use crate::state::Input;

use super::{driver::Driver, page, storage::Outbox};

/// Milliseconds between two ticks.
const TICK_MS: u32 = 1_000;
/// A tick that comes so much too late means that the machine slept, or that the clock was set.
const JUMP_MS: i64 = 5_000;
/// Ticks between two looks at what dead tabs left behind.
const LEFTOVER_TICKS: u32 = 30;

/// Ticks and listens as long as the page lives.
pub(super) fn start(driver: &Driver) {
    tick(driver.clone());
    let window = leptos::prelude::window();
    let document = leptos::prelude::document();
    let woken = driver.clone();
    page::listen(&window, "online", move || woken.feed(Input::Woke));
    let gone = driver.clone();
    page::listen(&window, "offline", move || gone.feed(Input::Offline));
    let woken = driver.clone();
    page::listen(&document, "visibilitychange", move || {
        let is_seen = leptos::prelude::document().visibility_state() == VisibilityState::Visible;
        woken.feed(Input::Seen(is_seen));
        if is_seen {
            woken.feed(Input::Woke);
        }
    });
    let going = driver.clone();
    page::listen(&window, "pagehide", move || going.with_outbox(Outbox::release));
    let back = driver.clone();
    page::listen(&window, "pageshow", move || back.with_outbox(Outbox::live));
}

fn tick(driver: Driver) {
    let last = Cell::new(page::moment().now);
    let ticks = Cell::new(0_u32);
    let interval = Interval::new(TICK_MS, move || {
        let now = page::moment().now;
        let elapsed = now.0 - last.replace(now).0;
        if (elapsed - i64::from(TICK_MS)).abs() > JUMP_MS {
            driver.feed(Input::Woke);
        }
        driver.feed(Input::Tick);
        ticks.set(ticks.get().wrapping_add(1));
        if ticks.get().is_multiple_of(LEFTOVER_TICKS) {
            driver.with_outbox(Outbox::live);
            driver.adopt_leftovers();
        }
    });
    // The page and the driver end together.
    interval.forget();
}
