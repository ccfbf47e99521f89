//! Templates as Go's `Regexp.Expand` fills them in.
