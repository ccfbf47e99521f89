//! Budgets that do not hold, growth that is not allowed, budgets and names that nothing fits.

mod growth;

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use super::Finding;
use super::Place;
use super::Severity;
use super::Subject;
use super::catalogue::Rule;
use super::catalogue::rule;
use super::numbers::bytes;
use super::numbers::counted;
use super::numbers::grouped;
use super::numbers::percent;
use super::numbers::plural;
use super::numbers::rounded;
use crate::budget::Assessment;
use crate::budget::Driver;
use crate::budget::Grown;
use crate::budget::Measured;
use crate::budget::Missing;
use crate::budget::Outcome;
use crate::budget::Scope;
use crate::budget::Unit;
use crate::collector::position::Position;
use crate::survey::Simulated;

/// All rules of this part, by id.
pub(super) static RULES: &[Rule] = &[
    rule!(
        "budget/missing-name",
        Medium,
        "a name that should arrive does not"
    ),
    rule!("budget/near", Medium, "a budget is nearly used up"),
    rule!("budget/over", High, "a budget is exceeded"),
    rule!("budget/unknown", High, "a budget cannot be measured"),
    rule!(
        "budget/unmatched",
        Medium,
        "a budget is about nothing there is"
    ),
    rule!(
        "growth/new-family",
        High,
        "a family that the baseline does not have"
    ),
    rule!(
        "growth/new-label",
        High,
        "a label that a family did not have"
    ),
    rule!("growth/over", High, "more growth than is allowed"),
    rule!("growth/shrunk", Info, "less than in the baseline"),
    rule!(
        "ignore/expired",
        Medium,
        "an ignore has outlived its last day"
    ),
    rule!("ignore/unused", Low, "an ignore fits no finding"),
];

/// How budgets stand, and the file that they stand in.
#[derive(Debug, Clone, Copy)]
pub struct Budgets<'a> {
    /// The budget file, as named; `None` where limits were typed.
    pub file: Option<&'a str>,
    /// Every budget with its value.
    pub assessment: &'a Assessment,
    /// What grew too much.
    pub grown: &'a [Grown],
    /// The pipelines behind whose stages budgets are measured.
    pub simulated: &'a [Vec<Simulated>],
}

/// One finding for each budget that does not hold, for each name that is missing, and for each growth.
pub(super) fn inspect(budgets: Budgets<'_>, findings: &mut Vec<Finding>) {
    for measured in &budgets.assessment.measured {
        findings.extend(judge(budgets, measured));
    }
    for missing in &budgets.assessment.missing {
        findings.push(missing_name(budgets, missing));
    }
    for grown in budgets.grown {
        findings.push(growth::finding(budgets, grown));
    }
}

impl Budgets<'_> {
    fn place(&self, at: Position, note: &str) -> Option<Place> {
        let file = self.file.filter(|_| at.line > 0)?;
        Some(Place {
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            length: 0,
            note: note.to_owned(),
        })
    }

    /// Where the configuration has the stage behind which something is measured.
    fn stage(&self, id: &str) -> Option<Place> {
        let all = self.simulated.iter().flatten();
        let named = all.flat_map(|simulated| {
            let stages = simulated.layout.stages.iter();
            stages.map(move |stage| (simulated, stage))
        });
        let mut found = named.filter(|(simulated, stage)| {
            let path = id.strip_prefix(simulated.flow.name.as_str());
            stage.id == id || path.and_then(|path| path.strip_prefix(' ')) == Some(&stage.id)
        });
        let (simulated, stage) = found.next().filter(|(_, stage)| stage.at.line > 0)?;
        Some(Place {
            file: simulated.files.get(stage.at.file as usize)?.clone(),
            line: stage.at.line,
            column: stage.at.column,
            length: 0,
            note: "measured behind this".to_owned(),
        })
    }
}

fn with_place(mut finding: Finding, place: Option<Place>) -> Finding {
    finding.marks.places.extend(place);
    finding
}

