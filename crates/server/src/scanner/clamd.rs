//! The protocol of clamd: commands and replies end with a zero byte, and a file is sent in chunks that begin with their
//! length.

use std::io;
use std::time::Duration;

use dossier_core::file::scan::Verdict;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufWriter};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{sleep, timeout};

use crate::config::scan::ScannerAddress;

/// How long clamd may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// How long to wait before a full socket is tried again.
const AGAIN: Duration = Duration::from_millis(20);
/// How long a clamd that takes no more may take to say why.
const COMPLAINT: Duration = Duration::from_millis(500);
/// More than any reply has in bytes.
const REPLY: u64 = 4 * 1_024;
/// The longest name of a virus, and the longest complaint, that is logged.
const LOGGED: usize = 128;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection to clamd.
pub(super) struct Clamd(BufWriter<Box<dyn Stream>>);

impl Clamd {
    pub(super) async fn connect(address: &ScannerAddress) -> Result<Self, String> {
        let stream = timeout(CONNECT, connect(address)).await;
        let stream = stream.map_err(|_| format!("clamd took no connection within {} seconds", CONNECT.as_secs()))?;
        let stream = stream.map_err(|error| format!("cannot connect to clamd: {error}"))?;
        Ok(Self(BufWriter::with_capacity(64 * 1_024, stream)))
    }

    pub(super) async fn ping(&mut self) -> Result<(), String> {
        self.written(b"zPING\0").await.map_err(broken)?;
        self.0.flush().await.map_err(broken)?;
        match self.reply().await?.as_str() {
            "PONG" => Ok(()),
            other => Err(format!("clamd answered PING with {other}")),
        }
    }

    pub(super) async fn begin_stream(&mut self) -> Result<(), String> {
        self.written(b"zINSTREAM\0").await.map_err(broken)
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        // A chunk of length zero would end the file.
        if bytes.is_empty() {
            return Ok(());
        }
        let length = u32::try_from(bytes.len()).map_err(|_| "a chunk is too long for clamd".to_owned())?;
        let sent = async {
            self.written(&length.to_be_bytes()).await?;
            self.written(bytes).await
        };
        match sent.await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.complaint(error).await),
        }
    }

    pub(super) async fn verdict(mut self) -> Result<Verdict, String> {
        let ended = async {
            self.written(&0_u32.to_be_bytes()).await?;
            self.0.flush().await
        };
        if let Err(error) = ended.await {
            return Err(self.complaint(error).await);
        }
        read_verdict(&self.reply().await?)
    }

    async fn written(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await
    }

    /// A clamd that has closed the connection may have said why before, for example that the file is too large for it.
    async fn complaint(&mut self, error: io::Error) -> String {
        match timeout(COMPLAINT, self.reply()).await {
            Ok(Ok(reply)) => format!("clamd answered {reply}"),
            Ok(Err(_)) | Err(_) => broken(error),
        }
    }

    /// A whole reply, without its zero byte.
    async fn reply(&mut self) -> Result<String, String> {
        let mut reply = Vec::new();
        let mut source = self.0.get_mut().take(REPLY);
        while !reply.ends_with(b"\0") {
            if source.read_buf(&mut reply).await.map_err(broken)? == 0 {
                return Err("clamd closed the connection before its reply was complete".to_owned());
            }
        }
        reply.pop();
        Ok(visible(&String::from_utf8_lossy(&reply)))
    }
}

async fn connect(address: &ScannerAddress) -> io::Result<Box<dyn Stream>> {
    match address {
        ScannerAddress::ClamdSocket(path) => loop {
            match UnixStream::connect(path).await {
                // Its queue is full.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(AGAIN).await,
                connected => return Ok(Box::new(connected?)),
            }
        },
        ScannerAddress::ClamdHost(host, port) => {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream))
        }
        ScannerAddress::Command(..) => Err(io::Error::other("a command is no clamd")),
    }
}

fn read_verdict(reply: &str) -> Result<Verdict, String> {
    match reply.strip_prefix("stream: ") {
        Some("OK") => Ok(Verdict::Clean),
        Some(found) if found.ends_with(" FOUND") => {
            Ok(Verdict::Infected(found.strip_suffix(" FOUND").map(ToOwned::to_owned)))
        }
        _ => Err(format!("clamd answered {reply}")),
    }
}

/// A text as it may be logged.
fn visible(text: &str) -> String {
    text.chars().take(LOGGED).map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}

fn broken(error: io::Error) -> String {
    format!("the connection to clamd broke: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ok_is_clean_and_only_found_is_infected() {
        assert_eq!(read_verdict("stream: OK"), Ok(Verdict::Clean));
        let virus = Some("Eicar-Test-Signature".to_owned());
        assert_eq!(read_verdict("stream: Eicar-Test-Signature FOUND"), Ok(Verdict::Infected(virus)));
        for reply in ["", "OK", "stream: ", "stream: OK ", "stream: ok", "stream: FOUND", "FOUND", "PONG"] {
            assert!(read_verdict(reply).is_err(), "{reply}");
        }
        let reply = "INSTREAM size limit exceeded. ERROR";
        assert_eq!(read_verdict(reply), Err(format!("clamd answered {reply}")));
    }

    #[test]
    fn what_is_logged_is_short_and_on_one_line() {
        assert_eq!(visible("a\nb\u{1b}[31m\u{202e}"), "a?b?[31m?");
        assert_eq!(visible(&"x".repeat(1_000)).len(), LOGGED);
    }
}
