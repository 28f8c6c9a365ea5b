//! What is logged, and how.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;

use super::reader::SettingReader;

/// What is logged, and how.
#[derive(Debug, Clone, Copy)]
pub struct Logging {
    /// How logs are written.
    pub format: LogFormat,
    /// What is logged.
    pub level: LevelFilter,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// One line of text.
    Text,
}

impl LogFormat {
    /// Whether it is JSON, as standard error is now.
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
        let help = "json, text, or auto: text on a terminal, json elsewhere";
        let format = from.setting("log_format", "auto", help).read(format, "auto, json or text");
        let levels = "error, warn, info, debug or trace";
        let level = from.setting("log_level", "info", levels).read(|text| text.parse().ok(), levels);
        Self { format, level }
    }
}
