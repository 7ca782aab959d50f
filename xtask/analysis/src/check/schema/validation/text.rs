//! Formats of texts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use manifests_lib::check::forms;

use super::Mistake;

/// What a text has to be.
pub(super) struct Format {
    /// The mistake of a text that is not.
    pub mistake: Mistake,
    /// What is wrong with a text, as the end of a sentence that begins with it; none where it is right.
    check: fn(&str) -> Option<&'static str>,
    /// Whether another spelling of a text would be right.
    proposes: bool,
}

const LONGEST_LABEL: usize = 63;
const LONGEST_SUBDOMAIN: usize = 253;

const fn format(mistake: Mistake, check: fn(&str) -> Option<&'static str>) -> Format {
    Format { mistake, check, proposes: false }
}

const fn name(check: fn(&str) -> Option<&'static str>) -> Format {
    Format { mistake: Mistake::Name, check, proposes: true }
}

/// A name as of a Service's namespace: `shop-1`.
pub(super) static LABEL: Format = name(label);
/// A name as of a Service: a label that begins with a letter.
pub(super) static LABEL_1035: Format = name(label_1035);
/// A name as of most objects: labels with dots between them.
pub(super) static SUBDOMAIN: Format = name(subdomain);
/// A name as of a Role: whatever can stand in a path.
pub(super) static PATH_SEGMENT: Format = format(Mistake::Name, path_segment);
/// A name with a prefix of a domain: `example.com/name`.
pub(super) static QUALIFIED_NAME: Format = format(Mistake::Name, qualified);
/// Likewise, and the prefix has to be there.
pub(super) static PREFIXED_NAME: Format = format(Mistake::Name, prefixed);
/// A domain with at least three parts, as of a webhook.
pub(super) static QUALIFIED_DOMAIN: Format = format(Mistake::Name, qualified_domain);
/// `example.com/controller/path`.
pub(super) static PREFIXED_PATH: Format = format(Mistake::Name, prefixed_path);
/// The key of a label.
pub(super) static LABEL_KEY: Format = format(Mistake::Label, qualified);
/// The value of a label.
pub(super) static LABEL_VALUE: Format = format(Mistake::Label, label_value);
/// The name of a port.
pub(super) static PORT_NAME: Format =
    Format { mistake: Mistake::Port, check: port_name, proposes: true };
/// The name of an environment variable.
pub(super) static VARIABLE: Format = format(Mistake::EnvironmentVariable, variable);
/// The key of a ConfigMap or Secret.
pub(super) static CONFIGURATION_KEY: Format = format(Mistake::ConfigurationKey, configuration_key);
/// An address of IP.
pub(super) static ADDRESS: Format = format(Mistake::Address, address);
/// An address of IP with the length of its prefix.
pub(super) static RANGE: Format = format(Mistake::Address, range);
/// The name of a host.
pub(super) static HOST: Format = format(Mistake::Address, host);
/// The name of a host, of which the first part may be a star.
pub(super) static HOST_OR_WILDCARD: Format = format(Mistake::Address, host_or_wildcard);
/// A domain to search for hosts.
pub(super) static SEARCH_DOMAIN: Format = format(Mistake::Address, search_domain);
/// A path that begins with a slash.
pub(super) static ABSOLUTE_PATH: Format = format(Mistake::Path, absolute);
/// A path below a folder, which it does not leave.
pub(super) static RELATIVE_PATH: Format = format(Mistake::Path, relative);
/// Likewise, of a file in a volume: it cannot begin with two dots either.
pub(super) static FILE_PATH: Format = format(Mistake::Path, file);
/// A path that does not lead upwards.
pub(super) static PATH_WITHOUT_BACKSTEPS: Format = format(Mistake::Path, without_backsteps);
/// The name of a header of HTTP.
pub(super) static HEADER: Format = format(Mistake::Name, header);
/// An identifier of CEL.
pub(super) static IDENTIFIER: Format = format(Mistake::Name, identifier);

impl Format {
    /// What is wrong with a text, as a sentence.
    pub(super) fn wrong(&self, text: &str) -> Option<String> {
        (self.check)(text).map(|wrong| format!("{:?} {wrong}", shortened(text)))
    }

    /// The way out.
    pub(super) fn help(&self, text: &str) -> String {
        let proposed = proposal(text);
        if self.proposes && !proposed.is_empty() && (self.check)(&proposed).is_none() {
            return format!("write {proposed}");
        }
        "write it as the API server takes it".to_owned()
    }
}

