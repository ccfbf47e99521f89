//! Hashes, written as hexadecimal digits, and `FNV`, a number.

use std::fmt::Write as _;

use md5::Digest as _;
use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;
use sha2::Sha512;
use xxhash_rust::xxh3::xxh3_64;
use xxhash_rust::xxh3::xxh3_128;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;

use super::arguments::Built;
use super::arguments::of_text;
use super::murmur;

const TARGET: &[Param] = &[Param::new("Target", Kind::Str)];

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter("MD5", TARGET, |args| {
        digest(args, |bytes| hex(&Md5::digest(bytes)))
    })
    .since(107),
    Function::converter("SHA1", TARGET, |args| {
        digest(args, |bytes| hex(&Sha1::digest(bytes)))
    }),
    Function::converter("SHA256", TARGET, |args| {
        digest(args, |bytes| hex(&Sha256::digest(bytes)))
    }),
    Function::converter("SHA512", TARGET, |args| {
        digest(args, |bytes| hex(&Sha512::digest(bytes)))
    })
    .since(107),
    Function::converter("Murmur3Hash", TARGET, |args| {
        digest(args, |bytes| hex(&murmur::hash_32(bytes).to_le_bytes()))
    })
    .since(125),
    Function::converter("Murmur3Hash128", TARGET, |args| {
        digest(args, |bytes| {
            let (first, second) = murmur::hash_128(bytes);
            hex(&first.to_le_bytes()) + &hex(&second.to_le_bytes())
        })
    })
    .since(125),
    Function::converter("XXH3", TARGET, |args| {
        digest(args, |bytes| hex(&xxh3_64(bytes).to_be_bytes()))
    })
    .since(138),
    Function::converter("XXH128", TARGET, |args| {
        digest(args, |bytes| hex(&xxh3_128(bytes).to_be_bytes()))
    })
    .since(139),
    Function::converter("FNV", TARGET, |mut args| {
        of_text(args.getter("Target")?, |text| {
            Ok(Val::Int(fnv_1a(text.as_bytes()).cast_signed()))
        })
    }),
];

fn digest(mut args: Args, work: fn(&[u8]) -> String) -> Built {
    of_text(args.getter("Target")?, move |text| {
        Ok(Val::from(work(text.as_bytes())))
    })
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// FNV-1a of 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv>).
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
