//! How long data about a customer is kept, and what stops its deletion.

pub mod duration;
pub mod hold;
pub mod life;
pub mod rules;
pub mod verdict;

pub use duration::Period;
pub use hold::{Hold, HoldDetails, HoldView};
pub use life::{Evidence, Life, Standing};
pub use rules::{NamedRule, RetentionRule, RetentionRules, Section, Start};
pub use verdict::{Question, Verdict};
