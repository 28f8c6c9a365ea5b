//! Settings: the rate limits of callers and the quotas of accounts.

use dossier_core::quota::{Quotas, Room};

use super::reader::SettingReader;
use super::units::{NUMBER, bytes};
use crate::http::rates::Rates;

pub(super) fn rates(from: &mut SettingReader<'_>) -> Rates {
    let limit = |text: &str| text.parse().ok().filter(|number| (1..=1_000_000_u32).contains(number));
    let mut limit = |name, default, help| from.setting(name, default, help).read_or_off(limit, NUMBER);
    Rates {
        per_key: limit("rate_per_key", "5000", "the maximum number of requests per second with one key, or off"),
        per_account: limit(
            "rate_per_account",
            "10000",
            "the maximum number of requests per second with all keys of an account, or off",
        ),
        failed: limit(
            "failed_authentications",
            "20",
            "the maximum number of requests per minute from one address without a valid key or link, or off",
        ),
        long_polls: limit(
            "long_polls_per_key",
            "4",
            "the maximum number of concurrent requests with one key that wait for events, or off",
        )
        .map(u64::from),
        downloads: limit("downloads_per_key", "8", "the maximum number of concurrent downloads with one key, or off")
            .map(u64::from),
    }
}

pub(super) fn quotas(from: &mut SettingReader<'_>) -> Quotas {
    let count = |from: &mut SettingReader<'_>, name, default, help| {
        let read = |text: &str| text.parse().ok().filter(|number| *number > 0);
        from.setting(name, default, help).recorded().read_or_off(read, "a whole number from 1")
    };
    let size = |from: &mut SettingReader<'_>, name, default, help| {
        let read = |text: &str| text.parse().ok().or_else(|| bytes(text)).filter(|number| *number > 0);
        from.setting(name, default, help).recorded().read_or_off(read, "a size such as 512MiB, 2GiB or 10TiB")
    };
    Quotas {
        idempotency_keys: count(
            from,
            "idempotency_keys_per_day",
            "10000000",
            "the maximum number of new Idempotency-Keys of an account per day, or off",
        ),
        of_account: Room {
            files: count(
                from,
                "files_per_account",
                "10000000",
                "the maximum number of files of an account in an environment, or off",
            ),
            bytes: size(
                from,
                "bytes_per_account",
                "10TiB",
                "the maximum size of all files of an account in an environment, or off",
            ),
        },
        of_customer: Room {
            files: count(
                from,
                "files_per_customer",
                "1000",
                "the maximum number of files that are or were evidence of a customer, or off",
            ),
            bytes: size(
                from,
                "bytes_per_customer",
                "2GiB",
                "the maximum size of all files that are evidence of a customer, or off",
            ),
        },
    }
}
