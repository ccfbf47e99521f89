//! What in a configuration is a secret, and how a text is shown without it.
//!
//! A setting is a secret by its key (`password`, `token`, `Authorization`, …), and a value by its shape (`Basic …`,
//! `Bearer …`, `user:password@` in a URL, a secret parameter of one). What only refers to a variable or a file is
//! none.

use std::borrow::Cow;

/// Ends of keys whose values are secrets, in small letters, with `_` for `-` and `.`.
const KEYS: [&str; 17] = [
    "access_key",
    "access_token",
    "api_key",
    "apikey",
    "auth_token",
    "authorization",
    "connection_string",
    "credentials",
    "honeycomb_team",
    "key_pem",
    "license_key",
    "passwd",
    "password",
    "private_key",
    "secret",
    "secret_key",
    "token",
];

/// Ways to say who one is, in front of a secret.
const SCHEMES: [&str; 4] = ["basic ", "bearer ", "apikey ", "token "];

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Whether the value of such a key is a secret.
pub(super) fn is_secret_key(key: &str) -> bool {
    let mut key = key.trim().to_ascii_lowercase().replace(['-', '.'], "_");
    key.retain(|character| character != '"' && character != '\'');
    KEYS.iter().any(|secret| {
        key.strip_suffix(secret).is_some_and(|before| {
            before.is_empty() || !before.ends_with(|c: char| c.is_ascii_digit())
        })
    })
}

/// Whether a value of a secret key is written out: not empty, no reference, no placeholder.
pub(super) fn is_clear(value: &str) -> bool {
    let value = without_references(value);
    let value = value.trim().trim_matches(['"', '\'']).trim();
    let lower = value.to_ascii_lowercase();
    let scheme = SCHEMES.iter().find(|scheme| lower.starts_with(**scheme));
    let rest = scheme.map_or(value, |scheme| value[scheme.len()..].trim());
    let is_scheme = SCHEMES.iter().any(|scheme| scheme.trim() == lower);
    let is_placeholder = (rest.starts_with('<') && rest.ends_with('>'))
        || rest.contains("{{")
        || rest
            .chars()
            .all(|character| "*x.…-".contains(character.to_ascii_lowercase()));
    !rest.is_empty() && !is_scheme && !is_placeholder
}

/// Whether a value says a secret by its shape, under whatever key.
pub(super) fn is_secret_value(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    let said = ["basic ", "bearer "].iter().any(|scheme| {
        let rest = lower.strip_prefix(scheme).map(str::trim);
        rest.is_some_and(|rest| rest.len() >= 6 && !rest.contains(' ') && is_clear(rest))
    });
    said || secret_in_url(value).is_some()
}

/// Where in a URL a secret stands: in front of its host, or in a parameter.
fn secret_in_url(text: &str) -> Option<(usize, usize)> {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = &text[start..];
        let end = rest
            .find(|character: char| character.is_whitespace() || "/?#\"',".contains(character))
            .unwrap_or(rest.len());
        if let Some(host) = rest[..end].rfind('@') {
            let user = &rest[..host];
            let secret = user.split_once(':').map_or(user, |(_, password)| password);
            if is_clear(secret) {
                return Some((start, start + host));
            }
        }
        let whole = rest
            .find(|character: char| character.is_whitespace() || "\"'".contains(character))
            .unwrap_or(rest.len());
        let Some((path, query)) = rest[..whole].split_once('?') else {
            continue;
        };
        let mut from = start + path.len() + 1;
        for pair in query.split('&') {
            if let Some((name, value)) = pair.split_once('=')
                && (is_secret_key(name) || name.eq_ignore_ascii_case("key"))
                && is_clear(value)
            {
                let value_at = from + name.len() + 1;
                return Some((value_at, value_at + value.len()));
            }
            from += pair.len() + 1;
        }
    }
    None
}

