//! The texts of the desk and the console. They are in English, in one catalogue for each.

use std::sync::LazyLock;

use dossier_core::clock::Timestamp;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use maud::{Markup, html};

use crate::readable::moment;

const CATALOGUE: &str = include_str!("../../assets/desk/en.ftl");
const CONSOLE: &str = include_str!("../../assets/console/en.ftl");

static BUNDLE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let mut bundle = FluentBundle::new_concurrent(vec!["en".parse().expect("a tag")]);
    bundle.set_use_isolating(false);
    for catalogue in [CATALOGUE, CONSOLE] {
        bundle.add_resource_overriding(FluentResource::try_new(catalogue.to_owned()).expect("a test reads it"));
    }
    bundle
});

/// A text of the catalogue. A missing one shows its key, and a test looks for those.
#[must_use]
pub fn say(key: &str) -> String {
    say_with(key, &[])
}

/// A text with values in it.
#[must_use]
pub fn say_with(key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
    let Some(pattern) = BUNDLE.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
    let arguments: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    BUNDLE.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
}

/// A moment as people write it, in UTC.
pub fn time(at: Timestamp) -> Markup {
    let text = at.to_string();
    html! { time datetime=(text) { (moment(&text).unwrap_or_default()) " UTC" } }
}

#[cfg(test)]
mod tests {
    use dossier_core::desk::{FlagKind, Permission, Role, VerdictWord, WaitReason};

    use super::*;

    #[test]
    fn every_word_that_pages_show_has_a_text() {
        let keys = (Role::ALL.iter().map(|one| format!("role-{one}")))
            .chain(Permission::ALL.iter().map(|one| format!("permission-{one}")))
            .chain(WaitReason::ALL.iter().map(|one| format!("wait-{one}")))
            .chain(VerdictWord::ALL.iter().map(|one| format!("verdict-{one}")))
            .chain(FlagKind::ALL.iter().map(|one| format!("flag-{one}")));
        for key in keys {
            assert_ne!(say(&key), key);
        }
    }

    #[test]
    fn every_text_can_be_formatted() {
        for line in CATALOGUE.lines().chain(CONSOLE.lines()).filter(|line| line.contains(" = ")) {
            let key = line.split_once(" = ").map_or("", |(key, _)| key);
            let shown = say_with(key, &[("count", 2.into()), ("name", "N".into()), ("roles", "R".into())]);
            assert!(!shown.trim().is_empty(), "{key}");
        }
    }
}
