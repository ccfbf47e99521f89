//! Where `$` stands in a text, and what follows it.

/// A `$` with what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dollar<'a> {
    /// The byte of it; of several in a row, the last.
    pub(super) at: usize,
    /// How many `$` in a row there are, this one included.
    pub(super) run: usize,
    /// What it refers to: the letters, digits and `_` behind it, or all between the braces.
    pub(super) name: &'a str,
    /// Braces stand around the name.
    pub(super) braces: bool,
    /// The byte behind it all.
    pub(super) end: usize,
}

impl Dollar<'_> {
    /// Whether a `$` before this one makes it a mere sign.
    pub(super) fn is_escaped(&self) -> bool {
        self.run.is_multiple_of(2)
    }

    /// Whether it is the number of a group, and nothing else.
    pub(super) fn is_group(&self) -> bool {
        !self.name.is_empty() && self.name.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether it begins with the number of a group.
    pub(super) fn begins_with_group(&self) -> bool {
        self.name.starts_with(|first: char| first.is_ascii_digit())
    }

    /// Whether it is called like a variable: `NODE_NAME`.
    pub(super) fn is_called_like_a_variable(&self) -> bool {
        let is_upper =
            |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        self.name.len() >= 3
            && self
                .name
                .starts_with(|first: char| first.is_ascii_uppercase())
            && self.name.bytes().all(is_upper)
    }
}

/// All of them that something follows, from left to right.
pub(super) fn dollars(text: &str) -> Vec<Dollar<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('$')) {
        let first = at + next;
        let run = bytes[first..]
            .iter()
            .take_while(|byte| **byte == b'$')
            .count();
        let last = first + run - 1;
        let after = &text[last + 1..];
        let close = after.strip_prefix('{').and_then(|inner| inner.find('}'));
        let (name, braces, end) = if let Some(close) = close {
            (&after[1..=close], true, last + 3 + close)
        } else {
            let is_word = |char: char| char.is_alphanumeric() || char == '_';
            let length = after.find(|char| !is_word(char)).unwrap_or(after.len());
            (&after[..length], false, last + 1 + length)
        };
        if !name.is_empty() {
            found.push(Dollar {
                at: last,
                run,
                name,
                braces,
                end,
            });
        }
        // What stands between braces may refer to something itself.
        at = last + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_is_found_with_its_name() {
        let found: Vec<_> = dollars("$1:$$2x ${env:A}$ (.*)$ $$${3}")
            .into_iter()
            .map(|dollar| (dollar.name, dollar.run, dollar.braces))
            .collect();
        assert_eq!(
            found,
            [
                ("1", 1, false),
                ("2x", 2, false),
                ("env:A", 1, true),
                ("3", 3, true)
            ]
        );
    }
}
