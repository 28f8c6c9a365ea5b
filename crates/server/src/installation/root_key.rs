//! Reads the root key: from a setting, from a program, or from the data folder.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dossier_store::vault::RootKey;
use zeroize::Zeroizing;

use super::error::InstallationError;
use crate::config::Config;
use crate::config::root_key::RootKeySource;
use crate::errors::cannot;
use crate::trust;

pub(crate) fn root_key(config: &Config) -> Result<RootKey, InstallationError> {
    let not_base64 = |origin: &str| InstallationError::RootKey(format!("{origin} is not 32 bytes in base64"));
    trust::check_file(&config.storage.keyring).map_err(InstallationError::Exposed)?;
    match &config.root_key {
        RootKeySource::File(text, _) | RootKeySource::Variable(text) => {
            RootKey::parse(text).ok_or_else(|| not_base64("the configured key"))
        }
        RootKeySource::Command(command) => {
            let text = output_of(command).map_err(InstallationError::RootKey)?;
            RootKey::parse(&text).ok_or_else(|| not_base64("the output of root_key_command"))
        }
        RootKeySource::DataFolder => root_key_file(&config.data_dir, &config.storage.keyring),
    }
}

/// The maximum length of the output that is read: a key in base64 and whitespace.
const MAX_OUTPUT: usize = 4 * 1_024;

/// The standard output of a command.
fn output_of(command: &str) -> Result<Zeroizing<String>, String> {
    let failed = |error: std::io::Error| format!("failed to run root_key_command: {error}");
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut command = shell.spawn().map_err(failed)?;
    let output = command.stdout.take().map(|output| trust::read_secret(output.take(MAX_OUTPUT as u64), MAX_OUTPUT + 1));
    let status = command.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("root_key_command failed with {status}"));
    }
    let unreadable = |error| format!("failed to read the output of root_key_command: {error}");
    output.unwrap_or_else(|| Ok(Zeroizing::default())).map_err(unreadable)
}

fn root_key_file(folder: &Path, keyring: &Path) -> Result<RootKey, InstallationError> {
    let path = folder.join("root.key");
    let file_error = |cause: std::io::Error| InstallationError::File(cannot("read the root key", &path)(cause));
    trust::check_file(&path).map_err(InstallationError::Exposed)?;
    match File::open(&path).and_then(|file| trust::read_secret(file, MAX_OUTPUT)) {
        Ok(text) => {
            let mode = fs::metadata(&path).map_err(file_error)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(InstallationError::RootKey(format!(
                    "{path} can be read by others. Run: chmod 400 {path}",
                    path = path.display()
                )));
            }
            RootKey::parse(&text)
                .ok_or_else(|| InstallationError::RootKey(format!("{} is not 32 bytes in base64", path.display())))
        }
        // A new key could not open the existing keyring.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && keyring.exists() => {
            let text = format!(
                "{} is missing. If the server gets its root key from elsewhere, give this command the same \
                setting, such as DOSSIER_ROOT_KEY_FILE. Otherwise put the file back from your copy; without it no \
                data can be read. Nothing was written",
                path.display()
            );
            Err(InstallationError::RootKey(text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(RootKey::create_file(&path)?),
        Err(cause) => Err(file_error(cause)),
    }
}
