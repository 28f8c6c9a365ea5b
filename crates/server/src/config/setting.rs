//! A setting, its value, and the source of the value.

use std::collections::BTreeMap;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// The declaration of a setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) default: &'static str,
    pub(super) help: &'static str,
    /// Whether its value is never shown.
    pub(super) secret: bool,
    /// Whether the audit trail records its changes.
    pub(super) recorded: bool,
}

impl Setting {
    /// Whether a value is never shown: always, or because it is a URL with a user name or a password.
    pub(super) fn is_secret(&self, text: &str) -> bool {
        let authority = text.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        self.secret || authority.is_some_and(|authority| authority.contains('@'))
    }
}

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Flag,
    /// `DOSSIER_NAME`
    Variable,
    /// The file that `DOSSIER_NAME_FILE` names.
    VariableFile(PathBuf),
    Toml(PathBuf),
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Variable => f.write_str("environment"),
            Self::VariableFile(_) => f.write_str("file named in the environment"),
            Self::Toml(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and its source.
pub(super) type Value = (Zeroizing<String>, Source);

/// Values by the name of the setting.
pub(super) type Values = BTreeMap<&'static str, Value>;
