//! Documents are sealed where they are kept: in pieces, so that neither way needs the whole in memory. Who
//! has the folder or the bucket and not the secret reads nothing, and a piece that was changed, left out,
//! moved or taken from another document does not open.

use aead_stream::{DecryptorBE32, EncryptorBE32};
use bytes::{Buf as _, Bytes, BytesMut};
use chacha20poly1305::{Key, KeyInit as _, XChaCha20Poly1305};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::FilesError;

/// How this form is told from later ones.
const VERSION: u8 = 1;
/// Bytes of the nonce that are not the counter.
const NONCE: usize = 19;
/// What stands before the pieces.
const HEADER: usize = 1 + NONCE;
/// Bytes of one piece as it was.
pub(crate) const PIECE: usize = 64 * 1024;
/// What sealing adds to a piece.
const TAG: usize = 16;

/// The key for all documents of this installation.
#[derive(Clone)]
pub(crate) struct SealKey([u8; 32]);

impl SealKey {
    /// Derives the key from the secret of the installation.
    pub(crate) fn derive(secret: &[u8]) -> Self {
        SealKey(mac(secret, b"documents seal v1"))
    }

    /// Each document has a key of its own: what is put under another name does not open.
    fn cipher(&self, object: Uuid) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(mac(&self.0, object.as_bytes())))
    }
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length.
    #[allow(clippy::expect_used)]
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("any key length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// Seals a document piece by piece.
pub(crate) struct Sealing(EncryptorBE32<XChaCha20Poly1305>);

impl Sealing {
    /// Begins, with what stands before the pieces.
    pub(crate) fn begin(key: &SealKey, object: Uuid) -> Result<(Self, Bytes), FilesError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)
            .map_err(|error| FilesError::Settings(format!("no random bytes: {error}")))?;
        let header = [&[VERSION], nonce.as_slice()].concat();
        let sealing = EncryptorBE32::from_aead(key.cipher(object), &nonce.into());
        Ok((Sealing(sealing), header.into()))
    }

    /// A piece that others follow.
    pub(crate) fn piece(&mut self, piece: &[u8]) -> Result<Bytes, FilesError> {
        let sealed = self.0.encrypt_next(piece);
        sealed.map(Bytes::from).map_err(|_| too_long())
    }

    /// The last piece.
    pub(crate) fn last(self, piece: &[u8]) -> Result<Bytes, FilesError> {
        let sealed = self.0.encrypt_last(piece);
        sealed.map(Bytes::from).map_err(|_| too_long())
    }
}

/// Far beyond any limit on a file.
fn too_long() -> FilesError {
    FilesError::Settings("a document has too many pieces to be sealed".to_owned())
}

/// What opening goes through.
struct Opening {
    from: BoxStream<'static, object_store::Result<Bytes>>,
    waiting: BytesMut,
    key: SealKey,
    object: Uuid,
    opener: Option<DecryptorBE32<XChaCha20Poly1305>>,
    done: bool,
}

impl Opening {
    fn damaged(&self) -> FilesError {
        FilesError::Damaged(self.object.simple().to_string())
    }

