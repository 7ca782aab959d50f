//! Words of upstream names, written as Rust names.

use std::collections::{HashMap, HashSet};

/// The words of an identifier: `hostIPs` is `host`, `IPs`; `TLSV1_2` is `TLSV1`, `2`.
///
/// A word ends at anything that is not a letter or digit, before an upper-case letter that follows a lower-case one or a
/// digit, and before the last capital of an acronym that runs into a word (`HTTPRoute`), except for a plural `s`.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let letters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (position, &letter) in letters.iter().enumerate() {
            let previous = position.checked_sub(1).map(|index| letters[index]);
            if previous
                .is_some_and(|previous| starts_word(previous, letter, &letters[position + 1..]))
            {
                words.push(std::mem::take(&mut word));
            }
            word.push(letter);
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

fn starts_word(previous: char, letter: char, rest: &[char]) -> bool {
    if !letter.is_ascii_uppercase() {
        return false;
    }
    if !previous.is_ascii_uppercase() {
        return true;
    }
    let plural = rest.first() == Some(&'s') && !rest.get(1).is_some_and(char::is_ascii_lowercase);
    rest.first().is_some_and(char::is_ascii_lowercase) && !plural
}

/// `httpRoute` as `HttpRoute`: the name of a type or variant.
///
/// A name that begins with a digit gets a `V`; characters of a name without letters and digits are spelled out (`=~` is
/// `EqualTilde`, the empty string is `Empty`).
pub fn pascal_case(text: &str) -> String {
    if text.is_empty() {
        return "Empty".to_owned();
    }
    let mut name = String::new();
    for word in words(text) {
        // Two adjacent numbers would read as one: 1.2 is V1_2, not V12.
        let digits_meet = ends_in_digit(&name) && starts_with_digit(&word);
        if digits_meet {
            name.push('_');
        }
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            name.push(first.to_ascii_uppercase());
            name.extend(letters.map(|letter| letter.to_ascii_lowercase()));
        }
    }
    if name.is_empty() {
        return text.chars().map(spelled).collect();
    }
    if starts_with_digit(&name) {
        name.insert(0, 'V');
    }
    if name == "Self" {
        name.push('_');
    }
    name
}

