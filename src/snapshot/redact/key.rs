//! The key that pseudonyms are made with. It is never written but to its own file.

use std::fmt::Write as _;
use std::fs;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::path::Path;

use hmac::Hmac;
use hmac::KeyInit;
use sha2::Sha256;

use crate::snapshot::Error;

/// Sixteen characters can be guessed no faster than the key of a cipher; fewer may be a password.
const LEAST_BYTES: usize = 16;

/// A secret to make pseudonyms with.
pub struct Key {
    mac: Hmac<Sha256>,
}

/// Shows nothing of the key.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// A key that was read from a file, and what is to be said of that.
#[derive(Debug)]
pub struct KeyFile {
    /// The key.
    pub key: Key,
    /// The file was not there and has been made.
    pub created: bool,
    /// Others than its owner may read it.
    pub exposed: bool,
}

impl Key {
    /// A key that nobody else has, and that is gone with this process.
    ///
    /// # Errors
    /// The system has no random numbers to give.
    pub fn random() -> Result<Self, Error> {
        Ok(Self::of(&random_bytes()?))
    }

    /// The key in the file at `path`, which is made, readable by its owner alone, where it does not exist.
    ///
    /// # Errors
    /// The file cannot be read or made, or holds too little to be a key.
    pub fn from_file(path: &Path) -> Result<KeyFile, Error> {
        let failed = |source| Error::Key {
            path: path.to_path_buf(),
            source,
        };
        let created = match fs::symlink_metadata(path) {
            Ok(_) => false,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path)?;
                true
            }
            Err(error) => return Err(failed(error)),
        };
        let text = fs::read(path).map_err(failed)?;
        let secret = text.trim_ascii();
        if secret.len() < LEAST_BYTES {
            return Err(Error::ShortKey {
                path: path.to_path_buf(),
                least: LEAST_BYTES,
            });
        }
        Ok(KeyFile {
            key: Self::of(secret),
            created,
            exposed: is_exposed(path),
        })
    }

    pub(super) fn of(secret: &[u8]) -> Self {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret);
        Self {
            mac: mac.expect("HMAC takes keys of any length"),
        }
    }

    pub(super) fn mac(&self) -> Hmac<Sha256> {
        self.mac.clone()
    }
}

fn random_bytes() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(bytes)
}

/// Writes a new key; whoever comes second finds it made.
fn create(path: &Path) -> Result<(), Error> {
    let mut text = String::with_capacity(65);
    for byte in random_bytes()? {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\n');
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .map_err(|source| Error::Key {
            path: path.to_path_buf(),
            source,
        })
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).is_ok_and(|known| known.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}
