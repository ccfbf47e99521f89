//! The binary: nothing but the edge between the process and the library.

fn main() {}
