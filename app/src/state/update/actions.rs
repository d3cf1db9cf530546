//! What the user does.

use crate::protocol::{Command, ErrorCode, limits::WATCHED_PEOPLE};
use crate::state::{Action, State, Touched, connection::Polling, requests::Purpose};

use super::step::Step;

impl State {
    pub(super) fn act(&mut self, action: Action, step: &mut Step) {
        match action {
            Action::OpenRoom(room) => self.open(room, step),
            Action::OpenSlug(slug) => self.open_address(slug, step),
            Action::Post {
                room,
                client_message_id,
                body,
            } => self.post(room, client_message_id, body, step),
            Action::Retry(id) => self.retry(&id, step),
            Action::Discard(id) => self.discard(&id, step),
            Action::Type(room) => self.type_in(room, step),
            Action::Read(room, number) => self.read_up_to(room, number, step),
            Action::LoadOlder(room) => self.load_older(room, step),
            Action::ShowPeople(mut users) => {
                users.truncate(WATCHED_PEOPLE);
                self.people.show(users.clone());
                if self.connection.socket_is_ready() {
                    self.send(Command::WatchPresence { users }, Purpose::Signal, step);
                }
            }
            Action::BrowseRooms => {
                self.wish_for(
                    Command::ListRooms { after: None },
                    Purpose::Joinable { first: true },
                    step,
                );
            }
            Action::CreateRoom { name, topic } => {
                self.wish_for(Command::CreateRoom { name, topic }, Purpose::Enter, step);
            }
            Action::JoinRoom(room) => self.wish_for(Command::JoinRoom { room }, Purpose::Enter, step),
            Action::LeaveRoom(room) => self.wish_for(Command::LeaveRoom { room }, Purpose::Leave(room), step),
            Action::RenameRoom(room, name) => self.wish_for(Command::RenameRoom { room, name }, Purpose::Deed, step),
            Action::SetTopic(room, topic) => self.wish_for(Command::SetTopic { room, topic }, Purpose::Deed, step),
            Action::RemoveMember(room, user) => {
                self.wish_for(Command::RemoveMember { room, user }, Purpose::Deed, step);
            }
            Action::EditMessage(room, number, body) => {
                self.wish_for(Command::EditMessage { room, number, body }, Purpose::Deed, step);
            }
            Action::DeleteMessage(room, number) => {
                self.wish_for(Command::DeleteMessage { room, number }, Purpose::Deed, step);
            }
            Action::DismissNotice => {
                self.notice = None;
                step.touch(Touched::Notice);
            }
            Action::ReconnectNow => {
                if self.connection.polling == Polling::Off || self.connection.retry_at.is_some() {
                    self.wake(step);
                }
            }
        }
    }

    /// Sends what the user wants now or not at all: only messages wait for the line.
    fn wish_for(&mut self, command: Command, purpose: Purpose, step: &mut Step) {
        if self.connection.is_usable() {
            self.send(command, purpose, step);
        } else {
            self.tell(ErrorCode::Unavailable, step);
        }
    }
}
