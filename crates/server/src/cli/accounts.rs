//! `dossier accounts`.

use std::path::Path;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use dossier_core::account::{Account, FormSettings, Logo};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::colour::Colour;
use dossier_core::company::{Company, ReviewTime, link};
use dossier_core::file::MediaType;
use dossier_core::file::check::Check;
use dossier_core::form::reveal::Reveal;
use dossier_core::use_cases::accounts;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, DataFolder, group};
use super::context::CommandContext;
use super::read::checked_name;
use crate::errors::{cannot, text};

group! {
    /// Manage accounts (tenants)
    Accounts { Create, List, Set, Close, Reopen }
}

/// Create an account
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    /// The name of the account
    #[arg(long)]
    pub name: String,
}

#[async_trait]
impl DataCommand for Create {
    fn needs(&self) -> DataFolder {
        DataFolder::CreatedIfMissing
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let name = checked_name(&self.name)?;
        let account = accounts::create(context.services, name, |scope| context.caller(scope)).await.map_err(text)?;
        Ok(account_json(&account))
    }
}

/// List accounts
#[derive(Args, Serialize, Deserialize)]
pub struct List {}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        Ok(context.accounts().await?.iter().map(account_json).collect())
    }
}

/// Change an account: its name, and what its customers see on the form
#[derive(Default, Args, Serialize, Deserialize)]
pub struct Set {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The name of the account
    #[arg(long)]
    pub name: Option<String>,
    /// The company name on the form; empty for the name of the account
    #[arg(long)]
    pub display_name: Option<String>,
    /// The colour of buttons and links, #RRGGBB; empty for the default
    #[arg(long, value_name = "#RRGGBB")]
    pub colour: Option<String>,
    /// The logo on the form, a JPEG or PNG of at most 16 KiB; empty for none
    #[arg(long, value_name = "FILE", value_parser = logo_file)]
    pub logo: Option<String>,
    /// The logo in dark mode; empty for the same logo
    #[arg(long, value_name = "FILE", value_parser = logo_file)]
    pub logo_dark: Option<String>,
    /// A host to which the form redirects production customers without asking them; repeatable; empty for none
    #[arg(long = "redirect-host", value_name = "HOST")]
    pub redirect_hosts: Option<Vec<String>>,
    /// The company's legal name, which customers see before they enter anything; empty for none
    #[arg(long)]
    pub legal_name: Option<String>,
    /// The URL of its privacy notice, https; empty for none
    #[arg(long, value_name = "URL")]
    pub privacy_url: Option<String>,
    /// The URL of its terms, https; empty for none
    #[arg(long, value_name = "URL")]
    pub terms_url: Option<String>,
    /// The URL where customers get help, https or mailto; empty for none
    #[arg(long, value_name = "URL")]
    pub support_url: Option<String>,
    /// How long a review usually takes, such as "24 hours" or "2 working days"; empty for none
    #[arg(long, value_name = "TIME")]
    pub review_time: Option<String>,
    /// When a device sees values that were entered elsewhere: after_birth_date, always or never
    #[arg(long, value_name = "WHEN")]
    pub reveal: Option<String>,
}

#[async_trait]
impl DataCommand for Set {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let id = context.account(self.account.as_deref()).await?;
        let mut account = context.services.store.account(id).await.map_err(text)?.ok_or("no such account")?;
        let Account { name, form, .. } = &mut account;
        if let Some(given) = &self.name {
            *name = checked_name(given)?;
        }
        if let Some(given) = &self.display_name {
            form.display_name = if given.trim().is_empty() { None } else { Some(checked_name(given)?) };
        }
        if let Some(given) = &self.colour {
            let given = Some(given).filter(|colour| !colour.is_empty());
            form.colour = given.map(|colour| Colour::new(colour)).transpose().map_err(text)?;
        }
        if let Some(given) = &self.logo {
            form.logo = Some(given).filter(|logo| !logo.is_empty()).map(|logo| read_logo(logo)).transpose()?;
        }
        if let Some(given) = &self.logo_dark {
            form.logo_dark = Some(given).filter(|logo| !logo.is_empty()).map(|logo| read_logo(logo)).transpose()?;
        }
        if let Some(given) = &self.redirect_hosts {
            let hosts = given.iter().filter(|host| !host.is_empty());
            form.redirect_hosts = hosts.map(|host| read_host(host)).collect::<Result<_, _>>()?;
        }
        self.set_company(&mut form.company)?;
        if let Some(given) = &self.reveal {
            form.reveal = Reveal::parse(given).ok_or("--reveal must be after_birth_date, always or never")?;
        }
        let scope = Scope { account: id, environment: Environment::Sandbox };
        accounts::change(context.services, &context.caller(scope), account.clone()).await.map_err(text)?;
        Ok(account_json(&account))
    }
}

