//! Go's regular expressions, matched by the `regex` crate with equal meaning.
