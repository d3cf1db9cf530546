-- One row, written to find out whether the database can be written. `ballast` stands beside it as in SQLite, where it makes
-- the row grow and shrink; here each new version of a row takes room by itself, and it stays empty.
CREATE TABLE probe (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    count BIGINT NOT NULL,
    ballast BYTEA NOT NULL
);

INSERT INTO probe (only_row, count, ballast) VALUES (1, 0, '');
