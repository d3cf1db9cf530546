//! The certificate and its key: read from two files, and read again when they were renewed.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use rustls::{
    crypto::CryptoProvider,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject as _},
    },
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// Where they are, both in PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate, and behind it those that lead to one that browsers know.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used, as a sentence for the operator. Nothing of what is in the files is in it.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file is not there, or not for us.
    #[error("cannot read {}: {error}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The first file is something else.
    #[error("there is no certificate in PEM that can be used in {}", .0.display())]
    NoCertificate(PathBuf),
    /// The second file is something else.
    #[error("there is no private key in PEM, without a password, that can be used in {}", .0.display())]
    NoKey(PathBuf),
    /// Each is fine by itself.
    #[error("the key in {} is not that of the certificate in {}", .0.key.display(), .0.certificate.display())]
    Mismatch(TlsFiles),
}

/// What the server shows to prove that it is the one that was asked for.
pub struct Certificate {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    /// Replaced as a whole by `renew`; handshakes that are under way keep theirs.
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads both files.
    ///
    /// # Errors
    /// One of them cannot be read or used, or they do not belong together.
    pub fn read(files: TlsFiles, provider: Arc<CryptoProvider>) -> Result<Self, CertificateError> {
        let current = RwLock::new(Arc::new(certified(&files, &provider)?));
        Ok(Self {
            files,
            provider,
            current,
        })
    }

    /// Reads both files again, for the handshakes to come.
    ///
    /// # Errors
    /// As [`Certificate::read`]; what there was stays.
    pub fn renew(&self) -> Result<(), CertificateError> {
        let renewed = Arc::new(certified(&self.files, &self.provider)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Certificate").field(&self.files).finish()
    }
}

fn certified(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, CertificateError> {
    let no_certificate = || CertificateError::NoCertificate(files.certificate.clone());
    let no_key = || CertificateError::NoKey(files.key.clone());
    let chain: Vec<CertificateDer<'_>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(&files.certificate, error).unwrap_or_else(no_certificate))?;
    if chain.is_empty() {
        return Err(no_certificate());
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unreadable(&files.key, error).unwrap_or_else(no_key))?;
    let key = provider.key_provider.load_private_key(key).map_err(|_| no_key())?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) => Ok(certified),
        Err(rustls::Error::InconsistentKeys(_)) => Err(CertificateError::Mismatch(files.clone())),
        Err(_) => Err(no_certificate()),
    }
}

/// Errors of the system are told; those of the format may quote what is in the file, and are not.
fn unreadable(file: &Path, error: pem::Error) -> Option<CertificateError> {
    match error {
        pem::Error::Io(error) => Some(CertificateError::Unreadable {
            file: file.to_owned(),
            error,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::ring;
    use tempfile::TempDir;

    use super::*;

    fn files(folder: &TempDir, certificate: &str, key: &str) -> TlsFiles {
        let files = TlsFiles {
            certificate: folder.path().join("certificate.pem"),
            key: folder.path().join("key.pem"),
        };
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }

    /// A certificate and its key, in PEM.
    fn fresh() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn sentence(files: TlsFiles) -> String {
        let provider = Arc::new(ring::default_provider());
        Certificate::read(files, provider).unwrap_err().to_string()
    }

    #[test]
    fn each_mistake_has_its_sentence_and_none_shows_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let ((certificate, key), (_, other)) = (fresh(), fresh());
        let broken = key.replace('\n', " ");
        for (certificate, key, says) in [
            ("nothing", &*key, "there is no certificate in PEM"),
            (&key, &key, "there is no certificate in PEM"),
            (&certificate, "nothing", "there is no private key in PEM"),
            (&certificate, &certificate, "there is no private key in PEM"),
            (&certificate, &broken, "there is no private key in PEM"),
            (&certificate, &other, "is not that of the certificate"),
        ] {
            let said = sentence(files(&folder, certificate, key));
            assert!(said.contains(says), "{said}");
            let secret = key.lines().find(|line| !line.starts_with('-')).unwrap_or(key);
            assert!(key == "nothing" || !said.contains(secret), "{said}");
        }
        let mut missing = files(&folder, &certificate, &key);
        missing.key = folder.path().join("nowhere.pem");
        assert!(sentence(missing).contains("nowhere.pem"));
    }

    #[test]
    fn a_renewal_that_cannot_be_used_leaves_what_there_was() {
        let folder = tempfile::tempdir().unwrap();
        let ((certificate, key), (renewed, its_key)) = (fresh(), fresh());
        let provider = Arc::new(ring::default_provider());
        let certificate = Certificate::read(files(&folder, &certificate, &key), provider).unwrap();
        let shown = || certificate.current.read().unwrap().cert.clone();
        let before = shown();
        files(&folder, &renewed, &key);
        assert!(certificate.renew().is_err());
        assert_eq!(shown(), before);
        files(&folder, &renewed, &its_key);
        certificate.renew().unwrap();
        assert_ne!(shown(), before);
    }
}
