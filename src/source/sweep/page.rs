//! The page that comes with an error, in one line.

use std::io::Cursor;

use futures_util::StreamExt;

use crate::source::container::{Compression, Container};
use crate::source::stream::{Head, Stream};
use crate::source::sweep::Answer;
use crate::source::sweep::patience::Patience;

/// Of an error page, so much is read, and so much of that is shown.
const PAGE_BYTES: usize = 1024;
const PAGE_CHARS: usize = 120;

/// The beginning of the page on one line, where it is text that a person may read.
pub(super) async fn page(answer: &mut Answer, patience: &mut Patience) -> Option<String> {
    let mut bytes = Vec::new();
    while bytes.len() < PAGE_BYTES {
        // What came before it broke or stalled may say enough.
        match patience.wait(answer.body.next()).await {
            Ok(Some(Ok(piece))) => bytes.extend_from_slice(&piece),
            Ok(Some(Err(_)) | None) | Err(_) => break,
        }
    }
    bytes.truncate(PAGE_BYTES);
    line(bytes)
}

fn line(bytes: Vec<u8>) -> Option<String> {
    let mut stream = Stream::owned(Cursor::new(bytes));
    let mut head = Head::take(&mut stream);
    if Container::of(&head.bytes) == Some(Container::Compressed(Compression::Gzip)) {
        let mut inner = stream.rejoined(head).decompressed(Compression::Gzip).ok()?;
        head = Head::take(&mut inner);
    }
    let text = String::from_utf8_lossy(&head.bytes);
    if text.trim_start().starts_with('<') || text.contains('\0') {
        return None;
    }
    let printable: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = printable.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(PAGE_CHARS).collect();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_one_line_and_anything_else_none() {
        let line = |text: &str| line(text.as_bytes().to_vec());
        assert_eq!(
            line("no\n healthy\x1b upstream\n"),
            Some("no healthy upstream".to_owned())
        );
        assert_eq!(line(" <html>"), None);
        assert_eq!(line("a\0b"), None);
        assert_eq!(line(" \n"), None);
    }
}
