//! Who sees what, told as stories of the integrator, of a customer with two devices, and of a thief who has the link.

use serde_json::json;

use super::*;
use crate::clock::Timestamp;
use crate::customer::CustomerType;
use crate::customer::record::Customer;
use crate::form::draft::read;
use crate::form::edit::tests::customer;
use crate::form::edit::{Edit, PageEdit, apply};
use crate::form::issue::IssueKind;
use crate::form::sheet::{FieldView, Sheet};
use crate::ids::PersonId;
use crate::kyc::record::Session;
use crate::kyc::rules::RuleSet;
use crate::parse::record::Mode;

const DATE: &str = "/birth_date";
const NAME: &str = "/first_name";
const TRUE_DATE: &str = "1990-12-10";
const OTHER_DATE: &str = "1980-01-01";

struct Story {
    customer: Customer,
    rules: RuleSet,
}

impl Story {
    fn new() -> Self {
        let now = Timestamp::from_micros(1_763_873_999_000_000);
        let mut story = Self { customer: customer(now), rules: RuleSet::baseline() };
        story.next_session(1);
        story
    }

    /// A record whose values came through the API.
    fn integrated() -> Self {
        let mut story = Self::new();
        story.integrator(NAME, "Ada");
        story.integrator(DATE, TRUE_DATE);
        story
    }

    fn next_session(&mut self, number: u8) {
        let now = self.customer.created_at;
        self.customer.kyc.session = Some(Session {
            id: SessionId::from_bytes([number; 16]),
            link: String::new(),
            opened_at: now,
            expires_at: now.plus_seconds(60),
            expired: false,
            redirect_uri: None,
        });
    }

    fn integrator(&mut self, place: &str, text: &str) {
        let body = json!({ place.trim_start_matches('/'): text });
        let input = read(CustomerType::Individual, &body).expect("an input");
        let new_id = || PersonId::from_bytes([2; 16]);
        let now = self.customer.created_at;
        self.customer = self.customer.clone().merge(input, Mode::Update, now, new_id).expect("a merge").0;
    }

    fn edit(&mut self, device: &str, edit: &Edit) {
        let now = self.customer.created_at;
        let new_id = || PersonId::from_bytes([2; 16]);
        let edited = apply(&self.rules, self.customer.clone(), edit, &Device::of(device), now, new_id);
        self.customer = edited.expect("an edit").after;
    }

    fn types(&mut self, device: &str, place: &str, text: &str) {
        self.edit(device, &Edit::Fields(vec![(place.to_owned(), text.to_owned())].into()));
    }

    fn tries(&mut self, device: &str, date: &str) -> TryResult {
        let now = Sheet::new(&self.rules, &self.customer, &Device::of(device), self.customer.created_at)
            .text(DATE)
            .unwrap_or_default();
        let session = self.customer.kyc.session.as_ref().expect("a session").id;
        let mut form = self.customer.kyc.form.take().unwrap_or_default();
        let tried = form.try_date(session, &Device::of(device), DATE, &now, date);
        self.customer.kyc.form = Some(form);
        tried
    }

