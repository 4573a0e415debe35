//! Whether a token can be believed. Signature, issuer, audience, expiry and nonce are `openidconnect`'s;
//! here stands what it leaves open: which algorithms, `azp`, `nbf`, the age of a token, of a log-in, and
//! what makes a logout token one.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::Moment;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthenticationContextClass,
    ClaimsVerificationError, ClientId, IdTokenVerifier, IssuerUrl, JsonWebTokenType, Nonce,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Configuration, Document, Identity, LoggedOut, Refused, Token};

/// Signed with a private key of the provider. Never a shared secret, never nothing.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
];

/// Seconds that the provider's clock may be ahead of ours.
const AHEAD: i64 = 60;
/// Seconds after which a token is not fresh any more.
const OLDEST: i64 = 10 * 60;

/// What makes a token a logout token.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims that OpenID Connect does not name among its standard ones.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Others {
    #[serde(flatten)]
    all: BTreeMap<String, Value>,
}

impl AdditionalClaims for Others {}

impl Others {
    fn text(&self, claim: &str) -> Option<String> {
        let text = self.all.get(claim)?.as_str()?;
        is_name(text).then(|| text.to_owned())
    }
}

/// The specification has at most 255 signs of ASCII; what is kept is looked up again.
fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.chars().all(|it| it.is_ascii_graphic() || it == ' ')
}

type Verifier<'a> = IdTokenVerifier<'a, CoreJsonWebKey>;

/// What every token of the provider has to be: signed by it, for us, not expired, not too old.
fn verifier(configuration: &Configuration, document: &Document, now: Moment) -> Verifier<'static> {
    let issuer: IssuerUrl = document.issuer().clone();
    let id = ClientId::new(configuration.client_id.clone());
    let keys = document.jwks().clone();
    let now = system_time(now);
    // A public client's verifier knows no secret, so that none can be taken for a key.
    IdTokenVerifier::new_public_client(id, issuer, keys)
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now.into())
        .set_issue_time_verifier_fn(move |issued| in_time(SystemTime::from(issued), now, OLDEST))
}

fn system_time(moment: Moment) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(moment.micros()).unwrap_or(0))
}

/// Whether an instant is at most so many seconds ago, and not ahead.
fn in_time(at: SystemTime, now: SystemTime, oldest: i64) -> Result<(), String> {
    let late = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
    if at > now + late(AHEAD) {
        return Err("it lies in the future".to_owned());
    }
    if at + late(oldest) < now {
        return Err("it is too long ago".to_owned());
    }
    Ok(())
}

/// Whether the key that a token names is among those that are known.
pub(crate) fn has_key(configuration: &Configuration, document: &Document, token: &Token) -> bool {
    let id = ClientId::new(configuration.client_id.clone());
    let verifier: Verifier<'_> =
        IdTokenVerifier::new_public_client(id, document.issuer().clone(), document.jwks().clone());
    token.signing_key(&verifier).is_ok()
}

