//! What every store promises, as one suite. A backend runs it with `store_contract!(path::to::fresh)`, where `fresh` is an
//! async function that makes an empty store, and is not mentioned in here. It gives `None` where there is no server to make one on,
//! and has said so.

pub(crate) mod edits;
pub(crate) mod feeds;
pub(crate) mod history;
pub(crate) mod markers;
pub(crate) mod messages;
pub(crate) mod pages;
pub(crate) mod rooms;
pub(crate) mod sessions;
pub(crate) mod sharing;
mod stage;

use std::{any::Any, sync::Arc};

use super::Store;

pub(crate) use stage::{NOW, Stage, member, message, of_feed};

/// An empty store, and what has to be kept as long as it lives.
pub(crate) struct Fresh {
    /// The store.
    pub(crate) store: Arc<dyn Store>,
    /// A temporary folder, for example.
    pub(crate) keep: Box<dyn Any + Send>,
}

/// Makes a test of every promise for one backend.
macro_rules! store_contract {
    ($fresh:path) => {
        $crate::store::contract::store_contract! { $fresh =>
            sessions {
                the_first_person_owns_the_rooms_that_everyone_starts_in,
                a_new_person_has_nothing_unread,
                signing_up_moves_each_feed_by_one,
                a_taken_token_is_a_conflict_and_changes_nothing,
                a_session_leads_to_its_person_until_it_ends,
                of_many_sessions_those_that_have_not_ended_are_told,
                a_new_name_is_a_change_of_the_community,
                profiles_come_ascending_and_each_once,
            }
            rooms {
                general_is_there_from_the_start,
                a_creator_owns_the_room,
                a_taken_slug_gets_a_number,
                a_slug_that_many_wish_for_is_found_without_counting_them,
                nobody_is_in_more_rooms_than_can_be_told_at_a_time,
                a_stranger_cannot_make_a_room,
                joining_moves_both_feeds_by_one,
                joining_twice_changes_nothing,
                joining_marks_everything_as_read,
                leaving_leaves_tombstones,
                somebody_removed_is_refused_everywhere,
                somebody_who_comes_back_is_a_member_again,
                an_owner_is_needed_where_the_standing_says_so,
                a_refused_deed_changes_nothing,
                editing_a_room_changes_its_row,
                open_rooms_are_paged,
                members_are_paged_with_their_profiles,
            }
            messages {
                numbers_and_seqs_are_dense,
                the_same_message_again_gives_the_first_result,
                a_retry_is_known_after_edit_and_deletion,
                an_id_used_for_something_else_is_a_conflict,
                posts_that_come_together_keep_their_order,
                a_retry_beside_its_first_try_is_stored_once,
                an_id_belongs_to_its_author,
                racing_retries_store_one_message,
                racing_posters_are_dense,
                one_person_posts_to_many_rooms_at_once,
                an_erring_deed_harms_no_other,
            }
            edits {
                an_edit_replaces_the_text,
                a_deletion_leaves_a_tombstone,
                a_message_that_is_not_there_cannot_be_edited,
            }
            markers {
                posting_moves_ones_own_read_marker,
                what_others_wrote_meanwhile_is_not_read_by_posting,
                a_marker_that_stays_costs_no_seq_and_is_moved_later,
                a_read_marker_never_moves_back,
                a_read_marker_stops_at_the_newest_message,
            }
            pages {
                a_page_ends_before_the_number_asked_for,
                a_page_names_its_authors,
                a_page_is_cut_by_bytes_and_holds_at_least_one_row,
                a_page_holds_no_more_rows_than_the_limit,
                a_page_keeps_tombstones,
            }
            feeds {
                there_is_no_head_without_a_feed,
                the_heads_of_many_feeds_are_told_at_once,
                the_epoch_names_the_database,
                a_reader_without_a_position_gets_a_snapshot,
                a_reader_at_the_head_gets_nothing,
                a_reader_from_the_future_gets_a_snapshot,
                a_reader_too_far_behind_gets_a_snapshot,
                rows_come_as_they_now_stand,
                a_user_feed_carries_listing_and_marker,
                a_long_way_is_gone_in_whole_seqs,
                readers_who_ask_for_the_same_at_once_each_get_what_they_may,
                a_large_room_counts_its_members_without_naming_them,
                a_person_sees_where_their_rooms_stand,
                a_closed_store_answers_unavailable,
            }
            history {
                every_commit_says_what_it_changed,
                catching_up_equals_reading_anew,
            }
        }
    };
    ($fresh:path => $($module:ident { $($name:ident,)* })*) => {
        $(mod $module {
            $(#[tokio::test]
            async fn $name() {
                let Some(fresh) = $fresh().await else { return };
                let stage = $crate::store::contract::Stage::new(fresh.store.clone());
                $crate::store::contract::$module::$name(&stage).await;
                fresh.store.close().await;
                drop(fresh.keep);
            })*
        })*
    };
}

pub(crate) use store_contract;