fn judge(budgets: Budgets<'_>, measured: &Measured) -> Option<Finding> {
    let (line, column) = measured.at;
    let at = Position {
        file: 0,
        line,
        column,
    };
    let is_about_each = !matches!(measured.scope, Scope::Total | Scope::Names);
    let (id, severity, message, remedy) = match measured.outcome {
        Outcome::Over => (
            "budget/over",
            Severity::High,
            over(measured),
            remedy(measured),
        ),
        Outcome::Near => (
            "budget/near",
            Severity::Medium,
            near(measured),
            remedy(measured),
        ),
        Outcome::Unknown => (
            "budget/unknown",
            Severity::High,
            format!(
                "{} at {} cannot be measured",
                named(measured),
                measured.stage
            ),
            "read targets that tell it, or take the budget out".to_owned(),
        ),
        Outcome::Within if is_about_each && measured.matched == 0 && measured.fail != Some(0.0) => {
            (
                "budget/unmatched",
                Severity::Medium,
                format!(
                    "no {} matches `{}` at {}",
                    measured.scope.as_str(),
                    measured.matching,
                    measured.stage
                ),
                "mend the glob, or take the budget out".to_owned(),
            )
        }
        Outcome::Within => return None,
    };
    let limit = match measured.outcome {
        Outcome::Over => measured.fail,
        _ => measured.warn.or(measured.fail),
    };
    let drivers: Vec<Value> = measured.drivers.iter().map(driver_value).collect();
    let finding = Finding::new(id, severity, message)
        .about(subject(measured))
        .with_evidence([
            ("scope", json!(measured.scope.as_str())),
            ("match", json!(measured.matching)),
            ("stage", json!(measured.stage)),
            (measured.unit.as_str(), json!(rounded_value(measured.value))),
            ("limit", json!(limit)),
            ("matched", json!(measured.matched)),
            ("over", json!(measured.over)),
            ("worst", json!(measured.worst)),
            ("baseline", json!(measured.before)),
            ("drivers", json!(drivers)),
        ])
        .with_remedy(remedy);
    let finding = with_place(finding, budgets.place(at, ""));
    Some(with_place(finding, budgets.stage(&measured.stage)))
}

fn rounded_value(value: f64) -> Value {
    if value.fract() == 0.0 && value < 9e15 {
        json!(value as u64)
    } else {
        json!(rounded(value))
    }
}

fn driver_value(driver: &Driver) -> Value {
    json!({
        "what": driver.what,
        "name": driver.name,
        "value": rounded_value(driver.value),
        "baseline": driver.before.map(rounded_value),
    })
}

fn subject(measured: &Measured) -> Subject {
    let worst = measured.worst.clone();
    let mut subject = Subject::default();
    match measured.scope {
        Scope::Family => subject.family = worst,
        Scope::Label => match worst.as_deref().and_then(|worst| worst.split_once(" in ")) {
            Some((label, family)) => {
                subject.label = Some(label.to_owned());
                subject.family = Some(family.to_owned());
            }
            None => subject.label = worst,
        },
        Scope::Target => subject.target = worst,
        Scope::Edge => subject.edge = worst,
        Scope::Total | Scope::Names | Scope::Namespace | Scope::Workload => {
            let what = measured.scope.as_str();
            subject.part =
                Some(worst.map_or_else(|| what.to_owned(), |worst| format!("{what} {worst}")));
        }
    }
    subject
}

/// What a budget is about, or the worst of it.
fn named(measured: &Measured) -> String {
    let scope = measured.scope.as_str();
    match &measured.worst {
        Some(worst) if measured.scope == Scope::Edge => worst.clone(),
        Some(worst) => format!("{scope} {worst}"),
        None if measured.matching.is_empty() => scope.to_owned(),
        None => format!("{scope} `{}`", measured.matching),
    }
}

/// `2,909 series`, `1.2 MiB`, `29.1%`.
pub(crate) fn amount(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Series => plural_series(value as u64),
        Unit::BodyBytes => format!("{} a scrape", bytes(value as u64)),
        Unit::SamplesPerSecond => format!("{} samples/s", grouped(value.ceil() as u64)),
        Unit::Values => plural(value as u64, "value"),
        Unit::LabelsPerSeries => plural(value as u64, "label"),
        Unit::Names => plural(value as u64, "name"),
        Unit::HiddenFailureRatio => percent(value),
    }
}

fn plural_series(count: u64) -> String {
    format!("{} series", grouped(count))
}

/// `at filter/mesh`; nothing for what targets expose.
fn place_of(measured: &Measured) -> String {
    match measured.stage.as_str() {
        "scrape" => String::new(),
        stage => format!(" at {stage}"),
    }
}

fn over(measured: &Measured) -> String {
    let limit = measured.fail.unwrap_or_default();
    let mut message = match (measured.scope, measured.unit) {
        (Scope::Names, _) => {
            let names = counted(measured.value as u64, "name is", "names are");
            format!("{names} there{} and not on the list", place_of(measured))
        }
        (Scope::Label, _) if limit == 0.0 => format!(
            "{} is forbidden{} and has {}",
            named(measured),
            place_of(measured),
            amount(measured.unit, measured.value)
        ),
        (Scope::Edge, _) => format!(
            "{} fails {} of its gRPC calls hidden, {} are allowed",
            named(measured),
            percent(measured.value),
            percent(limit)
        ),
        _ => format!(
            "{}: {}{}, {} over the limit of {}",
            named(measured),
            amount(measured.unit, measured.value),
            place_of(measured),
            excess(measured.unit, measured.value, limit),
            amount(measured.unit, limit),
        ),
    };
    say_more(measured, &mut message);
    message
}

