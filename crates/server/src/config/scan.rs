//! What scans uploads for viruses.

use std::path::PathBuf;

use dossier_core::file::scan::OnFailure;

use super::reader::SettingReader;

/// What scans uploads, and what happens when it cannot.
#[derive(Clone)]
pub struct Scan {
    /// The scanner, if there is one.
    pub scanner: Option<ScannerAddress>,
    /// What happens to a file that it could not judge.
    pub on_failure: OnFailure,
}

/// Where the scanner is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerAddress {
    /// clamd, behind a socket of this machine.
    ClamdSocket(PathBuf),
    /// clamd, at a host and port.
    ClamdHost(String, u16),
    /// A program and its arguments.
    Command(String, Vec<String>),
}

impl Scan {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "what scans uploads for viruses: clamd:/path/of/socket, clamd:HOST:PORT, or command:PROGRAM ARGS, \
            which reads a file on standard input and ends with 0 for clean and 1 for infected; nothing when empty";
        let wanted = "clamd:/path/of/socket, clamd:HOST:PORT or command:PROGRAM ARGS";
        let scanner = from.setting("scan", "", help).recorded().secret().read_or_empty(scanner, wanted);
        let help = "what happens to an upload that the scanner could not judge: refuse refuses it (503), accept stores \
            it unscanned";
        let read = |text: &str| match text {
            "refuse" => Some(OnFailure::Refuse),
            "accept" => Some(OnFailure::Accept),
            _ => None,
        };
        let on_failure = from.setting("scan_failure", "refuse", help).recorded().read(read, "refuse or accept");
        Self { scanner, on_failure }
    }
}

fn scanner(text: &str) -> Option<ScannerAddress> {
    if let Some(command) = text.strip_prefix("command:") {
        let mut words = command.split_whitespace().map(ToOwned::to_owned);
        return Some(ScannerAddress::Command(words.next()?, words.collect()));
    }
    let clamd = text.strip_prefix("clamd:")?;
    if clamd.starts_with('/') {
        return Some(ScannerAddress::ClamdSocket(clamd.into()));
    }
    let (host, port) = clamd.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let port = port.parse().ok().filter(|port| *port > 0)?;
    Some(ScannerAddress::ClamdHost(Some(host.to_owned()).filter(|host| !host.is_empty())?, port))
}

#[cfg(test)]
mod tests {
    use super::ScannerAddress::{ClamdHost, ClamdSocket, Command};
    use super::*;

    #[test]
    fn a_scanner_is_clamd_or_a_command() {
        let command = |program: &str, arguments: &[&str]| {
            Some(Command(program.into(), arguments.iter().map(|one| (*one).to_owned()).collect()))
        };
        for (text, expected) in [
            ("clamd:/run/clamav/clamd.ctl", Some(ClamdSocket("/run/clamav/clamd.ctl".into()))),
            ("clamd:localhost:3310", Some(ClamdHost("localhost".into(), 3310))),
            ("clamd:[::1]:3310", Some(ClamdHost("::1".into(), 3310))),
            ("command:/usr/bin/scan", command("/usr/bin/scan", &[])),
            ("command: /usr/bin/scan  --quiet - ", command("/usr/bin/scan", &["--quiet", "-"])),
            ("clamd:", None),
            ("clamd::3310", None),
            ("clamd:localhost", None),
            ("clamd:localhost:0", None),
            ("clamd:localhost:99999", None),
            ("command:", None),
            ("command: ", None),
            ("/run/clamav/clamd.ctl", None),
        ] {
            assert_eq!(scanner(text), expected, "{text}");
        }
    }
}
