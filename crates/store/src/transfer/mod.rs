//! Records on their way out of one database and into another: moves, backups, restores.

pub mod mark;
