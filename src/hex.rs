//! How does a hash read in a file or a message?

use std::fmt::Write;

/// Two digits for each byte, in lower case.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
