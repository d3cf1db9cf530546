-- One row, written to find out whether the database can be written. `ballast` grows and shrinks in the same transaction:
-- that takes pages as a post does, so a full disk shows.
CREATE TABLE probe (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    count INTEGER NOT NULL,
    ballast BLOB NOT NULL
) STRICT;

INSERT INTO probe (only_row, count, ballast) VALUES (1, 0, x'');
