//! Looks into the database as the kill left it: is it whole, and do its counters say what its rows say?

use std::path::Path;

use rusqlite::Connection;

/// Rows that these find are contradictions.
const CONTRADICTIONS: [(&str, &str); 8] = [
    (
        "a room's posts are its messages, dense from 1",
        "SELECT id FROM rooms WHERE posts != (SELECT count(*) FROM messages WHERE room_id = rooms.id)
         OR posts != (SELECT coalesce(max(number), 0) FROM messages WHERE room_id = rooms.id)",
    ),
    (
        "a room's head is the seq of its last change",
        "SELECT id FROM rooms WHERE head != max(changed,
             (SELECT coalesce(max(changed), 0) FROM messages WHERE room_id = rooms.id),
             (SELECT coalesce(max(changed), 0) FROM members WHERE room_id = rooms.id))",
    ),
    (
        "a room's members are those who have not left",
        "SELECT id FROM rooms WHERE members != (SELECT count(*) FROM members WHERE room_id = rooms.id AND has_left = 0)",
    ),
    (
        "a person's head is the seq of the last change in their feed",
        "SELECT id FROM users WHERE head != max(
             (SELECT coalesce(max(changed), 0) FROM listings WHERE user_id = users.id),
             (SELECT coalesce(max(changed), 0) FROM read_markers WHERE user_id = users.id))",
    ),
    (
        "the community's head is the seq of the last profile",
        "SELECT head FROM community WHERE head != (SELECT coalesce(max(changed), 0) FROM users)",
    ),
    (
        "whoever is a member lists the room, and has a read marker",
        "SELECT members.user_id FROM members
         LEFT JOIN listings ON listings.user_id = members.user_id AND listings.room_id = members.room_id
         LEFT JOIN read_markers ON read_markers.user_id = members.user_id AND read_markers.room_id = members.room_id
         WHERE listings.has_left IS NOT members.has_left OR read_markers.number IS NULL",
    ),
    (
        "nobody has read what is not there",
        "SELECT read_markers.user_id FROM read_markers JOIN rooms ON rooms.id = read_markers.room_id WHERE number > posts",
    ),
    (
        "no seq is given twice",
        "SELECT room_id FROM (SELECT room_id, changed FROM messages UNION ALL SELECT room_id, changed FROM members WHERE has_left = 1)
         GROUP BY room_id, changed HAVING count(*) > 1",
    ),
];

/// Checks a copy, so that the server itself has to recover what the kill left.
pub fn check_copy(data: &Path) {
    let copy = tempfile::tempdir().unwrap();
    for file in ["magpie.db", "magpie.db-wal"] {
        if data.join(file).exists() {
            std::fs::copy(data.join(file), copy.path().join(file)).unwrap();
        }
    }
    let database = Connection::open(copy.path().join("magpie.db")).unwrap();
    let whole: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    let dangling: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(dangling, 0, "every reference leads somewhere");
    for (sentence, query) in CONTRADICTIONS {
        let found = database
            .prepare(query)
            .unwrap()
            .query_map([], |row| row.get::<_, i64>(0))
            .unwrap()
            .count();
        assert_eq!(found, 0, "{sentence}");
    }
}
