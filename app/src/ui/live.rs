//! What is drawn again whenever what it reads changes.

use std::sync::{Arc, Mutex};

use leptos::tachys::reactive_graph::SharedReactiveFunction;

/// Draws what a function gives, and again when that changes. For functions that have a name: of a closure that is written in place
/// the `view!` macro makes the same.
///
/// It is one type for all that give a `String`, one for all that give an `AnyView`, and so on: with a type of its own, each would bring
/// along its own code for hydrating, drawing and drawing again.
pub(super) fn live<T: 'static>(draw: impl FnMut() -> T + Send + 'static) -> SharedReactiveFunction<T> {
    Arc::new(Mutex::new(draw))
}
