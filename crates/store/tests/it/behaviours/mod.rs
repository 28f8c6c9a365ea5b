//! The behaviours. Each is a sentence, gets an engine, and uses it as the use cases do.
//!
//! This file has what they share.

mod answers;
mod customers;
mod desk;
mod ends;
mod erasure;
mod files;
mod keys;
mod links;
mod looks;
mod members;
mod person_erasure;
mod reminders;
mod requests;
mod retention;
mod scans;
mod sign_ins;
mod timeline;
mod trail;
mod webhooks;

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Caller, Scope};
use dossier_core::change::{Basis, Change, Effect};
use dossier_core::customer::{Condition, Customer, Profile};
use dossier_core::file::FileName;
use dossier_core::idempotency::{Answer, Request};
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::services::Services;
use dossier_core::store::StoreError;
use dossier_core::use_cases::create_customer::create_customer;
use dossier_core::use_cases::update_customer::{Method, Update, update};
use dossier_core::use_cases::upload_file::Upload;
use dossier_core::use_cases::write_customer::UpdateError;

pub(crate) use crate::anchor::an_accepted_restore_satisfies_earlier_anchors_and_no_later_one;
pub(crate) use crate::emails::{
    a_domain_is_composed_before_it_is_compared_and_an_empty_one_is_refused, an_email_is_found_however_it_is_written,
    an_upgrade_makes_each_email_findable_and_the_oldest_customer_keeps_it,
};
pub(crate) use crate::erasure::{
    erasing_a_data_subject_erases_its_numbers, erasing_a_person_erases_only_that_persons_audit_details,
};
pub(crate) use crate::evidence::{
    a_customers_own_use_of_a_file_is_read_among_very_many,
    a_file_is_evidence_of_each_data_subject_that_it_was_named_for,
    a_file_that_is_named_while_its_last_data_subject_is_erased_is_whole_or_unknown,
    a_file_that_many_customers_name_at_once_is_evidence_of_each, erasing_one_data_subject_leaves_a_file_to_the_others,
    the_collection_skips_altered_rows,
};
pub(crate) use crate::quotas::{
    a_repeated_upload_takes_no_room_and_needs_none, files_and_bytes_of_an_account_are_limited,
    files_of_a_customer_are_limited_including_removed_ones, new_idempotency_keys_are_limited_per_day,
};
pub(crate) use crate::row_seals::{
    a_key_or_a_link_in_another_account_s_row_opens_nothing, altered_or_moved_rows_are_refused_logged_and_counted,
    every_column_is_sealed_or_listed_with_the_gain_of_altering_it,
};
pub(crate) use crate::trail::{
    an_entry_is_shown_in_full_and_names_erased_subjects, an_entry_of_a_decision_says_what_was_decided,
    changed_settings_are_recorded_once, lists_of_the_trail_are_filtered_page_by_page,
};
pub(crate) use answers::{
    a_repeated_request_finds_its_answer_before_its_own_effect, an_answer_about_no_customer_is_found_again,
    old_answers_are_forgotten, the_same_request_sent_several_times_at_once_has_one_effect_and_one_answer,
};
pub(crate) use customers::{
    a_cached_record_is_what_was_written, a_change_writes_its_audit_entry_and_its_event,
    a_customer_is_read_back_as_written, a_customer_moves_to_an_email_that_no_other_customer_has,
    a_refused_change_in_a_batch_harms_no_other, a_stale_version_writes_nothing, a_taken_email_writes_nothing,
    a_wrong_hint_finds_the_right_record, another_scope_sees_nothing, cached_reads_are_refreshed_after_each_change,
    committed_data_is_there_after_reopening, customers_are_listed_newest_first,
    fields_changed_since_a_version_are_named_once, new_rules_are_applied_by_an_empty_put_and_by_a_start,
};
pub(crate) use desk::{
    a_case_is_taken_held_taken_over_with_a_reason_and_given_back,
    a_hold_ends_after_fifteen_minutes_unless_an_open_page_renews_it,
    a_verdict_is_about_one_answer_and_changes_no_version_and_sends_no_event, an_erased_customer_leaves_no_worksheet,
    members_who_ask_for_the_next_case_at_once_never_get_the_same, notes_are_only_added_and_an_escalated_case_is_free,
    nothing_personal_of_members_is_stored_in_the_clear, seat,
    the_next_case_is_the_first_that_no_member_holds_and_that_still_waits,
    what_waits_is_listed_with_the_versions_of_record_and_worksheet,
};
pub(crate) use ends::{
    a_closed_account_gets_no_new_deliveries_and_can_be_opened_again, an_emptied_sandbox_has_nothing_left_but_its_trail,
    an_erasure_drops_deliveries_that_wait_are_tried_again_or_are_in_flight,
};
pub(crate) use erasure::{
    a_change_that_was_computed_before_an_erasure_is_refused,
    a_record_that_cannot_be_opened_is_erased_by_its_plain_columns, a_scheduled_erasure_waits_and_can_be_cancelled,
    an_erased_customer_is_unreadable_and_its_tombstone_remains,
    an_erasure_that_was_cancelled_in_the_meantime_does_not_run, an_older_state_is_erased_again_with_the_first_date,
    another_process_forgets_the_keys_of_an_erased_customer, erasing_again_adds_no_second_line_to_the_ledger,
};
pub(crate) use files::{
    a_file_is_attached_with_the_change_that_names_it, content_in_another_place_does_not_open,
    equal_numbers_and_contents_are_found_in_their_scope_only, unattached_files_are_collected_and_evidence_never_is,
};
pub(crate) use keys::{
    a_key_has_one_successor_however_many_roll_it_at_once, a_key_is_found_only_by_itself,
    a_key_is_limited_to_addresses_and_its_successor_as_well, rotation_leaves_everything_readable,
    rotation_may_be_repeated_and_runs_beside_writers,
};
pub(crate) use links::{
    a_change_that_ends_passes_ends_them_among_plain_updates, a_damaged_record_does_not_keep_other_sessions_from_ending,
    a_link_is_found_by_its_token_and_expires_by_the_clock_of_its_sandbox, entering_the_form_is_in_the_audit_chain,
    passes_to_the_form_end_one_by_one_and_all_at_once,
};
pub(crate) use looks::{
    an_erased_customer_keeps_its_looks_without_their_reasons, look, looks_add_up_and_are_listed_newest_first,
    what_keys_and_people_saw_is_one_list,
};
pub(crate) use members::{
    an_account_never_loses_its_last_admin_even_to_two_writers_at_once,
    an_address_belongs_to_one_member_of_an_account_however_it_is_written,
    everything_wrong_with_a_member_is_said_at_once, members_are_invited_changed_listed_and_removed,
};
pub(crate) use person_erasure::{
    a_person_that_a_restore_brought_back_is_erased_again_with_the_first_date,
    an_erased_person_is_gone_and_the_business_remains,
    the_erasure_of_a_person_waits_can_be_cancelled_and_needs_a_person_of_the_customer,
};
pub(crate) use reminders::{
    a_customer_who_owes_an_answer_is_reminded_by_the_clock_of_the_sandbox_until_the_case_ends,
    a_reminder_is_sent_once_by_several_processes_and_missed_ones_are_not_made_up_for,
    changed_days_of_reminders_apply_to_those_who_owe_an_answer_already,
};
pub(crate) use requests::{
    a_request_leads_to_its_entry_its_events_and_every_attempt, deliveries_that_were_given_up_in_a_time_are_sent_again,
    old_and_surplus_requests_are_forgotten_and_failures_outlive_successes,
    requests_are_counted_by_minute_hour_and_kind_of_error, requests_are_read_back_listed_and_filtered,
};
pub(crate) use retention::{
    a_damaged_file_keeps_retention_from_no_other_customer, a_document_is_deleted_by_its_own_rule_and_the_record_stays,
    a_hold_stops_deletion_and_what_it_stopped_continues,
    a_law_refuses_an_erasure_and_the_erasure_runs_once_the_time_has_passed,
    an_erasure_that_was_computed_before_a_hold_is_refused, retention_deletes_no_customer_early_and_none_late,
};
pub(crate) use scans::a_scan_finds_customers_by_their_names_portion_by_portion;
pub(crate) use sign_ins::{
    a_one_time_link_works_once_for_half_an_hour_and_until_a_newer_one,
    a_session_ends_after_twelve_hours_and_after_half_an_hour_without_use,
    a_token_of_another_kind_or_form_opens_nothing, an_altered_member_or_session_is_refused, signed_in,
    the_sessions_of_a_removed_member_end_everywhere,
};
pub(crate) use timeline::{
    a_missing_or_altered_hint_leads_to_nothing_wrong, an_entry_leads_to_its_events_and_their_deliveries, events_of,
    the_pages_of_the_timeline_have_everything_once, the_timeline_of_an_erased_customer_says_what_was_announced,
};
pub(crate) use trail::altered_removed_and_cut_entries_are_found_and_named;
pub(crate) use webhooks::{
    Anywhere, a_delivery_waits_for_the_one_before_it_and_a_claim_is_a_lease,
    a_form_is_first_once_and_programs_without_a_number_always_are,
    an_endpoint_that_fails_many_deliveries_at_once_is_disabled_once,
    both_secrets_sign_until_the_overlap_ends_and_a_changed_endpoint_gets_other_events,
    due_deliveries_of_one_endpoint_do_not_block_another, numbers_are_counted_per_scope_and_never_reused, subscribed,
    subscriber, the_first_attempt_decides_whether_a_delivery_shows_the_link,
};

