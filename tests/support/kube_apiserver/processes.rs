//! etcd and kube-apiserver as processes that end with this one, however it ends.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// Both programs under one shell, which ends them and removes their directory once its standard input ends: when
/// this is dropped, and when the process that holds it is gone, for whatever reason.
pub(crate) struct Processes {
    shell: Child,
}

/// A program and its arguments.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<String>,
}

impl Processes {
    /// Starts `programs` in `directory`, which is theirs. What each says is in `NAME.log` there.
    pub(crate) fn start(directory: &Path, programs: &[Program]) -> Self {
        // What interrupts the tests must not end the one who cleans up behind them.
        let mut script = "trap '' INT QUIT HUP TERM\nexec 3<&0\n".to_owned();
        for program in programs {
            let Program {
                name,
                path,
                arguments,
            } = program;
            let words = std::iter::once(path.to_str().unwrap())
                .chain(arguments.iter().map(|argument| &**argument));
            let words: Vec<String> = words.map(quoted).collect();
            let line = words.join(" ");
            // What ends by itself leaves a mark.
            let _ = writeln!(
                script,
                "{{ {line} </dev/null >{name}.log 2>&1 & echo $! >{name}.pid; wait $!; : >{name}.ended; }} 3<&- &"
            );
        }
        let own = quoted(directory.to_str().unwrap());
        let _ = writeln!(
            script,
            "read -r line <&3\nkill -9 $(cat ./*.pid) 2>/dev/null\nwait\ncd / && rm -rf {own}"
        );
        let shell = Command::new("/bin/sh")
            .args(["-c", &script])
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { shell }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// Why one of `programs` has ended, in its own words.
pub(crate) fn ended(directory: &Path, programs: &[Program]) -> Option<String> {
    let mut names = programs.iter().map(|program| program.name);
    let name = names.find(|name| directory.join(format!("{name}.ended")).exists())?;
    Some(format!("{name} ended: {}", last_words(directory, name)))
}

/// The end of what a program said.
pub(crate) fn last_words(directory: &Path, name: &str) -> String {
    let said = fs::read(directory.join(format!("{name}.log"))).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// A port on which nobody listens yet.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
