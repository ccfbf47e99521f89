//! How far two byte strings agree.

/// Length of the longest common prefix of `a` and `b`.
///
/// Whole 32-byte blocks first: lines of one label set agree for hundreds of bytes.
pub(super) fn mismatch(a: &[u8], b: &[u8]) -> usize {
    let shorter = a.len().min(b.len());
    let (a, b) = (&a[..shorter], &b[..shorter]);
    let (a_blocks, _) = a.as_chunks::<32>();
    let (b_blocks, _) = b.as_chunks::<32>();
    let blocks = a_blocks
        .iter()
        .zip(b_blocks)
        .take_while(|(x, y)| x == y)
        .count();
    let start = blocks * 32;
    start + mismatch_by_word(&a[start..], &b[start..])
}

/// The same, eight bytes at a time: the lowest differing bit of two little-endian words lies in the first
/// differing byte.
fn mismatch_by_word(a: &[u8], b: &[u8]) -> usize {
    let (a_words, a_rest) = a.as_chunks::<8>();
    let (b_words, b_rest) = b.as_chunks::<8>();
    for (index, (x, y)) in a_words.iter().zip(b_words).enumerate() {
        let differing = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if differing != 0 {
            return index * 8 + differing.trailing_zeros() as usize / 8;
        }
    }
    let rest = a_rest.iter().zip(b_rest);
    a_words.len() * 8 + rest.take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests {
    use super::mismatch;

    #[test]
    fn finds_the_first_difference_at_every_distance() {
        for length in 0..100 {
            let a = vec![b'a'; length];
            assert_eq!(mismatch(&a, &a), length);
            for at in 0..length {
                let mut b = a.clone();
                b[at] = b'b';
                assert_eq!(mismatch(&a, &b), at);
                assert_eq!(mismatch(&a[..at], &b), at);
            }
        }
    }
}
