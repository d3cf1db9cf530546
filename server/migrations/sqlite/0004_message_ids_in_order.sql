-- What answers a retry is found by the sender's own id for the message first, and not by its author: ids that begin with the time,
-- as Magpie's own are made, stand together whoever wrote them, and a commit writes one page of this index instead of one for each
-- author. An index that belongs to a table's definition cannot be exchanged, so the table is made anew.
CREATE TABLE messages_in_order (
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    number INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    author_id INTEGER NOT NULL REFERENCES users (id),
    client_message_id TEXT NOT NULL,
    posted_at_seq INTEGER NOT NULL,
    posted_digest BLOB NOT NULL CHECK (length(posted_digest) = 16),
    posted_at INTEGER NOT NULL,
    edited_at INTEGER,
    is_deleted INTEGER NOT NULL CHECK (is_deleted IN (0, 1)),
    body TEXT NOT NULL,
    PRIMARY KEY (room_id, number)
) STRICT, WITHOUT ROWID;

INSERT INTO messages_in_order (room_id, number, changed, author_id, client_message_id, posted_at_seq, posted_digest, posted_at,
    edited_at, is_deleted, body)
SELECT room_id, number, changed, author_id, client_message_id, posted_at_seq, posted_digest, posted_at, edited_at, is_deleted, body
FROM messages ORDER BY room_id, number;

DROP TABLE messages;
ALTER TABLE messages_in_order RENAME TO messages;

CREATE UNIQUE INDEX messages_by_client_message_id ON messages (client_message_id, author_id);
CREATE INDEX messages_by_later_change ON messages (room_id, changed) WHERE changed > posted_at_seq;
