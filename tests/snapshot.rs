//! `meshctl scrape` and what it saves, through the real program: the same report again, damage told, nothing
//! torn, no name left where none is wanted.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const UP: &str = "# TYPE up gauge\nup{pod=\"web-0\"} 1\n";

/// A server, and something to let its futures run on while the program asks it.
struct Server {
    runtime: tokio::runtime::Runtime,
    mock: MockServer,
}

impl Server {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let mock = runtime.block_on(MockServer::start());
        Self { runtime, mock }
    }

    /// Answers at most `times` requests like this.
    fn answers(self, at: &str, answer: ResponseTemplate, times: u64) -> Self {
        let mock = Mock::given(path(at))
            .respond_with(answer)
            .up_to_n_times(times);
        self.runtime.block_on(mock.mount(&self.mock));
        self
    }

    fn url(&self, at: &str) -> String {
        format!("http://{}{at}", self.mock.address())
    }
}

fn fixture(name: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    format!("{root}/fixtures/scrapes/{name}")
}

/// What an audit of `sources` says as JSON, but for what it was told to read.
fn report(cli: &Cli, sources: &[&str]) -> String {
    let output = cli.output(&[&["audit", "-o", "json"], sources].concat());
    let mut document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    document.as_object_mut().unwrap().remove("inputs").unwrap();
    serde_json::to_string_pretty(&document).unwrap()
}

/// A report, and what it says was passed over.
fn without_skips(report: &str) -> (Value, Value) {
    let mut document: Value = serde_json::from_str(report).unwrap();
    let skipped = document["coverage"]["skipped"].take();
    (document, skipped)
}

fn saves(cli: &Cli, arguments: &[&str]) -> i32 {
    let output = cli.output(&[&["scrape"], arguments].concat());
    let said = text(&output.stderr);
    assert!([0, 3].contains(&code(&output)), "{said}");
    code(&output)
}

/// The decompressed bytes of an archive.
fn decompressed(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    zstd::Decoder::new(fs::File::open(path).unwrap())
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// Every member of an archive by its path.
fn members(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let bytes = decompressed(path);
    let mut archive = tar::Archive::new(&bytes[..]);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), content)
    });
    entries.collect()
}

fn manifest(path: &Path) -> Value {
    serde_json::from_slice(&members(path)["manifest.json"]).unwrap()
}

/// Packs members into a plain archive.
fn tar_of<'a>(members: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, &content[..])
            .unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn a_snapshot_gives_the_report_that_its_targets_gave() {
    let body = |name: &str| fs::read(fixture(name)).unwrap();
    let answer = |status: u16| ResponseTemplate::new(status);
    let server = Server::new()
        .answers(
            "/web",
            answer(200).set_body_raw(body("busy-client.prom"), "text/plain"),
            9,
        )
        .answers(
            "/bad",
            answer(200).set_body_bytes(body("unescaped-label.prom")),
            9,
        )
        .answers("/gzip", answer(200).set_body_bytes(body("idle.prom.gz")), 9)
        .answers("/down", answer(503).set_body_string("no upstream"), 9)
        .answers(
            "/page",
            answer(200).set_body_string("<html>login</html>"),
            9,
        );
    let urls = ["/web", "/bad", "/gzip", "/down", "/page"].map(|at| server.url(at));
    let joined = fixture("joined.txt");
    let packed = fixture("two-proxies.tar.zst");
    let mut live: Vec<&str> = urls.iter().map(String::as_str).collect();
    live.extend([joined.as_str(), packed.as_str()]);
    let cli = Cli::new();
    assert_eq!(saves(&cli, &[&["-o", "s.tar.zst"][..], &live].concat()), 3);
    assert_eq!(saves(&cli, &[&["-o", "dir/"][..], &live].concat()), 3);
    let expected = report(&cli, &live);
    assert!(expected.contains("HTTP 503") && expected.contains("not an exposition"));
    for source in ["s.tar.zst", "dir", "dir/"] {
        assert!(
            report(&cli, &[source]) == expected,
            "{source} reports something else"
        );
    }
    // A snapshot of a snapshot is that snapshot.
    saves(&cli, &["-o", "again.tar.zst", "s.tar.zst"]);
    assert!(report(&cli, &["again.tar.zst"]) == expected);

    let saved = members(&cli.path().join("s.tar.zst"));
    let manifest = manifest(&cli.path().join("s.tar.zst"));
    let targets = manifest["sweeps"][0]["targets"].as_array().unwrap();
    let target = |name: &str| {
        targets
            .iter()
            .find(|target| target["name"] == name)
            .unwrap()
    };
    let body_of = |target: &Value| &saved[target["path"].as_str().unwrap()];
    let first = target(&urls[0]);
    assert!(*body_of(first) == body("busy-client.prom"));
    assert!(*body_of(target(&urls[2])) == body("idle.prom"));
    assert_eq!(first["status"], 200);
    assert_eq!(first["headers"][0]["name"], "content-type");
    assert!(first["started"].is_string() && first["duration_seconds"].is_number());
    let file = targets
        .iter()
        .find(|target| target["origin"] == joined.as_str())
        .unwrap();
    assert!(file["started"].is_null() && file["status"].is_null());
}

