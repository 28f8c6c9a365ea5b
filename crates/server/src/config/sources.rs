//! The sources of settings besides the TOML file: flags, then `DOSSIER_*` variables, or the files that `DOSSIER_*_FILE`
//! name.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::setting::{Setting, Source, Value};
use crate::trust;

pub struct Sources<'a> {
    /// Flags by setting name.
    pub flags: BTreeMap<&'static str, String>,
    /// Returns the value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The names of the variables that begin with `DOSSIER_`.
    pub names: Vec<String>,
    /// The TOML file that a flag names.
    pub file: Option<PathBuf>,
}

impl Sources<'_> {
    /// The TOML file that a flag or variable names.
    pub(super) fn config_file(&self) -> Option<PathBuf> {
        self.file.clone().or_else(|| (self.variable)("DOSSIER_CONFIG").map(PathBuf::from))
    }

    /// The variables that are not settings, except those that Kubernetes sets for a service named `dossier`.
    pub(super) fn unknown(&self, settings: &[Setting]) -> Vec<String> {
        const OTHERS: &[&str] = &["DOSSIER_CONFIG", "DOSSIER_API_KEY"];
        let is_of_cluster = |name: &str| {
            name == "DOSSIER_PORT" || name.starts_with("DOSSIER_PORT_") || name.starts_with("DOSSIER_SERVICE_")
        };
        let is_known = |name: &str| {
            let setting = name.trim_start_matches("DOSSIER_").to_lowercase();
            let setting = setting.strip_suffix("_file").unwrap_or(&setting);
            OTHERS.contains(&name) || is_of_cluster(name) || settings.iter().any(|known| known.name == setting)
        };
        self.names.iter().filter(|name| !is_known(name)).cloned().collect()
    }

    /// The value of a setting in these sources.
    pub(super) fn value(&self, name: &str) -> Result<Option<Value>, String> {
        let variable = format!("DOSSIER_{}", name.to_uppercase());
        if let Some(flag) = self.flags.get(name) {
            return Ok(Some((flag.clone().into(), Source::Flag)));
        }
        if let Some(value) = (self.variable)(&variable) {
            return Ok(Some((value.into(), Source::Variable)));
        }
        let Some(file) = (self.variable)(&format!("{variable}_FILE")) else { return Ok(None) };
        let file = PathBuf::from(file);
        let text = trust::read(&file).map_err(|error| format!("{variable}_FILE: {error}"))?;
        Ok(Some((text.trim().to_owned().into(), Source::VariableFile(file))))
    }
}
