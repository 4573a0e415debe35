//! Speaks OpenID Connect to the one provider that is configured: where to send somebody who logs in, what
//! the provider says of who came back, where to log out, and whether any of that can be believed.
//!
//! The network is input and output, as the database is: this crate stands beside `store`, below the use
//! cases. It knows no person, no session, no page and no database; time comes in as a value. What is said
//! about tokens here is said by `openidconnect`; here stands only what it leaves to its caller.

mod http;
mod tokens;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use domain::Moment;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationContextClass, AuthenticationFlow,
    AuthorizationCode, Client, ClientId, ClientSecret, ConfigurationError, CsrfToken,
    EmptyExtraTokenFields, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenFields, IssuerUrl, JsonWebKeySet, LanguageTag, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadata, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::http::Http;
use crate::tokens::Others;

/// Seconds for which what the provider says of itself is kept.
const DOCUMENT_SECONDS: i64 = 3_600;
/// Seconds for which its keys are kept when a token names one that is not among them: who sends tokens
/// with keys that do not exist does not make this program ask the provider each time.
const KEYS_SECONDS: i64 = 10;
/// Seconds after a failed attempt in which the provider is not asked again.
const REST_SECONDS: i64 = 2;

/// What is configured about the provider.
pub struct Configuration {
    /// `oidc_issuer`: the address under which the provider is known.
    pub issuer: String,
    /// `oidc_client_id`: the name of this installation at the provider.
    pub client_id: String,
    /// What stands in `oidc_client_secret_file`; a public client has none.
    pub client_secret: Option<String>,
    /// `oidc_scopes`, without `openid`, which is always asked.
    pub scopes: Vec<String>,
    /// `oidc_acr_values`: of which one has to be in the answer; none asks nothing.
    pub acr_values: Vec<String>,
    /// `oidc_max_age_minutes` in seconds: how long ago somebody may have logged in at the provider.
    pub max_age_seconds: Option<i64>,
    /// `oidc_ca_file`: the authorities that vouch for the provider; those of the machine when none.
    pub ca_file: Option<PathBuf>,
    /// Where the provider sends people back to after logging in.
    pub redirect: String,
    /// Where the provider sends people back to after logging out.
    pub after_logout: String,
}

/// A setting about the provider does not do.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {detail}")]
pub struct Misconfigured {
    /// Which setting.
    pub setting: &'static str,
    /// What is wrong with it.
    pub detail: String,
}

/// Why nobody can be believed to be somebody.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The provider cannot be reached, or answers in a way that only its operator or ours can put right.
    #[error("{0}")]
    Unreachable(String),
    /// The provider does not know the code, or not any more.
    #[error("the code was not accepted: {0}")]
    Code(String),
    /// The token cannot be believed.
    #[error("the token is not believed: {0}")]
    Token(String),
    /// The person logged in at the provider in a way that does not reach what is asked.
    #[error("the log-in at the provider is not strong enough: {0}")]
    Acr(String),
}

/// The values that belong to one log-in, all of them random and known to nobody else.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Comes back with the answer: which log-in it is.
    pub state: String,
    /// Comes back in the token: it was made for this log-in.
    pub nonce: String,
    /// Shown with the code: who asks is who began (PKCE). 43 to 128 letters and digits.
    pub verifier: String,
}

/// Who the provider says somebody is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Who, by the name that never changes.
    pub subject: String,
    /// Which session at the provider.
    pub sid: Option<String>,
    /// How the person logged in there, as a class.
    pub acr: Option<String>,
    /// And with which means.
    pub amr: Vec<String>,
    /// What else it says.
    pub claims: BTreeMap<String, serde_json::Value>,
    /// The token itself, to show when logging out.
    pub id_token: String,
}

