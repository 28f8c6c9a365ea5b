//! What stands around the content of every page: the asking company's look, the choice of language, the frame.

use dossier_core::account::Account;
use dossier_core::ids::SessionId;
use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::language::{Language, Talk};

/// No style of its own, no history in the browser's storage, and nothing of a page of errors beside a field.
const HTMX: &str =
    r#"{"includeIndicatorCSS":false,"history":false,"defaultTimeout":20000,"noSwap":[204,304,"4xx","5xx"]}"#;

/// What a browser may load and run on a page.
pub(super) const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What stands around the content.
pub struct Surroundings {
    /// In which language.
    pub talk: Talk,
    account: Option<Account>,
    /// Where the form is, without a slash at the end; empty outside of it.
    pub base: String,
}

impl Surroundings {
    /// Around the pages of an account, in the form of a session or before it.
    #[must_use]
    pub fn new(talk: Talk, account: Option<Account>, session: Option<SessionId>) -> Self {
        Self { talk, account, base: session.map_or_else(String::new, |session| format!("/form/{session}")) }
    }

    /// Around a page that is nobody's.
    #[must_use]
    pub const fn of_nobody(talk: Talk) -> Self {
        Self { talk, account: None, base: String::new() }
    }

    /// The account that asks.
    #[must_use]
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Whom visitors see asking.
    #[must_use]
    pub fn asks(&self) -> String {
        let name = self.account.as_ref().and_then(Account::asks).map(ToOwned::to_owned);
        name.unwrap_or_else(|| self.talk.say("the-company"))
    }

    /// A message in which the asking company may stand.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.talk.say_with(key, &[("company", self.asks().into())])
    }

    /// A page without a form: nothing to script.
    #[must_use]
    pub fn plain(&self, title: &str, content: &Markup) -> Markup {
        self.frame(title, &html! { main #main tabindex="-1" { h1 { (title) } (content) } }, false)
    }

    /// A page of the form, with the list of its steps beside it. The window's title says whether there are errors.
    #[must_use]
    pub fn with_steps(&self, title: &str, errors: bool, steps: &Markup, content: &Markup) -> Markup {
        let body = html! {
            div.columns {
                main #main tabindex="-1" { h1 { (title) } (content) }
                (steps)
            }
        };
        let in_window =
            if errors { self.talk.say_with("title-error", &[("title", title.into())]) } else { title.into() };
        self.frame(&in_window, &body, true)
    }

    fn frame(&self, title: &str, body: &Markup, scripted: bool) -> Markup {
        let talk = &self.talk;
        let look = self.account.as_ref().map(|account| (account, &account.look));
        html! {
            (DOCTYPE)
            html lang=(talk.language.code()) dir=(talk.language.direction()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · " (self.asks()) }
                    link rel="stylesheet" href=(assets::url("form.css"));
                    @if let Some((account, look)) = look && look.colour.is_some() {
                        link rel="stylesheet" href=(assets::look_url(account, "colour.css"));
                    }
                    link rel="icon" href="data:,";
                    @if scripted {
                        meta name="htmx-config" content=(HTMX);
                        script src=(assets::url("htmx.js")) defer {}
                        script src=(assets::url("form.js")) defer {}
                        script src=(assets::url("combobox.js")) defer {}
                        script src=(assets::url("dates.js")) defer {}
                    }
                }
                body data-offline=(talk.say("js-offline")) data-retry=(talk.say("js-retry"))
                    data-sending=(talk.say("js-sending")) data-too-large=(talk.say("upload-payload_too_large")) {
                    a.skip href="#main" { (talk.say("skip")) }
                    header {
                        @match look.filter(|(_, look)| look.logo.is_some()) {
                            Some((account, _)) => {
                                img src=(assets::look_url(account, "logo")) alt=(self.asks()) width="160" height="40";
                            }
                            None => strong.brand { (self.asks()) },
                        }
                        form.language method="get" {
                            label for="lang" { (talk.say("language")) }
                            select #lang name="lang" {
                                @for language in Language::ALL {
                                    @let chosen = *language == talk.language;
                                    option value=(language.code()) lang=(language.code()) selected[chosen] {
                                        (language.name())
                                    }
                                }
                            }
                            button type="submit" { (talk.say("language-choose")) }
                        }
                    }
                    @if scripted { div #connection role="status" hidden {} }
                    (body)
                    footer { p { (self.say("footer")) } }
                }
            }
        }
    }
}
