//! A day, as `2027-01-31`.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// A day of the Gregorian calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u32,
    month: u32,
    day: u32,
}

/// The text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADate;

const DAYS_OF_MONTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

impl Date {
    /// The day that `time` falls on; the first of 1970 for anything before.
    pub fn of(time: SystemTime) -> Self {
        let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let mut days = u32::try_from(since_1970.as_secs() / SECONDS_OF_A_DAY).unwrap_or(u32::MAX);
        let mut date = Self { year: 1970, month: 1, day: 1 };
        while days >= days_of_year(date.year) {
            days -= days_of_year(date.year);
            date.year += 1;
        }
        while days >= days_of_month(date.year, date.month) {
            days -= days_of_month(date.year, date.month);
            date.month += 1;
        }
        date.day += days;
        date
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let mut numbers = text.split('-').map(str::parse);
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
            (numbers.next(), numbers.next(), numbers.next(), numbers.next())
        else {
            return Err(NotADate);
        };
        let date = Self { year, month, day };
        let is_a_day = (1..=days_of_month(year, month)).contains(&day);
        if is_a_day && date.to_string() == text { Ok(date) } else { Err(NotADate) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_of_year(year: u32) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

/// 0 where there is no such month.
fn days_of_month(year: u32, month: u32) -> u32 {
    let days = month.checked_sub(1).and_then(|at| DAYS_OF_MONTHS.get(at as usize)).copied().unwrap_or(0);
    if month == 2 && is_leap(year) { days + 1 } else { days }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_nonsense_is_refused() {
        assert_eq!("2028-02-29".parse::<Date>().unwrap().to_string(), "2028-02-29");
        for text in ["2027-02-29", "2027-13-01", "2027-00-01", "2027-1-31", "27-01-0031", "soon", "2027-01-31-01"] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
        assert!("2027-01-31".parse::<Date>().unwrap() < "2027-02-01".parse().unwrap());
    }

    #[test]
    fn a_time_falls_on_its_day() {
        let on = |seconds| Date::of(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
        assert_eq!(on(0), "1970-01-01");
        assert_eq!(on(951_782_400), "2000-02-29");
        assert_eq!(on(1_798_761_599), "2026-12-31");
        assert_eq!(on(1_798_761_600), "2027-01-01");
    }
}
