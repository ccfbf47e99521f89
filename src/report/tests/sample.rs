//! Surveys made by hand, with the numbers of a real pod and the names of a hostile one.

use serde_json::json;

use crate::census::Census;
use crate::census::FamilyCount;
use crate::census::FamilyLabel;
use crate::census::LabelCount;
use crate::census::Redundancy;
use crate::census::Spread;
use crate::census::TargetCount;
use crate::census::Totals;
use crate::census::ValueCount;
use crate::census::class::ValueClass;
use crate::exposition::FamilyType;
use crate::findings::Finding;
use crate::findings::Marks;
use crate::findings::Severity;
use crate::findings::Subject;
use crate::source::Failure;
use crate::source::Skip;
use crate::survey::Coverage;
use crate::survey::RejectedLine;
use crate::survey::Survey;
use crate::survey::TargetRejects;

pub(super) fn family(name: &str, family_type: FamilyType, series: u64) -> FamilyCount {
    FamilyCount {
        name: name.to_owned(),
        family_type,
        unit: None,
        sample_names: vec![name.to_owned()],
        series,
        samples: series,
        body_bytes: series * 349,
        otlp_data_points: series,
        series_per_target: Some(Spread {
            targets: 1,
            min: series,
            median: series as f64,
            max: series,
            max_target: 0,
        }),
        labels: Vec::new(),
    }
}

fn histogram(name: &str, series: u64) -> FamilyCount {
    FamilyCount {
        unit: Some("seconds".to_owned()),
        sample_names: ["_bucket", "_count", "_sum"]
            .map(|end| format!("{name}{end}"))
            .into(),
        otlp_data_points: series / 28,
        ..family(name, FamilyType::Histogram, series)
    }
}

pub(super) fn label(
    name: &str,
    families: u64,
    values: u64,
    saves: u64,
    body_bytes: u64,
) -> LabelCount {
    LabelCount {
        name: name.to_owned(),
        families,
        series: values * 20,
        values,
        top_values: Vec::new(),
        marginal_saving: saves,
        redundancy: Redundancy::None,
        structural: false,
        body_bytes,
        class: None,
    }
}

fn determined(name: &str, values: u64, body_bytes: u64, by: &[&str]) -> LabelCount {
    let by: Vec<String> = by.iter().map(|name| (*name).to_owned()).collect();
    LabelCount {
        redundancy: if by.is_empty() {
            Redundancy::Constant
        } else {
            Redundancy::DeterminedBy(by)
        },
        ..label(name, 60, values, 0, body_bytes)
    }
}

pub(super) fn of_family(label: LabelCount) -> FamilyLabel {
    FamilyLabel {
        name: label.name,
        series: label.series,
        values: label.values,
        top_values: label.top_values,
        marginal_saving: label.marginal_saving,
        redundancy: label.redundancy,
        structural: label.structural,
        body_bytes: label.body_bytes,
        class: label.class,
    }
}

fn labels() -> Vec<LabelCount> {
    let mut labels = vec![
        LabelCount {
            structural: true,
            class: Some(ValueClass::Number),
            ..label("le", 23, 40, 1459, 19_000)
        },
        LabelCount {
            class: Some(ValueClass::Number),
            top_values: [("200", 380), ("503", 40), ("404", 4), ("500", 2)]
                .map(|(value, series)| ValueCount {
                    value: value.to_owned(),
                    series,
                })
                .into(),
            ..label("status_code", 7, 7, 424, 30_000)
        },
        label("route_name", 36, 13, 162, 40_000),
        LabelCount {
            class: Some(ValueClass::UrlPath),
            top_values: vec![ValueCount {
                value: "=HYPERLINK(\"http://evil\")\u{1b}[2J".to_owned(),
                series: 9,
            }],
            ..label("rt_route\u{202e}|`<img src=x>` @octocat", 4, 9, 88, 9_000)
        },
        determined("target_addr", 30, 210_000, &["target_ip", "target_port"]),
        determined(
            "tls",
            2,
            90_000,
            &[
                "client_id",
                "server_id",
                "direction",
                "dst_namespace",
                "no_tls_reason",
            ],
        ),
        determined("parent_section_name", 1, 60_000, &[]),
        determined("srv_kind", 1, 50_000, &["srv_name"]),
    ];
    labels.sort_by(|a, b| a.name.cmp(&b.name));
    labels
}

fn families() -> Vec<FamilyCount> {
    let mut latency = histogram("response_latency_ms", 868);
    latency.labels = labels().into_iter().map(of_family).collect();
    latency.series_per_target = Some(Spread {
        targets: 2,
        min: 28,
        median: 434.0,
        max: 840,
        max_target: 0,
    });
    let mut backend = histogram("outbound_http_route_backend_response_duration_seconds", 120);
    backend.labels = ["le", "status_code", "target_addr"]
        .iter()
        .filter_map(|name| labels().into_iter().find(|label| label.name == *name))
        .map(of_family)
        .collect();
    let mut families = vec![
        latency,
        backend,
        histogram("route_response_latency_ms", 168),
        family("response_total", FamilyType::Counter, 62),
        family("tcp_open_total", FamilyType::Counter, 40),
        family("=cmd|' /C calc'!A0", FamilyType::Unknown, 9),
        family(
            "a\u{202e}b\u{1b}[31m`x` | <b> @octocat #1",
            FamilyType::Gauge,
            3,
        ),
        family("process_cpu_seconds_total", FamilyType::Counter, 1),
        family("größe_東京_metric", FamilyType::Gauge, 1),
        FamilyCount {
            series_per_target: None,
            ..family("declared_only", FamilyType::Info, 0)
        },
    ];
    families.sort_by(|a, b| a.name.cmp(&b.name));
    families
}

