//! The keys that backups need and never hold, copied to another place.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::config::Config;
use crate::installation::root_key;

/// Copies the keyring to a new file, which the root key seals, and the root key beside it only when asked to.
///
/// # Errors
///
/// When the file would lie with the data or the backups, where whoever has one would have both.
pub fn export(config: &Config, to: &Path, with_root_key: bool, anywhere: bool) -> Result<Value, String> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|error| failed(folder, &error))?;
    let backups = config.backups.place.as_deref().map(|place| PathBuf::from(place.trim_start_matches("file://")));
    for (kept, what) in [(Some(config.data_dir.clone()), "data folder"), (backups, "place of backups")] {
        let within = kept.and_then(|kept| kept.canonicalize().ok()).is_some_and(|kept| folder.starts_with(kept));
        if within && !anywhere {
            return Err(format!(
                "{} lies in the {what}: whoever takes that would have the keys as well. Name another place, or give \
                    --anywhere",
                to.display()
            ));
        }
    }
    let keyring = std::fs::read(&config.keyring).map_err(|error| failed(&config.keyring, &error))?;
    let mut file = std::fs::OpenOptions::new();
    let mut file = file.write(true).create_new(true).mode(0o600).open(to).map_err(|error| failed(to, &error))?;
    file.write_all(&keyring).and_then(|()| file.sync_all()).map_err(|error| failed(to, &error))?;
    let mut exported = json!({ "keyring": to.display().to_string() });
    if with_root_key {
        let mut path = to.as_os_str().to_owned();
        path.push(".root-key");
        let path = PathBuf::from(path);
        let key = root_key(config).map_err(|error| error.to_string())?;
        key.write_file(&path).map_err(|error| error.to_string())?;
        exported["root_key"] = path.display().to_string().into();
    }
    std::fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(&folder, &error))?;
    Ok(exported)
}
