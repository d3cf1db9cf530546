//! The same over plain HTTP: polls, and commands as requests.

use std::{cell::Cell, rc::Rc};

use gloo_net::http::Request;
use leptos::logging::warn;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, AbortSignal};

use crate::{
    protocol::{
        ClientFrame, CloseCode, ErrorCode, Hello, Rejection, ServerFrame,
        close::CUT,
        http::{Poll as PollBody, Polled},
    },
    state::{Input, Transport},
};

use super::driver::Driver;

/// One poll on its way. Dropping it aborts it in silence.
pub(super) struct Poll {
    is_wanted: Rc<Cell<bool>>,
    abort: Option<AbortController>,
}

impl Poll {
    pub(super) fn ask(driver: &Driver, hello: Hello, wait: u64) -> Self {
        let body = serde_json::to_string(&PollBody { hello, wait }).expect("protocol types always serialise");
        let is_wanted = Rc::new(Cell::new(true));
        let abort = AbortController::new().ok();
        let signal = abort.as_ref().map(AbortController::signal);
        spawn_local({
            let (driver, is_wanted) = (driver.clone(), Rc::clone(&is_wanted));
            async move {
                let answer = post("/api/v1/poll", body, signal.as_ref()).await;
                if is_wanted.get() {
                    driver.feed(polled(answer));
                }
            }
        });
        Self { is_wanted, abort }
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        self.is_wanted.set(false);
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

/// Sends a command as a request, and feeds the driver the reply.
pub(super) fn send(driver: &Driver, frame: ClientFrame) {
    let body = serde_json::to_string(&frame).expect("protocol types always serialise");
    let driver = driver.clone();
    spawn_local(async move {
        let answer = post("/api/v1/commands", body, None).await;
        let reply = answer.and_then(|answer| serde_json::from_str(&answer.text).ok());
        let reply = reply.unwrap_or_else(|| ServerFrame::Error {
            id: Some(frame.id),
            rejection: Rejection {
                code: ErrorCode::Unavailable,
                message: "the request failed on its way".to_owned(),
                retry_after_ms: None,
            },
        });
        driver.feed(Input::Frame(reply));
    });
}

struct Answer {
    status: u16,
    text: String,
}

async fn post(path: &str, body: String, signal: Option<&AbortSignal>) -> Option<Answer> {
    let request = Request::post(path)
        .header("Content-Type", "application/json")
        .abort_signal(signal)
        .body(body)
        .ok()?;
    let response = request.send().await.ok()?;
    Some(Answer {
        status: response.status(),
        text: response.text().await.ok()?,
    })
}

fn polled(answer: Option<Answer>) -> Input {
    let code = match answer {
        Some(Answer { status: 200, text }) => match serde_json::from_str::<Polled>(&text) {
            Ok(polled) => return Input::Polled(polled.frames),
            Err(error) => {
                warn!("the answer to a poll makes no sense: {error}");
                CloseCode::ProtocolError.number()
            }
        },
        Some(Answer { status: 401, .. }) => CloseCode::SignedOut.number(),
        Some(_) | None => CUT,
    };
    Input::Closed {
        transport: Transport::Polling,
        code,
    }
}
