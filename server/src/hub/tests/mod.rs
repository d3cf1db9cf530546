//! What concerns more than one file of this folder.

mod hand_over;