/// Who an ID token says somebody is, when it can be believed.
pub(crate) fn identity(
    configuration: &Configuration,
    document: &Document,
    token: &Token,
    access: &AccessToken,
    nonce: &str,
    now: Moment,
) -> Result<Identity, Refused> {
    let wanted = configuration.acr_values.clone();
    let verifier = verifier(configuration, document, now).set_auth_context_verifier_fn(
        move |acr: Option<&AuthenticationContextClass>| {
            let is_enough = wanted.is_empty()
                || acr.is_some_and(|acr| wanted.iter().any(|it| it == acr.as_str()));
            if is_enough {
                Ok(())
            } else {
                Err(acr.map_or("no acr", |acr| acr.as_str()).to_owned())
            }
        },
    );
    let at = system_time(now);
    let oldest_login = configuration.max_age_seconds;
    let verifier = verifier.set_auth_time_verifier_fn(move |logged_in| match oldest_login {
        None => Ok(()),
        Some(oldest) => match logged_in {
            Some(logged_in) => in_time(SystemTime::from(logged_in), at, oldest + AHEAD),
            None => Err("max_age was asked, and there is no auth_time".to_owned()),
        },
    });
    let claims = token
        .claims(&verifier, &Nonce::new(nonce.to_owned()))
        .map_err(|error| match error {
            ClaimsVerificationError::InvalidAuthContext(found) => Refused::Acr(found),
            other => Refused::Token(crate::chain(&other)),
        })?;
    let others = claims.additional_claims();
    check_party(
        configuration,
        claims.audiences().len(),
        claims.authorized_party(),
    )?;
    check_not_before(others, now)?;
    if let Some(said) = claims.access_token_hash() {
        let broken = |detail: String| Refused::Token(detail);
        let alg = token.signing_alg().map_err(|it| broken(it.to_string()))?;
        let key = token
            .signing_key(&verifier)
            .map_err(|it| broken(it.to_string()))?;
        let own =
            AccessTokenHash::from_token(access, alg, key).map_err(|it| broken(it.to_string()))?;
        if own != *said {
            return Err(broken("at_hash belongs to another access token".to_owned()));
        }
    }
    let subject = claims.subject().as_str();
    if !is_name(subject) {
        return Err(Refused::Token("sub is no name".to_owned()));
    }
    Ok(Identity {
        issuer: configuration.issuer.clone(),
        subject: subject.to_owned(),
        sid: others.text("sid"),
        acr: claims.auth_context_ref().map(|acr| acr.as_str().to_owned()),
        amr: claims
            .auth_method_refs()
            .map(|all| all.iter().map(|it| it.as_str().to_owned()).collect())
            .unwrap_or_default(),
        claims: others.all.clone(),
        id_token: token.to_string(),
    })
}

/// `azp`: whoever it names is who the token was made for; with several audiences it has to be there.
fn check_party(
    configuration: &Configuration,
    audiences: usize,
    party: Option<&ClientId>,
) -> Result<(), Refused> {
    match party {
        Some(party) if party.as_str() == configuration.client_id => Ok(()),
        None if audiences <= 1 => Ok(()),
        _ => Err(Refused::Token("azp is another party".to_owned())),
    }
}

fn check_not_before(others: &Others, now: Moment) -> Result<(), Refused> {
    let Some(value) = others.all.get("nbf") else {
        return Ok(());
    };
    let seconds = now.micros() / 1_000_000;
    match value.as_f64() {
        Some(not_before) if not_before <= (seconds + AHEAD) as f64 => Ok(()),
        _ => Err(Refused::Token("nbf lies in the future".to_owned())),
    }
}

/// Whom a logout token logs out, when it can be believed. One that names a session and no person, which
/// the specification also knows, is refused: the library reads no token without `sub`.
pub(crate) fn logged_out(
    configuration: &Configuration,
    document: &Document,
    token: &Token,
    now: Moment,
) -> Result<LoggedOut, Refused> {
    let types = ["JWT", "logout+jwt"]
        .into_iter()
        .filter_map(|name| JsonWebTokenType::new(name.to_owned()).normalize().ok());
    let verifier = verifier(configuration, document, now).set_allowed_jose_types(types);
    let claims = token
        .claims(&verifier, |nonce: Option<&Nonce>| match nonce {
            None => Ok(()),
            Some(_) => Err("a logout token has no nonce".to_owned()),
        })
        .map_err(|error| Refused::Token(crate::chain(&error)))?;
    let others = claims.additional_claims();
    check_party(
        configuration,
        claims.audiences().len(),
        claims.authorized_party(),
    )?;
    check_not_before(others, now)?;
    let is_logout = others
        .all
        .get("events")
        .and_then(|events| events.get(LOGOUT_EVENT))
        .is_some_and(Value::is_object);
    if !is_logout {
        return Err(Refused::Token("it is no logout token".to_owned()));
    }
    let name = others
        .text("jti")
        .ok_or_else(|| Refused::Token("it has no jti".to_owned()))?;
    Ok(LoggedOut {
        issuer: configuration.issuer.clone(),
        subject: claims.subject().as_str().to_owned(),
        sid: others.text("sid"),
        token: name,
    })
}
