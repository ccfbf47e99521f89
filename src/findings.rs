//! Judges a survey: what is wrong, how much it costs, and what to do about it.
//!
//! In comes a [`Survey`]; out go [`Finding`]s in a total order. One file for each
//! group of rules, each rule with a page of its own in [`catalogue`]. Nothing is printed here.

pub(crate) mod budget;
pub mod catalogue;
mod collector;
mod coverage;
mod exposition;
mod families;
mod grpc;
mod ignored;
mod labels;
pub mod lint;
mod marks;
mod mesh;
pub(crate) mod numbers;
mod pipeline;
mod samples;
mod targets;
mod targets_doubled;
mod targets_found;
mod targets_unscraped;
mod thresholds;

use serde_json::Map;
use serde_json::Value;

use crate::collector::targets::Targets;
use crate::survey::Survey;

pub use budget::Budgets;
pub use ignored::Settled;
pub use ignored::settle;
pub use marks::Edit;
pub use marks::Marks;
pub use marks::Place;
pub use thresholds::Thresholds;

/// Applies every rule of the [`catalogue`] to a survey.
///
/// Findings come worst first, then by id, then by subject: the same survey always gives the same list.
/// Costs a pass over the targets, families and labels, none over series.
pub fn inspect(survey: &Survey, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    collector::inspect(survey, &mut findings);
    coverage::inspect(survey, thresholds, &mut findings);
    exposition::inspect(survey, &mut findings);
    families::inspect(survey, thresholds, &mut findings);
    grpc::inspect(survey, &mut findings);
    labels::inspect(survey, thresholds, &mut findings);
    mesh::inspect(survey, &mut findings);
    pipeline::inspect(survey, &mut findings);
    targets::inspect(survey, thresholds, &mut findings);
    sort(&mut findings);
    findings
}

/// Applies the rules about discovery and target relabeling; in the order of [`inspect`].
pub fn inspect_targets(targets: &Targets) -> Vec<Finding> {
    let mut findings = Vec::new();
    targets_doubled::inspect(targets, &mut findings);
    targets_found::inspect(targets, &mut findings);
    targets_unscraped::inspect(targets, &mut findings);
    sort(&mut findings);
    findings
}

/// Judges how budgets stand; in the order of [`inspect`].
pub fn inspect_budgets(budgets: Budgets<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    budget::inspect(budgets, &mut findings);
    sort(&mut findings);
    findings
}

fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (b.severity.cmp(&a.severity))
            .then_with(|| a.id.cmp(b.id))
            .then_with(|| a.subject.cmp(&b.subject))
            .then_with(|| a.message.cmp(&b.message))
    });
}

/// Evidence from its pairs; the keys carry their units.
fn evidence<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

/// How bad a finding is; ordered, so that `--fail-on` is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Costs money or clarity.
    Low,
    /// Costs a lot, or will grow.
    Medium,
    /// Data is lost or numbers mislead.
    High,
}

impl Severity {
    /// Stable name, as in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One thing that is wrong with the telemetry.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// `group/name`, stable.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// One sentence with the numbers in it. Holds hostile text: escape it for a terminal.
    pub message: String,
    /// The same numbers typed, with units in their keys.
    pub evidence: Map<String, Value>,
    /// Where in which files it can be seen.
    pub marks: Marks,
    /// What to do about it, in one sentence.
    pub remedy: String,
}

