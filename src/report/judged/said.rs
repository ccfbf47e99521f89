//! Budgets in words: what each is about, how it stands, by how much, and what makes it so.

use super::Judged;
use super::cut;
use crate::budget::Driver;
use crate::budget::Measured;
use crate::budget::Outcome;
use crate::budget::Scope;
use crate::budget::Unit;
use crate::findings::numbers::counted;
use crate::findings::numbers::plural;
use crate::report::numbers;

/// Drivers that are named; a budget file may ask for many matches, and each has drivers.
const NAMED_DRIVERS: usize = 5;
/// Longest name within a sentence; a label value may be a megabyte.
const LONGEST_NAME: usize = 200;

/// What a budget is about: `total series at filter/mesh`.
pub(super) fn name(measured: &Measured) -> String {
    let unit = match measured.unit {
        Unit::Series => "series",
        Unit::BodyBytes => "bytes",
        Unit::SamplesPerSecond => "samples/s",
        Unit::Values => "values",
        Unit::LabelsPerSeries => "labels of a series",
        Unit::Names => "names that are not on the list",
        Unit::HiddenFailureRatio => "hidden failures",
    };
    let matching = match measured.matching.as_str() {
        "" => "any",
        matching => matching,
    };
    let place = match measured.stage.as_str() {
        // What targets expose is what budgets are about unless another place is named.
        "" | "scrape" => String::new(),
        stage => format!(" at {}", cut(stage, LONGEST_NAME)),
    };
    match measured.scope {
        Scope::Total => format!("total {unit}{place}"),
        Scope::Names => format!("{unit}{place}"),
        scope => {
            let matching = cut(matching, LONGEST_NAME);
            format!("{} {matching}: {unit}{place}", scope.as_str())
        }
    }
}

/// How a budget stands, in a word.
pub(super) fn standing(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Within => "holds",
        Outcome::Near => "near",
        Outcome::Over => "over",
        Outcome::Unknown => "not measured",
    }
}

/// `2,909`, `12.4 KiB`, `43.2%`: a value without what it counts.
pub(super) fn amount(unit: Unit, value: f64) -> String {
    match unit {
        Unit::BodyBytes => numbers::bytes(numbers::whole(value.round())),
        Unit::HiddenFailureRatio => ratio(value),
        Unit::SamplesPerSecond if value > 0.0 && value < 0.05 => "<0.1".to_owned(),
        Unit::Series
        | Unit::SamplesPerSecond
        | Unit::Values
        | Unit::LabelsPerSeries
        | Unit::Names => number(value),
    }
}

fn ratio(value: f64) -> String {
    let percent = value * 100.0;
    if percent > 0.0 && percent < 0.05 {
        "<0.1%".to_owned()
    } else {
        format!("{percent:.1}%")
    }
}

/// Grouped, with one decimal where there is a fraction.
fn number(value: f64) -> String {
    let tenths = numbers::whole((value * 10.0).round());
    let whole = numbers::grouped(tenths / 10);
    match tenths % 10 {
        0 => whole,
        tenth => format!("{whole}.{tenth}"),
    }
}

/// `+1,009`, `-12`: a difference.
fn signed(unit: Unit, difference: f64) -> String {
    let sign = if difference < 0.0 { '-' } else { '+' };
    match unit {
        // A difference of two percentages is no percentage.
        Unit::HiddenFailureRatio => format!("{sign}{:.1} points", difference.abs() * 100.0),
        unit => format!("{sign}{}", amount(unit, difference.abs())),
    }
}

/// The limit that a budget has reached: the one that fails if it is over that, else the one that warns.
pub(super) fn limit(measured: &Measured) -> Option<f64> {
    match measured.outcome {
        Outcome::Near => measured.warn.or(measured.fail),
        Outcome::Over | Outcome::Within | Outcome::Unknown => measured.fail.or(measured.warn),
    }
}

/// `909 (45.5%)`: by how much the limit is exceeded; the share of the limit, where that is not 0.
pub(super) fn excess(measured: &Measured) -> Option<String> {
    let limit = limit(measured).filter(|_| measured.outcome == Outcome::Over)?;
    let more = measured.value - limit;
    let said = match measured.unit {
        Unit::HiddenFailureRatio => format!("{:.1} points", more * 100.0),
        unit => amount(unit, more),
    };
    if limit <= 0.0 || measured.unit == Unit::HiddenFailureRatio {
        return Some(said);
    }
    let share = more * 100.0 / limit;
    let share = if share < 0.05 {
        "<0.1%".to_owned()
    } else {
        format!("{share:.1}%")
    };
    Some(format!("{said} ({share})"))
}

