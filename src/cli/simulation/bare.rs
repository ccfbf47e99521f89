//! A filter by itself as a whole Collector configuration: one scrape job, the filter, remote write.
//!
//! What was typed stands at the start of a line of its own, so that messages show it and not what surrounds it.

/// The name that discovered targets get as their `job`.
const JOB: &str = "mesh";

/// A filter processor that drops what meets any of the conditions.
pub(super) fn ottl(conditions: &[String]) -> String {
    let conditions: Vec<String> = conditions
        .iter()
        .map(|condition| quoted(&condition.replace('$', "$$")))
        .collect();
    let filter = format!(
        "processors: {{filter: {{error_mode: ignore, metrics: {{metric: [\n{}\n]}}}}}}\n",
        conditions.join(",\n")
    );
    let receiver = receiver("");
    format!("{filter}{receiver}{}", rest("filter"))
}

/// One rule of `metric_relabel_configs` that keeps the names that match.
pub(super) fn keep_regex(regex: &str) -> String {
    let regex = quoted(&regex.replace('$', "$$"));
    let rules = format!(
        ", metric_relabel_configs: [{{source_labels: [__name__], action: keep, regex:\n{regex}\n}}]"
    );
    format!("{}{}", receiver(&rules), rest(""))
}

fn receiver(rules: &str) -> String {
    format!(
        "receivers: {{prometheus: {{config: {{scrape_configs: [{{job_name: {JOB}, scrape_interval: 30s, \
         static_configs: [{{targets: ['localhost:4191']}}]{rules}}}]}}}}}}\n"
    )
}

fn rest(processors: &str) -> String {
    format!(
        "exporters: {{prometheusremotewrite: {{endpoint: 'http://localhost/api/v1/write'}}}}\n\
         service: {{pipelines: {{metrics: {{receivers: [prometheus], processors: [{processors}], \
         exporters: [prometheusremotewrite]}}}}}}\n"
    )
}

/// In double quotes, as both JSON and YAML read it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            // YAML breaks lines at more than JSON does, and takes no control characters.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                use std::fmt::Write as _;
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::config::Config;
    use crate::collector::config::File;
    use crate::collector::confmap::Sources;
    use crate::collector::version;
    use crate::collector::version::Version;

    fn load(text: &str, version: Version) -> Config {
        let file = File {
            name: "--ottl",
            text,
        };
        let sources = Sources {
            env: &|_| None,
            read_file: None,
        };
        Config::load(&[file], None, sources, version).unwrap()
    }

    const HOSTILE: &str = "a$1 ${env:X} $$ \"b\" \\. 'c' # : \u{85}\u{2028}\t ü";

    /// Before 0.105 a reference is replaced however it is escaped: no configuration can say this text.
    fn expressible(text: &str, minor: u16) -> String {
        if minor < 105 {
            text.replace("${env:X}", "")
        } else {
            text.to_owned()
        }
    }

    #[test]
    fn a_regex_comes_through_as_typed_in_every_release() {
        for minor in version::OLDEST.minor..=version::NEWEST.minor {
            let version = Version::new(0, minor, 0);
            let regex = expressible("a$|b\\.\"c${env:X}$$", minor);
            let regex = regex.as_str();
            let config = load(&keep_regex(regex), version);
            let rule = &config.scrapes[0].jobs[0].metric_relabel;
            assert!(
                format!("{rule:?}").contains(&format!("{regex:?}")),
                "{version}: {rule:?}"
            );
        }
    }

    #[test]
    fn a_condition_comes_through_as_typed_in_every_release() {
        for minor in version::OLDEST.minor..=version::NEWEST.minor {
            let version = Version::new(0, minor, 0);
            let condition = expressible(HOSTILE, minor);
            let config = load(&ottl(std::slice::from_ref(&condition)), version);
            let root = format!("{:?}", config.root);
            assert!(
                root.contains(&format!("{condition:?}")),
                "{version}: {root}"
            );
        }
    }
}
