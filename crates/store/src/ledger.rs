//! The copy of the ledger of erasures, in a file beside the keyring. A database that is restored to an older state does
//! not know what was erased since; this file does.
//!
//! Each line is one erasure, sealed on its own, so that adding one is an append. A last line without a line break was
//! being written when the process died. It is ignored, and the next append removes it.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::erasure::{LedgerEntry, Subject};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

use crate::OpenError;
use crate::columns::{scope_columns, scope_of};
use crate::durable;
use crate::planted::reached;
use crate::vault::{Binding, Cell, RootKey, SecretKey, Vault};

const ENDING: &str = ".ledger";
/// Account, environment, customer, time and epoch. The id of a person follows, if the person alone was erased.
const LENGTH: usize = 16 + 1 + 16 + 8 + 4 + 16;

/// The file of the ledger. It need not exist.
pub struct Ledger {
    path: PathBuf,
    key: SecretKey,
    /// Erasures of this process that are not in the file yet.
    pending: Mutex<Vec<LedgerEntry>>,
    /// Customers and persons that are erased again because the file names them.
    again: Mutex<BTreeSet<Subject>>,
}

const POISONED: &str = "no code panics while it holds these locks";

impl Ledger {
    /// The file that belongs to a keyring, or to a copy of one.
    #[must_use]
    pub fn beside(keyring: &Path, root: &RootKey) -> Self {
        Self::at(path_beside(keyring), root)
    }

    /// The file at this path, such as a copy in a backup.
    #[must_use]
    pub fn at(path: PathBuf, root: &RootKey) -> Self {
        Self { path, key: root.ledger_key(), pending: Mutex::default(), again: Mutex::default() }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads all entries. Fails, and names the line, if a line was altered or sealed with another root key. Lines that
    /// were removed are not noticed.
    pub fn read(&self) -> Result<BTreeSet<LedgerEntry>, OpenError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(cause) => return Err(self.failed("read the ledger of erasures", cause)),
        };
        let lines = text[..whole_lines(&text)].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let read = |(place, line)| {
            self.open(line).ok_or_else(|| OpenError::Ledger { path: self.path.clone(), line: place + 1 })
        };
        lines.enumerate().map(read).collect()
    }

    /// Whether the last line has no end. That is so after a crash, and in a copy that was cut off.
    pub fn is_cut_off(&self) -> Result<bool, OpenError> {
        match fs::read(&self.path) {
            Ok(text) => Ok(whole_lines(&text) < text.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(self.failed("read the ledger of erasures", cause)),
        }
    }

    /// Adds entries. They are durable on return.
    pub fn append<'a>(&self, entries: impl IntoIterator<Item = &'a LedgerEntry>) -> Result<(), OpenError> {
        let mut lines = String::new();
        for entry in entries {
            STANDARD_NO_PAD.encode_string(self.seal(entry), &mut lines);
            lines.push('\n');
        }
        if lines.is_empty() {
            return Ok(());
        }
        let is_new = !self.path.exists();
        let write = || {
            let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&self.path)?;
            // Processes on one database share the keyring, and so this file.
            file.lock()?;
            cut_unfinished_line(&mut file)?;
            reached("erase: ledger opened");
            file.write_all(lines.as_bytes())?;
            reached("erase: ledger written");
            file.sync_all()?;
            if is_new { fs::File::open(durable::folder_of(&self.path))?.sync_all() } else { Ok(()) }
        };
        write().map_err(|cause| self.failed("write the ledger of erasures", cause))
    }

    /// Says that these entries are in the file, so that erasing their customers again adds no second line.
    pub fn expect_again(&self, entries: &[LedgerEntry]) {
        self.again.lock().expect(POISONED).extend(entries.iter().map(LedgerEntry::subject));
    }

    /// Remembers an erasure until [`Ledger::append_pending`] adds it.
    pub(crate) fn remember(&self, entry: LedgerEntry) {
        if !self.again.lock().expect(POISONED).remove(&entry.subject()) {
            self.pending.lock().expect(POISONED).push(entry);
        }
    }

    /// Adds what was remembered. Returns whether there was anything. After a failure it is still remembered.
    pub(crate) fn append_pending(&self) -> Result<bool, StoreError> {
        let mut pending = self.pending.lock().expect(POISONED);
        self.append(&*pending).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let was_any = !pending.is_empty();
        pending.clear();
        Ok(was_any)
    }

    fn failed(&self, attempt: &'static str, cause: io::Error) -> OpenError {
        OpenError::File { attempt, path: self.path.clone(), cause }
    }

    fn seal(&self, entry: &LedgerEntry) -> Vec<u8> {
        let LedgerEntry { scope, customer, person, erased_at, epoch } = entry;
        let (account, environment) = scope_columns(scope);
        let mut content = Vec::with_capacity(LENGTH);
        content.extend_from_slice(account);
        content.push(environment);
        content.extend_from_slice(customer.as_bytes());
        content.extend_from_slice(&erased_at.as_micros().to_be_bytes());
        content.extend_from_slice(&epoch.to_be_bytes());
        content.extend(person.iter().flat_map(PersonId::as_bytes));
        Cell::seal(&self.key, 1, &BINDING, &content).into_bytes()
    }

    fn open(&self, line: &[u8]) -> Option<LedgerEntry> {
        let content = Cell::open(STANDARD_NO_PAD.decode(line).ok()?, &self.key, &BINDING).ok()?;
        let (account, rest) = content.split_first_chunk::<16>()?;
        let (environment, rest) = rest.split_first()?;
        let (customer, rest) = rest.split_first_chunk::<16>()?;
        let (erased_at, rest) = rest.split_first_chunk::<8>()?;
        let (epoch, person) = rest.split_first_chunk::<4>()?;
        let person = match person {
            [] => None,
            id => Some(PersonId::from_bytes(id.try_into().ok()?)),
        };
        let scope: Scope = scope_of(*account, *environment).ok()?;
        let erased_at = Timestamp::from_micros(i64::from_be_bytes(*erased_at));
        let (customer, epoch) = (CustomerId::from_bytes(*customer), u32::from_be_bytes(*epoch));
        Some(LedgerEntry { scope, customer, person, erased_at, epoch })
    }
}

