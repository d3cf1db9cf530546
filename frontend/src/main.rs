//! Mounting: draws the whole page in the browser. Built by Trunk.

// A page is one type: optimised builds compute its layout to the bottom.
#![recursion_limit = "512"]

fn main() {
    console_error_panic_hook::set_once();
    app::ui::mount();
}
