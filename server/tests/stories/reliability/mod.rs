//! What is promised, goal by goal, and how one would try to break it. Each goal has its number and its file; these are shown
//! elsewhere:
//!
//! - Goal 1, nothing acknowledged is lost by `kill -9`, and goal 9, a kill leaves no half state: `server/tests/crash`, which
//!   kills the real program, checks the files that the kill left, and holds what everybody saw against what is there.
//! - Goal 8, acknowledged means committed: the store reads its settings back when it opens and refuses to run with others
//!   (`store/sqlite/open.rs`), and `what_was_acknowledged_is_in_the_files_at_once` looks into the files.
//!
//! `MAGPIE_CHECK_SECONDS` says how long those checkers go on that repeat something (2 unless told).

mod goal_02_no_duplicates;
mod goal_03_one_order;
mod goal_04_sender_order;
mod goal_05_resume;
mod goal_06_detectable_loss;
mod goal_07_monotonic_reads;
mod goal_10_storage_trouble;
mod goal_11_clean_stop;
mod goal_12_backups;
mod goal_14_rfc_6455;
mod goal_15_malformed_input;
mod goal_16_size_limits;
mod goal_17_slow_readers;
mod goal_18_handshakes;
mod goal_19_dead_peers;
mod goal_20_rate_limits;
mod goal_22_removal_under_load;