/// Cuts off a line that was being written when a process died.
fn cut_unfinished_line(file: &mut fs::File) -> io::Result<()> {
    let mut last = [b'\n'];
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last == [b'\n'] {
        return Ok(());
    }
    let mut text = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut text)?;
    file.set_len(u64::try_from(whole_lines(&text)).expect("lengths fit"))
}

/// The length of all lines that have an end.
fn whole_lines(text: &[u8]) -> usize {
    text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// The path of the ledger that belongs to a keyring, or to a copy of one.
#[must_use]
pub fn path_beside(keyring: &Path) -> PathBuf {
    let mut path = keyring.as_os_str().to_owned();
    path.push(ENDING);
    path.into()
}

const BINDING: Binding<'static> =
    Binding { scope: Vault::INSTALLATION, subject: b"", table: "ledger", section: "erasure", row: b"", version: 0 };

#[cfg(test)]
mod tests {
    use dossier_core::caller::Environment;
    use dossier_core::ids::AccountId;

    use super::*;

    fn entry(number: u8) -> LedgerEntry {
        let scope = Scope { account: AccountId::from_bytes([number; 16]), environment: Environment::Production };
        let erased_at = Timestamp::from_micros(1_700_000_000_000_000 + i64::from(number));
        let person = number.is_multiple_of(2).then(|| PersonId::from_bytes([0xff - number; 16]));
        let (customer, epoch) = (CustomerId::from_bytes([number; 16]), u32::from(number));
        LedgerEntry { scope, customer, person, erased_at, epoch }
    }

    #[test]
    fn entries_are_read_back_also_after_a_line_that_was_never_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::beside(&folder.path().join("keyring.json"), &RootKey::random());
        assert_eq!(ledger.read().expect("no file").len(), 0);
        ledger.append(&[entry(1), entry(2)]).expect("appended");
        let mut torn = fs::read(ledger.path()).expect("a file");
        torn.extend_from_slice(b"AbCdEf");
        assert!(!ledger.is_cut_off().expect("readable"));
        fs::write(ledger.path(), torn).expect("a torn line");
        assert!(ledger.is_cut_off().expect("readable"));
        assert_eq!(ledger.read().expect("two"), BTreeSet::from([entry(1), entry(2)]));
        ledger.append(&[entry(3)]).expect("appended");
        assert_eq!(ledger.read().expect("three"), BTreeSet::from([entry(1), entry(2), entry(3)]));
    }

    #[test]
    fn an_altered_or_foreign_line_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = folder.path().join("keyring.json");
        let ledger = Ledger::beside(&keyring, &RootKey::random());
        ledger.append(&[entry(1), entry(2)]).expect("appended");
        let text = fs::read(ledger.path()).expect("a file");
        for at in 0..text.len() {
            let mut altered = text.clone();
            altered[at] ^= 1;
            fs::write(ledger.path(), &altered).expect("altered");
            let is_end = text[at] == b'\n';
            assert!(ledger.read().is_err() || is_end, "byte {at}");
        }
        fs::write(ledger.path(), &text).expect("as it was");
        let error = Ledger::beside(&keyring, &RootKey::random()).read().expect_err("another root key");
        assert!(error.to_string().contains("line 1"), "{error}");
    }
}
