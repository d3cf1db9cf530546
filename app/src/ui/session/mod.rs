//! The door: who one is. Plain forms, so that it opens without JavaScript.

mod language_button;
mod sign_in;

pub(super) use language_button::language_button;
pub(super) use sign_in::SignIn;
