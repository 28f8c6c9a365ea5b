//! When a device sees what it did not give itself. The record holds a date that the person behind it knows: the date of
//! birth, or of a business the date of formation. A device that enters it has not only found a link.
//!
//! Whoever has the link can type a date of its own. So a date opens no more than what its writer could vouch for: one
//! that came with the API opens everything, also after a device has written another over it; one that was typed into
//! the form opens what was given by the device that typed it, and by those that entered it since.

use std::collections::BTreeSet;

use crate::customer::profile::CustomerType;
use crate::form::record::{DateWritten, Device, Form, Key, Opens, Tries, short_hash};
use crate::ids::SessionId;
use crate::parse::leaf::Date;
use crate::words::words;

words! {
    /// When a device sees what it did not give itself.
    #[derive(Default)]
    Reveal {
        #[default]
        AfterBirthDate = "after_birth_date": "Once it has entered the date of birth, or of formation.",
        Always = "always": "At once: whoever has the link sees everything.",
        Never = "never": "Never: what others gave is confirmed unseen, or given again.",
    }
}

/// How many wrong dates one session may bring.
pub const MOST_TRIES: u8 = 5;

/// What a device sees of what it did not give itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Everything.
    Everything,
    /// What these devices gave.
    Of(BTreeSet<Device>),
    /// Nothing until it enters the date, for which this many tries are left.
    Locked(u8),
    /// Nothing any more in this session: too many wrong dates.
    Closed,
    /// Nothing: the account says so, or there is no date.
    Never,
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryResult {
    /// The date was right.
    Opened,
    /// It was wrong, and this many tries are left.
    Wrong(u8),
    /// There was nothing to try.
    Refused,
}

/// The place of the date that opens the form of a customer.
#[must_use]
pub const fn place_of_date(kind: CustomerType) -> &'static str {
    match kind {
        CustomerType::Individual => "/birth_date",
        CustomerType::Corporate => "/formation_date",
    }
}

impl Form {
    /// Whether what is at a place now was given by a device of the form, and by which.
    fn giver(&self, place: &str, text: &str) -> Option<&Device> {
        self.saved.get(place).filter(|saved| saved.given == short_hash(text)).map(|saved| &saved.device)
    }

    /// The date that opens the form in a session; `now` is the one that is in the record, at `place`.
    fn key(&self, session: SessionId, place: &str, now: &str) -> Option<Key> {
        let known = || Date::new(now).map(|_| now.to_owned());
        let Some(giver) = self.giver(place, now) else {
            return known().map(|date| Key { date, opens: Opens::Everything });
        };
        let written = self.date.as_ref();
        // What the integrator gave counts in every session, what another device typed only in its own.
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

    /// Whether a device has entered what the key asks for.
    fn has_entered(&self, key: &Key, session: SessionId, device: &Device) -> bool {
        match &key.opens {
            Opens::Everything => {
                self.tries.as_ref().is_some_and(|tries| tries.session == session && tries.opened.contains(device))
            }
            Opens::Of(devices) => devices.contains(device),
        }
    }

    /// What a device sees of what it did not give itself.
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

    /// A device enters a date.
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

    /// Keeps a key to which a device was added, where it came from.
    fn let_in(&mut self, session: SessionId, key: Key) {
        match &mut self.date {
            Some(written) if written.session == session && written.before.is_some() => written.before = Some(key),
            Some(written) => written.opens = key.opens,
            None => self.date = Some(DateWritten { session, before: None, opens: key.opens }),
        }
    }

    /// A device is about to write a date over the one that is there.
    pub(super) fn date_is_written(&mut self, session: SessionId, device: &Device, place: &str, now: &str) {
        // What it wrote itself, it may correct.
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
            // Of a date that this session brought, nothing is known that would make it better than the next one.
            Some(Key { opens: Opens::Of(_), .. }) if self.date.is_some() && is_of_now => {
                DateWritten { session, before: None, opens: alone() }
            }
            before => DateWritten { session, before, opens: alone() },
        });
    }

    /// What another pass of the same browser gave or entered is this one's.
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
