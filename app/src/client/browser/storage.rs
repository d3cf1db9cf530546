//! The outbox in `localStorage`: what is still to be sent outlives the page.
//!
//! Each tab writes under its own key, so that no two overwrite each other. A tab that is going says so; one that crashed is
//! known by a stamp that grew old. What such tabs left is adopted by whichever tab looks first. Should two tabs hold the
//! same message for a moment, both send it, under one `client_message_id`: the server stores it once.
//!
//! Errors are ignored throughout: storage may be full, or forbidden in a private window. Then the outbox lives as long as
//! the page, which is what the user can expect of such a browser.

use std::cell::RefCell;

use serde::Serialize;
use web_sys::Storage;

use crate::{
    protocol::{UserId, read::readable},
    state::Pending,
};

use super::page;

/// A tab whose stamp is older than this is no more. Browsers let a hidden page's timers run once a minute.
const DEAD_MS: i64 = 180_000;

/// What one tab still has to send.
#[derive(Clone, Debug, Default, Serialize)]
struct Stored {
    /// When the tab last wrote, by its clock; 0 once it is gone.
    alive: i64,
    pending: Vec<Pending>,
}

readable!(Stored { alive, pending });

/// This tab's outbox.
pub(super) struct Outbox {
    storage: Option<Storage>,
    /// `magpie.outbox.<user>.`
    prefix: String,
    key: String,
    stored: RefCell<Vec<Pending>>,
}

impl Outbox {
    /// That of this person in this tab.
    pub(super) fn open(user: UserId) -> Self {
        let storage = leptos::prelude::window().local_storage().ok().flatten();
        let prefix = format!("magpie.outbox.{user}.");
        let key = format!("{prefix}{}", page::random_name());
        Self {
            storage,
            prefix,
            key,
            stored: RefCell::default(),
        }
    }

    /// Remembers this in place of what was remembered before.
    pub(super) fn store(&self, pending: &[Pending]) {
        *self.stored.borrow_mut() = pending.to_vec();
        self.write(page::moment().now.0);
    }

    /// This tab lives.
    pub(super) fn live(&self) {
        self.write(page::moment().now.0);
    }

    /// This tab is going: others may take over what it leaves.
    pub(super) fn release(&self) {
        self.write(0);
    }

    /// Takes over what tabs left that are no more: first under our own key, then away from theirs.
    pub(super) fn adopt(&self) -> Vec<Pending> {
        let Some(storage) = &self.storage else {
            return Vec::new();
        };
        let now = page::moment().now.0;
        let mut adopted = Vec::new();
        let mut emptied = Vec::new();
        for key in self.keys().into_iter().filter(|key| *key != self.key) {
            let Some(json) = storage.get_item(&key).ok().flatten() else {
                continue;
            };
            // What makes no sense was written by another version of this program; nobody can send it any more.
            let left = serde_json::from_str::<Stored>(&json).unwrap_or_default();
            if (now - left.alive).abs() > DEAD_MS {
                adopted.extend(left.pending);
                emptied.push(key);
            }
        }
        if !adopted.is_empty() {
            self.stored.borrow_mut().extend(adopted.iter().cloned());
            self.write(now);
        }
        for key in emptied {
            let _ = storage.remove_item(&key);
        }
        adopted
    }

    /// Forgets everything of this person, in all tabs.
    pub(super) fn forget(&self) {
        self.stored.borrow_mut().clear();
        let Some(storage) = &self.storage else { return };
        for key in self.keys() {
            let _ = storage.remove_item(&key);
        }
    }

    /// An empty outbox leaves no trace.
    fn write(&self, alive: i64) {
        let Some(storage) = &self.storage else { return };
        let pending = self.stored.borrow().clone();
        if pending.is_empty() {
            let _ = storage.remove_item(&self.key);
            return;
        }
        let json = serde_json::to_string(&Stored { alive, pending }).expect("these types always serialise");
        let _ = storage.set_item(&self.key, &json);
    }

    fn keys(&self) -> Vec<String> {
        let Some(storage) = &self.storage else {
            return Vec::new();
        };
        let count = storage.length().unwrap_or_default();
        let keys = (0..count).filter_map(|index| storage.key(index).ok().flatten());
        keys.filter(|key| key.starts_with(&self.prefix)).collect()
    }
}
