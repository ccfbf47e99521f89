//! A text read by a layout of Go, as its `time.ParseInLocation` does, byte by byte.

use crate::collector::ottl::val::Moment;
use crate::collector::ottl::zone::Zone;

use super::civil::Civil;
use super::civil::DAYS;
use super::civil::MONTHS;
use super::civil::days_in;
use super::civil::is_leap;
use super::layout;
use super::layout::Element;
use super::layout::Offset;

const SECOND: i128 = 1_000_000_000;

/// Go's placeholder for an offset that was not read; it is an offset of one second west too.
const NO_OFFSET: i32 = -1;

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misread {
    /// A part of it: Go's `ParseError`.
    Part {
        /// The element of the layout, or the text in it, that was looked for; empty for the time as a whole.
        element: String,
        /// What was found instead, up to the end.
        rest: String,
        /// What is wrong with it, if it is not only something else.
        why: Option<String>,
    },
    /// A name of a month or the like that the locale has not.
    Name {
        /// The element of the layout.
        element: String,
    },
    /// Another reason.
    Other(String),
    /// The Collector itself crashes there, or never gets to an end.
    Crash,
}

/// What is read of a text so far.
struct Reader<'a> {
    /// What is left of it.
    rest: &'a [u8],
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    /// Whether the hour is after noon, if that was said.
    afternoon: Option<bool>,
    is_utc: bool,
    offset: i32,
    abbreviation: String,
}

