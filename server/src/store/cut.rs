//! Where a long answer is cut: at a seq, never within one, and never without getting on.

use app::protocol::{
    Item, Seq,
    limits::{PAGE_BYTES, PAGE_ROWS},
};

use super::wire_size::wire_size;

/// Collects rows of one kind, ordered by `changed`, until a page is overfull with them alone.
#[derive(Default)]
pub(in crate::store) struct Kind {
    /// Each with its size, for which it is encoded: that is done once.
    items: Vec<(Item, usize)>,
    bytes: usize,
}

impl Kind {
    /// Takes a row, and says whether one more could still be of use.
    pub(in crate::store) fn take(&mut self, item: Item) -> bool {
        let size = wire_size(&item);
        self.bytes += size;
        let overfull = self.items.len() >= PAGE_ROWS || self.bytes > PAGE_BYTES;
        // The first seq is never cut, so all of it is needed, and one row behind it to show where it ends.
        let behind_first = self
            .items
            .first()
            .is_some_and(|(first, _)| first.changed() != item.changed());
        self.items.push((item, size));
        !(overfull && behind_first)
    }
}

/// Merges the kinds by `changed` and cuts before the seq that does not fit any more. Returns what is left, and the last
/// seq that it covers: `head`, when nothing was cut.
pub(in crate::store) fn merge(kinds: impl IntoIterator<Item = Kind>, head: Seq) -> (Vec<Item>, Seq) {
    let mut all: Vec<(Item, usize)> = kinds.into_iter().flat_map(|kind| kind.items).collect();
    all.sort_by_key(|(item, _)| item.changed());
    let (mut bytes, mut whole, mut to) = (0, 0, head);
    for (index, (item, size)) in all.iter().enumerate() {
        if index > 0 && all[index - 1].0.changed() != item.changed() {
            whole = index;
        }
        bytes += size;
        if whole > 0 && (index >= PAGE_ROWS || bytes > PAGE_BYTES) {
            to = Seq(all[whole].0.changed().0 - 1);
            all.truncate(whole);
            break;
        }
    }
    (all.into_iter().map(|(item, _)| item).collect(), to)
}

#[cfg(test)]
mod tests {
    use app::protocol::{Number, ReadMarker, RoomId, User, UserId};

    use super::*;

    fn small(changed: u64) -> Item {
        Item::ReadMarker(ReadMarker {
            room: RoomId(1),
            read: Number(1),
            changed: Seq(changed),
        })
    }

    fn of_bytes(changed: u64, bytes: usize) -> Item {
        Item::User(User {
            id: UserId(1),
            name: "x".repeat(bytes),
            changed: Seq(changed),
        })
    }

    fn kind(items: impl IntoIterator<Item = Item>) -> Kind {
        let mut kind = Kind::default();
        for item in items {
            if !kind.take(item) {
                break;
            }
        }
        kind
    }

    fn seqs(items: &[Item]) -> Vec<u64> {
        items.iter().map(|item| item.changed().0).collect()
    }

    #[test]
    fn what_fits_is_merged_and_covers_the_head() {
        let (items, to) = merge([kind([small(1), small(4)]), kind([small(2), small(4)])], Seq(7));
        assert_eq!((seqs(&items), to), (vec![1, 2, 4, 4], Seq(7)));
    }

    #[test]
    fn nothing_at_all_covers_the_head() {
        assert_eq!(merge([Kind::default()], Seq(7)), (vec![], Seq(7)));
    }

    #[test]
    fn too_many_rows_are_cut_before_the_seq_that_does_not_fit() {
        let rows = PAGE_ROWS as u64;
        let (items, to) = merge([kind((1..=2 * rows).map(|seq| small(seq * 2)))], Seq(9_999));
        assert_eq!(items.len(), PAGE_ROWS);
        // The seqs between the last row and the first one left out have no rows any more: they are covered too.
        assert_eq!(to, Seq(2 * rows + 1));
    }

    #[test]
    fn a_seq_is_never_split_between_kinds() {
        let rows = PAGE_ROWS as u64;
        let (items, to) = merge([kind((1..=rows).map(small)), kind([small(rows)])], Seq(rows));
        assert_eq!(items.len(), PAGE_ROWS - 1);
        assert_eq!(to, Seq(rows - 1));
    }

    #[test]
    fn a_first_seq_that_is_larger_than_a_page_travels_whole() {
        let half = PAGE_BYTES / 2;
        let (items, to) = merge(
            [kind([
                of_bytes(3, half),
                of_bytes(3, half),
                of_bytes(3, half),
                small(4),
            ])],
            Seq(9),
        );
        assert_eq!((seqs(&items), to), (vec![3, 3, 3], Seq(3)));
    }

    #[test]
    fn too_many_bytes_are_cut() {
        let half = PAGE_BYTES / 2;
        let (items, to) = merge(
            [kind([of_bytes(1, half), of_bytes(2, half), small(3)]), kind([small(1)])],
            Seq(3),
        );
        assert_eq!((seqs(&items), to), (vec![1, 1], Seq(1)));
    }

    #[test]
    fn a_large_last_seq_covers_the_head() {
        let (items, to) = merge([kind([of_bytes(8, 2 * PAGE_BYTES)])], Seq(9));
        assert_eq!((seqs(&items), to), (vec![8], Seq(9)));
    }
}
