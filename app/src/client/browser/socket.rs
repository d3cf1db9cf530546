//! One WebSocket: text frames in and out.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
};

use futures::{
    SinkExt as _, StreamExt as _,
    future::{AbortHandle, abortable},
};
use gloo_net::websocket::{Message, State as Readiness, WebSocketError, futures::WebSocket};
use leptos::logging::warn;
use wasm_bindgen_futures::spawn_local;

use crate::{
    protocol::{ClientFrame, close::CUT},
    state::{Input, Transport},
};

use super::{driver::Driver, page};

/// One WebSocket, from the first try to open it. Dropping it closes it in silence.
pub(super) struct Socket {
    /// Borrowed only between two awaits, never across one.
    line: Rc<RefCell<WebSocket>>,
    is_open: Rc<Cell<bool>>,
    reading: AbortHandle,
}

impl Socket {
    /// Opens one, and feeds the driver what comes of it. None, and `Closed`, when the browser does not even try.
    pub(super) fn open(driver: &Driver) -> Option<Self> {
        let line = page::socket_url().and_then(|url| WebSocket::open(&url).ok());
        let Some(line) = line else {
            driver.feed(closed(CUT));
            return None;
        };
        let line = Rc::new(RefCell::new(line));
        let is_open = Rc::new(Cell::new(false));
        let (task, reading) = abortable(read(driver.clone(), Rc::clone(&line), Rc::clone(&is_open)));
        // The only error is that it was aborted.
        spawn_local(async move {
            let _ = task.await;
        });
        Some(Self { line, is_open, reading })
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open.get()
    }

    /// Sends one frame. What the line cannot take is lost with the line, whose end is about to be told.
    pub(super) fn send(&self, frame: &ClientFrame) {
        let text = serde_json::to_string(frame).expect("protocol types always serialise");
        if self.line.borrow_mut().start_send_unpin(Message::Text(text)).is_err() {
            warn!("a frame could not be sent: the line is closing");
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // The task lets go of the line at its next turn; with it the last hold on the line is gone, and it closes.
        self.reading.abort();
    }
}

/// Waits until the socket is open, then reads until it ends. The browser bounds what it reads ahead; nothing is queued here:
/// each frame is taken in before the next one is asked for.
async fn read(driver: Driver, line: Rc<RefCell<WebSocket>>, is_open: Rc<Cell<bool>>) {
    // It is ready to be written to once it is open, or has failed.
    let _ = poll_fn(|context| line.borrow_mut().poll_ready_unpin(context)).await;
    is_open.set(matches!(line.borrow().state(), Readiness::Open));
    if is_open.get() {
        driver.feed(Input::Opened);
    }
    let mut code = CUT;
    while let Some(event) = poll_fn(|context| line.borrow_mut().poll_next_unpin(context)).await {
        match event {
            Ok(Message::Text(text)) => match serde_json::from_str(&text) {
                Ok(frame) => driver.feed(Input::Frame(frame)),
                Err(error) => warn!("a frame of the server makes no sense: {error}"),
            },
            Ok(Message::Bytes(_)) => warn!("the server sent a binary frame"),
            Err(WebSocketError::ConnectionClose(close)) => code = close.code,
            // `ConnectionClose` follows.
            Err(_) => {}
        }
    }
    is_open.set(false);
    driver.feed(closed(code));
}

fn closed(code: u16) -> Input {
    Input::Closed {
        transport: Transport::Socket,
        code,
    }
}
