//! Carries out what the state wishes for, and feeds it what happens.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use crate::{
    client::Client,
    protocol::{ClientFrame, UserId},
    state::{Action, Effect, Input},
};

use super::{drafts::forget_drafts, page, polling, polling::Poll, socket::Socket, storage::Outbox, timers};

/// Drives one client. Clones are the same driver.
#[derive(Clone)]
pub(in crate::client) struct Driver(Rc<Inner>);

struct Inner {
    client: Client,
    /// What happened while the state was busy. Emptied before control goes back to the browser.
    inbox: RefCell<VecDeque<Input>>,
    is_busy: Cell<bool>,
    socket: RefCell<Option<Socket>>,
    poll: RefCell<Option<Poll>>,
    outbox: RefCell<Option<Outbox>>,
}

/// Begins: connects, and keeps the client up to date from now on. To be called after hydration, once.
///
/// Pages that show nothing of the chat get no line: the sign-in page, and those that the server drew without a snapshot.
pub fn start(client: Client) {
    let path = page::path();
    let needs_no_line = path.starts_with("/sign-in") || path.starts_with("/kit");
    let is_unknown = cfg!(not(feature = "csr")) && client.with_untracked(|state| state.me().is_none());
    if needs_no_line || is_unknown || client.driver().is_some() {
        return;
    }
    let driver = Driver(Rc::new(Inner {
        client,
        inbox: RefCell::default(),
        is_busy: Cell::new(false),
        socket: RefCell::default(),
        poll: RefCell::default(),
        outbox: RefCell::default(),
    }));
    client.set_driver(driver.clone());
    timers::start(&driver);
    driver.feed(Input::Started);
}

/// Hands the user's wish to the driver. Without one only the state moves on.
pub(in crate::client) fn dispatch(client: Client, action: Action) {
    match client.driver() {
        Some(driver) => driver.feed(Input::Action(action)),
        None => drop(client.change(|state| state.update(page::moment(), Input::Action(action)))),
    }
}

/// The person is signing out.
pub(in crate::client) fn forget_what_was_written(client: Client) {
    if let Some(driver) = client.driver() {
        driver.forget_what_was_written();
    }
}

impl Driver {
    /// Takes in what happened. Safe to call from anywhere, also while an effect is being carried out.
    pub(super) fn feed(&self, input: Input) {
        self.0.inbox.borrow_mut().push_back(input);
        if self.0.is_busy.replace(true) {
            return;
        }
        loop {
            let next = self.0.inbox.borrow_mut().pop_front();
            let Some(input) = next else { break };
            let effects = self.0.client.change(|state| state.update(page::moment(), input));
            effects.into_iter().for_each(|effect| self.carry_out(effect));
            self.open_outbox();
        }
        self.0.is_busy.set(false);
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::OpenSocket => *self.0.socket.borrow_mut() = Socket::open(self),
            Effect::CloseSocket => drop(self.0.socket.borrow_mut().take()),
            Effect::Send(frame) => self.send(frame),
            Effect::Poll { hello, wait } => *self.0.poll.borrow_mut() = Some(Poll::ask(self, hello, wait)),
            Effect::StopPolling => drop(self.0.poll.borrow_mut().take()),
            Effect::StoreOutbox(pending) => {
                if let Some(outbox) = &*self.0.outbox.borrow() {
                    outbox.store(&pending);
                }
            }
            Effect::GoTo(slug) => self.0.client.go_to(slug),
            Effect::SignIn => {
                self.forget_what_was_written();
                page::go_to_sign_in();
            }
        }
    }

    fn send(&self, frame: ClientFrame) {
        let socket = self.0.socket.borrow();
        let is_trusted = self.0.client.with_untracked(|state| state.trusts_socket_with(&frame));
        match socket.as_ref().filter(|socket| is_trusted && socket.is_open()) {
            Some(socket) => socket.send(&frame),
            None => polling::send(self, frame),
        }
    }

    /// Nobody can come back as this person: what they wrote and did not send is not left to whoever sits here next.
    pub(super) fn forget_what_was_written(&self) {
        self.with_outbox(Outbox::forget);
        if let Some(me) = self.me() {
            forget_drafts(me);
        }
    }

    /// Once it is known who we are, what was left unsent by earlier visits is taken up.
    fn open_outbox(&self) {
        if self.0.outbox.borrow().is_some() {
            return;
        }
        let Some(me) = self.me() else { return };
        *self.0.outbox.borrow_mut() = Some(Outbox::open(me));
        self.adopt_leftovers();
    }

    /// Takes up what tabs left behind that are no more.
    pub(super) fn adopt_leftovers(&self) {
        let leftovers = self.0.outbox.borrow().as_ref().map(Outbox::adopt).unwrap_or_default();
        if !leftovers.is_empty() {
            self.feed(Input::OutboxRestored(leftovers));
        }
    }

    /// Notes that this tab is alive, or that it is going.
    pub(super) fn with_outbox(&self, act: impl FnOnce(&Outbox)) {
        if let Some(outbox) = &*self.0.outbox.borrow() {
            act(outbox);
        }
    }

    fn me(&self) -> Option<UserId> {
        self.0.client.with_untracked(|state| state.me().map(|me| me.id))
    }
}
