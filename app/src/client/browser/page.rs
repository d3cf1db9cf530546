//! What the page and the browser know.

use wasm_bindgen::JsCast as _;

use crate::{
    protocol::{ClientMessageId, RoomElsewhere, Snapshot, Timestamp},
    state::Moment,
};

/// The snapshot that the server embedded in the page; none on pages without one.
pub fn embedded_snapshot() -> Option<Snapshot> {
    serde_json::from_str(&embedded("snapshot")?).ok()
}

/// What the server found at the page's address, where that is no room of one's own.
pub fn embedded_elsewhere() -> Option<RoomElsewhere> {
    serde_json::from_str(&embedded("elsewhere")?).ok()
}

fn embedded(id: &str) -> Option<String> {
    leptos::prelude::document().get_element_by_id(id)?.text_content()
}

/// The wall clock, and chance.
pub(super) fn moment() -> Moment {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 have no fraction, and fit"
    )]
    let now = js_sys::Date::now() as i64;
    Moment {
        now: Timestamp(now),
        random: js_sys::Math::random(),
    }
}

/// A name for a new message: the moment, then chance. Those made one after the other stand together in the server's index, whoever
/// makes them.
pub(in crate::client) fn fresh_message_id() -> ClientMessageId {
    ClientMessageId(format!("{:011x}-{}", moment().now.0, random_name()))
}

/// 128 random bits in hexadecimal. `crypto.randomUUID` would need a secure context; a server in the house has none.
pub(super) fn random_name() -> String {
    let mut bytes = [0; 16];
    let crypto = leptos::prelude::window().crypto();
    if crypto
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes))
        .is_err()
    {
        // No browser lacks it. If one does, weak chance is enough: the name only has to be new for its author.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0.0..256.0")]
        bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The address of the socket, beside the page's own.
pub(super) fn socket_url() -> Option<String> {
    let location = leptos::prelude::window().location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    Some(format!("{scheme}://{}/ws", location.host().ok()?))
}

/// The path of the page.
pub(super) fn path() -> String {
    leptos::prelude::window().location().pathname().unwrap_or_default()
}

/// Leaves for the sign-in page, which leads back here.
pub(super) fn go_to_sign_in() {
    let next: String = js_sys::encode_uri_component(&path()).into();
    // Refused only while the page is being unloaded, when it does not matter any more.
    let _ = leptos::prelude::window()
        .location()
        .assign(&format!("/sign-in?next={next}"));
}

/// Calls back at each event of this name, as long as the page lives.
pub(super) fn listen(target: &web_sys::EventTarget, name: &str, call: impl FnMut() + 'static) {
    let callback = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(call);
    if target
        .add_event_listener_with_callback(name, callback.as_ref().unchecked_ref())
        .is_ok()
    {
        // The page and the driver end together: there is nobody to give it back to.
        callback.forget();
    }
}