/// Two targets, all of which was read.
pub(super) fn survey() -> Survey {
    let target = |name: &str, series: u64| TargetCount {
        name: name.to_owned(),
        origin: "dumps/web.prom".to_owned(),
        series,
        samples: series,
        rejects: 0,
        duplicates: 0,
        body_bytes: series * 349,
        ..TargetCount::default()
    };
    Survey {
        inputs: vec!["dumps/web.prom".to_owned()],
        coverage: Coverage {
            expected: 2,
            scraped: 2,
            ..Coverage::default()
        },
        census: Census {
            totals: Totals {
                targets: 2,
                families: 165,
                names: 211,
                series: 2909,
                samples: 2909,
                rejects: 0,
                duplicates: 0,
                body_bytes: 1_016_292,
                otlp_data_points: 1043,
            },
            targets: vec![
                target("emojivoto/web-6f5c8d7b9d-abcde", 2627),
                target("emojivoto/web-6f5c8d7b9d-fghij", 282),
            ],
            families: families(),
            labels: labels(),
            ..Census::default()
        },
        ..Survey::default()
    }
}

/// The same with everything that can be amiss.
pub(super) fn partial() -> Survey {
    let failure = |target: &str, reason: &str| Failure {
        target: target.to_owned(),
        origin: "dumps/all.tar.zst".to_owned(),
        reason: reason.to_owned(),
    };
    let mut survey = survey();
    survey.interrupted = true;
    survey.coverage = Coverage {
        expected: 7,
        scraped: 2,
        failed: vec![
            failure("a.gz", "gzip stream ends early: fetch it again"),
            failure(
                "emojivoto/vote-bot-7d4f\u{1b}[31m",
                "pod not running: vote-bot\n\u{202e}evil @octocat",
            ),
            failure(
                "http://10.42.0.11:4191/metrics",
                "connection refused, and a reason that goes on and on until no terminal can show it",
            ),
            failure("d", "e"),
            failure("f", "g"),
        ],
        skipped: vec![
            Skip {
                origin: "x".to_owned(),
                reason: "named twice".to_owned(),
            },
            Skip {
                origin: "y".to_owned(),
                reason: "not an exposition".to_owned(),
            },
            Skip {
                origin: "z".to_owned(),
                reason: "named twice".to_owned(),
            },
        ],
    };
    survey.census.totals.rejects = 3;
    survey.census.totals.duplicates = 12;
    survey.rejects = vec![TargetRejects {
        target: "emojivoto/web-6f5c8d7b9d-abcde".to_owned(),
        origin: "dumps/web.prom".to_owned(),
        count: 3,
        unescaped: 1,
        first: vec![RejectedLine {
            line: 17,
            column: 42,
            kind: "unescaped-label".to_owned(),
            message: "a quote inside a label value is not escaped".to_owned(),
            excerpt: "rt_route=\"/hello \"world\"\\x\"\u{9b}".to_owned(),
        }],
    }];
    survey
}

/// Nothing could be read.
pub(super) fn nothing_read() -> Survey {
    Survey {
        inputs: vec!["gone.prom".to_owned()],
        coverage: Coverage {
            expected: 1,
            scraped: 0,
            failed: vec![Failure {
                target: "gone.prom".to_owned(),
                origin: "gone.prom".to_owned(),
                reason: "no such file".to_owned(),
            }],
            skipped: Vec::new(),
        },
        ..Survey::default()
    }
}

fn finding(id: &'static str, severity: Severity, message: &str, remedy: &str) -> Finding {
    Finding {
        id,
        severity,
        subject: Subject {
            family: Some("response_latency_ms".to_owned()),
            ..Subject::default()
        },
        message: message.to_owned(),
        evidence: json!({"series": 868, "share_percent": 29.8})
            .as_object()
            .cloned()
            .unwrap_or_default(),
        marks: Marks::default(),
        remedy: remedy.to_owned(),
    }
}

pub(super) fn findings() -> Vec<Finding> {
    vec![
        finding(
            "labels/redundant",
            Severity::Low,
            "52 of 75 labels save no series and cost 702 KiB of 992 KiB",
            "drop target_addr in metric_relabel_configs with action: labeldrop",
        ),
        finding(
            "exposition/unescaped-label",
            Severity::High,
            "1 line of emojivoto/web-6f5c8d7b9d-abcde holds an unescaped quote in rt_route=\"/hello \"\u{1b}[31mworld\"; Prometheus and the Collector drop the whole scrape of that pod",
            "escape the route's name in the ServiceProfile; until then the pod is invisible in the backend",
        ),
        finding(
            "labels/unbounded",
            Severity::Medium,
            "rt_route holds URL paths and grows with traffic: see www.evil.example, https://evil.example, @octocat and #1 <script>",
            "- name routes in the ServiceProfile",
        ),
        finding(
            "targets/outlier",
            Severity::Info,
            "one pod has 840 of 868 series",
            "look at it",
        ),
    ]
}
