//! Names and addresses to pseudonyms: with one key, equal parts give equal pseudonyms wherever they stand.
//!
//! A value is cut at everything that no name holds (`/`, `,`, `|`, blanks, …), then into addresses, ports
//! and the parts between dots. What is cut at stays, and so do ports and the words in
//! [`harmless`]. A pseudonym keeps the shape of what it stands for: an address stays an
//! address, a pod's name one with the two parts that Kubernetes generates.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::sync::Mutex;
use std::sync::PoisonError;

use hmac::Hmac;
use hmac::Mac;
use sha2::Sha256;

use super::harmless;
use super::key::Key;

/// What Kubernetes generates names from.
const GENERATED: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// What pseudonyms of names are written in.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What is asked of the key, so that no two answers are alike.
#[derive(Clone, Copy)]
enum Domain {
    KeyId = 0,
    Name = 1,
    Hash = 2,
    Digest = 3,
    Uuid = 4,
    Suffix = 5,
    Private = 6,
    Public = 7,
    Ipv6 = 8,
}

/// Makes pseudonyms with one key.
pub(super) struct Pseudonyms {
    mac: Hmac<Sha256>,
    /// Public addresses by their pseudonym: there are more of them than there are pseudonyms.
    public: Mutex<HashMap<u32, u32>>,
}

impl Pseudonyms {
    pub(super) fn new(key: &Key) -> Self {
        Self {
            mac: key.mac(),
            public: Mutex::default(),
        }
    }

    /// Tells keys apart.
    pub(super) fn key_id(&self) -> String {
        hexadecimal(&self.digest(Domain::KeyId, &[])[..8])
    }

