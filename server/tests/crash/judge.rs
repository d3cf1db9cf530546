//! Holds what was told against what is there. Pure: histories in, violations out.

use std::collections::{BTreeMap, HashMap};

use app::protocol::{ClientMessageId, Message, Number, RoomId, Seq, UserId};

use crate::{
    history::{Event, Outcome, Wish, WishId},
    reader::Seen,
};

/// A wish with all that was said about it.
struct Told<'a> {
    writer: UserId,
    room: RoomId,
    wish: &'a Wish,
    outcomes: Vec<Outcome>,
}

impl Told<'_> {
    fn acknowledged(&self) -> impl Iterator<Item = (Number, Seq)> {
        self.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Ok { number, seq } => Some((*number, *seq)),
            Outcome::Fail(_) | Outcome::Unknown => None,
        })
    }

    /// Whether it may have been done: it was acknowledged, or nobody knows.
    fn is_possible(&self) -> bool {
        self.outcomes.is_empty() || self.outcomes.iter().any(|outcome| !matches!(outcome, Outcome::Fail(_)))
    }
}

/// Everything that is not as promised.
pub fn judge(events: &[Event], truth: &BTreeMap<RoomId, Vec<Message>>, readers: &[Seen]) -> Vec<String> {
    let wishes = gather(events);
    let mut violations = Vec::new();
    for (room, rows) in truth {
        numbers_are_dense(*room, rows, &mut violations);
    }
    posts_are_there_once(&wishes, truth, &mut violations);
    changes_are_there_or_superseded(&wishes, truth, &mut violations);
    readers_agree(truth, readers, &mut violations);
    violations
}

fn gather(events: &[Event]) -> BTreeMap<WishId, Told<'_>> {
    let mut wishes = BTreeMap::new();
    for event in events {
        match event {
            Event::Invoked { id, writer, room, wish } => {
                wishes.insert(
                    *id,
                    Told {
                        writer: *writer,
                        room: *room,
                        wish,
                        outcomes: Vec::new(),
                    },
                );
            }
            Event::Ended { id, outcome } => wishes.get_mut(id).expect("it was invoked").outcomes.push(*outcome),
        }
    }
    wishes
}

fn numbers_are_dense(room: RoomId, rows: &[Message], violations: &mut Vec<String>) {
    for (expected, row) in (1..).map(Number).zip(rows) {
        if row.number != expected {
            violations.push(format!("room {room}: {} stands where {expected} should", row.number));
            return;
        }
    }
}

fn posts_are_there_once(
    wishes: &BTreeMap<WishId, Told<'_>>,
    truth: &BTreeMap<RoomId, Vec<Message>>,
    violations: &mut Vec<String>,
) {
    let mut found: HashMap<(UserId, &ClientMessageId), Vec<(RoomId, &Message)>> = HashMap::new();
    for (room, rows) in truth {
        for row in rows {
            found
                .entry((row.author, &row.client_message_id))
                .or_default()
                .push((*room, row));
        }
    }
    for (id, told) in wishes {
        let Wish::Post {
            client_message_id,
            body,
        } = told.wish
        else {
            continue;
        };
        let rows = found.remove(&(told.writer, client_message_id)).unwrap_or_default();
        if rows.len() > 1 {
            violations.push(format!("{id:?} {client_message_id}: there {} times", rows.len()));
        }
        for (number, seq) in told.acknowledged() {
            match rows.first() {
                None => violations.push(format!(
                    "{id:?} {client_message_id}: acknowledged as {number}, and lost"
                )),
                Some((room, row)) if (*room, row.number) != (told.room, number) || row.changed < seq => {
                    violations.push(format!(
                        "{id:?} {client_message_id}: acknowledged as {number} at {seq}, found as {} at {}",
                        row.number, row.changed
                    ));
                }
                Some((_, row)) if row.changed == seq && row.body != *body => {
                    violations.push(format!(
                        "{id:?} {client_message_id}: another text than was acknowledged"
                    ));
                }
                Some(_) => {}
            }
        }
        if !rows.is_empty() && !told.is_possible() {
            violations.push(format!("{id:?} {client_message_id}: refused, and there all the same"));
        }
    }
    for (author, name) in found.into_keys() {
        violations.push(format!("nobody wrote {name} of {author}"));
    }
}

