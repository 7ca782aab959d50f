//! Streams of JSON: values one after the other, with nothing between them that YAML would take for a new document.

use serde::de::IgnoredAny;

use crate::objects::yaml::{Document, Error, Extent, each_document};

/// Hands on every document of a text of YAML or JSON, like [`each_document`].
pub(super) fn each(text: &str, keep: &mut dyn FnMut(Document)) -> Option<Error> {
    let ends = ends(text);
    if ends.len() < 2 {
        return each_document(text, keep);
    }
    let (mut begin, mut lines, mut column) = (0, 0, 0);
    for end in ends {
        let part = &text[begin..end];
        let error = each_document(part, &mut |mut document| {
            let items = document.items.iter_mut().map(|item| &mut item.extent);
            for extent in items.chain([&mut document.extent]) {
                shift(extent, begin, lines, column);
            }
            document.remarks.iter_mut().for_each(|remark| remark.line += lines);
            keep(document);
        });
        if let Some(Error { line, message }) = error {
            return Some(Error { line: line + lines, message });
        }
        lines += part.matches('\n').count();
        let before = part.rfind('\n').map_or(column, |_| 0);
        column = before + part.rsplit('\n').next().unwrap_or_default().chars().count();
        begin = end;
    }
    None
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
            let mut documents = Vec::new();
            assert_eq!(each(text, &mut |document| documents.push(document)), None);
            let found: Vec<_> = documents.iter().map(|document| &document.value["a"]).collect();
            assert_eq!(found, [1, 2, 3]);
            for document in &documents {
                let Extent { begin, end, .. } = document.extent;
                assert!(text[begin..end].starts_with('{') && text[begin..end].ends_with('}'));
            }
        }
    }
}
