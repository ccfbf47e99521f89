//! `Time` and `FormatTime`: texts to times and back, by formats of `strptime`
//! (`internal/coreinternal/timeutils`).

pub mod civil;
pub mod layout;
pub mod locale;
pub mod reading;
pub mod strptime;
pub mod writing;

use std::rc::Rc;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Moment;
use crate::collector::ottl::val::Val;
use crate::collector::ottl::zone::Zone;
use crate::collector::version::Version;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::moment;
use super::arguments::text;

use civil::Civil;
use locale::Edition;
use locale::Locale;
use reading::Misread;
use strptime::Format;

/// `%s` has nine digits (`ctimefmt.go` of 0.130.0).
const NINE: u16 = 130;

/// A zone that the text does not name is kept, whatever its offset (`parser.go` of 0.152.0).
const KEEPS_ZONE: u16 = 152;

/// Formats are checked, and read in several ways (`ctimefmt.go` of 0.155.0).
const FLEXIBLE: u16 = 155;

/// lunes 0.2.0 (`internal/coreinternal/go.mod` of 0.141.0).
const CLDR_48: u16 = 141;

/// lunes 0.2.2 (`internal/coreinternal/go.mod` of 0.154.0).
const CLOCKS: u16 = 154;

/// A text is of this year or of the last if it says none; from so far ahead on it is of the last.
const AHEAD: i128 = 7 * 86_400 * 1_000_000_000;

const TIME: Param = Param::new("Time", Kind::Str);
const FORMAT: Param = Param::new("Format", Kind::LitStr);
const LOCATION: Param = Param::optional("Location", Kind::LitStr);
const LOCALE: Param = Param::optional("Locale", Kind::LitStr);

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter("Time", &[TIME, FORMAT], time).until(101),
    Function::converter("Time", &[TIME, FORMAT, LOCATION], time)
        .since(101)
        .until(110),
    Function::converter("Time", &[TIME, FORMAT, LOCATION, LOCALE], time).since(110),
    Function::converter(
        "FormatTime",
        &[Param::new("Time", Kind::Time), FORMAT],
        format_time,
    )
    .since(118),
];

/// The format of a call.
fn format(args: &mut Args) -> Result<Format, String> {
    let format = args.text("Format").unwrap_or_default();
    if format.is_empty() {
        return Err("format cannot be nil".to_owned());
    }
    if args.version.is_from(FLEXIBLE) {
        strptime::ensure_valid(&format)?;
    }
    Format::new(&format, args.version.is_from(NINE))
}

fn format_time(mut args: Args) -> Built {
    let layout = format(&mut args)?.layout();
    let time = args.getter("Time")?;
    call(move |scene| {
        let moment = moment(time.as_ref(), scene)?;
        Ok(Val::from(writing::write(&moment, &layout)))
    })
}

/// How one call reads.
struct Reader {
    format: Format,
    /// The layout of Go that the format is.
    layout: String,
    zone: Zone,
    locale: Option<Locale>,
    version: Version,
}

fn time(mut args: Args) -> Built {
    let format = format(&mut args)?;
    let location = args.text("Location").unwrap_or_default();
    let version = args.version;
    let edition = match version {
        version if version.is_from(CLOCKS) => Edition::Clocks,
        version if version.is_from(CLDR_48) => Edition::Cldr48,
        _ => Edition::Cldr45,
    };
    let locale = match args.text("Locale") {
        Some(tag) => Some(Locale::named(&tag, edition)?),
        None => None,
    };
    let reader = Reader {
        layout: format.layout(),
        format,
        zone: Zone::load(&location)?,
        locale,
        version,
    };
    let time = args.getter("Time")?;
    call(move |scene| {
        let text = text(time.as_ref(), scene)?;
        if text.is_empty() {
            return Err("time cannot be nil".to_owned());
        }
        let now = i128::from(scene.now_ns);
        let moment = reader
            .read(text.as_bytes(), now)
            .map_err(|misread| explain(&misread, &text))?;
        Ok(Val::Time(Rc::new(moment)))
    })
}

fn explain(misread: &Misread, text: &str) -> String {
    match misread {
        Misread::Part { why: Some(why), .. } => format!("parsing time {text:?}: {why}"),
        Misread::Part { element, rest, .. } => {
            format!("parsing time {text:?}: cannot parse {rest:?} as {element:?}")
        }
        Misread::Name { element } => {
            format!("value {text:?} does not match the layout element {element:?}")
        }
        Misread::Other(why) => why.clone(),
        Misread::Crash => {
            format!("the time {text:?}, on which the Collector of this release crashes or hangs")
        }
    }
}

