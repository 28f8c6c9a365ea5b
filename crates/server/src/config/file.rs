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

/// Settings of a TOML file, by name.
pub(super) type Toml = BTreeMap<String, Zeroizing<String>>;

/// The file that is named, which must be there, or the one in the data folder. Never one in the current folder, which
/// may belong to another user.
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
        errors.push(format!("{}: data_dir cannot be set by a file in the data folder", path.display()));
    }
    Ok((path, values))
}

/// What is no setting is noted among the errors; only a text that is no TOML ends the reading.
fn parse(path: &Path, text: &str, settings: &[Setting], errors: &mut Vec<String>) -> Result<Toml, String> {
    let at = path.display();
    // toml's own message would quote the line, and the line could be the root key.
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
            errors.push(format!("{at}: {name} is not a setting"));
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
            errors.push(format!("{at}: {name} is set twice, once in a table"));
        }
    }
    Ok(values)
}
