-- Each index is one more page in every post's commit.

-- A message that was never changed again is found by its number: numbers and seqs of posts ascend together. Only those that
-- were edited or deleted need an index by their last change, and posting does not touch it.
DROP INDEX messages_by_changed;
CREATE INDEX messages_by_later_change ON messages (room_id, changed) WHERE changed > posted_at_seq;

-- A person has as many read markers as rooms: to read them all costs less than a page in each commit.
DROP INDEX read_markers_by_changed;
