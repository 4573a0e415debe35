//! The keys of this installation: the national number is stored sealed, and searched by a keyed
//! digest, so that a copy of the database gives no numbers away.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use domain::Day;
use domain::client_number::ClientNumber;
use domain::ids::{DossierId, MandateId, PersonId};
use domain::insz::Insz;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

/// Keys derived from the one secret of the installation.
pub struct Secrets {
    search: [u8; 32],
    seal: [u8; 32],
    pseudonym: [u8; 32],
    check: [u8; 32],
    link: [u8; 32],
}

const NONCE: usize = 24;

impl Secrets {
    /// Derives the keys from a secret of at least 32 random bytes.
    pub fn derive(secret: &[u8]) -> Self {
        Secrets {
            search: mac(secret, b"insz search v1"),
            seal: mac(secret, b"insz seal v1"),
            pseudonym: mac(secret, b"pseudonym v2"),
            check: mac(secret, b"installation check v1"),
            link: mac(secret, b"link v1"),
        }
    }

    /// What shows whether two servers have the same secret, and gives nothing of it away.
    pub(crate) fn check(&self) -> &[u8] {
        &self.check
    }

    /// The digest by which a national number is found.
    pub fn insz_digest(&self, insz: &Insz) -> Vec<u8> {
        mac(&self.search, insz.digits().as_bytes()).to_vec()
    }

    /// The digest under which a day of birth is kept that was given as proof of knowing a client.
    pub fn birth_digest(&self, number: &ClientNumber, birth: Day) -> Vec<u8> {
        let text = format!("birth\0{number}\0{}", birth.to_iso());
        mac(&self.search, text.as_bytes()).to_vec()
    }

    /// A digest of what was typed at the log-in, so that attempts are counted without keeping it.
    pub fn attempt_digest(&self, kind: &str, text: &str) -> Vec<u8> {
        mac(&self.search, format!("{kind}\0{text}").as_bytes()).to_vec()
    }

    /// The name under which a controller sees a dossier: the same in every list of one mandate, another in
    /// every other mandate, and no way back. 60 bits: two dossiers of a mandate do not share one.
    pub fn pseudonym(&self, mandate: MandateId, dossier: DossierId) -> String {
        // Letters and digits that are not mistaken for each other.
        const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let digest = mac(
            &mac(&self.pseudonym, mandate.0.as_bytes()),
            dossier.0.as_bytes(),
        );
        let mut name = String::from("P");
        for (place, byte) in digest.iter().take(12).enumerate() {
            if place % 4 == 0 {
                name.push('-');
            }
            let sign = SIGNS.get(usize::from(byte % 32)).copied();
            name.push(sign.map_or('0', char::from));
        }
        name
    }

