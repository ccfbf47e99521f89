//! A moment written by a layout of Go, as its `Time.Format` does.

use std::fmt::Write as _;

use crate::collector::ottl::val::Moment;

use super::civil::Civil;
use super::civil::DAYS;
use super::civil::MONTHS;
use super::layout;
use super::layout::Element;
use super::layout::Offset;

/// How `Time.String` writes a time.
pub const STRING: &str = "2006-01-02 15:04:05.999999999 -0700 MST";

/// With as many digits of a second as are needed.
pub const RFC_3339: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// The moment by a layout.
pub fn write(moment: &Moment, mut layout: &str) -> String {
    let civil = Civil::of(moment);
    let mut out = String::with_capacity(layout.len() + 10);
    loop {
        let chunk = layout::next(layout);
        out.push_str(chunk.before);
        let Some((element, _)) = chunk.element else {
            return out;
        };
        write_element(&mut out, element, &civil, moment);
        layout = chunk.after;
    }
}

fn write_element(out: &mut String, element: Element, civil: &Civil, moment: &Moment) {
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at)
            .ok()
            .and_then(|at| names.get(at).copied())
    };
    let month = name(&MONTHS, civil.month - 1).unwrap_or_default();
    let weekday = name(&DAYS, civil.weekday).unwrap_or_default();
    let hour12 = match civil.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let half = usize::from(civil.hour >= 12);
    let written = match element {
        Element::LongMonth => write!(out, "{month}"),
        Element::Month => write!(out, "{}", &month[..3]),
        Element::NumMonth => write!(out, "{}", civil.month),
        Element::ZeroMonth => write!(out, "{:02}", civil.month),
        Element::LongWeekday => write!(out, "{weekday}"),
        Element::Weekday => write!(out, "{}", &weekday[..3]),
        Element::Day => write!(out, "{}", civil.day),
        Element::UnderDay => write!(out, "{:2}", civil.day),
        Element::ZeroDay => write!(out, "{:02}", civil.day),
        Element::UnderYearDay => write!(out, "{:3}", civil.year_day),
        Element::ZeroYearDay => write!(out, "{:03}", civil.year_day),
        Element::Hour => write!(out, "{:02}", civil.hour),
        Element::Hour12 => write!(out, "{hour12}"),
        Element::ZeroHour12 => write!(out, "{hour12:02}"),
        Element::Minute => write!(out, "{}", civil.minute),
        Element::ZeroMinute => write!(out, "{:02}", civil.minute),
        Element::Second => write!(out, "{}", civil.second),
        Element::ZeroSecond => write!(out, "{:02}", civil.second),
        // The digits are as many as below zero there is no sign: -007 is -0007 in Go.
        Element::LongYear if civil.year < 0 => write!(out, "-{:04}", -civil.year),
        Element::LongYear => write!(out, "{:04}", civil.year),
        Element::Year => write!(out, "{:02}", civil.year.abs() % 100),
        Element::CapitalHalf => write!(out, "{}", ["AM", "PM"][half]),
        Element::SmallHalf => write!(out, "{}", ["am", "pm"][half]),
        Element::Abbreviation if moment.zone.is_empty() => {
            write_offset(out, offset_in(2), moment.offset);
            Ok(())
        }
        Element::Abbreviation => write!(out, "{}", moment.zone),
        Element::Offset(offset) if offset.letter && moment.offset == 0 => write!(out, "Z"),
        Element::Offset(offset) => {
            write_offset(out, offset, moment.offset);
            Ok(())
        }
        Element::Fraction {
            trimmed,
            digits,
            separator,
        } => {
            let all = format!("{:09}", civil.nanosecond);
            let kept = &all[..digits.min(all.len())];
            let kept = if trimmed {
                kept.trim_end_matches('0')
            } else {
                kept
            };
            match kept {
                "" => Ok(()),
                _ => write!(out, "{separator}{kept}"),
            }
        }
    };
    // Writing to a text cannot fail.
    debug_assert!(written.is_ok());
}

/// Hours, or hours and minutes, without colons.
fn offset_in(parts: usize) -> Offset {
    Offset {
        letter: false,
        parts,
        colons: false,
    }
}

fn write_offset(out: &mut String, how: Offset, offset: i32) {
    // An offset of less than a minute west counts as one of none, and so does its sign.
    let sign = if offset / 60 < 0 { '-' } else { '+' };
    let colon = if how.colons { ":" } else { "" };
    let size = if offset / 60 < 0 { -offset } else { offset };
    let minutes = (offset / 60).abs();
    let _ = write!(out, "{sign}{:02}", minutes / 60);
    if how.parts >= 2 {
        let _ = write!(out, "{colon}{:02}", minutes % 60);
    }
    if how.parts >= 3 {
        let _ = write!(out, "{colon}{:02}", size % 60);
    }
}
