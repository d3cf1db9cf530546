//! The whole policy: a table of role × action. Pure.

use app::protocol::Role;

/// What members do in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read messages and members, watch, move one's own read marker.
    Read,
    /// Post, show that one is typing.
    Post,
    /// Edit or delete one's own message.
    ChangeOwnMessage,
    /// Delete anyone's message.
    DeleteAnyMessage,
    /// Rename the room, set its topic, remove members.
    Moderate,
    /// Leave.
    Leave,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Post,
        Self::ChangeOwnMessage,
        Self::DeleteAnyMessage,
        Self::Moderate,
        Self::Leave,
    ];
}

/// The least role that may do it.
pub const fn needed_role(action: Action) -> Role {
    match action {
        Action::Read | Action::Post | Action::ChangeOwnMessage | Action::Leave => Role::Member,
        Action::DeleteAnyMessage | Action::Moderate => Role::Owner,
    }
}

/// Whether a member with this role may do it.
pub fn allows(role: Role, action: Action) -> bool {
    role >= needed_role(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_this_table() {
        let mut table = format!("{:<17} member owner\n", "action");
        for action in Action::ALL {
            let [member, owner] =
                [Role::Member, Role::Owner].map(|role| if allows(role, action) { "yes" } else { "no" });
            table.push_str(&format!("{:<17} {member:<6} {owner}\n", format!("{action:?}")));
        }
        let expected = "\
action            member owner
Read              yes    yes
Post              yes    yes
ChangeOwnMessage  yes    yes
DeleteAnyMessage  no     yes
Moderate          no     yes
Leave             yes    yes
";
        assert_eq!(table, expected);
    }
}
