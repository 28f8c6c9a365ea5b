//! Random walks over the table of transitions, compared with a second copy of it.

use dossier_core::kyc::{Kyc, State, Transition};

/// Every allowed transition, written down independently: from, by, to.
const ALLOWED: &[(State, Transition, State)] = {
    use State::{Abandoned, Approved, InProgress, NotStarted, Offboarded, Rejected, ResubmissionRequired, Submitted};
    use Transition::{
        Abandon, Approve, ExpireSession, Offboard, OpenReview, OpenSession, Reinstate, Reject, Reopen,
        RequestResubmission, SetBreakdown, Submit,
    };
    &[
        (NotStarted, OpenSession, InProgress),
        (NotStarted, Offboard, Offboarded),
        (InProgress, OpenSession, InProgress),
        (InProgress, ExpireSession, InProgress),
        (InProgress, SetBreakdown, InProgress),
        (InProgress, Submit, Submitted),
        (InProgress, Approve, Approved),
        (InProgress, Reject, Rejected),
        (InProgress, RequestResubmission, ResubmissionRequired),
        (InProgress, Offboard, Offboarded),
        (Submitted, OpenSession, Submitted),
        (Submitted, ExpireSession, Submitted),
        (Submitted, SetBreakdown, Submitted),
        (Submitted, Approve, Approved),
        (Submitted, Reject, Rejected),
        (Submitted, RequestResubmission, ResubmissionRequired),
        (Submitted, Offboard, Offboarded),
        (ResubmissionRequired, OpenSession, ResubmissionRequired),
        (ResubmissionRequired, ExpireSession, ResubmissionRequired),
        (ResubmissionRequired, SetBreakdown, ResubmissionRequired),
        (ResubmissionRequired, Submit, Submitted),
        (ResubmissionRequired, Approve, Approved),
        (ResubmissionRequired, Reject, Rejected),
        (ResubmissionRequired, RequestResubmission, ResubmissionRequired),
        (ResubmissionRequired, Offboard, Offboarded),
        (ResubmissionRequired, Abandon, Abandoned),
        (Abandoned, OpenSession, ResubmissionRequired),
        (Abandoned, Approve, Approved),
        (Abandoned, Reject, Rejected),
        (Abandoned, RequestResubmission, ResubmissionRequired),
        (Abandoned, Offboard, Offboarded),
        (Approved, Approve, Approved),
        (Approved, Reject, Rejected),
        (Approved, RequestResubmission, ResubmissionRequired),
        (Approved, SetBreakdown, Approved),
        (Approved, OpenReview, Approved),
        (Approved, Reopen, Submitted),
        (Approved, Offboard, Offboarded),
        (Rejected, OpenSession, InProgress),
        (Rejected, Offboard, Offboarded),
        (Offboarded, Reinstate, NotStarted),
    ]
};

#[test]
fn a_hundred_thousand_random_walks_take_only_allowed_transitions() {
    let mut dice = 0x9E37_79B9_7F4A_7C15_u64;
    let mut roll = |sides: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(dice >> 33).expect("31 bits") % sides
    };
    let mut taken = vec![0_u32; ALLOWED.len()];
    for _ in 0..100_000 {
        let mut kyc = Kyc::default();
        for _ in 0..roll(20) {
            let (before, transition) = (kyc.state, Transition::ALL[roll(Transition::ALL.len())]);
            let allowed = ALLOWED.iter().position(|(from, by, _)| *from == before && *by == transition);
            let applied = kyc.apply(transition).is_ok();
            assert_eq!(applied, allowed.is_some(), "{before:?} {transition:?}");
            match allowed {
                Some(index) => {
                    assert_eq!(kyc.state, ALLOWED[index].2, "{before:?} {transition:?}");
                    taken[index] += 1;
                }
                None => assert_eq!(kyc.state, before, "a refused transition changes nothing"),
            }
        }
    }
    assert!(taken.iter().all(|times| *times > 0), "every allowed transition was taken");
}

#[test]
fn every_state_but_the_first_has_words_of_the_contract() {
    for state in State::ALL {
        let wire = state.on_the_wire();
        assert_eq!(wire.is_none(), *state == State::NotStarted);
        if let Some((status, sub_status)) = wire {
            assert!(["pending", "approved", "rejected"].contains(&status));
            assert!(
                ["kyc_form_submission_started", "kyc_form_submission_accepted", "kyc_form_resubmission_required"]
                    .contains(&sub_status)
            );
        }
    }
}
