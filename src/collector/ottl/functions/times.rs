//! Times and spans of time: their parts, to and from numbers. `Now` is told by the scene.

pub mod span;

use std::rc::Rc;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Moment;
use crate::collector::ottl::val::Val;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::duration;
use super::arguments::int;
use super::arguments::moment;
use super::arguments::of_text;
use super::dates::civil::Civil;
use super::dates::writing;

const TIME: &[Param] = &[Param::new("Time", Kind::Time)];
const SPAN: &[Param] = &[Param::new("Duration", Kind::Duration)];

const SECOND: i128 = 1_000_000_000;

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter("Year", TIME, |args| part(args, |civil| civil.year)).since(102),
    Function::converter("Month", TIME, |args| part(args, |civil| civil.month)).since(102),
    Function::converter("Day", TIME, |args| part(args, |civil| civil.day)).since(102),
    Function::converter("Hour", TIME, |args| part(args, |civil| civil.hour)),
    Function::converter("Minute", TIME, |args| part(args, |civil| civil.minute)).since(102),
    Function::converter("Second", TIME, |args| part(args, |civil| civil.second)).since(118),
    Function::converter("Nanosecond", TIME, |args| {
        part(args, |civil| civil.nanosecond)
    })
    .since(118),
    Function::converter("Weekday", TIME, |args| part(args, |civil| civil.weekday)).since(121),
    Function::converter("UnixSeconds", TIME, |args| unix_in(args, SECOND)),
    Function::converter("UnixMilli", TIME, |args| unix_in(args, 1_000_000)),
    Function::converter("UnixMicro", TIME, |args| unix_in(args, 1_000)),
    Function::converter("UnixNano", TIME, |args| unix_in(args, 1)),
    Function::converter(
        "Unix",
        &[
            Param::new("Seconds", Kind::Int),
            Param::optional("Nanoseconds", Kind::Int),
        ],
        unix,
    ),
    Function::converter("Hours", SPAN, |args| span_in(args, 3_600 * SECOND as i64)),
    Function::converter("Minutes", SPAN, |args| span_in(args, 60 * SECOND as i64)),
    Function::converter("Seconds", SPAN, |args| span_in(args, SECOND as i64)),
    Function::converter("Milliseconds", SPAN, |args| whole_span_in(args, 1_000_000)),
    Function::converter("Microseconds", SPAN, |args| whole_span_in(args, 1_000)),
    Function::converter("Nanoseconds", SPAN, |args| whole_span_in(args, 1)),
    Function::converter(
        "Duration",
        &[Param::new("Duration", Kind::Str)],
        |mut args| {
            of_text(args.getter("Duration")?, |text| {
                span::parse(text).map(Val::Duration)
            })
        },
    ),
    Function::converter(
        "TruncateTime",
        &[
            Param::new("Time", Kind::Time),
            Param::new("Duration", Kind::Duration),
        ],
        truncate,
    ),
    Function::converter("Now", &[], |_| {
        call(|scene| Ok(Val::Time(Rc::new(Moment::utc(i128::from(scene.now_ns))))))
    }),
    // Placeholders: see `is_nondeterministic`.
    Function::converter("UUID", &[], |_| {
        call(|_| Ok(Val::from("00000000-0000-4000-8000-000000000000")))
    }),
    Function::converter("UUIDv7", &[], |_| {
        call(|_| Ok(Val::from("00000000-0000-7000-8000-000000000000")))
    })
    .since(132),
];

/// A moment as Go's `Time.String` writes it.
pub fn shown(moment: &Moment) -> String {
    writing::write(moment, writing::STRING)
}

fn part(mut args: Args, read: fn(Civil) -> i64) -> Built {
    let time = args.getter("Time")?;
    call(move |scene| Ok(Val::Int(read(Civil::of(&*moment(time.as_ref(), scene)?)))))
}

fn unix_in(mut args: Args, unit: i128) -> Built {
    let time = args.getter("Time")?;
    call(move |scene| {
        // Go's numbers wrap around, as these do.
        let ns = moment(time.as_ref(), scene)?.ns;
        Ok(Val::Int(ns.div_euclid(unit) as i64))
    })
}

fn unix(mut args: Args) -> Built {
    let (seconds, nanos) = (args.getter("Seconds")?, args.optional("Nanoseconds"));
    call(move |scene| {
        let seconds = int(seconds.as_ref(), scene)?;
        let nanos = match &nanos {
            Some(nanos) => int(nanos.as_ref(), scene)?,
            None => 0,
        };
        let ns = i128::from(seconds) * SECOND + i128::from(nanos);
        Ok(Val::Time(Rc::new(Moment::utc(ns))))
    })
}

/// A span in a unit, as Go divides: the whole part and the rest one by one.
fn span_in(mut args: Args, unit: i64) -> Built {
    let span = args.getter("Duration")?;
    call(move |scene| {
        let ns = duration(span.as_ref(), scene)?;
        Ok(Val::Float(
            (ns / unit) as f64 + (ns % unit) as f64 / unit as f64,
        ))
    })
}

fn whole_span_in(mut args: Args, unit: i64) -> Built {
    let span = args.getter("Duration")?;
    call(move |scene| Ok(Val::Int(duration(span.as_ref(), scene)? / unit)))
}

fn truncate(mut args: Args) -> Built {
    /// From the year 1, where Go counts from, to 1970.
    const TO_1970: i128 = 62_135_596_800 * SECOND;
    let (time, span) = (args.getter("Time")?, args.getter("Duration")?);
    call(move |scene| {
        let time = moment(time.as_ref(), scene)?;
        let span = i128::from(duration(span.as_ref(), scene)?);
        if span <= 0 {
            return Ok(Val::Time(time));
        }
        let ns = time.ns - (time.ns + TO_1970).rem_euclid(span);
        Ok(Val::Time(Rc::new(time.moved_to(ns))))
    })
}
