//! The desk: the pages for members, and how they sign in.

pub mod challenge;
pub mod oidc;
pub mod passkeys;
