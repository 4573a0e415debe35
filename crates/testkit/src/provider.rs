//! A provider (OpenID Connect) on loopback that says whatever a test wants said: a token with any header
//! and any claims, signed with its key, another, or none. It keeps to the protocol around it, so that what
//! is refused is refused for the token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::Moment;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Map, Value, json};

/// The name of the installation at this provider, and its secret there.
pub const CLIENT_ID: &str = "klantendossier";
/// The secret that goes with [`CLIENT_ID`].
pub const CLIENT_SECRET: &str = "geheim van de test";

/// A key of a provider.
pub struct SigningKey {
    /// What tokens call it.
    pub kid: String,
    pair: EcdsaKeyPair,
}

impl SigningKey {
    /// A new one.
    pub fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        SigningKey {
            kid: kid.to_owned(),
            pair: EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).unwrap(),
        }
    }

    /// Its public half, as it is published.
    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
            "y": URL_SAFE_NO_PAD.encode(&point[33..65]),
        })
    }

    /// A token with this header and these claims, signed with this key whatever the header says.
    pub fn sign(&self, header: &Value, claims: &Map<String, Value>) -> String {
        let text = unsigned(header, claims);
        let signature = self
            .pair
            .sign(&SystemRandom::new(), text.as_bytes())
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The usual header.
    pub fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "JWT", "kid": self.kid })
    }

    /// A token whose signature is a keyed digest under this key's public half, which everybody knows.
    pub fn sign_with_public_half(&self, claims: &Map<String, Value>) -> String {
        let text = unsigned(&json!({ "alg": "HS256", "kid": self.kid }), claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.pair.public_key().as_ref());
        let signature = hmac::sign(&key, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A token without its signature.
pub fn unsigned(header: &Value, claims: &Map<String, Value>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(&Value::Object(claims.clone())))
}

/// What the program asked for when it sent a browser here.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Every parameter of the address.
    pub parameters: HashMap<String, String>,
}

impl Asked {
    /// One of them; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

struct Code {
    challenge: String,
    answer: Value,
}

#[derive(Default)]
struct Inside {
    keys: Vec<Value>,
    codes: HashMap<String, Code>,
    asked_for_keys: u32,
    extra: Map<String, Value>,
    down: bool,
}

/// The provider.
#[derive(Clone)]
pub struct FakeProvider {
    /// The address under which it is known.
    pub issuer: String,
    inside: Arc<Mutex<Inside>>,
}

impl FakeProvider {
    /// Starts one that publishes these keys. It ends with the test.
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = FakeProvider {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            inside: Arc::default(),
        };
        provider.publish(keys);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/keys", get(keys_of))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    /// Publishes these keys from now on, and no others.
    pub fn publish(&self, keys: &[&SigningKey]) {
        self.inside().keys = keys.iter().map(|key| key.jwk()).collect();
    }

    /// How often its keys were asked for.
    pub fn asked_for_keys(&self) -> u32 {
        self.inside().asked_for_keys
    }

    /// Answers every request with an error, or no longer.
    pub fn set_down(&self, down: bool) {
        self.inside().down = down;
    }

    /// Says something more about itself, in place of what it said.
    pub fn say(&self, name: &str, value: Value) {
        self.inside().extra.insert(name.to_owned(), value);
    }

    /// Reads what a browser that is sent here asks for.
    pub fn asked(&self, address: &str) -> Asked {
        let query = address
            .strip_prefix(&format!("{}/auth?", self.issuer))
            .unwrap_or_else(|| panic!("{address} leads elsewhere"));
        let decode = |text: &str| {
            let plain = text.replace('+', " ");
            percent_encoding::percent_decode_str(&plain)
                .decode_utf8()
                .unwrap()
                .into_owned()
        };
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Asked {
            parameters: pairs
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        }
    }

    /// The claims of a token that is right: for somebody, at an instant, in answer to what was asked.
    pub fn claims(&self, asked: &Asked, subject: &str, now: Moment) -> Map<String, Value> {
        let seconds = now.micros() / 1_000_000;
        let claims = json!({
            "iss": self.issuer, "aud": CLIENT_ID, "sub": subject, "nonce": asked.get("nonce"),
            "iat": seconds, "exp": seconds + 300, "auth_time": seconds, "sid": "sessie-1",
        });
        claims.as_object().unwrap().clone()
    }

    /// A code that gives this token, once, to who began.
    pub fn code(&self, asked: &Asked, id_token: &str) -> String {
        let answer = json!({
            "access_token": "toegang", "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
        });
        self.code_for(asked, answer)
    }

    /// A code that gives any answer.
    pub fn code_for(&self, asked: &Asked, answer: Value) -> String {
        let mut inside = self.inside();
        let code = format!("code-{}", inside.codes.len());
        let challenge = asked.get("code_challenge").to_owned();
        inside
            .codes
            .insert(code.clone(), Code { challenge, answer });
        code
    }
}

async fn document(State(provider): State<FakeProvider>) -> Response {
    let inside = provider.inside();
    if inside.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let issuer = &provider.issuer;
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    });
    let object = document.as_object_mut().unwrap();
    object.extend(inside.extra.clone());
    Json(document).into_response()
}

async fn keys_of(State(provider): State<FakeProvider>) -> Response {
    let mut inside = provider.inside();
    if inside.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    inside.asked_for_keys += 1;
    Json(json!({ "keys": inside.keys })).into_response()
}

async fn token(State(provider): State<FakeProvider>, headers: HeaderMap, form: String) -> Response {
    let mut inside = provider.inside();
    if inside.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let wrong = |error: &str| {
        let kind = [(CONTENT_TYPE, "application/json")];
        (
            StatusCode::BAD_REQUEST,
            kind,
            json!({ "error": error }).to_string(),
        )
            .into_response()
    };
    let pair = format!("{CLIENT_ID}:{}", CLIENT_SECRET.replace(' ', "+"));
    let expected = format!("Basic {}", STANDARD.encode(pair));
    if headers.get("authorization").and_then(|it| it.to_str().ok()) != Some(expected.as_str()) {
        return wrong("invalid_client");
    }
    let field = |name: &str| {
        let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = pairs
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        found.next().unwrap_or_default().to_owned()
    };
    let Some(code) = inside.codes.remove(&field("code")) else {
        return wrong("invalid_grant");
    };
    let digest = ring::digest::digest(&ring::digest::SHA256, field("code_verifier").as_bytes());
    if URL_SAFE_NO_PAD.encode(digest) != code.challenge {
        return wrong("invalid_grant");
    }
    Json(code.answer).into_response()
}
