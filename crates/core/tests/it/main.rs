//! The rules of the core, through its public surface.

mod arrows;
mod cycles;
mod files;
mod house;
mod lifecycle;
mod merge;
mod openable;
mod oracle;
mod schema;
mod sizes;
mod violations;
