//! The audit trail, altered by hand.

use crate::behaviours::{given, put};
use crate::engines::{Engine, caller};

pub(crate) async fn altered_removed_and_cut_entries_are_found_and_named(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    for number in 0..8 {
        put(&services, &caller, id, &format!(r#"{{"first_name":"{number}"}}"#)).await.expect("updated");
    }
    drop(services);
    assert_eq!(findings(&mut engine).await, Vec::<String>::new());
    for (alter, mend, entry) in [
        ("SET actor = 'nobody' WHERE seq = 3", "SET actor = 'system' WHERE seq = 3", "entry 3:"),
        ("SET version = 9 WHERE seq = 5", "SET version = 4 WHERE seq = 5", "entry 5:"),
        ("SET previous_of_customer = 2 WHERE seq = 6", "SET previous_of_customer = 5 WHERE seq = 6", "entry 6:"),
        ("SET environment = 1 WHERE seq = 7", "SET environment = 0 WHERE seq = 7", "entry 7:"),
        ("SET seq = 40 WHERE seq = 4", "SET seq = 4 WHERE seq = 40", "entry 4"),
    ] {
        engine.execute(&format!("UPDATE audit {alter}")).await;
        let found = findings(&mut engine).await;
        assert!(found.iter().any(|finding| finding.contains(entry)), "{alter}: {found:?}");
        engine.execute(&format!("UPDATE audit {mend}")).await;
        assert_eq!(findings(&mut engine).await, Vec::<String>::new(), "{mend}");
    }
    engine.execute("DELETE FROM audit WHERE seq > 8").await;
    assert!(findings(&mut engine).await.iter().any(|finding| finding.contains("entry 9:")), "a cut tail");
    engine.execute("UPDATE audit_heads SET seq = 8, hash = (SELECT hash FROM audit WHERE seq = 8) WHERE seq > 0").await;
    assert!(findings(&mut engine).await.iter().any(|finding| finding.contains("entry 8:")), "and its end reset");
}

/// The findings after a restart.
async fn findings(engine: &mut Engine) -> Vec<String> {
    engine.reopen().await;
    engine.store().verify_audit(&|_, _| {}).await.expect("a report").findings
}
