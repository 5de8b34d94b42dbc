//! TLS: certificate files that are read again when they change, or a certificate made here for a local network.

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use rustls::{
    ServerConfig,
    client::verify_server_name,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::{ClientHello, ParsedCertificate, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read or written.
    #[error("TLS: {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// A file holds no certificate, or no key, in PEM.
    #[error("TLS: {0}: not a PEM file of a certificate chain or a private key: {1}")]
    Pem(PathBuf, rustls::pki_types::pem::Error),
    /// Key and certificate can't be used, or do not belong together.
    #[error("TLS: {0}")]
    Unusable(#[from] rustls::Error),
    /// No certificate could be made.
    #[error("TLS: a certificate can't be made: {0}")]
    Unmade(#[from] rcgen::Error),
}

/// The server's certificate, as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Certificates {
    acceptor: Arc<ServerConfig>,
    current: Arc<Current>,
}

#[derive(Debug)]
struct Current {
    chain: PathBuf,
    key: PathBuf,
    now: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Certificates {
    /// Reads a certificate chain and its key, both PEM.
    pub(crate) fn open(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let now = RwLock::new(Arc::new(read(chain, key)?));
        let current = Arc::new(Current { chain: chain.to_owned(), key: key.to_owned(), now });
        let provider = Arc::new(aws_lc_rs::default_provider());
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(&current) as _;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { acceptor: Arc::new(config), current })
    }

    /// A certificate of the server's own making, kept in `folder` so that whoever trusted it once need not again. One that
    /// is not for all of these addresses is of no use to whoever calls the server by them: another takes its place.
    pub(crate) fn self_signed(folder: &Path, addresses: &[IpAddr]) -> Result<Self, TlsError> {
        let (chain, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        let mut lacking = Vec::new();
        let kept = chain.exists() && key.exists();
        if kept {
            lacking = addresses_lacking(&chain, addresses)?;
        }
        if !kept || !lacking.is_empty() {
            let names = std::iter::once("localhost".to_owned()).chain(addresses.iter().map(ToString::to_string));
            let made = rcgen::generate_simple_self_signed(names.collect::<Vec<_>>())?;
            let written = |path: &Path, result: io::Result<()>| result.map_err(|e| TlsError::File(path.to_owned(), e));
            written(folder, fs::create_dir_all(folder))?;
            written(&key, write_secret(&key, &made.signing_key.serialize_pem()))?;
            written(&chain, fs::write(&chain, made.cert.pem()))?;
        }
        if !lacking.is_empty() {
            let certificate = chain.display();
            tracing::warn!(
                %certificate,
                ?lacking,
                "the certificate that was kept is not for these addresses; a new one was made: trust it anew"
            );
        }
        Self::open(&chain, &key)
    }

    /// Accepts TLS connections.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.acceptor))
    }

    /// Reads the files again whenever they change, for ever; drop the future to stop. What can't be used leaves the
    /// certificate as it is.
    pub(crate) async fn keep_fresh(self) {
        let mut seen = self.current.changed_at();
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            let now = self.current.changed_at();
            if now == seen {
                continue;
            }
            match self.current.read_again() {
                Ok(()) => {
                    seen = now;
                    tracing::info!("the TLS certificate was read again");
                }
                Err(error) => tracing::error!(%error, "the new TLS certificate can't be used; the old one stays"),
            }
        }
    }
}

impl Current {
    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        [&self.chain, &self.key].map(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok())
    }

    fn read_again(&self) -> Result<(), TlsError> {
        let fresh = Arc::new(read(&self.chain, &self.key)?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

fn read(chain: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let unreadable = |path: &Path, error: io::Error| TlsError::File(path.to_owned(), error);
    let no_pem = |path: &Path, error| TlsError::Pem(path.to_owned(), error);
    let text = fs::read(chain).map_err(|error| unreadable(chain, error))?;
    let certificates = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| no_pem(chain, error))?;
    let text = fs::read(key).map_err(|error| unreadable(key, error))?;
    let private = PrivateKeyDer::from_pem_slice(&text).map_err(|error| no_pem(key, error))?;
    Ok(CertifiedKey::from_der(certificates, private, &aws_lc_rs::default_provider())?)
}

/// Those of the addresses that a certificate is not for.
fn addresses_lacking(chain: &Path, addresses: &[IpAddr]) -> Result<Vec<IpAddr>, TlsError> {
    let text = fs::read(chain).map_err(|error| TlsError::File(chain.to_owned(), error))?;
    let certificate = CertificateDer::from_pem_slice(&text).map_err(|error| TlsError::Pem(chain.to_owned(), error))?;
    let certificate = ParsedCertificate::try_from(&certificate)?;
    let lacks = |address: &IpAddr| verify_server_name(&certificate, &ServerName::from(*address)).is_err();
    Ok(addresses.iter().copied().filter(lacks).collect())
}

/// Writes a file that nobody else may read.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_read_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let made = Certificates::self_signed(folder.path(), &["192.168.1.5".parse().unwrap()]).unwrap();
        let of = |certificates: &Certificates| certificates.current.now.read().unwrap().cert[0].to_vec();
        let first = of(&made);
        assert_eq!(of(&Certificates::self_signed(folder.path(), &[]).unwrap()), first, "kept");

        let other = tempfile::tempdir().unwrap();
        let renewed = Certificates::self_signed(other.path(), &[]).unwrap();
        for file in ["certificate.pem", "key.pem"] {
            fs::copy(other.path().join(file), folder.path().join(file)).unwrap();
        }
        made.current.read_again().unwrap();
        assert_eq!(of(&made), of(&renewed));

        fs::write(folder.path().join("certificate.pem"), "nonsense").unwrap();
        assert!(made.current.read_again().is_err());
        assert_eq!(of(&made), of(&renewed), "the old one stays");
    }

    #[test]
    fn a_certificate_that_is_not_for_an_address_gives_way_to_one_that_is() {
        let folder = tempfile::tempdir().unwrap();
        let addresses = ["192.168.1.5", "fd00::5"].map(|address| address.parse().unwrap());
        let made = |addresses: &[IpAddr]| {
            let certificates = Certificates::self_signed(folder.path(), addresses).unwrap();
            certificates.current.now.read().unwrap().cert[0].to_vec()
        };
        let first = made(&addresses[..1]);
        assert_eq!(made(&addresses[..1]), first, "it is for that address");
        let second = made(&addresses);
        assert_ne!(second, first, "it is not for the other one");
        let chain = folder.path().join("certificate.pem");
        assert_eq!(addresses_lacking(&chain, &addresses).unwrap(), [] as [IpAddr; 0]);
        assert_eq!(made(&addresses[1..]), second, "it is for both");
        assert_eq!(made(&[]), second);
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        for folder in [&one, &other] {
            Certificates::self_signed(folder.path(), &[]).unwrap();
        }
        let mixed = Certificates::open(&one.path().join("certificate.pem"), &other.path().join("key.pem"));
        assert!(matches!(mixed, Err(TlsError::Unusable(_))), "{mixed:?}");
    }
}
