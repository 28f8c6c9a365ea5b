//! The rules of the core, through its public surface.

mod arrows;
mod lifecycle;
mod merge;
mod oracle;
mod schema;
mod violations;
