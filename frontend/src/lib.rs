//! Hydration: takes over the page that the server has drawn. Built by `scripts/bundle` and by cargo-leptos.

// A page is one type: optimised builds compute its layout to the bottom.
#![recursion_limit = "512"]

#[cfg(feature = "hydrate")]
mod entry {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// Called by the page's script once the WASM has arrived.
    #[wasm_bindgen]
    pub fn hydrate() {
        console_error_panic_hook::set_once();
        app::ui::hydrate();
    }
}
