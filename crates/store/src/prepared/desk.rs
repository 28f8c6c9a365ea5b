//! What a change writes of the desk.

use dossier_core::caller::Scope;
use dossier_core::desk::{Member, NewSignIn, Worksheet};
use dossier_core::ids::{MemberId, SignInId};
use dossier_core::store::StoreError;

use super::change::PreparedEffect;
use super::keys::SealingKeys;
use crate::rows::{self, DeskKind, DeskRow};
use crate::sealed;
use crate::vault::RowSeal;

/// One step of a change of the desk. If a step cannot be done, nothing is written and the change is computed again.
pub(crate) enum DeskWrite {
    /// Stores a row whose stored version must be this one; 0 if there must be no row.
    Put { row: Box<DeskRow>, mac: RowSeal, expected: u64 },
    /// The row of a member must be at this version.
    Expect { id: [u8; 16], version: u64 },
    /// Deletes a row. If it `must_exist`, it must be at this version.
    Delete { kind: DeskKind, id: [u8; 16], must_exist: Option<u64> },
}

impl SealingKeys<'_> {
    fn put(&self, row: DeskRow, expected: u64) -> DeskWrite {
        let mac = rows::seal(&row, &self.scope);
        DeskWrite::Put { row: Box::new(row), mac, expected }
    }

    pub(super) fn member(&self, expected: u64, after: &Member, beside: Option<(MemberId, u64)>) -> PreparedEffect {
        let steps = beside.map(expect).into_iter().chain([self.put(sealed::seal_member(&self.scope, after), expected)]);
        PreparedEffect::Desk(steps.collect())
    }

    pub(super) fn sign_in(
        &self,
        new: &NewSignIn,
        link: Option<SignInId>,
        ends: &[SignInId],
        member: Option<&Member>,
    ) -> PreparedEffect {
        let used_up =
            link.map(|id| DeskWrite::Delete { kind: DeskKind::SignIn, id: *id.as_bytes(), must_exist: Some(1) });
        let known = member.map(|after| self.put(sealed::seal_member(&self.scope, after), after.version - 1));
        let hash = self.vault.key_lookup(&new.token);
        let opened = self.put(sealed::seal_sign_in(&self.scope, &new.sign_in, hash), 0);
        let steps = used_up.into_iter().chain(known).chain(ends.iter().map(|id| ended(*id))).chain([opened]);
        PreparedEffect::Desk(steps.collect())
    }

    pub(super) fn worksheet(
        &self,
        scope: Scope,
        expected: u64,
        after: &Worksheet,
    ) -> Result<PreparedEffect, StoreError> {
        let row = sealed::seal_worksheet(self.key_of(after.customer, None)?, scope, after);
        Ok(PreparedEffect::Desk(vec![self.put(row, expected)]))
    }
}

pub(super) fn removed(
    (id, version): (MemberId, u64),
    sign_ins: &[SignInId],
    beside: Option<(MemberId, u64)>,
) -> PreparedEffect {
    let member = DeskWrite::Delete { kind: DeskKind::Member, id: *id.as_bytes(), must_exist: Some(version) };
    let steps = beside.map(expect).into_iter().chain([member]);
    PreparedEffect::Desk(steps.chain(sign_ins.iter().map(|id| ended(*id))).collect())
}

pub(super) fn all_ended(sign_ins: &[SignInId]) -> PreparedEffect {
    PreparedEffect::Desk(sign_ins.iter().map(|id| ended(*id)).collect())
}

const fn ended(id: SignInId) -> DeskWrite {
    DeskWrite::Delete { kind: DeskKind::SignIn, id: *id.as_bytes(), must_exist: None }
}

const fn expect((id, version): (MemberId, u64)) -> DeskWrite {
    DeskWrite::Expect { id: *id.as_bytes(), version }
}