/// `409 (16.4%)`.
fn excess(unit: Unit, value: f64, limit: f64) -> String {
    let more = value - limit;
    let more = match unit {
        Unit::BodyBytes => bytes(more as u64),
        _ => grouped(more.ceil() as u64),
    };
    if limit > 0.0 {
        format!("{more} ({})", percent((value - limit) / limit))
    } else {
        more
    }
}

fn near(measured: &Measured) -> String {
    let over_fail = measured.fail.is_some_and(|fail| measured.value > fail);
    let mut message = if over_fail {
        format!(
            "{}, but no more than in the baseline",
            over(&Measured {
                drivers: Vec::new(),
                before: None,
                ..measured.clone()
            })
        )
    } else {
        let limit = match (measured.fail, measured.warn) {
            (Some(fail), _) if fail > 0.0 => format!(
                "{} of the limit of {}",
                percent(measured.value / fail),
                amount(measured.unit, fail)
            ),
            (_, warn) => format!(
                "it warns over {}",
                amount(measured.unit, warn.unwrap_or_default())
            ),
        };
        format!(
            "{}: {}{}, {limit}",
            named(measured),
            amount(measured.unit, measured.value),
            place_of(measured)
        )
    };
    say_more(measured, &mut message);
    message
}

/// How many more are over, what it was, and who drives it.
fn say_more(measured: &Measured, message: &mut String) {
    if measured.over > 1 {
        let _ = write!(
            message,
            "; {} of {} that match are over",
            grouped(measured.over),
            grouped(measured.matched)
        );
    }
    if let Some(before) = measured.before {
        let change = measured.value - before;
        let sign = if change < 0.0 { "-" } else { "+" };
        let by = match measured.unit {
            Unit::BodyBytes => bytes(change.abs() as u64),
            _ => grouped(change.abs().round() as u64),
        };
        let _ = write!(message, "; {sign}{by} since the baseline");
    }
    if !measured.drivers.is_empty() {
        let named = measured
            .drivers
            .iter()
            .map(|driver| driver_said(measured.unit, driver));
        let named: Vec<String> = named.collect();
        let word = if measured.scope == Scope::Names {
            "they are"
        } else {
            "most of it"
        };
        let _ = write!(message, "; {word}: {}", named.join(", "));
    }
}

fn driver_said(unit: Unit, driver: &Driver) -> String {
    let value = match (driver.what, unit) {
        ("family" | "workload" | "target", Unit::BodyBytes) => bytes(driver.value as u64),
        ("label", _) => format!("saves {}", grouped(driver.value as u64)),
        _ => grouped(driver.value.round() as u64),
    };
    let change = driver
        .before
        .map(|before| driver.value - before)
        .filter(|change| *change != 0.0);
    let change = change.map_or_else(String::new, |change| {
        let sign = if change < 0.0 { "-" } else { "+" };
        format!(", {sign}{}", grouped(change.abs().round() as u64))
    });
    match driver.what {
        "name" | "code" => format!("{} ({value}{change})", driver.name),
        what => format!("{what} {} ({value}{change})", driver.name),
    }
}

fn remedy(measured: &Measured) -> String {
    let raise = "or raise the limit for a reason";
    match measured.scope {
        Scope::Total | Scope::Namespace | Scope::Workload | Scope::Target => {
            format!(
                "drop what nobody queries (`meshctl families`, `meshctl filter`), aggregate a label away (`meshctl labels`), {raise}"
            )
        }
        Scope::Family => format!(
            "see what each label costs: `meshctl labels --family {}`, {raise}",
            safe(measured)
        ),
        Scope::Label => {
            format!("aggregate the label away or bound its values at the source, {raise}")
        }
        Scope::Names => "drop them in the pipeline, or put them on the list".to_owned(),
        Scope::Edge => {
            "`meshctl grpc` shows the codes; mend the callee, or alert on the gRPC status"
                .to_owned()
        }
    }
}

/// The name of a family as a shell takes it; a glob where it is hostile.
fn safe(measured: &Measured) -> &str {
    let worst = measured.worst.as_deref().unwrap_or("'*'");
    let is_plain = worst
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || "_:.".contains(char));
    if is_plain { worst } else { "'*'" }
}

fn missing_name(budgets: Budgets<'_>, missing: &Missing) -> Finding {
    let message = format!("{} does not arrive at {}", missing.name, missing.stage);
    let finding = Finding::new("budget/missing-name", Severity::Medium, message)
        .about(Subject {
            family: Some(missing.name.clone()),
            ..Subject::default()
        })
        .with_evidence([
            ("name", json!(missing.name)),
            ("stage", json!(missing.stage)),
        ])
        .with_remedy("see why: `meshctl filter --explain NAME`; or take it off the list");
    let finding = with_place(finding, budgets.place(missing.at, "on the list"));
    with_place(finding, budgets.stage(&missing.stage))
}
