//! Stores the looks at personal data that requests have counted.

use std::time::Duration;

use crate::http::state::App;

/// Looks are durable within a second.
const PERIOD: Duration = Duration::from_millis(500);

/// Stores what was counted, twice a second and whenever it is much.
pub(super) async fn record(app: App) {
    let mut is_failing = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            // A store that fails is not asked more often.
            () = app.looks.filled(), if !is_failing => {}
        }
        match app.looks.store(&*app.services.store).await {
            Ok(()) => is_failing = false,
            Err(error) => {
                if !is_failing {
                    tracing::error!(%error, "failed to write the access log; the looks stay in memory, trying again");
                }
                is_failing = true;
            }
        }
    }
}
