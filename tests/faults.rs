//! A sweep over a web server that does everything wrong: what fails, why, and that nothing else does.

#![cfg(test)]

#[path = "support/fault_server.rs"]
mod fault_server;

use std::fmt::Write as _;
use std::io;
use std::io::BufRead;
use std::io::Write;
use std::net::TcpListener;
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use fault_server::FAULTS;
use fault_server::FaultServer;
use fault_server::UP;
use http::HeaderName;
use http::HeaderValue;
use meshctl::source;
use meshctl::source::Event;
use meshctl::source::Live;
use meshctl::source::Options;
use meshctl::survey;
use meshctl::survey::Control;
use meshctl::survey::Survey;

/// Short enough for a test, long enough for a busy machine.
fn brisk() -> Live {
    Live {
        timeout: Duration::from_millis(500),
        max_body_bytes: 64 << 10,
        ..Live::default()
    }
}

/// What a real sweep has: nothing here should come near these.
fn patient() -> Live {
    Live {
        timeout: Duration::from_mins(1),
        ..Live::default()
    }
}

fn options(urls: Vec<String>, live: Live) -> Options {
    Options {
        sources: urls,
        live,
        ..Options::default()
    }
}

fn survey_of(options: Options, control: &Control) -> Survey {
    let plan = survey::Plan {
        sources: options,
        workers: 2,
        max_line_bytes: 1 << 20,
        simulate: Vec::new(),
        traffic: meshctl::survey::Traffic::Ignore,
        watch: None,
        latency: None,
        now_ns: 0,
        detail: meshctl::survey::Detail::default(),
    };
    survey::run(&plan, control)
}

/// Why each of `paths` failed, in their order; the path alone where it did not.
fn reasons(server: &FaultServer, paths: &[&str], live: Live) -> String {
    let urls: Vec<String> = paths.iter().map(|path| server.url(path)).collect();
    let survey = survey_of(options(urls.clone(), live), &Control::default());
    let failed = &survey.coverage.failed;
    let lines = paths.iter().zip(&urls).map(|(path, url)| {
        let failure = failed.iter().find(|failure| failure.target == *url);
        match failure {
            Some(failure) => format!("{path}: {}", failure.reason),
            None => (*path).to_owned(),
        }
    });
    assert_eq!(survey.coverage.expected, paths.len() as u64);
    let lines: Vec<String> = lines.collect();
    lines
        .join("\n")
        .replace(&server.address.to_string(), "HOST")
        .replace(&server.address.port().to_string(), "PORT")
}

