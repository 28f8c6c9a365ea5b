//! The control socket: through it commands reach the server that holds the data folder. One command a connection, as a
//! line of JSON; answered by lines of progress and one line of outcome.

use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::caller::OperatorName;
use dossier_core::store::Progress;
use dossier_store::Engine;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use crate::anchor::Anchored;
use crate::cli::command::Kind;
use crate::cli::context::CommandContext;
use crate::cli::registry::Command;
use crate::cli::saving::Saving;
use crate::config::Config;
use crate::errors::text;
use crate::http::state::App;

const NAME: &str = "control.sock";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Progress(u64, u64),
    /// A part of the file that the command saves, in Base64.
    Piece(String),
    Done(Value),
    Failed(String),
}

/// A command and the person who gives it.
#[derive(Serialize, Deserialize)]
struct Asked<C> {
    operator: String,
    command: C,
}

/// Makes the socket. Only the owner of the data folder may enter that, and so use the socket.
pub fn listen(folder: &Path) -> io::Result<UnixListener> {
    // Whoever left it there is gone: we hold the lock.
    let _ = std::fs::remove_file(folder.join(NAME));
    let listener = at_short_path(folder, |path| UnixListener::bind(path))?;
    std::fs::set_permissions(folder.join(NAME), std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// A socket's path may have 107 bytes, and a data folder's more: then it is named through the open folder.
fn at_short_path<T>(folder: &Path, use_path: impl FnOnce(PathBuf) -> io::Result<T>) -> io::Result<T> {
    let path = folder.join(NAME);
    if path.as_os_str().len() <= 100 {
        return use_path(path);
    }
    let folder = std::fs::File::open(folder)?;
    use_path(PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd())))
}

/// What commands reach of a running server.
#[derive(Clone)]
pub struct Serving {
    app: App,
    store: Arc<dyn Engine>,
    anchored: Arc<Anchored>,
    config: Config,
}

impl Serving {
    /// Of what the server has.
    #[must_use]
    pub fn new(app: &App, store: &Arc<dyn Engine>, anchored: &Arc<Anchored>, config: &Config) -> Self {
        let (app, store, anchored) = (Arc::clone(app), Arc::clone(store), Arc::clone(anchored));
        Self { app, store, anchored, config: config.clone() }
    }

    fn context<'a>(
        &'a self,
        operator: &'a OperatorName,
        progress: Progress<'a>,
        pieces: &'a mpsc::Sender<Vec<u8>>,
    ) -> CommandContext<'a> {
        let Self { app, store, anchored, config } = self;
        let (services, metrics) = (&app.services, Some(&app.metrics));
        CommandContext { services, store: &**store, anchored, config, metrics, operator, progress, pieces }
    }
}

/// Carries out commands until it is aborted.
pub async fn serve(listener: UnixListener, serving: Serving) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let serving = serving.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &serving).await {
                        tracing::debug!(%error, "a command's connection ended early");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a command could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, serving: &Serving) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut request = String::new();
    BufReader::new(read).read_line(&mut request).await?;
    let (progress, mut reports) = mpsc::unbounded_channel();
    let (sender, mut pieces) = mpsc::channel(1);
    let report = move |done, total| {
        // The receiver is gone when the command is over.
        let _ = progress.send((done, total));
    };
    let work = async {
        let of_another_version = || Line::Failed("the server is of another version than this command".to_owned());
        let Ok(Asked::<Command> { operator, command }) = serde_json::from_str(&request) else {
            return of_another_version();
        };
        let Some(Kind::Data(command)) = command.kind() else { return of_another_version() };
        let operator = match OperatorName::new(&operator) {
            Ok(operator) => operator,
            Err(error) => return Line::Failed(error.to_string()),
        };
        match command.run(&serving.context(&operator, &report, &sender)).await {
            Ok(value) => Line::Done(value),
            Err(text) => Line::Failed(text),
        }
    };
    let mut work = std::pin::pin!(work);
    let outcome = loop {
        tokio::select! {
            outcome = work.as_mut() => break outcome,
            Some((done, total)) = reports.recv() => send(&mut write, &Line::Progress(done, total)).await?,
            Some(piece) = pieces.recv() => send(&mut write, &Line::Piece(STANDARD.encode(piece))).await?,
        }
    };
    while let Ok(piece) = pieces.try_recv() {
        send(&mut write, &Line::Piece(STANDARD.encode(piece))).await?;
    }
    send(&mut write, &outcome).await
}

async fn send(write: &mut (impl tokio::io::AsyncWrite + Unpin), line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line).expect("a line has string keys only");
    text.push(b'\n');
    write.write_all(&text).await
}

/// Sends a command to the server that holds the data folder. `None` when there is none to be reached.
pub async fn call(
    folder: &Path,
    operator: &OperatorName,
    command: &Command,
    progress: Progress<'_>,
    saving: &mut Saving,
) -> Option<Result<Value, String>> {
    // Opened without waiting: the socket is on this machine.
    let stream = at_short_path(folder, |path| {
        let stream = std::os::unix::net::UnixStream::connect(path)?;
        stream.set_nonblocking(true)?;
        UnixStream::from_std(stream)
    })
    .ok()?;
    let (read, mut write) = stream.into_split();
    let asked = Asked { operator: operator.as_str().to_owned(), command };
    let mut request = serde_json::to_vec(&asked).expect("a command has string keys only");
    request.push(b'\n');
    write.write_all(&request).await.ok()?;
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(Line::Progress(done, total)) => progress(done, total),
            Ok(Line::Piece(piece)) => match STANDARD.decode(piece).map_err(text).and_then(|it| saving.write(&it)) {
                Ok(()) => {}
                Err(error) => return Some(Err(error)),
            },
            Ok(Line::Done(value)) => return Some(Ok(value)),
            Ok(Line::Failed(text)) => return Some(Err(text)),
            Err(_) => break,
        }
    }
    Some(Err("the server ended before it answered; whether the command took effect is unknown".to_owned()))
}
