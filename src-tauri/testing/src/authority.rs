//! A throwaway certificate authority, and certificates of every kind that a
//! server may show.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};

/// An authority that signs.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
}

/// A certificate and its key, as PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, and those between it and its authority.
    pub chain: String,
    /// PKCS #8.
    pub key: String,
}

/// What a certificate says.
#[derive(Clone, Debug)]
pub struct Says {
    /// Alternative names, host names and addresses.
    pub names: Vec<String>,
    /// The subject's common name.
    pub common_name: String,
    /// First and last year of validity, from 1 January to 1 January.
    pub years: (i32, i32),
}

impl Says {
    /// A certificate for these names, valid for a long time.
    #[must_use]
    pub fn names(names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Self { names, common_name: "a server".to_owned(), years: (2020, 2200) }
    }

    /// The same with this common name.
    #[must_use]
    pub fn called(self, common_name: &str) -> Self {
        Self { common_name: common_name.to_owned(), ..self }
    }

    /// The same, valid between two years.
    #[must_use]
    pub fn within(self, from: i32, until: i32) -> Self {
        Self { years: (from, until), ..self }
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::new(self.names.clone()).unwrap();
        params.distinguished_name.push(DnType::CommonName, self.common_name.as_str());
        params.not_before = date_time_ymd(self.years.0, 1, 1);
        params.not_after = date_time_ymd(self.years.1, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = Says::names(&[]).called(name).params();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages.clear();
    params
}

impl Authority {
    /// One that nobody has signed.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (params, key) = (authority_params(name), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// One that this one has signed.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        let (params, key) = (authority_params(name), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Its own certificate.
    #[must_use]
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A certificate signed by it.
    #[must_use]
    pub fn signs(&self, says: &Says) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = says.params().signed_by(&key, &self.issuer).unwrap();
        Identity { chain: certificate.pem(), key: key.serialize_pem() }
    }
}

impl Identity {
    /// One that signed itself; `may_sign` as `openssl req -x509` makes it.
    #[must_use]
    pub fn self_signed(says: &Says, may_sign: bool) -> Self {
        let (mut params, key) = (says.params(), KeyPair::generate().unwrap());
        if may_sign {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.extended_key_usages.clear();
        }
        Self { chain: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
    }

    /// With the certificate of the authority between it and the one at the top.
    #[must_use]
    pub fn with(mut self, between: &Authority) -> Self {
        self.chain.push_str(&between.pem());
        self
    }

    /// Writes both into `folder`: certificate and key.
    #[must_use]
    pub fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
        std::fs::write(&certificate, &self.chain).unwrap();
        std::fs::write(&key, &self.key).unwrap();
        (certificate, key)
    }
}
