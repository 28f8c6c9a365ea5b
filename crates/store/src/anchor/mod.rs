//! The anchor: the end of each audit trail, kept outside the database. A database that is reset to an older state, with
//! seals that were valid then, is behind the anchor.
//!
//! An anchor is a text of signed lines, one for each scope. Each line is valid on its own and is called a checkpoint.
//! The file of a process ends with a line that signs all lines before it, so that none can be removed.

mod check;
mod file;
mod tips;

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::AccountId;

use crate::vault::RootKey;

pub use check::{AcceptedRestore, AnchorReport, accepted_at, check, restore_note};
pub use file::AnchorFile;
pub use tips::Tips;

/// The start of a checkpoint.
const LINE: &str = "dossier-checkpoint 1 ";
/// The start of the last line of a complete anchor.
const END: &str = "dossier-anchor 1 ";

/// An entry of an audit trail, by its number and its hash. The hash covers all entries before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The number in the trail, from 1.
    pub entry: u64,
    pub hash: [u8; 32],
}

/// The end of an audit trail, as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEnd {
    pub scope: Scope,
    pub position: Position,
    /// The seal on the end. It has not been checked yet.
    pub seal: Vec<u8>,
}

/// The end of a trail at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    pub scope: Scope,
    pub position: Position,
    pub at: Timestamp,
}

/// Checkpoints from one source, all signed by this installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The source, for people.
    pub name: String,
    pub checkpoints: Vec<Checkpoint>,
    /// Whether a last line confirms that no checkpoint is missing.
    pub is_whole: bool,
}

/// Why an anchor cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    #[error("it was altered, or signed with another root key")]
    Altered,
    /// It is signed, but for another installation.
    #[error("it belongs to another installation")]
    Foreign,
    #[error("it contains no anchor and no checkpoint")]
    Empty,
    /// The last line of an anchor file is missing.
    #[error("its end is missing")]
    Cut,
}

/// The key that signs anchors. It derives from the root key, so write access to the database or the file does not give
/// it away.
#[derive(Clone)]
pub struct AnchorKey {
    key: hmac::Key,
    installation: AccountId,
}

impl AnchorKey {
    #[must_use]
    pub fn new(root: &RootKey, installation: [u8; 16]) -> Self {
        Self { key: root.anchor_key(), installation: AccountId::from_bytes(installation) }
    }

    fn sign(&self, parts: &[&str]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            context.update(&u64::try_from(part.len()).expect("lengths fit").to_be_bytes());
            context.update(part.as_bytes());
        }
        hexadecimal(context.sign().as_ref())
    }

    fn is_signed(&self, parts: &[&str], signature: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        bool::from(self.sign(parts).as_bytes().ct_eq(signature.as_bytes()))
    }

    /// A checkpoint, without a line feed.
    #[must_use]
    pub fn checkpoint(&self, of: &Checkpoint) -> String {
        let Checkpoint { scope: Scope { account, environment }, position: Position { entry, hash }, at } = of;
        let (installation, hash) = (self.installation, hexadecimal(hash));
        let line = format!("{LINE}{installation} {at} {account} {} {entry} {hash}", environment.as_str());
        let signature = self.sign(&[&line]);
        format!("{line} {signature}")
    }

    /// A complete anchor.
    #[must_use]
    pub fn write(&self, positions: &BTreeMap<Scope, Position>, at: Timestamp) -> String {
        let mut text = String::new();
        for (scope, position) in positions {
            text.push_str(&self.checkpoint(&Checkpoint { scope: *scope, position: *position, at }));
            text.push('\n');
        }
        let end = format!("{END}{} {at} {}", self.installation, positions.len());
        let signature = self.sign(&[&text, &end]);
        text + &end + " " + &signature + "\n"
    }

    /// Reads an anchor, or checkpoints. Checkpoints may come from a log, with other text around them.
    pub fn read(&self, name: &str, text: &str) -> Result<Anchor, AnchorError> {
        let mut anchor = Anchor { name: name.to_owned(), checkpoints: Vec::new(), is_whole: false };
        let mut before = 0;
        for line in text.split_inclusive('\n') {
            if anchor.is_whole {
                return Err(AnchorError::Altered);
            }
            if line.starts_with(END) {
                self.read_end(&text[..before], line.trim_end())?;
                anchor.is_whole = true;
            } else if let Some(at) = line.find(LINE) {
                anchor.checkpoints.push(self.read_line(&line[at..])?);
            }
            before += line.len();
        }
        if anchor.checkpoints.is_empty() && !anchor.is_whole { Err(AnchorError::Empty) } else { Ok(anchor) }
    }

    fn read_end(&self, before: &str, line: &str) -> Result<(), AnchorError> {
        let (end, signature) = line.rsplit_once(' ').ok_or(AnchorError::Altered)?;
        if !self.is_signed(&[before, end], signature) {
            return Err(AnchorError::Altered);
        }
        self.check_installation(end.strip_prefix(END))
    }

    fn check_installation(&self, rest: Option<&str>) -> Result<(), AnchorError> {
        let installation = rest.and_then(|rest| rest.split(' ').next()).and_then(AccountId::parse);
        if installation == Some(self.installation) { Ok(()) } else { Err(AnchorError::Foreign) }
    }

    fn read_line(&self, line: &str) -> Result<Checkpoint, AnchorError> {
        // Two words of prefix, six of content, the signature, and whatever a log appends.
        let mut words = line.split_whitespace();
        let content: Vec<&str> = words.by_ref().take(8).collect();
        let signature = words.next().and_then(|word| word.get(..64)).ok_or(AnchorError::Altered)?;
        let signed = content.join(" ");
        if !self.is_signed(&[&signed], signature) {
            return Err(AnchorError::Altered);
        }
        self.check_installation(signed.strip_prefix(LINE))?;
        let [_, _, _, at, account, environment, entry, hash] = content[..] else { return Err(AnchorError::Altered) };
        let read = || {
            let environment = match environment {
                "sandbox" => Environment::Sandbox,
                "production" => Environment::Production,
                _ => return None,
            };
            let scope = Scope { account: AccountId::parse(account)?, environment };
            let position = Position { entry: entry.parse().ok()?, hash: read_hash(hash)? };
            Some(Checkpoint { scope, position, at: read_moment(at)? })
        };
        read().ok_or(AnchorError::Altered)
    }
}

