//! Where the root key comes from.

use zeroize::Zeroizing;

use super::reader::SettingReader;
use super::setting::Source;

/// Where the root key comes from.
#[derive(Clone)]
pub enum RootKeySource {
    /// `root.key` in the data folder, made at the first start.
    DataFolder,
    /// Given as text in a file.
    Given(Zeroizing<String>),
    /// Given as text in an environment variable, which no program can wipe.
    Variable(Zeroizing<String>),
    /// Printed by a program.
    Command(String),
}

impl RootKeySource {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "the root key, 32 bytes in base64; when empty, root.key in the data folder";
        let key = from.setting("root_key", "", help);
        let is_variable = key.source() == Source::Variable;
        let key = key.secret_text();
        let help = "a program that prints the root key, for a KMS or a secret store";
        let command = from.setting("root_key_command", "", help).text();
        match (key.as_str(), command) {
            ("", "") => Self::DataFolder,
            ("", command) => Self::Command(command.to_owned()),
            (_, "") if is_variable => Self::Variable(key),
            (_, "") => Self::Given(key),
            (_, _) => {
                from.wrong("root_key_command", "empty when root_key is set");
                Self::DataFolder
            }
        }
    }
}
