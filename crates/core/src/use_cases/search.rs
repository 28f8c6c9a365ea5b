//! Searches for customers: by id, e-mail and number at once, and by name in a scan of everything.

use std::sync::Arc;

use memchr::memmem::Finder;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::customer::compare;
use crate::customer::numbers;
use crate::customer::summary::{Names, Summary};
use crate::desk::role::Permission;
use crate::ids::CustomerId;
use crate::parse::leaf::Email;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::store::scans::IsWanted;
use crate::use_cases::members::DeskError;
use crate::use_cases::worksheet::Seat;
use crate::use_cases::write::append_audit;

/// The most customers that a search returns.
pub const MAX_FOUND: usize = 50;
/// The number of customers that a search by name compares before it first looks at the time. A common name is found at
/// once. Portions double while they are quick, because each ends by waiting for its comparisons.
const FIRST_PORTION: usize = 10_000;
/// A portion that takes less time than this is quick, in microseconds.
const QUICK: i64 = 500_000;
/// How long a search by name may take, in seconds.
const MAX_SECONDS: i64 = 10;
/// A text with fewer digits may be a name, such as `3M` or `7-Eleven`.
const DIGITS_OF_A_NUMBER: usize = 4;

/// The customers that match a search.
#[derive(Debug, Default)]
pub struct Matches {
    /// The customers, at most [`MAX_FOUND`].
    pub summaries: Vec<Summary>,
    /// Whether there may be more, because there are too many or the time was up.
    pub is_partial: bool,
    /// Whether names were not compared, because the text looks like a number. Comparing them takes seconds.
    pub names_remain: bool,
}

/// What a text is compared with if it is nobody's id, e-mail address or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    /// Names, unless the text looks like a number.
    Names,
    /// Names, whatever the text looks like.
    NamesAnyway,
}

/// Searches for a text. The trail records that the member searched, but not for what.
///
/// # Errors
///
/// [`DeskError::Forbidden`].
pub async fn search(services: &Services, seat: &Seat, text: &str, otherwise: Otherwise) -> Result<Matches, DeskError> {
    seat.require(Permission::View)?;
    let scope = seat.caller.scope;
    let audit = AuditEntry::new(&seat.caller, services.now(scope), Action::Searched);
    append_audit(services, scope, audit).await?;
    let text = text.trim();
    let mut found = at_once(services, seat, text).await?;
    if found.summaries.is_empty() && !text.contains('@') {
        if otherwise == Otherwise::Names && looks_like_a_number(text) {
            found.names_remain = true;
        } else {
            found = by_name(services, seat, text).await?;
        }
    }
    Ok(found)
}

/// Whether each word has a digit, and all of them have several.
fn looks_like_a_number(text: &str) -> bool {
    text.split_whitespace().all(|word| word.chars().any(char::is_numeric))
        && text.chars().filter(|c| c.is_numeric()).count() >= DIGITS_OF_A_NUMBER
}

/// By id, by e-mail, and by number.
async fn at_once(services: &Services, seat: &Seat, text: &str) -> Result<Matches, StoreError> {
    let (scope, store) = (seat.caller.scope, &services.store);
    let mut found = Matches::default();
    let mut ids: Vec<_> = CustomerId::parse(&text.to_lowercase()).into_iter().collect();
    if text.contains('@') {
        found.summaries = store.summaries_by_email(scope, &Email::searched(text)).await?;
    } else if text.chars().any(|c| c.is_numeric()) {
        ids.extend(store.customers_with(scope, &numbers::searched(text)).await?);
    }
    read(services, seat, ids, &mut found).await?;
    found.is_partial |= found.summaries.len() > MAX_FOUND;
    found.summaries.truncate(MAX_FOUND);
    Ok(found)
}

/// Compares the names of all customers, newest first. There is no index of names, so that the database tells nothing
/// about them.
async fn by_name(services: &Services, seat: &Seat, text: &str) -> Result<Matches, StoreError> {
    let wanted = Wanted::new(text);
    if wanted.words.is_empty() {
        return Ok(Matches::default());
    }
    let is_wanted: IsWanted = Arc::new(move |summary| wanted.is_in(&summary.names));
    let end = services.clock.now().plus_seconds(MAX_SECONDS);
    let (mut ids, mut after, mut portion) = (Vec::new(), None, FIRST_PORTION);
    loop {
        let began = services.clock.now();
        let scanned = services.store.scan(seat.caller.scope, after, portion, Arc::clone(&is_wanted)).await?;
        if services.clock.now().as_micros() - began.as_micros() < QUICK {
            portion *= 2;
        }
        ids.extend(scanned.ids);
        after = scanned.last;
        if after.is_none() || ids.len() >= MAX_FOUND || services.clock.now() >= end {
            break;
        }
    }
    let mut found = Matches { is_partial: after.is_some() || ids.len() > MAX_FOUND, ..Matches::default() };
    ids.truncate(MAX_FOUND);
    read(services, seat, ids, &mut found).await?;
    Ok(found)
}

/// Adds the summaries of customers, without those that were erased after they were found. One that is damaged is left
/// out; the log names it.
async fn read(services: &Services, seat: &Seat, ids: Vec<CustomerId>, found: &mut Matches) -> Result<(), StoreError> {
    for id in ids {
        match services.store.summary(seat.caller.scope, id).await {
            Ok(summary) => found.summaries.extend(summary),
            Err(StoreError::Erased { .. }) => {}
            Err(StoreError::Corrupt(_)) => found.is_partial = true,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A name to search for: each of its words must occur, in any order.
struct Wanted {
    words: Vec<Finder<'static>>,
}

impl Wanted {
    fn new(text: &str) -> Self {
        let folded = compare::searched_name(text);
        let finder = |word: &str| Finder::new(word).into_owned();
        Self { words: folded.split(' ').filter(|word| !word.is_empty()).map(finder).collect() }
    }

    fn is_in(&self, names: &Names) -> bool {
        let json = names.as_json();
        // Most names are plain, and comparing their bytes is many times as fast as folding them.
        if json.is_ascii() && !json.contains(&b'\\') {
            let lower = json.to_ascii_lowercase();
            if !self.are_in(&lower) {
                return false;
            }
        }
        let Ok(names) = serde_json::from_slice::<serde_json::Value>(json) else { return false };
        let names = ["first_name", "last_name", "company_name"].map(|name| names[name].as_str().unwrap_or_default());
        let folded = compare::searched_name(&names.join(" "));
        self.are_in(folded.as_bytes())
    }

    fn are_in(&self, text: &[u8]) -> bool {
        self.words.iter().all(|word| word.find(text).is_some())
    }
}