impl Finding {
    /// A finding about nothing in particular yet.
    pub fn new(id: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            id,
            severity,
            subject: Subject::default(),
            message: message.into(),
            evidence: Map::new(),
            marks: Marks::default(),
            remedy: String::new(),
        }
    }

    /// With what it is about.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// With numbers and names; the keys carry their units.
    #[must_use]
    pub fn with_evidence<const N: usize>(mut self, pairs: [(&str, Value); N]) -> Self {
        self.evidence.extend(evidence(pairs));
        self
    }

    /// With one more place where it can be seen.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.marks.places.push(place);
        self
    }

    /// With one more change that mends it for certain.
    #[must_use]
    pub fn fixed_by(mut self, edit: Edit) -> Self {
        self.marks.fix.push(edit);
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

/// What a finding is about; each part where it applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Subject {
    /// `Target::name`.
    pub target: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// Label name.
    pub label: Option<String>,
    /// Caller and callee, as `emojivoto/web → emojivoto/emoji`.
    pub edge: Option<String>,
    /// Part of a configuration, as `processor filter/mesh`, `job linkerd-proxy`, or a budget's name.
    pub part: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census::Census;
    use crate::census::FamilyCount;
    use crate::census::LabelCount;
    use crate::census::Redundancy;
    use crate::census::TargetCount;
    use crate::census::Totals;
    use crate::census::class::ValueClass;
    use crate::collector::plan::StageKind;
    use crate::exposition::FamilyType;
    use crate::mesh::Class;
    use crate::mesh::Code;
    use crate::mesh::Direction;
    use crate::mesh::Doubled;
    use crate::mesh::Flow;
    use crate::mesh::Mesh;
    use crate::mesh::Outcome;
    use crate::mesh::Parent;
    use crate::mesh::Party;
    use crate::mesh::Proxy;
    use crate::mesh::Security;
    use crate::mesh::StatusCount;
    use crate::mesh::TargetTraffic;
    use crate::mesh::Text;
    use crate::mesh::Traffic;
    use crate::source::Failure;
    use crate::survey::Coverage;
    use crate::survey::Simulated;
    use crate::survey::TargetRejects;
    use crate::waterfall::Arriving;
    use crate::waterfall::Lost;
    use crate::waterfall::StageFlow;

    fn target(name: &str, series: u64, duplicates: u64) -> TargetCount {
        TargetCount {
            name: name.to_owned(),
            origin: "dump.txt".to_owned(),
            series,
            samples: series + duplicates,
            rejects: 2,
            duplicates,
            body_bytes: 0,
            ..TargetCount::default()
        }
    }

    fn label(name: &str, saving: u64, redundancy: Redundancy) -> LabelCount {
        LabelCount {
            name: name.to_owned(),
            families: 1,
            series: 9_000,
            values: 30,
            top_values: Vec::new(),
            marginal_saving: saving,
            redundancy,
            structural: false,
            body_bytes: 500_000,
            class: Some(ValueClass::Ip),
        }
    }

    /// Everything that a rule looks for, at once.
    fn everything_wrong() -> Survey {
        let mut targets: Vec<_> = ["a", "b", "c", "d"].map(|name| target(name, 100, 1)).into();
        targets.push(target("e", 9_000, 0));
        let family = FamilyCount {
            name: "response_total".to_owned(),
            family_type: FamilyType::Counter,
            unit: None,
            sample_names: vec!["response_total".to_owned()],
            series: 9_000,
            samples: 9_000,
            body_bytes: 900,
            otlp_data_points: 9_000,
            series_per_target: None,
            labels: Vec::new(),
        };
        let totals = Totals {
            targets: 5,
            series: 9_400,
            body_bytes: 1_000_000,
            ..Totals::default()
        };
        let labels = vec![
            label("target_addr", 0, Redundancy::Constant),
            label("target_ip", 900, Redundancy::None),
        ];
        let [name, origin, reason] = ["f", "dump.txt", "not running"].map(str::to_owned);
        Survey {
            inputs: vec!["dump.txt".to_owned()],
            coverage: Coverage {
                expected: 6,
                scraped: 5,
                failed: vec![Failure {
                    target: name,
                    origin,
                    reason,
                }],
                skipped: Vec::new(),
            },
            remarks: Vec::new(),
            census: Census {
                totals,
                targets,
                families: vec![family],
                labels,
                ..Census::default()
            },
            rejects: vec![TargetRejects {
                target: "a".to_owned(),
                origin: "dump.txt".to_owned(),
                count: 2,
                unescaped: 1,
                first: Vec::new(),
            }],
            mesh: Some(failing()),
            recorded: None,
            simulated: vec![vec![losing()]],
            latency: None,
            interrupted: false,
        }
    }

    /// A pipeline that loses the scrape of a target.
    fn losing() -> Simulated {
        let mut simulated = Simulated {
            plan: "otel.yaml".to_owned(),
            ..Simulated::default()
        };
        simulated.flow.stages.push(StageFlow {
            kind: StageKind::Receiver,
            ..StageFlow::default()
        });
        let [target, origin, reason] = ["a", "dump.txt", "line 7: bad value"].map(str::to_owned);
        simulated.flow.arriving.push(Arriving::default());
        simulated.flow.lost.push(Lost {
            target,
            origin,
            stage: 0,
            reason,
            series: 100,
        });
        simulated
    }

    /// A caller whose calls fail behind HTTP 200, without mutual TLS, counted by a family that cannot see it; and a
    /// callee whose labels are gone.
    fn failing() -> Mesh {
        let text = |text: &str| Some(Text::from(text));
        let party = |name: &str| Party {
            namespace: text("shop"),
            workload: text(name),
            service: text(name),
            ..Party::default()
        };
        let outcome = |code, class| Outcome {
            http: Some(200),
            grpc: Some(Code::Number(code)),
            class: Some(class),
            error: None,
        };
        let mut traffic = Traffic::default();
        traffic.add_responses(&outcome(0, Class::Success), 90);
        traffic.add_responses(&outcome(14, Class::Failure), 6);
        traffic.add_responses(&outcome(8, Class::Success), 4);
        let flow = Flow {
            direction: Direction::Outbound,
            source: party("web"),
            destination: party("api"),
            port: None,
            route: None,
            server: None,
            security: Security::None(text("not_provided_by_service_discovery")),
            own: false,
            traffic,
        };
        let status = StatusCount {
            family: "outbound_http_route_request_statuses_total",
            direction: Direction::Outbound,
            knows_grpc: false,
            parent: Parent {
                kind: text("Service"),
                namespace: text("shop"),
                name: text("api"),
                port: None,
            },
            route: None,
            status: text("200"),
            error: None,
            count: 100,
        };
        let target = TargetTraffic {
            name: "web".to_owned(),
            proxy: Some(Proxy::Linkerd),
            flows: vec![flow],
            statuses: vec![status],
            unclassified_series: 3,
            ..TargetTraffic::default()
        };
        let mut mesh = Mesh::new(vec![target], None);
        let [name, origin, counted_name, counted_origin] =
            ["api:15090", "b.prom", "api:15020", "a.prom"].map(str::to_owned);
        mesh.doubled.push(Doubled {
            name,
            origin,
            counted_name,
            counted_origin,
        });
        mesh
    }

    #[test]
    fn every_rule_of_the_catalogue_fires_and_no_other() {
        let mut findings = inspect(&everything_wrong(), &Thresholds::default());
        findings.extend(inspect_targets(&targets_found::tests::everything_wrong()));
        let mut ids: Vec<_> = findings.iter().map(|finding| finding.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let known: Vec<_> = catalogue::OF_SURVEYS.iter().map(|rule| rule.id).collect();
        assert_eq!(ids, known);
        for finding in findings {
            let worst = catalogue::find(finding.id).map(|rule| rule.severity);
            assert!(
                worst >= Some(finding.severity),
                "{} is worse than its page says",
                finding.id
            );
        }
    }

    #[test]
    fn findings_come_worst_first_then_by_id_then_by_subject() {
        let findings = inspect(&everything_wrong(), &Thresholds::default());
        let order: Vec<_> = findings
            .iter()
            .map(|finding| {
                (
                    finding.severity.as_str(),
                    finding.id,
                    finding.subject.target.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            order,
            [
                ("high", "collector/failures-lost", None),
                ("high", "collector/scrape-lost", Some("a")),
                ("high", "coverage/partial", None),
                ("high", "exposition/rejected-lines", Some("a")),
                ("high", "exposition/unescaped-label", Some("a")),
                ("high", "grpc/hidden-from-http", None),
                ("high", "grpc/stripped-labels", Some("web")),
                ("medium", "exposition/duplicate-series", Some("a")),
                ("medium", "exposition/duplicate-series", Some("b")),
                ("medium", "exposition/duplicate-series", Some("c")),
                ("medium", "exposition/duplicate-series", Some("d")),
                ("medium", "families/dominant", None),
                ("medium", "grpc/blind-family", None),
                ("medium", "grpc/hidden-from-mesh", None),
                ("medium", "mesh/double-reporter", Some("api:15090")),
                ("medium", "mesh/no-mtls", None),
                ("low", "grpc/no-family", None),
                ("low", "labels/redundant", None),
                ("low", "labels/unbounded", None),
                ("low", "targets/outlier", Some("e")),
            ]
        );
    }

    #[test]
    fn a_survey_of_nothing_has_no_finding() {
        assert_eq!(inspect(&Survey::default(), &Thresholds::default()), []);
    }
}
