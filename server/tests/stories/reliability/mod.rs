//! What must hold whatever fails, one file per goal.

mod goal_10_storage_trouble;
