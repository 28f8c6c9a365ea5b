//! `dossier accounts`.

use std::path::Path;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use dossier_core::account::{Account, Colour, Logo, Look};
use dossier_core::caller::{Environment, Scope};
use dossier_core::file::MediaType;
use dossier_core::file::check::Check;
use dossier_core::use_cases::accounts;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, DataFolder, group};
use super::context::CommandContext;
use super::read::checked_name;
use crate::errors::{cannot, text};

group! {
    /// Accounts: the tenants
    Accounts { Create, List, Set }
}

/// Create an account
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    /// What to call it
    #[arg(long)]
    pub name: String,
}

#[async_trait]
impl DataCommand for Create {
    fn needs(&self) -> DataFolder {
        DataFolder::MadeIfMissing
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

/// Change an account: its name, and how the form looks that its customers see
#[derive(Default, Args, Serialize, Deserialize)]
pub struct Set {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// What to call it
    #[arg(long)]
    pub name: Option<String>,
    /// Whom customers see asking; empty for the account's name
    #[arg(long)]
    pub display_name: Option<String>,
    /// The colour of buttons, #RRGGBB, on which white text can be read; empty for ours
    #[arg(long, value_name = "#RRGGBB")]
    pub colour: Option<String>,
    /// A JPEG or PNG of at most 16 KiB; empty for none
    #[arg(long, value_name = "FILE", value_parser = logo_file)]
    pub logo: Option<String>,
    /// A host to which customers of production are sent on without being asked; may be repeated; empty for none
    #[arg(long = "redirect-host", value_name = "HOST")]
    pub redirect_hosts: Option<Vec<String>>,
}

#[async_trait]
impl DataCommand for Set {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let id = context.account(self.account.as_deref()).await?;
        let mut account = context.services.store.account(id).await.map_err(text)?.ok_or("there is no such account")?;
        let Account { name, look, .. } = &mut account;
        if let Some(given) = &self.name {
            *name = checked_name(given)?;
        }
        if let Some(given) = &self.display_name {
            look.display_name = if given.trim().is_empty() { None } else { Some(checked_name(given)?) };
        }
        if let Some(given) = &self.colour {
            let given = Some(given).filter(|colour| !colour.is_empty());
            look.colour = given.map(|colour| Colour::new(colour)).transpose().map_err(text)?;
        }
        if let Some(given) = &self.logo {
            look.logo = Some(given).filter(|logo| !logo.is_empty()).map(|logo| read_logo(logo)).transpose()?;
        }
        if let Some(given) = &self.redirect_hosts {
            let hosts = given.iter().filter(|host| !host.is_empty());
            look.redirect_hosts = hosts.map(|host| read_host(host)).collect::<Result<_, _>>()?;
        }
        let scope = Scope { account: id, environment: Environment::Sandbox };
        accounts::change(context.services, &context.caller(scope), account.clone()).await.map_err(text)?;
        Ok(account_json(&account))
    }
}

/// The logo in a file, in base64; an empty path gives none.
fn logo_file(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let bytes = std::fs::read(path).map_err(cannot("read the logo", Path::new(path)))?;
    // Enough of a file that is far too large for the server to refuse it.
    Ok(STANDARD.encode(&bytes[..bytes.len().min(2 * Logo::MAX)]))
}

fn read_logo(base64: &str) -> Result<Logo, String> {
    let bytes = STANDARD.decode(base64).map_err(|_| "the logo is not in base64")?;
    if bytes.len() > Logo::MAX {
        return Err(format!("a logo has at most {} KiB, so that pages stay small", Logo::MAX / 1_024));
    }
    let mut check = Check::default();
    let checked = check.push(&bytes).and_then(|()| check.finish());
    // A logo may be as small as it likes.
    let media_type = checked.map_err(text)?.media_type;
    if media_type == MediaType::Pdf {
        return Err("a logo is a JPEG or PNG".to_owned());
    }
    Ok(Logo { media_type, base64: base64.to_owned() })
}

/// A host as it stands in a URL: no scheme, no path.
fn read_host(host: &str) -> Result<String, String> {
    let host = host.to_ascii_lowercase();
    let named = url::Url::parse(&format!("https://{host}/")).ok();
    let same = named.is_some_and(|url| url.host_str() == Some(&host));
    if same { Ok(host) } else { Err(format!("{host} is no host name; give it without scheme, port and path")) }
}

fn account_json(account: &Account) -> Value {
    let Account { account_id, name, created_at, look } = account;
    let Look { display_name, colour, logo, redirect_hosts } = look;
    json!({
        "account_id": account_id,
        "name": name,
        "created_at": created_at,
        "display_name": display_name,
        "colour": colour.map(|colour| colour.to_string()),
        "logo": logo.as_ref().map(|logo| logo.media_type),
        "redirect_hosts": redirect_hosts,
    })
}
