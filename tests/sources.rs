#![cfg(test)]
//! Drives [`meshctl::source::read`] the way a run does: a feeder, a bounded queue, and workers that
//! read bodies while it goes on.

use std::fs;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use meshctl::source::{self, Event, Options, Progress};
use tempfile::TempDir;
use wiremock::matchers::{basic_auth, header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const UP: &[u8] = b"# TYPE up gauge\nup 1\n";

/// A directory of sources, and what reading some of them comes to.
struct Sources {
    dir: TempDir,
    filter: Option<&'static str>,
    timeout: Duration,
}

impl Sources {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            filter: None,
            timeout: Duration::from_secs(30),
        }
    }

    fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn only(mut self, filter: &'static str) -> Self {
        self.filter = Some(filter);
        self
    }

    fn path(&self, path: &str) -> String {
        self.dir.path().join(path).to_str().unwrap().to_owned()
    }

    /// One line for each event in the order emitted, with the directory cut from names.
    fn read(&self, names: &[&str]) -> String {
        let paths: Vec<String> = names
            .iter()
            .map(|name| {
                if name.contains("://") {
                    (*name).to_owned()
                } else {
                    self.path(name)
                }
            })
            .collect();
        let lines = outcomes(&self.options(paths));
        lines.replace(&format!("{}/", self.dir.path().display()), "")
    }

    fn options(&self, sources: Vec<String>) -> Options {
        Options {
            sources,
            target_filter: self
                .filter
                .map(|filter| globset::Glob::new(filter).unwrap().compile_matcher()),
            live: source::Live {
                timeout: self.timeout,
                retries: 0,
                ..source::Live::default()
            },
            ..Options::default()
        }
    }
}

fn outcomes(options: &Options) -> String {
    let progress = Arc::new(Progress::default());
    let lines = events(options, &progress);
    let expected = progress.expected_bytes.load(Ordering::Relaxed);
    let read = progress.read_bytes.load(Ordering::Relaxed);
    let urls = options.sources.iter().any(|source| source.contains("://"));
    assert!(urls || expected == read, "expected {expected}, read {read}");
    lines.join("\n")
}

