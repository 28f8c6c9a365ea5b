//! Accounts: the tenants.

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

/// A developer's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub account_id: AccountId,
    /// What its owner calls it. Kept sealed: names of companies are told nobody.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How the hosted form looks, and what it tells and shows.
    pub look: Look,
}

impl Account {
    /// Its sandbox and its production.
    #[must_use]
    pub fn scopes(&self) -> [Scope; 2] {
        [Environment::Sandbox, Environment::Production]
            .map(|environment| Scope { account: self.account_id, environment })
    }
}

/// How the hosted form of an account looks, and what it tells and shows. Kept sealed, like the name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Whom customers see asking; the account's name when there is none.
    pub display_name: Option<String>,
    /// The colour of buttons and links; the shades of it that can be read are made when a page is shown.
    pub colour: Option<Colour>,
    /// The logo.
    pub logo: Option<Logo>,
    /// The logo on a dark page; the same one when there is none.
    pub logo_dark: Option<Logo>,
    /// Hosts to which a customer of production is sent on without being asked.
    pub redirect_hosts: Vec<String>,
    /// What customers are told about the company.
    pub company: Company,
    /// When a device sees what it did not type itself.
    pub reveal: Reveal,
}

/// A logo: a small picture.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// What it is.
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
    /// The largest logo, in bytes: a page with everything on it stays small.
    pub const MAX: usize = 16 * 1_024;
}

impl Account {
    /// What an entry of the audit trail says of it, sealed.
    pub(crate) fn audited(&self) -> Vec<(&'static str, serde_json::Value)> {
        let Self { account_id: _, name, created_at: _, look } = self;
        let Look { display_name, colour, logo, logo_dark, redirect_hosts, company, reveal } = look;
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
        ]
    }

    /// Where customers get help.
    #[must_use]
    pub fn support_url(&self) -> Option<&str> {
        self.look.company.support_url.as_deref()
    }

    /// Whom customers see asking.
    #[must_use]
    pub fn asks(&self) -> Option<&str> {
        // The account of the first start is called `default`, which is nobody's name.
        self.look.display_name.as_deref().or_else(|| (self.name != "default").then_some(self.name.as_str()))
    }
}
