//! What storage promises: a list of behaviours, named as sentences and run against every engine, and tests that are
//! specific to one.

mod anchor;
mod backups;
mod behaviours;
mod bucket;
mod cluster;
mod emails;
mod engines;
mod erasure;
mod evidence;
mod moves;
mod on_postgres;
mod on_sqlite;
mod quotas;
mod row_seals;
mod tampering;
mod trail;
mod upgrade;

/// Runs each behaviour against each engine.
macro_rules! on_every_engine {
    ($($behaviour:ident,)*) => {
        on_every_engine! { @on sqlite $($behaviour)* }
        on_every_engine! { @on postgres $($behaviour)* }
        on_every_engine! { @on serializable $($behaviour)* }
    };
    (@on $engine:ident $($behaviour:ident)*) => {
        mod $engine {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                crate::behaviours::$behaviour(crate::engines::Engine::$engine().await).await;
            })*
        }
    };
}

on_every_engine! {
    a_customer_is_read_back_as_written,
    committed_data_is_there_after_reopening,
    another_scope_sees_nothing,
    a_stale_version_writes_nothing,
    a_wrong_hint_finds_the_right_record,
    a_taken_email_writes_nothing,
    a_customer_moves_to_an_email_that_no_other_customer_has,
    a_repeated_request_finds_its_answer_before_its_own_effect,
    the_same_request_sent_several_times_at_once_has_one_effect_and_one_answer,
    an_answer_about_no_customer_is_found_again,
    a_refused_change_in_a_batch_harms_no_other,
    a_change_writes_its_audit_entry_and_its_event,
    fields_changed_since_a_version_are_named_once,
    customers_are_listed_newest_first,
    cached_reads_are_refreshed_after_each_change,
    a_cached_record_is_what_was_written,
    an_email_is_found_however_it_is_written,
    a_domain_is_composed_before_it_is_compared_and_an_empty_one_is_refused,
    an_upgrade_makes_each_email_findable_and_the_oldest_customer_keeps_it,
    a_key_is_found_only_by_itself,
    a_key_has_one_successor_however_many_roll_it_at_once,
    a_key_is_limited_to_addresses_and_its_successor_as_well,
    a_form_is_first_once_and_programs_without_a_number_always_are,
    both_secrets_sign_until_the_overlap_ends_and_a_changed_endpoint_gets_other_events,
    old_answers_are_forgotten,
    new_idempotency_keys_are_limited_per_day,
    files_and_bytes_of_an_account_are_limited,
    files_of_a_customer_are_limited_including_removed_ones,
    a_file_is_attached_with_the_change_that_names_it,
    a_file_is_evidence_of_each_data_subject_that_it_was_named_for,
    erasing_one_data_subject_leaves_a_file_to_the_others,
    a_customers_own_use_of_a_file_is_read_among_very_many,
    the_collection_skips_altered_rows,
    a_repeated_upload_takes_no_room_and_needs_none,
    a_file_that_many_customers_name_at_once_is_evidence_of_each,
    a_file_that_is_named_while_its_last_data_subject_is_erased_is_whole_or_unknown,
    unattached_files_are_collected_and_evidence_never_is,
    new_rules_are_applied_by_an_empty_put_and_by_a_start,
    content_in_another_place_does_not_open,
    equal_numbers_and_contents_are_found_in_their_scope_only,
    a_document_is_deleted_by_its_own_rule_and_the_record_stays,
    a_damaged_file_keeps_retention_from_no_other_customer,
    a_hold_stops_deletion_and_what_it_stopped_continues,
    a_law_refuses_an_erasure_and_the_erasure_runs_once_the_time_has_passed,
    an_erasure_that_was_computed_before_a_hold_is_refused,
    retention_deletes_no_customer_early_and_none_late,
    an_erased_customer_is_unreadable_and_its_tombstone_remains,
    a_scheduled_erasure_waits_and_can_be_cancelled,
    looks_add_up_and_are_listed_newest_first,
    an_erased_customer_keeps_its_looks_without_their_reasons,
    what_keys_and_people_saw_is_one_list,
    a_scan_finds_customers_by_their_names_portion_by_portion,
    a_change_that_was_computed_before_an_erasure_is_refused,
    an_older_state_is_erased_again_with_the_first_date,
    a_record_that_cannot_be_opened_is_erased_by_its_plain_columns,
    erasing_again_adds_no_second_line_to_the_ledger,
    another_process_forgets_the_keys_of_an_erased_customer,
    an_erasure_drops_deliveries_that_wait_are_tried_again_or_are_in_flight,
    a_closed_account_gets_no_new_deliveries_and_can_be_opened_again,
    an_emptied_sandbox_has_nothing_left_but_its_trail,
    an_erased_person_is_gone_and_the_business_remains,
    the_erasure_of_a_person_waits_can_be_cancelled_and_needs_a_person_of_the_customer,
    a_person_that_a_restore_brought_back_is_erased_again_with_the_first_date,
    an_erasure_that_was_cancelled_in_the_meantime_does_not_run,
    erasing_a_data_subject_erases_its_numbers,
    erasing_a_person_erases_only_that_persons_audit_details,
    a_delivery_waits_for_the_one_before_it_and_a_claim_is_a_lease,
    the_first_attempt_decides_whether_a_delivery_shows_the_link,
    an_endpoint_that_fails_many_deliveries_at_once_is_disabled_once,
    due_deliveries_of_one_endpoint_do_not_block_another,
    numbers_are_counted_per_scope_and_never_reused,
    a_customer_who_owes_an_answer_is_reminded_by_the_clock_of_the_sandbox_until_the_case_ends,
    a_reminder_is_sent_once_by_several_processes_and_missed_ones_are_not_made_up_for,
    changed_days_of_reminders_apply_to_those_who_owe_an_answer_already,
    a_link_is_found_by_its_token_and_expires_by_the_clock_of_its_sandbox,
    passes_to_the_form_end_one_by_one_and_all_at_once,
    a_change_that_ends_passes_ends_them_among_plain_updates,
    a_damaged_record_does_not_keep_other_sessions_from_ending,
    rotation_leaves_everything_readable,
    rotation_may_be_repeated_and_runs_beside_writers,
    entering_the_form_is_in_the_audit_chain,
    altered_removed_and_cut_entries_are_found_and_named,
    an_entry_of_a_decision_says_what_was_decided,
    lists_of_the_trail_are_filtered_page_by_page,
    an_entry_is_shown_in_full_and_names_erased_subjects,
    changed_settings_are_recorded_once,
    a_key_or_a_link_in_another_account_s_row_opens_nothing,
    every_column_is_sealed_or_listed_with_the_gain_of_altering_it,
    altered_or_moved_rows_are_refused_logged_and_counted,
    an_accepted_restore_satisfies_earlier_anchors_and_no_later_one,
    members_are_invited_changed_listed_and_removed,
    everything_wrong_with_a_member_is_said_at_once,
    an_address_belongs_to_one_member_of_an_account_however_it_is_written,
    an_account_never_loses_its_last_admin_even_to_two_writers_at_once,
    the_sessions_of_a_removed_member_end_everywhere,
    a_one_time_link_works_once_for_half_an_hour_and_until_a_newer_one,
    a_session_ends_after_twelve_hours_and_after_half_an_hour_without_use,
    a_token_of_another_kind_or_form_opens_nothing,
    an_altered_member_or_session_is_refused,
    a_case_is_taken_held_taken_over_with_a_reason_and_given_back,
    a_hold_ends_after_fifteen_minutes_unless_an_open_page_renews_it,
    a_verdict_is_about_one_answer_and_changes_no_version_and_sends_no_event,
    notes_are_only_added_and_an_escalated_case_is_free,
    members_who_ask_for_the_next_case_at_once_never_get_the_same,
    the_next_case_is_the_first_that_no_member_holds_and_that_still_waits,
    what_waits_is_listed_with_the_versions_of_record_and_worksheet,
    an_erased_customer_leaves_no_worksheet,
    nothing_personal_of_members_is_stored_in_the_clear,
    requests_are_read_back_listed_and_filtered,
    requests_are_counted_by_minute_hour_and_kind_of_error,
    old_and_surplus_requests_are_forgotten_and_failures_outlive_successes,
    a_request_leads_to_its_entry_its_events_and_every_attempt,
    deliveries_that_were_given_up_in_a_time_are_sent_again,
    an_entry_leads_to_its_events_and_their_deliveries,
    a_missing_or_altered_hint_leads_to_nothing_wrong,
    the_timeline_of_an_erased_customer_says_what_was_announced,
    the_pages_of_the_timeline_have_everything_once,
}
