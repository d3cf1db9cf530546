//! From a command to its file.

use app::protocol::{Command, Rejection, Reply};

use crate::{
    access::Actor,
    service::{Pace, Service},
};

use super::{
    create_room::create_room, delete_message::delete_message, edit_message::edit_message, find_room::find_room,
    get_members::get_members, get_messages::get_messages, get_users::get_users, join_room::join_room,
    leave_room::leave_room, list_rooms::list_rooms, mark_read::mark_read, post_message::post_message,
    rejection::hello_expected, remove_member::remove_member, rename_room::rename_room, set_name::set_name,
    set_topic::set_topic, set_typing::set_typing,
};

/// Does what the actor wishes, by whichever road the wish came: socket, HTTP or a plain form.
///
/// `hello`, `watch`, `unwatch` and `watch_presence` are a connection's own business and are refused here.
pub async fn execute(service: &Service, actor: &Actor, command: Command) -> Result<Reply, Rejection> {
    if let Some(pace) = pace(&command) {
        service.limits().check(actor.id(), pace)?;
    }
    let reply = match command {
        Command::Hello(_) | Command::Watch { .. } | Command::Unwatch { .. } | Command::WatchPresence { .. } => {
            return Err(hello_expected());
        }
        Command::SetTyping { room } => set_typing(service, actor, room).await,
        Command::PostMessage {
            room,
            client_message_id,
            body,
            read,
        } => post_message(service, actor, room, client_message_id, body, read).await,
        Command::EditMessage { room, number, body } => edit_message(service, actor, room, number, body).await,
        Command::DeleteMessage { room, number } => delete_message(service, actor, room, number).await,
        Command::MarkRead { room, number } => mark_read(service, actor, room, number).await,
        Command::CreateRoom { name, topic } => create_room(service, actor, &name, &topic).await,
        Command::JoinRoom { room } => join_room(service, actor, room).await,
        Command::LeaveRoom { room } => leave_room(service, actor, room).await,
        Command::RenameRoom { room, name } => rename_room(service, actor, room, &name).await,
        Command::SetTopic { room, topic } => set_topic(service, actor, room, &topic).await,
        Command::RemoveMember { room, user } => remove_member(service, actor, room, user).await,
        Command::SetName { name } => set_name(service, actor, &name).await,
        Command::ListRooms { after } => list_rooms(service, after).await,
        Command::FindRoom { slug } => find_room(service, actor, &slug).await,
        Command::GetMessages { room, before, limit } => get_messages(service, actor, room, before, limit).await,
        Command::GetMembers { room, after } => get_members(service, actor, room, after).await,
        Command::GetUsers { users } => get_users(service, &users).await,
    };
    Ok(reply?)
}

/// What a command costs its sender. Typing has a limit of its own, beyond which it is dropped without a word.
const fn pace(command: &Command) -> Option<Pace> {
    match command {
        Command::Hello(_) | Command::Watch { .. } | Command::Unwatch { .. } | Command::WatchPresence { .. } => None,
        Command::SetTyping { .. } => None,
        Command::PostMessage { .. }
        | Command::EditMessage { .. }
        | Command::DeleteMessage { .. }
        | Command::MarkRead { .. }
        | Command::CreateRoom { .. }
        | Command::JoinRoom { .. }
        | Command::LeaveRoom { .. }
        | Command::RenameRoom { .. }
        | Command::SetTopic { .. }
        | Command::RemoveMember { .. }
        | Command::SetName { .. } => Some(Pace::Write),
        Command::ListRooms { .. }
        | Command::FindRoom { .. }
        | Command::GetMessages { .. }
        | Command::GetMembers { .. }
        | Command::GetUsers { .. } => Some(Pace::Read),
    }
}