#[test]
fn manifests_are_as_the_published_schema_says() {
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/snapshot.schema.json");
    let schema = meshctl::source::manifest::schema();
    let made = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    if std::env::args().any(|argument| argument == "regenerate") {
        fs::write(&published, &made).unwrap();
    }
    assert!(
        fs::read_to_string(&published).is_ok_and(|text| text == made),
        "docs/schema/snapshot.schema.json is out of date; run \
         `cargo test --test snapshot -- manifests_are regenerate`"
    );
    let cli = Cli::new().file("web.prom", UP).file("bad.prom", "");
    saves(
        &cli,
        &[
            "-o",
            "s.tar.zst",
            "--redact",
            "--count",
            "2",
            "--interval",
            "1ms",
            ".",
        ],
    );
    let validator = jsonschema::validator_for(&schema).unwrap();
    let manifest = manifest(&cli.path().join("s.tar.zst"));
    let errors: Vec<_> = validator
        .iter_errors(&manifest)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut wrong = manifest;
    wrong["sweeps"][0]["targets"][0]["path"] = "../x.prom".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn of_a_series_the_last_sweep_counts_and_another_when_it_is_named() {
    let answer = |body: &str| ResponseTemplate::new(200).set_body_string(body);
    let server = Server::new()
        .answers("/web", answer("up 1\n"), 1)
        .answers("/web", answer("up 1\ndown 1\n"), 1)
        .answers("/web", answer("up 1\ndown 1\nleft 1\n"), 1);
    let url = server.url("/web");
    let cli = Cli::new();
    for (place, series) in [("s.tar.zst", [1, 2, 3]), ("dir/", [1, 2, 3])] {
        if place == "dir/" {
            // The same answers again.
            server.runtime.block_on(server.mock.reset());
            for body in ["up 1\n", "up 1\ndown 1\n", "up 1\ndown 1\nleft 1\n"] {
                let mock = Mock::given(path("/web")).respond_with(answer(body));
                server
                    .runtime
                    .block_on(mock.up_to_n_times(1).mount(&server.mock));
            }
        }
        saves(
            &cli,
            &["-o", place, "--count", "3", "--interval", "1ms", &url],
        );
        let place = place.trim_end_matches('/');
        let count = |source: &str| -> Value {
            let document: Value = serde_json::from_str(&report(&cli, &[source])).unwrap();
            document["totals"]["series"].clone()
        };
        assert_eq!(count(place), 3);
        for (number, series) in series.into_iter().enumerate() {
            assert_eq!(count(&format!("{place}#{}", number + 1)), series);
        }
    }
    let first = cli.verdict(&["audit", "s.tar.zst#4"]);
    insta::assert_snapshot!(first, @r"
    exit: 2
    --- stderr
    error: cannot read s.tar.zst: it has 3 sweeps and no sweep 4
    ");
    // One endpoint at two times is one target.
    let both: Value = serde_json::from_str(&report(&cli, &["s.tar.zst#1", "s.tar.zst"])).unwrap();
    assert_eq!(both["coverage"]["scraped"], 1);
    assert_eq!(both["totals"]["series"], 1);
    let cli = cli.file("web.prom", UP);
    insta::assert_snapshot!(cli.verdict(&["audit", "web.prom#1"]), @r"
    exit: 2
    --- stderr
    error: cannot read web.prom: not a snapshot, so it has no sweep 1: name it without `#1`
    ");
}

/// A whole snapshot of two files, unpacked.
fn unpacked() -> (Cli, BTreeMap<String, Vec<u8>>) {
    let cli = Cli::new().file("a.prom", UP).file("b.prom", "down 1\n");
    saves(&cli, &["-o", "s.tar.zst", "a.prom", "b.prom"]);
    let members = members(&cli.path().join("s.tar.zst"));
    (cli, members)
}

#[test]
fn damage_to_an_archive_is_told_and_never_counted() {
    let (cli, whole) = unpacked();
    let mut said = Vec::new();
    let mut audit = |name: &str, bytes: Vec<u8>| {
        fs::write(cli.path().join(name), bytes).unwrap();
        // How far a compressed stream reaches before a cut depends on the times in it.
        let verdict = cli
            .verdict(&["audit", name])
            .replace("`sweep-1/0001.prom` is lost", "`sweep-1/0002.prom` is lost");
        said.push(format!("# {name}\n{verdict}"));
    };
    let mut changed = whole.clone();
    changed.get_mut("sweep-1/0001.prom").unwrap()[17] = b'q';
    audit("changed.tar", tar_of(&changed));
    let mut missing = whole.clone();
    missing.remove("sweep-1/0002.prom");
    audit("missing.tar", tar_of(&missing));
    let mut bare = whole.clone();
    let manifest = bare.remove("manifest.json").unwrap();
    audit("bare.tar", tar_of(&bare));
    let late = [
        ("sweep-1/0001.prom".to_owned(), UP.as_bytes().to_vec()),
        ("manifest.json".to_owned(), manifest.clone()),
    ];
    audit(
        "late.tar",
        tar_of(late.iter().map(|(name, content)| (name, content))),
    );
    let mut torn = whole.clone();
    // Times differ in length from run to run, so the cut is not at a number of bytes.
    let text = String::from_utf8(manifest.clone()).unwrap();
    let (before, _) = text.split_once("\"targets\": ").unwrap();
    torn.insert(
        "manifest.json".to_owned(),
        format!("{before}\"targets\": ").into_bytes(),
    );
    audit("torn.tar", tar_of(&torn));
    let mut newer = whole.clone();
    let text = String::from_utf8(manifest).unwrap();
    let text = text.replace("\"format_version\": 1", "\"format_version\": 2");
    newer.insert("manifest.json".to_owned(), text.into_bytes());
    audit("newer.tar", tar_of(&newer));
    let mut extra = whole.clone();
    extra.insert("sweep-1/0003.prom".to_owned(), UP.as_bytes().to_vec());
    audit("extra.tar", tar_of(&extra));
    let archive = fs::read(cli.path().join("s.tar.zst")).unwrap();
    audit("cut.tar.zst", archive[..archive.len() - 20].to_vec());
    let plain = tar_of(&whole);
    audit("short.tar", plain[..plain.len() - 2048].to_vec());
    insta::assert_snapshot!(said.join("\n"), @r"
    # changed.tar
    exit: 3
    --- stderr
    warning: cannot read a.prom: the snapshot's body changed.tar:sweep-1/0001.prom: not what its manifest says (SHA-256): it was changed or damaged
    next: meshctl labels changed.tar --family down

    # missing.tar
    exit: 3
    --- stderr
    warning: cannot read b.prom: its body is missing from the snapshot: missing.tar holds no sweep-1/0002.prom
    next: meshctl labels missing.tar --family up

    # bare.tar
    exit: 2
    --- stderr
    error: cannot read bare.tar: bodies of a snapshot without a manifest.json in front of them, so whose they are is not known: scrape again, or, if it lies behind them, unpack the archive and name the directory

    # late.tar
    exit: 2
    --- stderr
    error: cannot read late.tar: bodies of a snapshot without a manifest.json in front of them, so whose they are is not known: scrape again, or, if it lies behind them, unpack the archive and name the directory

    # torn.tar
    exit: 2
    --- stderr
    error: cannot read torn.tar: its manifest.json is damaged (EOF while parsing a value at line 21 column 17): fetch or save the snapshot again

    # newer.tar
    exit: 2
    --- stderr
    error: cannot read newer.tar: a snapshot of format 2, of which this version knows only 1: use a newer meshctl

    # extra.tar
    exit: 0
    --- stderr
    next: meshctl labels extra.tar --family down

    # cut.tar.zst
    exit: 3
    --- stderr
    warning: cannot read cut.tar.zst: zstd stream ends early: the file is truncated; whatever follows `sweep-1/0002.prom` is lost
    next: meshctl labels cut.tar.zst --family down

    # short.tar
    exit: 3
    --- stderr
    warning: cannot read b.prom: its body is missing from the snapshot: short.tar holds no sweep-1/0002.prom
    warning: cannot read short.tar: the tar archive has no end mark: it may have been cut short
    next: meshctl labels short.tar --family up
    ");
}

#[test]
fn an_archive_that_was_packed_again_is_the_same_snapshot() {
    let (cli, whole) = unpacked();
    let expected = report(&cli, &["a.prom", "b.prom"]);
    let prefixed: BTreeMap<String, Vec<u8>> = whole
        .iter()
        .map(|(name, content)| (format!("snap/{name}"), content.clone()))
        .collect();
    fs::write(cli.path().join("again.tar"), tar_of(&prefixed)).unwrap();
    assert!(report(&cli, &["again.tar"]) == expected);
    for (name, content) in &prefixed {
        let place = cli.path().join("all").join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
    }
    // As a directory, and within one.
    assert!(report(&cli, &["all/snap"]) == expected);
    assert!(report(&cli, &["all"]) == expected);
    fs::write(cli.path().join("all/snap/sweep-1/0001.prom"), "up 1\n").unwrap();
    fs::remove_file(cli.path().join("all/snap/sweep-1/0002.prom")).unwrap();
    insta::assert_snapshot!(cli.verdict(&["audit", "all"]), @r"
    exit: 2
    --- stderr
    error: cannot read a.prom: the snapshot's body all/snap:sweep-1/0001.prom: shorter than its manifest says: it was cut off
    error: cannot read b.prom: its body is missing from the snapshot: all/snap holds no sweep-1/0002.prom
    ");
    fs::remove_file(cli.path().join("all/snap/manifest.json")).unwrap();
    insta::assert_snapshot!(cli.verdict(&["audit", "all"]), @r"
    exit: 2
    --- stderr
    error: cannot read all/snap: bodies of a snapshot and no manifest.json, so whose they are is not known: fetch that too, or scrape again
    ");
}

#[test]
fn nothing_is_overwritten_unless_it_is_asked_for() {
    let cli = Cli::new()
        .file("web.prom", UP)
        .file("old.tar.zst", "old")
        .file("other/notes.txt", "mine");
    let mut said = Vec::new();
    for arguments in [
        &["-o", "old.tar.zst", "web.prom"][..],
        &["-o", "other", "web.prom"],
        &["-o", "other/", "--force", "web.prom"],
        &["-o", "web", "web.prom"],
        &["-o", "no/such/dir.tar.zst", "web.prom"],
        &["-o", "old.tar.zst", "--force", "missing.prom"],
        &["-o", "new/", "missing.prom"],
        &["-o", "new.tar.zst"],
        &["-o", "-", "--count", "2", "-"],
        &["web.prom"],
    ] {
        let verdict = cli.verdict(&[&["scrape"], arguments].concat());
        said.push(format!("# {}\n{verdict}", arguments.join(" ")));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    # -o old.tar.zst web.prom
    exit: 2
    --- stderr
    error: old.tar.zst exists: --force replaces it

    # -o other web.prom
    exit: 2
    --- stderr
    error: other is a directory with something else in it: name another place

    # -o other/ --force web.prom
    exit: 2
    --- stderr
    error: other/ is a directory with something else in it: name another place

    # -o web web.prom
    exit: 2
    --- stderr
    error: 'web' is neither archive nor directory: name a file that ends with .tar.zst, a directory that ends with /, or `-` for standard output

    # -o no/such/dir.tar.zst web.prom
    exit: 2
    --- stderr
    error: cannot write no/such/dir.tar.zst: No such file or directory (os error 2)

    # -o old.tar.zst --force missing.prom
    exit: 2
    --- stderr
    error: cannot read missing.prom: no such file
    error: nothing was saved

    # -o new/ missing.prom
    exit: 2
    --- stderr
    error: cannot read missing.prom: no such file
    error: nothing was saved

    # -o new.tar.zst
    exit: 2
    --- stderr
    error: no SOURCE to read, and no kubeconfig of a cluster: name a file, a directory, a glob, a URL, or a --kubeconfig
    note: for example: meshctl scrape -o web.tar.zst http://localhost:4191/metrics

    # -o - --count 2 -
    exit: 2
    --- stderr
    error: standard input can be read once only: leave --count out

    # web.prom
    exit: 2
    --- stderr
    error: the following required arguments were not provided:
      --output <FILE|DIR/>

    Usage: meshctl scrape --output <FILE|DIR/> <SOURCE>...

    For more information, try '--help'.
    ");
    assert_eq!(fs::read(cli.path().join("old.tar.zst")).unwrap(), b"old");
    assert!(!cli.path().join("new").exists());
    saves(&cli, &["-o", "old.tar.zst", "--force", "web.prom"]);
    assert_eq!(code(&cli.output(&["audit", "old.tar.zst"])), 0);
    let names = fs::read_dir(cli.path()).unwrap().count();
    assert_eq!(names, 3, "something was left behind");
}

#[test]
fn what_was_saved_is_said_in_one_line() {
    let cli = Cli::new().file("web.prom", UP).file("empty.prom", "");
    let output = cli.output(&["scrape", "-o", "s.tar.zst", "."]);
    let manifest = manifest(&cli.path().join("s.tar.zst"));
    assert_eq!(manifest["sources"][0], ".");
    // Sizes of compressed data differ between releases of the library.
    let shown = text(&output.stdout);
    let (front, back) = shown.split_once(" in ").unwrap();
    assert_eq!(front, " 1 of 2 targets saved | 34 B");
    assert!(back.ends_with(" | s.tar.zst\n"), "{back}");
    insta::assert_snapshot!(text(&output.stderr), @r"
    warning: cannot read ./empty.prom: empty: nothing was scraped into it, so check what wrote it
    next: meshctl audit s.tar.zst
    ");
}

#[test]
fn an_archive_goes_through_a_pipe() {
    let cli = Cli::new().file("web.prom", UP);
    let output = cli.output(&["scrape", "-o", "-", "web.prom"]);
    assert_eq!(code(&output), 0);
    fs::write(cli.path().join("piped.tar.zst"), &output.stdout).unwrap();
    assert!(report(&cli, &["piped.tar.zst"]) == report(&cli, &["web.prom"]));
    let reads = Cli::new().stdin(&output.stdout);
    assert!(report(&reads, &["-"]) == report(&cli, &["web.prom"]));
}

#[cfg(unix)]
fn signal(name: &str, process: u32) {
    let kill = format!("kill -{name} {process}");
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
#[cfg(unix)]
fn an_interrupt_keeps_what_was_read_and_says_so() {
    let cli = Cli::new().file("web.prom", UP);
    for place in ["s.tar.zst", "dir/"] {
        let mut child = cli
            .command(&[
                "scrape",
                "-v",
                "-o",
                place,
                "--count",
                "2",
                "--interval",
                "1h",
                "web.prom",
            ])
            .spawn()
            .unwrap();
        // In a directory the first sweep's end can be seen; it then waits for an hour.
        let journal = cli.path().join("dir/manifest.partial.jsonl");
        if place == "dir/" {
            wait_until(|| fs::read_to_string(&journal).is_ok_and(|text| text.contains("swept")));
        } else {
            // The handler is in place once a file without a name holds the sweep.
            let fds = format!("/proc/{}/fd", child.id());
            wait_until(|| {
                let open = fs::read_dir(&fds).into_iter().flatten().flatten();
                open.filter_map(|fd| fs::read_link(fd.path()).ok())
                    .any(|link| link.to_string_lossy().contains("(deleted)"))
            });
        }
        signal("INT", child.id());
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(130), "{stderr}");
    }
    let document: Value =
        serde_json::from_slice(&fs::read(cli.path().join("dir/manifest.json")).unwrap()).unwrap();
    assert_eq!(document["interrupted"], true);
    assert_eq!(document["sweeps"].as_array().unwrap().len(), 1);
    // The sweep itself is whole, and the report says that no other followed.
    let (kept, skipped) = without_skips(&report(&cli, &["dir"]));
    assert_eq!(kept, without_skips(&report(&cli, &["web.prom"])).0);
    assert_eq!(
        skipped[0]["reason"],
        "interrupted after sweep 1: no other followed"
    );
}

/// Looks again and again, for ten seconds.
#[cfg(unix)]
fn wait_until(is_true: impl Fn() -> bool) {
    let (_held, never) = std::sync::mpsc::channel::<()>();
    for _ in 0..2000 {
        if is_true() {
            return;
        }
        let _ = never.recv_timeout(std::time::Duration::from_millis(5));
    }
    panic!("waited for something that did not happen");
}

/// Kills a scrape after each of `delays`, in microseconds, and looks at what is left.
#[cfg(unix)]
fn kill_at(delays: impl Iterator<Item = u64>) -> BTreeMap<&'static str, u32> {
    let mut outcomes = BTreeMap::new();
    let cli = Cli::new();
    for number in 0..40 {
        let lines: Vec<String> = (0..400)
            .map(|line| format!("up{{a=\"{number}\",b=\"{line}\"}} 1\n"))
            .collect();
        let body = lines.concat();
        fs::create_dir_all(cli.path().join("new")).unwrap();
        fs::write(cli.path().join(format!("new/{number}.prom")), body).unwrap();
    }
    let cli = cli.file("old.prom", UP);
    let [(old, _), (new, _)] =
        ["old.prom", "new"].map(|source| without_skips(&report(&cli, &[source])));
    let (_held, never) = std::sync::mpsc::channel::<()>();
    for delay in delays {
        for place in ["s.tar.zst", "dir/"] {
            saves(&cli, &["-o", place, "--force", "old.prom"]);
            let arguments = ["scrape", "--threads", "2", "-o", place, "--force", "new"];
            let mut child = cli.command(&arguments).spawn().unwrap();
            let _ = never.recv_timeout(std::time::Duration::from_micros(delay));
            let _ = child.kill();
            child.wait().unwrap();
            let place = place.trim_end_matches('/');
            let output = cli.output(&["audit", "-o", "json", place]);
            let said = text(&output.stderr);
            for wrong in [
                "damaged",
                "missing",
                "not what its manifest",
                "cut off",
                "contradicts",
            ] {
                assert!(!said.contains(&format!("{wrong} ")), "{delay}: {said}");
            }
            let outcome = if code(&output) == 0 {
                let (now, _) = without_skips(&report(&cli, &[place]));
                assert!(now == old || now == new, "{delay}: neither old nor new");
                if now == old { "old" } else { "new" }
            } else {
                assert!(place == "dir", "{delay}: {said}");
                let known = [
                    "interrupted while it was saved",
                    "interrupted before anything",
                ];
                assert!(
                    known.iter().any(|known| said.contains(known)),
                    "{delay}: {said}"
                );
                "interrupted"
            };
            *outcomes
                .entry(if place == "dir" {
                    outcome
                } else {
                    ["old archive", "new archive"][usize::from(outcome == "new")]
                })
                .or_insert(0) += 1;
        }
    }
    saves(&cli, &["-o", "s.tar.zst", "--force", "old.prom"]);
    let names = fs::read_dir(cli.path()).unwrap().count();
    assert_eq!(names, 4, "something was left behind");
    outcomes
}

#[test]
#[cfg(unix)]
fn a_killed_scrape_leaves_the_old_snapshot_or_the_new_one() {
    let outcomes = kill_at((0..10).map(|number| number * 4_000));
    assert_eq!(outcomes.values().sum::<u32>(), 20);
}

/// `cargo test --test snapshot -- --ignored --nocapture a_hundred`
#[test]
#[cfg(unix)]
#[ignore = "takes minutes"]
fn a_hundred_killed_scrapes_leave_nothing_torn() {
    // Spread like the golden ratio: no two near each other, none repeated.
    let delays = (0..100_u64).map(|number| number * 61_803 % 100_000 * 60_000 / 100_000);
    let outcomes = kill_at(delays);
    writeln!(std::io::stderr(), "{outcomes:?}").unwrap();
}

/// Labels and their values, as the lines of a body have them.
fn values(body: &str) -> Vec<BTreeMap<String, String>> {
    let lines = body.lines().filter(|line| !line.starts_with('#'));
    let labels = |line: &str| {
        let Some((_, rest)) = line.split_once('{') else {
            return BTreeMap::new();
        };
        let pairs = rest.rsplit_once('}').unwrap().0.split("\",");
        let pairs = pairs.filter_map(|pair| pair.split_once("=\""));
        pairs
            .map(|(name, value)| (name.to_owned(), value.trim_end_matches('"').to_owned()))
            .collect()
    };
    lines.map(labels).collect()
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one snapshot is made, and all that must hold of it is asked"
)]
fn a_redacted_snapshot_has_the_same_numbers_and_no_name() {
    let cli = Cli::new();
    let sources = [
        "busy-client.prom",
        "grpc-failures-inbound.prom",
        "busy-server.prom",
    ]
    .map(fixture);
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    saves(&cli, &[&["-o", "plain.tar.zst"][..], &sources].concat());
    saves(
        &cli,
        &[&["-o", "hidden.tar.zst", "--redact=key"][..], &sources].concat(),
    );
    let (plain, hidden) = (
        cli.path().join("plain.tar.zst"),
        cli.path().join("hidden.tar.zst"),
    );
    let redaction = manifest(&hidden)["redaction"].clone();
    let touched: BTreeSet<String> = redaction["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| label["name"].as_str().unwrap().to_owned())
        .collect();
    for label in [
        "target_ip",
        "dst_pod",
        "authority",
        "client_id",
        "parent_name",
        "rt_route",
    ] {
        assert!(touched.contains(label), "{label}");
    }
    for label in [
        "le",
        "status_code",
        "direction",
        "tls",
        "classification",
        "grpc_status",
        "target_port",
    ] {
        assert!(!touched.contains(label), "{label}");
    }
    let (before, after) = (members(&plain), members(&hidden));
    let bytes = decompressed(&hidden);
    let all = String::from_utf8(bytes).unwrap();
    let mut originals = BTreeSet::new();
    let mut pairs: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (name, body) in before.iter().filter(|(name, _)| name.starts_with("sweep")) {
        let (body, other) = (
            str::from_utf8(body).unwrap(),
            str::from_utf8(&after[name]).unwrap(),
        );
        assert_eq!(body.lines().count(), other.lines().count());
        for (one, two) in values(body).into_iter().zip(values(other)) {
            assert!(one.keys().eq(two.keys()));
            for (label, value) in one {
                let made = &two[&label];
                if touched.contains(&label) {
                    if *made != value {
                        originals.insert(value.clone());
                    }
                    let known = pairs.entry(label).or_default();
                    assert_eq!(known.entry(value).or_insert_with(|| made.clone()), made);
                } else {
                    assert_eq!(value, *made);
                }
            }
        }
    }
    // As many pseudonyms as values, label by label.
    for (label, pairs) in &pairs {
        let distinct: BTreeSet<&String> = pairs.values().collect();
        assert_eq!(distinct.len(), pairs.len(), "{label}");
    }
    // A plain word may stand in a HELP text or be a value that is known elsewhere.
    assert!(originals.len() > 50);
    for original in originals {
        let is_word = original.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(is_word || !all.contains(&original), "{original}");
    }
    for (label, pairs) in &pairs {
        let replaced = pairs.iter().filter(|(value, made)| value != made);
        let left = replaced.filter(|(value, _)| pairs.values().any(|made| made == *value));
        assert_eq!(left.count(), 0, "{label}");
    }
    let key = fs::read_to_string(cli.path().join("key")).unwrap();
    assert!(!all.contains(key.trim()));
    // Counts are the same, whatever things are called.
    let numbers = |source: &str| -> (Value, Vec<Value>) {
        let document: Value = serde_json::from_str(&report(&cli, &[source])).unwrap();
        let mut totals = document["totals"].clone();
        totals.as_object_mut().unwrap().remove("body_bytes");
        let savings = document["labels"].as_array().unwrap().iter();
        let mut savings: Vec<Value> = savings
            .map(|label| {
                serde_json::json!([
                    label["name"],
                    label["values"],
                    label["marginal_saving_series"]
                ])
            })
            .collect();
        savings.sort_by_key(ToString::to_string);
        (totals, savings)
    };
    assert_eq!(numbers("plain.tar.zst"), numbers("hidden.tar.zst"));
}

#[test]
fn hostile_places_hold_no_name_either() {
    let secret = [
        "acme-prod",
        "10.11.12.13",
        "tomasina",
        "s3cr3t-node",
        "Café",
        "fd00::ac3e",
        "192.0.2.77",
    ];
    let body = "# HELP x A text.\n# acme-prod in a comment\n\
        x{host=\"10.11.12.13:80\",err=\"dial tcp 192.0.2.77:443: no route\",node=\"s3cr3t-node\"} 1\n\
        x{user=\"tomasina\\\"s\\\\desk\",v6=\"[fd00::ac3e]:80\"} 1 # {trace=\"tomasina\"} 2\n\
        x{\"q.name\"=\"Café/acme-prod\"} 2\nx{a=\"tomasina\"s\"} 1\nx{status=\"acme-prod\"} 3";
    let cli = Cli::new()
        .file("acme-prod/tomasina.prom", body)
        .file("acme-prod/empty.prom", "");
    let output = cli.output(&["scrape", "--redact", "-o", "s.tar.zst", "acme-prod"]);
    assert_eq!(code(&output), 3, "{}", text(&output.stderr));
    let all = String::from_utf8(decompressed(&cli.path().join("s.tar.zst"))).unwrap();
    for name in secret {
        assert!(!all.contains(name), "{name} in\n{all}");
        assert!(!text(&output.stderr).contains(name), "{name}");
    }
    let redaction = &manifest(&cli.path().join("s.tar.zst"))["redaction"];
    assert_eq!(redaction["refused_lines"], 1);
    assert_eq!(redaction["comments"], 1);
    // All but the line that could not be read is still there.
    let document: Value = serde_json::from_str(&report(&cli, &["s.tar.zst"])).unwrap();
    assert_eq!(document["totals"]["series"], 4);
    assert_eq!(document["totals"]["rejects"], 0);
}

#[test]
fn one_key_gives_one_pseudonym_and_a_key_is_guarded() {
    let cli = Cli::new().file("web.prom", UP).file("short", "abc");
    for (name, redact) in [
        ("a", "--redact=key"),
        ("b", "--redact=key"),
        ("c", "--redact"),
        ("d", "--redact"),
    ] {
        saves(
            &cli,
            &["-o", &format!("{name}.tar.zst"), redact, "web.prom"],
        );
    }
    let body = |name: &str| {
        members(&cli.path().join(format!("{name}.tar.zst")))["sweep-1/0001.prom"].clone()
    };
    assert_eq!(body("a"), body("b"));
    assert_ne!(body("a"), body("c"));
    assert_ne!(body("c"), body("d"));
    insta::assert_snapshot!(cli.verdict(&["scrape", "--redact=short", "-o", "e.tar.zst", "web.prom"]), @r"
    exit: 2
    --- stderr
    error: short holds fewer than 16 characters, which is no key
    ");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        use std::os::unix::fs::PermissionsExt;
        let known = fs::metadata(cli.path().join("key")).unwrap();
        assert_eq!(known.mode() & 0o777, 0o600);
        fs::set_permissions(cli.path().join("key"), fs::Permissions::from_mode(0o644)).unwrap();
        let said = cli.verdict(&["scrape", "--redact=key", "-o", "f.tar.zst", "web.prom"]);
        assert!(
            said.contains("others may read the key in key: chmod 600 key"),
            "{said}"
        );
    }
}
