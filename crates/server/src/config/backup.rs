//! The settings of backups.

use std::time::Duration;

use super::reader::SettingReader;
use super::units::{amount, on_or_off};

/// The TOML table of these settings, in which `backup_place` is `place`.
pub(super) const TABLE: &str = "backup";

/// When the server creates backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    Every(Duration),
    /// The minute of the day, in UTC.
    Daily(u32),
}

impl Schedule {
    fn parse(text: &str) -> Option<Self> {
        if let Some((hours, minutes)) = text.split_once(':') {
            let number =
                |text: &str, most: u32| text.parse::<u32>().ok().filter(|number| text.len() == 2 && *number <= most);
            return Some(Self::Daily(number(hours, 23)? * 60 + number(minutes, 59)?));
        }
        let seconds = amount(text, &[("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)])?;
        (60..=366 * 24 * 60 * 60).contains(&seconds).then(|| Self::Every(Duration::from_secs(seconds)))
    }

    /// Whether a backup is due at `now`, after the `last` one; both in seconds since 1970.
    #[must_use]
    pub fn is_due(self, last: Option<i64>, now: i64) -> bool {
        let Some(last) = last else { return true };
        match self {
            Self::Every(wait) => now - last >= i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
            Self::Daily(minute) => {
                const DAY: i64 = 24 * 60 * 60;
                let at = now - now.rem_euclid(DAY) + i64::from(minute) * 60;
                last < if at <= now { at } else { at - DAY }
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    pub place: Option<String>,
    pub schedule: Option<Schedule>,
    /// The number of backups to keep.
    pub keep: usize,
    pub before_upgrade: bool,
}

impl Backups {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "the place of backups: a folder, s3://bucket/folder, gs://… or az://…; empty for none";
        let place = from.setting("backup_place", "", help).recorded().text();
        let help = "when the server creates a backup: an interval such as 24h, or a time of day in UTC such as 03:15; \
            empty for never";
        let read = |text: &str| Schedule::parse(text.trim_end_matches('/'));
        let wanted = "an interval such as 24h, or a time of day in UTC such as 03:15";
        let schedule = from.setting("backup_schedule", "", help).recorded().read_or_empty(read, wanted);
        if schedule.is_some() && place.is_empty() {
            from.reject("backup_place", "set if backup_schedule is set");
        }
        let read = |text: &str| text.parse().ok().filter(|keep| (1..=10_000).contains(keep));
        let keep = from.setting("backup_keep", "7", "the number of backups to keep; older ones are deleted").recorded();
        let keep = keep.read(read, "a whole number from 1 to 10000");
        let help = "whether an upgrade that changes the database schema creates and verifies a backup first: on or off";
        let before_upgrade = from.setting("backup_before_upgrade", "on", help).recorded().read(on_or_off, "on or off");
        let place = (!place.is_empty()).then(|| place.trim_end_matches('/').to_owned());
        Self { place, schedule, keep, before_upgrade }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_a_duration_or_a_time_of_day() {
        for (text, schedule) in [
            ("24h", Some(Schedule::Every(Duration::from_secs(86_400)))),
            ("30m", Some(Schedule::Every(Duration::from_secs(1_800)))),
            ("03:15", Some(Schedule::Daily(195))),
            ("23:59", Some(Schedule::Daily(1_439))),
            ("0m", None),
            ("24:00", None),
            ("3:15", None),
            ("03:60", None),
            ("daily", None),
        ] {
            assert_eq!(Schedule::parse(text), schedule, "{text}");
        }
    }

    #[test]
    fn a_backup_is_due_after_its_time_once() {
        let (day, quarter_past_three) = (20_000 * 86_400, 3 * 3_600 + 15 * 60);
        let daily = Schedule::Daily(195);
        for (last, now, due) in [
            (None, day, true),
            (Some(day - 1), day + quarter_past_three - 1, false),
            (Some(day - 1), day + quarter_past_three, true),
            (Some(day + quarter_past_three), day + quarter_past_three + 60, false),
            (Some(day - 86_400), day, true),
        ] {
            assert_eq!(daily.is_due(last, now), due, "{last:?} {now}");
        }
        let every = Schedule::Every(Duration::from_secs(60));
        assert!(!every.is_due(Some(100), 159) && every.is_due(Some(100), 160) && every.is_due(None, 0));
    }
}
