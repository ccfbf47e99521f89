//! Units of OTLP (UCUM) as the words that Prometheus puts into names.

use super::era::Era;
use super::naming::is_metric_character;
use super::naming::is_word_character;

/// What a unit adds to a name: the unit itself and what it is divided by, each as it will stand in the
/// name or empty. In the classic generation the second has no `per_` in front.
pub(super) fn parts(unit: &str, era: Era) -> (String, String) {
    let (main, per) = split(unit);
    let main = main.map(|word| main_word(word).unwrap_or(word));
    let per = per.map(|word| per_word(word).unwrap_or(word));
    if era == Era::Classic {
        let cleaned = |word: Option<&str>| word.map(cleaned_classic).unwrap_or_default();
        return (cleaned(main), cleaned(per));
    }
    let per = per.map(|word| format!("per_{word}"));
    (
        main.map(cleaned).unwrap_or_default(),
        per.as_deref().map(cleaned).unwrap_or_default(),
    )
}

/// The same without any cleaning, for names that may hold every character.
pub(super) fn raw_parts(unit: &str) -> (String, String) {
    let (main, per) = split(unit);
    let main = main.map(|word| main_word(word).unwrap_or(word).to_owned());
    let per = per.map(|word| format!("per_{}", per_word(word).unwrap_or(word)));
    (main.unwrap_or_default(), per.unwrap_or_default())
}

/// What stands before and after the first slash, without blanks; nothing where it is empty or a
/// remark in braces.
fn split(unit: &str) -> (Option<&str>, Option<&str>) {
    let usable = |part: &&str| !part.is_empty() && !part.contains(['{', '}']);
    let (main, per) = match unit.split_once('/') {
        Some((main, per)) => (main, Some(per)),
        None => (unit, None),
    };
    let per = per.map(str::trim).filter(usable);
    (Some(main.trim()).filter(usable), per)
}

/// `CleanUpString` of `pkg/translator/prometheus/normalize_unit.go`.
fn cleaned_classic(word: &str) -> String {
    let mut cleaned = String::with_capacity(word.len());
    for part in word.split(|c| !is_word_character(c)) {
        if !part.is_empty() {
            if !cleaned.is_empty() {
                cleaned.push('_');
            }
            cleaned.push_str(part);
        }
    }
    cleaned
}

/// `cleanUpUnit` of `otlptranslator/unit_namer.go`: one underscore at the end may stay.
fn cleaned(word: &str) -> String {
    let mut cleaned = String::with_capacity(word.len());
    for c in word.chars() {
        if is_metric_character(c) {
            cleaned.push(c);
        } else if !cleaned.ends_with('_') {
            cleaned.push('_');
        }
    }
    match cleaned.strip_prefix('_') {
        Some(rest) => rest.to_owned(),
        None => cleaned,
    }
}

fn main_word(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tibibytes",
        "KBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "1" => "",
        "%" => "percent",
        _ => return None,
    })
}

fn per_word(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => return None,
    })
}