/// Surveys `count` targets of which every tenth misbehaves, and holds what failed against what should have.
#[expect(
    clippy::disallowed_methods,
    reason = "a sweep has to end in time, so the test looks at the clock"
)]
fn sweep(count: usize) {
    let server = FaultServer::new(UP);
    let refusing = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut expected = Vec::new();
    let mut urls = Vec::new();
    for number in 0..count {
        let url = match (number % 10, number / 10 % 11) {
            (3, 10) => {
                let url = format!("http://{refusing}/{number}");
                expected.push((
                    url.clone(),
                    "cannot connect: connection refused (tried 3 times)",
                ));
                url
            }
            (3, fault) => {
                let (fault, reason) = FAULTS[fault];
                let url = server.url(&format!("{fault}/{number}"));
                expected.push((url.clone(), reason));
                url
            }
            _ => server.url(&format!("ok/{number}")),
        };
        urls.push(url);
    }
    let control = Control::default();
    let start = Instant::now();
    let survey = survey_of(options(urls, brisk()), &control);
    let took = start.elapsed();
    expected.sort_unstable();
    let failed = survey.coverage.failed;
    let lines: Vec<String> = failed
        .iter()
        .map(|failure| format!("{}: {}", failure.target, failure.reason))
        .collect();
    assert_eq!(failed.len(), expected.len(), "{lines:#?}");
    for (failure, (url, reason)) in failed.iter().zip(expected) {
        assert_eq!(failure.target, url);
        assert!(
            failure.reason.starts_with(reason),
            "{url}: {}",
            failure.reason
        );
    }
    let well = (count - failed.len()) as u64;
    assert_eq!(survey.coverage.scraped, well);
    assert_eq!(survey.census.totals.series, well);
    let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    assert_eq!(load(&control.progress.targets), count as u64);
    assert_eq!(load(&control.progress.targets_done), count as u64);
    assert_eq!(load(&control.series), well);
    // A slow target does not hold up the others, nor do all slow ones together.
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn exactly_those_targets_fail_that_misbehave() {
    sweep(110);
}

#[test]
#[ignore = "the same once more, at the size of a cluster"]
fn exactly_those_targets_fail_that_misbehave_among_a_thousand() {
    sweep(1000);
}

/// About a megabyte of a histogram with a label that tells routes apart.
fn megabyte() -> String {
    let mut body = String::from("# TYPE request_duration_ms histogram\n");
    let mut route = 0;
    while body.len() < 1_000_000 {
        for bound in [
            "1", "2", "5", "10", "20", "50", "100", "500", "1000", "+Inf",
        ] {
            let labels = format!(
                "direction=\"inbound\",target_port=\"8080\",route=\"/api/{route}\",le=\"{bound}\""
            );
            writeln!(body, "request_duration_ms_bucket{{{labels}}} {route}").unwrap();
        }
        route += 1;
    }
    body
}

#[test]
#[ignore = "figures: needs curl, /usr/bin/time, a machine that does nothing else, and a network whose speed is one: \
            over bare loopback only the processors are compared. In a namespace of its own: \
            tc qdisc add dev lo root tbf rate 2gbit burst 4mb latency 50ms"]
fn a_thousand_targets_of_a_megabyte_take_little_more_than_to_fetch_them() {
    const TARGETS: usize = 1000;
    let server = FaultServer::new(megabyte());
    let urls: Vec<String> = (0..TARGETS)
        .map(|number| server.url(&format!("ok/{number}")))
        .collect();
    let list: Vec<String> = (0..TARGETS)
        .map(|number| format!("- targets: ['{}']\n  labels: {{pod: web-{number}, __metrics_path__: /ok/{number}}}\n", server.address))
        .collect();
    let mut config = String::new();
    for url in &urls {
        writeln!(config, "url={url}\noutput=/dev/null").unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("targets.yaml"), list.concat()).unwrap();
    std::fs::write(dir.path().join("curl"), config).unwrap();
    let timed = |program: &[&str]| {
        let mut command = Command::new("/usr/bin/time");
        command
            .args(["-o", "time", "-f", "%e %M"])
            .args(program)
            .current_dir(dir.path());
        let output = command.output().unwrap();
        let time = std::fs::read_to_string(dir.path().join("time")).unwrap();
        let (seconds, kilobytes) = time.trim().split_once(' ').unwrap();
        let (seconds, kilobytes): (f64, u64) =
            (seconds.parse().unwrap(), kilobytes.parse().unwrap());
        (output, seconds, kilobytes)
    };
    let curl = [
        "curl",
        "-sS",
        "--parallel",
        "--parallel-max",
        "32",
        "--config",
        "curl",
    ];
    let program = env!("CARGO_BIN_EXE_meshctl");
    let ours = [program, "audit", "--targets", "targets.yaml", "-o", "json"];
    // The first of each only warms up.
    let (mut fetched, mut swept, mut memory) = (f64::MAX, f64::MAX, 0);
    for _ in 0..3 {
        let (output, seconds, _) = timed(&curl);
        assert!(output.status.success(), "{output:?}");
        fetched = fetched.min(seconds);
        let (output, seconds, kilobytes) = timed(&ours);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["totals"]["targets"], TARGETS);
        swept = swept.min(seconds);
        memory = memory.max(kilobytes / 1024);
    }
    let figures = format!("curl {fetched} s, meshctl {swept} s, {memory} MiB");
    let _ = writeln!(io::stderr(), "{figures}");
    assert!(swept <= 1.3 * fetched && memory < 300, "{figures}");
}

