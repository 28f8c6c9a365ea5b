//! A connection with deadlines. The loops of axum and hyper-util leave a connection open that sends nothing, half a
//! header, or half an HTTP/2 preface. Here every wait for the client ends.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::head::Heads;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// To the first byte of a new connection.
    pub first_byte: Duration,
    /// From the first byte of a header to its end.
    pub header: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// The same, if no request has carried a valid key or pass.
    pub idle_unknown: Duration,
    /// To receive any part of a response.
    pub write: Duration,
    /// To send the next part of a body.
    pub body_idle: Duration,
    /// To send a whole body.
    pub body_total: Duration,
    /// During which a body may arrive more slowly than 16 KiB a second.
    pub body_grace: Duration,
    /// To stop sending, once a response has said that the connection closes.
    pub linger: Duration,
}

impl Deadlines {
    /// The deadlines of the server.
    pub const DEFAULT: Self = Self {
        first_byte: Duration::from_secs(10),
        header: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        idle_unknown: Duration::from_secs(15),
        write: Duration::from_secs(30),
        body_idle: Duration::from_secs(10),
        body_total: Duration::from_secs(30),
        body_grace: Duration::from_secs(5),
        linger: Duration::from_secs(2),
    };
}

/// The progress of a connection, shared by the service, the connection and the limit on connections.
#[derive(Debug)]
pub struct Progress {
    answering: AtomicBool,
    answered: AtomicU64,
    refused: AtomicBool,
    known: AtomicBool,
    ambiguous: AtomicBool,
    /// Microseconds since [`EPOCH`]; 0 once a byte of a request has arrived, until its response is sent.
    idle_since: AtomicU64,
    closing: CancellationToken,
}

static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    #[must_use]
    pub fn new() -> Self {
        let progress = Self {
            answering: AtomicBool::new(false),
            answered: AtomicU64::new(0),
            refused: AtomicBool::new(false),
            known: AtomicBool::new(false),
            ambiguous: AtomicBool::new(false),
            idle_since: AtomicU64::new(0),
            closing: CancellationToken::new(),
        };
        progress.idle();
        progress
    }

    /// The header is complete. While the request is handled, its body has deadlines of its own.
    pub fn begin(&self) {
        self.busy();
        self.answering.store(true, Ordering::Release);
    }

    /// The response is ready. `closes` says that it was made before the whole request was read.
    pub fn answer(&self, closes: bool) {
        self.refused.store(closes, Ordering::Release);
    }

    /// The whole response was handed over, and the next request may arrive.
    pub fn rest(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.answering.store(false, Ordering::Release);
        self.idle();
    }

    /// The client has sent a valid key or pass, or is a trusted proxy.
    pub fn know(&self) {
        self.known.store(true, Ordering::Relaxed);
    }

    /// Whether a request header can be understood in two ways.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        self.ambiguous.load(Ordering::Relaxed)
    }

    /// Since when the connection is idle, comparable only with other connections. `None` while it serves a request.
    #[must_use]
    pub fn idle_since(&self) -> Option<u64> {
        Some(self.idle_since.load(Ordering::Relaxed)).filter(|since| *since > 0)
    }

    /// Asks the connection to end.
    pub fn close(&self) {
        self.closing.cancel();
    }

    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Waits until the connection is asked to end.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }

    fn busy(&self) {
        self.idle_since.store(0, Ordering::Relaxed);
    }

    fn idle(&self) {
        let since = EPOCH.elapsed().as_micros() + 1;
        self.idle_since.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// What a connection that waits to read is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaits {
    /// The first byte of the header of this request. Requests are counted from 0.
    FirstByte(u64),
    /// The rest of that header.
    Rest(u64),
}

/// A TCP stream that ends when its client takes too long.
pub struct Connection {
    stream: TcpStream,
    progress: Arc<Progress>,
    deadlines: Deadlines,
    heads: Heads,
    awaits: Option<Awaits>,
    armed: Option<Awaits>,
    read_deadline: Pin<Box<Sleep>>,
    write_deadline: Option<Pin<Box<Sleep>>>,
    linger: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    #[must_use]
    pub fn new(stream: TcpStream, progress: Arc<Progress>, deadlines: Deadlines) -> Self {
        Self {
            stream,
            progress,
            deadlines,
            heads: Heads::default(),
            awaits: None,
            armed: None,
            read_deadline: Box::pin(sleep_until(Instant::now() + deadlines.first_byte)),
            write_deadline: None,
            linger: None,
        }
    }

    /// Inspects bytes that have arrived.
    fn received(&mut self, bytes: &[u8]) {
        self.progress.busy();
        if self.heads.push(bytes) {
            self.progress.ambiguous.store(true, Ordering::Relaxed);
        }
        if let Some(Awaits::FirstByte(request)) = self.awaits {
            self.awaits = Some(Awaits::Rest(request));
        }
    }

    /// Called when there is nothing to read. `Ready` when the client has taken too long.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // While the end of a response is still being sent, the client is not late: writing has its own deadline.
        if self.progress.answering.load(Ordering::Acquire) || self.write_deadline.is_some() {
            (self.awaits, self.armed) = (None, None);
            return Poll::Pending;
        }
        let request = self.progress.answered.load(Ordering::Relaxed);
        let awaits = match self.awaits {
            Some(awaits @ (Awaits::FirstByte(of) | Awaits::Rest(of))) if of == request => awaits,
            _ => Awaits::FirstByte(request),
        };
        self.awaits = Some(awaits);
        if self.armed != Some(awaits) {
            let time = match awaits {
                Awaits::FirstByte(0) => self.deadlines.first_byte,
                Awaits::FirstByte(_) if self.progress.known.load(Ordering::Relaxed) => self.deadlines.idle,
                Awaits::FirstByte(_) => self.deadlines.idle_unknown,
                Awaits::Rest(_) => self.deadlines.header,
            };
            self.read_deadline.as_mut().reset(Instant::now() + time);
            self.armed = Some(awaits);
        }
        self.read_deadline.as_mut().poll(cx)
    }

    /// `Ready` when the client has received nothing of the response for too long.
    fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let time = self.deadlines.write;
        self.write_deadline.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + time))).as_mut().poll(cx)
    }

    /// Discards what a refused client still sends, for a while. A socket that is closed with unread bytes resets the
    /// connection, and the client would lose the response that says why.
    fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waste = [0; 8 * 1_024];
        loop {
            if let Some(end) = &mut self.linger
                && end.as_mut().poll(cx).is_ready()
            {
                return Poll::Ready(());
            }
            let mut buffer = ReadBuf::new(&mut waste);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    }

    fn written<T>(&mut self, result: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        match result {
            Poll::Ready(result) => {
                // The client has finally received the end of a response.
                let waited = self.write_deadline.take().is_some();
                let rests = !self.progress.answering.load(Ordering::Acquire);
                if waited && rests && !matches!(self.awaits, Some(Awaits::Rest(_))) {
                    self.progress.idle();
                    self.armed = None;
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                self.progress.busy();
                ready!(self.poll_stalled(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.received(&buffer.filled()[before..]);
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                ready!(self.poll_late(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(result, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(result, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            if !self.progress.refused.load(Ordering::Acquire) {
                return Poll::Ready(Ok(()));
            }
            self.linger = Some(Box::pin(sleep_until(Instant::now() + self.deadlines.linger)));
        }
        self.poll_drained(cx).map(Ok)
    }
}