impl Reader {
    fn read(&self, text: &[u8], now: i128) -> Result<Moment, Misread> {
        let read = |layout: &str| match &self.locale {
            Some(locale) => self.read_english(layout, &locale.translate(layout, text)?, now),
            None => self.read_english(layout, text, now),
        };
        // The library also remembers the layout that fitted last, and tries it first: the same but for speed.
        if self.version.is_from(FLEXIBLE) {
            self.format.search(&read)
        } else {
            read(&self.layout)
        }
    }

    /// Reads, and looks an abbreviation up that the zone does not know.
    fn read_english(&self, layout: &str, text: &[u8], now: i128) -> Result<Moment, Misread> {
        let moment = reading::read(layout, text, &self.zone)?;
        let is_own =
            self.version.is_from(KEEPS_ZONE) && moment.zone == self.zone.moment(moment.ns).zone;
        if moment.offset != 0 || moment.zone.as_str() == "UTC" || is_own {
            return Ok(with_year(moment, now));
        }
        let zone = Zone::load(&moment.zone).map_err(Misread::Other)?;
        let again = reading::read(layout, text, &zone);
        Ok(with_year(again.unwrap_or(moment), now))
    }
}

/// Gives a year to a moment that has none: this one, or the last if it would be ahead.
fn with_year(moment: Moment, now: i128) -> Moment {
    let civil = Civil::of(&moment);
    if civil.year > 0 {
        return moment;
    }
    let zone = Zone::of(&moment);
    let in_year = |year: i64| {
        let shown = Civil { year, ..civil }.seconds();
        let second = i128::from(zone.second_of(shown));
        zone.moment(second * 1_000_000_000 + i128::from(civil.nanosecond))
    };
    let this = Civil::of(&Moment::utc(now)).year;
    let dated = in_year(this);
    if dated.ns > now + AHEAD {
        return in_year(this - 1);
    }
    dated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(version: &str, format: &str, text: &str, now: i128) -> Result<Moment, Misread> {
        let version: Version = version.parse().unwrap();
        let format = Format::new(format, version.is_from(NINE)).unwrap();
        let reader = Reader {
            layout: format.layout(),
            format,
            zone: Zone::Utc,
            locale: None,
            version,
        };
        reader.read(text.as_bytes(), now)
    }

    fn shown(moment: &Moment) -> String {
        writing::write(moment, writing::STRING)
    }

    #[test]
    fn a_time_without_a_year_is_of_this_one_or_of_the_last() {
        // 2026-01-02.
        let now = 1_767_312_000 * 1_000_000_000;
        let year = |text| shown(&read("0.118.0", "%b %d", text, now).unwrap());
        assert_eq!(year("Jan 08"), "2026-01-08 00:00:00 +0000 UTC");
        assert_eq!(year("Jan 09"), "2026-01-09 00:00:00 +0000 UTC");
        assert_eq!(year("Jan 10"), "2025-01-10 00:00:00 +0000 UTC");
    }

    #[test]
    fn later_releases_take_numbers_of_one_digit_and_any_offset() {
        let read = |version, text| read(version, "%Y-%m-%d %H:%M:%S %z", text, 0);
        for text in ["2019-1-2 3:4:5 Z", "2019-01-02 3:04:05 +00:00"] {
            assert!(read("0.154.0", text).is_err(), "{text}");
            let moment = read("0.155.0", text).unwrap();
            assert_eq!(shown(&moment), "2019-01-02 03:04:05 +0000 UTC");
        }
    }

    #[test]
    fn what_crashes_the_collector_is_an_error_that_says_so() {
        let read = |version| read(version, "%Y-%m-%d", "2023-02-30", 0);
        assert_eq!(read("0.155.0"), Err(Misread::Crash));
        assert!(matches!(read("0.154.0"), Err(Misread::Part { .. })));
    }

    #[test]
    fn what_the_collector_never_finishes_reading_is_an_error_too() {
        // The first month does not fit, and the second is blamed for it, of which the library sees no difference.
        assert_eq!(
            read("0.155.0", "%m/%d %m", "\t1/2 3", 0),
            Err(Misread::Crash)
        );
    }
}
