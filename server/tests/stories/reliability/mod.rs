//! What is promised, goal by goal, and how one would try to break it. Each goal has its number and its file, but for these, which
//! need the program killed or several of it:
//!
//! - Goal 1, nothing acknowledged is lost by `kill -9`: `server/tests/crash/main.rs`,
//!   `nothing_acknowledged_is_lost_or_doubled_however_often_the_server_is_killed`. `judge.rs` beside it holds what everybody was
//!   told against what is there.
//! - Goal 9, a kill leaves no half state: the same story. After each kill `server/tests/crash/database.rs` looks into a copy of the
//!   files: is it whole, does every reference lead somewhere, and do the counters say what the rows say?
//! - Goal 13, several nodes are one chat: `nodes` beside this folder, and `server/tests/crash/nemesis.rs`,
//!   `three_nodes_are_one_chat_whatever_happens_to_them`.
//!
//! `MAGPIE_CHECK_SECONDS` says how long those checkers go on that repeat something (2 unless told).

mod goal_02_no_duplicates;
mod goal_03_one_order;
mod goal_04_sender_order;
mod goal_05_resume;
mod goal_06_detectable_loss;
mod goal_07_monotonic_reads;
mod goal_08_durability;
mod goal_10_storage_trouble;
mod goal_11_clean_stop;
mod goal_12_backups;
mod goal_14_rfc_6455;
mod goal_15_cost;
mod goal_15_malformed_input;
mod goal_16_size_limits;
mod goal_17_slow_readers;
mod goal_18_handshakes;
mod goal_19_dead_peers;
mod goal_20_rate_limits;
mod goal_22_removal_under_load;
