//! The reader, line by line: what each form of the two formats comes to, and what holds of any bytes.
#![cfg(test)]

mod support {
    pub(crate) mod reading;
    pub(crate) mod slow_reader;
}

use std::fs;

use meshctl::exposition::RejectKind;
use proptest::prelude::*;

use support::reading;
use support::reading::LabelTold;
use support::reading::Reading;
use support::reading::SampleTold;
use support::reading::Told;
use support::slow_reader;

const LIMIT: usize = 1 << 20;

/// A body as lines that are easy to compare.
fn told(body: &str) -> Vec<String> {
    let reading = reading::read(body.as_bytes(), LIMIT);
    check(body.as_bytes(), &reading);
    reading.told.iter().map(shown).collect()
}

fn shown(told: &Told) -> String {
    match told {
        Told::Sample(sample) => shown_sample(sample),
        Told::Metadata { family, fact, .. } => format!("{} {fact}", family.escape_ascii()),
        Told::Reject {
            line, column, kind, ..
        } => format!("{line}:{column} {}", kind.as_str()),
    }
}

fn shown_sample(sample: &SampleTold) -> String {
    let labels = sample.labels.iter();
    let labels: Vec<String> = labels
        .map(|LabelTold { name, value, .. }| {
            format!("{}={}", lossy(name), lossy(value).escape_debug())
        })
        .collect();
    let mut text = format!(
        "{} [{}] {}",
        lossy(&sample.name),
        labels.join(" "),
        sample.value
    );
    if let Some(timestamp) = &sample.timestamp {
        text += " at ";
        text += &lossy(timestamp);
    }
    if let Some(exemplar) = &sample.exemplar {
        text += " like ";
        text += &lossy(exemplar);
    }
    text
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// All that holds of any bytes read in one piece.
fn check(body: &[u8], reading: &Reading) {
    reading::ensure_every_line_counts(body, reading);
    reading::ensure_rejects_point_into_their_lines(body, reading);
    reading::ensure_comparisons_are_true(reading);
}

#[test]
fn timestamps_are_kept_as_written() {
    assert_eq!(
        told("a 1 1795217722507\nb{x=\"1\"} 2.5\t1795217722.507\nc 3 -1 \n"),
        [
            "a [] 1 at 1795217722507",
            "b [x=1] 2.5 at 1795217722.507",
            "c [] 3 at -1"
        ]
    );
}

#[test]
fn exemplars_are_kept_as_written() {
    assert_eq!(
        told(concat!(
            "a_bucket{le=\"1\"} 5 # {trace_id=\"KOO5S4vxi0o\"} 0.67\n",
            "a_bucket{le=\"2\"} 5 1.5 # {trace_id=\"x\\\"} y\",span_id=\"2\"} 9.8 1520879607.789\n",
            "a_total 17 # {} 1\n",
        )),
        [
            "a_bucket [le=1] 5 like {trace_id=\"KOO5S4vxi0o\"} 0.67",
            "a_bucket [le=2] 5 at 1.5 like {trace_id=\"x\\\"} y\",span_id=\"2\"} 9.8 1520879607.789",
            "a_total [] 17 like {} 1",
        ]
    );
}

#[test]
fn both_formats_may_stand_in_one_body() {
    assert_eq!(
        told(concat!(
            "# HELP requests_total Requests.\n",
            "# TYPE requests_total counter\n",
            "requests_total{a=\"1\"} 3\n",
            "# HELP uptime_seconds Uptime.\n",
            "# TYPE uptime_seconds counter\n",
            "# UNIT uptime_seconds seconds\n",
            "uptime_seconds_total 5.25\n",
            "uptime_seconds_created 1795217000.5\n",
            "# EOF\n",
        )),
        [
            "requests_total HELP Requests.",
            "requests_total TYPE counter",
            "requests_total [a=1] 3",
            "uptime_seconds HELP Uptime.",
            "uptime_seconds TYPE counter",
            "uptime_seconds UNIT seconds",
            "uptime_seconds_total [] 5.25",
            "uptime_seconds_created [] 1795217000.5",
        ]
    );
}

#[test]
fn escapes_are_undone_in_values_and_quoted_names() {
    assert_eq!(
        told("a{x=\"say \\\"hi\\\"\",y=\"C:\\\\d\",z=\"l1\\nl2\",w=\"\\d\"} 1\n"),
        [r#"a [x=say \"hi\" y=C:\\d z=l1\nl2 w=\\d] 1"#]
    );
    assert_eq!(told("{\"a\\\"b\\\\\"} 1\n"), [r#"a"b\ [] 1"#]);
}

#[test]
fn takes_labels_without_a_comma_between_as_prometheus_does() {
    assert_eq!(
        told("a{x=\"1\"y=\"2\"} 1\na{x=\"1\" y=\"2\",} 1\n"),
        ["a [x=1 y=2] 1", "a [x=1 y=2] 1"]
    );
}

#[test]
fn a_brace_a_comma_and_a_hash_in_a_value_end_nothing() {
    assert_eq!(
        told("a{x=\"} 1\",y=\"a,b=\",z=\"# {\"} 2\n"),
        ["a [x=} 1 y=a,b= z=# {] 2"]
    );
}

#[test]
fn names_may_be_quoted_utf8() {
    assert_eq!(
        told(concat!(
            "{\"my.metric\",\"a.b\"=\"1\",c=\"2\"} 3\n",
            "{\"my.metric\"} 4\n",
            "{ \"größe\" , x = \"ü\" , } 5\n",
            "plain{\"a b\"=\"1\"} 6\n",
            "# TYPE \"my.metric\" counter\n",
        )),
        [
            "my.metric [a.b=1 c=2] 3",
            "my.metric [] 4",
            "größe [x=ü] 5",
            "plain [a b=1] 6",
            "my.metric TYPE counter",
        ]
    );
}

#[test]
fn lines_may_end_in_crlf() {
    let body = "# TYPE a gauge\r\na{x=\"1\"} 1\r\na 2 3\r\n\r\na 4 # {} 1\r\n# EOF\r\n";
    let unix = body.replace("\r\n", "\n");
    assert_eq!(told(body), told(&unix));
    let counts = |body: &str| reading::read(body.as_bytes(), LIMIT).counts;
    assert_eq!((counts(body).blank, counts(body).comments), (1, 1));
    assert_eq!(counts(body).bytes, counts(&unix).bytes + 6);
}

#[test]
fn a_carriage_return_elsewhere_is_no_line_end() {
    assert_eq!(
        told("a 1\rb 2\n\ra 1\na \r1\r\n"),
        ["1:3 bad-value", "2:1 metric-name", "3:3 bad-value"]
    );
}

#[test]
fn the_last_line_needs_no_newline() {
    for (body, wanted) in [
        ("a 1\nb 2", vec!["a [] 1", "b [] 2"]),
        ("a{x=\"1\"} 1 5", vec!["a [x=1] 1 at 5"]),
        ("a 1 # {} 1", vec!["a [] 1 like {} 1"]),
        ("a 1\r", vec!["a [] 1"]),
        ("# TYPE a gauge", vec!["a TYPE gauge"]),
        ("a{x=\"1", vec!["1:5 unterminated-value"]),
        ("a", vec!["1:2 missing-value"]),
        ("a{", vec!["1:3 label-name"]),
        ("{", vec!["1:2 label-name"]),
        ("# EOF", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(told(body), wanted, "{body}");
    }
}

#[test]
fn values_may_be_no_number_and_infinite() {
    assert_eq!(
        told("a NaN\na +Inf\na -Inf\na Inf\na nan\na 1e3\na -0.5\n"),
        [
            "a [] NaN",
            "a [] inf",
            "a [] -inf",
            "a [] inf",
            "a [] NaN",
            "a [] 1000",
            "a [] -0.5"
        ]
    );
}

#[test]
fn labels_may_be_empty() {
    assert_eq!(
        told("a{} 1\na{ } 2\na{x=\"\"} 3\na{x=\"\",} 4\n"),
        ["a [] 1", "a [] 2", "a [x=] 3", "a [x=] 4"]
    );
}

#[test]
fn a_repeated_type_and_one_without_samples_are_told_as_they_stand() {
    assert_eq!(
        told("# TYPE a counter\n# TYPE b gauge\n# TYPE a gauge\n# TYPE b gauge\n"),
        [
            "a TYPE counter",
            "b TYPE gauge",
            "a TYPE gauge",
            "b TYPE gauge"
        ]
    );
}

#[test]
fn a_body_goes_on_behind_eof() {
    assert_eq!(told("a 1\n# EOF\na 2\n# EOF\n"), ["a [] 1", "a [] 2"]);
}

#[test]
fn blanks_may_stand_around_every_token() {
    assert_eq!(
        told(
            " \ta {\tx = \"1\" ,\ty =\t\"2\" , } \t3 \t4 \t#  {\tz = \"1\"}  5  6 \n  # TYPE a gauge\n \t\n"
        ),
        [
            "a [x=1 y=2] 3 at 4 like {\tz = \"1\"}  5  6 ",
            "a TYPE gauge"
        ]
    );
}

/// Refuses `line`, and it alone, at `column`.
#[track_caller]
fn ensure_refused(kind: RejectKind, column: u64, line: &[u8]) {
    let body = [b"before{a=\"1\"} 1\n", line, b"\nbehind{a=\"1\"} 2\n"].concat();
    let reading = reading::read(&body, LIMIT);
    check(&body, &reading);
    let [Told::Sample(_), reject, Told::Sample(_)] = &reading.told[..] else {
        panic!("{:?}", reading.told);
    };
    let wanted = Told::Reject {
        line: 2,
        column,
        kind,
        text: line.to_vec(),
    };
    assert_eq!(*reject, wanted);
}

#[test]
fn refuses_a_line_that_begins_with_no_metric_name() {
    ensure_refused(RejectKind::MetricName, 1, b"9lives 1");
    ensure_refused(RejectKind::MetricName, 3, b"  -a 1");
    ensure_refused(RejectKind::MetricName, 1, "ü 1".as_bytes());
}

#[test]
fn refuses_labels_of_no_metric() {
    ensure_refused(RejectKind::MissingName, 1, b"{a=\"1\"} 1");
    ensure_refused(RejectKind::MissingName, 1, b"{} 1");
}

#[test]
fn refuses_what_is_no_label_name() {
    ensure_refused(RejectKind::LabelName, 3, b"a{9=\"1\"} 1");
    ensure_refused(RejectKind::LabelName, 3, b"a{,} 1");
    ensure_refused(RejectKind::LabelName, 9, b"a{x=\"1\",,} 1");
    ensure_refused(RejectKind::LabelName, 3, b"a{\"\"=\"1\"} 1");
    ensure_refused(RejectKind::LabelName, 2, b"{\"\"} 1");
}

#[test]
fn refuses_a_label_name_without_an_equals_sign() {
    ensure_refused(RejectKind::MissingEquals, 4, b"a{x} 1");
    ensure_refused(RejectKind::MissingEquals, 5, b"a{x ");
    ensure_refused(RejectKind::MissingEquals, 4, b"a{x:y=\"1\"} 1");
}

#[test]
fn refuses_a_second_name_in_braces() {
    ensure_refused(RejectKind::MissingEquals, 6, b"a{\"b\"} 1");
    ensure_refused(RejectKind::MissingEquals, 9, b"{\"a\",\"b\"} 1");
}

#[test]
fn refuses_a_value_without_quotes() {
    ensure_refused(RejectKind::UnquotedValue, 5, b"a{x=1} 1");
    ensure_refused(RejectKind::UnquotedValue, 5, b"a{x='1'} 1");
    ensure_refused(RejectKind::UnquotedValue, 6, b"a{x= } 1");
}

#[test]
fn refuses_a_quote_that_is_not_escaped() {
    ensure_refused(
        RejectKind::UnescapedLabel,
        17,
        b"a{route=\"/hello \"world\"\",b=\"2\"} 1",
    );
    // The quote ends the value and a brace behind it the labels; what is left is no number.
    ensure_refused(RejectKind::UnescapedLabel, 10, b"a{x=\"y\"} \"z\"} 1");
    // The quote ends the value and a comma behind it begins a label.
    ensure_refused(RejectKind::UnescapedLabel, 10, b"a{x=\"y\",z\"} 1");
}

#[test]
fn refuses_quotes_that_do_not_close_on_their_line() {
    ensure_refused(RejectKind::UnterminatedValue, 5, b"a{x=\"1} 1");
    ensure_refused(RejectKind::UnterminatedValue, 5, b"a{x=\"1\\");
    ensure_refused(RejectKind::UnterminatedValue, 5, b"a{x=\"1\\\"} 1");
    ensure_refused(RejectKind::UnterminatedValue, 3, b"a{\"x=1} 1");
    ensure_refused(RejectKind::UnterminatedValue, 2, b"{\"a} 1");
}

#[test]
fn refuses_a_label_name_that_stands_twice() {
    ensure_refused(
        RejectKind::DuplicateLabel,
        15,
        b"a{x=\"1\",y=\"2\",x=\"3\"} 1",
    );
    ensure_refused(RejectKind::DuplicateLabel, 9, b"a{x=\"1\",\"x\"=\"1\"} 1");
    // The same name, spelled in two ways.
    ensure_refused(
        RejectKind::DuplicateLabel,
        13,
        b"a{\"x\\y\"=\"1\",\"x\\\\y\"=\"1\"} 1",
    );
}

#[test]
fn refuses_what_is_not_utf8() {
    ensure_refused(RejectKind::InvalidUtf8, 6, b"a{x=\"\xff\"} 1");
    ensure_refused(
        RejectKind::InvalidUtf8,
        13,
        b"a{x=\"\xc3\xbc\",y=\"\xc3\"} 1",
    );
    ensure_refused(RejectKind::InvalidUtf8, 2, b"{\"\xff\"} 1");
    ensure_refused(RejectKind::InvalidUtf8, 10, b"# HELP a \xff");
}

#[test]
fn refuses_a_sample_without_a_value() {
    ensure_refused(RejectKind::MissingValue, 2, b"a");
    ensure_refused(RejectKind::MissingValue, 4, b"a  ");
    ensure_refused(RejectKind::MissingValue, 9, b"a{x=\"1\"}");
}

#[test]
fn refuses_a_value_that_is_no_number() {
    ensure_refused(RejectKind::BadValue, 3, b"a one");
    ensure_refused(RejectKind::BadValue, 9, b"a{x=\"1\"}}1");
    ensure_refused(RejectKind::BadValue, 3, b"a 1_000");
    ensure_refused(RejectKind::BadValue, 3, b"a 0x10");
    ensure_refused(RejectKind::BadValue, 3, b"a 1e999");
    ensure_refused(RejectKind::BadValue, 3, b"a # {} 1");
}

#[test]
fn refuses_a_timestamp_that_is_no_number() {
    ensure_refused(RejectKind::BadTimestamp, 5, b"a 1 now");
    ensure_refused(RejectKind::BadTimestamp, 5, b"a 1 NaN");
}

#[test]
fn refuses_a_broken_exemplar() {
    ensure_refused(RejectKind::BadExemplar, 5, b"a 1 # x");
    ensure_refused(RejectKind::BadExemplar, 5, b"a 1 # {} ");
    ensure_refused(RejectKind::BadExemplar, 5, b"a 1 # {x=\"1} 1");
    ensure_refused(RejectKind::BadExemplar, 5, b"a 1 # {\"name\"} 1");
    ensure_refused(RejectKind::BadExemplar, 5, b"a 1 # {} 1 now");
    ensure_refused(RejectKind::BadExemplar, 5, b"a 1 #");
    ensure_refused(RejectKind::BadExemplar, 7, b"a 1 5 6");
    ensure_refused(RejectKind::BadExemplar, 5, b"a 1 # {x=\"\xff\"} 1");
}

#[test]
fn refuses_a_declaration_of_nothing() {
    ensure_refused(RejectKind::BadMetadata, 10, b"# TYPE a gague");
    ensure_refused(RejectKind::BadMetadata, 8, b"# TYPE 9 gauge");
    ensure_refused(RejectKind::BadMetadata, 9, b" # HELP \"a");
    ensure_refused(RejectKind::BadMetadata, 6, b"# UNIT");
}

/// A sample line of exactly `bytes` bytes, its end not counted.
fn line_of(bytes: usize) -> String {
    let frame = "a{x=\"\"} 1".len();
    format!("a{{x=\"{}\"}} 1", "x".repeat(bytes - frame))
}

#[test]
fn a_line_may_be_exactly_as_long_as_the_limit() {
    for limit in [10, 100, 1000, 300_000] {
        for (line, end) in [line_of(limit), format!("# {}", "x".repeat(limit - 2))]
            .iter()
            .flat_map(|line| ["\n", "\r\n", "", "\r"].map(|end| (line, end)))
        {
            let body = format!("b 1\n{line}{end}");
            let reading = reading::read(body.as_bytes(), limit);
            assert_eq!(reading.counts.rejects, 0, "{limit} {end:?}");
            for size in [1, 7, limit, limit + 1] {
                assert_eq!(
                    reading,
                    reading::read_in_pieces(body.as_bytes(), &[size], limit)
                );
            }
        }
    }
}

#[test]
fn a_line_one_byte_over_the_limit_is_refused_wherever_it_stands() {
    for limit in [10, 100, 1000, 300_000] {
        for (line, end) in [
            line_of(limit + 1),
            format!("# {}", "x".repeat(limit - 1)),
            " ".repeat(limit + 1),
            format!("{}\r", "x".repeat(limit)),
            "{".repeat(limit + 1),
        ]
        .iter()
        .flat_map(|line| ["\nb 2\n", "\r\nb 2\r\n", ""].map(|end| (line, end)))
        {
            // Only before a line's end is the last `\r` not part of that end.
            if !end.starts_with('\r') && line.ends_with('\r') {
                continue;
            }
            let body = format!("b 1\n{line}{end}");
            let reading = reading::read(body.as_bytes(), limit);
            check(body.as_bytes(), &reading);
            let shown = &line.as_bytes()[..limit.min(256)];
            let wanted = Told::Reject {
                line: 2,
                column: limit as u64 + 1,
                kind: RejectKind::LineTooLong,
                text: shown.to_vec(),
            };
            assert_eq!(reading.told[1], wanted, "{limit} {end:?}");
            assert_eq!(reading.counts.rejects, 1);
            assert_eq!(reading.counts.samples, 1 + u64::from(!end.is_empty()));
            for size in [1, 7, limit, limit + 1, limit + 2] {
                assert_eq!(
                    reading,
                    reading::read_in_pieces(body.as_bytes(), &[size], limit)
                );
            }
        }
    }
}

#[test]
fn a_line_longer_than_the_buffer_is_one_reject_and_the_next_line_is_read() {
    let body = format!("{}\n{}\nb 2\n", line_of(3 << 20), "y".repeat(3 << 20));
    let reading = reading::read(body.as_bytes(), LIMIT);
    check(body.as_bytes(), &reading);
    let lines: Vec<String> = reading.told.iter().map(shown).collect();
    let too_long = format!("{} line-too-long", LIMIT + 1);
    assert_eq!(
        lines,
        [
            format!("1:{too_long}"),
            format!("2:{too_long}"),
            "b [] 2".to_owned()
        ]
    );
}

#[test]
fn a_line_longer_than_the_buffer_and_within_the_limit_is_read() {
    let body = format!("b 1\n{}\nb 2", line_of(1 << 20));
    let reading = reading::read(body.as_bytes(), LIMIT);
    assert_eq!((reading.counts.samples, reading.counts.rejects), (3, 0));
    assert_eq!(
        reading,
        reading::read_in_pieces(body.as_bytes(), &[100_000, 1], LIMIT)
    );
}

#[test]
fn one_reader_reads_body_after_body() {
    let mut reader = meshctl::exposition::Reader::new(LIMIT);
    let long = format!("{}\n", line_of(700_000));
    for body in ["a{x=\"1\"} 1", &long, "a{x=\"1\"} 2", "", "a{x=\"1\"} 3\n"] {
        let again = reading::read_with(&mut reader, body.as_bytes());
        check(body.as_bytes(), &again);
        assert_eq!(again, reading::read(body.as_bytes(), LIMIT));
    }
}

#[test]
fn real_scrapes_read_the_same_in_pieces_and_line_by_line() {
    for name in [
        "busy-client.prom",
        "first-scrape.prom",
        "unescaped-label.prom",
    ] {
        let body = fs::read(format!("fixtures/scrapes/{name}")).unwrap();
        let whole = reading::read(&body, LIMIT);
        check(&body, &whole);
        reading::ensure_lines_stand_alone(&body, &whole, |line| reading::read(line, LIMIT));
        assert_eq!(
            whole,
            reading::read_in_pieces(&body, &[1, 4093, 17, 0], LIMIT)
        );
    }
}

#[test]
fn neighbouring_lines_of_a_real_scrape_are_told_apart_by_one_label() {
    let body = fs::read("fixtures/scrapes/busy-client.prom").unwrap();
    let told = reading::read(&body, LIMIT).told;
    let one = told.iter().filter(|told| {
        matches!(told, Told::Sample(sample) if matches!(sample.delta, meshctl::exposition::Delta::One(_)))
    });
    // Without this the comparison above could hold of a reader that never compares.
    assert!(one.count() > 1000);
}

/// Pieces of lines, valid and not, that meet in all ways.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let token = prop::sample::select(
        [
            "a",
            "b_total",
            ":c",
            "9",
            "le",
            "x",
            "{",
            "}",
            "=",
            ",",
            "\"",
            "\\",
            "\\\"",
            "\\\\",
            "\\n",
            "\"1\"",
            "\"\"",
            "x=\"1\"",
            "x=\"2\"",
            "y=\"1\"",
            "le=\"+Inf\"",
            "\"a.b\"=\"1\"",
            "\"q\"",
            "a{x=\"1\",y=\"1\"} 1\n",
            "a{x=\"1\",y=\"2\"} 1\n",
            "a{x=\"2\",y=\"1\",} 1\n",
            "a{y=\"1\"} 1\n",
            "a 1\n",
            "a{} 1\n",
            "b_total{x=\"1\"} 1\r\n",
            "{\"q\",x=\"1\"} 1\n",
            " ",
            "\t",
            "1",
            "1.5",
            "-0",
            "NaN",
            "+Inf",
            "1e400",
            "1795217722507",
            " # {t=\"1\"} 0.5",
            "#",
            "# ",
            "# TYPE ",
            "# HELP ",
            "# UNIT ",
            "# EOF",
            " gauge",
            " counter",
            "\n",
            "\n",
            "\n",
            "\r\n",
            "\r",
            "é",
            "\x0c",
            "\0",
        ]
        .map(str::as_bytes)
        .into_iter()
        .chain([&b"\xff"[..], b"\xc3"])
        .collect::<Vec<_>>(),
    );
    prop::collection::vec(token, 0..80).prop_map(|tokens| tokens.concat())
}

/// A name that can stand bare, or any text that has to be quoted.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z_][a-z0-9_]{0,6}",
        1 => any::<String>().prop_filter("a name has a character", |name| !name.is_empty()),
    ]
}

#[derive(Debug, Clone)]
struct Plain {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
    timestamp: Option<i64>,
    exemplar: Option<(String, f64)>,
}

fn any_sample() -> impl Strategy<Value = Plain> {
    let labels = prop::collection::btree_map(any_name(), any::<String>(), 0..5);
    let labels = labels.prop_map(|labels| labels.into_iter().collect::<Vec<_>>());
    (
        any_name(),
        labels.prop_shuffle(),
        any::<f64>(),
        any::<Option<i64>>(),
        any::<Option<(String, f64)>>(),
    )
        .prop_map(|(name, labels, value, timestamp, exemplar)| Plain {
            name,
            labels,
            value,
            timestamp,
            exemplar,
        })
}

fn render(sample: &Plain) -> String {
    let mut elements = Vec::new();
    let bare = is_bare(&sample.name);
    if !bare {
        elements.push(quoted(&sample.name));
    }
    for (name, value) in &sample.labels {
        let name = if is_bare(name) {
            name.clone()
        } else {
            quoted(name)
        };
        elements.push(format!("{name}={}", quoted(value)));
    }
    let name = if bare { &sample.name } else { "" };
    let mut line = format!("{name}{{{}}} {}", elements.join(","), number(sample.value));
    if let Some(timestamp) = sample.timestamp {
        line += " ";
        line += &timestamp.to_string();
    }
    if let Some((value, number_of)) = &sample.exemplar {
        line += " # {t=";
        line += &quoted(value);
        line += "} ";
        line += &number(*number_of);
    }
    line + "\n"
}

fn is_bare(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}

/// Shortest digits that read back as the same number.
fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value => format!("{value:e}"),
    }
}

