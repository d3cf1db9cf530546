//! Says why somebody is not let in, so that a person or a program on the other side knows what to do.

use std::{io, net::Shutdown, sync::Arc, time::Duration};

use socket2::SockRef;
use tokio::{io::Interest, net::TcpStream, sync::Semaphore, task::coop::consume_budget, time::timeout};
use tracing::debug;

use super::{Door, Full};

/// Refusals that are said at the same time, each with a descriptor. Full: the line is closed without a word.
pub(super) const AT_ONCE: usize = 64;
/// How long one may take to hear it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Keeps count of what is being said.
#[derive(Debug)]
pub(super) struct Refusals(Arc<Semaphore>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Full {
    fn answer(self) -> String {
        let (status, sentence) = match self {
            Self::Everywhere => (
                "503 Service Unavailable",
                "This server has as many connections as it can have. Try again in a moment.\n",
            ),
            Self::ForAddress => (
                "429 Too Many Requests",
                "Your address has as many connections as it may have. Close some, and try again.\n",
            ),
        };
        format!(
            "HTTP/1.1 {status}\r\nConnection: close\r\nRetry-After: 5\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {}\r\n\r\n{sentence}",
            sentence.len()
        )
    }
}

impl Door {
    /// Turns somebody away.
    pub fn refuse(&self, stream: TcpStream, full: Full) {
        debug!(?full, "a connection is not let in");
        let Ok(permit) = Arc::clone(&self.refusals.0).try_acquire_owned() else {
            return;
        };
        tokio::spawn(async move {
            // Whoever does not listen misses the sentence; that is all.
            let _ = timeout(PATIENCE, say(&stream, &full.answer())).await;
            drop(permit);
        });
    }
}

/// Hears the request first, or its end: unread bytes would turn our end into a reset, and the sentence would be lost.
pub(super) async fn say(stream: &TcpStream, answer: &str) -> io::Result<()> {
    stream.writable().await?;
    stream.try_write(answer.as_bytes())?;
    SockRef::from(stream).shutdown(Shutdown::Write)?;
    let mut scratch = [0; 1024];
    loop {
        consume_budget().await;
        stream.ready(Interest::READABLE).await?;
        match stream.try_read(&mut scratch) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tokio::net::TcpListener;

    use super::*;
    use crate::door::DoorLimits;

    #[tokio::test]
    async fn whoever_finds_no_place_is_told_why_whatever_they_had_to_say() {
        let limits = DoorLimits {
            in_all: 2,
            per_own_address: Some(1),
            ..DoorLimits::new(None, false)
        };
        let door = Door::new(limits);
        let own: IpAddr = "127.0.0.1".parse().unwrap();
        let _first = door.admit(own).unwrap();
        let for_address = door.admit(own).unwrap_err();
        let _second = door.admit("192.0.2.1".parse().unwrap()).unwrap();
        let everywhere = door.admit(own).unwrap_err();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for (full, status) in [(for_address, "429"), (everywhere, "503")] {
            let address = listener.local_addr().unwrap();
            let (guest, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
            let guest = guest.unwrap();
            guest.writable().await.unwrap();
            guest.try_write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
            door.refuse(accepted.unwrap().0, full);
            let mut answer = [0; 1024];
            guest.readable().await.unwrap();
            let length = guest.try_read(&mut answer).unwrap();
            let answer = std::str::from_utf8(&answer[..length]).unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            assert!(answer.contains("Retry-After: 5\r\n"), "{answer}");
        }
    }
}
