//! A program that scans one file: it reads the file on standard input and ends with 0 for clean and 1 for infected.

use std::process::Stdio;

use dossier_core::file::scan::Verdict;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin};

/// A running program, which is killed when this is dropped.
pub(super) struct Command {
    child: Child,
    /// `None` once the program reads no more.
    input: Option<ChildStdin>,
}

impl Command {
    /// Starts the program, without a shell. Of the server's environment, which may contain keys, it gets only `PATH`.
    pub(super) fn start(program: &str, arguments: &[String]) -> Result<Self, String> {
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).env_clear().current_dir("/").process_group(0).kill_on_drop(true);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("cannot run {program}: {error}"))?;
        let input = child.stdin.take();
        Ok(Self { child, input })
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        // A program may stop reading once it has found something. Its exit status says what.
        if let Some(input) = &mut self.input
            && input.write_all(bytes).await.is_err()
        {
            self.input = None;
        }
        Ok(())
    }

    pub(super) async fn verdict(mut self) -> Result<Verdict, String> {
        let has_read_all = self.input.take().is_some();
        let status = self.child.wait().await.map_err(|error| format!("the program was lost: {error}"))?;
        match status.code() {
            Some(0) if has_read_all => Ok(Verdict::Clean),
            Some(0) => Err("the program ended before it had read the file".to_owned()),
            Some(1) => Ok(Verdict::Infected(None)),
            _ => Err(format!("the program ended with {status}")),
        }
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        // The id is known only until the program was waited for, so no other process can have it.
        let group = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