fn events(options: &Options, progress: &Arc<Progress>) -> Vec<String> {
    let (queue, events) = crossbeam_channel::bounded(4);
    let mut lines: Vec<(usize, String)> = thread::scope(|scope| {
        scope.spawn(|| {
            let queue = queue;
            let mut number = 0;
            source::read(options, progress, &AtomicBool::new(false), &mut |event| {
                number += 1;
                match queue.send((number, event)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
        });
        let workers: Vec<_> = (0..options.waits().max(2))
            .map(|_| {
                let events = events.clone();
                scope.spawn(move || {
                    events
                        .into_iter()
                        .map(|(number, event)| (number, line(event)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    lines.sort();
    let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    if options.waits() > 0 {
        // These come in the order in which they answer.
        lines.sort_by(|one, other| one[8..].cmp(&other[8..]));
    }
    lines
}

fn line(event: Event) -> String {
    match event {
        Event::Scrape(mut scrape) => {
            let mut body = Vec::new();
            let end = scrape.body.read_to_end(&mut body);
            let shown = if body.len() > 60 {
                format!("{} bytes", body.len())
            } else {
                format!("{:?}", String::from_utf8_lossy(&body))
            };
            let target = scrape.target;
            let origin = if target.origin == target.name {
                String::new()
            } else {
                format!(" from {}", target.origin)
            };
            let broken = match end {
                Ok(_) => String::new(),
                Err(error) => format!(" BROKEN {error}"),
            };
            format!("read    {}{origin}: {shown}{broken}", target.name)
        }
        Event::Failed(failure) => {
            let origin = if failure.origin == failure.target {
                String::new()
            } else {
                format!(" from {}", failure.origin)
            };
            format!("failed  {}{origin}: {}", failure.target, failure.reason)
        }
        Event::Skipped(skip) => format!("skipped {}: {}", skip.origin, skip.reason),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Many distinct lines, so that no form of it compresses to nothing.
fn large() -> Vec<u8> {
    let mut body = Vec::new();
    for number in 0..20_000_u64 {
        let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        writeln!(body, "up{{pod=\"p{noise:x}\"}} {number}").unwrap();
    }
    body
}

#[test]
fn every_form_of_one_body_is_the_same_body() {
    let sources = Sources::new()
        .file("plain", UP)
        .file("one.gz", gzip(UP))
        .file(
            "members.gz",
            [gzip(b"# TYPE up gauge\n"), gzip(b"up 1\n")].concat(),
        )
        .file("one.zst", zstd(UP))
        .file(
            "frames.zst",
            [zstd(b"# TYPE up gauge\n"), zstd(b"up 1\n")].concat(),
        )
        .file(
            "a.tar",
            tar(&[
                ("a/pod.prom", UP),
                ("b/pod.gz", &gzip(UP)),
                ("c", &zstd(UP)),
            ]),
        )
        .file("a.tar.gz", gzip(&tar(&[("pod", UP)])))
        .file("a.tar.zst", zstd(&tar(&[("pod", UP)])))
        .file("bom", [b"\xef\xbb\xbf", UP].concat());
    let read = sources.read(&[
        "plain",
        "one.gz",
        "members.gz",
        "one.zst",
        "frames.zst",
        "a.tar",
        "a.tar.gz",
        "a.tar.zst",
        "bom",
    ]);
    insta::assert_snapshot!(read, @r##"
    read    plain: "# TYPE up gauge\nup 1\n"
    read    one.gz: "# TYPE up gauge\nup 1\n"
    read    members.gz: "# TYPE up gauge\nup 1\n"
    read    one.zst: "# TYPE up gauge\nup 1\n"
    read    frames.zst: "# TYPE up gauge\nup 1\n"
    read    a.tar:a/pod.prom: "# TYPE up gauge\nup 1\n"
    read    a.tar:b/pod.gz: "# TYPE up gauge\nup 1\n"
    read    a.tar:c: "# TYPE up gauge\nup 1\n"
    read    a.tar.gz:pod: "# TYPE up gauge\nup 1\n"
    read    a.tar.zst:pod: "# TYPE up gauge\nup 1\n"
    read    bom: "# TYPE up gauge\nup 1\n"
    "##);
}

#[test]
fn large_bodies_come_out_of_archives_whole() {
    let body = large();
    let sources = Sources::new().file(
        "a.tar.zst",
        zstd(&tar(&[
            ("one", &body),
            ("two.gz", &gzip(&body)),
            ("three", &body),
        ])),
    );
    insta::assert_snapshot!(sources.read(&["a.tar.zst"]), @"
    read    a.tar.zst:one: 667543 bytes
    read    a.tar.zst:two.gz: 667543 bytes
    read    a.tar.zst:three: 667543 bytes
    ");
}

#[test]
fn a_directory_is_read_in_the_order_of_its_paths_and_says_what_it_passes_over() {
    let sources = Sources::new()
        .file("d/b/pod.prom", UP)
        .file("d/b.prom", UP)
        .file("d/a.prom.gz", gzip(UP))
        .file("d/README.md", "# Public dumps\n\nAbout them.\n")
        .file("d/pod.headers", "HTTP/1.1 200 OK\ncontent-length: 12\n")
        .file("d/values.yaml", "replicas: 3\n")
        .file("d/x.json", "{\"a\": 1}")
        .file("d/x.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        .file("d/x.zip", b"PK\x03\x04\x14\0\0\0")
        .file("d/empty", "")
        .file("d/blank", "\n\n")
        .file("d/.hidden", UP)
        .file("d/.git/config", UP);
    insta::assert_snapshot!(sources.read(&["d"]), @r##"
    skipped d/.git: hidden
    skipped d/.hidden: hidden
    skipped d/README.md: not an exposition
    read    d/a.prom.gz: "# TYPE up gauge\nup 1\n"
    read    d/b.prom: "# TYPE up gauge\nup 1\n"
    read    d/b/pod.prom: "# TYPE up gauge\nup 1\n"
    failed  d/blank: empty: nothing was scraped into it, so check what wrote it
    failed  d/empty: empty: nothing was scraped into it, so check what wrote it
    skipped d/pod.headers: not an exposition
    skipped d/values.yaml: not an exposition
    skipped d/x.json: not an exposition
    skipped d/x.png: not an exposition
    skipped d/x.zip: not an exposition
    "##);
}

#[test]
fn what_is_named_must_be_an_exposition() {
    let sources = Sources::new()
        .file("README.md", "# Public dumps\n\nAbout them.\n")
        .file("x.json", "{\"a\": 1}")
        .file("x.html", "<html></html>")
        .file("x.bin", b"\x7fELF\0\0")
        .file("x.zip", b"PK\x03\x04\x14\0\0\0")
        .file("x.gz", gzip(b"kind: Pod\n"))
        .file("empty", "")
        .file("empty.gz", gzip(b""))
        .file("blank", " \n\r\n");
    let read = sources.read(&[
        "README.md",
        "x.json",
        "x.html",
        "x.bin",
        "x.zip",
        "x.gz",
        "empty",
        "empty.gz",
        "blank",
        "none",
    ]);
    insta::assert_snapshot!(read, @"
    failed  README.md: not an exposition: no line among the first looks like a metric
    failed  x.json: not an exposition: looks like JSON: save what the metrics endpoint sends, without converting it
    failed  x.html: not an exposition: looks like HTML or XML, maybe a login or error page: fetch the metrics path itself
    failed  x.bin: not an exposition: a binary file
    failed  x.zip: a zip archive, which is not read: unpack it first
    failed  x.gz: not an exposition: looks like YAML: name a saved scrape here
    failed  empty: empty: nothing was scraped into it, so check what wrote it
    failed  empty.gz: empty: nothing was scraped into it, so check what wrote it
    failed  blank: empty: nothing was scraped into it, so check what wrote it
    failed  none: no such file
    ");
}

#[test]
fn a_url_typed_wrongly_is_named_without_its_credentials() {
    let typed = [
        "htps://me:s3cret@host/metrics",
        "me:s3cret@host:4191/metrics",
        "host:4191/metrics?token=s3cret",
    ];
    let typed = typed.map(str::to_owned).to_vec();
    let read = outcomes(&Sources::new().options(typed));
    insta::assert_snapshot!(read, @"
    failed  htps://…@host/metrics: no such file; a URL begins with http:// or https://
    failed  …@host:4191/metrics: no such file; a URL begins with http:// or https://
    failed  host:4191/metrics?token=…: no file matches
    ");
}

#[test]
fn what_is_named_twice_is_read_once() {
    let sources = Sources::new().file("d/a.prom", UP).file("d/b.prom", UP);
    let read = sources.read(&["d/a.prom", "d", "d/../d/b.prom", "d/*.prom"]);
    insta::assert_snapshot!(read, @r##"
    read    d/a.prom: "# TYPE up gauge\nup 1\n"
    skipped d/a.prom: named twice
    read    d/b.prom: "# TYPE up gauge\nup 1\n"
    skipped d/../d/b.prom: named twice
    skipped d/a.prom: named twice
    skipped d/b.prom: named twice
    "##);
}

#[test]
fn a_glob_is_expanded_unless_a_file_has_that_name() {
    let sources = Sources::new()
        .file("a1.prom", UP)
        .file("a2.prom", UP)
        .file("a3.md", "# Title\n")
        .file("sub/pod.prom", UP)
        .file("[x].prom", UP)
        .file(".a.prom", UP);
    insta::assert_snapshot!(sources.read(&["a*"]), @r##"
    read    a1.prom: "# TYPE up gauge\nup 1\n"
    read    a2.prom: "# TYPE up gauge\nup 1\n"
    skipped a3.md: not an exposition
    "##);
    insta::assert_snapshot!(sources.read(&["[x].prom"]), @r##"read    [x].prom: "# TYPE up gauge\nup 1\n""##);
    insta::assert_snapshot!(sources.read(&["**/*.prom"]), @r##"
    read    [x].prom: "# TYPE up gauge\nup 1\n"
    read    a1.prom: "# TYPE up gauge\nup 1\n"
    read    a2.prom: "# TYPE up gauge\nup 1\n"
    read    sub/pod.prom: "# TYPE up gauge\nup 1\n"
    "##);
    insta::assert_snapshot!(sources.read(&["*.txt", "a[", "s*"]), @r##"
    failed  *.txt: no file matches
    failed  a[: no such file, and not a glob either: invalid range pattern
    read    sub/pod.prom: "# TYPE up gauge\nup 1\n"
    "##);
}

#[test]
fn a_joined_dump_comes_apart_into_its_targets() {
    let dump = concat!(
        "#\n# POD web-1 (1 of 6)\n#\n# HELP up # POD no (1 of 2)\nup{a=\"\n# POD no (1 of 2)\n#\n\"} 1\n# EOF\n",
        "#\n# POD web-2 (2 of 6)\n#\n# ERROR: pod not running: Failed\n",
        "#\n# POD web-3 (3 of 6)\n#\n",
        "#\r\n# POD web-4 (4 of 6)\r\n#\r\nup 4\r\n",
        "#\n# POD dst-5 (5 of 6)\n# CONTAINER destination \n#\nup 5\n",
        "#\n# POD dst-5 (6 of 6)\n# CONTAINER policy \n#\n# ERROR connection\n  refused\n",
    );
    let sources = Sources::new()
        .file("dump", dump)
        .file("dump.gz", gzip(dump.as_bytes()))
        .file("noise", format!("\nWARNING: slow\n{dump}"))
        .file("d.tar", tar(&[("dump", dump.as_bytes())]));
    insta::assert_snapshot!(sources.read(&["dump"]), @r##"
    read    web-1 from dump: 66 bytes
    failed  web-2 from dump: pod not running: Failed
    failed  web-3 from dump: empty: nothing was scraped into it, so check what wrote it
    read    web-4 from dump: "up 4\r\n"
    read    dst-5/destination from dump: "up 5\n"
    failed  dst-5/policy from dump: connection refused
    "##);
    let from_file = sources.read(&["dump"]);
    assert_eq!(
        sources.read(&["dump.gz"]).replace("dump.gz", "dump"),
        from_file
    );
    assert_eq!(
        sources.read(&["d.tar"]).replace("d.tar:dump", "dump"),
        from_file
    );
    let from_noise = sources.read(&["noise"]).replace("noise", "dump");
    let (skipped, rest) = from_noise.split_once('\n').unwrap();
    assert_eq!(
        skipped,
        "skipped dump: text before the first `# POD` header"
    );
    assert_eq!(rest, from_file);
}

#[test]
fn a_joined_dump_that_was_cut_short_says_how_much_is_missing() {
    let first = "#\n# POD web-1 (1 of 5)\n#\nup 1\n";
    let second = "#\n# POD web-2 (2 of 5)\n#\nup 2\n";
    let sources = Sources::new()
        .file("two", format!("{first}{second}"))
        .file("twice", format!("{first}{second}{first}"))
        .file(
            "within a header",
            format!("{first}{second}#\n# POD web-3 (3 of"),
        )
        .file("before", format!("up 0\n{first}"));
    insta::assert_snapshot!(sources.read(&["two", "twice", "within a header", "before"]), @r##"
    read    web-1 from two: "up 1\n"
    read    web-2 from two: "up 2\n"
    failed  3 of 5 bodies from two: the dump says 5 bodies and holds 2: it was cut short
    read    web-1 from twice: "up 1\n"
    read    web-2 from twice: "up 2\n"
    failed  3 of 5 bodies from twice: the dump says 5 bodies and holds 2: it was cut short
    read    web-1 from twice: "up 1\n"
    failed  4 of 5 bodies from twice: the dump says 5 bodies and holds 1: it was cut short
    read    web-1 from within a header: "up 1\n"
    read    web-2 from within a header: "up 2\n#\n# POD web-3 (3 of"
    failed  3 of 5 bodies from within a header: the dump says 5 bodies and holds 2: it was cut short
    read    before: "up 0\n"
    read    web-1 from before: "up 1\n"
    failed  4 of 5 bodies from before: the dump says 5 bodies and holds 1: it was cut short
    "##);
}

#[test]
fn a_filter_takes_names_and_pods_and_passes_over_the_rest() {
    let dump = "#\n# POD web-1 (1 of 2)\n# CONTAINER a\n#\nup 1\n#\n# POD dst-1 (2 of 2)\n# CONTAINER a\n#\nup 2\n";
    let sources = Sources::new()
        .file("dump", dump)
        .file("web-2", UP)
        .file("a.tar", tar(&[("web-3", UP), ("dst-3", &large())]))
        .only("{web-*,**/web-*,**:web-*}");
    insta::assert_snapshot!(sources.read(&["dump", "web-2", "a.tar"]), @r##"
    read    web-1/a from dump: "up 1\n"
    skipped dump:dst-1/a: does not match --target
    read    web-2: "# TYPE up gauge\nup 1\n"
    read    a.tar:web-3: "# TYPE up gauge\nup 1\n"
    skipped a.tar:dst-3: does not match --target
    "##);
}

#[test]
fn a_truncated_file_gives_what_it_holds_and_then_an_error() {
    let body = large();
    let (gz, zst) = (gzip(&body), zstd(&body));
    let archive = tar(&[("one", &body), ("two", &body)]);
    for part in [10, 100, 1000, 100_000, gz.len() / 2, gz.len() - 4] {
        let sources = Sources::new().file("x", &gz[..part]);
        let read = sources.read(&["x"]);
        assert!(
            read.ends_with("gzip stream ends early: the file is truncated"),
            "{part}: {read}"
        );
    }
    for part in [10, 100, 1000, 100_000, zst.len() / 2, zst.len() - 4] {
        let sources = Sources::new().file("x", &zst[..part]);
        let read = sources.read(&["x"]);
        assert!(
            read.ends_with("zstd stream ends early: the file is truncated"),
            "{part}: {read}"
        );
    }
    let middle = archive.len() / 2 + 100_000;
    let sources = Sources::new()
        .file("in a header", &archive[..600])
        .file("in a member", &archive[..middle])
        .file("before the end mark", &archive[..archive.len() - 1024])
        .file("in gzip", &gzip(&archive)[..gz.len() + 1000]);
    let read = sources.read(&[
        "in a header",
        "in a member",
        "before the end mark",
        "in gzip",
    ]);
    let read = read.replace(&body.len().to_string(), "all");
    insta::assert_snapshot!(read, @"
    read    in a header:one: 88 bytes BROKEN tar archive ends early: the file is truncated
    failed  in a header: tar archive ends early: the file is truncated; whatever follows `one` is lost
    read    in a member:one: all bytes
    read    in a member:two: 100000 bytes BROKEN tar archive ends early: the file is truncated
    failed  in a member: tar archive ends early: the file is truncated; whatever follows `two` is lost
    read    before the end mark:one: all bytes
    read    before the end mark:two: all bytes
    failed  before the end mark: the tar archive has no end mark: it may have been cut short
    read    in gzip:one: all bytes
    read    in gzip:two: 1567 bytes BROKEN gzip stream ends early: the file is truncated
    failed  in gzip: gzip stream ends early: the file is truncated; whatever follows `two` is lost
    ");
}

#[test]
fn a_tar_gives_its_files_and_passes_over_everything_else() {
    let long = format!("{}/pod.prom", "long".repeat(60));
    let mut builder = tar::Builder::new(Vec::new());
    let mut append = |kind, name: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        // As hostile archives do: the safe way in refuses such names.
        let bytes = &mut header.as_mut_bytes()[..name.len()];
        bytes.copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, content).unwrap();
    };
    append(tar::EntryType::Directory, "dir/", b"");
    append(tar::EntryType::Regular, "./dir/a.prom", UP);
    append(tar::EntryType::Regular, "../../up.prom", UP);
    append(tar::EntryType::Regular, "/etc/abs.prom", UP);
    append(tar::EntryType::Regular, "./dir/._a.prom", UP);
    append(tar::EntryType::Regular, "dir/a.prom", UP);
    append(tar::EntryType::Regular, "dir/README.md", b"# Title\n");
    append(tar::EntryType::Regular, "dir/empty", b"");
    append(tar::EntryType::Symlink, "dir/link", b"");
    append(tar::EntryType::Fifo, "dir/pipe", b"");
    let mut header = tar::Header::new_gnu();
    header.set_size(UP.len() as u64);
    builder.append_data(&mut header, &long, UP).unwrap();
    let pax = [("path", "pax/näme.prom".as_bytes())];
    builder.append_pax_extensions(pax).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_path("short").unwrap();
    header.set_size(UP.len() as u64);
    header.set_cksum();
    builder.append(&header, UP).unwrap();
    let sources = Sources::new()
        .file("a.tar", builder.into_inner().unwrap())
        .file("none.tar", tar(&[]))
        .file("dir.tar", {
            let mut builder = tar::Builder::new(Vec::new());
            builder.append_dir("d", "/").unwrap();
            builder.into_inner().unwrap()
        });
    insta::assert_snapshot!(sources.read(&["a.tar", "none.tar", "dir.tar"]), @r##"
    read    a.tar:dir/a.prom: "# TYPE up gauge\nup 1\n"
    read    a.tar:../../up.prom: "# TYPE up gauge\nup 1\n"
    read    a.tar:/etc/abs.prom: "# TYPE up gauge\nup 1\n"
    skipped a.tar:dir/._a.prom: hidden
    skipped a.tar:dir/a.prom: named twice
    skipped a.tar:dir/README.md: not an exposition
    failed  a.tar:dir/empty: empty: nothing was scraped into it, so check what wrote it
    skipped a.tar:dir/link: not a regular file
    skipped a.tar:dir/pipe: not a regular file
    read    a.tar:longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong/pod.prom: "# TYPE up gauge\nup 1\n"
    read    a.tar:pax/näme.prom: "# TYPE up gauge\nup 1\n"
    failed  none.tar: not an exposition: nothing but zero bytes: an empty archive or a damaged file
    failed  dir.tar: an archive without a file in it
    "##);
}

#[test]
fn a_damaged_archive_says_so_and_the_rest_goes_on() {
    let mut archive = tar(&[("one", UP), ("two", UP)]);
    archive[1024 + 5] ^= 1;
    let mut gz = gzip(&large());
    let middle = gz.len() / 2;
    gz[middle..middle + 64].fill(0xff);
    let mut long_name = tar::Header::new_gnu();
    long_name.set_entry_type(tar::EntryType::GNULongName);
    long_name.set_size(1 << 40);
    long_name.set_cksum();
    let sources = Sources::new()
        .file("a.tar", archive)
        .file("b.gz", gz)
        .file("c.tar", [&long_name.as_bytes()[..], &[b'n'; 4096]].concat())
        .file("up", UP);
    let read = sources.read(&["a.tar", "b.gz", "c.tar", "up"]);
    let bytes = read
        .split(' ')
        .find(|word| word.len() == 6 && word.parse::<u32>().is_ok());
    let read = read.replace(bytes.unwrap_or("-"), "some");
    insta::assert_snapshot!(read, @r##"
    read    a.tar:one: "# TYPE up gauge\nup 1\n"
    failed  a.tar: tar archive is damaged (a member's header does not match its checksum): fetch or pack it again; whatever follows `one` is lost
    read    b.gz: some bytes BROKEN gzip stream is damaged (its compressed data makes no sense): fetch or compress it again
    failed  c.tar: tar archive is damaged (a member's name of absurd length): fetch or pack it again
    read    up: "# TYPE up gauge\nup 1\n"
    "##);
}

#[test]
fn archives_within_archives_have_a_limit() {
    let three = tar(&[("3", &tar(&[("2", &tar(&[("1", UP)]))]))]);
    let four = tar(&[("4", &three)]);
    let sources = Sources::new()
        .file("four", &four)
        .file("five", tar(&[("5", &four), ("pod", UP)]))
        .file("gz", gzip(&gzip(&gzip(&gzip(&gzip(UP))))));
    insta::assert_snapshot!(sources.read(&["four", "five", "gz"]), @r##"
    read    four:4:3:2:1: "# TYPE up gauge\nup 1\n"
    failed  five:5:4:3:2: more than 4 archives within one another: unpack it
    read    five:pod: "# TYPE up gauge\nup 1\n"
    failed  gz: more than 4 archives within one another: unpack it
    "##);
}

#[cfg(unix)]
#[test]
fn links_pipes_and_locked_files_are_told_apart() {
    use std::os::unix::fs::symlink;

    let sources = Sources::new().file("d/a.prom", UP).file("e/.keep", "");
    symlink("a.prom", sources.path("d/same.prom")).unwrap();
    symlink("nowhere", sources.path("d/broken")).unwrap();
    symlink("..", sources.path("d/up")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(sources.path("d/socket")).unwrap();
    fs::create_dir(sources.path("empty")).unwrap();
    insta::assert_snapshot!(sources.read(&["d"]), @r##"
    read    d/a.prom: "# TYPE up gauge\nup 1\n"
    failed  d/broken: a broken symbolic link: what it points to does not exist
    skipped d/same.prom: named twice
    skipped d/socket: not a regular file
    skipped d/up/d/a.prom: named twice
    failed  d/up/d/broken: a broken symbolic link: what it points to does not exist
    skipped d/up/d/same.prom: named twice
    skipped d/up/d/socket: not a regular file
    skipped d/up/d/up: a symbolic link to a directory it lies in
    skipped d/up/e/.keep: hidden
    "##);
    insta::assert_snapshot!(sources.read(&["d/broken", "empty", "e", "d/socket", "d/a.prom/x"]), @"
    failed  d/broken: a broken symbolic link: what it points to does not exist
    failed  empty: the directory holds no file to read
    failed  e: the directory holds no file to read
    skipped e/.keep: hidden
    failed  d/socket: a socket, which cannot be read: name a file or the URL of an endpoint
    failed  d/a.prom/x: not a directory
    ");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_when_named_and_passed_over_when_found() {
    let sources = Sources::new();
    fs::create_dir(sources.path("d")).unwrap();
    let pipe = sources.path("d/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    assert_eq!(
        sources.read(&["d"]).lines().last().unwrap(),
        "skipped d/pipe: not a regular file"
    );
    let body = large();
    let writer = thread::spawn(move || fs::write(Path::new(&pipe), body));
    let read = outcomes_of_pipe(&sources);
    writer.join().unwrap().unwrap();
    insta::assert_snapshot!(read, @"read    d/pipe: 667543 bytes");
}

#[cfg(unix)]
fn outcomes_of_pipe(sources: &Sources) -> String {
    let progress = Arc::new(Progress::default());
    let lines = events(&sources.options(vec![sources.path("d/pipe")]), &progress).join("\n");
    assert_eq!(progress.expected_bytes.load(Ordering::Relaxed), 0);
    assert_eq!(
        progress.read_bytes.load(Ordering::Relaxed),
        large().len() as u64
    );
    lines.replace(&format!("{}/", sources.dir.path().display()), "")
}

#[test]
fn a_body_that_stands_alone_can_be_read_by_anyone_at_any_time() {
    let body = large();
    let sources = Sources::new()
        .file("plain", &body)
        .file("one.gz", gzip(&body))
        .file("one.zst.gz", gzip(&zstd(&body)));
    let paths = ["plain", "one.gz", "one.zst.gz"].map(|name| sources.path(name));
    let mut bodies = Vec::new();
    source::read(
        &sources.options(paths.to_vec()),
        &Arc::default(),
        &AtomicBool::new(false),
        &mut |event| {
            if let Event::Scrape(scrape) = event {
                bodies.push(scrape.body);
            }
            ControlFlow::Continue(())
        },
    );
    assert_eq!(bodies.len(), 3);
    for mut again in bodies {
        let mut bytes = Vec::new();
        again.read_to_end(&mut bytes).unwrap();
        assert!(bytes == body);
    }
}

#[test]
fn reading_stops_when_nobody_wants_more() {
    let body = large();
    let sources = Sources::new().file("a.tar", tar(&[("one", &body), ("two", &body)]));
    let options = sources.options(vec![sources.path("a.tar"), sources.path("none")]);
    let mut count = 0;
    let cancel = AtomicBool::new(false);
    source::read(&options, &Arc::default(), &cancel, &mut |_| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!(count, 1);
}

#[test]
fn a_body_nobody_reads_does_not_hold_up_the_next() {
    let body = large();
    let mut dump = Vec::new();
    for number in 1..=20 {
        write!(dump, "#\n# POD web-{number} (20 of 20)\n#\n").unwrap();
        dump.extend_from_slice(&body);
    }
    let sources = Sources::new().file("dump", dump);
    let mut count = 0;
    source::read(
        &sources.options(vec![sources.path("dump")]),
        &Arc::default(),
        &AtomicBool::new(false),
        &mut |event| {
            drop(event);
            count += 1;
            ControlFlow::Continue(())
        },
    );
    assert_eq!(count, 40);
}

/// A server, and something to let its futures run on while the test waits for them.
struct Server {
    runtime: tokio::runtime::Runtime,
    mock: MockServer,
}

impl Server {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mock = runtime.block_on(MockServer::start());
        Self { runtime, mock }
    }

    fn answers(self, at: &str, answer: ResponseTemplate) -> Self {
        let mock = Mock::given(path(at)).respond_with(answer);
        self.runtime.block_on(mock.mount(&self.mock));
        self
    }

    /// What reading `urls` comes to, where `http://HOST` stands for this server.
    fn read(&self, sources: &Sources, urls: &[&str]) -> String {
        let host = self.mock.address().to_string();
        let urls = urls.iter().map(|url| url.replace("HOST", &host)).collect();
        outcomes(&sources.options(urls)).replace(&host, "HOST")
    }
}

#[test]
fn urls_are_fetched_like_files() {
    let plain = ResponseTemplate::new(200).set_body_bytes(UP);
    let text = ResponseTemplate::new(200);
    let server = Server::new()
        .answers("/plain", plain)
        .answers("/gzip", text.clone().set_body_bytes(gzip(UP)))
        .answers("/large", text.clone().set_body_bytes(large()))
        .answers(
            "/tar",
            text.clone().set_body_bytes(zstd(&tar(&[("pod", UP)]))),
        )
        .answers(
            "/cut",
            text.clone().set_body_bytes(&gzip(&large())[..50_000]),
        )
        .answers("/login", text.clone().set_body_bytes("<html>log in</html>"))
        .answers("/empty", text.clone())
        .answers(
            "/protobuf",
            text.set_body_raw("\x01", "application/vnd.google.protobuf"),
        );
    let sources = Sources::new();
    let urls = [
        "http://HOST/plain",
        "http://HOST/gzip",
        "http://HOST/large",
        "http://HOST/tar",
        "http://HOST/cut",
        "http://HOST/login",
        "http://HOST/empty",
        "http://HOST/protobuf",
        "http://HOST/plain",
    ];
    insta::assert_snapshot!(server.read(&sources, &urls), @r##"
    read    http://HOST/plain: "# TYPE up gauge\nup 1\n"
    read    http://HOST/gzip: "# TYPE up gauge\nup 1\n"
    read    http://HOST/large: 667543 bytes
    read    http://HOST/tar:pod: "# TYPE up gauge\nup 1\n"
    read    http://HOST/cut: 83306 bytes BROKEN gzip stream ends early: the file is truncated
    failed  http://HOST/login: not an exposition: looks like HTML or XML, maybe a login or error page: fetch the metrics path itself
    failed  http://HOST/empty: empty: nothing was scraped into it, so check what wrote it
    failed  http://HOST/protobuf: the server sends protobuf although asked for text
    skipped http://HOST/plain: named twice
    "##);
}

#[test]
fn a_url_that_answers_with_an_error_says_which() {
    let text = ResponseTemplate::new(503).set_body_string("no healthy\n\x1b[31mupstream");
    let html = ResponseTemplate::new(502).set_body_string("<html>bad gateway</html>");
    let packed = ResponseTemplate::new(404).set_body_bytes(gzip(b"no such path"));
    let server = Server::new()
        .answers("/text", text)
        .answers("/html", html)
        .answers("/gzip", packed)
        .answers("/odd", ResponseTemplate::new(599));
    let urls = [
        "http://HOST/text",
        "http://HOST/html",
        "http://HOST/gzip",
        "http://HOST/odd",
        "http://127.0.0.1:1/metrics",
        "http://:80",
    ];
    insta::assert_snapshot!(server.read(&Sources::new(), &urls), @"
    failed  http://HOST/text: HTTP 503 Service Unavailable: no healthy [31mupstream
    failed  http://HOST/html: HTTP 502 Bad Gateway
    failed  http://HOST/gzip: HTTP 404 Not Found: no such path
    failed  http://HOST/odd: HTTP 599
    failed  http://127.0.0.1:1/metrics: cannot connect: connection refused
    failed  http://:80: not a URL: empty host
    ");
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let mut sources = Sources::new();
    sources.timeout = Duration::from_millis(50);
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(10));
    let server = Server::new().answers("/metrics", slow);
    insta::assert_snapshot!(server.read(&sources, &["http://HOST/metrics"]), @"failed  http://HOST/metrics: no answer within 50ms");
}

/// Sends what `answer` says to whoever connects first, and then waits for them to go away.
fn serve_once(answer: Vec<u8>) -> (std::net::SocketAddr, thread::JoinHandle<()>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert!(connection.read(&mut request).unwrap() > 0);
        connection.write_all(&answer).unwrap();
        while connection.read(&mut request).is_ok_and(|count| count > 0) {}
    });
    (address, server)
}

#[test]
fn a_body_that_stops_coming_is_an_error_of_that_body() {
    let mut sources = Sources::new();
    sources.timeout = Duration::from_millis(100);
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_vec();
    answer.extend_from_slice(&large()[..300_000]);
    let (address, server) = serve_once(answer);
    let url = format!("http://{address}/metrics");
    let read = outcomes(&sources.options(vec![url])).replace(&address.to_string(), "HOST");
    server.join().unwrap();
    insta::assert_snapshot!(read, @"read    http://HOST/metrics: 300000 bytes BROKEN nothing came for 100ms: the server stalled; a longer timeout may help");
}

#[test]
fn credentials_reach_the_server_and_nothing_else() {
    let server = Server::new();
    let right = Mock::given(path("/right"))
        .and(basic_auth("me", "p@ss"))
        .and(header("accept-encoding", "gzip"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(UP));
    server.runtime.block_on(right.mount(&server.mock));
    let wrong = ResponseTemplate::new(401).set_body_string("me:p@ss and abc are wrong");
    let server = server.answers("/wrong", wrong);
    let urls = [
        "http://me:p%40ss@HOST/right",
        "http://me:p%40ss@HOST/wrong?a=1&api_token=abc",
        "http://me:p%40ss@127.0.0.1:1/?token=abc",
        "http://me:p%40ss@HOST/right",
        "http://me:p/ss@HOST/",
    ];
    let read = server.read(&Sources::new(), &urls);
    assert!(!read.contains("p@ss") && !read.contains("p%40ss") && !read.contains("abc"));
    insta::assert_snapshot!(read, @r##"
    read    http://HOST/right: "# TYPE up gauge\nup 1\n"
    failed  http://HOST/wrong?a=1&api_token=…: HTTP 401 Unauthorized: …:… and … are wrong
    failed  http://127.0.0.1:1/?token=…: cannot connect: connection refused
    skipped http://HOST/right: named twice
    failed  http://…@HOST/: not a URL: invalid port number
    "##);
}
