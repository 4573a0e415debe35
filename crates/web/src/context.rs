//! Who asks: the session cookie, the person behind it, and the frame of their pages.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use casework::Signed;
use domain::Moment;
use domain::ids::{DossierId, FunctionId};
use domain::people::{Actor, Role};
use domain::policy::{self, Operation};
use domain::work_situation;
use ipnet::IpNet;

use crate::page::{DossierHead, NavLink, Page, UserView};
use crate::{App, Web, assets, fail, sign_in};

/// The person who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    /// Who, in which role, for which unit.
    pub(crate) actor: Actor,
    /// The function this session acts in.
    pub(crate) function: FunctionId,
    /// Whether there are other functions to work in.
    pub(crate) has_others: bool,
    /// Whether a second factor has to be set up before anything else.
    pub(crate) must_enrol: bool,
    /// How long the session counts without being asked for, as long as nobody committed anything.
    pub(crate) until: Moment,
}

impl From<Signed> for Me {
    fn from(signed: Signed) -> Self {
        Me {
            actor: signed.actor,
            function: signed.function,
            has_others: signed.has_others,
            must_enrol: signed.must_enrol,
            until: signed.until,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Me {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // The guard put it there; a route without the guard has nobody.
        parts
            .extensions
            .get::<Me>()
            .cloned()
            .ok_or_else(fail::nobody)
    }
}

/// What succeeded just before, from the address a form led to.
#[derive(Clone, Debug)]
pub(crate) struct Succeeded(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Succeeded {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let code = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("gelukt="));
        Ok(Succeeded(
            code.and_then(crate::sentences::succeeded)
                .map(str::to_owned),
        ))
    }
}

/// The session's person, or the answer for who is not logged in.
pub(crate) async fn signed_in(app: &App, request: Request) -> Result<(Request, Me), Response> {
    let found = match token(app, request.headers()) {
        Some(token) => app.casework.session(&token).await,
        None => Ok(None),
    };
    match found {
        Ok(Some(signed)) => Ok((request, signed.into())),
        Ok(None) => Err(ask_to_sign_in(app, request).await),
        Err(failure) => Err(fail::plain(app, failure)),
    }
}

/// The session's person on a page that needs nobody, for the frame around it.
pub(crate) async fn visitor(app: &App, headers: &HeaderMap) -> Option<Me> {
    let token = token(app, headers)?;
    let signed = app.casework.session(&token).await.ok().flatten()?;
    Some(signed.into())
}

async fn ask_to_sign_in(app: &App, request: Request<Body>) -> Response {
    let expired = request.headers().contains_key(COOKIE) && token(app, request.headers()).is_some();
    let path = request.uri().path().to_owned();
    if request.method() == Method::POST && path != "/afmelden" {
        let fields = crate::fields::Fields::read(request).await.ok();
        sign_in::page_with_kept(app, &path, fields.as_ref())
    } else {
        let to = request
            .uri()
            .path_and_query()
            .map_or("/", |to| to.as_str())
            .to_owned();
        sign_in::redirect_to(&to, expired)
    }
}

fn cookie_name(app: &Web) -> &'static str {
    if app.settings.secure_cookies {
        "__Host-sessie"
    } else {
        "sessie"
    }
}

/// The name of the cookie by which a browser is known in which somebody logged in before.
fn device_cookie_name(app: &Web) -> &'static str {
    if app.settings.secure_cookies {
        "__Host-toestel"
    } else {
        "toestel"
    }
}

/// The name of the cookie of half a log-in.
fn half_cookie_name(app: &Web) -> &'static str {
    if app.settings.secure_cookies {
        "__Host-stap"
    } else {
        "stap"
    }
}

/// Seconds for which half a log-in can be finished.
const HALF_SECONDS: u32 = 5 * 60;

/// The token of half a log-in.
pub(crate) fn half(app: &Web, headers: &HeaderMap) -> Option<[u8; 32]> {
    token_in(headers, half_cookie_name(app))
}

/// Puts the cookie of half a log-in in an answer; with no token, takes it away.
pub(crate) fn set_half(app: &Web, response: &mut Response, token: Option<&[u8; 32]>) {
    let name = half_cookie_name(app);
    match token {
        Some(token) => put_cookie(app, response, name, &to_hex(token), Some(HALF_SECONDS)),
        None => put_cookie(app, response, name, "", Some(0)),
    }
}

/// Seconds for which a browser keeps that cookie.
const DEVICE_SECONDS: u32 = 180 * 86_400;

/// Most people that one browser is known for; on a shared machine the last ones.
const MOST_KNOWN: usize = 5;

/// Most characters kept of what a browser says it is.
const LONGEST_AGENT: usize = 300;

