//! What the process asks of the kernel before it holds anything secret.

use rustix::fs::Mode;

/// Files that the process makes are its owner's alone, and its memory, which holds keys and personal data, reaches
/// neither a core dump nor another process of the same user.
///
/// # Errors
///
/// What the kernel refuses, in words. Starting anyway would break a promise.
pub fn apply() -> Result<(), String> {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        setrlimit(Resource::Core, none).map_err(|error| format!("core dumps cannot be turned off: {error}"))?;
        set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .map_err(|error| format!("the process cannot be closed to debuggers: {error}"))?;
    }
    Ok(())
}
