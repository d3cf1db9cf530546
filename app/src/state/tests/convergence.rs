//! Replay equals refetch: whatever the line did, a client that was there all along ends up knowing what a fresh one learns,
//! on the ranges it holds; and what was written is on the server exactly once.
//!
//! A failure prints the steps that lead to it, made as few as possible; `PROPTEST_CASES` says how many games are played.

use proptest::prelude::*;

use super::{network::World, scenario::ME, server::Server};
use crate::{
    protocol::{ErrorCode, Number, RoomId, UserId},
    state::{Action, Delivery, Input, State},
};

/// What may happen next. Numbers are taken modulo what there is.
#[derive(Clone, Copy, Debug)]
enum Step {
    // The user.
    IWrite(u8),
    IRead(u8, u8),
    IOpen(u8),
    IScrollUp(u8),
    IReload,
    // The others, and ourselves elsewhere.
    TheyPost(u8, u8),
    TheyEdit(u8, u8),
    TheyDelete(u8, u8),
    TheyJoin(u8, u8),
    TheyLeave(u8, u8),
    IJoinElsewhere(u8),
    IAmRemoved(u8),
    IReadElsewhere(u8),
    Rename(u8),
    Rechristen(u8),
    NewRoom,
    // The line.
    Connect,
    Up(u8),
    Pump(u8),
    Down(u8),
    Beat,
    Lose(u8),
    Double(u8),
    Overtake(u8, u8),
    Cut,
    Block(bool),
    Request(bool, bool),
    AnswerPoll(bool),
    FailPoll,
    Pass(u8),
    Sleep,
    // Worse.
    Kill,
    BackUp,
    Restore,
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    let one = any::<u8>;
    prop_oneof![
        6 => one().prop_map(IWrite),
        2 => (one(), one()).prop_map(|(room, number)| IRead(room, number)),
        4 => one().prop_map(IOpen),
        2 => one().prop_map(IScrollUp),
        1 => Just(IReload),
        8 => (one(), one()).prop_map(|(room, who)| TheyPost(room, who)),
        4 => (one(), one()).prop_map(|(room, number)| TheyEdit(room, number)),
        2 => (one(), one()).prop_map(|(room, number)| TheyDelete(room, number)),
        2 => (one(), one()).prop_map(|(room, who)| TheyJoin(room, who)),
        2 => (one(), one()).prop_map(|(room, who)| TheyLeave(room, who)),
        2 => one().prop_map(IJoinElsewhere),
        2 => one().prop_map(IAmRemoved),
        1 => one().prop_map(IReadElsewhere),
        2 => one().prop_map(Rename),
        2 => one().prop_map(Rechristen),
        1 => Just(NewRoom),
        8 => Just(Connect),
        10 => (1..6_u8).prop_map(Up),
        10 => (1..6_u8).prop_map(Pump),
        10 => (1..8_u8).prop_map(Down),
        2 => Just(Beat),
        3 => one().prop_map(Lose),
        3 => one().prop_map(Double),
        3 => (one(), one()).prop_map(|(first, second)| Overtake(first, second)),
        3 => Just(Cut),
        2 => any::<bool>().prop_map(Block),
        4 => (any::<bool>(), any::<bool>()).prop_map(|(is_done, is_answered)| Request(is_done, is_answered)),
        6 => any::<bool>().prop_map(AnswerPoll),
        1 => Just(FailPoll),
        4 => (1..30_u8).prop_map(Pass),
        1 => Just(Sleep),
        1 => Just(Kill),
        1 => Just(BackUp),
        1 => Just(Restore),
    ]
}

/// One game.
struct Game {
    world: World,
    backup: Server,
    /// What a restore took away after it had been acknowledged: nobody can bring it back.
    restored: bool,
}

impl Game {
    fn new() -> Self {
        let server = Server::new();
        let client = State::new(Some(server.snapshot(Some(RoomId(1)))));
        Self {
            backup: server.clone(),
            world: World::new(server, client),
            restored: false,
        }
    }

