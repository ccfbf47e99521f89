//! Mistakes that let others read what they should not: credentials in clear, plain text on the way, open doors.

mod credentials;
mod open;
mod transport;

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "security/credentials",
        High,
        "a credential stands in clear text"
    ),
    rule!(
        "security/open-endpoint",
        Low,
        "an endpoint listens on every address"
    ),
    rule!("security/plain-text", High, "data is sent in plain text"),
    rule!(
        "security/skip-verify",
        Medium,
        "a certificate is not checked"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    credentials::inspect(linted, findings);
    open::inspect(linted, findings);
    transport::inspect(linted, findings);
}