impl Identity {
    /// The texts in a claim: of one text that one, of a list each of them.
    pub fn texts(&self, claim: &str) -> Vec<&str> {
        match self.claims.get(claim) {
            Some(serde_json::Value::String(text)) => vec![text],
            Some(serde_json::Value::Array(list)) => {
                list.iter().filter_map(|it| it.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whom the provider logged out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    /// The provider.
    pub issuer: String,
    /// Who.
    pub subject: String,
    /// Only this session of theirs, when it is named.
    pub sid: Option<String>,
    /// The name of the token, which counts once.
    pub token: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct More {
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

type Document = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Token =
    IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type OurClient = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What is known of the provider for now.
#[derive(Clone)]
struct Known {
    document: Document,
    document_at: Moment,
    keys_at: Moment,
}

/// What was heard last.
#[derive(Default)]
struct Heard {
    known: Option<Known>,
    failed: Option<(Moment, String)>,
}

/// The provider that is configured. Nothing is asked of it before somebody needs it, so that this program
/// starts when the provider is down.
pub struct Provider {
    configuration: Configuration,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    after_logout: PostLogoutRedirectUrl,
    http: Http,
    heard: Mutex<Heard>,
}

impl Provider {
    /// Checks what is configured.
    ///
    /// # Errors
    /// Names the setting that does not do.
    pub fn new(configuration: Configuration) -> Result<Self, Misconfigured> {
        let wrong = |setting: &'static str, detail: String| Misconfigured { setting, detail };
        let issuer = IssuerUrl::new(configuration.issuer.clone()).map_err(|error| {
            wrong(
                "oidc_issuer",
                format!("{:?}: {error}", configuration.issuer),
            )
        })?;
        let url = issuer.url();
        let is_safe = match url.scheme() {
            "https" => url.host_str().is_some(),
            "http" => url.host_str().is_some_and(is_own_machine),
            _ => false,
        };
        if !is_safe {
            return Err(wrong(
                "oidc_issuer",
                format!("{issuer:?}: expected https, or http on the own machine"),
            ));
        }
        if configuration.client_id.is_empty() {
            return Err(wrong("oidc_client_id", "it is empty".to_owned()));
        }
        let redirect = RedirectUrl::new(configuration.redirect.clone())
            .map_err(|error| wrong("public_url", error.to_string()))?;
        let after_logout = PostLogoutRedirectUrl::new(configuration.after_logout.clone())
            .map_err(|error| wrong("public_url", error.to_string()))?;
        Ok(Provider {
            http: Http::new(configuration.ca_file.as_deref())?,
            configuration,
            issuer,
            redirect,
            after_logout,
            heard: Mutex::default(),
        })
    }

    /// The address under which the provider is known.
    pub fn issuer(&self) -> &str {
        &self.configuration.issuer
    }

    /// Where to send somebody to log in. `again` asks the provider to let them log in there anew, whoever
    /// is logged in there now.
    ///
    /// # Errors
    /// `Unreachable`.
    pub async fn begin(
        &self,
        secrets: &Secrets,
        again: bool,
        now: Moment,
    ) -> Result<String, Refused> {
        let known = self.known(now).await?;
        let client = self.client(&known.document);
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_ui_locale(LanguageTag::new("nl".to_owned()))
            .add_scopes(self.configuration.scopes.iter().cloned().map(Scope::new));
        for acr in &self.configuration.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        if let Some(seconds) = self.configuration.max_age_seconds {
            request = request.set_max_age(Duration::from_secs(seconds.unsigned_abs()));
        }
        if again {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        let (address, _, _) = request.url();
        Ok(address.into())
    }

    /// Whether an answer with this `iss` comes from the provider that was asked.
    ///
    /// # Errors
    /// `Token` when it does not (mix-up), `Unreachable`.
    pub async fn check_sender(&self, iss: Option<&str>, now: Moment) -> Result<(), Refused> {
        match iss {
            Some(iss) if iss == self.configuration.issuer => Ok(()),
            Some(_) => Err(Refused::Token("the answer names another issuer".to_owned())),
            None => {
                let known = self.known(now).await?;
                let more = known.document.additional_metadata();
                if more.authorization_response_iss_parameter_supported {
                    return Err(Refused::Token("the answer names no issuer".to_owned()));
                }
                Ok(())
            }
        }
    }

    /// Who came back with this code.
    ///
    /// # Errors
    /// Any of them.
    pub async fn finish(
        &self,
        code: &str,
        secrets: &Secrets,
        now: Moment,
    ) -> Result<Identity, Refused> {
        let known = self.known(now).await?;
        let client = self.client(&known.document);
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_: ConfigurationError| {
                Refused::Unreachable("the provider names no token endpoint".to_owned())
            })?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()));
        let answer = request
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(answer) => match answer.error() {
                    CoreErrorResponseType::InvalidClient
                    | CoreErrorResponseType::UnauthorizedClient => Refused::Unreachable(format!(
                        "{answer}: oidc_client_id and oidc_client_secret_file have to be as the \
                         provider knows them"
                    )),
                    _ => Refused::Code(answer.to_string()),
                },
                RequestTokenError::Request(error) => Refused::Unreachable(error.to_string()),
                RequestTokenError::Parse(error, _) => Refused::Token(error.to_string()),
                RequestTokenError::Other(error) => Refused::Unreachable(error),
            })?;
        let token = answer
            .id_token()
            .ok_or_else(|| Refused::Token("there is no ID token".to_owned()))?;
        let document = self.keys_for(token, known, now).await?;
        tokens::identity(
            &self.configuration,
            &document,
            token,
            answer.access_token(),
            &secrets.nonce,
            now,
        )
    }

    /// Where to send somebody to log out at the provider too; none when it has no such address.
    ///
    /// # Errors
    /// `Unreachable`.
    pub async fn log_out(&self, id_token: &str, now: Moment) -> Result<Option<String>, Refused> {
        let known = self.known(now).await?;
        let more = known.document.additional_metadata();
        let Some(address) = more.end_session_endpoint.clone() else {
            return Ok(None);
        };
        let mut request = LogoutRequest::from(address)
            .set_client_id(ClientId::new(self.configuration.client_id.clone()))
            .set_post_logout_redirect_uri(self.after_logout.clone());
        if let Ok(token) = Token::from_str(id_token) {
            request = request.set_id_token_hint(&token);
        }
        Ok(Some(request.http_get_url().into()))
    }

    /// Whom a logout token from the provider itself logs out (back-channel logout).
    ///
    /// # Errors
    /// `Token`, `Unreachable`.
    pub async fn logged_out(&self, token: &str, now: Moment) -> Result<LoggedOut, Refused> {
        let token = Token::from_str(token).map_err(|error| Refused::Token(error.to_string()))?;
        let known = self.known(now).await?;
        let document = self.keys_for(&token, known, now).await?;
        tokens::logged_out(&self.configuration, &document, &token, now)
    }

    fn client(&self, document: &Document) -> OurClient {
        let secret = self
            .configuration
            .client_secret
            .clone()
            .map(ClientSecret::new);
        let methods = document.token_endpoint_auth_methods_supported();
        // Without a list the specification says Basic.
        let takes_basic = methods.is_none_or(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretBasic) || methods.is_empty()
        });
        let id = ClientId::new(self.configuration.client_id.clone());
        Client::from_provider_metadata(document.clone(), id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if takes_basic {
                AuthType::BasicAuth
            } else {
                AuthType::RequestBody
            })
    }

