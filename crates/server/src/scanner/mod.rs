//! Scanning uploads for viruses: by clamd, or by a program. A file is passed on as it arrives, so it is never on a disk
//! of ours unsealed. Whatever goes wrong here is a file that could not be judged.

mod clamd;
mod command;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dossier_core::file::scan::{OnFailure, Scan, Scanner, Scanning, Verdict};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use tokio::time::{Instant, timeout};

use crate::config::scan::{Scan as Settings, ScannerAddress};

/// How long all waits for the scanner may take, for one file.
const TOTAL: Duration = Duration::from_secs(30);

/// How a scan ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ScanLabels {
    verdict: &'static str,
}

/// Counts scans by their end.
pub type Scans = Family<ScanLabels, Counter>;

/// Counts each kind of scan from zero, so that the first one is an increase.
pub(crate) fn count_from_zero(scans: &Scans) {
    for verdict in ["clean", "infected", "unknown"] {
        drop(scans.get_or_create(&ScanLabels { verdict }));
    }
}

/// What use cases scan with, as the settings say.
#[must_use]
pub fn scanning(settings: &Settings, scans: &Scans) -> Option<Scanning> {
    let address = settings.scanner.clone()?;
    let on_failure = settings.on_failure;
    Some(Scanning { scanner: Arc::new(UploadScanner { address, on_failure, scans: scans.clone() }), on_failure })
}

/// Asks the scanner whether it works. A program must find the test virus; clamd must respond.
///
/// # Errors
///
/// Why it does not, in words.
pub async fn check(address: &ScannerAddress) -> Result<String, String> {
    let mut time = TimeLeft(TOTAL);
    match address {
        ScannerAddress::ClamdSocket(_) | ScannerAddress::ClamdHost(..) => {
            let mut clamd = time.within(clamd::Clamd::connect(address)).await?;
            time.within(clamd.ping()).await?;
            Ok("clamd responds".to_owned())
        }
        ScannerAddress::Command(program, _) => {
            let mut scan = Conversation::begin(address).await?;
            time.within(scan.send(&test_virus())).await?;
            match time.within(scan.verdict()).await? {
                Verdict::Infected(_) => Ok(format!("{program} finds the EICAR test virus")),
                _ => Err(format!("{program} does not find the EICAR test virus")),
            }
        }
    }
}

/// The EICAR test file, put together here so that no scanner finds it in this program.
fn test_virus() -> Vec<u8> {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

struct UploadScanner {
    address: ScannerAddress,
    on_failure: OnFailure,
    scans: Scans,
}

#[async_trait]
impl Scanner for UploadScanner {
    async fn begin(&self, request_id: &str) -> Box<dyn Scan> {
        let mut time = TimeLeft(TOTAL);
        let conversation = time.within(Conversation::begin(&self.address)).await;
        let (on_failure, scans) = (self.on_failure, self.scans.clone());
        Box::new(Upload { conversation, time, on_failure, scans, request_id: request_id.to_owned() })
    }
}

/// An upload that is being scanned.
struct Upload {
    /// The words say why it cannot be judged.
    conversation: Result<Conversation, String>,
    time: TimeLeft,
    on_failure: OnFailure,
    scans: Scans,
    request_id: String,
}

#[async_trait]
impl Scan for Upload {
    async fn write(&mut self, bytes: &[u8]) {
        if let Ok(conversation) = &mut self.conversation
            && let Err(why) = self.time.within(conversation.send(bytes)).await
        {
            // The scanner is let go at once.
            self.conversation = Err(why);
        }
    }

    async fn finish(self: Box<Self>) -> Verdict {
        let Self { conversation, mut time, on_failure, scans, request_id } = *self;
        let verdict = match conversation {
            Ok(conversation) => time.within(conversation.verdict()).await,
            Err(why) => Err(why),
        };
        let verdict = verdict.unwrap_or_else(|why| {
            let is_stored = on_failure == OnFailure::Accept;
            tracing::error!(request_id, why, is_stored, "the scanner could not judge an upload");
            Verdict::Unknown
        });
        let verdict_label = match &verdict {
            Verdict::Clean => "clean",
            Verdict::Infected(virus) => {
                tracing::warn!(request_id, virus, "the scanner found a virus in an upload");
                "infected"
            }
            Verdict::Unknown => "unknown",
        };
        scans.get_or_create(&ScanLabels { verdict: verdict_label }).inc();
        verdict
    }
}

/// A scan, as one of the scanners does it.
enum Conversation {
    Clamd(clamd::Clamd),
    Command(command::Command),
}

impl Conversation {
    async fn begin(address: &ScannerAddress) -> Result<Self, String> {
        match address {
            ScannerAddress::ClamdSocket(_) | ScannerAddress::ClamdHost(..) => {
                let mut clamd = clamd::Clamd::connect(address).await?;
                clamd.begin_stream().await?;
                Ok(Self::Clamd(clamd))
            }
            ScannerAddress::Command(program, arguments) => {
                command::Command::start(program, arguments).map(Self::Command)
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        match self {
            Self::Clamd(clamd) => clamd.send(bytes).await,
            Self::Command(command) => command.send(bytes).await,
        }
    }

    async fn verdict(self) -> Result<Verdict, String> {
        match self {
            Self::Clamd(clamd) => clamd.verdict().await,
            Self::Command(command) => command.verdict().await,
        }
    }
}

/// How much longer the scanner may be waited for. The time in which a client sends its file does not count.
struct TimeLeft(Duration);

impl TimeLeft {
    async fn within<T>(&mut self, wait: impl Future<Output = Result<T, String>>) -> Result<T, String> {
        let began = Instant::now();
        let result = timeout(self.0, wait).await;
        self.0 = self.0.saturating_sub(began.elapsed());
        result.unwrap_or_else(|_| Err(format!("the scanner took more than {} seconds", TOTAL.as_secs())))
    }
}
