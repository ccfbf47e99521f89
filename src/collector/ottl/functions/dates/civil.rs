//! Dates and times of day, of any year, in the calendar that Go counts by.

use crate::collector::ottl::val::Moment;

const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

/// From 1970 back to the first of March of the year 0: years that begin in March end with the leap day.
const TO_MARCH_0: i64 = 719_468;

/// Days of 400 years.
const ERA: i64 = 146_097;

/// The names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The names of the days, from Sunday.
pub const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// What clock and calendar of its zone show at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year; that before the year 1 is 0.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// Below a billion.
    pub nanosecond: i64,
    /// 0 is Sunday.
    pub weekday: i64,
    /// 1 is the first of January.
    pub year_day: i64,
}

impl Civil {
    /// What they show at `moment`.
    pub fn of(moment: &Moment) -> Self {
        let ns = moment.ns + i128::from(moment.offset) * SECOND;
        let seconds = ns.div_euclid(SECOND) as i64;
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let shifted = days + TO_MARCH_0;
        let (era, day_of_era) = (shifted.div_euclid(ERA), shifted.rem_euclid(ERA));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Months from March on have 31, 30, 31, 30, 31 days again and again: 153 days for five.
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = (from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year,
            month,
            day,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
            nanosecond: ns.rem_euclid(SECOND) as i64,
            weekday: (days + 4).rem_euclid(7),
            year_day: days - days_to(year, 1, 1) + 1,
        }
    }

    /// The seconds from 1970 to what they show, were it UTC. A day beyond the month is one of the next.
    pub fn seconds(&self) -> i64 {
        let days = days_to(self.year, self.month, 1) + self.day - 1;
        days * DAY + self.hour * 3_600 + self.minute * 60 + self.second
    }
}

/// Days from 1970 to a date.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA + day_of_era - TO_MARCH_0
}

/// Whether a year has 366 days.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days of a month, 1 to 12.
pub fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_six_centuries_comes_back_and_follows_the_one_before() {
        let first = days_to(-200, 1, 1);
        let mut before: Option<Civil> = None;
        for day in first..days_to(400, 1, 1) {
            let civil = Civil::of(&Moment::utc(i128::from(day * DAY) * SECOND));
            assert_eq!(civil.seconds(), day * DAY);
            if let Some(before) = before {
                assert_eq!(civil.weekday, (before.weekday + 1) % 7);
                let new_month = before.day == days_in(before.month, before.year);
                assert_eq!(civil.day, if new_month { 1 } else { before.day + 1 });
                let new_year = new_month && before.month == 12;
                assert_eq!(
                    civil.year_day,
                    if new_year { 1 } else { before.year_day + 1 }
                );
            }
            before = Some(civil);
        }
    }
}
