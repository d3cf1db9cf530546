//! Who has received how much: each connection gets the messages in order, so counting is enough.

use crate::frame::Seen;

/// Messages that may be under way at a time. A power of two, and more than anybody keeps in flight.
const RING: usize = 4_096;

/// How far the messages have come.
pub struct Progress {
    /// Messages that everybody has, counted from the first one watched.
    pub done: u64,
    /// Messages that each connection has.
    received: Vec<u64>,
    /// How many connections have each message that is under way.
    reached: Vec<u32>,
}

impl Progress {
    /// Nobody has anything yet.
    pub fn of(connections: usize) -> Self {
        Self {
            done: 0,
            received: vec![0; connections],
            reached: vec![0; RING],
        }
    }

    /// Notes what a connection received; gives the range of messages, counted from 0.
    pub fn note(&mut self, connection: usize, seen: Seen) -> std::ops::Range<u64> {
        let first = self.received[connection];
        let end = first + u64::from(seen.messages);
        self.received[connection] = end;
        for message in first..end {
            self.reached[message as usize % RING] += 1;
        }
        let everybody = self.received.len() as u32;
        while self.reached[self.done as usize % RING] == everybody {
            self.reached[self.done as usize % RING] = 0;
            self.done += 1;
        }
        first..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_done_when_the_last_one_has_it() {
        let seen = |messages| Seen {
            messages,
            ..Seen::default()
        };
        let mut progress = Progress::of(2);
        assert_eq!(progress.note(0, seen(2)), 0..2);
        assert_eq!(progress.done, 0);
        assert_eq!(progress.note(1, seen(1)), 0..1);
        assert_eq!(progress.done, 1);
        assert_eq!(progress.note(1, seen(2)), 1..3);
        assert_eq!(progress.done, 2);
    }
}
