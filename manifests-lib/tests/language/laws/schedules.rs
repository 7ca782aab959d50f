//! Schedules: the rules a second time, with the means of the standard library that a compile-time check does not have.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use manifests_lib::values::{Schedule, TimeZone};
use proptest::prelude::*;

const MACROS: [&str; 7] =
    ["@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly"];

fn names(field: usize) -> Vec<&'static str> {
    match field {
        3 => "- JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(' ').collect(),
        4 => "SUN MON TUE WED THU FRI SAT".split(' ').collect(),
        _ => Vec::new(),
    }
}

fn bounds(field: usize) -> RangeInclusive<usize> {
    [0..=59, 0..=23, 1..=31, 1..=12, 0..=6][field].clone()
}

/// A number, without its sign, or a name.
fn number(text: &str, names: &[&str]) -> Option<usize> {
    let position = names.iter().position(|it| *it != "-" && it.eq_ignore_ascii_case(text));
    let digits = !text.is_empty() && text.chars().all(|it| it.is_ascii_digit()) && text.len() <= 3;
    position.or_else(|| digits.then(|| text.parse().ok()).flatten())
}

/// The numbers of a field, and whether one of its parts is `*`.
fn field(text: &str, index: usize) -> Option<(BTreeSet<usize>, bool)> {
    let (bounds, names) = (bounds(index), names(index));
    let (mut numbers, mut any) = (BTreeSet::new(), false);
    for part in text.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(a, b)| (a, Some(b)));
        let by = step.map_or(Some(1), |step| number(step, &[])).filter(|by| *by > 0)?;
        let (low, high) = match range.split_once('-') {
            None if range == "*" || range == "?" => {
                any |= by == 1;
                (*bounds.start(), *bounds.end())
            }
            None => {
                let low = number(range, &names)?;
                (low, if step.is_some() { *bounds.end() } else { low })
            }
            Some((low, high)) => (number(low, &names)?, number(high, &names)?),
        };
        if low > high || !bounds.contains(&low) || !bounds.contains(&high) {
            return None;
        }
        numbers.extend((low..=high).step_by(by));
    }
    Some((numbers, any))
}

fn schedule(text: &str) -> bool {
    if MACROS.contains(&text) {
        return true;
    }
    let parts: Vec<&str> = text.split(' ').collect();
    let fields: Vec<_> =
        parts.iter().enumerate().take(5).filter_map(|(index, part)| field(part, index)).collect();
    let [_, _, (days, _), (months, _), (_, any_day_of_week)] = fields.as_slice() else {
        return false;
    };
    let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let exists = months.iter().any(|month| days.iter().any(|day| *day <= longest[month - 1]));
    parts.len() == 5 && (exists || !any_day_of_week)
}

/// What looks like a field.
const FIELD: &str = r"((\*|\?|[0-9]{1,2}|[1-9]-[1-9]|JAN|feb|FRI|MON-FRI)(/[0-9]{1,2})?,?){1,2}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn a_schedule_is_what_cron_takes(fields in prop::collection::vec(FIELD, 4..7)) {
        let text = fields.join(" ");
        prop_assert_eq!(Schedule::new(&*text).is_ok(), schedule(&text), "{}", text);
    }

    #[test]
    fn a_date_is_one_that_a_month_has(day in 0..40, months in prop::collection::vec(1..13, 1..3), step in 1..3) {
        let months: Vec<String> = months.iter().map(ToString::to_string).collect();
        let text = format!("0 0 {day} {} */{step}", months.join(","));
        prop_assert_eq!(Schedule::new(&*text).is_ok(), schedule(&text), "{}", text);
    }

    #[test]
    fn any_text_is_a_schedule_or_not(text in ".{0,20}|@[a-z]{4,8}|[-0-9*/, ]{5,20}") {
        prop_assert_eq!(Schedule::new(&*text).is_ok(), schedule(&text), "{}", text);
    }
}

#[test]
fn what_people_write_is_taken() {
    for text in [
        "17 3 * * *",
        "*/15 * * * *",
        "0 8-18/2 * * MON-FRI",
        "0 0 1,15 JAN,jul ?",
        "5/20 0 29 2 *",
        "0 0 30 2 MON",
        "@hourly",
    ] {
        assert!(Schedule::new(text).is_ok(), "{text}");
    }
    for text in [
        "Africa/Abidjan",
        "Europe/Berlin",
        "America/Argentina/Buenos_Aires",
        "Etc/UTC",
        "Etc/GMT+1",
        "Pacific/Yap",
    ] {
        assert!(TimeZone::new(text).is_ok(), "{text}");
    }
}

#[test]
fn what_never_happens_or_nobody_reads_is_refused() {
    for text in [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 7",
        "*/0 * * * *",
        "5-1 * * * *",
        "*  * * * *",
        "* * * * *,",
        "0 0 31 2 *",
        "0 0 30 FEB *",
        "0 0 31 4,6,9,11 *",
        "@every 1h",
        "@Daily",
        "TZ=UTC * * * * *",
        "every day",
    ] {
        assert!(Schedule::new(text).is_err(), "{text}");
    }
    for text in [
        "",
        "Berlin",
        "UTC",
        "Local",
        "CET",
        "europe/berlin",
        "Europe/",
        "Europe/Berln",
        "Europe/Berlin Europe/Bratislava",
        "Mars/Olympus",
    ] {
        assert!(TimeZone::new(text).is_err(), "{text}");
    }
}
