//! Settings: the format and level of the log.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;

use super::reader::SettingReader;

#[derive(Debug, Clone, Copy)]
pub struct Logging {
    pub format: LogFormat,
    pub level: LevelFilter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Json,
    Text,
}

impl LogFormat {
    #[must_use]
    pub fn is_json(self) -> bool {
        match self {
            Self::Auto => !std::io::stderr().is_terminal(),
            Self::Json => true,
            Self::Text => false,
        }
    }
}

impl Logging {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let format = |text: &str| match text {
            "auto" => Some(LogFormat::Auto),
            "json" => Some(LogFormat::Json),
            "text" => Some(LogFormat::Text),
            _ => None,
        };
        let help = "the log format: json, text, or auto for text on a terminal and json elsewhere";
        let format = from.setting("log_format", "auto", help).read(format, "auto, json or text");
        let help = "the log level: error, warn, info, debug or trace";
        let wanted = "error, warn, info, debug or trace";
        let level = from.setting("log_level", "info", help).read(|text| text.parse().ok(), wanted);
        Self { format, level }
    }
}
