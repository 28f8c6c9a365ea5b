//! The TOML file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::backup;
use super::setting::Setting;
use super::sources::Sources;
use super::storage::DATA_DIR;
use crate::trust;

/// The name of the file in the data folder.
pub(super) const NAME: &str = "dossier.toml";

/// The settings of a TOML file, by name.
pub(super) type Toml = BTreeMap<String, Zeroizing<String>>;

/// Reads the file that a flag or variable names, which must exist, or the one in the data folder. A file in the current
/// folder is never read, because it may belong to another user.
pub(super) fn read(
    given: &Sources<'_>,
    settings: &[Setting],
    errors: &mut Vec<String>,
) -> Result<(PathBuf, Toml), String> {
    if let Some(path) = given.config_file() {
        let values = parse(&path, &trust::read(&path)?, settings, errors)?;
        return Ok((path, values));
    }
    let folder = given.value("data_dir")?.map_or_else(|| PathBuf::from(DATA_DIR), |(text, _)| PathBuf::from(&*text));
    let path = folder.join(NAME);
    if !path.exists() {
        return Ok((path, Toml::new()));
    }
    let values = parse(&path, &trust::read(&path)?, settings, errors)?;
    if values.contains_key("data_dir") {
        errors.push(format!("{}: data_dir cannot be set in a file of the data folder", path.display()));
    }
    Ok((path, values))
}

/// Parses a file. Unknown settings are added to the errors; only invalid TOML is returned as an error.
fn parse(path: &Path, text: &str, settings: &[Setting], errors: &mut Vec<String>) -> Result<Toml, String> {
    let at = path.display();
    // The whole message of toml would quote the line, which could be the root key.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| format!("{at}: {}", error.message()))?;
    let mut entries = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::Table(section) if name == backup::TABLE => {
                entries.extend(section.into_iter().map(|(member, value)| (format!("{name}_{member}"), value)));
            }
            value => entries.push((name, value)),
        }
    }
    let mut values = Toml::new();
    for (name, value) in entries {
        if !settings.iter().any(|setting| setting.name == name) {
            errors.push(format!("{at}: unknown setting {name}"));
            continue;
        }
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            _ => {
                errors.push(format!("{at}: {name} must be a string or a whole number"));
                continue;
            }
        };
        if values.insert(name.clone(), text.into()).is_some() {
            errors.push(format!("{at}: {name} is set twice, once in the table [{}]", backup::TABLE));
        }
    }
    Ok(values)
}
