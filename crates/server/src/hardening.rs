//! Hardens the process before it holds secrets.

use rustix::fs::Mode;

/// New files are accessible only to their owner. Neither a core dump nor another process of the same user can read the
/// memory, which holds keys and personal data. If the kernel refuses this, the process must not start.
pub fn apply() -> Result<(), String> {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        setrlimit(Resource::Core, none).map_err(|error| format!("cannot disable core dumps: {error}"))?;
        set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .map_err(|error| format!("cannot protect the memory from debuggers: {error}"))?;
    }
    Ok(())
}
