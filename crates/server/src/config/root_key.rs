//! Settings: the source of the root key.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::reader::SettingReader;
use super::setting::Source;

#[derive(Clone)]
pub enum RootKeySource {
    /// `root.key` in the data folder, created by the first start.
    DataFolder,
    /// The key, from the settings or from a file of its own.
    File(Zeroizing<String>, PathBuf),
    /// The key, from an environment variable, which no program can wipe.
    Variable(Zeroizing<String>),
    /// A program that prints the key.
    Command(String),
}

impl RootKeySource {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "the root key, 32 bytes in base64; empty for the key in root.key in the data folder";
        let key = from.setting("root_key", "", help);
        let source = key.source();
        let key = key.secret_text();
        let help = "a command that prints the root key, for a KMS or a secret store; empty for none";
        let command = from.setting("root_key_command", "", help).secret().text();
        match (key.as_str(), command) {
            ("", "") => Self::DataFolder,
            ("", command) => Self::Command(command.to_owned()),
            (_, "") => match source {
                Source::VariableFile(path) | Source::Toml(path) => Self::File(key, path),
                Source::Variable | Source::Flag | Source::Default => Self::Variable(key),
            },
            (_, _) => {
                from.reject("root_key_command", "empty if root_key is set");
                Self::DataFolder
            }
        }
    }
}