/// Why an element is not read.
enum Fault {
    /// There is something else.
    Else,
    /// It is out of range.
    Range(&'static str),
}

/// Reads a text by a layout; what says no zone is in `zone`.
///
/// # Errors
/// The text is not one of the layout, or no time.
pub fn read(layout: &str, text: &[u8], zone: &Zone) -> Result<Moment, Misread> {
    let mut reader = Reader::new(text);
    let mut left = layout;
    loop {
        let chunk = layout::next(left);
        let skipped = reader.skip(chunk.before.as_bytes());
        if skipped.is_err() {
            return Err(reader.misread(chunk.before, None));
        }
        let Some((element, text)) = chunk.element else {
            if reader.rest.is_empty() {
                return reader.finish(zone);
            }
            let extra = format!("extra text: {}", shown(reader.rest));
            return Err(reader.misread("", Some(&extra)));
        };
        let before = reader.rest;
        let follows = layout::next(chunk.after).element;
        match reader.take(element, follows.map(|(element, _)| element)) {
            Ok(()) => {}
            Err(Fault::Range(what)) => {
                return Err(reader.misread(text, Some(&format!("{what} out of range"))));
            }
            Err(Fault::Else) => {
                reader.rest = before;
                return Err(reader.misread(text, None));
            }
        }
        left = chunk.after;
    }
}

/// Bytes in a message.
fn shown(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            year: 0,
            month: None,
            day: None,
            year_day: None,
            hour: 0,
            minute: 0,
            second: 0,
            nanosecond: 0,
            afternoon: None,
            is_utc: false,
            offset: NO_OFFSET,
            abbreviation: String::new(),
        }
    }

    fn misread(&self, element: &str, why: Option<&str>) -> Misread {
        Misread::Part {
            element: element.to_owned(),
            rest: String::from_utf8_lossy(self.rest).into_owned(),
            why: why.map(str::to_owned),
        }
    }

    /// Passes over the text of a layout; blanks there are any number of blanks, also none at the end.
    fn skip(&mut self, mut text: &[u8]) -> Result<(), Fault> {
        while let Some((&first, after)) = text.split_first() {
            if first == b' ' {
                if self.rest.first().is_some_and(|one| *one != b' ') {
                    return Err(Fault::Else);
                }
                text = without_blanks(text);
                self.rest = without_blanks(self.rest);
                continue;
            }
            if self.rest.first() != Some(&first) {
                return Err(Fault::Else);
            }
            text = after;
            self.rest = &self.rest[1..];
        }
        Ok(())
    }

    fn take(&mut self, element: Element, follows: Option<Element>) -> Result<(), Fault> {
        match element {
            Element::Year => {
                let digits = self.bytes(2)?;
                let year = signed(digits).ok_or(Fault::Else)?;
                self.year = year + if year >= 69 { 1_900 } else { 2_000 };
            }
            Element::LongYear => {
                if !self.digit_at(0) {
                    return Err(Fault::Else);
                }
                self.year = signed(self.bytes(4)?).ok_or(Fault::Else)?;
            }
            Element::Month => self.month = Some(self.name(&MONTHS, 3)? + 1),
            Element::LongMonth => self.month = Some(self.name(&MONTHS, usize::MAX)? + 1),
            Element::NumMonth | Element::ZeroMonth => {
                let month = self.number(element == Element::ZeroMonth)?;
                ensure((1..=12).contains(&month), "month")?;
                self.month = Some(month);
            }
            // Days of the week are checked, and not used.
            Element::Weekday => drop(self.name(&DAYS, 3)?),
            Element::LongWeekday => drop(self.name(&DAYS, usize::MAX)?),
            Element::Day | Element::UnderDay | Element::ZeroDay => {
                if element == Element::UnderDay {
                    self.blank();
                }
                self.day = Some(self.number(element == Element::ZeroDay)?);
            }
            Element::UnderYearDay | Element::ZeroYearDay => {
                if element == Element::UnderYearDay {
                    self.blank();
                    self.blank();
                }
                self.year_day = Some(self.number3(element == Element::ZeroYearDay)?);
            }
            Element::Hour => {
                self.hour = self.number(false)?;
                ensure(self.hour < 24, "hour")?;
            }
            Element::Hour12 | Element::ZeroHour12 => {
                self.hour = self.number(element == Element::ZeroHour12)?;
                ensure(self.hour <= 12, "hour")?;
            }
            Element::Minute | Element::ZeroMinute => {
                self.minute = self.number(element == Element::ZeroMinute)?;
                ensure(self.minute < 60, "minute")?;
            }
            Element::Second | Element::ZeroSecond => {
                self.second = self.number(element == Element::ZeroSecond)?;
                ensure(self.second < 60, "second")?;
                // A fraction is read even if the layout has none.
                if !matches!(follows, Some(Element::Fraction { .. })) && self.fraction_follows() {
                    self.fraction(None)?;
                }
            }
            Element::CapitalHalf => self.half([b"AM", b"PM"])?,
            Element::SmallHalf => self.half([b"am", b"pm"])?,
            Element::Offset(how) => self.offset(how)?,
            Element::Abbreviation => {
                if self.rest.starts_with(b"UTC") {
                    self.rest = &self.rest[3..];
                    self.is_utc = true;
                } else {
                    let size = abbreviation(self.rest).ok_or(Fault::Else)?;
                    let own = self.bytes(size)?;
                    self.abbreviation = String::from_utf8_lossy(own).into_owned();
                }
            }
            Element::Fraction {
                trimmed: false,
                digits,
                ..
            } => self.fraction(Some(digits))?,
            Element::Fraction { trimmed: true, .. } => {
                if self.fraction_follows() {
                    self.fraction(None)?;
                }
            }
        }
        Ok(())
    }

    /// The next bytes, taken.
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Fault::Else)?;
        self.rest = rest;
        Ok(taken)
    }

    fn digit_at(&self, at: usize) -> bool {
        self.rest.get(at).is_some_and(u8::is_ascii_digit)
    }

    /// Passes over one blank.
    fn blank(&mut self) {
        if let Some((b' ', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }

    /// A number of one or two digits, of two if `both`.
    fn number(&mut self, both: bool) -> Result<i64, Fault> {
        if !self.digit_at(0) || (both && !self.digit_at(1)) {
            return Err(Fault::Else);
        }
        let count = 1 + usize::from(self.digit_at(1));
        signed(self.bytes(count)?).ok_or(Fault::Else)
    }

    /// A number of up to three digits, of three if `all`.
    fn number3(&mut self, all: bool) -> Result<i64, Fault> {
        let count = (0..3).take_while(|at| self.digit_at(*at)).count();
        if count == 0 || (all && count != 3) {
            return Err(Fault::Else);
        }
        signed(self.bytes(count)?).ok_or(Fault::Else)
    }

    /// Which of the names, of which so many letters are written, in whatever case.
    fn name(&mut self, names: &[&str], letters: usize) -> Result<i64, Fault> {
        for (at, name) in names.iter().enumerate() {
            let name = &name.as_bytes()[..letters.min(name.len())];
            let own = self.rest.get(..name.len());
            if own.is_some_and(|own| own.eq_ignore_ascii_case(name)) {
                self.rest = &self.rest[name.len()..];
                return Ok(at as i64);
            }
        }
        Err(Fault::Else)
    }

    fn half(&mut self, halves: [&[u8; 2]; 2]) -> Result<(), Fault> {
        let own = self.bytes(2)?;
        let at = halves.iter().position(|half| *half == own);
        // Morning and afternoon may both be said; the afternoon counts.
        let afternoon = at.ok_or(Fault::Else)? == 1;
        self.afternoon = Some(afternoon || self.afternoon == Some(true));
        Ok(())
    }

    fn fraction_follows(&self) -> bool {
        matches!(self.rest.first(), Some(b'.' | b',')) && self.digit_at(1)
    }

    /// A separator and digits: so many, or as many as there are.
    fn fraction(&mut self, digits: Option<usize>) -> Result<(), Fault> {
        let count = match digits {
            Some(digits) => digits,
            None => (1..self.rest.len())
                .take_while(|at| self.digit_at(*at))
                .count(),
        };
        let own = self.bytes(1 + count)?;
        if !matches!(own[0], b'.' | b',') {
            return Err(Fault::Else);
        }
        // What is finer than a nanosecond is cut off.
        let own = &own[1..own.len().min(10)];
        let number = signed(own).ok_or(Fault::Else)?;
        ensure(number >= 0, "fractional second")?;
        self.nanosecond = number * 10_i64.pow((9 - own.len()) as u32);
        Ok(())
    }

    fn offset(&mut self, how: Offset) -> Result<(), Fault> {
        if how.letter && self.rest.first() == Some(&b'Z') {
            self.rest = &self.rest[1..];
            self.is_utc = true;
            return Ok(());
        }
        let step = 2 + usize::from(how.colons);
        let own = self
            .rest
            .get(..1 + 2 + step * (how.parts - 1))
            .ok_or(Fault::Else)?;
        let mut parts = [0; 3];
        for (at, part) in parts.iter_mut().enumerate().take(how.parts) {
            let start = 1 + step * at;
            if at > 0 && how.colons && own[start - 1] != b':' {
                return Err(Fault::Else);
            }
            let digits = &own[start..start + 2];
            if !digits.iter().all(u8::is_ascii_digit) {
                return Err(Fault::Else);
            }
            *part = signed(digits).ok_or(Fault::Else)? as i32;
        }
        let [hours, minutes, seconds] = parts;
        self.rest = &self.rest[own.len()..];
        ensure(hours <= 24, "time zone offset hour")?;
        ensure(minutes <= 60, "time zone offset minute")?;
        ensure(seconds <= 60, "time zone offset second")?;
        let offset = (hours * 60 + minutes) * 60 + seconds;
        self.offset = match own[0] {
            b'+' => offset,
            b'-' => -offset,
            _ => return Err(Fault::Else),
        };
        Ok(())
    }

    /// The moment that was read.
    fn finish(mut self, zone: &Zone) -> Result<Moment, Misread> {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        self.settle_year_day()?;
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if day < 1 || day > days_in(month, self.year) {
            return Err(self.misread("", Some("day out of range")));
        }
        let civil = Civil {
            year: self.year,
            month,
            day,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
            nanosecond: self.nanosecond,
            weekday: 0,
            year_day: 0,
        };
        let shown = civil.seconds();
        let ns = |second: i64| i128::from(second) * SECOND + i128::from(self.nanosecond);
        if self.is_utc {
            return Ok(Zone::Utc.moment(ns(shown)));
        }
        if self.offset != NO_OFFSET {
            let ns = ns(shown - i64::from(self.offset));
            let here = zone.moment(ns);
            let is_here = here.offset == self.offset
                && (self.abbreviation.is_empty() || here.zone.as_str() == self.abbreviation);
            if is_here {
                return Ok(here);
            }
            return Ok(Zone::Fixed(self.offset, self.abbreviation.into()).moment(ns));
        }
        if !self.abbreviation.is_empty() {
            if let Some(offset) = zone.offset_of(&self.abbreviation, shown) {
                return Ok(zone.moment(ns(shown - i64::from(offset))));
            }
            // An abbreviation that nobody knows is taken down, and the time counts as one of UTC, even with GMT+3.
            let hours = self.abbreviation.strip_prefix("GMT");
            let hours = hours.and_then(|hours| signed(hours.as_bytes()));
            let offset = hours.unwrap_or_default() as i32 * 3_600;
            return Ok(Zone::Fixed(offset, self.abbreviation.clone().into()).moment(ns(shown)));
        }
        Ok(zone.moment(ns(zone.second_of(shown))))
    }

    /// Makes month and day of the day of the year, if that was read.
    fn settle_year_day(&mut self) -> Result<(), Misread> {
        let Some(of_year) = self.year_day else {
            return Ok(());
        };
        let most = 365 + i64::from(is_leap(self.year));
        if of_year < 1 || of_year > most {
            return Err(self.misread("", Some("day-of-year out of range")));
        }
        let (mut month, mut day) = (1, of_year);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|own| own != month) {
            return Err(self.misread("", Some("day-of-year does not match month")));
        }
        if self.day.is_some_and(|own| own != day) {
            return Err(self.misread("", Some("day-of-year does not match day")));
        }
        (self.month, self.day) = (Some(month), Some(day));
        Ok(())
    }
}

