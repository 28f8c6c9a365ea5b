//! Cells and keys open only in their own place.

use dossier_core::ids::CustomerId;

use super::*;

fn vault() -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let keyring =
        Keyring::create(&folder.path().join("keyring.json"), &RootKey::random(), "now".into()).expect("a keyring");
    (folder, Vault::new(keyring))
}

fn customer_binding<'a>(
    scope: Scope,
    customer: &'a CustomerId,
    subject: &'a PersonId,
    purpose: Purpose,
    version: u64,
) -> Binding<'a> {
    let (section, row) = (purpose.as_str(), customer.as_bytes());
    Binding { scope, subject: subject.as_bytes(), table: "customers", section, row, version }
}

fn scope(account: u8, environment: Environment) -> Scope {
    Scope { account: AccountId::from_bytes([account; 16]), environment }
}

#[test]
fn ten_thousand_moved_cells_are_all_refused() {
    let (_folder, vault) = vault();
    let mut cells = Vec::new();
    for account in 1..=3 {
        for environment in [Environment::Sandbox, Environment::Production] {
            for person in 1..=3 {
                let (scope, subject) = (scope(account, environment), PersonId::from_bytes([person; 16]));
                let customer = CustomerId::from_bytes([person; 16]);
                let (key, _) = vault.new_subject(scope, subject).expect("a key");
                for purpose in [Purpose::Names, Purpose::Profile, Purpose::Secret] {
                    for version in 1..=2 {
                        let binding = customer_binding(scope, &customer, &subject, purpose, version);
                        let sealed = Cell::seal(key.key(purpose), 1, &binding, b"{}").into_bytes();
                        cells.push((Arc::clone(&key), scope, customer, subject, purpose, version, sealed));
                    }
                }
            }
        }
    }
    let mut swaps = 0;
    for (key, scope, customer, subject, purpose, version, own) in &cells {
        for (_, _, _, _, _, _, other) in &cells {
            let binding = customer_binding(*scope, customer, subject, *purpose, *version);
            let opened = Cell::open(other.clone(), key.key(*purpose), &binding);
            assert_eq!(opened.is_ok(), own == other);
            swaps += usize::from(own != other);
        }
    }
    assert!(swaps >= 10_000, "{swaps}");
}

#[test]
fn a_binding_holds_a_cell_in_place_even_under_one_key() {
    let key = SecretKey::random();
    let base = || Binding {
        scope: scope(1, Environment::Sandbox),
        subject: b"s",
        table: "t",
        section: "p",
        row: b"r",
        version: 1,
    };
    let sealed = Cell::seal(&key, 1, &base(), b"content").into_bytes();
    assert_eq!(Cell::open(sealed.clone(), &key, &base()).expect("its own place"), b"content");
    for moved in [
        Binding { scope: scope(2, Environment::Sandbox), ..base() },
        Binding { scope: scope(1, Environment::Production), ..base() },
        Binding { subject: b"x", ..base() },
        Binding { table: "x", ..base() },
        Binding { section: "x", ..base() },
        Binding { row: b"x", ..base() },
        Binding { version: 2, ..base() },
        // Parts are length-prefixed: moving a character across a border makes another binding.
        Binding { table: "tp", section: "", ..base() },
    ] {
        assert!(Cell::open(sealed.clone(), &key, &moved).is_err());
    }
}

#[test]
fn a_wrapped_key_opens_only_as_what_it_was_wrapped_for() {
    let (_folder, vault) = vault();
    let (here, there) = (scope(1, Environment::Sandbox), scope(1, Environment::Production));
    let (ada, bob) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
    let (_, wrapped) = vault.new_subject(here, ada).expect("a key");
    assert!(vault.open_subject(here, ada, &wrapped).is_ok());
    assert!(vault.open_subject(there, ada, &wrapped).is_err());
    assert!(vault.open_subject(here, bob, &wrapped).is_err());
    assert!(vault.open_scope(here, &wrapped).is_err());
    for at in 0..wrapped.sealed.len() {
        let mut flipped = wrapped.clone();
        flipped.sealed[at] ^= 1;
        assert!(vault.open_subject(here, ada, &flipped).is_err(), "byte {at}");
    }
}

#[test]
fn rotation_keeps_living_keys_and_ends_old_wraps() {
    let (_folder, vault) = vault();
    let (here, ada) = (scope(1, Environment::Sandbox), PersonId::from_bytes([1; 16]));
    let (_, old) = vault.new_subject(here, ada).expect("a key");
    vault.begin_epoch("later".into()).expect("an epoch");
    let new = vault.rewrap_subject(here, ada, &old).expect("both epochs are open");
    assert_eq!((old.epoch, new.epoch), (1, 2));
    vault.destroy_old_epochs("2026-01-01T00:00:00Z").expect("the end of epoch 1");
    assert!(vault.open_subject(here, ada, &new).is_ok());
    assert!(vault.open_subject(here, ada, &old).is_err(), "an old backup stays shut");
}
