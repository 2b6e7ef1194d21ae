//! With which certificate do we say who we are?
//!
//! Invariant: a key that others may read is not used, as in libpq; nothing of a key gets into an error.

use std::fs::Metadata;
use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::ClientCert;
use crate::error::{Error, Result};

/// The chain of certificates, ours first, and the key.
pub(super) fn load(files: &ClientCert) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = super::tls::certificates(&files.cert, "sslcert")?;
    let named = |error: Error| error.hint("sslkey of the database address names this file");
    let metadata = std::fs::metadata(&files.key).map_err(|cause| named(Error::io("read", &files.key, &cause)))?;
    if is_open(&metadata) {
        return Err(Error::new(format!("the key {} is not used: others may read it", files.key.display()))
            .hint(format!("chmod 0600 {}", files.key.display())));
    }
    let text = std::fs::read(&files.key).map_err(|cause| named(Error::io("read", &files.key, &cause)))?;
    if is_encrypted(&text) {
        return Err(Error::new(format!("not supported: the encrypted key {}", files.key.display()))
            .hint("write it without its password: openssl pkey -in KEY -out NEW, then chmod 0600 NEW"));
    }
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        Error::new(format!("{} holds no private key in PEM form", files.key.display()))
            .hint("sslkey takes a file with -----BEGIN PRIVATE KEY-----")
    })?;
    Ok((chain, key))
}

pub(super) fn does_not_fit(files: &ClientCert, cause: &rustls::Error) -> Error {
    let (cert, key) = (files.cert.display(), files.key.display());
    Error::new(format!("the certificate {cert} and the key {key} cannot be used"))
        .detail(cause.to_string())
        .hint("sslcert and sslkey must belong together")
}

/// The owner alone may read a key; one of root's may be read by a group that we are in.
#[cfg(unix)]
fn is_open(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let shut = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    metadata.is_file() && metadata.mode() & shut != 0
}

#[cfg(not(unix))]
fn is_open(_: &Metadata) -> bool {
    false
}

fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED")
}

/// A relative path starts at the folder of what names it.
pub(super) fn pair(cert: Option<&Path>, key: Option<&Path>) -> Result<Option<ClientCert>, &'static str> {
    match (cert, key) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(ClientCert { cert: cert.to_owned(), key: key.to_owned() })),
        (Some(_), None) => Err("sslkey"),
        (None, Some(_)) => Err("sslcert"),
    }
}
