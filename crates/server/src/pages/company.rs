//! The company that asks: its legal name, and links to more information and help.

use dossier_core::account::Account;
use dossier_core::company::{Company, Unit};
use maud::{Markup, html};

use super::layout::PageContext;

impl PageContext {
    /// What the account tells customers about the company.
    pub(super) fn company(&self) -> Option<&Company> {
        self.account().map(|account: &Account| &account.form.company)
    }

    /// How long a review takes, for example `2 working days`.
    pub(super) fn review_time(&self) -> Option<String> {
        let time = self.company()?.review_time?;
        let key = match time.unit {
            Unit::Minutes => "time-minutes",
            Unit::Hours => "time-hours",
            Unit::Days => "time-days",
            Unit::WorkingDays => "time-working-days",
        };
        Some(self.l10n.say_with(key, &[("count", time.count.into())]))
    }

    /// How long a review takes, as a sentence.
    pub(super) fn review_takes(&self) -> Option<String> {
        let time = self.review_time()?;
        Some(self.l10n.say_with("review-takes", &[("company", self.asks().into()), ("time", time.into())]))
    }
}

/// Who asks, with the company's links. It is shown before anything is typed.
pub(super) fn who_asks(page: &PageContext) -> Markup {
    let Some(company) = page.company() else { return html! {} };
    let l10n = &page.l10n;
    html! {
        @if let Some(legal) = &company.legal_name {
            p.company { (l10n.say_with("company-legal", &[("legal", legal.as_str().into())])) }
        }
        (links(page))
    }
}

/// The company's links.
pub(super) fn links(page: &PageContext) -> Markup {
    let Some(Company { privacy_url, terms_url, support_url, .. }) = page.company() else { return html! {} };
    let links = [("company-privacy", privacy_url), ("company-terms", terms_url), ("company-support", support_url)];
    let mut given = links.into_iter().filter_map(|(key, url)| Some((key, url.as_deref()?))).peekable();
    html! {
        @if given.peek().is_some() {
            ul.links {
                @for (key, url) in given { li { (link(page, key, url)) } }
            }
        }
    }
}

/// A link to the company's support, or without one a sentence that says whom to contact.
pub(super) fn help(page: &PageContext) -> Markup {
    match page.company().and_then(|company| company.support_url.as_deref()) {
        Some(url) => html! { p { (link(page, "company-support", url)) } },
        None => html! { p { (page.say("questions")) } },
    }
}

/// A link that opens a new tab, so that the visitor does not leave the form.
fn link(page: &PageContext, key: &str, url: &str) -> Markup {
    html! { a href=(url) target="_blank" rel="noopener noreferrer" { (page.say(key)) } }
}
