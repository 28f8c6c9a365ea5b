//! The frame of every page: the company's branding, the choice of language, the title.

use dossier_core::account::Account;
use dossier_core::ids::SessionId;
use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::language::{Language, Localization};

/// htmx adds no style, stores no history, and does not swap in the body of an error response.
const HTMX: &str =
    r#"{"includeIndicatorCSS":false,"history":false,"defaultTimeout":20000,"noSwap":[204,304,"4xx","5xx"]}"#;

/// What a browser may load and run on a page.
pub(super) const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What a page shows around its content: the language, the account, and where the form is.
pub struct PageContext {
    pub l10n: Localization,
    account: Option<Account>,
    /// The path of the form, without a slash at the end. Empty outside the form.
    pub base: String,
}

impl PageContext {
    #[must_use]
    pub fn new(l10n: Localization, account: Option<Account>, session: Option<SessionId>) -> Self {
        Self { l10n, account, base: session.map_or_else(String::new, |session| format!("/form/{session}")) }
    }

    /// The context of a page that belongs to no account.
    #[must_use]
    pub const fn without_account(l10n: Localization) -> Self {
        Self { l10n, account: None, base: String::new() }
    }

    #[must_use]
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The name of the company that asks, as visitors see it.
    #[must_use]
    pub fn asks(&self) -> String {
        let name = self.account.as_ref().and_then(Account::asks).map(ToOwned::to_owned);
        name.unwrap_or_else(|| self.l10n.say("the-company"))
    }

    /// The name at the top of the page: the company's, or a general one if there is no account.
    fn heading(&self) -> String {
        if self.account.is_some() { self.asks() } else { self.l10n.say("home-name") }
    }

    /// A message that may contain the company's name.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        let (company, said) = (self.asks(), self.l10n.say_with(key, &[("company", self.asks().into())]));
        let has_a_name = self.account.as_ref().and_then(Account::asks).is_some();
        if has_a_name { said } else { as_in_a_sentence(&said, &company) }
    }

    /// A page outside the form, without scripts.
    #[must_use]
    pub fn plain(&self, title: &str, content: &Markup) -> Markup {
        self.frame(title, &html! { main #main tabindex="-1" { h1 { (title) } (content) } }, false)
    }

    /// A page of the form, with the list of steps beside it. The window's title says whether there are errors.
    #[must_use]
    pub fn with_steps(&self, title: &str, errors: bool, steps: &Markup, content: &Markup) -> Markup {
        let body = html! {
            div.columns {
                (steps)
                main #main tabindex="-1" { h1 { (title) } (content) }
            }
        };
        self.frame(&self.in_window(title, errors), &body, true)
    }

    /// The title of the window, which also says whether there are errors.
    #[must_use]
    pub fn in_window(&self, title: &str, errors: bool) -> String {
        if errors { self.l10n.say_with("title-error", &[("title", title.into())]) } else { title.to_owned() }
    }

    #[must_use]
    pub fn title(&self, in_window: &str) -> Markup {
        html! { title { (in_window) " · " (self.heading()) } }
    }

    fn frame(&self, title: &str, body: &Markup, scripted: bool) -> Markup {
        let l10n = &self.l10n;
        let coloured = self.account.as_ref().filter(|account| account.form.colour.is_some());
        html! {
            (DOCTYPE)
            html lang=(l10n.language.code()) dir=(l10n.language.direction()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    (self.title(title))
                    link rel="stylesheet" href=(assets::url("form.css"));
                    @if let Some(account) = coloured {
                        link rel="stylesheet" href=(assets::branding_url(account, "colour.css"));
                    }
                    link rel="icon" type="image/svg+xml" href=(self.icon());
                    @if scripted {
                        meta name="htmx-config" content=(HTMX);
                        script src=(assets::url("htmx.js")) defer {}
                        script src=(assets::url("form.js")) defer {}
                        script src=(assets::url("upload.js")) defer {}
                        script src=(assets::url("combobox.js")) defer {}
                        script src=(assets::url("dates.js")) defer {}
                    }
                }
                body data-offline=(l10n.say("js-offline")) {
                    a.skip href="#main" { (l10n.say("skip")) }
                    header {
                        (self.brand())
                        (languages(l10n))
                    }
                    @if scripted { div #connection role="status" hidden {} }
                    (body)
                    @if self.account.is_some() { footer { p { (self.say("footer")) } } }
                }
            }
        }
    }

    /// The icon of the tab, in the account's colour or ours.
    fn icon(&self) -> String {
        let own = self.account.as_ref().filter(|account| account.form.colour.is_some());
        own.map_or_else(|| assets::url("icon.svg").to_owned(), |account| assets::branding_url(account, "icon.svg"))
    }

    /// The company's logo, or its name.
    fn brand(&self) -> Markup {
        let Some(account) = self.account.as_ref().filter(|account| account.form.logo.is_some()) else {
            return html! { strong.brand { (self.heading()) } };
        };
        let has_dark = account.form.logo_dark.is_some();
        html! {
            picture {
                @if has_dark {
                    source srcset=(assets::branding_url(account, "logo-dark")) media="(prefers-color-scheme: dark)";
                }
                // Without a logo for dark pages, the logo has a white background.
                @let logo = assets::branding_url(account, "logo");
                img.plate[!has_dark] src=(logo) alt=(self.asks()) width="160" height="40";
            }
        }
    }
}

/// The choice of language: folded links that work without scripts.
fn languages(l10n: &Localization) -> Markup {
    html! {
        details.language {
            summary { span.sr { (l10n.say("language")) ": " } (l10n.language.name()) }
            ul {
                @for language in Language::ALL {
                    @let (code, chosen) = (language.code(), *language == l10n.language);
                    li {
                        a href={ "?lang=" (code) } lang=(code) hreflang=(code) aria-current=[chosen.then_some("true")] {
                            (language.name())
                        }
                    }
                }
            }
        }
    }
}

/// Writes "The company" with a small letter inside a sentence.
fn as_in_a_sentence(said: &str, company: &str) -> String {
    let mut letters = company.chars();
    let small: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    let mut text = String::new();
    for (index, part) in said.split(company).enumerate() {
        if index > 0 {
            let starts = text.trim_end().ends_with(['.', '?', '!', '¿']) || text.is_empty();
            text.push_str(if starts { company } else { &small });
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_company_has_a_small_letter_inside_a_sentence() {
        for (said, expected) in [
            ("The company asks. Ask The company.", "The company asks. Ask the company."),
            ("Why? The company asks", "Why? The company asks"),
            ("Go on", "Go on"),
        ] {
            assert_eq!(as_in_a_sentence(said, "The company"), expected);
        }
    }
}