impl Set {
    fn set_company(&self, company: &mut Company) -> Result<(), String> {
        if let Some(given) = &self.legal_name {
            company.legal_name = if given.trim().is_empty() { None } else { Some(checked_name(given)?) };
        }
        for (given, url, may_be_mail) in [
            (&self.privacy_url, &mut company.privacy_url, false),
            (&self.terms_url, &mut company.terms_url, false),
            (&self.support_url, &mut company.support_url, true),
        ] {
            if let Some(given) = given {
                *url = if given.trim().is_empty() { None } else { Some(read_link(given, may_be_mail)?) };
            }
        }
        if let Some(given) = &self.review_time {
            let time = || ReviewTime::parse(given).ok_or(REVIEW_TIME);
            company.review_time = if given.trim().is_empty() { None } else { Some(time()?) };
        }
        Ok(())
    }
}

const REVIEW_TIME: &str = "--review-time must be a number up to 999 and minutes, hours, days or working days, such as \
    2 working days";

fn read_link(text: &str, may_be_mail: bool) -> Result<String, String> {
    let schemes = if may_be_mail { "https:// or mailto:" } else { "https://" };
    link(text, may_be_mail).ok_or_else(|| format!("{text} is not a URL that begins with {schemes}"))
}

/// Close an account: its keys are refused, its links open no form, its webhooks get nothing new; its customers stay
#[derive(Args, Serialize, Deserialize)]
pub struct Close {
    /// The account, by its id or its name
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
}

#[async_trait]
impl DataCommand for Close {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = named(context, &self.account).await?;
        let closed = accounts::close(context.services, &in_sandbox(context, &account), account).await;
        Ok(account_json(&closed.map_err(text)?))
    }
}

/// Open a closed account again; its keys work as before
#[derive(Args, Serialize, Deserialize)]
pub struct Reopen {
    /// The account, by its id or its name
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
}

#[async_trait]
impl DataCommand for Reopen {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = named(context, &self.account).await?;
        let opened = accounts::reopen(context.services, &in_sandbox(context, &account), account).await;
        Ok(account_json(&opened.map_err(text)?))
    }
}

fn in_sandbox(context: &CommandContext<'_>, account: &Account) -> Caller {
    context.caller(Scope { account: account.account_id, environment: Environment::Sandbox })
}

/// The account with this id, or the only one with this name.
async fn named(context: &CommandContext<'_>, text: &str) -> Result<Account, String> {
    let accounts = context.accounts().await?;
    let is_it = |account: &&Account| account.account_id.to_string() == text;
    if let Some(account) = accounts.iter().find(is_it) {
        return Ok(account.clone());
    }
    let mut found = accounts.into_iter().filter(|account| account.name == text);
    match (found.next(), found.next()) {
        (Some(account), None) => Ok(account),
        (Some(_), Some(_)) => Err("several accounts have this name; use the id".to_owned()),
        (None, _) => Err("no such account; dossier accounts list shows them all".to_owned()),
    }
}

/// The logo in a file, in base64; empty for an empty path.
fn logo_file(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let bytes = std::fs::read(path).map_err(cannot("read the logo", Path::new(path)))?;
    // Enough of a large file for the server to refuse it.
    Ok(STANDARD.encode(&bytes[..bytes.len().min(2 * Logo::MAX)]))
}

fn read_logo(base64: &str) -> Result<Logo, String> {
    let bytes = STANDARD.decode(base64).map_err(|_| "the logo is not valid base64")?;
    if bytes.len() > Logo::MAX {
        return Err(format!("the logo is larger than {} KiB", Logo::MAX / 1_024));
    }
    let mut check = Check::default();
    let checked = check.push(&bytes).and_then(|()| check.finish());
    // Unlike a document, a logo has no minimum size.
    let media_type = checked.map_err(text)?.media_type;
    if media_type == MediaType::Pdf {
        return Err("the logo must be a JPEG or PNG".to_owned());
    }
    Ok(Logo { media_type, base64: base64.to_owned() })
}

/// A host name without scheme, port and path.
fn read_host(host: &str) -> Result<String, String> {
    let host = host.to_ascii_lowercase();
    let named = url::Url::parse(&format!("https://{host}/")).ok();
    let same = named.is_some_and(|url| url.host_str() == Some(&host));
    if same { Ok(host) } else { Err(format!("{host} is not a host name; omit scheme, port and path")) }
}

fn account_json(account: &Account) -> Value {
    let Account { account_id, name, created_at, form, closed_at } = account;
    let FormSettings { display_name, colour, logo, logo_dark, redirect_hosts, company, reveal } = form;
    let Company { legal_name, privacy_url, terms_url, support_url, review_time, needed_from: _ } = company;
    json!({
        "account_id": account_id,
        "name": name,
        "created_at": created_at,
        "closed_at": closed_at,
        "display_name": display_name,
        "colour": colour.map(|colour| colour.to_string()),
        "logo": logo.as_ref().map(|logo| logo.media_type),
        "logo_dark": logo_dark.as_ref().map(|logo| logo.media_type),
        "redirect_hosts": redirect_hosts,
        "legal_name": legal_name,
        "privacy_url": privacy_url,
        "terms_url": terms_url,
        "support_url": support_url,
        "review_time": review_time,
        "reveal": reveal,
    })
}