/// A letter of one empty page.
pub(crate) const LETTER: &[u8] = b"\
    %PDF-1.7\n\
    1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
    xref\n0 4\n0000000000 65535 f \n\
    0000000009 00000 n \n\
    0000000052 00000 n \n\
    0000000101 00000 n \n\
    trailer<</Size 4/Root 1 0 R>>\n\
    startxref\n164\n%%EOF";
pub(crate) const PERSONS: &str = r#"{"business_legal_name":"B","tax_number":"T","associated_persons":[
    {"first_name":"Ada","identifying_information":{"tax_number":{"number":"1","issuing_country":"FR"}}},
    {"first_name":"Bob"}]}"#;

pub(crate) async fn given(services: &Services, caller: &Caller, email: &str, kind: &str) -> CustomerId {
    let body = format!(r#"{{"email":"{email}","type":"{kind}"}}"#);
    let created = create_customer(services, caller, Request::unkeyed(body.as_bytes())).await;
    created.expect("created").customer.expect("about the customer")
}

pub(crate) async fn put(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    body: &str,
) -> Result<Answer, UpdateError> {
    keyed_put(services, caller, id, body, None).await
}

pub(crate) async fn keyed_put(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    body: &str,
    key: Option<&str>,
) -> Result<Answer, UpdateError> {
    let update_of = Update {
        id: Some(id),
        method: Method::Put,
        body: body.as_bytes(),
        representation: true,
        condition: Condition::default(),
        idempotency_key: key,
    };
    update(services, caller, update_of).await
}

pub(crate) async fn read(services: &Services, scope: Scope, id: CustomerId) -> Customer {
    services.store.customer(scope, id).await.expect("readable").expect("there")
}

pub(crate) async fn read_to_change(services: &Services, scope: Scope, id: CustomerId) -> (Basis, Customer) {
    services.store.customer_to_change(scope, id).await.expect("readable").expect("there")
}

/// An update computed from a version, to be committed later.
pub(crate) fn changed(caller: &Caller, (basis, before): &(Basis, Customer), name: &str) -> Change {
    let mut after = before.clone();
    after.version += 1;
    after.events += 1;
    let Profile::Individual(individual) = &mut after.profile else { panic!("an individual") };
    individual.first_name = serde_json::from_value(name.into()).ok();
    let mut audit = AuditEntry::new(caller, after.updated_at, Action::CustomerUpdated);
    audit.customer = Some(after.id);
    audit.version = Some(after.version);
    let effect = Effect::CustomerUpdated {
        basis: *basis,
        after: Box::new(after),
        attached: Vec::new(),
        link: None,
        ends_passes: false,
        erases: None,
    };
    Change { scope: caller.scope, effect, audit: Some(audit), events: Vec::new(), answer: None, is_silent: false }
}

pub(crate) async fn uploaded(services: &Services, caller: &Caller) -> FileId {
    let mut upload = Upload::begin(services, caller, FileName::stored("a.pdf".into()), None).await.expect("begun");
    upload.write(LETTER).await.expect("taken");
    upload.finish().await.expect("stored").file.id
}

pub(crate) async fn content(services: &Services, scope: Scope, id: FileId) -> Result<Vec<u8>, StoreError> {
    let file = services.store.files(scope, &[id], None).await?.pop().expect("there");
    let mut reader = services.store.file_content(scope, &file, 0..file.details.size).await?;
    let mut content = Vec::new();
    while let Some(piece) = reader.next().await? {
        content.extend(piece);
    }
    Ok(content)
}

pub(crate) fn naming(id: FileId) -> String {
    format!(r#"{{"documents":[{{"file_id":"{id}"}}]}}"#)
}
