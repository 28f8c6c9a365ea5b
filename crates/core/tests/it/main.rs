//! Tests of core through its public surface, and of how the source is kept.

mod arrows;
mod cycles;
mod files;
mod house;
mod lifecycle;
mod merge;
mod openable;
mod oracle;
mod retention;
mod schema;
mod sizes;
mod violations;
