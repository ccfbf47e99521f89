//! The binary: nothing but the edge between the process and the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    meshctl::cli::run(std::env::args_os()).into()
}
