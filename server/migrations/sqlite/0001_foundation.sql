-- Every row that people share carries `changed`: the seq of its last change in its feed. The index by (feed, changed) makes
-- catching up cost what differs now, however long the history is. Rows that can vanish leave a tombstone.

-- One row: which database this is. `running` is null while it is closed, else the durability that it was opened with.
CREATE TABLE database (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch TEXT NOT NULL,
    running TEXT
) STRICT;

-- One row: the community feed.
CREATE TABLE community (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    head INTEGER NOT NULL
) STRICT;

INSERT INTO community (only_row, head) VALUES (1, 0);

-- `head` is that of the person's own feed; `changed` is a seq of the community feed.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    head INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

CREATE INDEX users_by_changed ON users (changed);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL
) STRICT;

-- `posts` is the number of the newest message. `for_everyone`: new people start in it. `large_since`: the seq at which it
-- first had too many members for its feed to carry them; it stays large, so that nobody holds half a list.
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    for_everyone INTEGER NOT NULL CHECK (for_everyone IN (0, 1)),
    members INTEGER NOT NULL,
    posts INTEGER NOT NULL,
    last_posted_at INTEGER,
    large_since INTEGER,
    head INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

CREATE INDEX rooms_for_everyone ON rooms (id) WHERE for_everyone = 1;

-- Room feed. `role`: 1 member, 2 owner.
CREATE TABLE members (
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    role INTEGER NOT NULL CHECK (role IN (1, 2)),
    joined_at INTEGER NOT NULL,
    has_left INTEGER NOT NULL CHECK (has_left IN (0, 1)),
    changed INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_changed ON members (room_id, changed);

-- Room feed. `posted_at_seq` and `posted_digest` (of the text as first posted) answer a retry, whatever became of the text.
CREATE TABLE messages (
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
    PRIMARY KEY (room_id, number),
    UNIQUE (author_id, client_message_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_by_changed ON messages (room_id, changed);

-- User feed: the rooms on a person's list.
CREATE TABLE listings (
    user_id INTEGER NOT NULL REFERENCES users (id),
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    has_left INTEGER NOT NULL CHECK (has_left IN (0, 1)),
    changed INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX listings_by_changed ON listings (user_id, changed);

-- User feed: how far a person has read.
CREATE TABLE read_markers (
    user_id INTEGER NOT NULL REFERENCES users (id),
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    number INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX read_markers_by_changed ON read_markers (user_id, changed);
