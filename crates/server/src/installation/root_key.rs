//! The root key: given, printed by a program, or in the data folder.

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
        RootKeySource::Given(text) | RootKeySource::Variable(text) => {
            RootKey::parse(text).ok_or_else(|| not_base64("the given key"))
        }
        RootKeySource::Command(command) => {
            let text = printed(command).map_err(InstallationError::RootKey)?;
            RootKey::parse(&text).ok_or_else(|| not_base64("what the command printed"))
        }
        RootKeySource::DataFolder => root_key_file(&config.data_dir, &config.storage.keyring),
    }
}

/// More than a key has in base64, with what a program may print around it.
const PRINTED: usize = 4 * 1_024;

/// What a command prints on standard output, as far as a key can be long.
fn printed(command: &str) -> Result<Zeroizing<String>, String> {
    let failed = |error: std::io::Error| format!("the command could not be run: {error}");
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut command = shell.spawn().map_err(failed)?;
    let output = command.stdout.take().map(|output| trust::read_secret(output.take(PRINTED as u64), PRINTED + 1));
    let status = command.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("the command ended with {status}"));
    }
    output.unwrap_or_else(|| Ok(Zeroizing::default())).map_err(|error| format!("what the command printed: {error}"))
}

fn root_key_file(folder: &Path, keyring: &Path) -> Result<RootKey, InstallationError> {
    let path = folder.join("root.key");
    let file_error = |cause: std::io::Error| InstallationError::File(cannot("read the root key", &path)(cause));
    trust::check_file(&path).map_err(InstallationError::Exposed)?;
    match File::open(&path).and_then(|file| trust::read_secret(file, PRINTED)) {
        Ok(text) => {
            let mode = fs::metadata(&path).map_err(file_error)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(InstallationError::RootKey(format!(
                    "{} can be read by others; chmod 400 it",
                    path.display()
                )));
            }
            RootKey::parse(&text)
                .ok_or_else(|| InstallationError::RootKey(format!("{} is not 32 bytes in base64", path.display())))
        }
        // A new key would open nothing of what is there.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && keyring.exists() => {
            let text = format!(
                "{} is missing. Put it back from your copy; without it nothing can be read. Nothing was written",
                path.display()
            );
            Err(InstallationError::RootKey(text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(RootKey::create_file(&path)?),
        Err(cause) => Err(file_error(cause)),
    }
}
