//! The parts of a URL, as Go's `net/url` takes them apart (`internal/coreinternal/parseutils/uri.go`).

use crate::collector::attributes::Attributes;
use crate::collector::value::Value;

/// The parts by their semantic-convention names; of a text that begins with `?` its parameters.
///
/// # Errors
/// It is empty, or no URL to Go.
pub fn parts(url: &str) -> Result<Attributes, String> {
    if url.is_empty() {
        return Err("url cannot be empty".to_owned());
    }
    if url.starts_with('?') {
        return Err("URL of a query alone is not simulated".to_owned());
    }
    let wrong = |why: &str| format!("parse {url:?}: {why}");
    if url.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err(wrong("net/url: invalid control character in URL"));
    }
    let (before, fragment) = match url.split_once('#') {
        Some((before, fragment)) => (before, fragment),
        None => (url, ""),
    };
    let fragment = unescape(fragment, Part::Fragment).map_err(|why| wrong(&why))?;
    let (scheme, rest) = scheme_of(before).map_err(wrong)?;
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, query),
        None => (rest, ""),
    };
    let scheme = scheme.to_ascii_lowercase();
    // `mailto:a@b.c`: what stands behind the scheme is neither a host nor a path to Go.
    let rest = if scheme.is_empty() || rest.starts_with('/') {
        rest
    } else {
        ""
    };
    if scheme.is_empty() && !rest.starts_with('/') {
        let first = rest.split('/').next().unwrap_or_default();
        if first.contains(':') {
            return Err(wrong("first path segment in URL cannot contain colon"));
        }
    }
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) if !rest.starts_with('/') || !scheme.is_empty() => {
            let end = rest.find('/').unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        _ => (None, rest),
    };
    let path = unescape(path, Part::Path).map_err(|why| wrong(&why))?;
    let mut map = Attributes::default();
    // Go writes the URL anew; what it would write otherwise than it was given is not known here.
    map.insert("url.original", url);
    let (user, host) = match authority {
        Some(authority) => match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        },
        None => (None, ""),
    };
    let (name, port) = host_of(host).map_err(wrong)?;
    map.insert("url.domain", Value::Str(name.into()));
    map.insert("url.scheme", Value::Str(scheme.into()));
    map.insert("url.path", Value::Str(path.as_str().into()));
    if !port.is_empty() {
        let port = port.parse().map_err(|_| wrong("value out of range"))?;
        map.insert("url.port", Value::Int(port));
    }
    if !fragment.is_empty() {
        map.insert("url.fragment", Value::Str(fragment.into()));
    }
    if let Some(user) = user {
        insert_user(&mut map, user).map_err(|why| wrong(&why))?;
    }
    if !query.is_empty() {
        map.insert("url.query", query);
    }
    if let Some((_, extension)) = path.rsplit_once('.')
        && !extension.is_empty()
    {
        map.insert("url.extension", extension);
    }
    Ok(map)
}

fn insert_user(map: &mut Attributes, user: &str) -> Result<(), String> {
    let (name, password) = match user.split_once(':') {
        Some((name, password)) => (name, Some(password)),
        None => (user, None),
    };
    map.insert("url.user_info", user);
    let name = unescape(name, Part::User)?;
    if !name.is_empty() {
        map.insert("url.username", Value::Str(name.into()));
    }
    if let Some(password) = password {
        let password = unescape(password, Part::User)?;
        map.insert("url.password", Value::Str(password.into()));
    }
    Ok(())
}

/// The scheme, and what follows its colon.
fn scheme_of(url: &str) -> Result<(&str, &str), &'static str> {
    for (at, byte) in url.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme"),
            b':' => return Ok((&url[..at], &url[at + 1..])),
            _ => break,
        }
    }
    Ok(("", url))
}

/// Name and port of a host; the brackets of an IPv6 address go.
fn host_of(host: &str) -> Result<(String, &str), &'static str> {
    if let Some(rest) = host.strip_prefix('[') {
        let (name, after) = rest.rsplit_once(']').ok_or("missing ']' in host")?;
        return Ok((name.to_owned(), port_of(after)?));
    }
    if host.bytes().any(|byte| {
        matches!(
            byte,
            b' ' | b'<' | b'>' | b'"' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
        )
    }) {
        return Err("invalid character in host name");
    }
    match host.rfind(':') {
        Some(at) => Ok((host[..at].to_owned(), port_of(&host[at..])?)),
        None => Ok((host.to_owned(), "")),
    }
}

fn port_of(port: &str) -> Result<&str, &'static str> {
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(""),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(digits),
        _ => Err("invalid port after host"),
    }
}

/// Which part is unescaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    User,
    Fragment,
}

/// Percent signs and two digits made the byte they stand for.
fn unescape(text: &str, part: Part) -> Result<String, String> {
    if part == Part::User
        && text
            .bytes()
            .any(|byte| matches!(byte, b' ' | b'/' | b'[' | b']'))
    {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digit = |at: usize| {
                bytes
                    .get(at)
                    .and_then(|&byte| char::from(byte).to_digit(16))
            };
            let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
                return Err(format!("invalid URL escape in {text:?}"));
            };
            out.push((high << 4 | low) as u8);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}
