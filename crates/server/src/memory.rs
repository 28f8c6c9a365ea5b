//! Whether the allocator's memory may lie in huge pages, which it asks for. Where gibibytes are remembered, finding a
//! place in them takes longer than what is done there, and huge pages halve that; where they are not, they only take
//! memory.

/// Bytes of the setting `cache` from which on huge pages are worth having.
const LARGE: u64 = 256 << 20;

/// Allows huge pages if as much is remembered as the setting `cache` says, or forbids them to the process.
pub fn follow(cache: Option<u64>) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(cache.is_none_or(|bytes| bytes < LARGE)) {
        tracing::warn!(%error, "the kernel was not told about huge pages");
    }
}
