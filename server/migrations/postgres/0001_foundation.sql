-- Every row that people share carries `changed`: the seq of its last change in its feed. The index by (feed, changed) makes
-- catching up cost what differs now, however long the history is. Rows that can vanish leave a tombstone.

-- One row: which database this is, and on which server it was when its epoch began: see `epoch.rs`.
CREATE TABLE database (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch TEXT NOT NULL,
    system_identifier BIGINT NOT NULL,
    timeline TEXT NOT NULL
);

-- One row: the community feed.
CREATE TABLE community (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    head BIGINT NOT NULL
);

INSERT INTO community (only_row, head) VALUES (1, 0);

-- `head` is that of the person's own feed; `changed` is a seq of the community feed.
CREATE TABLE users (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    head BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

CREATE INDEX users_by_changed ON users (changed);

CREATE TABLE sessions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);

-- `posts` is the number of the newest message. `for_everyone`: new people start in it. `large_since`: the seq at which it
-- first had too many members for its feed to carry them; it stays large, so that nobody holds half a list.
-- Pages of it are kept half empty: its rows are what each post writes anew, and beside the old one it costs no index.
CREATE TABLE rooms (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    for_everyone BOOLEAN NOT NULL,
    members BIGINT NOT NULL,
    posts BIGINT NOT NULL,
    last_posted_at BIGINT,
    large_since BIGINT,
    head BIGINT NOT NULL,
    changed BIGINT NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX rooms_for_everyone ON rooms (id) WHERE for_everyone;

-- Room feed. `role`: 1 member, 2 owner.
CREATE TABLE members (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    role SMALLINT NOT NULL CHECK (role IN (1, 2)),
    joined_at BIGINT NOT NULL,
    has_left BOOLEAN NOT NULL,
    changed BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX members_by_changed ON members (room_id, changed);

-- Room feed. `posted_at_seq` and `posted_digest` (of the text as first posted) answer a retry, whatever became of the text.
CREATE TABLE messages (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    number BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES users (id),
    client_message_id TEXT NOT NULL,
    posted_at_seq BIGINT NOT NULL,
    posted_digest BYTEA NOT NULL CHECK (length(posted_digest) = 16),
    posted_at BIGINT NOT NULL,
    edited_at BIGINT,
    is_deleted BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (room_id, number),
    UNIQUE (author_id, client_message_id)
);

CREATE INDEX messages_by_changed ON messages (room_id, changed);

-- User feed: the rooms on a person's list.
CREATE TABLE listings (
    user_id BIGINT NOT NULL REFERENCES users (id),
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    has_left BOOLEAN NOT NULL,
    changed BIGINT NOT NULL,
    PRIMARY KEY (user_id, room_id)
);

CREATE INDEX listings_by_changed ON listings (user_id, changed);

-- User feed: how far a person has read.
CREATE TABLE read_markers (
    user_id BIGINT NOT NULL REFERENCES users (id),
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    number BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    PRIMARY KEY (user_id, room_id)
);

CREATE INDEX read_markers_by_changed ON read_markers (user_id, changed);
