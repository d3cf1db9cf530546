//! A face made of initials and a tint.

use leptos::prelude::*;

use super::face::initials;

/// The outline of an avatar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// For people.
    Round,
    /// For people, where there is little room.
    RoundSmall,
    /// For things.
    Square,
}

/// Whether the dot on the rim is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No dot.
    Unsaid,
    /// A full dot.
    Here,
    /// A hollow dot.
    Away,
}

/// Draws initials on a tint. `hue` is in degrees. It is decoration: the name stands beside it.
pub fn avatar(name: &str, hue: u16, shape: Shape, presence: Presence) -> AnyView {
    let class = match shape {
        Shape::Round => "avatar",
        Shape::RoundSmall => "avatar small",
        Shape::Square => "avatar square",
    };
    let presence = match presence {
        Presence::Unsaid => None,
        Presence::Here => Some("here"),
        Presence::Away => Some("away"),
    };
    view! {
        <span class=class data-hue=(hue % 360 / 30).to_string() data-presence=presence aria-hidden="true">
            {initials(name)}
        </span>
    }
    .into_any()
}
