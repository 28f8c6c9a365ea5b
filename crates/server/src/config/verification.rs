//! Settings: the rules, the payment rails, and the provider that verifies customers.

use std::path::Path;
use std::sync::Arc;

use dossier_core::desk::{DueTimes, WaitReason};
use dossier_core::kyc::{AfterApproval, FourEyes, Reasons, Reminders, RuleSet};

use super::reader::SettingReader;
use super::units::millis;
use crate::{sumsub, trust};

#[derive(Clone)]
pub struct Verification {
    pub rules: Arc<RuleSet>,
    pub reasons: Arc<Reasons>,
    /// Pairs of currency and payment rail.
    pub rails: Vec<(String, String)>,
    pub after_approval: AfterApproval,
    pub four_eyes: FourEyes,
    pub four_eyes_sandbox: FourEyes,
    /// How long customers may wait for a decision.
    pub due_times: DueTimes,
    pub reminders: Reminders,
    /// `None` if Sumsub is not the provider.
    pub sumsub: Option<sumsub::Settings>,
}

impl Verification {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "the file with the rules, which say what is required of customers; empty for the built-in baseline";
        let file = from.setting("rules", "", help).recorded().text();
        let rules = if file.is_empty() { Ok(RuleSet::baseline()) } else { read_rules(Path::new(file)) };
        let rules = rules.unwrap_or_else(|faults| {
            from.errors.extend(faults.into_iter().map(|fault| format!("rules: {file}: {fault}")));
            RuleSet::baseline()
        });
        let help = "the file with reasons of decisions, which adds to the built-in ones; empty for these alone";
        let file = from.setting("reasons", "", help).recorded().text();
        let reasons = if file.is_empty() { Ok(Reasons::baseline()) } else { read_reasons(Path::new(file)) };
        let reasons = reasons.unwrap_or_else(|faults| {
            from.errors.extend(faults.into_iter().map(|fault| format!("reasons: {file}: {fault}")));
            Reasons::baseline()
        });
        let default = "aed/uaefts, eur/sepa, usd/ach, usd/wire, usd/swift";
        let help = "the payment rails as currency/rail, in the order in which responses list them";
        let wanted = "a list of currency/rail in lower case, such as eur/sepa, usd/ach";
        let rails = from.setting("rails", default, help).recorded().read(rails, wanted);
        let help = "what happens when the identity of an approved customer changes: review queues a review, reopen \
            ends the approval, refuse refuses the change";
        let read = |text: &str| match text {
            "review" => Some(AfterApproval::Review),
            "reopen" => Some(AfterApproval::Reopen),
            "refuse" => Some(AfterApproval::Refuse),
            _ => None,
        };
        let after_approval = from.setting("after_approval", "review", help).recorded();
        let after_approval = after_approval.read(read, "review, reopen or refuse");
        let wanted = "off, high_risk or all";
        let help = "whose approvals, rejections and reinstatements need a second person in production: high_risk for \
            customers whose risk is high by the rules, all, or off for none";
        let four_eyes = from.setting("four_eyes", "off", help).recorded().read(FourEyes::parse, wanted);
        let help = "what four_eyes says for production, for sandboxes";
        let four_eyes_sandbox = from.setting("four_eyes_sandbox", "off", help).recorded().read(FourEyes::parse, wanted);
        let (rules, reasons) = (Arc::new(rules), Arc::new(reasons));
        let (due_times, reminders) = (due_times(from), reminders(from));
        let sumsub = sumsub(from);
        Self { rules, reasons, rails, after_approval, four_eyes, four_eyes_sandbox, due_times, reminders, sumsub }
    }
}

fn due_times(from: &mut SettingReader<'_>) -> DueTimes {
    let default = "submitted=8h, came_back=4h, changed=24h, provider_unsure=8h, proposed=4h";
    let help = "how long customers may wait for a decision, by the reason why they wait";
    let wanted = "a list of reason=time, such as submitted=8h, came_back=4h. The reasons are submitted, came_back, \
        changed, provider_unsure and proposed";
    let read = |text: &str| {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).try_fold(DueTimes::default(), |times, part| {
            let (reason, time) = part.split_once('=')?;
            let seconds = millis(time)? / 1_000;
            Some(times.with(WaitReason::parse(reason.trim())?, seconds)).filter(|_| seconds > 0)
        })
    };
    from.setting("due_times", default, help).recorded().read(read, wanted)
}

