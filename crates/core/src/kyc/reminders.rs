//! The answer that a customer owes after a request to give something again: when to remind, and when to stop waiting.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

const DAY: i64 = 24 * 60 * 60;

/// When customers who owe an answer are reminded, and when their case is closed. All days count from the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminders {
    /// The days after which a reminder is sent, in ascending order.
    pub days: Vec<u16>,
    /// The days after which the case is closed. `None` if it never is.
    pub abandon_after: Option<u16>,
}

impl Default for Reminders {
    fn default() -> Self {
        Self { days: vec![3, 7, 14], abandon_after: Some(30) }
    }
}

/// An answer that a customer owes. It is sealed with the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitedAnswer {
    /// When the customer was asked, or was given another session after that.
    pub since: Timestamp,
    /// The day of the newest reminder. Earlier ones are not sent any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<Timestamp>,
    /// Whether the customer gets no more reminders, because another session was opened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// When there is something to do. `None` if there is nothing.
    pub due_at: Option<Timestamp>,
}

/// What is to be done for a customer who owes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// A reminder is to be sent.
    Reminder,
    /// The case is to be closed.
    End,
    /// Nothing: the settings have changed since this moment was noted.
    Nothing,
}

impl AwaitedAnswer {
    /// The answer to a request that was made now.
    pub(crate) fn to_request(reminders: &Reminders, now: Timestamp) -> Self {
        let mut awaited = Self { since: now, reminded: None, quiet: false, due_at: None };
        awaited.plan(reminders);
        awaited
    }

    /// The answer to an earlier request, for which another session was opened now.
    pub(crate) fn in_new_session(reminders: &Reminders, now: Timestamp) -> Self {
        let mut awaited = Self { quiet: true, ..Self::to_request(reminders, now) };
        awaited.plan(reminders);
        awaited
    }

    /// Notes when there is something to do by the current settings.
    pub(crate) fn plan(&mut self, reminders: &Reminders) {
        self.due_at = self.moments(reminders).chain(self.end(reminders)).min();
    }

    /// What is to be done now, which then counts as done. `None` if it is too early, or if it was done already. Of
    /// several reminders, only the newest is sent.
    pub(crate) fn take_due(&mut self, reminders: &Reminders, now: Timestamp) -> Option<Due> {
        self.due_at.filter(|at| *at <= now)?;
        if self.end(reminders).is_some_and(|end| end <= now) {
            return Some(Due::End);
        }
        let newest = self.moments(reminders).filter(|at| *at <= now).max();
        self.reminded = newest.or(self.reminded);
        self.plan(reminders);
        Some(if newest.is_some() { Due::Reminder } else { Due::Nothing })
    }

    /// The moments of the reminders that were not sent.
    fn moments(&self, reminders: &Reminders) -> impl Iterator<Item = Timestamp> {
        let days = if self.quiet { &[] } else { &reminders.days[..] };
        let moments = days.iter().map(|days| after(self.since, *days));
        moments.filter(|at| self.reminded.is_none_or(|reminded| *at > reminded))
    }

    fn end(&self, reminders: &Reminders) -> Option<Timestamp> {
        reminders.abandon_after.map(|days| after(self.since, days))
    }
}

fn after(since: Timestamp, days: u16) -> Timestamp {
    since.plus_seconds(i64::from(days) * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u16) -> Timestamp {
        after(Timestamp::from_micros(1_763_873_999_000_000), number)
    }

    /// What is done if the work runs on these days, each with its day.
    fn done(reminders: &Reminders, mut awaited: AwaitedAnswer, days: impl IntoIterator<Item = u16>) -> Vec<(u16, Due)> {
        let mut found = Vec::new();
        for number in days {
            // A second process finds nothing left to do.
            for _ in 0..2 {
                match awaited.take_due(reminders, day(number)) {
                    Some(Due::End) => {
                        found.push((number, Due::End));
                        return found;
                    }
                    Some(due) => found.push((number, due)),
                    None => {}
                }
            }
        }
        found
    }

    #[test]
    fn reminders_are_sent_on_their_days_and_then_the_case_is_closed() {
        use Due::{End, Reminder};
        let usual = Reminders::default();
        let none = Reminders { days: Vec::new(), abandon_after: None };
        let asked = |reminders: &Reminders| AwaitedAnswer::to_request(reminders, day(0));
        let daily = || 0..=60;
        let all = vec![(3, Reminder), (7, Reminder), (14, Reminder), (30, End)];
        assert_eq!(done(&usual, asked(&usual), daily()), all);
        // Of those that were missed, only the newest is sent, and none once the case is closed.
        assert_eq!(done(&usual, asked(&usual), [1, 9, 10, 20, 29]), [(9, Reminder), (20, Reminder)]);
        assert_eq!(done(&usual, asked(&usual), [2, 40]), [(40, End)]);
        assert_eq!(done(&usual, AwaitedAnswer::in_new_session(&usual, day(0)), daily()), [(30, End)]);
        assert_eq!((done(&none, asked(&none), daily()), asked(&none).due_at), (Vec::new(), None));
        let never = Reminders { abandon_after: None, ..usual.clone() };
        assert_eq!(done(&never, asked(&never), daily()), all[..3]);
    }

    #[test]
    fn changed_settings_apply_from_the_next_moment_on() {
        use Due::{End, Nothing, Reminder};
        let (usual, later) = (Reminders::default(), Reminders { days: vec![5, 9], abandon_after: Some(12) });
        let asked = AwaitedAnswer::to_request(&usual, day(0));
        assert_eq!(done(&later, asked.clone(), 0..=60), [(3, Nothing), (5, Reminder), (9, Reminder), (12, End)]);
        let mut planned = asked;
        planned.plan(&later);
        assert_eq!(planned.due_at, Some(day(5)));
    }
}