fn shortened(text: &str) -> String {
    const MOST: usize = 70;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

/// The text in small letters, with dashes for what cannot stand in a name.
fn proposal(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter.to_ascii_lowercase() {
        letter if letter.is_ascii_alphanumeric() || letter == '.' => letter,
        _ => '-',
    });
    letters.collect::<String>().trim_matches(['-', '.']).to_owned()
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether a text has only such bytes, and letters or digits at both ends.
fn is_made_of(text: &str, is_end: fn(u8) -> bool, others: &[u8]) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    ends.iter().all(|end| end.is_some_and(|&end| is_end(end)))
        && bytes.iter().all(|&byte| is_end(byte) || others.contains(&byte))
}

pub(super) fn label(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_LABEL {
        return Some("is longer than 63 characters");
    }
    (!forms::label(text.as_bytes())).then_some(
        "is no name here: small letters, digits and dashes, with a letter or digit at both ends",
    )
}

fn label_1035(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_LABEL {
        return Some("is longer than 63 characters");
    }
    (!forms::dns_label(text.as_bytes())).then_some(
        "is no name here: small letters, digits and dashes, with a letter at the beginning and no dash at the end",
    )
}

pub(super) fn subdomain(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_SUBDOMAIN {
        return Some("is longer than 253 characters");
    }
    (!forms::object_name(text.as_bytes())).then_some(
        "is no name here: small letters, digits, dashes and dots, with a letter or digit at both ends of each part",
    )
}

pub(super) fn path_segment(text: &str) -> Option<&'static str> {
    match text {
        "." | ".." => Some("is no name"),
        text if text.contains('/') => Some("has a slash, which cannot stand in a name"),
        text if text.contains('%') => Some("has a percent sign, which cannot stand in a name"),
        _ => None,
    }
}

pub(super) fn qualified(text: &str) -> Option<&'static str> {
    const WRONG: &str = "is no key: letters, digits, '-', '_' and '.', at most 63, with a letter or digit at both ends; before a slash, \
                         the name of a domain";
    if text.matches('/').count() > 1 {
        return Some("has two slashes");
    }
    (!forms::label_key(text.as_bytes())).then_some(WRONG)
}

fn prefixed(text: &str) -> Option<&'static str> {
    if !text.contains('/') {
        return Some("has no domain before it, as in example.com/name");
    }
    qualified(text)
}

fn prefixed_path(text: &str) -> Option<&'static str> {
    let Some((domain, path)) = text.split_once('/').filter(|(_, path)| !path.is_empty()) else {
        return Some("is no path with a domain before it, as in example.com/controller");
    };
    if text.len() > 250 {
        return Some("is longer than 250 characters");
    }
    let is_path = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@".contains(&byte));
    if is_path { subdomain(domain) } else { Some("has letters that cannot stand in a path") }
}

fn qualified_domain(text: &str) -> Option<&'static str> {
    if text.split('.').count() < 3 {
        return Some("has fewer than three parts: it has to be a domain, as in check.example.com");
    }
    subdomain(text)
}

pub(super) fn label_value(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_LABEL {
        return Some("is longer than 63 characters");
    }
    (!forms::label_value(text.as_bytes())).then_some(
        "is no value of a label: letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    )
}

fn port_name(text: &str) -> Option<&'static str> {
    if text.len() > 15 {
        return Some("is longer than 15 characters, the most that the name of a port may have");
    }
    (!forms::port_name(text.as_bytes())).then_some(
        "is no name of a port: small letters, digits and single dashes, with at least one letter",
    )
}

fn variable(text: &str) -> Option<&'static str> {
    let is_name = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
    (!is_name).then_some("is no name of a variable: printable ASCII without '='")
}

fn configuration_key(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_SUBDOMAIN {
        return Some("is longer than 253 characters");
    }
    if text == "." || text.starts_with("..") {
        return Some("is no key: it cannot be '.', nor begin with '..'");
    }
    (!forms::data_key(text.as_bytes())).then_some("is no key: letters, digits, '-', '_' and '.'")
}

fn address(text: &str) -> Option<&'static str> {
    text.parse::<IpAddr>().is_err().then_some("is no address of IP, such as 10.9.8.7")
}

