//! Go's layouts of time: how each part of a fixed moment, 2006-01-02 15:04:05 -0700, would be written
//! (<https://pkg.go.dev/time#Layout>).

/// A part of a time that stands in a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `January`.
    LongMonth,
    /// `Jan`.
    Month,
    /// `1`.
    NumMonth,
    /// `01`.
    ZeroMonth,
    /// `Monday`.
    LongWeekday,
    /// `Mon`.
    Weekday,
    /// `2`.
    Day,
    /// `_2`: a blank before one digit.
    UnderDay,
    /// `02`.
    ZeroDay,
    /// `__2`: the day of the year.
    UnderYearDay,
    /// `002`.
    ZeroYearDay,
    /// `15`.
    Hour,
    /// `3`.
    Hour12,
    /// `03`.
    ZeroHour12,
    /// `4`.
    Minute,
    /// `04`.
    ZeroMinute,
    /// `5`.
    Second,
    /// `05`.
    ZeroSecond,
    /// `2006`.
    LongYear,
    /// `06`.
    Year,
    /// `PM`.
    CapitalHalf,
    /// `pm`.
    SmallHalf,
    /// `MST`.
    Abbreviation,
    /// `-0700` and the like.
    Offset(Offset),
    /// `.000`, `,999`: a separator and so many digits.
    Fraction {
        /// Whether zeros at the end are left out: `9` instead of `0`.
        trimmed: bool,
        /// How many digits.
        digits: usize,
        /// `.` or `,`.
        separator: char,
    },
}

/// How an offset from UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// Whether UTC itself is `Z`.
    pub letter: bool,
    /// 1 for hours, 2 with minutes, 3 with seconds.
    pub parts: usize,
    /// Whether colons are between them.
    pub colons: bool,
}

const fn offset(letter: bool, parts: usize, colons: bool) -> Element {
    Element::Offset(Offset {
        letter,
        parts,
        colons,
    })
}

/// What stands for what; of those that begin alike, the one that Go finds comes first.
const ELEMENTS: &[(&str, Element)] = &[
    ("January", Element::LongMonth),
    ("Jan", Element::Month),
    ("Monday", Element::LongWeekday),
    ("Mon", Element::Weekday),
    ("MST", Element::Abbreviation),
    ("01", Element::ZeroMonth),
    ("02", Element::ZeroDay),
    ("03", Element::ZeroHour12),
    ("04", Element::ZeroMinute),
    ("05", Element::ZeroSecond),
    ("06", Element::Year),
    ("002", Element::ZeroYearDay),
    ("15", Element::Hour),
    ("1", Element::NumMonth),
    ("2006", Element::LongYear),
    ("2", Element::Day),
    ("_2", Element::UnderDay),
    ("__2", Element::UnderYearDay),
    ("3", Element::Hour12),
    ("4", Element::Minute),
    ("5", Element::Second),
    ("PM", Element::CapitalHalf),
    ("pm", Element::SmallHalf),
    ("-070000", offset(false, 3, false)),
    ("-07:00:00", offset(false, 3, true)),
    ("-0700", offset(false, 2, false)),
    ("-07:00", offset(false, 2, true)),
    ("-07", offset(false, 1, false)),
    ("Z070000", offset(true, 3, false)),
    ("Z07:00:00", offset(true, 3, true)),
    ("Z0700", offset(true, 2, false)),
    ("Z07:00", offset(true, 2, true)),
    ("Z07", offset(true, 1, false)),
];

/// A layout up to its first element, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// The text before the element; the whole layout if it has none.
    pub before: &'a str,
    /// The element, and how it stands there.
    pub element: Option<(Element, &'a str)>,
    /// What follows the element.
    pub after: &'a str,
}

/// Cuts a layout behind its first element.
pub fn next(layout: &str) -> Chunk<'_> {
    for at in 0..layout.len() {
        // Elements begin with ASCII, so these are borders of characters.
        if let Some((element, size)) = layout.get(at..).and_then(element_at) {
            return Chunk {
                before: &layout[..at],
                element: Some((element, &layout[at..at + size])),
                after: &layout[at + size..],
            };
        }
    }
    Chunk {
        before: layout,
        element: None,
        after: "",
    }
}

/// The element that a layout begins with, and its length.
fn element_at(layout: &str) -> Option<(Element, usize)> {
    let next = |at: usize| layout.as_bytes().get(at).copied();
    // An underscore before a year is only an underscore.
    if layout.starts_with("_2006") {
        return None;
    }
    if let Some(separator @ ('.' | ',')) = layout.chars().next() {
        let digit = next(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
        let digits = layout[1..].bytes().take_while(|one| *one == digit).count();
        if next(1 + digits).is_some_and(|one| one.is_ascii_digit()) {
            return None;
        }
        let fraction = Element::Fraction {
            trimmed: digit == b'9',
            digits,
            separator,
        };
        return Some((fraction, 1 + digits));
    }
    for (text, element) in ELEMENTS {
        if !layout.starts_with(text) {
            continue;
        }
        // `Month` and `January` do not begin with short names.
        let is_short_name = matches!(element, Element::Month | Element::Weekday);
        if is_short_name && next(3).is_some_and(|one| one.is_ascii_lowercase()) {
            continue;
        }
        return Some((*element, text.len()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(mut layout: &str) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            let chunk = next(layout);
            found.push(chunk.before.to_owned());
            let Some((_, text)) = chunk.element else {
                return found;
            };
            found.push(text.to_owned());
            layout = chunk.after;
        }
    }

    #[test]
    fn the_longest_name_of_an_element_is_found() {
        assert_eq!(
            elements("Monday Months Jan 2006-01-2,999 .9x5"),
            [
                "", "Monday", " Months ", "Jan", " ", "2006", "-", "01", "-", "2", "", ",999", " ",
                ".9", "x", "5", ""
            ]
        );
        assert_eq!(elements("_2006.990"), ["_", "2006", ".990"]);
        assert_eq!(
            elements("Z07:00:00Z0700é-07"),
            ["", "Z07:00:00", "", "Z0700", "é", "-07", ""]
        );
    }
}