/// `httpRoute` as `http_route`: the name of a field or module. Keywords get a trailing underscore, as in k8s-openapi
/// (`type_`).
pub fn snake_case(text: &str) -> String {
    let mut words = words(text);
    if words.is_empty() {
        words.push(pascal_case(text));
    }
    let mut name = words.join("_").to_ascii_lowercase();
    if starts_with_digit(&name) {
        name.insert(0, 'v');
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// A field name after `#[serde(rename_all = "camelCase")]`.
pub fn serde_camel_case(field: &str) -> String {
    let mut name = String::new();
    let mut capital = false;
    for letter in field.chars() {
        if letter == '_' {
            capital = true;
        } else {
            let upper = capital && !name.is_empty();
            name.push(if upper { letter.to_ascii_uppercase() } else { letter });
            capital = false;
        }
    }
    name
}

/// Variants for the values of a string enum, in order: `ROUND_ROBIN` is `RoundRobin`, `""` is `Empty`.
///
/// If values differ only in case, all but the first keep their own case (`Http`, `HTTP`); names that are still the same get
/// a number.
pub fn variants(values: &[String]) -> Vec<String> {
    let mut taken = Taken::default();
    let mut variants: Vec<String> = Vec::new();
    for value in values {
        let plain = pascal_case(value);
        let own_case = words(value).concat();
        let is_own_name = own_case.starts_with(|letter: char| letter.is_ascii_uppercase());
        let name = if taken.has(&plain) && is_own_name && !taken.has(&own_case) {
            own_case
        } else {
            plain
        };
        variants.push(taken.take(name));
    }
    variants
}

/// Names in use, with the number to try next for each: thousands of equal names stay cheap.
#[derive(Default)]
pub struct Taken {
    names: HashSet<String>,
    next: HashMap<String, u32>,
}

impl Taken {
    fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The first of `name`, `name2`, `name3`, … that is not in use.
    pub fn take(&mut self, name: String) -> String {
        if self.names.insert(name.clone()) {
            return name;
        }
        let number = self.next.entry(name.clone()).or_insert(2);
        loop {
            let candidate = format!("{name}{number}");
            *number += 1;
            if self.names.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit())
}

fn ends_in_digit(text: &str) -> bool {
    text.ends_with(|letter: char| letter.is_ascii_digit())
}

fn spelled(letter: char) -> String {
    let name = match letter {
        '*' => "Asterisk",
        '=' => "Equal",
        '!' => "Not",
        '~' => "Tilde",
        '<' => "Less",
        '>' => "Greater",
        '+' => "Plus",
        '-' => "Minus",
        '/' => "Slash",
        '.' => "Dot",
        ',' => "Comma",
        ':' => "Colon",
        '|' => "Pipe",
        '&' => "And",
        '%' => "Percent",
        '^' => "Caret",
        '$' => "Dollar",
        '#' => "Hash",
        '?' => "Question",
        '@' => "At",
        '_' => "Underscore",
        ' ' => "Space",
        other => return format!("U{:04X}", u32::from(other)),
    };
    name.to_owned()
}

/// The singular: `servers` is `server`, `policies` is `policy`, `tls` stays `tls`.
pub fn singular(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let keeps = text.len() <= 3
        || ["ss", "us", "is"].iter().any(|ending| lower.ends_with(ending))
        || ["https", "kubernetes"].iter().any(|word| lower.ends_with(word));
    if keeps {
        return text.to_owned();
    }
    if lower.ends_with("ies") {
        return format!("{}y", &text[..text.len() - 3]);
    }
    let drops_two =
        ["sses", "shes", "ches", "xes", "aliases"].iter().any(|ending| lower.ends_with(ending));
    if drops_two {
        return text[..text.len() - 2].to_owned();
    }
    text.strip_suffix('s').unwrap_or(text).to_owned()
}

/// The first of `name`, `name2`, `name3`, … that is not taken.
pub fn unique(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let mut number = 2_u32;
    loop {
        let candidate = format!("{name}{number}");
        if !taken(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

/// Field names for keys, in order; names that are the same get a number.
pub fn field_names<'a>(
    properties: impl Iterator<Item = &'a str>,
    reserved: &[&str],
) -> Vec<String> {
    let mut taken = Taken::default();
    taken.names.extend(reserved.iter().map(|&name| name.to_owned()));
    properties.map(|property| taken.take(snake_case(property))).collect()
}

/// Parts as one name, without those that the next part repeats: `Tcp` and `TcpKeepalive` are `TcpKeepalive`.
pub fn joined(parts: &[String]) -> String {
    let mut name = String::new();
    for (position, part) in parts.iter().enumerate() {
        let is_repeated =
            parts.get(position + 1).is_some_and(|next| words(next).starts_with(&words(part)));
        if !is_repeated {
            name.push_str(part);
        }
    }
    name
}

/// Names that generated code already uses.
pub const RESERVED: [&str; 19] = [
    "BTreeMap",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Err",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Self",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "ToString",
    "Vec",
];

const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "union",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn acronyms_and_numbers_are_words() {
        let table = [
            ("httpRoute", "http_route", "HttpRoute"),
            ("HTTPRoute", "http_route", "HttpRoute"),
            ("hostIPs", "host_ips", "HostIps"),
            ("clusterIPsAllowed", "cluster_ips_allowed", "ClusterIpsAllowed"),
            ("caCRL", "ca_crl", "CaCrl"),
            ("h2UpgradePolicy", "h2_upgrade_policy", "H2UpgradePolicy"),
            ("consecutive5xxErrors", "consecutive5xx_errors", "Consecutive5xxErrors"),
            ("mirror_percent", "mirror_percent", "MirrorPercent"),
            ("external-secrets", "external_secrets", "ExternalSecrets"),
            ("TLSV1_2", "tlsv1_2", "Tlsv1_2"),
            ("type", "type_", "Type"),
            ("9p", "v9p", "V9p"),
            ("1.2", "v1_2", "V1_2"),
            ("", "empty", "Empty"),
            ("=~", "equaltilde", "EqualTilde"),
            ("Self", "self_", "Self_"),
        ];
        for (text, snake, pascal) in table {
            assert_eq!(
                (snake_case(text).as_str(), pascal_case(text).as_str()),
                (snake, pascal),
                "{text:?}"
            );
        }
    }

    #[test]
    fn one_of_many_is_singular() {
        let table = [
            ("servers", "server"),
            ("policies", "policy"),
            ("matches", "match"),
            ("addresses", "address"),
            ("hostAliases", "hostAlias"),
            ("databases", "database"),
            ("tls", "tls"),
            ("access", "access"),
            ("status", "status"),
            ("match", "match"),
        ];
        for (many, one) in table {
            assert_eq!(singular(many), one);
        }
    }

    #[test]
    fn values_that_differ_in_case_only_keep_their_case() {
        let values = ["http", "HTTP", "Http", "a-b", "a_b"].map(str::to_owned);
        assert_eq!(variants(&values), ["Http", "HTTP", "Http2", "AB", "AB2"]);
    }

    fn is_identifier(name: &str) -> bool {
        let mut letters = name.chars();
        letters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    }

    proptest! {
        #[test]
        fn every_text_has_names_that_rust_takes(text in any::<String>()) {
            let (snake, pascal) = (snake_case(&text), pascal_case(&text));
            prop_assert!(is_identifier(&snake) && !KEYWORDS.contains(&snake.as_str()), "{snake}");
            prop_assert!(is_identifier(&pascal) && pascal != "Self", "{pascal}");
        }

        #[test]
        fn variants_are_distinct(values in prop::collection::vec("[aA_*.-]{0,3}", 0..8)) {
            let mut names = variants(&values);
            prop_assert_eq!(names.len(), values.len());
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), values.len());
        }

        #[test]
        fn a_camel_case_name_survives_the_way_through_a_field(text in "[a-z]{1,5}([A-Z][a-z]{1,5}){0,3}") {
            prop_assert_eq!(serde_camel_case(&snake_case(&text)), text);
        }
    }
}
