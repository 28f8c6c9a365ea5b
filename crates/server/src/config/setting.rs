//! What is known of a setting: how it is declared, and its value with where that came from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// A setting as its section declares it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) default: &'static str,
    pub(super) help: &'static str,
    /// Whether its value is never shown.
    pub(super) secret: bool,
    /// Whether its changes stand in the audit trail.
    pub(super) recorded: bool,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// `--name`
    Flag,
    /// `DOSSIER_NAME`
    Variable,
    /// The file that `DOSSIER_NAME_FILE` names.
    VariableFile,
    /// The TOML file.
    Toml(PathBuf),
    /// It was not set.
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Variable => f.write_str("environment"),
            Self::VariableFile => f.write_str("file named in the environment"),
            Self::Toml(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
pub(super) type Value = (Zeroizing<String>, Source);

/// Values by the names of their settings.
pub(super) type Values = BTreeMap<&'static str, Value>;
