//! When releases of products end: `ends.toml`, read once.

use std::sync::LazyLock;

use serde::Deserialize;

/// The table as it is in the repository.
static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("ends.toml")).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    read: String,
    product: Vec<Product>,
}

/// A product whose releases end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub(super) name: String,
    /// Where the project says when.
    pub(super) source: String,
    images: Vec<String>,
    charts: Option<Charts>,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Charts {
    repository: String,
    names: Vec<String>,
}

/// The releases that begin with a version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    version: String,
    /// The first day without support: `2026-11-30`.
    pub(super) ends: String,
}

/// The day on which the table was read from its sources.
pub(crate) fn read_on() -> &'static str {
    &TABLE.read
}

/// The product of an image without its registry, tag and digest.
pub(super) fn of_image(path: &str) -> Option<&'static Product> {
    let is_it = |image: &String| {
        path.strip_suffix(image.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    TABLE.product.iter().find(|product| product.images.iter().any(is_it))
}

/// The product of a chart.
pub(super) fn of_chart(repository: &str, chart: &str) -> Option<&'static Product> {
    TABLE.product.iter().find(|product| {
        product.charts.as_ref().is_some_and(|charts| {
            repository.contains(&charts.repository) && charts.names.iter().any(|name| name == chart)
        })
    })
}

/// Kubernetes itself.
pub(super) fn kubernetes() -> Option<&'static Product> {
    TABLE.product.iter().find(|product| product.name == "Kubernetes")
}

impl Product {
    /// The line of a version, the longest beginning that fits; versions may begin with a `v` and end in words: `v1.2.3-alpine`.
    pub(super) fn line(&self, version: &str) -> Option<&Line> {
        let version = version.strip_prefix('v').unwrap_or(version);
        let end = version.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let (version, words) = version.split_at(end.unwrap_or(version.len()));
        if !words.is_empty() && !words.starts_with(['-', '_', '+']) {
            return None;
        }
        let fits = |line: &&Line| {
            let rest = version.strip_prefix(line.version.as_str());
            line.version.is_empty()
                || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.lines.iter().filter(fits).max_by_key(|line| line.version.len())
    }

    /// The newest line that is supported at a date, after this one.
    pub(super) fn supported(&self, date: &str) -> Option<&str> {
        let line = self.lines.iter().rev().find(|line| line.ends.as_str() > date)?;
        Some(&line.version)
    }
}

/// Whether a text is a day as the table writes them.
pub(crate) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize| {
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u16>().unwrap_or_default())
    };
    let [year, month, day] = parts[..] else { return false };
    let [year, month, day] = [number(year, 4), number(month, 2), number(day, 2)];
    year.is_some_and(|year| year >= 2000)
        && month.is_some_and(|month| (1..=12).contains(&month))
        && day.is_some_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let table: Table = toml::from_str(include_str!("ends.toml")).expect("the table");
        assert!(is_date(&table.read));
        let names: Vec<String> =
            table.product.iter().map(|product| product.name.to_lowercase()).collect();
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
        let mut images: Vec<&String> =
            table.product.iter().flat_map(|product| &product.images).collect();
        let count = images.len();
        images.sort_unstable();
        images.dedup();
        assert_eq!(images.len(), count, "an image of two products");
        for Product { name, source, lines, .. } in &table.product {
            assert!(source.starts_with("https://"), "{name}: {source}");
            assert!(!lines.is_empty(), "{name}");
            assert!(lines.iter().all(|line| is_date(&line.ends)), "{name}");
            let numbers = |line: &Line| -> Vec<u32> {
                line.version.split('.').filter_map(|part| part.parse().ok()).collect()
            };
            assert!(lines.is_sorted_by(|one, other| numbers(one) < numbers(other)), "{name}");
        }
    }

    #[test]
    fn images_of_others_are_no_product() {
        let name = |path| of_image(path).map(|product| product.name.as_str());
        assert_eq!(name("library/postgres"), Some("PostgreSQL"));
        assert_eq!(name("mirror/library/postgres"), Some("PostgreSQL"));
        assert_eq!(name("shop/postgres"), None);
        assert_eq!(name("mylibrary/postgres"), None);
    }

    #[test]
    fn versions_belong_to_the_longest_line() {
        let product = of_image("library/python").expect("a product");
        let ends = |version| product.line(version).map(|line| line.ends.as_str());
        assert_eq!(ends("3.9"), Some("2025-10-31"));
        assert_eq!(ends("3.9.1-slim-bookworm"), Some("2025-10-31"));
        assert_eq!(ends("3"), None);
        assert_eq!(ends("3.9rc1"), None);
        assert_eq!(ends("slim"), None);
        assert_eq!(ends("3.99"), None);
    }
}