fn changes_are_there_or_superseded(
    wishes: &BTreeMap<WishId, Told<'_>>,
    truth: &BTreeMap<RoomId, Vec<Message>>,
    violations: &mut Vec<String>,
) {
    // What may have been done to each message after it was posted.
    let mut changes: HashMap<(RoomId, Number), Vec<&Told<'_>>> = HashMap::new();
    for told in wishes.values().filter(|told| told.is_possible()) {
        if let Wish::Edit { number, .. } | Wish::Delete { number } = told.wish {
            changes.entry((told.room, *number)).or_default().push(told);
        }
    }
    for ((room, number), changes) in changes {
        let row = truth
            .get(&room)
            .and_then(|rows| rows.iter().find(|row| row.number == number));
        let Some(row) = row else {
            violations.push(format!("room {room}, {number}: changed, but not there"));
            continue;
        };
        let is_shown = |told: &Told<'_>| match told.wish {
            Wish::Edit { body, .. } => !row.deleted && row.body == *body,
            Wish::Delete { .. } => row.deleted,
            Wish::Post { .. } => false,
        };
        for told in &changes {
            for (_, seq) in told.acknowledged() {
                let is_there = row.changed == seq && is_shown(told);
                let is_superseded = row.changed > seq && changes.iter().any(|other| is_shown(other));
                // A second deletion answers with the seq of the first.
                if !is_there && !is_superseded {
                    violations.push(format!(
                        "room {room}, {number}: {:?} acknowledged at {seq}, but {row:?}",
                        told.wish
                    ));
                }
            }
        }
    }
}