fn read_moment(text: &str) -> Option<Timestamp> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

fn read_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AnchorKey {
        AnchorKey::new(&RootKey::random(), [7; 16])
    }

    fn positions(count: u8) -> BTreeMap<Scope, Position> {
        let scope = |number| Scope { account: AccountId::from_bytes([number; 16]), environment: Environment::Sandbox };
        (0..count)
            .map(|number| (scope(number), Position { entry: u64::from(number) + 1, hash: [number; 32] }))
            .collect()
    }

    const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn an_anchor_is_read_back_unless_it_was_altered_cut_or_is_foreign() {
        let key = key();
        let text = key.write(&positions(3), AT);
        let anchor = key.read("here", &text).expect("an anchor");
        assert!(anchor.is_whole);
        let read: BTreeMap<_, _> = anchor.checkpoints.iter().map(|one| (one.scope, one.position)).collect();
        assert_eq!(read, positions(3));
        assert!(anchor.checkpoints.iter().all(|one| one.at == AT));
        for at in 0..text.len() - 1 {
            let mut altered = text.clone().into_bytes();
            altered[at] ^= 1;
            let Ok(altered) = String::from_utf8(altered) else { continue };
            assert!(key.read("here", &altered).map_or(true, |read| !read.is_whole), "byte {at}");
        }
        let lines: Vec<_> = text.lines().collect();
        let without_the_first = lines[1..].join("\n");
        assert_eq!(key.read("here", &without_the_first), Err(AnchorError::Altered));
        assert!(!key.read("here", &lines[..3].join("\n")).expect("checkpoints").is_whole);
        assert_eq!(key.read("here", "nothing\n"), Err(AnchorError::Empty));
        assert_eq!(self::key().read("here", &text), Err(AnchorError::Altered), "another root key");
        let foreign = AnchorKey { installation: AccountId::from_bytes([8; 16]), ..key };
        assert_eq!(foreign.read("here", &text), Err(AnchorError::Foreign));
    }

    #[test]
    fn an_installation_without_entries_has_a_complete_anchor() {
        let key = key();
        let anchor = key.read("here", &key.write(&BTreeMap::new(), AT)).expect("an anchor");
        assert!(anchor.is_whole && anchor.checkpoints.is_empty());
    }

    #[test]
    fn a_checkpoint_is_found_in_a_log() {
        let key = key();
        let (scope, position) = positions(1).pop_first().expect("one");
        let checkpoint = Checkpoint { scope, position, at: AT };
        let line = key.checkpoint(&checkpoint);
        let log =
            format!("{{\"level\":\"INFO\",\"checkpoint\":\"{line}\",\"x\":1}}\nsomething else\n2026 INFO {line}\n");
        let anchor = key.read("log", &log).expect("checkpoints");
        assert_eq!((anchor.checkpoints, anchor.is_whole), (vec![checkpoint; 2], false));
        for word in 2..9 {
            let mut words: Vec<_> = line.split(' ').collect();
            let other = if words[word].starts_with('0') { "1" } else { "0" };
            let altered = format!("{other}{}", &words[word][1..]);
            words[word] = &altered;
            assert!(key.read("log", &words.join(" ")).is_err(), "word {word}");
        }
    }
}