    /// What the provider says of itself, asked when it is not known, or not any more.
    async fn known(&self, now: Moment) -> Result<Known, Refused> {
        let mut heard = self.heard.lock().await;
        if let Some(known) = &heard.known
            && (0..DOCUMENT_SECONDS).contains(&now.seconds_since(known.document_at))
        {
            return Ok(known.clone());
        }
        if let Some((at, why)) = &heard.failed
            && (0..REST_SECONDS).contains(&now.seconds_since(*at))
        {
            return Err(Refused::Unreachable(why.clone()));
        }
        match Document::discover_async(self.issuer.clone(), &self.http).await {
            Ok(document) => {
                let known = Known {
                    document,
                    document_at: now,
                    keys_at: now,
                };
                heard.failed = None;
                heard.known = Some(known.clone());
                Ok(known)
            }
            Err(error) => {
                let why = format!(
                    "oidc_issuer = {:?}: {}",
                    self.configuration.issuer,
                    chain(&error)
                );
                heard.failed = Some((now, why.clone()));
                Err(Refused::Unreachable(why))
            }
        }
    }

    /// The document with keys among which the one of this token is, as far as the provider has it.
    async fn keys_for(
        &self,
        token: &Token,
        known: Known,
        now: Moment,
    ) -> Result<Document, Refused> {
        let is_there = tokens::has_key(&self.configuration, &known.document, token);
        if is_there || (0..KEYS_SECONDS).contains(&now.seconds_since(known.keys_at)) {
            return Ok(known.document);
        }
        let keys = JsonWebKeySet::fetch_async(known.document.jwks_uri(), &self.http)
            .await
            .map_err(|error| Refused::Unreachable(chain(&error)))?;
        let document = known.document.set_jwks(keys);
        let mut heard = self.heard.lock().await;
        if let Some(known) = &mut heard.known {
            known.document = document.clone();
            known.keys_at = now;
        }
        Ok(document)
    }
}

/// An error with what caused it, in one line for the operator.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn is_own_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn configured(
        issuer: &str,
        client_id: &str,
        redirect: &str,
    ) -> Result<Provider, Misconfigured> {
        Provider::new(Configuration {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: None,
            scopes: Vec::new(),
            acr_values: Vec::new(),
            max_age_seconds: None,
            ca_file: None,
            redirect: redirect.to_owned(),
            after_logout: redirect.to_owned(),
        })
    }

    #[test]
    fn a_setting_that_does_not_do_is_named() {
        let redirect = "https://dossier.example/oidc/terug";
        assert!(configured("https://op.example/op", "kd", redirect).is_ok());
        assert!(configured("http://127.0.0.1:9000", "kd", redirect).is_ok());
        for (issuer, client_id, redirect, setting) in [
            ("http://op.example", "kd", redirect, "oidc_issuer"),
            ("op.example", "kd", redirect, "oidc_issuer"),
            ("file:///etc/passwd", "kd", redirect, "oidc_issuer"),
            ("", "kd", redirect, "oidc_issuer"),
            ("https://op.example", "", redirect, "oidc_client_id"),
            ("https://op.example", "kd", "geen adres", "public_url"),
        ] {
            let refused = configured(issuer, client_id, redirect).err().unwrap();
            assert_eq!(refused.setting, setting, "{issuer}");
        }
    }
}
