//! Comment lines that declare something: `# HELP`, `# TYPE`, `# UNIT`.

use super::reject::Fault;
use super::reject::RejectKind;
use super::tolerated::Tolerated;

/// Type on a `# TYPE` line; the union of Prometheus text and OpenMetrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum FamilyType {
    /// `counter`
    Counter,
    /// `gauge`
    Gauge,
    /// `histogram`
    Histogram,
    /// `gaugehistogram`
    GaugeHistogram,
    /// `summary`
    Summary,
    /// `info`
    Info,
    /// `stateset`
    StateSet,
    /// `untyped`, `unknown`, or no TYPE line.
    #[default]
    Unknown,
}

impl FamilyType {
    /// The type's word, as OpenMetrics spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
            Self::Unknown => "unknown",
        }
    }

    /// The type that `word` names on a TYPE line, case and all.
    fn from_word(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"counter" => Self::Counter,
            b"gauge" => Self::Gauge,
            b"histogram" => Self::Histogram,
            b"gaugehistogram" => Self::GaugeHistogram,
            b"summary" => Self::Summary,
            b"info" => Self::Info,
            b"stateset" => Self::StateSet,
            b"unknown" | b"untyped" => Self::Unknown,
            _ => return None,
        })
    }
}

/// One metadata line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// The family it names; quotes removed, escapes left in.
    pub family: &'a [u8],
    /// What it says of the family.
    pub fact: Fact<'a>,
    /// Length of the line with its end.
    pub line_bytes: usize,
}

/// What a metadata line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    /// `# HELP`, escapes left in.
    Help(&'a [u8]),
    /// `# TYPE`.
    Type(FamilyType),
    /// `# UNIT`.
    Unit(&'a [u8]),
}

/// Reads a line that begins with `#`; `None` is an ordinary comment, `# EOF` among them.
///
/// `line` has no line end. `line_bytes` counts it.
pub(super) fn parse(line: &[u8], line_bytes: usize) -> Result<Option<Metadata<'_>>, Fault> {
    let (keyword, after) = word(line, 1);
    let keyword = &line[keyword.0..keyword.1];
    if !matches!(keyword, b"HELP" | b"TYPE" | b"UNIT") || !starts_with_blank(&line[1..]) {
        return Ok(None);
    }
    let (family, after) = family(line, after)?;
    let rest = line[after..].trim_ascii();
    if let Err(error) = std::str::from_utf8(&line[after..]) {
        return Err(Fault::new(
            after + error.valid_up_to(),
            RejectKind::InvalidUtf8,
        ));
    }
    let fact = match keyword {
        b"HELP" => Fact::Help(rest),
        b"UNIT" => Fact::Unit(rest),
        _ => Fact::Type(FamilyType::from_word(rest).ok_or_else(|| {
            let (word, _) = word(line, after);
            Fault::new(word.0.min(line.len() - 1), RejectKind::BadMetadata)
        })?),
    };
    Ok(Some(Metadata {
        family,
        fact,
        line_bytes,
    }))
}

/// What a scraper of `text/plain` refuses of a `# TYPE` line that was read: there one blank and one of five
/// words follow the name, and nothing else (`promlex.l`, `promparse.go`).
pub(super) fn tolerated_type(line: &[u8], carriage_return: bool) -> Option<Tolerated> {
    let (_, after) = word(line, 1);
    let (_, after) = family(line, after).ok()?;
    let text = line[after..].get(1..).unwrap_or_default();
    let word = text.trim_ascii();
    let known: [&[u8]; 5] = [b"counter", b"gauge", b"histogram", b"summary", b"untyped"];
    if carriage_return {
        Some(Tolerated::CarriageReturn)
    } else if !known.contains(&word) {
        Some(Tolerated::OpenMetricsType)
    } else {
        (word != text).then_some(Tolerated::BlankAroundType)
    }
}

fn starts_with_blank(text: &[u8]) -> bool {
    matches!(text.first(), Some(b' ' | b'\t'))
}

/// The next run of non-blanks from `from`, as a range, and where the blank after it begins.
fn word(line: &[u8], from: usize) -> ((usize, usize), usize) {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = from + line[from..].iter().take_while(|byte| blank(byte)).count();
    let end = start + line[start..].iter().take_while(|byte| !blank(byte)).count();
    ((start, end), end)
}

/// The family name that follows the keyword: a metric name, or any quoted text.
fn family(line: &[u8], from: usize) -> Result<(&[u8], usize), Fault> {
    let ((start, end), after) = word(line, from);
    let bad = Fault::new(start.min(line.len() - 1), RejectKind::BadMetadata);
    if line.get(start) == Some(&b'"') {
        let length = super::labels::quoted_length(&line[start + 1..]).ok_or(bad)?;
        let text = &line[start + 1..start + 1 + length];
        std::str::from_utf8(text).map_err(|_| bad)?;
        return Ok((text, start + length + 2));
    }
    let name = &line[start..end];
    if name.is_empty() || super::labels::metric_name_length(name) != name.len() {
        return Err(bad);
    }
    Ok((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(line: &str) -> Option<(String, Fact<'_>)> {
        let metadata = parse(line.as_bytes(), line.len() + 1).unwrap()?;
        let family = String::from_utf8(metadata.family.to_vec()).unwrap();
        Some((family, metadata.fact))
    }

    #[test]
    fn reads_the_three_declarations() {
        assert_eq!(
            fact("# TYPE up gauge"),
            Some(("up".into(), Fact::Type(FamilyType::Gauge)))
        );
        assert_eq!(
            fact("#\tTYPE  up\tuntyped "),
            Some(("up".into(), Fact::Type(FamilyType::Unknown)))
        );
        assert_eq!(
            fact("# HELP up Is it up? "),
            Some(("up".into(), Fact::Help(b"Is it up?")))
        );
        assert_eq!(fact("# HELP up"), Some(("up".into(), Fact::Help(b""))));
        assert_eq!(
            fact("# UNIT x_seconds seconds"),
            Some(("x_seconds".into(), Fact::Unit(b"seconds")))
        );
        assert_eq!(
            fact("# TYPE \"my.metric\" counter"),
            Some(("my.metric".into(), Fact::Type(FamilyType::Counter)))
        );
    }

    #[test]
    fn other_comments_are_comments() {
        for line in [
            "#",
            "# ",
            "# EOF",
            "# POD web (1 of 2)",
            "#TYPE x gauge",
            "# TYPES x",
        ] {
            assert_eq!(fact(line), None, "{line}");
        }
    }

    #[test]
    fn refuses_declarations_of_nothing() {
        for line in [
            "# TYPE",
            "# TYPE ",
            "# TYPE up",
            "# TYPE up gague",
            "# TYPE up Gauge",
            "# HELP 9x text",
            "# UNIT a-b c",
            "# TYPE \"open gauge",
        ] {
            let fault = parse(line.as_bytes(), 0).unwrap_err();
            assert_eq!(fault.kind, RejectKind::BadMetadata, "{line}");
            assert!(fault.at < line.len(), "{line}");
        }
    }
}
