//! The filters of the queue. They are links: the URL says everything about what a page shows.

use dossier_core::clock::Timestamp;
use dossier_core::customer::CustomerType;
use dossier_core::desk::{FlagKind, WaitReason};
use dossier_core::ids::MemberId;
use dossier_core::parse::Country;
use dossier_core::words;

use super::queue_view::{Case, Queues};

words! {
    /// Which part of the queue, in URLs and in the catalogue.
    View {
        /// Cases that wait for a decision, except those that wait for a second person.
        Decide = "decide",
        /// Cases that the member holds.
        Mine = "mine",
        /// Cases with a proposal that a second person must confirm.
        Second = "second",
        /// Cases that were escalated to the approvers.
        Escalated = "escalated",
    }
}

impl View {
    /// Whether a case is in this part.
    #[must_use]
    pub fn shows(self, case: &Case, member: MemberId, now: Timestamp) -> bool {
        match self {
            Self::Decide => case.proposed_by.is_none(),
            Self::Mine => case.holder(now) == Some(member),
            Self::Second => case.proposed_by.is_some(),
            Self::Escalated => case.is_escalated && case.proposed_by.is_none(),
        }
    }
}

/// A filter of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub view: View,
    pub kind: Option<CustomerType>,
    pub reason: Option<WaitReason>,
    pub flag: Option<FlagKind>,
    pub country: Option<Country>,
    pub page: usize,
}

impl Filter {
    /// Reads the query of a URL. What is unknown in it counts as not set, because the page shows what is set.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut filter = Self { view: View::Decide, kind: None, reason: None, flag: None, country: None, page: 1 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "view" => filter.view = View::parse(&value).unwrap_or(View::Decide),
                "kind" => filter.kind = CustomerType::parse(&value),
                "reason" => filter.reason = WaitReason::parse(&value),
                "flag" => filter.flag = FlagKind::parse(&value),
                "country" => filter.country = Country::new(&value),
                "page" => filter.page = value.parse().ok().filter(|page| (1..=100_000).contains(page)).unwrap_or(1),
                _ => {}
            }
        }
        filter
    }

    /// The query of a URL, without what is not set.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.view != View::Decide {
            query.append_pair("view", self.view.as_str());
        }
        let words = [
            ("kind", self.kind.map(CustomerType::as_str)),
            ("reason", self.reason.map(WaitReason::as_str)),
            ("flag", self.flag.map(FlagKind::as_str)),
            ("country", self.country.as_ref().map(Country::expose)),
        ];
        for (name, word) in words {
            if let Some(word) = word {
                query.append_pair(name, word);
            }
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        query.finish()
    }

    /// The key of the text for an empty list. Without a filter it says that nothing waits, and otherwise that nothing
    /// matches.
    #[must_use]
    pub fn empty_text(&self) -> String {
        let whole = Self { kind: None, reason: None, flag: None, country: None, ..self.clone() };
        if *self == whole { format!("queue-empty-{}", self.view.as_str()) } else { "queue-empty-filter".to_owned() }
    }

    /// Whether a case passes.
    #[must_use]
    pub fn accepts(&self, queues: &Queues, case: &Case, member: MemberId, now: Timestamp) -> bool {
        self.view.shows(case, member, now)
            && self.kind.is_none_or(|kind| case.kind == kind)
            && self.reason.is_none_or(|reason| case.reason == reason)
            && self.flag.is_none_or(|flag| case.flags.contains(&flag))
            && self.country.as_ref().is_none_or(|country| {
                queues.shown(case).and_then(|shown| shown.country).as_deref() == Some(country.expose())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_in_its_url_and_what_is_unknown_is_not_set() {
        for (query, again) in [
            ("", ""),
            ("view=mine&page=2", "view=mine&page=2"),
            (
                "kind=corporate&reason=came_back&flag=same_number&country=FR",
                "kind=corporate&reason=came_back&flag=same_number&country=FR",
            ),
            ("view=all&kind=x&reason=&flag=1&country=ZZ&page=0&other=1", ""),
            ("page=-1", ""),
        ] {
            assert_eq!(Filter::read(query).query(), again, "{query}");
            assert_eq!(Filter::read(&Filter::read(query).query()), Filter::read(query));
        }
    }
}