fn ensure(holds: bool, what: &'static str) -> Result<(), Fault> {
    if holds {
        Ok(())
    } else {
        Err(Fault::Range(what))
    }
}

fn without_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|one| **one == b' ').count();
    &text[blanks..]
}

/// A number of digits alone, that may have a sign; none of no digits is 0, as in Go's `time.atoi`.
fn signed(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first() {
        Some((b'-', digits)) => (true, digits),
        Some((b'+', digits)) => (false, digits),
        _ => (false, text),
    };
    let mut number = 0_i64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number
            .checked_mul(10)?
            .checked_add(i64::from(digit - b'0'))?;
    }
    Some(if negative { -number } else { number })
}

/// How many bytes of a text look like the abbreviation of a zone (Go's `parseTimeZone`).
fn abbreviation(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(hours) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours(hours).unwrap_or_default());
    }
    if matches!(text[0], b'+' | b'-') {
        return signed_hours(text);
    }
    let capitals = text
        .iter()
        .take(6)
        .take_while(|one| one.is_ascii_uppercase());
    match capitals.count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// How many bytes are a sign and a number of hours up to 23.
fn signed_hours(text: &[u8]) -> Option<usize> {
    let (sign, digits) = text.split_first()?;
    let count = digits.iter().take_while(|one| one.is_ascii_digit()).count();
    if !matches!(sign, b'+' | b'-') || count == 0 {
        return None;
    }
    signed(&digits[..count])
        .filter(|hours| *hours <= 23)
        .map(|_| 1 + count)
}
