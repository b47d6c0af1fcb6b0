//! One binary: its roles are subcommands.

fn main() {}
