//! When a device sees answers that it did not give itself. The customer knows a date in the record: the date of birth,
//! or of formation for a business. A device that enters it has more than just the link.
//!
//! Anyone with the link can also type a date. So a date reveals no more than its writer could vouch for. A date that
//! came through the API reveals everything, even after a device has replaced it. A date that was typed into the form
//! reveals the answers of the device that typed it, and of those that have entered it since.

use std::collections::BTreeSet;

use crate::customer::profile::CustomerType;
use crate::form::record::{DateWritten, Device, Form, Key, Opens, Tries, short_hash};
use crate::ids::SessionId;
use crate::parse::leaf::Date;
use crate::words::words;

words! {
    /// When a device sees answers that it did not give itself.
    #[derive(Default)]
    Reveal {
        #[default]
        AfterBirthDate = "after_birth_date": "Once it has entered the date of birth, or of formation.",
        Always = "always": "At once: everyone with the link sees everything.",
        Never = "never": "Never: hidden answers are confirmed unseen, or given again.",
    }
}

/// How many wrong dates a session may enter.
pub const MOST_TRIES: u8 = 5;

/// Which answers of others a device sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// All answers of others.
    Everything,
    /// Those of these devices.
    Of(BTreeSet<Device>),
    /// None until it enters the date, for which this many tries are left.
    Locked(u8),
    /// None for the rest of this session, after too many wrong dates.
    Closed,
    /// None, because of the account's setting or because there is no date.
    Never,
}

/// The result of entering a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryResult {
    /// The date was right.
    Opened,
    /// It was wrong, and this many tries are left.
    Wrong(u8),
    /// There was no date to compare with, or no try left.
    Refused,
}

/// The place of the date that reveals the answers of a customer.
#[must_use]
pub const fn place_of_date(kind: CustomerType) -> &'static str {
    match kind {
        CustomerType::Individual => "/birth_date",
        CustomerType::Corporate => "/formation_date",
    }
}

impl Form {
    /// The device that gave the present value of a place. `None` if it did not come from the form.
    fn giver(&self, place: &str, text: &str) -> Option<&Device> {
        self.saved.get(place).filter(|saved| saved.given == short_hash(text)).map(|saved| &saved.device)
    }

    /// The date that counts in a session. `now` is the date in the record, at `place`.
    fn key(&self, session: SessionId, place: &str, now: &str) -> Option<Key> {
        let known = || Date::new(now).map(|_| now.to_owned());
        let Some(giver) = self.giver(place, now) else {
            return known().map(|date| Key { date, opens: Opens::Everything });
        };
        let written = self.date.as_ref();
        // A date from the integrator counts in every session, a typed one only in its own.
        let counts = |key: &&Key| key.opens == Opens::Everything || written.is_some_and(|one| one.session == session);
        if let Some(before) = written.and_then(|written| written.before.as_ref()).filter(counts) {
            return Some(before.clone());
        }
        let opens = match written.map(|written| &written.opens) {
            Some(Opens::Everything) => Opens::Everything,
            Some(Opens::Of(devices)) => Opens::Of(devices.iter().chain([giver]).cloned().collect()),
            None => Opens::Of([giver.clone()].into()),
        };
        known().map(|date| Key { date, opens })
    }

    /// Whether a device has entered the date of a key.
    fn has_entered(&self, key: &Key, session: SessionId, device: &Device) -> bool {
        match &key.opens {
            Opens::Everything => {
                self.tries.as_ref().is_some_and(|tries| tries.session == session && tries.opened.contains(device))
            }
            Opens::Of(devices) => devices.contains(device),
        }
    }