/// A value without `${…}` and `$NAME`; what such a reference falls back to (`${env:X:-secret}`) stays.
fn without_references(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(inner) = behind.strip_prefix('{')
            && let Some(close) = inner.find('}')
        {
            if let Some((_, default)) = inner[..close].split_once(":-") {
                out.push_str(default);
            }
            rest = &inner[close + 1..];
            continue;
        }
        // `$$` is a dollar, and `$x` in the middle of a word is more likely one too.
        let name = behind
            .find(|character: char| !character.is_ascii_alphanumeric() && character != '_')
            .unwrap_or(behind.len());
        let is_name = at == 0 || out.ends_with(' ');
        if name > 0 && is_name {
            rest = &behind[name..];
        } else {
            out.push('$');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

/// A text as it may be shown: where a secret stood, `***` and blanks, so that every character behind it stays in
/// its place. Works line by line, on YAML that cannot be read as well.
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    // Lines deeper than this belong to a secret, those of a map only if nothing has been said of it yet; and the
    // name of a secret may be said before its value.
    let mut deeper_than: Option<(usize, Opens)> = None;
    let mut named: Option<(usize, bool)> = None;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (number, &line) in lines.iter().enumerate() {
        let content = line.trim_end_matches(['\n', '\r']);
        let indent = content.len() - content.trim_start_matches([' ', '-', '\t']).len();
        let blanks = content.len() - content.trim_start().len();
        if let Some((limit, opens)) = deeper_than {
            if content.trim().is_empty() {
                out.push_str(line);
                continue;
            }
            let is_entry = content.contains(": ") || content.trim_end().ends_with(':');
            if blanks > limit && (opens == Opens::Text || !is_entry) {
                changed = true;
                push_masked(&mut out, content, blanks, content.len());
                out.push_str(&line[content.len()..]);
                continue;
            }
            if blanks <= limit {
                deeper_than = None;
            }
        }
        let after = lines.get(number + 1..).unwrap_or_default();
        let (start, end, opens) = secret_in_line(content, after, &mut named, indent);
        if start < end {
            changed = true;
            push_masked(&mut out, content, start, end);
        } else {
            out.push_str(content);
        }
        if opens != Opens::Nothing {
            deeper_than = Some((indent, opens));
        }
        out.push_str(&line[content.len()..]);
    }
    if changed {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// What the lines below a line may be of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opens {
    Nothing,
    /// Its text, or a map that says more of it.
    Value,
    /// Its text.
    Text,
}

/// The content with its bytes `start..end` masked.
fn push_masked(out: &mut String, content: &str, start: usize, end: usize) {
    let hidden = &content[start..end];
    out.push_str(&content[..start]);
    for index in 0..hidden.chars().count() {
        out.push(MASK.chars().nth(index).unwrap_or(' '));
    }
    out.push_str(&content[end..]);
}

/// Where in a line a secret stands (nowhere: an empty range), and whether the lines below may be part of it.
fn secret_in_line(
    content: &str,
    after: &[&str],
    named: &mut Option<(usize, bool)>,
    indent: usize,
) -> (usize, usize, Opens) {
    let none = (0, 0, Opens::Nothing);
    if content.trim_start().starts_with('#') {
        // A comment may hold what was commented out.
        let body = content.find('#').map_or(0, |at| at + 1);
        let (start, end, _) = by_key(&content[body..]);
        return (start + body, end + body, Opens::Nothing);
    }
    // `name: TOKEN` and `value: x` on lines of their own, in either order.
    let (key, value_at) = key_of(content);
    let value = &content[value_at..];
    let is_value = key == "value";
    let says_name = ["name", "key"].contains(&key);
    if says_name {
        *named = Some((indent, is_secret_key(value)));
    }
    let is_named = named.is_some_and(|(at, secret)| at == indent && secret);
    if is_value && (is_named || names_secret(after, indent)) && is_clear(value) {
        return (value_at, content.len(), Opens::Text);
    }
    if key.is_empty() {
        *named = None;
    }
    if let Some(start) = pair_in_braces(content) {
        return (start, content.trim_end().len(), Opens::Nothing);
    }
    let found = by_key(content);
    if found.0 < found.1 || found.2 != Opens::Nothing {
        return found;
    }
    if let Some((start, end)) = secret_in_url(content) {
        return (start, end, Opens::Nothing);
    }
    let lower = content.to_ascii_lowercase();
    for scheme in ["basic ", "bearer "] {
        for (at, _) in lower.match_indices(scheme) {
            let start = at + scheme.len();
            let is_word =
                !lower[..at].ends_with(|character: char| character.is_ascii_alphanumeric());
            let rest = content.get(start..).unwrap_or_default();
            let word = rest
                .split([' ', '"', '\'', ',', '}', ']'])
                .next()
                .unwrap_or_default();
            if is_word && word.len() >= 6 && is_clear(word) {
                return (start, content.len(), Opens::Nothing);
            }
        }
    }
    none
}

/// Whether the item that goes on in these lines says the name of a secret.
fn names_secret(after: &[&str], indent: usize) -> bool {
    let mut own = after.iter().take_while(|line| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        blanks >= indent && !line.trim_start().starts_with("- ")
    });
    own.any(|line| {
        let (key, at) = key_of(line);
        ["name", "key"].contains(&key) && is_secret_key(&line[at..])
    })
}

/// Where the value begins in `{name: TOKEN, value: x}`.
fn pair_in_braces(content: &str) -> Option<usize> {
    let of = |key: &str| {
        let at = content.match_indices(key).find(|(at, _)| {
            let before = content[..*at].chars().next_back();
            before.is_some_and(|before| " {,".contains(before))
        });
        at.map(|(at, _)| at + key.len())
    };
    let name = of("name:").or_else(|| of("key:"))?;
    let name = content[name..].split([',', '}']).next()?;
    let value = of("value:").filter(|_| content.contains('{'))?;
    let start = value + (content[value..].len() - content[value..].trim_start().len());
    let text = content[start..].split([',', '}']).next()?;
    (is_secret_key(name) && is_clear(text)).then_some(start)
}

/// The key at the front of a line, and where its value begins.
fn key_of(content: &str) -> (&str, usize) {
    let start = content.len() - content.trim_start_matches([' ', '-', '\t']).len();
    let Some(colon) = content[start..].find(": ").map(|at| at + start) else {
        return ("", content.len());
    };
    let blanks = content[colon + 1..].len() - content[colon + 1..].trim_start().len();
    (content[start..colon].trim(), colon + 1 + blanks)
}

/// The first secret that a key of the line announces; the line may hold a map in braces.
fn by_key(content: &str) -> (usize, usize, Opens) {
    for (colon, _) in content.match_indices([':', '=']) {
        let before = content[..colon].trim_end();
        let word = before
            .rfind(|character: char| {
                character.is_whitespace()
                    || "{,[(?&\"'".contains(character) && !before.ends_with(character)
            })
            .map_or(before, |at| &before[at + 1..]);
        // The users of `basicauth`.
        if !is_secret_key(word) && word != "inline" {
            continue;
        }
        let behind = &content[colon + 1..];
        let start = colon + 1 + (behind.len() - behind.trim_start().len());
        let value = content[start..].trim_end();
        if value.starts_with(['|', '>']) {
            return (start, start, Opens::Text);
        }
        if value.is_empty() {
            return (start, start, Opens::Value);
        }
        // A map: its own keys tell.
        if value.starts_with('{') {
            continue;
        }
        // What may follow in braces is hidden as well: better too much than a piece of a secret.
        if is_clear(value) {
            return (start, content.trim_end().len(), Opens::Text);
        }
    }
    (0, 0, Opens::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_placeholders_are_no_secrets() {
        for clear in [
            "hunter2",
            "Basic dXNlcjpwdw==",
            "a$b",
            "${env:X:-hunter2}",
            "p${env:X}",
        ] {
            assert!(is_clear(clear), "{clear}");
        }
        for other in [
            "",
            "${env:TOKEN}",
            "Bearer ${env:TOKEN}",
            "$TOKEN",
            "Basic $TOKEN",
            "<token>",
            "{{ .Values.token }}",
            "Bearer",
            "xxxx",
            "'${file:/etc/token}'",
        ] {
            assert!(!is_clear(other), "{other}");
        }
    }

    #[test]
    fn keys_tell_secrets() {
        for key in [
            "password",
            "bearer_token",
            "x-api-key",
            "Authorization",
            "client_secret",
            "apiKey",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "password_file",
            "token_url",
            "key",
            "username",
            "credentials_file",
            "endpoint",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn secrets_are_masked_and_nothing_moves() {
        for (text, shown) in [
            ("password: hunter2\nuser: a\n", "password: ***\nuser: a\n"),
            (
                "- token: hunter2\n  other: b\n",
                "- token: ***\n  other: b\n",
            ),
            ("Authorization: Basic hunter2==\n", "Authorization: ***\n"),
            ("h: {x-api-key: hunter2, y: 1}\n", "h: {x-api-key: ***\n"),
            (
                "endpoint: https://u:hunter2@h/x\n",
                "endpoint: https://***      @h/x\n",
            ),
            (
                "a: 'https://h/x?api_key=hunter2&b=1'\n",
                "a: 'https://h/x?api_key=***\n",
            ),
            (
                "password: |\n  hunter2\n  more\nuser: a\n",
                "password: |\n  ***\n  ***\nuser: a\n",
            ),
            (
                "- name: API_TOKEN\n  value: hunter2\n",
                "- name: API_TOKEN\n  value: ***\n",
            ),
            (
                "- value: hunter2\n  name: API_TOKEN\n",
                "- value: ***\n  name: API_TOKEN\n",
            ),
            (
                "- {name: API_TOKEN, value: hunter2}\n",
                "- {name: API_TOKEN, value: ***\n",
            ),
            ("# password: hunter2\n", "# password: ***\n"),
            ("x: [Bearer hunter2\n", "x: [Bearer ***\n"),
            ("token:\n  - hunter2\nuser: a\n", "token:\n  ***\nuser: a\n"),
            ("password:\n  hunter2\n", "password:\n  ***\n"),
        ] {
            let found = masked(text);
            let trimmed: Vec<&str> = found.lines().map(str::trim_end).collect();
            assert_eq!(trimmed, shown.lines().collect::<Vec<_>>());
            let columns = |text: &str| -> Vec<usize> {
                text.lines().map(|line| line.chars().count()).collect()
            };
            assert_eq!(columns(&found), columns(text), "{text}");
        }
    }

    #[test]
    fn what_holds_no_secret_stays_as_it_is() {
        for text in [
            "password: ${env:PASSWORD}\n",
            "endpoint: http://h:1/x?y=1\n",
            "regex: basic auth is described elsewhere\n",
            "- name: token\n  from: connection\n",
            "password_file: /etc/x\n",
            "authorization:\n  type: Basic\n  credentials_file: /etc/x\n",
            "secret:\n  secretName: tls\n  items:\n    - key: a\n",
            "",
        ] {
            assert!(matches!(masked(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