fn readers_agree(truth: &BTreeMap<RoomId, Vec<Message>>, readers: &[Seen], violations: &mut Vec<String>) {
    let mut order: BTreeMap<(RoomId, Seq), &(Number, ClientMessageId)> = BTreeMap::new();
    for (reader, seen) in readers.iter().enumerate() {
        violations.extend(
            seen.contradictions
                .iter()
                .map(|contradiction| format!("reader {reader}: {contradiction}")),
        );
        for (place, row) in &seen.order {
            let known = order.entry(*place).or_insert(row);
            if *known != row {
                violations.push(format!(
                    "reader {reader} saw {row:?} at {place:?}, another saw {known:?}"
                ));
            }
            let there = truth[&place.0].get(usize::try_from(row.0.0 - 1).unwrap());
            if there.is_none_or(|there| there.client_message_id != row.1) {
                violations.push(format!("reader {reader} saw {row:?} at {place:?}, which is not there"));
            }
        }
        for (room, rows) in truth {
            if seen.held.messages(*room) != *rows {
                violations.push(format!("reader {reader} holds another room {room} than there is"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::Timestamp;

    use super::*;

    const ROOM: RoomId = RoomId(1);
    const ANN: UserId = UserId(1);

    fn row(number: u64, changed: u64, name: &str, body: &str) -> Message {
        Message {
            number: Number(number),
            changed: Seq(changed),
            author: ANN,
            client_message_id: ClientMessageId(name.to_owned()),
            body: body.to_owned(),
            posted_at: Timestamp(0),
            edited_at: None,
            deleted: body.is_empty(),
        }
    }

    fn post(id: u64, name: &str, outcome: Outcome) -> [Event; 2] {
        let wish = Wish::Post {
            client_message_id: ClientMessageId(name.to_owned()),
            body: name.to_owned(),
        };
        told(id, wish, outcome)
    }

    fn edit(id: u64, number: u64, body: &str, outcome: Outcome) -> [Event; 2] {
        told(
            id,
            Wish::Edit {
                number: Number(number),
                body: body.to_owned(),
            },
            outcome,
        )
    }

    fn told(id: u64, wish: Wish, outcome: Outcome) -> [Event; 2] {
        [
            Event::Invoked {
                id: WishId(id),
                writer: ANN,
                room: ROOM,
                wish,
            },
            Event::Ended {
                id: WishId(id),
                outcome,
            },
        ]
    }

    fn ok(number: u64, seq: u64) -> Outcome {
        Outcome::Ok {
            number: Number(number),
            seq: Seq(seq),
        }
    }

    fn verdict(events: &[[Event; 2]], rows: Vec<Message>) -> Vec<String> {
        judge(events.as_flattened(), &[(ROOM, rows)].into(), &[])
    }

    #[test]
    fn what_is_as_promised_is_no_violation() {
        let events = [
            post(1, "a", ok(1, 2)),
            post(2, "b", Outcome::Unknown),
            post(3, "c", Outcome::Unknown),
            edit(4, 1, "a2", ok(1, 4)),
        ];
        let rows = vec![row(1, 4, "a", "a2"), row(2, 3, "b", "b")];
        assert_eq!(verdict(&events, rows), [""; 0]);
    }

    #[test]
    fn a_lost_acknowledgement_is_found() {
        assert_eq!(verdict(&[post(1, "a", ok(1, 2))], vec![]).len(), 1);
        assert!(!verdict(&[post(1, "a", ok(1, 2))], vec![row(1, 2, "b", "b")]).is_empty());
    }

    #[test]
    fn a_doubled_post_is_found() {
        assert_eq!(
            verdict(
                &[post(1, "a", ok(1, 2))],
                vec![row(1, 2, "a", "a"), row(2, 3, "a", "a")]
            )
            .len(),
            1
        );
    }

    #[test]
    fn a_hole_and_an_invention_are_found() {
        let events = [post(1, "a", ok(1, 2)), post(2, "b", ok(3, 3))];
        assert_eq!(
            verdict(&events, vec![row(1, 2, "a", "a"), row(3, 3, "b", "b")]).len(),
            1
        );
        assert_eq!(verdict(&[], vec![row(1, 2, "a", "a")]).len(), 1);
    }

    #[test]
    fn a_lost_edit_is_found_and_a_superseded_one_is_well() {
        let posted = post(1, "a", ok(1, 2));
        let lost = [posted.clone(), edit(2, 1, "a2", ok(1, 3))];
        assert_eq!(verdict(&lost, vec![row(1, 2, "a", "a")]).len(), 1);
        let superseded = [
            posted.clone(),
            edit(2, 1, "a2", ok(1, 3)),
            edit(3, 1, "a3", Outcome::Unknown),
        ];
        assert_eq!(verdict(&superseded, vec![row(1, 4, "a", "a3")]), [""; 0]);
        let refused = [
            posted,
            edit(2, 1, "a2", ok(1, 3)),
            edit(3, 1, "a3", Outcome::Fail(app::protocol::ErrorCode::TooFast)),
        ];
        assert_eq!(verdict(&refused, vec![row(1, 4, "a", "a3")]).len(), 1);
    }

    #[test]
    fn readers_that_saw_two_orders_are_found() {
        let rows = vec![row(1, 2, "a", "a")];
        let mut held = crate::harness::Replica::default();
        held.rooms.entry(ROOM).or_default().messages = rows.iter().map(|row| (row.number, row.clone())).collect();
        let saw = |name: &str| Seen {
            held: held.clone(),
            order: [((ROOM, Seq(2)), (Number(1), ClientMessageId(name.to_owned())))].into(),
            contradictions: Vec::new(),
        };
        let judged = |readers: &[Seen]| {
            judge(
                post(1, "a", ok(1, 2)).as_slice(),
                &[(ROOM, rows.clone())].into(),
                readers,
            )
        };
        assert_eq!(judged(&[saw("a"), saw("a")]), [""; 0]);
        assert!(!judged(&[saw("a"), saw("b")]).is_empty());
    }
}
