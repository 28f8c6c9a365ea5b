//! Accounts: the companies that verify their customers with Dossier.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::caller::{Environment, Scope};
use crate::clock::Timestamp;
use crate::colour::Colour;
use crate::company::Company;
use crate::file::record::MediaType;
use crate::form::reveal::Reveal;
use crate::ids::AccountId;

/// The longest name of an account or key, in characters.
pub const MAX_NAME: usize = 128;

/// A tenant: the company that asks its customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The id, which never changes.
    pub account_id: AccountId,
    /// The name that its owner gives it. It is sealed, because it may be the name of a company.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// How the hosted form looks, and what it tells customers.
    pub form: FormSettings,
    /// Since when it is closed. `None` while it is open.
    pub closed_at: Option<Timestamp>,
}

impl Account {
    /// The scopes of the account: its sandbox and its production.
    #[must_use]
    pub fn scopes(&self) -> [Scope; 2] {
        [Environment::Sandbox, Environment::Production]
            .map(|environment| Scope { account: self.account_id, environment })
    }
}

/// The settings of the hosted form: how it looks, and what it tells customers. They are sealed, like the name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FormSettings {
    /// The name that customers see. By default the account's name.
    pub display_name: Option<String>,
    /// The colour of buttons and links. Each page derives legible shades from it.
    pub colour: Option<Colour>,
    /// The logo on a light page.
    pub logo: Option<Logo>,
    /// The logo on a dark page. By default the same one.
    pub logo_dark: Option<Logo>,
    /// Hosts to which production customers are redirected without a question.
    pub redirect_hosts: Vec<String>,
    /// What customers are told about the company that asks.
    pub company: Company,
    /// When a device sees what other devices typed.
    pub reveal: Reveal,
}

/// A logo. `Debug` shows only its type.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// The type of the picture.
    pub media_type: MediaType,
    /// The picture, in base64.
    pub base64: String,
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({})", self.media_type.as_str())
    }
}

impl Logo {
    /// The largest logo, in bytes. It is small because every page contains it.
    pub const MAX: usize = 16 * 1_024;
}

impl Account {
    /// The members that an audit entry shows, sealed.
    pub(crate) fn audited(&self) -> Vec<(&'static str, serde_json::Value)> {
        let Self { account_id: _, name, created_at: _, form, closed_at } = self;
        let FormSettings { display_name, colour, logo, logo_dark, redirect_hosts, company, reveal } = form;
        let Company { legal_name, privacy_url, terms_url, support_url, review_time, needed_from } = company;
        vec![
            ("name", json!(name)),
            ("display_name", json!(display_name)),
            ("colour", json!(colour)),
            ("logo", json!(logo)),
            ("logo_dark", json!(logo_dark)),
            ("redirect_hosts", json!(redirect_hosts)),
            ("legal_name", json!(legal_name)),
            ("privacy_url", json!(privacy_url)),
            ("terms_url", json!(terms_url)),
            ("support_url", json!(support_url)),
            ("review_time", json!(review_time)),
            ("needed_from", json!(needed_from)),
            ("reveal", json!(reveal)),
            ("closed_at", json!(closed_at)),
        ]
    }

    /// The URL where customers get help.
    #[must_use]
    pub fn support_url(&self) -> Option<&str> {
        self.form.company.support_url.as_deref()
    }

    /// The name that customers see, if one was set.
    #[must_use]
    pub fn asks(&self) -> Option<&str> {
        // The first start names its account `default`, which is not the name of a company.
        self.form.display_name.as_deref().or_else(|| (self.name != "default").then_some(self.name.as_str()))
    }
}
