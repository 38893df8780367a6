//! What a server's certificate says of itself.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{ObjectIdentifier, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The facts of one certificate that people need to judge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Host names and addresses of the subject's alternative names.
    pub names: Vec<String>,
    /// The subject's common name.
    pub common_name: Option<String>,
    /// Who issued it, in the notation of RFC 4514.
    pub issuer: String,
    /// Issuer and subject are the same.
    pub self_signed: bool,
    /// First moment of validity.
    pub from: DateTime<Utc>,
    /// Last moment of validity.
    pub until: DateTime<Utc>,
}

impl CertificateFacts {
    /// Reads `der`; none when it is no certificate.
    pub fn read(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let moment = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
            DateTime::from_timestamp(seconds, 0)
        };
        let alternative = body.get_extension::<SubjectAltName>().ok().flatten();
        let names = alternative.map(|(_, SubjectAltName(names))| names.iter().filter_map(host_name).collect());
        Some(Self {
            names: names.unwrap_or_default(),
            common_name: common_name(body.subject()),
            issuer: body.issuer().to_string(),
            self_signed: body.issuer() == body.subject(),
            from: moment(body.validity().not_before)?,
            until: moment(body.validity().not_after)?,
        })
    }

    /// Whether it is for `host` by its common name alone, as libpq reads
    /// certificates that have no alternative names.
    pub fn is_for(&self, host: &str) -> bool {
        self.names.is_empty() && self.common_name.as_deref().is_some_and(|name| covers(name, host))
    }

    /// Every name that it could be for.
    pub fn all_names(&self) -> Vec<String> {
        if self.names.is_empty() { self.common_name.iter().cloned().collect() } else { self.names.clone() }
    }
}

/// A leading `*.` stands for one label.
fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => host.split_once('.').is_some_and(|(first, rest)| {
            !first.is_empty() && parent.contains('.') && rest.eq_ignore_ascii_case(parent)
        }),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

fn host_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => match bytes.as_bytes() {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            long => Some(std::net::Ipv6Addr::from(<[u8; 16]>::try_from(long).ok()?).to_string()),
        },
        _ => None,
    }
}

fn common_name(subject: &Name) -> Option<String> {
    let found = subject.iter().find(|part| part.oid == COMMON_NAME)?;
    let value = &found.value;
    let text = value.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned());
    let text = text.or_else(|_| value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned()));
    text.or_else(|_| value.decode_as::<TeletexStringRef<'_>>().map(|text| text.as_str().to_owned())).ok()
}

/// `tls-server-end-point` of RFC 5929: the certificate's digest by the hash of
/// its own signature, SHA-256 in place of the weak ones. None where that is not
/// defined, as for Ed25519.
pub fn end_point(der: &[u8]) -> Option<Vec<u8>> {
    let certificate = Certificate::from_der(der).ok()?;
    Some(match certificate.signature_algorithm().oid.to_string().as_str() {
        // md5, sha1 and sha256 with RSA; sha1 and sha256 with ECDSA
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => Sha256::digest(der).to_vec(),
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Sha384::digest(der).to_vec(),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Sha512::digest(der).to_vec(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(covers("db.acme.example", "DB.acme.example"));
        assert!(covers("*.acme.example", "db.acme.example"));
        for (pattern, host) in [
            ("*.acme.example", "acme.example"),
            ("*.acme.example", "a.db.acme.example"),
            ("*.example", "acme.example"),
            ("d*.acme.example", "db.acme.example"),
            ("", ""),
        ] {
            assert!(pattern.is_empty() || !covers(pattern, host), "{pattern} covers {host}");
        }
    }
}