    fn under<T>(&self, device: &str, reveal: Reveal, see: impl FnOnce(&Sheet<'_>) -> T) -> T {
        let device = Device::of(device);
        see(&Sheet::new(&self.rules, &self.customer, &device, self.customer.created_at).seen_under(reveal))
    }

    fn sees(&self, device: &str, place: &str) -> bool {
        self.under(device, Reveal::AfterBirthDate, |sheet| matches!(sheet.shown(place), FieldView::Text(_)))
    }

    fn sight(&self, device: &str) -> Sight {
        self.under(device, Reveal::AfterBirthDate, |sheet| sheet.sight().clone())
    }

    fn unconfirmed(&self, device: &str, reveal: Reveal) -> Vec<String> {
        self.under(device, reveal, |sheet| {
            let unconfirmed = sheet.issues.iter().filter(|issue| issue.kind == IssueKind::Unconfirmed);
            unconfirmed.map(|issue| issue.place.clone()).collect()
        })
    }
}

#[test]
fn the_right_date_shows_what_the_integrator_gave_to_the_device_that_entered_it() {
    let mut story = Story::integrated();
    assert_eq!(story.sight("phone"), Sight::Locked(MOST_TRIES));
    assert!(story.unconfirmed("phone", Reveal::AfterBirthDate).is_empty(), "it can still be shown");
    assert_eq!(story.tries("phone", OTHER_DATE), TryResult::Wrong(4));
    assert!(!story.sees("phone", NAME));
    assert_eq!(story.tries("phone", TRUE_DATE), TryResult::Opened);
    assert!(story.sees("phone", NAME) && story.sees("phone", DATE));
    assert!(!story.sees("laptop", NAME), "each device enters it");
}

#[test]
fn a_session_has_five_tries_whatever_the_number_of_its_devices() {
    let mut story = Story::integrated();
    for (device, left) in [("one", 4), ("two", 3), ("three", 2), ("one", 1), ("four", 0)] {
        assert_eq!(story.tries(device, OTHER_DATE), TryResult::Wrong(left));
    }
    for device in ["one", "five"] {
        assert_eq!(story.tries(device, TRUE_DATE), TryResult::Refused);
        assert_eq!(story.sight(device), Sight::Closed);
    }
    assert_eq!(story.unconfirmed("one", Reveal::AfterBirthDate), [NAME, DATE], "what stays hidden is confirmed");
    story.next_session(2);
    assert_eq!(story.sight("one"), Sight::Locked(MOST_TRIES));
    assert_eq!(story.tries("one", TRUE_DATE), TryResult::Opened);
}

#[test]
fn a_date_typed_over_another_reveals_nothing_and_the_earlier_date_still_counts() {
    for typed in [&[OTHER_DATE][..], &["", OTHER_DATE], &["1980--", "1980-01-", OTHER_DATE], &[TRUE_DATE, OTHER_DATE]] {
        let mut story = Story::integrated();
        for text in typed {
            story.types("thief", DATE, text);
            assert!(!story.sees("thief", NAME), "{typed:?}");
        }
        assert_eq!(story.tries("thief", OTHER_DATE), TryResult::Wrong(4));
        assert_eq!(story.tries("another pass", OTHER_DATE), TryResult::Wrong(3));
        assert!(!story.sees("thief", NAME));
        assert_eq!(story.tries("phone", TRUE_DATE), TryResult::Opened);
        assert!(story.sees("phone", NAME) && story.sees("phone", DATE), "and also the date that replaced it");
        story.integrator(DATE, "1991-01-01");
        assert_eq!(story.tries("laptop", "1991-01-01"), TryResult::Opened, "a date from the integrator wins");
    }
}

#[test]
fn the_integrators_date_still_counts_in_later_sessions_after_it_was_typed_over() {
    let mut story = Story::integrated();
    story.types("thief", DATE, OTHER_DATE);
    story.next_session(2);
    story.types("thief", DATE, "1970-01-01");
    story.next_session(3);
    assert_eq!(story.tries("owner", OTHER_DATE), TryResult::Wrong(4));
    assert_eq!(story.tries("owner", TRUE_DATE), TryResult::Opened);
    assert!(story.sees("owner", NAME));
    story.types("owner", DATE, TRUE_DATE);
    story.next_session(4);
    assert_eq!(story.tries("owner again", TRUE_DATE), TryResult::Opened);
}

#[test]
fn with_two_devices_the_date_typed_on_one_reveals_the_answers_of_both() {
    let mut story = Story::new();
    story.types("phone", NAME, "Ada");
    story.types("phone", DATE, TRUE_DATE);
    assert!(!story.sees("laptop", NAME));
    assert_eq!(story.tries("laptop", TRUE_DATE), TryResult::Opened);
    assert!(story.sees("laptop", NAME));
    story.types("laptop", "/last_name", "Lovelace");
    assert!(story.sees("phone", "/last_name"));
    story.types("laptop", DATE, "1990-12-11");
    assert!(story.sees("phone", DATE) && story.sees("laptop", NAME), "a typo is corrected");
    story.next_session(2);
    assert_eq!(story.tries("tablet", "1990-12-11"), TryResult::Opened);
    assert!(story.sees("tablet", NAME) && story.sees("tablet", "/last_name"));
}

#[test]
fn a_date_typed_into_the_form_reveals_nothing_from_the_integrator() {
    let mut story = Story::new();
    story.integrator(NAME, "Ada");
    assert_eq!(story.sight("thief"), Sight::Never, "there is no date");
    story.types("thief", DATE, OTHER_DATE);
    assert!(!story.sees("thief", NAME));
    assert_eq!(story.unconfirmed("thief", Reveal::AfterBirthDate), [NAME]);
    story.tries("another pass", OTHER_DATE);
    assert!(!story.sees("another pass", NAME));
}

#[test]
fn typing_a_date_first_reveals_nothing_of_devices_that_never_entered_it() {
    let mut story = Story::new();
    story.types("thief", DATE, OTHER_DATE);
    story.types("phone", NAME, "Ada");
    assert!(!story.sees("thief", NAME));
    story.types("phone", DATE, TRUE_DATE);
    story.tries("thief", OTHER_DATE);
    story.tries("another pass", OTHER_DATE);
    assert!(!story.sees("thief", NAME) && !story.sees("another pass", NAME));
    // A name typed before there was a date is not revealed by a date from another device.
    let mut story = Story::new();
    story.types("phone", NAME, "Ada");
    story.types("thief", DATE, OTHER_DATE);
    assert!(!story.sees("thief", NAME));
}

#[test]
fn a_date_corrected_by_a_device_that_sees_everything_reveals_everything() {
    let mut story = Story::integrated();
    story.tries("phone", TRUE_DATE);
    story.types("phone", DATE, "1990-12-11");
    assert!(story.sees("phone", NAME));
    assert_eq!(story.tries("laptop", TRUE_DATE), TryResult::Wrong(4));
    assert_eq!(story.tries("laptop", "1990-12-11"), TryResult::Opened);
    assert!(story.sees("laptop", NAME));
    story.types("thief", DATE, OTHER_DATE);
    assert!(!story.sees("thief", NAME) && story.sees("phone", NAME));
}

#[test]
fn a_browser_that_returns_with_another_pass_sees_what_it_saw_before() {
    let mut story = Story::integrated();
    story.tries("phone", TRUE_DATE);
    story.edit("phone again", &Edit::Adopt(Device::of("phone")));
    assert!(story.sees("phone again", NAME) && !story.sees("phone", NAME));
}

#[test]
fn an_account_may_show_everything_at_once_or_never_anything() {
    let mut story = Story::integrated();
    assert!(story.under("phone", Reveal::Always, |sheet| sheet.shown(NAME) == FieldView::Text("Ada".to_owned())));
    assert!(story.unconfirmed("phone", Reveal::Always).is_empty());
    story.tries("phone", TRUE_DATE);
    assert!(story.under("phone", Reveal::Never, |sheet| sheet.shown(NAME) == FieldView::Masked("•••".to_owned())));
    assert_eq!(story.unconfirmed("phone", Reveal::Never), [NAME, DATE]);
    story.edit("phone", &kept(&[NAME, "/nothing"], true));
    story.types("phone", DATE, TRUE_DATE);
    assert!(story.unconfirmed("phone", Reveal::Never).is_empty(), "one was confirmed, the other typed again");
    story.integrator(NAME, "Grace");
    assert_eq!(story.unconfirmed("phone", Reveal::Never), [NAME], "a changed value must be confirmed again");
    story.edit("phone", &kept(&[NAME], true));
    assert!(story.unconfirmed("phone", Reveal::Never).is_empty());
    story.edit("phone", &kept(&[NAME], false));
    assert_eq!(story.unconfirmed("phone", Reveal::Never), [NAME], "a withdrawn confirmation is needed again");
    let retyped = PageEdit { fields: vec![(NAME.to_owned(), "Edith".to_owned())], ..confirmed(&[NAME], true) };
    story.edit("tablet", &Edit::Fields(retyped));
    story.integrator(NAME, "Grace");
    assert_eq!(story.unconfirmed("phone", Reveal::Never), [NAME], "typing over a value withdraws its confirmation");
}

fn confirmed(places: &[&str], is_right: bool) -> PageEdit {
    let kept = places.iter().map(|place| ((*place).to_owned(), is_right));
    PageEdit { kept: kept.collect(), ..PageEdit::default() }
}

fn kept(places: &[&str], is_right: bool) -> Edit {
    Edit::Fields(confirmed(places, is_right))
}
