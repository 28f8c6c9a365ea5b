//! The minimum of free disk space. Below it, only reads and deletions are served, so that the database can still write
//! checkpoints, deletions and audit entries.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use http::Method;

use crate::config::storage::Floor;

impl Floor {
    fn of(self, size: u64) -> u64 {
        match self {
            Self::Auto => (size / 20).min(512 << 20),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// Whether there is enough disk space.
#[derive(Debug, Default)]
pub struct Room {
    short: AtomicBool,
}

impl Room {
    /// Whether a request of this method is served now.
    #[must_use]
    pub fn admits(&self, method: &Method) -> bool {
        !self.short.load(Ordering::Relaxed) || !matches!(*method, Method::POST | Method::PUT | Method::PATCH)
    }

    /// Measures the free space of the disks.
    pub(crate) fn look(&self, folders: &[PathBuf], floor: Floor) {
        let short = folders.iter().any(|folder| {
            rustix::fs::statvfs(folder)
                .is_ok_and(|disk| disk.f_bavail * disk.f_frsize < floor.of(disk.f_blocks * disk.f_frsize))
        });
        if short != self.short.swap(short, Ordering::Relaxed) {
            match short {
                true => tracing::error!(
                    "the disk is nearly full, so only reads and deletions are served; free space, or lower disk_floor"
                ),
                false => tracing::info!("the disk has enough free space again; all requests are served"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_512_mib_or_5_percent_of_a_smaller_disk() {
        for (size, floor) in [(100 << 30, 512 << 20), (10 << 30, 512 << 20), (1 << 30, (1 << 30) / 20), (0, 0)] {
            assert_eq!(Floor::Auto.of(size), floor);
        }
        assert_eq!(Floor::Bytes(7).of(1), 7);
    }
}
