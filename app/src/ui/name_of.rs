//! What somebody is called on the screen.

use super::language::{Language, td_string};
use crate::{client::Client, protocol::UserId, state::Touched};

/// A person's name, or a word in its place until it is known.
pub(super) fn name_of(client: Client, user: UserId) -> String {
    let locale = Language::expect().get();
    client.with(Touched::People, |state| {
        let unknown = || td_string!(locale, timeline.someone).to_owned();
        state.user(user).map_or_else(unknown, |user| user.name.clone())
    })
}