    /// `value` with everything in it replaced that is not known to be harmless.
    pub(super) fn value(&self, value: &str) -> String {
        let mut result = String::with_capacity(value.len() + 16);
        let mut rest = value;
        let mut before = None;
        while let Some(first) = rest.chars().next() {
            let length = if belongs_to_name(first) {
                rest.find(|c| !belongs_to_name(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (part, behind) = rest.split_at(length);
            if belongs_to_name(first) {
                self.host(part, before, &mut result);
            } else {
                result.push_str(part);
            }
            before = Some(first);
            rest = behind;
        }
        result
    }

    /// A text for people: words of this program and short numbers stay, anything else may be a name.
    pub(super) fn sentence(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                result.push(' ');
            }
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let is_number = bare.len() <= 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
            if is_number || is_span(bare) || harmless::is_plain_word(bare) {
                result.push_str(word);
            } else {
                result.push_str(&self.value(word));
            }
        }
        result
    }

    /// A host with or without a port, or parts between dots and colons; `before` is what stands in front.
    fn host(&self, text: &str, before: Option<char>, result: &mut String) {
        if let Ok(address) = text.parse::<IpAddr>() {
            return self.address(address, text, result);
        }
        if let Some((host, port)) = text.rsplit_once(':')
            && is_port(port)
            && let Ok(address) = host.parse::<Ipv4Addr>()
        {
            self.address(address.into(), host, result);
            let _ = write!(result, ":{port}");
            return;
        }
        let mut before = before;
        let mut rest = text;
        loop {
            let end = rest.find(['.', ':']).unwrap_or(rest.len());
            let part = &rest[..end];
            if matches!(before, Some(':' | '|')) && is_port(part) {
                result.push_str(part);
            } else {
                self.part(part, result);
            }
            let Some(separator) = rest[end..].chars().next() else {
                return;
            };
            result.push(separator);
            before = Some(separator);
            rest = &rest[end + 1..];
        }
    }

    /// One part of a name.
    fn part(&self, part: &str, result: &mut String) {
        if part.is_empty() || harmless::is_public(part) {
            result.push_str(part);
        } else if is_uuid(part) {
            let digits = hexadecimal(&self.digest(Domain::Uuid, part.as_bytes())[..16]);
            let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
            result.push_str(&parts.join("-"));
        } else if is_generated(part, 8..=10) {
            self.generated(part, result);
        } else if is_digest(part) {
            let digits = hexadecimal(&self.digest(Domain::Digest, part.as_bytes())[..8]);
            result.push_str(&digits);
        } else if let Some((front, suffix)) =
            part.rsplit_once('-').filter(|(front, _)| !front.is_empty())
        {
            self.numbered(part, front, suffix, result);
        } else {
            self.name(part, result);
        }
    }

    /// A part with a `-` in it, which may be what a controller calls its pods.
    fn numbered(&self, part: &str, front: &str, suffix: &str, result: &mut String) {
        let is_ordinal =
            (1..=3).contains(&suffix.len()) && suffix.bytes().all(|byte| byte.is_ascii_digit());
        if is_ordinal {
            self.part(front, result);
            let _ = write!(result, "-{suffix}");
            return;
        }
        if !is_generated(suffix, 5..=5) {
            return self.name(part, result);
        }
        // A ReplicaSet's pods have its hash in between, a DaemonSet's do not.
        match front.rsplit_once('-') {
            Some((workload, hash)) if is_generated(hash, 8..=10) && !workload.is_empty() => {
                self.part(workload, result);
                result.push('-');
                self.generated(hash, result);
            }
            _ => self.part(front, result),
        }
        result.push('-');
        self.suffix(suffix, result);
    }

    /// Sixty bits: of a million names two are alike with a chance of one in two million.
    fn name(&self, name: &str, result: &mut String) {
        result.push('x');
        let digest = self.digest(Domain::Name, name.as_bytes());
        for byte in &digest[..12] {
            result.push(char::from(BASE32[usize::from(byte % 32)]));
        }
    }

    /// Ten characters as Kubernetes hashes a template.
    fn generated(&self, hash: &str, result: &mut String) {
        let digest = self.digest(Domain::Hash, hash.as_bytes());
        let mut left = digest.iter().fold(0_u128, |number, byte| {
            number.wrapping_mul(256).wrapping_add(u128::from(*byte))
        });
        // A letter and a digit, or it would not look like a hash.
        for (from, count) in [(0, 20), (20, 7)].into_iter().chain([(0, 27); 8]) {
            result.push(char::from(
                GENERATED[from + (left % count as u128) as usize],
            ));
            left /= count as u128;
        }
    }

    /// The five characters at the end of a pod's name: one for one, as there are few of them.
    fn suffix(&self, suffix: &str, result: &mut String) {
        const ALL: u32 = 27_u32.pow(5);
        let digit = |byte: u8| {
            GENERATED
                .iter()
                .position(|known| *known == byte)
                .unwrap_or(0)
        };
        let mut number = suffix
            .bytes()
            .fold(0, |number, byte| number * 27 + digit(byte) as u32);
        // Walks on until it is back among the numbers there are, which keeps it one for one.
        loop {
            number = self.permuted(Domain::Suffix, number, 12);
            if number < ALL {
                break;
            }
        }
        let mut characters = [0; 5];
        for character in characters.iter_mut().rev() {
            *character = GENERATED[(number % 27) as usize];
            number /= 27;
        }
        result.extend(characters.map(char::from));
    }

    /// An address, `text` as written.
    fn address(&self, address: IpAddr, text: &str, result: &mut String) {
        let pseudonym: IpAddr = match address {
            _ if address.is_loopback() || address.is_unspecified() => address,
            IpAddr::V4(address) => self.ipv4(address).into(),
            IpAddr::V6(_) => {
                // One address has many spellings, and each is a value of its own.
                let digest = self.digest(Domain::Ipv6, text.as_bytes());
                let mut octets = [0; 16];
                octets[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
                octets[4..].copy_from_slice(&digest[..12]);
                Ipv6Addr::from(octets).into()
            }
        };
        let _ = write!(result, "{pseudonym}");
    }

    /// Addresses that nobody routes, 240.0.0.0/4: private ones in its first quarter, one for one; public ones
    /// in the rest, where two may meet and the later one gives way.
    fn ipv4(&self, address: Ipv4Addr) -> Ipv4Addr {
        const FIRST: u32 = 0xf000_0000;
        const PUBLIC: u32 = 0xf400_0000;
        /// The last 255.… are left alone: broadcast is among them.
        const PUBLIC_COUNT: u32 = 0xff00_0000 - PUBLIC;
        if let Some(index) = private_index(address) {
            return Ipv4Addr::from(FIRST + self.permuted(Domain::Private, index, 13));
        }
        let original = u32::from(address);
        let digest = self.digest(Domain::Public, &original.to_be_bytes());
        let mut place = first_u32(&digest) % PUBLIC_COUNT;
        let mut taken = self.public.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken.entry(place).or_insert(original) != original {
            place = (place + 1) % PUBLIC_COUNT;
        }
        Ipv4Addr::from(PUBLIC + place)
    }

    /// Another number of twice `half` bits, one for one: a Feistel network of eight rounds.
    fn permuted(&self, domain: Domain, number: u32, half: u32) -> u32 {
        let mask = (1 << half) - 1;
        let (mut left, mut right) = (number >> half, number & mask);
        for round in 0..8_u8 {
            let mut message = vec![round];
            message.extend(right.to_be_bytes());
            let mixed = first_u32(&self.digest(domain, &message)) & mask;
            (left, right) = (right, left ^ mixed);
        }
        left << half | right
    }

    fn digest(&self, domain: Domain, message: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(&[domain as u8]);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

fn first_u32(digest: &[u8; 32]) -> u32 {
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Numbers the addresses that clusters use inside, below 2²⁶.
fn private_index(address: Ipv4Addr) -> Option<u32> {
    const NETWORKS: [(u32, u32); 5] = [
        (0x0a00_0000, 24), // 10.0.0.0/8
        (0x6440_0000, 22), // 100.64.0.0/10
        (0xac10_0000, 20), // 172.16.0.0/12
        (0xc0a8_0000, 16), // 192.168.0.0/16
        (0xa9fe_0000, 16), // 169.254.0.0/16
    ];
    let address = u32::from(address);
    let mut before = 0;
    for (network, bits) in NETWORKS {
        if address >> bits == network >> bits {
            return Some(before + (address - network));
        }
        before += 1 << bits;
    }
    None
}

/// What may stand in a host name or a Kubernetes name; other scripts too.
fn belongs_to_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':') || !c.is_ascii()
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// `10s`, `250ms`.
fn is_span(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < text.len() && matches!(unit, "s" | "ms" | "m")
}

fn is_uuid(text: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = text.split('-').map(|part| (part.len(), is_hex(part)));
    parts.eq([8, 4, 4, 4, 12].map(|length| (length, true)))
}

fn is_mixed(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_generated(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    let known = text.bytes().all(|byte| GENERATED.contains(&byte));
    // Five letters may be a word; of eight, a hash without a digit is rare.
    known && lengths.contains(&text.len()) && (text.len() == 5 || is_mixed(text))
}

fn is_digest(text: &str) -> bool {
    (7..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && is_mixed(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&Key::of(b"0123456789abcdef0123456789abcdef"))
    }

    #[test]
    fn structure_stays_and_names_go() {
        let made = pseudonyms();
        for (value, shape) in [
            ("web", "N"),
            (
                "web.emojivoto.svc.cluster.local:8080",
                "N.N.svc.cluster.local:8080",
            ),
            (
                "web.emojivoto.serviceaccount.identity.linkerd.cluster.local",
                "N.N.serviceaccount.identity.linkerd.cluster.local",
            ),
            (
                "spiffe://cluster.local/ns/emojivoto/sa/web",
                "spiffe://cluster.local/ns/N/sa/N",
            ),
            ("web-58b6f7c9d4-tl7hc", "N-H{10}-H{5}"),
            ("58b6f7c9d4", "H{10}"),
            ("web-0", "N-0"),
            ("10.42.0.11:8080", "24[0-3]\\.D\\.D\\.D:8080"),
            ("10.42.0.11", "24[0-3]\\.D\\.D\\.D"),
            ("8.8.8.8", "2[45]\\d\\.D\\.D\\.D"),
            ("127.0.0.1:4191", "127.0.0.1:4191"),
            ("[fd00::1]:8080", "\\[2001:db8:[0-9a-f:]+\\]:8080"),
            ("GET /status/{code}", "GET /N/\\{N\\}"),
            (
                "outbound|9080||web.emojivoto.svc.cluster.local",
                "outbound\\|9080\\|\\|N.N.svc.cluster.local",
            ),
            (
                "123e4567-e89b-12d3-a456-426614174000",
                "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            ),
            ("0dcf4e17f", "[0-9a-f]{16}"),
            ("123456789012", "N"),
            ("", ""),
        ] {
            let pattern = shape.replace('N', "x[a-z2-7]{12}");
            let pattern = pattern.replace('H', "[b-z2-9]").replace('D', "\\d{1,3}");
            let pattern = regex::Regex::new(&format!("^{pattern}$")).unwrap();
            let made = made.value(value);
            assert!(pattern.is_match(&made), "{value} became {made}");
        }
    }

    #[test]
    fn equal_parts_have_equal_pseudonyms_wherever_they_stand() {
        let made = pseudonyms();
        let web = made.value("web");
        assert!(
            made.value("web.emojivoto:80")
                .starts_with(&format!("{web}."))
        );
        assert!(
            made.value("web-58b6f7c9d4-tl7hc")
                .starts_with(&format!("{web}-"))
        );
        assert!(made.value("/a/web").ends_with(&format!("/{web}")));
        let hash = made.value("58b6f7c9d4");
        assert!(made.value("web-58b6f7c9d4-tl7hc").contains(&hash));
        let address = made.value("10.42.0.11");
        assert_eq!(made.value("10.42.0.11:80"), format!("{address}:80"));
    }

    #[test]
    fn another_key_gives_other_pseudonyms() {
        let (one, other) = (pseudonyms(), Pseudonyms::new(&Key::of(&[7; 32])));
        for value in [
            "web",
            "10.42.0.11",
            "8.8.8.8",
            "fd00::1",
            "web-58b6f7c9d4-tl7hc",
        ] {
            assert_ne!(one.value(value), other.value(value), "{value}");
        }
        assert_ne!(one.key_id(), other.key_id());
    }

    #[test]
    fn many_addresses_and_pods_stay_as_many() {
        let made = pseudonyms();
        let mut addresses = HashSet::new();
        let mut pods = HashSet::new();
        for number in 0..4096_u32 {
            let [_, b, c, d] = number.to_be_bytes();
            for network in [10, 11] {
                addresses.insert(made.value(&format!("{network}.{b}.{c}.{d}")));
            }
            let letters = [0, 1, 2]
                .map(|place| char::from(GENERATED[(number / 27_u32.pow(place) % 27) as usize]));
            pods.insert(made.value(&format!("web-58b6f7c9d4-bb{}", String::from_iter(letters))));
        }
        assert_eq!((addresses.len(), pods.len()), (8192, 4096));
    }

    #[test]
    fn a_reason_keeps_its_words_and_loses_names() {
        let made = pseudonyms();
        assert_eq!(
            made.sentence("no answer within 10s"),
            "no answer within 10s"
        );
        let said = made.sentence("HTTP 503 Service Unavailable: no healthy upstream web-1.prod");
        assert!(
            said.starts_with("HTTP 503 Service Unavailable: no "),
            "{said}"
        );
        assert!(!said.contains("web") && !said.contains("prod"), "{said}");
    }
}