    /// Which answers of others a device sees.
    pub(super) fn sight(
        &self,
        reveal: Reveal,
        session: Option<SessionId>,
        device: &Device,
        place: &str,
        now: &str,
    ) -> Sight {
        match reveal {
            Reveal::Always => return Sight::Everything,
            Reveal::Never => return Sight::Never,
            Reveal::AfterBirthDate => {}
        }
        let Some((session, key)) = session.and_then(|session| Some((session, self.key(session, place, now)?))) else {
            return Sight::Never;
        };
        match (self.has_entered(&key, session, device), key.opens) {
            (true, Opens::Everything) => Sight::Everything,
            (true, Opens::Of(devices)) => Sight::Of(devices),
            (false, _) => match MOST_TRIES.saturating_sub(self.failed(session)) {
                0 => Sight::Closed,
                left => Sight::Locked(left),
            },
        }
    }

    fn failed(&self, session: SessionId) -> u8 {
        self.tries.as_ref().filter(|tries| tries.session == session).map_or(0, |tries| tries.failed)
    }

    /// Compares a date that a device entered.
    pub(crate) fn try_date(
        &mut self,
        session: SessionId,
        device: &Device,
        place: &str,
        now: &str,
        entered: &str,
    ) -> TryResult {
        let failed = self.failed(session);
        let Some(mut key) = self.key(session, place, now).filter(|_| failed < MOST_TRIES) else {
            return TryResult::Refused;
        };
        let fresh = Tries { session, failed: 0, opened: BTreeSet::new() };
        let mut tries = self.tries.take().filter(|tries| tries.session == session).unwrap_or(fresh);
        let tried = if key.date == entered {
            match &mut key.opens {
                Opens::Everything => drop(tries.opened.insert(device.clone())),
                Opens::Of(devices) => {
                    devices.insert(device.clone());
                    self.let_in(session, key);
                }
            }
            TryResult::Opened
        } else {
            tries.failed = failed.saturating_add(1);
            TryResult::Wrong(MOST_TRIES.saturating_sub(tries.failed))
        };
        self.tries = Some(tries);
        tried
    }

    /// Stores a key to which a device was added in the place that it came from.
    fn let_in(&mut self, session: SessionId, key: Key) {
        match &mut self.date {
            Some(written) if written.session == session && written.before.is_some() => written.before = Some(key),
            Some(written) => written.opens = key.opens,
            None => self.date = Some(DateWritten { session, before: None, opens: key.opens }),
        }
    }

    /// Notes that a device is about to replace the date.
    pub(super) fn date_is_written(&mut self, session: SessionId, device: &Device, place: &str, now: &str) {
        // It may correct its own date.
        if self.giver(place, now) == Some(device) {
            return;
        }
        let alone = || Opens::Of([device.clone()].into());
        let key = self.key(session, place, now);
        let is_of_now = self.date.as_ref().is_none_or(|written| written.session == session && written.before.is_none());
        self.date = Some(match key {
            Some(key) if self.has_entered(&key, session, device) => {
                DateWritten { session, before: None, opens: key.opens }
            }
            // A date that was typed in this session is no more trustworthy than the next one.
            Some(Key { opens: Opens::Of(_), .. }) if self.date.is_some() && is_of_now => {
                DateWritten { session, before: None, opens: alone() }
            }
            before => DateWritten { session, before, opens: alone() },
        });
    }

    /// Takes over what another pass of the same browser gave or entered.
    pub(super) fn adopt(&mut self, other: &Device, device: &Device) {
        let swap = |devices: &mut BTreeSet<Device>| {
            if devices.remove(other) {
                devices.insert(device.clone());
            }
        };
        let swap_opens = |opens: &mut Opens| {
            if let Opens::Of(devices) = opens {
                swap(devices);
            }
        };
        for saved in self.saved.values_mut().filter(|saved| saved.device == *other) {
            saved.device = device.clone();
        }
        if let Some(tries) = &mut self.tries {
            swap(&mut tries.opened);
        }
        if let Some(written) = &mut self.date {
            swap_opens(&mut written.opens);
            written.before.iter_mut().for_each(|key| swap_opens(&mut key.opens));
        }
    }
}

#[cfg(test)]
mod tests;