    /// The code of the link that confirms an address: it is kept nowhere, and nobody else can make it.
    pub(crate) fn link_code(&self, link: Uuid, address: &str, person: PersonId) -> String {
        let code = mac(&self.link, &link_text(link, address, person));
        code.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a code is the one of this link. Takes as long for a wrong one.
    pub(crate) fn is_link_code(
        &self,
        code: &str,
        link: Uuid,
        address: &str,
        person: PersonId,
    ) -> bool {
        let right = mac(&self.link, &link_text(link, address, person));
        let typed = domain::journal::digest(code.as_bytes());
        let right: String = right.iter().map(|byte| format!("{byte:02x}")).collect();
        // Digests are compared: how far a code is right does not show in the time.
        typed == domain::journal::digest(right.as_bytes())
    }

    /// Seals a national number for one dossier.
    pub fn seal(&self, insz: &Insz, dossier: DossierId, nonce: [u8; NONCE]) -> Option<Vec<u8>> {
        let digits = insz.digits();
        let payload = Payload {
            msg: digits.as_bytes(),
            aad: dossier.0.as_bytes(),
        };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for this dossier; none when it was not.
    pub fn unseal(&self, sealed: &[u8], dossier: DossierId) -> Option<Insz> {
        let (nonce, text) = sealed.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let payload = Payload {
            msg: text,
            aad: dossier.0.as_bytes(),
        };
        let digits = self.cipher().decrypt(&XNonce::from(nonce), payload).ok()?;
        Insz::parse(std::str::from_utf8(&digits).ok()?).ok()
    }

    /// Seals a secret of one person, such as that of an authenticator app.
    pub(crate) fn seal_for(
        &self,
        person: PersonId,
        secret: &[u8],
        nonce: [u8; NONCE],
    ) -> Option<Vec<u8>> {
        self.seal_bytes(secret, &factor_of(person), nonce)
    }

    /// Opens what was sealed for this person; none when it was not.
    pub(crate) fn open_for(&self, person: PersonId, sealed: &[u8]) -> Option<Vec<u8>> {
        self.unseal_bytes(sealed, &factor_of(person))
    }

    /// Seals bytes for one purpose, which opening has to name again.
    pub(crate) fn seal_bytes(
        &self,
        bytes: &[u8],
        purpose: &[u8],
        nonce: [u8; NONCE],
    ) -> Option<Vec<u8>> {
        let payload = Payload {
            msg: bytes,
            aad: purpose,
        };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for this purpose; none when it was not.
    pub(crate) fn unseal_bytes(&self, sealed: &[u8], purpose: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let payload = Payload {
            msg: text,
            aad: purpose,
        };
        self.cipher().decrypt(&XNonce::from(nonce), payload).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.seal))
    }
}

fn link_text(link: Uuid, address: &str, person: PersonId) -> Vec<u8> {
    let text = format!("{}\0{address}\0{}", link.simple(), person.0.simple());
    text.into_bytes()
}

fn factor_of(person: PersonId) -> Vec<u8> {
    [b"second factor\0".as_slice(), person.0.as_bytes()].concat()
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length.
    #[allow(clippy::expect_used)]
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("any key length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_a_factor_opens_for_its_own_person_only() {
        let secrets = Secrets::derive(&[7; 32]);
        let (one, other) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let sealed = secrets.seal_for(one, b"geheim", [9; NONCE]).unwrap();
        assert!(!sealed.windows(6).any(|w| w == b"geheim"));
        assert_eq!(secrets.open_for(one, &sealed).unwrap(), b"geheim");
        assert!(secrets.open_for(other, &sealed).is_none());
    }

    #[test]
    fn a_sealed_number_opens_only_in_its_own_dossier() {
        let secrets = Secrets::derive(&[7; 32]);
        let insz = Insz::parse("93051822361").unwrap();
        let (one, other) = (DossierId(Uuid::from_u128(1)), DossierId(Uuid::from_u128(2)));
        let sealed = secrets.seal(&insz, one, [9; NONCE]).unwrap();
        assert!(!sealed.windows(11).any(|w| w == b"93051822361"));
        assert_eq!(
            secrets.unseal(&sealed, one).unwrap().digits(),
            insz.digits()
        );
        assert!(secrets.unseal(&sealed, other).is_none());
        assert!(Secrets::derive(&[8; 32]).unseal(&sealed, one).is_none());
    }

    #[test]
    fn a_pseudonym_is_the_same_within_a_mandate_and_another_in_every_other() {
        let secrets = Secrets::derive(&[7; 32]);
        let (one, other) = (MandateId(Uuid::from_u128(1)), MandateId(Uuid::from_u128(2)));
        let dossier = |number: u128| DossierId(Uuid::from_u128(number));
        let name = secrets.pseudonym(one, dossier(5));
        assert_eq!(name, secrets.pseudonym(one, dossier(5)));
        assert_ne!(name, secrets.pseudonym(other, dossier(5)));
        assert_ne!(name, secrets.pseudonym(one, dossier(6)));
        assert_ne!(name, Secrets::derive(&[8; 32]).pseudonym(one, dossier(5)));
        assert_eq!(name.len(), "P-0000-0000-0000".len());
        let all: std::collections::HashSet<String> = (0..20_000)
            .map(|it| secrets.pseudonym(one, dossier(it)))
            .collect();
        assert_eq!(all.len(), 20_000);
    }
}
