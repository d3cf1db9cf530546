//! Mounting: draws the whole page in the browser. Built by Trunk.

fn main() {
    app::ui::mount();
}