/// Where a request came from.
pub(crate) struct Visit {
    /// The address of the other side, behind the proxies that are trusted.
    pub(crate) address: String,
    /// What the browser says it is.
    pub(crate) agent: String,
    /// The tokens of a browser that is known.
    pub(crate) device: Vec<[u8; 32]>,
}

impl Visit {
    pub(crate) fn of(
        app: &Web,
        connection: Option<&ConnectInfo<SocketAddr>>,
        headers: &HeaderMap,
    ) -> Self {
        let address = connection.map(|ConnectInfo(address)| address.ip().to_canonical());
        let address = address.map(|address| behind_proxies(address, headers, &app.trusted_proxies));
        let agent = headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        Visit {
            address: address.map_or_else(String::new, |address| address.to_string()),
            agent: agent.chars().take(LONGEST_AGENT).collect(),
            device: tokens_in(headers, device_cookie_name(app)),
        }
    }
}

/// The nearest address that is no proxy of ours. What stands before it anybody can have written.
fn behind_proxies(nearest: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let said: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut address = nearest;
    for hop in said.iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

/// The token in the session cookie.
pub(crate) fn token(app: &Web, headers: &HeaderMap) -> Option<[u8; 32]> {
    token_in(headers, cookie_name(app))
}

/// The token in a cookie.
pub(crate) fn token_in(headers: &HeaderMap, name: &str) -> Option<[u8; 32]> {
    cookies(headers, name).find_map(from_hex)
}

/// The tokens in the cookie of a browser that several people use, at most as many as it holds.
fn tokens_in(headers: &HeaderMap, name: &str) -> Vec<[u8; 32]> {
    cookies(headers, name)
        .flat_map(|value| value.split('.'))
        .filter_map(from_hex)
        .take(MOST_KNOWN)
        .collect()
}

/// The values of the cookies of a name.
fn cookies<'h>(headers: &'h HeaderMap, name: &'h str) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A token as a cookie holds it.
pub(crate) fn to_hex(token: &[u8; 32]) -> String {
    token.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut token = [0; 32];
    for (byte, pair) in token.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(token)
}

/// Puts the session cookie in an answer; with no token, takes it away.
pub(crate) fn set_cookie(app: &Web, response: &mut Response, token: Option<&[u8; 32]>) {
    let name = cookie_name(app);
    match token {
        Some(token) => put_cookie(app, response, name, &to_hex(token), None),
        None => put_cookie(app, response, name, "", Some(0)),
    }
}

/// Gives a browser the cookie by which it is known: the new token before those it had of other people.
pub(crate) fn know_device(
    app: &Web,
    response: &mut Response,
    token: &[u8; 32],
    others: &[[u8; 32]],
) {
    let name = device_cookie_name(app);
    let all = std::iter::once(token).chain(others).take(MOST_KNOWN);
    let value: Vec<String> = all.map(to_hex).collect();
    put_cookie(app, response, name, &value.join("."), Some(DEVICE_SECONDS));
}

/// Puts a cookie in an answer, for so many seconds; without, until the browser closes.
pub(crate) fn put_cookie(
    app: &Web,
    response: &mut Response,
    name: &str,
    value: &str,
    age: Option<u32>,
) {
    let secure = if app.settings.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let age = age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

impl Web {
    /// The frame of a page for nobody in particular.
    pub(crate) fn bare_page(&self, title: &str) -> Page {
        let mut page = Page::new(title, assets::links());
        page.demo = self.settings.demo;
        page.version = self.settings.version.to_owned();
        page
    }

    /// The frame of a page for the person who is logged in.
    pub(crate) fn page(&self, me: &Me, title: &str, here: &str) -> Page {
        let actor = &me.actor;
        let user = UserView {
            name: actor.name.clone(),
            organisation: actor
                .unit
                .as_ref()
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            role_label: actor.role.label().to_owned(),
            has_others: me.has_others,
        };
        let links = if me.must_enrol {
            Vec::new()
        } else {
            main_links(actor)
        };
        let nav = links
            .into_iter()
            .map(|(label, href)| {
                let current = href == here;
                NavLink::new(label, href).current(current)
            })
            .collect();
        let mut page = self.bare_page(title).for_user(user, nav);
        page.idle_seconds = Some(self.casework.session_idle_seconds());
        page
    }

    /// The head of a dossier, with its menu.
    pub(crate) fn dossier_head(
        &self,
        me: &Me,
        head: &casework::Head,
        current: &str,
    ) -> DossierHead {
        let mut shown = DossierHead::new(
            &head.given_name,
            &head.family_name,
            head.client_number.to_string(),
            work_situation::text(&head.work_situation).unwrap_or("Onbekend"),
            &head.work_situation,
            &dossier_address(head.id),
            current,
        );
        // A coach looks at one line and has no use for the rest of the dossier.
        if policy::permit(&me.actor, Operation::ViewDossier).is_err() {
            shown.menu.clear();
        }
        let link = |slug: &str, label: &str| {
            let href = format!("{}/{slug}", dossier_address(head.id));
            NavLink::new(label, href).current(current == slug)
        };
        if policy::permit(&me.actor, Operation::ViewOwn).is_ok() {
            shown.menu.insert(0, link("mijn-dossier", "Mijn dossier"));
            let label = "Wie mag mijn dossier openen";
            shown.menu.push(link("toestemming", label));
        }
        // Who may have everything also follows up what was asked; others find that where they ask.
        if policy::permit(&me.actor, Operation::ExportDossier).is_ok() {
            shown.menu.push(link("rechtzettingen", "Rechtzettingen"));
            shown.menu.push(link("export", "Alles downloaden"));
        }
        if policy::permit(&me.actor, Operation::ViewOpenings).is_ok() {
            let href = format!("{}/raadplegingen", dossier_address(head.id));
            let label = match me.actor.role {
                Role::Client => "Wie bekeek mijn dossier",
                _ => "Wie bekeek het dossier",
            };
            let link = NavLink::new(label, href);
            shown.menu.push(link.current(current == "raadplegingen"));
        }
        if policy::permit(&me.actor, Operation::ViewJournal).is_ok() {
            let href = format!("{}/journaal", dossier_address(head.id));
            let link = NavLink::new("Wat er gebeurde", href);
            shown.menu.push(link.current(current == "journaal"));
        }
        shown
    }
}

/// The address of a dossier, without a slash at its end.
pub(crate) fn dossier_address(dossier: DossierId) -> String {
    format!("/dossier/{}", dossier.address())
}

/// The links in the header: only what this person can use.
fn main_links(actor: &Actor) -> Vec<(&'static str, String)> {
    let may = |operation| policy::permit(actor, operation).is_ok();
    let mut links = match (actor.role, actor.own_dossier) {
        (Role::Client, Some(own)) => {
            let address = format!("{}/mijn-dossier", dossier_address(own));
            vec![("Mijn dossier", address)]
        }
        _ => vec![("Start", "/".to_owned())],
    };
    if may(Operation::SearchClient) {
        links.push(("Zoeken", "/zoeken".to_owned()));
    }
    if may(Operation::ViewCaseload) {
        links.push(("Begeleidingen", "/begeleidingen".to_owned()));
    }
    if may(Operation::AskGrant) {
        links.push(("Inzagerechten", "/inzagerechten".to_owned()));
    }
    if may(Operation::ManageGrants) {
        links.push(("Inzagevragen", "/inzagevragen".to_owned()));
    }
    if may(Operation::ViewRemovals) {
        links.push(("Verwijderingen", "/verwijderingen".to_owned()));
    }
    if may(Operation::DecideCorrection) {
        links.push(("Rechtzettingen", "/rechtzettingen".to_owned()));
    }
    if may(Operation::ViewControl) {
        links.push(("Controle", "/controle".to_owned()));
    }
    if may(Operation::ViewOrganisation) {
        links.push(("Medewerkers", "/medewerkers".to_owned()));
    }
    if actor.role == Role::Manager && may(Operation::ViewReport) {
        links.push(("Rapport", "/rapport".to_owned()));
    }
    if actor.role == Role::PrivacyOfficer && may(Operation::ViewRetention) {
        links.push(("Bewaartermijnen", "/bewaartermijnen".to_owned()));
    }
    if may(Operation::AssignDossiers) {
        links.push(("Toewijzingen", crate::assignments::LIST.to_owned()));
    }
    if may(Operation::ManageSystem) {
        links.push(("Systeem", "/systeem".to_owned()));
    }
    if may(Operation::ViewAccountEvents) {
        links.push(("Logboek", "/logboek".to_owned()));
    }
    links.push(("Meldingen", "/meldingen".to_owned()));
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(nearest: &str, said: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|it| it.parse().unwrap()).collect();
        behind_proxies(nearest.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn k044_what_stands_before_the_proxies_of_ours_is_not_believed() {
        let ours = ["10.0.0.0/8", "2001:db8::1/128"];
        for (nearest, said, expected) in [
            ("192.0.2.9", &["198.51.100.1"][..], "192.0.2.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            (
                "10.0.0.1",
                &["1.2.3.4, 198.51.100.1, 10.9.9.9"],
                "198.51.100.1",
            ),
            ("10.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, onzin"], "10.0.0.1"),
            ("2001:db8::1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(seen(nearest, said, &ours), expected, "{nearest} {said:?}");
        }
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"], &[]), "10.0.0.1");
    }
}
