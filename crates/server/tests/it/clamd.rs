//! A stub of clamd: it judges files, or fails in one of the ways in which a scanner can fail.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixSocket};

/// What the stubs take for a virus.
pub(crate) const VIRUS: &[u8] = b"this is a virus";
pub(crate) const NAME: &str = "Eicar-Test-Signature";

/// What the stub of clamd does with a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Does {
    #[default]
    Judges,
    Fails,
    LimitsSize,
    ClosesAtOnce,
    ClosesInTheMiddle,
    ClosesBeforeTheVerdict,
    CutsTheVerdict,
    SpeaksAnotherProtocol,
    ReadsNothing,
    NeverAnswers,
}

/// A stub of clamd. It is strict about what it reads.
#[derive(Clone, Default)]
pub(crate) struct Clamd {
    does: Arc<Mutex<Does>>,
    pub(crate) files: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Clamd {
    /// Listens on a socket in this folder. Returns the setting.
    pub(crate) fn at_socket(&self, folder: &Path) -> String {
        let path = folder.join("clamd.ctl");
        let socket = UnixSocket::new_stream().expect("a socket");
        socket.bind(&path).expect("a path");
        // Debian's clamd has a queue of 15 connections. A shorter one is full when many files arrive at once.
        let (listener, stub) = (socket.listen(2).expect("a queue"), self.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(stub.clone().serve(stream));
            }
        });
        format!("clamd:{}", path.display())
    }

    pub(crate) async fn at_port(&self) -> String {
        let (listener, stub) = (TcpListener::bind("127.0.0.1:0").await.expect("a port"), self.clone());
        let setting = format!("clamd:localhost:{}", listener.local_addr().expect("bound").port());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(stub.clone().serve(stream));
            }
        });
        setting
    }

    pub(crate) fn now(&self, does: Does) {
        *self.does.lock().expect("unpoisoned") = does;
    }

    async fn serve(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let does = *self.does.lock().expect("unpoisoned");
        let mut command = Vec::new();
        while !command.ends_with(b"\0") {
            match stream.read_u8().await {
                Ok(byte) => command.push(byte),
                Err(_) => return,
            }
        }
        let reply = match &command[..] {
            b"zPING\0" => "PONG\0".to_owned(),
            b"zINSTREAM\0" => self.scan(does, &mut stream).await,
            other => panic!("not a command: {other:?}"),
        };
        let _ = stream.write_all(reply.as_bytes()).await;
    }

    async fn scan(&self, does: Does, stream: &mut (impl AsyncRead + Unpin)) -> String {
        let mut file = Vec::new();
        match does {
            Does::ClosesAtOnce => return String::new(),
            Does::ReadsNothing => std::future::pending().await,
            _ => {}
        }
        while let Ok(length) = stream.read_u32().await {
            if length == 0 {
                return self.judged(does, file).await;
            }
            let mut chunk = vec![0; length as usize];
            if stream.read_exact(&mut chunk).await.is_err() {
                break;
            }
            file.extend(chunk);
            match does {
                Does::LimitsSize if file.len() > 100_000 => return "INSTREAM size limit exceeded. ERROR\0".into(),
                Does::ClosesInTheMiddle if file.len() > 100_000 => break,
                _ => {}
            }
        }
        String::new()
    }

    async fn judged(&self, does: Does, file: Vec<u8>) -> String {
        let is_infected = file.windows(VIRUS.len()).any(|bytes| bytes == VIRUS);
        self.files.lock().expect("unpoisoned").push(file);
        match does {
            Does::Fails => "stream: Can't allocate memory ERROR\0".to_owned(),
            Does::CutsTheVerdict => "stream: OK".to_owned(),
            Does::SpeaksAnotherProtocol => "HTTP/1.1 200 OK\r\n\r\n\0".to_owned(),
            Does::ClosesBeforeTheVerdict => String::new(),
            Does::NeverAnswers => std::future::pending().await,
            _ if is_infected => format!("stream: {NAME} FOUND\0"),
            _ => "stream: OK\0".to_owned(),
        }
    }
}
