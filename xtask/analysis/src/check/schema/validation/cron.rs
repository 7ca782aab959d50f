//! When a `CronJob` runs.

use super::Mistake;
use super::shape::Validator;
use crate::check::At;
use crate::objects::{Value, text};

/// The fields of a schedule: what they are called, their first and last number, and names for numbers.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("the minute", 0, 59, &[]),
    ("the hour", 0, 23, &[]),
    ("the day of the month", 1, 31, &[]),
    (
        "the month",
        1,
        12,
        &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    ),
    ("the day of the week", 0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

const MACROS: &[&str] =
    &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Looks at a schedule.
pub(super) fn schedule<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    let Some(written) = text(value).filter(|written| !written.is_empty()) else { return };
    if let Some(wrong) = wrong(written) {
        validator.refuse(
            Mistake::Schedule,
            At::Value(value),
            format!("the schedule {written:?}: {wrong}"),
        );
    }
}

/// Looks at the name of a time zone, as far as its form tells.
pub(super) fn time_zone<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    let Some(written) = text(value) else { return };
    let is_name = !written.is_empty()
        && !written.eq_ignore_ascii_case("local")
        && !written.starts_with(['/', '-'])
        && !written.contains("..")
        && written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
    if !is_name {
        let message = format!("{written:?} is no time zone, such as Europe/Berlin or Etc/UTC");
        validator.refuse(Mistake::Schedule, At::Value(value), message);
    }
}

fn wrong(schedule: &str) -> Option<String> {
    if schedule.contains("TZ") {
        return Some("a time zone cannot be part of it; write it as timeZone".to_owned());
    }
    if let Some(every) = schedule.strip_prefix("@every ") {
        let is_duration = every.starts_with(|letter: char| letter.is_ascii_digit())
            && every.ends_with(['h', 'm', 's']);
        return (!is_duration).then(|| format!("{every:?} is no time, such as 1h30m"));
    }
    if schedule.starts_with('@') {
        let near = crate::check::hint(schedule, MACROS.iter().copied());
        return (!MACROS.contains(&schedule)).then(|| format!("there is no such name{near}"));
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let count = fields.len();
        return Some(format!(
            "it has {count} fields, and needs 5: minute, hour, day of the month, month, day of the week"
        ));
    }
    fields.iter().zip(FIELDS).find_map(|(field, (what, first, last, names))| {
        let parts = field.split(',');
        let is_right = parts.clone().all(|part| is_range(part, first, last, names));
        (!is_right).then(|| format!("{what} cannot be {field:?}: it is from {first} to {last}"))
    })
}

/// `*`, `5`, `1-5`, `*/15`, `mon-fri/2`.
fn is_range(part: &str, first: u32, last: u32, names: &[&str]) -> bool {
    let (range, step) =
        part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    let is_step = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
    if range == "*" || range == "?" {
        return is_step;
    }
    let number = |text: &str| {
        let place = names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let by_name = place.and_then(|place| u32::try_from(place).ok()).map(|place| place + first);
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        by_name.or_else(|| text.parse().ok().filter(|_| is_digits))
    };
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let (Some(from), Some(to)) = (number(from), number(to)) else { return false };
    is_step && from >= first && to <= last && from <= to
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn schedules_are_read_as_the_api_server_reads_them() {
        for right in
            ["*/5 * * * *", "0 3 1-7 jan-mar MON", "@daily", "@every 1h30m", "0,30 * ? * 0"]
        {
            assert_eq!(wrong(right), None, "{right}");
        }
        for bad in [
            "* * * *",
            "60 * * * *",
            "* * * * 7",
            "5-1 * * * *",
            "*/0 * * * *",
            "@dayly",
            "TZ=UTC * * * * *",
        ] {
            assert!(wrong(bad).is_some(), "{bad}");
        }
    }
}
