//! Mounting: draws the whole page in the browser. Built by Trunk.

fn main() {
    console_error_panic_hook::set_once();
    app::ui::mount();
}
