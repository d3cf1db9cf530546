//! What the user does.

use crate::protocol::{Command, limits::WATCHED_PEOPLE};
use crate::state::{Action, Deed, Progress, State, Touched, connection::Polling, requests::Purpose};

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
            Action::LoadOlder(room) => self.load_older(room, None, step),
            Action::LoadBackTo(room, number) => self.load_older(room, Some(number), step),
            Action::SeeFirstNew(room) => self.sees_first_new(room, step),
            Action::PassOverUnread(room) => self.passes_over_unread(room, step),
            Action::ShowPeople(mut users) => {
                users.truncate(WATCHED_PEOPLE);
                self.people.show(users.clone());
                if self.connection.socket_is_ready() {
                    self.send(Command::WatchPresence { users }, Purpose::Signal, step);
                }
            }
            Action::BrowseRooms => self.browse(step),
            Action::CreateRoom { name, topic } => self.make_room(name, topic, step),
            Action::JoinRoom(room) => self.wish_for(Command::JoinRoom { room }, Deed::Join(room), step),
            Action::LeaveRoom(room) => self.wish_for(Command::LeaveRoom { room }, Deed::Leave(room), step),
            Action::RenameRoom(room, name) => {
                self.wish_for(Command::RenameRoom { room, name }, Deed::Rename(room), step);
            }
            Action::SetTopic(room, topic) => {
                self.wish_for(Command::SetTopic { room, topic }, Deed::SetTopic(room), step);
            }
            Action::RemoveMember(room, user) => {
                self.wish_for(Command::RemoveMember { room, user }, Deed::Remove(room, user), step);
            }
            Action::SetName(name) => self.wish_for(Command::SetName { name }, Deed::SetName, step),
            Action::EditMessage(room, number, body) => {
                let command = Command::EditMessage { room, number, body };
                self.wish_for(command, Deed::Edit(room, number), step);
            }
            Action::DeleteMessage(room, number) => {
                self.wish_for(
                    Command::DeleteMessage { room, number },
                    Deed::Delete(room, number),
                    step,
                );
            }
            Action::Forget(deed) => {
                self.forget_wished_room(deed);
                if self.deeds.forget(deed) {
                    step.touch(Touched::Deeds);
                }
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
    fn wish_for(&mut self, command: Command, deed: Deed, step: &mut Step) {
        if self.is_possible(deed, step) {
            self.send(command, Purpose::Deed(deed), step);
        }
    }

    fn browse(&mut self, step: &mut Step) {
        if self.is_possible(Deed::Browse, step) {
            let command = Command::ListRooms { after: None };
            self.send(command, Purpose::Joinable { first: true }, step);
        }
    }

    /// Whether there is a line to do it over; if not, whoever waits for it is told at once.
    pub(super) fn is_possible(&mut self, deed: Deed, step: &mut Step) -> bool {
        let is_usable = self.connection.is_usable();
        let progress = if is_usable {
            Progress::Underway
        } else {
            Progress::NoLine
        };
        self.deeds.set(deed, progress);
        step.touch(Touched::Deeds);
        self.try_at_once(step);
        is_usable
    }
}
