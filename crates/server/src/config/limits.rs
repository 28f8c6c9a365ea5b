//! How much callers may ask for, and how much an account may have.

use dossier_core::quota::{Quotas, Room};

use super::reader::SettingReader;
use super::units::{NUMBER, bytes};
use crate::http::rates::Rates;

/// How much callers may ask for.
pub(super) fn rates(from: &mut SettingReader<'_>) -> Rates {
    let limit = |text: &str| text.parse().ok().filter(|number| (1..=1_000_000_u32).contains(number));
    let mut limit = |name, default, help| from.setting(name, default, help).read_or_off(limit, NUMBER);
    Rates {
        per_key: limit("rate_per_key", "5000", "requests of a key in a second, or off"),
        per_account: limit("rate_per_account", "10000", "requests of all keys of an account in a second, or off"),
        failed: limit(
            "failed_authentications",
            "20",
            "requests of an address without a valid key or link in a minute, or off",
        ),
        long_polls: limit("long_polls_per_key", "4", "requests of a key that wait for events at the same time, or off")
            .map(u64::from),
        downloads: limit("downloads_per_key", "8", "files that a key reads at the same time, or off").map(u64::from),
    }
}

/// How much an account may have.
pub(super) fn quotas(from: &mut SettingReader<'_>) -> Quotas {
    let count = |from: &mut SettingReader<'_>, name, default, help| {
        let read = |text: &str| text.parse().ok().filter(|number| *number > 0);
        from.setting(name, default, help).recorded().read_or_off(read, "a whole number from 1")
    };
    let size = |from: &mut SettingReader<'_>, name, default, help| {
        let read = |text: &str| text.parse().ok().or_else(|| bytes(text)).filter(|number| *number > 0);
        from.setting(name, default, help).recorded().read_or_off(read, "an amount like 512MiB, 2GiB or 10TiB")
    };
    Quotas {
        idempotency_keys: count(
            from,
            "idempotency_keys_per_day",
            "10000000",
            "new Idempotency-Keys of an account in a day, or off",
        ),
        of_account: Room {
            files: count(from, "files_per_account", "10000000", "files of an account in an environment, or off"),
            bytes: size(
                from,
                "bytes_per_account",
                "10TiB",
                "bytes of the files of an account in an environment, or off",
            ),
        },
        of_customer: Room {
            files: count(
                from,
                "files_per_customer",
                "1000",
                "files that are evidence of a customer, or ever were, or off",
            ),
            bytes: size(
                from,
                "bytes_per_customer",
                "2GiB",
                "bytes of the files that are evidence of a customer, or off",
            ),
        },
    }
}
