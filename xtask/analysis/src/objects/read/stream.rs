//! Streams of JSON: values one after the other, with nothing between them that YAML would take for a new document.

use serde::de::IgnoredAny;

use crate::objects::yaml::{Document, Error, Extent, documents};

/// Reads every document of a text of YAML or JSON, like [`documents`].
pub(super) fn read(text: &str) -> (Vec<Document>, Option<Error>) {
    let ends = ends(text);
    if ends.len() < 2 {
        return documents(text);
    }
    let (mut all, mut begin, mut lines, mut column) = (Vec::new(), 0, 0, 0);
    for end in ends {
        let part = &text[begin..end];
        let (documents, error) = documents(part);
        for mut document in documents {
            let items = document.items.iter_mut().map(|item| &mut item.extent);
            for extent in items.chain([&mut document.extent]) {
                shift(extent, begin, lines, column);
            }
            document.remarks.iter_mut().for_each(|remark| remark.line += lines);
            all.push(document);
        }
        if let Some(Error { line, message }) = error {
            return (all, Some(Error { line: line + lines, message }));
        }
        lines += part.matches('\n').count();
        let before = part.rfind('\n').map_or(column, |_| 0);
        column = before + part.rsplit('\n').next().unwrap_or_default().chars().count();
        begin = end;
    }
    (all, None)
}

fn shift(extent: &mut Extent, bytes: usize, lines: usize, column: usize) {
    if extent.line == 1 {
        extent.column += column;
    }
    extent.begin += bytes;
    extent.end += bytes;
    extent.line += lines;
}

/// Where the values of a stream end; nothing where the text is not all JSON.
fn ends(text: &str) -> Vec<usize> {
    if !text.trim_start().starts_with('{') {
        return Vec::new();
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut ends = Vec::new();
    while let Some(value) = values.next() {
        if value.is_err() {
            return Vec::new();
        }
        ends.push(values.byte_offset());
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_anything_between_them_are_documents() {
        for text in ["{\"a\": 1}\n{\"a\": 2}\n\n{\"a\":\n3}", "{\"a\": 1}{\"a\": 2} {\n\n\"a\": 3}"]
        {
            let (documents, error) = read(text);
            assert_eq!(error, None);
            let found: Vec<_> = documents.iter().map(|document| &document.value["a"]).collect();
            assert_eq!(found, [1, 2, 3]);
            for document in &documents {
                let Extent { begin, end, .. } = document.extent;
                assert!(text[begin..end].starts_with('{') && text[begin..end].ends_with('}'));
            }
        }
    }
}
