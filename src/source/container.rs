//! Recognises what a stream is packed in, by its first bytes.

/// Bytes of a tar header, which is also the unit everything in a tar is padded to.
pub(super) const TAR_BLOCK: usize = 512;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

/// What a stream is packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Compressed(Compression),
    Tar,
}

impl Container {
    /// What `head` begins, or `None` when it is packed in nothing that can be opened here.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(&[0x1f, 0x8b]) {
            return Some(Self::Compressed(Compression::Gzip));
        }
        // A zstd frame, or one of the sixteen skippable kinds that may come before it.
        if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
            || (head.starts_with(&[head.first()? & 0x0f | 0x50])
                && head[1..].starts_with(&[0x2a, 0x4d, 0x18]))
        {
            return Some(Self::Compressed(Compression::Zstd));
        }
        is_tar_header(head).then_some(Self::Tar)
    }
}

/// Whether `head` begins with a tar header: the checksum tells, as old archives have no magic word.
fn is_tar_header(head: &[u8]) -> bool {
    let Some(block) = head.get(..TAR_BLOCK) else {
        return false;
    };
    let stored = block[148..156].trim_ascii();
    let stored = stored.split(|byte| matches!(byte, 0 | b' ')).next();
    let Some(stored) = stored
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| u32::from_str_radix(digits, 8).ok())
    else {
        return false;
    };
    // The checksum field itself counts as eight blanks.
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    stored == sum(&block[..148]) + 8 * u32::from(b' ') + sum(&block[156..])
}

/// The name of a packing that is common and not opened here, for a hint what to do with it.
pub(super) fn unsupported(head: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"PK\x03\x04", "zip"),
        (b"\xfd7zXZ\0", "xz"),
        (b"BZh", "bzip2"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\xff\x06\0\0sNaPpY", "snappy"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| head.starts_with(magic));
    known.map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_gzip_and_both_kinds_of_zstd_frames() {
        let gzip = Some(Container::Compressed(Compression::Gzip));
        let zstd = Some(Container::Compressed(Compression::Zstd));
        assert_eq!(Container::of(&[0x1f, 0x8b, 8, 0]), gzip);
        assert_eq!(Container::of(&[0x28, 0xb5, 0x2f, 0xfd, 0]), zstd);
        assert_eq!(Container::of(&[0x5e, 0x2a, 0x4d, 0x18, 0]), zstd);
        assert_eq!(Container::of(&[0x4e, 0x2a, 0x4d, 0x18, 0]), None);
    }

    #[test]
    fn knows_a_tar_by_its_checksum_alone() {
        let mut header = tar::Header::new_old();
        header.set_path("pod.prom").unwrap();
        header.set_size(5);
        header.set_cksum();
        assert_eq!(Container::of(header.as_bytes()), Some(Container::Tar));
        let mut broken = *header.as_bytes();
        broken[0] ^= 1;
        assert_eq!(Container::of(&broken), None);
    }

    #[test]
    fn takes_no_short_or_empty_head_for_anything() {
        assert_eq!(Container::of(b""), None);
        assert_eq!(Container::of(b"P"), None);
        assert_eq!(Container::of(&[0; 2048]), None);
        assert_eq!(Container::of(b"up 1\n"), None);
    }

    #[test]
    fn names_packings_that_it_cannot_open() {
        assert_eq!(unsupported(b"PK\x03\x04..."), Some("zip"));
        assert_eq!(unsupported(b"up 1\n"), None);
    }
}
