//! What the allocator is told.
//!
//! Its memory may lie in huge pages, which it asks for, or not. Where gibibytes are remembered, finding a
//! place in them takes longer than what is done there, and huge pages halve that; where they are not, they only take
//! memory.

use std::hint::black_box;

/// Bytes of the setting `cache` from which on huge pages are worth having.
const LARGE: u64 = 256 << 20;

/// Allows huge pages if as much is remembered as the setting `cache` says, or forbids them to the process.
pub fn set_huge_pages(cache: Option<u64>) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(cache.is_none_or(|bytes| bytes < LARGE)) {
        tracing::warn!(%error, "the kernel was not told about huge pages");
    }
}

/// Has the allocator give back to the system what was freed a second ago or longer. It looks for that when it is asked
/// for much, which it is no more once a load is over, and when a thread ends.
pub async fn give_back() {
    // The threads of tokio stay. One that the system does not give would not have helped either.
    let _ = tokio::task::spawn_blocking(|| std::thread::spawn(|| drop(black_box(vec![0_u8; 64]))).join()).await;
}