/// `+1,009 since the baseline`, where that has the value.
pub(super) fn change(measured: &Measured) -> Option<String> {
    let difference = measured.value - measured.before?;
    Some(if difference == 0.0 {
        "as in the baseline".to_owned()
    } else {
        format!("{} since the baseline", signed(measured.unit, difference))
    })
}

/// `2,909 is 909 (45.5%) over 2,000, +1,009 since the baseline`: how a budget stands, where no finding says so.
pub(super) fn sentence(measured: &Measured) -> String {
    let amount = |value: f64| amount(measured.unit, value);
    let value = amount(measured.value);
    let mut parts = Vec::new();
    parts.push(match (measured.outcome, limit(measured)) {
        (Outcome::Unknown, _) => return standing(measured.outcome).to_owned(),
        (Outcome::Over, Some(limit)) => {
            let excess = excess(measured).unwrap_or_default();
            format!("{value} is {excess} over {}", amount(limit))
        }
        (Outcome::Near, Some(limit)) => format!("{value} is over {}, which warns", amount(limit)),
        (_, Some(limit)) => format!("{value}, limit {}", amount(limit)),
        (_, None) => value,
    });
    parts.extend(change(measured));
    parts.join(", ")
}

/// `family response_latency_ms 868 (+400), label pod saves 424`.
pub(super) fn drivers(measured: &Measured) -> Option<String> {
    let named = measured.drivers.iter().take(NAMED_DRIVERS);
    let mut said: Vec<String> = named.map(|driver| self::driver(driver, measured)).collect();
    let more = measured.drivers.len().saturating_sub(NAMED_DRIVERS);
    if more > 0 {
        said.push(format!("{} more", numbers::grouped(more as u64)));
    }
    (!said.is_empty()).then(|| said.join(", "))
}

fn driver(driver: &Driver, measured: &Measured) -> String {
    // What a label makes is series, and codes and names are counted, whatever the budget is about.
    let unit = match (driver.what, measured.unit) {
        ("family" | "workload" | "target", Unit::BodyBytes) => Unit::BodyBytes,
        _ => Unit::Series,
    };
    let value = amount(unit, driver.value);
    let change = match driver.before.map(|before| driver.value - before) {
        None | Some(0.0) => String::new(),
        Some(difference) => format!(" ({})", signed(unit, difference)),
    };
    let name = cut(&driver.name, LONGEST_NAME);
    match driver.what {
        "name" | "code" => format!("{name} {value}{change}"),
        "label" => format!("label {name} saves {value}{change}"),
        what => format!("{what} {name} {value}{change}"),
    }
}

/// `10 of 12 budgets hold`; nothing where there are none. One that only warns holds.
pub(super) fn budgets(judged: &Judged<'_>) -> Option<String> {
    let all = judged.measured.len() as u64;
    let of = |outcome| judged.outcomes(outcome);
    let held = of(Outcome::Within) + of(Outcome::Near);
    match (all, held) {
        (0, _) => None,
        (1, 1) => Some("1 budget holds".to_owned()),
        (all, held) if all == held => Some(format!("{} hold", plural(all, "budget"))),
        (all, held) => {
            let held = numbers::grouped(held);
            Some(format!("{held} of {} hold", plural(all, "budget")))
        }
    }
}

/// What was read: targets where any were asked for, else the files.
pub(super) fn read(judged: &Judged<'_>) -> Option<String> {
    match (judged.coverage, judged.inputs) {
        (Some(coverage), _) => Some(crate::report::summary::read(coverage)),
        (None, []) => None,
        (None, [input]) => Some(input.clone()),
        (None, inputs) => Some(counted(inputs.len() as u64, "file", "files")),
    }
}

/// How many findings there are beside what the budgets say, and how many were ignored.
pub(super) fn findings(judged: &Judged<'_>) -> Vec<String> {
    let count = judged.by_subject().1.len() as u64;
    let mut said = Vec::new();
    said.push(match (count, judged.measured.is_empty()) {
        (0, true) => "nothing found".to_owned(),
        (0, false) => "nothing else found".to_owned(),
        (count, _) => plural(count, "finding"),
    });
    let ignored = judged.ignored.len() as u64;
    if ignored > 0 {
        said.push(format!("{} ignored", numbers::grouped(ignored)));
    }
    said
}

/// The series of everything as scraped, where a budget is about them.
pub(super) fn series(judged: &Judged<'_>) -> Option<String> {
    let total = judged.measured.iter().find(|measured| {
        measured.scope == Scope::Total
            && measured.unit == Unit::Series
            && measured.stage == "scrape"
            && measured.outcome != Outcome::Unknown
    })?;
    Some(format!("{} series", amount(total.unit, total.value)))
}