fn reminders(from: &mut SettingReader<'_>) -> Reminders {
    let help = "after how many days a customer who was asked for something again is reminded, by an event; empty for \
        never";
    let wanted = "days in ascending order, from 1 to 3650 and at most 20, such as 3, 7, 14";
    let days = from.setting("reminders", "3, 7, 14", help).recorded().read(days, wanted);
    let help = "after how many days without an answer the case of such a customer is closed, or never";
    let abandon_after = |text: &str| if text == "never" { Some(None) } else { day(text).map(Some) };
    let wanted = "a number of days from 1 to 3650, or never";
    let abandon_after = from.setting("abandon_after", "30", help).recorded().read(abandon_after, wanted);
    if abandon_after.is_some_and(|end| days.last().is_some_and(|last| *last >= end)) {
        from.reject("reminders", "less than abandon_after, because there are no reminders after a case is closed");
    }
    Reminders { days, abandon_after }
}

fn days(text: &str) -> Option<Vec<u16>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let days = text.split(',').map(|part| day(part.trim())).collect::<Option<Vec<_>>>()?;
    (days.len() <= 20 && days.is_sorted_by(|one, next| one < next)).then_some(days)
}

fn day(text: &str) -> Option<u16> {
    text.parse().ok().filter(|days| (1..=3_650).contains(days))
}

fn sumsub(from: &mut SettingReader<'_>) -> Option<sumsub::Settings> {
    let help = "the provider that verifies production customers: sumsub, or manual for reviewers only";
    let is_sumsub = |text: &str| ["manual", "sumsub"].contains(&text).then_some(text == "sumsub");
    let is_sumsub = from.setting("provider", "manual", help).recorded().read(is_sumsub, "manual or sumsub");
    let settings = sumsub::Settings {
        url: from
            .setting("sumsub_url", "https://api.sumsub.com", "the URL of Sumsub's API")
            .recorded()
            .text()
            .to_owned(),
        app_token: from.setting("sumsub_app_token", "", "the app token of Sumsub's API").recorded().secret_text(),
        secret: from.setting("sumsub_secret", "", "the secret that signs requests to Sumsub").recorded().secret_text(),
        webhook_secret: from
            .setting("sumsub_webhook_secret", "", "the secret that signs Sumsub's webhooks to /providers/sumsub")
            .recorded()
            .secret_text(),
    };
    if !is_sumsub {
        return None;
    }
    for (name, secret) in [
        ("sumsub_app_token", &settings.app_token),
        ("sumsub_secret", &settings.secret),
        ("sumsub_webhook_secret", &settings.webhook_secret),
    ] {
        if secret.is_empty() {
            from.reject(name, "set if provider is sumsub");
        }
    }
    if !settings.url.starts_with("https://") && !settings.url.starts_with("http://127.0.0.1") {
        from.reject("sumsub_url", "a URL that begins with https://");
    }
    Some(settings)
}

fn rails(text: &str) -> Option<Vec<(String, String)>> {
    let is_name = |part: &str| {
        (1..=32).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let rail = |rail: &str| {
        let (currency, rail) = rail.trim().split_once('/')?;
        (is_name(currency) && is_name(rail)).then(|| (currency.to_owned(), rail.to_owned()))
    };
    text.split(',').map(rail).collect::<Option<Vec<_>>>().filter(|rails| rails.len() <= 32)
}

/// Reads a file of rules. Returns all errors in it, one line each.
pub fn read_rules(path: &Path) -> Result<RuleSet, Vec<String>> {
    RuleSet::read(&trust::read(path).map_err(|error| vec![error])?)
}

/// Reads a file of reasons. Returns all errors in it, one line each.
pub fn read_reasons(path: &Path) -> Result<Reasons, Vec<String>> {
    Reasons::read(&trust::read(path).map_err(|error| vec![error])?)
}
