//! Runs the real program in an empty directory with an empty environment.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use tempfile::TempDir;

/// A directory, and what the program sees of its surroundings.
pub(crate) struct Cli {
    dir: TempDir,
    environment: Vec<(String, String)>,
    stdin: Vec<u8>,
}

impl Cli {
    /// Nothing in the directory, nothing in the environment, nothing on standard input.
    pub(crate) fn new() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
            environment: Vec::new(),
            stdin: Vec::new(),
        }
    }

    /// Puts a file into the directory.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What a pipe brings to standard input.
    pub(crate) fn stdin(mut self, content: impl AsRef<[u8]>) -> Self {
        self.stdin = content.as_ref().to_vec();
        self
    }

    /// Where the program runs.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The program, ready to start.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.finish(self.command(arguments))
    }

    /// Runs a prepared command to the end.
    pub(crate) fn finish(&self, mut command: Command) -> Output {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that ends without reading its input breaks this pipe, and may.
        let _ = stdin.write_all(&self.stdin);
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    /// Exit code, standard output and standard error, as one text.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        format!(
            "exit: {}\n--- stdout\n{}--- stderr\n{}",
            code(&output),
            text(&output.stdout),
            text(&output.stderr)
        )
    }

    /// Exit code and standard error: for what does not depend on how the report looks.
    pub(crate) fn verdict(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        format!(
            "exit: {}\n--- stderr\n{}",
            code(&output),
            text(&output.stderr)
        )
    }
}

/// The exit code; a signal fails the test.
pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("ended by itself")
}

/// One stream as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}