    fn room(&self, choice: u8) -> RoomId {
        RoomId(u64::from(choice) % self.world.server.rooms.len() as u64 + 1)
    }

    fn number(&self, room: RoomId, choice: u8) -> Number {
        // Mostly the newest: that is where life is.
        let posts = self.world.server.rooms[&room].messages.len() as u64;
        Number(posts.saturating_sub(u64::from(choice) % 12).max(1))
    }

    fn other(choice: u8) -> UserId {
        UserId(2 + u64::from(choice) % 2)
    }

    fn play(&mut self, step: Step) {
        let user = |action| Input::Action(action);
        match step {
            Step::IWrite(room) => self.world.writes(self.room(room)),
            Step::IRead(room, number) => {
                let room = self.room(room);
                self.world.feed(user(Action::Read(room, self.number(room, number))));
            }
            Step::IOpen(room) => self.world.feed(user(Action::OpenRoom(self.room(room)))),
            Step::IScrollUp(room) => self.world.feed(user(Action::LoadOlder(self.room(room)))),
            Step::IReload => self.world.reloads(),
            Step::Connect => self.world.connects(),
            Step::Up(frames) => self.world.goes_up(usize::from(frames)),
            Step::Pump(feeds) => self.world.pumps(usize::from(feeds)),
            Step::Down(frames) => self.world.goes_down(usize::from(frames)),
            Step::Beat => self.world.beats(),
            Step::Lose(index) => self.world.loses(usize::from(index)),
            Step::Double(index) => self.world.doubles(usize::from(index)),
            Step::Overtake(first, second) => self.world.overtakes(usize::from(first), usize::from(second)),
            Step::Cut => self.world.is_cut(),
            Step::Block(is_blocked) => self.world.is_blocked = is_blocked,
            Step::Request(is_done, is_answered) => self.world.requests(is_done, is_answered),
            Step::AnswerPoll(time_is_over) => self.world.poll_is_answered(time_is_over),
            Step::FailPoll => self.world.poll_fails(),
            Step::Pass(seconds) => self.world.passes(u32::from(seconds)),
            Step::Sleep => self.world.sleeps(),
            Step::Kill => {
                self.world.server.is_killed();
                self.world.is_cut();
            }
            Step::BackUp => self.backup = self.world.server.clone(),
            Step::Restore => {
                self.restored = true;
                self.world.restores(&self.backup);
            }
            step => self.change_the_world(step),
        }
    }

    fn change_the_world(&mut self, step: Step) {
        let rooms = self.world.server.rooms.len() as u64;
        let room_of = |choice: u8| RoomId(u64::from(choice) % rooms + 1);
        let edited = |room, number| (room_of(room), self.number(room_of(room), number));
        match step {
            Step::TheyPost(room, who) => {
                let (room, who) = (room_of(room), Self::other(who));
                let id = format!("theirs-{}", self.world.server.rooms[&room].messages.len());
                // Refused when they are not members.
                let _ = self
                    .world
                    .server
                    .post(who, room, crate::protocol::ClientMessageId(id.clone()), id, None);
            }
            Step::TheyEdit(room, number) => {
                let (room, number) = edited(room, number);
                let _ = self
                    .world
                    .server
                    .edit(room, number, Some(format!("edited at {}", self.world.written.len())));
            }
            Step::TheyDelete(room, number) => {
                let (room, number) = edited(room, number);
                let _ = self.world.server.edit(room, number, None);
            }
            Step::TheyJoin(room, who) => self.world.server.join(Self::other(who), room_of(room)),
            Step::TheyLeave(room, who) => self.world.server.leave(Self::other(who), room_of(room)),
            Step::IJoinElsewhere(room) => self.world.server.join(ME, room_of(room)),
            Step::IAmRemoved(room) => self.world.server.leave(ME, room_of(room)),
            Step::IReadElsewhere(room) => {
                let room = room_of(room);
                if self.world.server.is_member(ME, room) {
                    self.world.server.mark_read(room, Number(u64::MAX));
                }
            }
            Step::Rename(room) => self.world.server.rename(room_of(room)),
            Step::Rechristen(who) => self.world.server.set_name(UserId(1 + u64::from(who) % 3)),
            Step::NewRoom if rooms < 4 => drop(self.world.server.create_room(Self::other(0))),
            _ => {}
        }
        self.world.part();
    }