/// The slow reader takes the same lines for the same things.
fn ensure_slow_reader_agrees(body: &[u8], reading: &Reading) {
    let mut told = reading.told.iter();
    for (line, _) in slow_reader::lines(body) {
        let fast = match &line {
            slow_reader::Line::Blank | slow_reader::Line::Comment => continue,
            _ => told.next().unwrap(),
        };
        match (&line, fast) {
            (slow_reader::Line::Reject, Told::Reject { .. })
            | (
                slow_reader::Line::Type(..) | slow_reader::Line::Described(_),
                Told::Metadata { .. },
            ) => {}
            (slow_reader::Line::Sample(slow), Told::Sample(fast)) => {
                assert_eq!(fast.name, slow.name.as_bytes());
                let labels = fast.labels.iter().map(|label| (&label.name, &label.value));
                let slow = slow.labels.iter();
                let slow = slow.map(|(name, value, _)| (name.as_bytes(), value.as_bytes()));
                assert!(labels.map(|(n, v)| (&n[..], &v[..])).eq(slow), "{fast:?}");
            }
            (slow, fast) => panic!("{slow:?} or {fast:?}"),
        }
    }
    assert_eq!(told.next(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tells_every_line_of_any_bytes(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let reading = reading::read(&body, LIMIT);
        check(&body, &reading);
        ensure_slow_reader_agrees(&body, &reading);
    }

    #[test]
    fn tells_every_line_of_any_body(body in any_body()) {
        let reading = reading::read(&body, LIMIT);
        check(&body, &reading);
        ensure_slow_reader_agrees(&body, &reading);
    }

    #[test]
    fn does_not_depend_on_how_the_body_comes_in(
        body in any_body(),
        sizes in prop::collection::vec(0..20_usize, 0..6),
        limit in prop_oneof![2 => 1..60_usize, 1 => Just(LIMIT)],
    ) {
        let whole = reading::read(&body, limit);
        check(&body, &whole);
        for sizes in [vec![1], [&sizes[..], &[1]].concat()] {
            let pieces = reading::read_in_pieces(&body, &sizes, limit);
            check(&body, &pieces);
            prop_assert_eq!(&whole, &pieces);
        }
    }

    #[test]
    fn a_line_says_the_same_alone_as_behind_any_other(body in any_body()) {
        let together = reading::read(&body, LIMIT);
        reading::ensure_lines_stand_alone(&body, &together, |line| reading::read(line, LIMIT));
    }

    #[test]
    fn reads_what_was_written(samples in prop::collection::vec(any_sample(), 1..6)) {
        let body: String = samples.iter().map(render).collect();
        let reading = reading::read(body.as_bytes(), LIMIT);
        check(body.as_bytes(), &reading);
        prop_assert_eq!(reading.told.len(), samples.len());
        for (told, sample) in reading.told.iter().zip(&samples) {
            let Told::Sample(told) = told else { panic!("{told:?}") };
            prop_assert_eq!(&told.name, sample.name.as_bytes());
            let labels = told.labels.iter().map(|label| (lossy(&label.name), lossy(&label.value)));
            prop_assert_eq!(labels.collect::<Vec<_>>(), sample.labels.clone());
            let same_value = told.value.to_bits() == sample.value.to_bits();
            prop_assert!(same_value || (told.value.is_nan() && sample.value.is_nan()));
            let timestamp = told.timestamp.as_deref().map(lossy);
            prop_assert_eq!(timestamp, sample.timestamp.map(|t| t.to_string()));
            prop_assert_eq!(told.exemplar.is_some(), sample.exemplar.is_some());
        }
    }
}
