//! When something runs again and again: schedules of cron.

text_type! {
    /// The schedule of a CronJob, such as `17 3 * * *`: minute, hour, day of the month, month and day of the week.
    ///
    /// A field is `*`, a number, a range such as `1-5`, with a step such as `*/10` or `8-18/2`, or a list of those. Months and days of
    /// the week also have names, such as `JAN` and `MON-FRI`; Sunday is 0, and 7 is none. Where the day of the month and the day of the week are both
    /// limited, it runs on days for which one of them holds. `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` are
    /// short for one. A day that no month has, such as `30 2`, is refused.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>
    Schedule,
    schedule,
    "a schedule has five fields, separated by single blanks: minute 0-59, hour 0-23, day of the month 1-31, month 1-12 or JAN-DEC, day of the week 0-6 or \
     SUN-SAT; each is '*', a number, a range, one of these with '/step', or a list of them; the day exists in one of the months; or it is @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually",
    ($) schedule
}

/// Short for five fields.
const MACROS: [&[u8]; 7] =
    [b"@annually", b"@daily", b"@hourly", b"@midnight", b"@monthly", b"@weekly", b"@yearly"];

const MONTHS: [&[u8]; 12] = [
    b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC",
];

const DAYS_OF_WEEK: [&[u8]; 7] = [b"SUN", b"MON", b"TUE", b"WED", b"THU", b"FRI", b"SAT"];

/// The most days that each month has.
const DAYS: [u64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What a field may say.
struct Bounds {
    first: u64,
    last: u64,
    /// Names of the numbers from `first` on.
    names: &'static [&'static [u8]],
}

/// What a field says: the numbers, as bits.
#[derive(Clone, Copy)]
struct Field {
    numbers: u64,
    /// Whether it says nothing, so that the other field of a day decides.
    any: bool,
}

const FIELDS: [Bounds; 5] = [
    Bounds { first: 0, last: 59, names: &[] },
    Bounds { first: 0, last: 23, names: &[] },
    Bounds { first: 1, last: 31, names: &[] },
    Bounds { first: 1, last: 12, names: &MONTHS },
    Bounds { first: 0, last: 6, names: &DAYS_OF_WEEK },
];

/// What the parser of Kubernetes takes, which is that of robfig/cron, without what it takes by accident.
const fn schedule(bytes: &[u8]) -> bool {
    if let [b'@', ..] = bytes {
        return position(&MACROS, bytes) < MACROS.len();
    }
    let mut fields = [Field { numbers: 0, any: false }; 5];
    let (mut number, mut rest) = (0, bytes);
    while number < fields.len() {
        let end = find(rest, b' ');
        let (text, behind) = rest.split_at(end);
        let Some(field) = field(text, &FIELDS[number]) else { return false };
        fields[number] = field;
        number += 1;
        rest = match behind {
            [b' ', behind @ ..] if number < fields.len() => behind,
            [] if number == fields.len() => behind,
            _ => return false,
        };
    }
    let [_, _, days, months, weekdays] = fields;
    !weekdays.any || exists(days, months)
}

/// Whether one of the months has one of the days.
const fn exists(days: Field, months: Field) -> bool {
    let mut month = 1;
    while month <= 12 {
        let of_month = (2 << DAYS[month - 1]) - 1;
        if months.numbers >> month & 1 == 1 && days.numbers & of_month != 0 {
            return true;
        }
        month += 1;
    }
    false
}

/// A list of ranges.
const fn field(text: &[u8], bounds: &Bounds) -> Option<Field> {
    let mut field = Field { numbers: 0, any: false };
    let mut rest = text;
    loop {
        let (part, behind) = rest.split_at(find(rest, b','));
        let Some(of_part) = range(part, bounds) else { return None };
        field.numbers |= of_part.numbers;
        field.any |= of_part.any;
        rest = match behind {
            [_, behind @ ..] => behind,
            [] => return Some(field),
        };
    }
}

/// A range, with or without a step. A step behind a single number means from there to the end.
const fn range(text: &[u8], bounds: &Bounds) -> Option<Field> {
    let (range, step) = text.split_at(find(text, b'/'));
    let (first, behind) = range.split_at(find(range, b'-'));
    let any = matches!(first, [b'*' | b'?']);
    let (mut low, mut high) = (bounds.first, bounds.last);
    if !any {
        let Some(number) = number(first, bounds.names, bounds.first) else { return None };
        low = number;
    }
    match (behind, any) {
        ([], false) if step.is_empty() => high = low,
        ([], _) => {}
        ([_, last @ ..], false) => match number(last, bounds.names, bounds.first) {
            Some(number) => high = number,
            None => return None,
        },
        ([..], true) => return None,
    }
    let step = match step {
        [] => 1,
        [_, step @ ..] => match number(step, &[], 0) {
            Some(step) => step,
            None => return None,
        },
    };
    if low < bounds.first || high > bounds.last || low > high || step == 0 {
        return None;
    }
    let mut numbers = 0;
    let mut number = low;
    while number <= high {
        numbers |= 1 << number;
        number += step;
    }
    Some(Field { numbers, any: any && step == 1 })
}

/// A number of up to three digits, or a name for one.
const fn number(text: &[u8], names: &[&[u8]], first: u64) -> Option<u64> {
    let name = position(names, text);
    if name < names.len() {
        return Some(first + name as u64);
    }
    if text.is_empty() || text.len() > 3 || !all!(text, byte => byte.is_ascii_digit()) {
        return None;
    }
    let mut number = 0;
    let mut index = 0;
    while index < text.len() {
        number = number * 10 + (text[index] - b'0') as u64;
        index += 1;
    }
    Some(number)
}

/// Where the text is among others, in any case; behind the last where it is none of them. Macros have one case.
const fn position(of: &[&[u8]], text: &[u8]) -> usize {
    let mut index = 0;
    while index < of.len() {
        let same = match text {
            [b'@', ..] => equal(of[index], text),
            _ => of[index].eq_ignore_ascii_case(text),
        };
        if same {
            return index;
        }
        index += 1;
    }
    of.len()
}

/// The first place of a byte, or the end.
pub(super) const fn find(text: &[u8], byte: u8) -> usize {
    let mut index = 0;
    while index < text.len() && text[index] != byte {
        index += 1;
    }
    index
}

pub(super) const fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len()
}
