//! Decides who may do what. Knows nothing of sockets.
//!
//! A permit is the proof: only this folder makes one, `service` asks for one, and the store checks the standing that it
//! carries once more inside the transaction, because between looking and doing somebody may have been removed.

mod actor;
mod error;
mod lookup;
mod permits;
mod policy;

pub use actor::Actor;
pub use error::AccessError;
pub use lookup::{Access, FoundRoom};
pub use permits::{CanDelete, CanEdit, CanJoin, CanLeave, CanModerate, CanPost, CanRead};
pub use policy::{Action, allows, needed_role};
