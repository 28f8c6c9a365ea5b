//! Watches how much space the disks have.

use std::time::Duration;

use crate::config::Config;
use crate::http::state::App;
use crate::room::folders;

/// Looks at the disks now, and then every second.
pub(super) fn watch(app: App, config: &Config) -> impl Future<Output = ()> + Send + use<> {
    let (folders, floor) = (folders(config), config.storage.disk_floor);
    let look = move || {
        if let Some(disk) = app.room.look(&folders, floor) {
            app.metrics.measured(disk);
        }
    };
    look();
    async move {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            look();
        }
    }
}