fn range(text: &str) -> Option<&'static str> {
    const WRONG: &str = "is no range of addresses, such as 10.9.8.0/24";
    let Some((address, bits)) = text.split_once('/') else { return Some(WRONG) };
    let is_plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits = bits.parse::<u8>().ok().filter(|_| is_plain);
    let most = match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return Some(WRONG),
    };
    bits.is_none_or(|bits| bits > most).then_some(WRONG)
}

fn host(text: &str) -> Option<&'static str> {
    subdomain(text).map(|_| "is no name of a host: small letters, digits, dashes and dots")
}

fn host_or_wildcard(text: &str) -> Option<&'static str> {
    if text.parse::<IpAddr>().is_ok() {
        return Some("is an address, where the name of a host belongs");
    }
    if text.contains('*') {
        let rest = text.strip_prefix("*.").filter(|rest| !rest.contains('*'));
        return match rest {
            Some(rest) => host(rest),
            None => Some("has a star that is not its first part, as in *.example.com"),
        };
    }
    host(text)
}

fn search_domain(text: &str) -> Option<&'static str> {
    if text == "." {
        return None;
    }
    let domain = text.strip_suffix('.').unwrap_or(text);
    if domain.len() > LONGEST_SUBDOMAIN {
        return Some("is longer than 253 characters");
    }
    let is_end = |byte: u8| is_alphanumeric(byte) || byte == b'_';
    let parts = domain.split('.').all(|part| is_made_of(part, is_end, b"-"));
    (!parts).then_some("is no domain")
}

fn absolute(text: &str) -> Option<&'static str> {
    (!text.starts_with('/')).then_some("is no absolute path: it has to begin with a slash")
}

fn without_backsteps(text: &str) -> Option<&'static str> {
    text.split('/').any(|part| part == "..").then_some("leads upwards by '..'")
}

fn relative(text: &str) -> Option<&'static str> {
    if text.starts_with('/') {
        return Some("is an absolute path, where a path below the volume belongs");
    }
    without_backsteps(text)
}

fn file(text: &str) -> Option<&'static str> {
    if text.starts_with("..") && !text.starts_with("../") && text != ".." {
        return Some("begins with '..', which the kubelet keeps for itself");
    }
    relative(text)
}

fn header(text: &str) -> Option<&'static str> {
    let is_name =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (!is_name).then_some("is no name of a header: letters, digits and dashes")
}

fn identifier(text: &str) -> Option<&'static str> {
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let is_name = begins && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!is_name).then_some("is no identifier of CEL: letters, digits and '_'")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these a format takes.
    fn taken<'a>(format: &Format, texts: &[&'a str]) -> Vec<&'a str> {
        texts.iter().copied().filter(|text| format.wrong(text).is_none()).collect()
    }

    #[test]
    fn names_are_those_of_kubernetes() {
        let texts = ["a", "1a", "a-b", "a.b", "A", "a_b", "-a", "a-", "a..b", "", "ä"];
        assert_eq!(taken(&LABEL, &texts), ["a", "1a", "a-b"]);
        assert_eq!(taken(&LABEL_1035, &texts), ["a", "a-b"]);
        assert_eq!(taken(&SUBDOMAIN, &texts), ["a", "1a", "a-b", "a.b"]);
    }

    #[test]
    fn keys_of_labels_may_have_a_domain_before_them() {
        let texts = ["app", "example.com/App_1", "a/b/c", "/a", "a/", "A.b/c", "a b"];
        assert_eq!(taken(&LABEL_KEY, &texts), ["app", "example.com/App_1"]);
    }

    #[test]
    fn names_of_ports_have_a_letter_and_fifteen_characters() {
        let texts = ["http", "8080", "h2", "a--b", "a-very-long-name", "HTTP", "-a"];
        assert_eq!(taken(&PORT_NAME, &texts), ["http", "h2"]);
    }

    #[test]
    fn ranges_have_the_length_of_their_prefix() {
        let texts = ["10.0.0.0/8", "10.0.0.0", "10.0.0.0/33", "::/0", "10.0.0.0/+8", "a/8"];
        assert_eq!(taken(&RANGE, &texts), ["10.0.0.0/8", "::/0"]);
    }

    #[test]
    fn a_proposal_is_itself_right() {
        assert_eq!(LABEL.help("My_App"), "write my-app");
        assert_eq!(PORT_NAME.help("Metrics"), "write metrics");
    }
}
