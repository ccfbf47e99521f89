//! What becomes of `$` in a configuration, release by release, and how several files become one.
