//! In which unit a family measures.

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A thousand millionth of a second.
    Nanoseconds,
    /// A millionth of a second.
    Microseconds,
    /// A thousandth of a second.
    Milliseconds,
    /// A second.
    Seconds,
}

/// How a unit is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitFrom {
    /// It was typed.
    Flag,
    /// By the `# UNIT` of the family.
    Declared,
    /// By the end of the family's name.
    Name,
    /// It is not.
    Unknown,
}

impl UnitFrom {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Declared => "declared",
            Self::Name => "name",
            Self::Unknown => "unknown",
        }
    }
}

/// Words that name a unit, as a name ends with one or a `# UNIT` says it.
const WORDS: [(&str, Unit); 20] = [
    ("seconds", Unit::Seconds),
    ("second", Unit::Seconds),
    ("secs", Unit::Seconds),
    ("sec", Unit::Seconds),
    ("s", Unit::Seconds),
    ("milliseconds", Unit::Milliseconds),
    ("millisecond", Unit::Milliseconds),
    ("millis", Unit::Milliseconds),
    ("msec", Unit::Milliseconds),
    ("ms", Unit::Milliseconds),
    ("microseconds", Unit::Microseconds),
    ("microsecond", Unit::Microseconds),
    ("micros", Unit::Microseconds),
    ("usec", Unit::Microseconds),
    ("us", Unit::Microseconds),
    ("nanoseconds", Unit::Nanoseconds),
    ("nanosecond", Unit::Nanoseconds),
    ("nanos", Unit::Nanoseconds),
    ("nsec", Unit::Nanoseconds),
    ("ns", Unit::Nanoseconds),
];

/// Words that name a unit which is no time.
const OTHERS: [&str; 6] = ["bytes", "ratio", "percent", "celsius", "meters", "grams"];

impl Unit {
    /// All, from the smallest.
    pub const ALL: [Self; 4] = [
        Self::Nanoseconds,
        Self::Microseconds,
        Self::Milliseconds,
        Self::Seconds,
    ];

    /// As `# UNIT` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nanoseconds => "nanoseconds",
            Self::Microseconds => "microseconds",
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
        }
    }

    /// Its sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "µs",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }

    /// How many make a second.
    pub fn per_second(self) -> f64 {
        match self {
            Self::Nanoseconds => 1e9,
            Self::Microseconds => 1e6,
            Self::Milliseconds => 1e3,
            Self::Seconds => 1.0,
        }
    }

    /// The unit that a word names.
    pub fn of_word(word: &str) -> Option<Self> {
        let known = WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, unit)| *unit)
    }
}

/// The unit of a family by what it declares and by its name; `Err` with the word where it is no time.
pub(super) fn of_family(
    name: &str,
    declared: Option<&str>,
) -> Result<(Option<Unit>, UnitFrom), String> {
    if let Some(word) = declared {
        if let Some(unit) = Unit::of_word(word) {
            return Ok((Some(unit), UnitFrom::Declared));
        }
        if OTHERS.contains(&word) {
            return Err(word.to_owned());
        }
    }
    let last = name.rsplit(['_', '.', ':']).next().unwrap_or_default();
    if OTHERS.contains(&last) {
        return Err(last.to_owned());
    }
    // A name that is one word has no end that names a unit.
    let by_name = Unit::of_word(last).filter(|_| last.len() < name.len());
    // Envoy's timers are in milliseconds and do not say so (`upstream_rq_time`, `downstream_rq_time`).
    let by_name = by_name.or_else(|| {
        let is_envoys = name.starts_with("envoy_") && last == "time";
        is_envoys.then_some(Unit::Milliseconds)
    });
    match by_name {
        Some(unit) => Ok((Some(unit), UnitFrom::Name)),
        None => Ok((None, UnitFrom::Unknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_declared_or_ends_the_name() {
        let cases = [
            (
                "response_latency_ms",
                None,
                Some(Unit::Milliseconds),
                UnitFrom::Name,
            ),
            ("a_seconds", None, Some(Unit::Seconds), UnitFrom::Name),
            (
                "a_seconds",
                Some("milliseconds"),
                Some(Unit::Milliseconds),
                UnitFrom::Declared,
            ),
            (
                "a_seconds",
                Some("fortnights"),
                Some(Unit::Seconds),
                UnitFrom::Name,
            ),
            (
                "http.server.duration.us",
                None,
                Some(Unit::Microseconds),
                UnitFrom::Name,
            ),
            (
                "envoy_cluster_upstream_rq_time",
                None,
                Some(Unit::Milliseconds),
                UnitFrom::Name,
            ),
            ("latency", None, None, UnitFrom::Unknown),
            ("ms", None, None, UnitFrom::Unknown),
            ("rooms", None, None, UnitFrom::Unknown),
        ];
        for (name, declared, unit, from) in cases {
            assert_eq!(of_family(name, declared), Ok((unit, from)), "{name}");
        }
        assert_eq!(of_family("frame_size_bytes", None), Err("bytes".to_owned()));
        assert_eq!(of_family("frame", Some("bytes")), Err("bytes".to_owned()));
    }
}
