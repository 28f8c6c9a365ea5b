//! Settings: the format and level of the log, and the log of requests.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;

use super::reader::SettingReader;
use super::units::millis;

/// How long the log of requests may be kept, in seconds.
const LOG_AGES: std::ops::RangeInclusive<i64> = 60 * 60..=90 * 24 * 60 * 60;

#[derive(Debug, Clone, Copy)]
pub struct Logging {
    pub format: LogFormat,
    pub level: LevelFilter,
    /// For how many seconds the log of requests is kept. `None` if it is off.
    pub requests: Option<i64>,
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
        let help =
            "for how long the log of requests is kept that the console and dossier requests show; off keeps none";
        let seconds = |text: &str| millis(text).map(|millis| millis / 1_000).filter(|age| LOG_AGES.contains(age));
        let wanted = "a duration from 1h to 90d, like 30d";
        let requests = from.setting("request_log", "30d", help).read_or_off(seconds, wanted);
        Self { format, level, requests }
    }
}
