//! What must not be shown, and texts from elsewhere without it.

use std::cmp::Reverse;
use std::fmt;

/// Put in place of a secret.
pub(super) const HIDDEN: &str = "…";

/// A secret shorter than this is found in the middle of ordinary words, and only hidden where it is one.
const WORD_BYTES: usize = 4;

/// Texts that a server was sent and that it may repeat.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let mut texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        // A secret that holds another one must go first, or part of it would stay.
        texts.sort_by(|one, other| (Reverse(one.len()), one).cmp(&(Reverse(other.len()), other)));
        texts.dedup();
        Self(texts)
    }

    /// These and those.
    pub(super) fn and(&self, others: &Self) -> Self {
        Self::new(self.0.iter().chain(&others.0).cloned())
    }

    /// `text` without any of them.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            text = if secret.len() < WORD_BYTES {
                without_word(&text, secret)
            } else {
                text.replace(secret, HIDDEN)
            };
        }
        text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// `text` with `word` hidden where no letter or digit touches it.
fn without_word(text: &str, word: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, found) = rest.split_at(at);
        let (found, after) = found.split_at(word.len());
        result.push_str(before);
        let touched =
            result.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        result.push_str(if touched { found } else { HIDDEN });
        rest = after;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ones_go_first_and_short_ones_only_as_words() {
        let url = Secrets::new(["me".to_owned(), "s3cret".to_owned(), String::new()]);
        let all = url.and(&Secrets::new(["s3cret-long".to_owned()]));
        assert_eq!(all.hide("s3cret-long s3cret of me, some"), "… … of …, some");
        assert_eq!(format!("{all:?}"), "Secrets(3)");
    }
}