    /// Gathers so many bytes, or what there is when the end comes first.
    async fn gather(&mut self, bytes: usize) -> Result<(), FilesError> {
        while self.waiting.len() < bytes {
            match self.from.next().await {
                None => return Ok(()),
                Some(Ok(more)) => self.waiting.extend_from_slice(&more),
                Some(Err(error)) => {
                    return Err(FilesError::Place {
                        place: self.object.simple().to_string(),
                        reason: error.to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<Bytes>, FilesError> {
        if self.done {
            return Ok(None);
        }
        if self.opener.is_none() {
            self.gather(HEADER).await?;
            let header = self.waiting.get(..HEADER).ok_or_else(|| self.damaged())?;
            let (version, nonce) = header.split_at(1);
            let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| self.damaged())?;
            if version != [VERSION] {
                return Err(self.damaged());
            }
            let cipher = self.key.cipher(self.object);
            self.opener = Some(DecryptorBE32::from_aead(cipher, &nonce.into()));
            self.waiting.advance(HEADER);
        }
        // One byte more tells whether this piece is the last.
        self.gather(PIECE + TAG + 1).await?;
        let damaged = self.damaged();
        if self.waiting.len() > PIECE + TAG {
            let piece = self.waiting.split_to(PIECE + TAG);
            let opener = self.opener.as_mut().ok_or(damaged)?;
            let opened = opener.decrypt_next(piece.as_ref());
            return opened
                .map(|bytes| Some(bytes.into()))
                .map_err(|_| self.damaged());
        }
        self.done = true;
        let piece = self.waiting.split();
        let opener = self.opener.take().ok_or(damaged)?;
        let opened = opener.decrypt_last(piece.as_ref());
        opened
            .map(|bytes| Some(bytes.into()))
            .map_err(|_| self.damaged())
    }
}

/// Opens a document piece by piece. What was broken off before its last piece ends in an error.
pub(crate) fn open(
    key: &SealKey,
    object: Uuid,
    from: BoxStream<'static, object_store::Result<Bytes>>,
) -> impl Stream<Item = Result<Bytes, FilesError>> + Send + 'static {
    let opening = Opening {
        from,
        waiting: BytesMut::new(),
        key: key.clone(),
        object,
        opener: None,
        done: false,
    };
    stream::try_unfold(opening, |mut opening| async move {
        Ok(opening.next().await?.map(|bytes| (bytes, opening)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;

    fn key() -> SealKey {
        SealKey::derive(&[7; 32])
    }

    fn sealed(object: Uuid, text: &[u8]) -> Vec<u8> {
        let (mut sealing, header) = Sealing::begin(&key(), object).unwrap();
        let mut all = header.to_vec();
        let mut rest = text;
        while rest.len() > PIECE {
            all.extend(sealing.piece(&rest[..PIECE]).unwrap());
            rest = &rest[PIECE..];
        }
        all.extend(sealing.last(rest).unwrap());
        all
    }

    async fn opened(object: Uuid, key: &SealKey, sealed: Vec<u8>) -> Result<Vec<u8>, FilesError> {
        // In odd bits, as a network gives them.
        let bits: Vec<_> = sealed
            .chunks(1_000)
            .map(|bit| Ok(Bytes::copy_from_slice(bit)))
            .collect();
        let from = stream::iter(bits).boxed();
        let pieces: Vec<Bytes> = open(key, object, from).try_collect().await?;
        Ok(pieces.concat())
    }

    #[tokio::test]
    async fn what_is_sealed_opens_again_whatever_its_length() {
        let object = Uuid::from_u128(1);
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
            let text: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let kept = sealed(object, &text);
            if length > 64 {
                assert!(!kept.windows(32).any(|bit| bit == &text[..32]), "{length}");
            }
            assert_eq!(
                opened(object, &key(), kept).await.unwrap(),
                text,
                "{length}"
            );
        }
    }

    #[tokio::test]
    async fn what_was_changed_cut_off_moved_or_is_of_another_does_not_open() {
        let object = Uuid::from_u128(1);
        let text = vec![9; 2 * PIECE + 100];
        let whole = sealed(object, &text);
        let mut changed = whole.clone();
        changed[HEADER + 5] ^= 1;
        let cut = whole[..HEADER + PIECE + TAG].to_vec();
        let middle = HEADER + PIECE + TAG;
        let swapped = [
            &whole[..HEADER],
            &whole[middle..middle + PIECE + TAG],
            &whole[HEADER..middle],
            &whole[middle + PIECE + TAG..],
        ]
        .concat();
        let other_form = [&[VERSION + 1], &whole[1..]].concat();
        for wrong in [changed, cut, swapped, other_form, Vec::new()] {
            let answer = opened(object, &key(), wrong).await;
            assert!(matches!(answer, Err(FilesError::Damaged(_))), "{answer:?}");
        }
        let elsewhere = opened(Uuid::from_u128(2), &key(), whole.clone()).await;
        assert!(matches!(elsewhere, Err(FilesError::Damaged(_))));
        let other_key = SealKey::derive(&[8; 32]);
        assert!(opened(object, &other_key, whole).await.is_err());
    }
}