#[test]
fn what_may_pass_is_tried_again() {
    let server = FaultServer::new(UP);
    let paths = ["flaky", "busy", "dropped", "hung-up", "broken", "forbidden"];
    insta::assert_snapshot!(reasons(&server, &paths, patient()), @"
    flaky
    busy
    dropped
    hung-up
    broken: HTTP 503 Service Unavailable: no healthy upstream (tried 3 times)
    forbidden: HTTP 403 Forbidden: not for you
    ");
    let tries = paths.map(|path| server.heard(path).len());
    assert_eq!(tries, [2, 2, 2, 2, 3, 1]);
    let none = Live {
        retries: 0,
        ..patient()
    };
    insta::assert_snapshot!(reasons(&server, &["broken/once"], none), @"broken/once: HTTP 503 Service Unavailable: no healthy upstream");
    insta::assert_snapshot!(reasons(&server, &["later"], patient()), @"later: HTTP 503 Service Unavailable: to be asked again after 3600s, which is beyond the sweep's deadline of 300s");
}

#[test]
fn what_is_no_metrics_says_what_it_is() {
    let server = FaultServer::new(UP);
    let paths = [
        "binary", "missing", "protobuf", "brotli", "loop", "astray", "moved", "away", "gzip",
    ];
    insta::assert_snapshot!(reasons(&server, &paths, patient()), @"
    binary: not an exposition: a binary file
    missing: HTTP 404 Not Found
    protobuf: the server sends protobuf although asked for text
    brotli: the server packs its answer with `br` although asked for gzip
    loop: redirected more than 10 times, the last time to http://HOST/loop
    astray: redirected to what is no http(s) URL
    moved
    away
    gzip
    ");
}

#[test]
fn the_deadline_ends_what_is_under_way_and_what_waits() {
    let server = FaultServer::new(UP);
    let live = Live {
        deadline: Duration::from_millis(200),
        concurrency: 3,
        ..patient()
    };
    let paths = ["silent", "stall", "drip", "ok"];
    insta::assert_snapshot!(reasons(&server, &paths, live), @"
    silent: no answer before the sweep's deadline of 200ms
    stall: the sweep's deadline of 200ms came before the end of the body; a longer --deadline may help
    drip: the sweep's deadline of 200ms came before the end of the body; a longer --deadline may help
    ok: not asked: the sweep's deadline of 200ms came first; a longer --deadline may help
    ");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "nothing tells when a body is stuck but the clock"
)]
fn a_target_that_is_slow_holds_up_nobody() {
    let server = FaultServer::new(UP);
    let mut urls = vec![
        server.url("drip/1"),
        server.url("stall/2"),
        server.url("silent/3"),
    ];
    urls.extend((0..50).map(|number| server.url(&format!("ok/{number}"))));
    let live = Live {
        concurrency: 4,
        ..patient()
    };
    let control = Arc::new(Control::default());
    let running = {
        let control = Arc::clone(&control);
        thread::spawn(move || survey_of(options(urls, live), &control))
    };
    let patience = Instant::now();
    while control.targets_done.load(Ordering::Relaxed) < 50 {
        assert!(patience.elapsed() < Duration::from_secs(30), "held up");
        thread::yield_now();
    }
    // The slow ones would go on for a minute: a stop by the user ends them at once.
    control.cancel.store(true, Ordering::Relaxed);
    let survey = running.join().unwrap();
    assert!(survey.interrupted);
    assert_eq!(survey.coverage.scraped, 50);
    let reasons: Vec<&str> = survey
        .coverage
        .failed
        .iter()
        .map(|failure| &*failure.reason)
        .collect();
    assert_eq!(reasons, [source::INTERRUPTED; 3]);
    assert!(patience.elapsed() < Duration::from_secs(30));
}

#[test]
fn headers_go_to_the_named_server_alone_and_are_never_shown() {
    let server = FaultServer::new(UP);
    let header = |name, value| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    let access = source::Access {
        headers: vec![
            header("x-scope", "s3cret-scope"),
            header("authorization", "Token s3cret-token"),
        ],
        ..source::Access::default()
    };
    let live = Live {
        access,
        ..patient()
    };
    let paths = ["ok/named", "moved", "away", "echo/s"];
    insta::assert_snapshot!(reasons(&server, &paths, live), @"
    ok/named
    moved
    away
    echo/s: HTTP 401 Unauthorized: authorization: …
    ");
    for named in ["ok/named", "moved", "ok/moved", "away"] {
        let head = server.heard(named).concat();
        assert!(
            head.contains("s3cret-scope") && head.contains("Token s3cret-token"),
            "{named}"
        );
    }
    let head = server.heard("ok/away").concat();
    assert!(!head.is_empty() && !head.contains("s3cret"), "{head}");
}

#[test]
fn a_token_is_read_from_its_file_and_a_url_goes_before_it() {
    let server = FaultServer::new(UP);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    std::fs::write(&file, "abc.def\n").unwrap();
    let access = source::Access {
        bearer_token_file: Some(file.clone()),
        ..source::Access::default()
    };
    let live = Live {
        access,
        ..patient()
    };
    let own = server.url("ok/own").replace("//", "//me:pw@");
    let urls = vec![server.url("ok/token"), own];
    let survey = survey_of(options(urls.clone(), live.clone()), &Control::default());
    assert_eq!(survey.coverage.scraped, 2);
    assert!(server.heard("ok/token")[0].contains("authorization: Bearer abc.def\r\n"));
    assert!(server.heard("ok/own")[0].contains("authorization: Basic bWU6cHc=\r\n"));
    std::fs::write(&file, "abc\ndef").unwrap();
    let survey = survey_of(options(urls, live), &Control::default());
    let reasons = survey
        .coverage
        .failed
        .iter()
        .map(|failure| failure.reason.replace(&*file.to_string_lossy(), "FILE"));
    let reasons: Vec<String> = reasons.collect();
    assert_eq!(reasons, ["FILE: not a bearer token: more than one word"; 2]);
}

#[test]
fn a_scrape_says_when_and_how_it_was_answered() {
    let server = FaultServer::new(UP);
    let live = Live {
        clock: || "2026-11-28T12:00:00Z".parse().unwrap(),
        ..patient()
    };
    let options = options(vec![server.url("ok"), server.url("gzip")], live);
    let receipts = Mutex::new(Vec::new());
    let cancel = AtomicBool::new(false);
    source::read(&options, &Arc::default(), &cancel, &mut |event| {
        if let Event::Scrape(mut scrape) = event {
            io::copy(&mut scrape.body, &mut io::sink()).unwrap();
            let target = scrape.target.address.unwrap();
            assert_eq!(target, server.address.to_string());
            receipts
                .lock()
                .unwrap()
                .push(format!("{:?}", scrape.answer.unwrap()));
        }
        ControlFlow::Continue(())
    });
    let mut receipts = receipts.into_inner().unwrap();
    receipts.sort();
    insta::assert_snapshot!(receipts.join("\n"), @r#"
    Receipt { started: 2026-11-28T12:00:00Z, status: 200, headers: [("content-encoding", "gzip")] }
    Receipt { started: 2026-11-28T12:00:00Z, status: 200, headers: [("content-type", "text/plain; version=0.0.4")] }
    "#);
}

#[test]
fn a_body_that_nobody_reads_on_holds_up_nobody() {
    let server = FaultServer::new(UP.repeat(20_000));
    let live = Live {
        concurrency: 1,
        ..patient()
    };
    let urls = (0..3)
        .map(|number| server.url(&format!("ok/{number}")))
        .collect();
    let mut begun = 0;
    let cancel = AtomicBool::new(false);
    source::read(
        &options(urls, live),
        &Arc::default(),
        &cancel,
        &mut |event| {
            if let Event::Scrape(mut scrape) = event {
                begun += usize::from(!scrape.body.fill_buf().unwrap().is_empty());
            }
            ControlFlow::Continue(())
        },
    );
    assert_eq!(begun, 3);
}

#[test]
fn listed_targets_are_known_by_their_labels() {
    let server = FaultServer::new(UP);
    let listed = |pod: &str, path: &str| {
        let labels = [
            ("pod", pod),
            ("namespace", "emojivoto"),
            ("__metrics_path__", path),
        ];
        let labels: Vec<(String, String)> = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        source::Listed::new(&server.address.to_string(), &labels).unwrap()
    };
    let options = Options {
        listed: vec![
            listed("web-1", "/ok"),
            listed("web-2", "/forbidden"),
            listed("web-1", "/ok"),
            listed("api-1", "/ok"),
        ],
        target_filter: Some(globset::Glob::new("*/web-*").unwrap().compile_matcher()),
        live: patient(),
        ..Options::default()
    };
    let survey = survey_of(options, &Control::default());
    let shown = format!("{:#?}", survey.coverage).replace(&server.address.to_string(), "HOST");
    insta::assert_snapshot!(shown, @r#"
    Coverage {
        expected: 2,
        scraped: 1,
        failed: [
            Failure {
                target: "emojivoto/web-2",
                origin: "http://HOST/forbidden",
                reason: "HTTP 403 Forbidden: not for you",
            },
        ],
        skipped: [
            Skip {
                origin: "http://HOST/ok",
                reason: "does not match --target",
            },
            Skip {
                origin: "http://HOST/ok",
                reason: "named twice",
            },
        ],
    }
    "#);
    assert!(server.heard("ok").len() == 1);
}