    fn check(mut self) {
        self.world.settles();
        self.check_what_was_written();
        self.check_against_a_fresh_client();
    }

    fn check_what_was_written(&self) {
        let outbox = self.world.client.outbox();
        for pending in &outbox {
            let explained = [ErrorCode::NotAMember, ErrorCode::RoomNotFound];
            assert!(
                matches!(pending.delivery, Delivery::Failed(code) if explained.contains(&code)),
                "still pending after everything settled: {pending:?}"
            );
        }
        for (room, id) in &self.world.written {
            let stored = self.world.server.rooms.get(room).map_or(0, |place| {
                place
                    .messages
                    .iter()
                    .filter(|message| message.author == ME && message.client_message_id == *id)
                    .count()
            });
            let waits = outbox.iter().any(|pending| pending.client_message_id == *id);
            assert!(
                stored == 1 || (stored == 0 && (waits || self.restored)),
                "{id} is stored {stored} times"
            );
        }
    }

    fn check_against_a_fresh_client(&self) {
        let client = &self.world.client;
        let mut fresh = World::new(self.world.server.clone(), State::new(None));
        fresh.settles();
        for entry in client.rooms() {
            fresh.feed(Input::Action(Action::OpenRoom(entry.room.id)));
        }
        fresh.settles();
        let fresh = fresh.client;

        assert_eq!(client.me(), fresh.me());
        assert_eq!(client.connection().phase(), fresh.connection().phase());
        let list = |state: &State| -> Vec<_> {
            let rooms = state.rooms();
            rooms
                .iter()
                .map(|entry| (entry.room.id, entry.role, entry.posts, entry.read, entry.last_posted_at))
                .collect()
        };
        assert_eq!(list(client), list(&fresh), "the list, its order, its badges");
        for entry in client.rooms() {
            let stored = self.world.server.marker(entry.room.id);
            assert_eq!(
                Some(entry.read),
                stored,
                "the server knows how far one has read in {}",
                entry.room.id
            );
        }
        for entry in client.rooms() {
            let room = entry.room.id;
            let (Some(held), Some(fetched)) = (client.timeline(room), fresh.timeline(room)) else {
                continue;
            };
            if held.is_loading() {
                continue;
            }
            assert_eq!(entry.room, fresh.room(room).unwrap().room, "the room itself");
            assert_eq!(client.members(room), fresh.members(room), "the members of {room}");
            let newest_of_both = |state: &State| -> Vec<_> {
                let first = held.messages().next().map(|message| message.number);
                let first = first.max(fetched.messages().next().map(|message| message.number));
                let messages = state.timeline(room).unwrap().messages();
                messages
                    .filter(|message| Some(message.number) >= first)
                    .cloned()
                    .collect()
            };
            assert_eq!(
                newest_of_both(client),
                newest_of_both(&fresh),
                "the newest messages of {room}"
            );
            let stored = &self.world.server.rooms[&room].messages;
            for message in held.messages() {
                let number = usize::try_from(message.number.0).unwrap();
                assert_eq!(message, &stored[number - 1], "an older message of {room}");
            }
            assert!(held.is_dense(), "no hole in {room}");
            for author in held.messages().map(|message| message.author) {
                assert_eq!(client.user(author), fresh.user(author), "who wrote it");
            }
        }
        if let Some(room) = client.open_room() {
            assert!(!client.timeline(room).unwrap().is_loading(), "the open room is there");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_line_does_replay_equals_refetch(steps in prop::collection::vec(step(), 0..150)) {
        let mut game = Game::new();
        for step in steps {
            game.play(step);
        }
        game.check();
    }
}
