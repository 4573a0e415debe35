//! Every form there is, sent badly by who may send it: without its key, long after it was opened, and
//! unreadable. Each time a sentence, and nothing stored. A new form has to be given its entry here.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::samples::{complete_form, filled, waiting};
use crate::support::{self, Browser, FORM, Form, Ids, Seen, contents, unchanged};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use domain::people::Actor;
use testkit::{World, at, world};

const DAY: i64 = 24 * 60 * 60;

/// What a form does with its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// Without it, or when it is old, the form comes back with a sentence.
    Asked,
    /// It is refused, with what else is wrong in the sample, or on a page of its own.
    Refused,
    /// It has none, because sending it twice does the same as once.
    None,
}

use Key::{Asked, None as NoKey, Refused};

/// A form: its address, who sends it, and what it does with its key.
type Entry = (&'static str, &'static str, Key);

/// Forms of a dossier.
const OF_DOSSIERS: &[Entry] = &[
    ("/dossier/{dossier}/documenten/nieuw", "an", Asked),
    (
        "/dossier/{dossier}/documenten/{document}/intrekken",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/documenten/{document}/wijzigen",
        "an",
        Asked,
    ),
    ("/dossier/{dossier}/export", "lotte", NoKey),
    ("/dossier/{dossier}/insz", "an", NoKey),
    ("/dossier/{dossier}/inzagerecht/antwoord", "lotte", Refused),
    ("/dossier/{dossier}/inzagerecht/beeindigen", "lotte", Asked),
    ("/dossier/{dossier}/inzagerecht/geven", "mediator", Asked),
    (
        "/dossier/{dossier}/inzagerecht/verlengen",
        "mediator",
        Refused,
    ),
    ("/dossier/{dossier}/inzagerecht/vragen", "an", Asked),
    (
        "/dossier/{dossier}/begeleiding/inzetbaarheid/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/inzetbaarheid/{availability}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/randvoorwaarden/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/randvoorwaarden/{condition}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/traject/afspraken/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/traject/afspraken/{agreement}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/traject/doelen/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/traject/doelen/{goal}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/traject/screening/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/begeleiding/traject/screening/{screening}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/competentieontwikkeling/competenties/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/competentieontwikkeling/competenties/{competence}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/competentieontwikkeling/opleidingen/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/competentieontwikkeling/opleidingen/{training}",
        "an",
        Asked,
    ),
    ("/dossier/{dossier}/berichten/nieuw", "an", Asked),
    ("/dossier/{dossier}/berichten/{thread}", "lotte", Asked),
    ("/dossier/{dossier}/persoonsgegevens/contact", "an", Asked),
    (
        "/dossier/{dossier}/persoonsgegevens/contactvoorkeur/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/persoonsgegevens/contactvoorkeur/{contact_preference}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/persoonsgegevens/jobs/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/persoonsgegevens/jobs/{wanted_job}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/persoonsgegevens/mobiliteit/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/persoonsgegevens/mobiliteit/{mobility}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/persoonsgegevens/talen/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/persoonsgegevens/talen/{language}",
        "an",
        Asked,
    ),
    ("/dossier/{dossier}/pmab/nieuw", "mediator", Asked),
    ("/dossier/{dossier}/pmab/openen", "mediator", Asked),
    ("/dossier/{dossier}/pmab/{indication}", "mediator", Asked),
    ("/dossier/{dossier}/transmissie/nieuw", "mediator", Asked),
    ("/dossier/{dossier}/transmissie/openen", "mediator", Asked),
    (
        "/dossier/{dossier}/transmissie/{transmission}",
        "mediator",
        Asked,
    ),
    ("/dossier/{dossier}/profiel/over-mezelf", "an", Asked),
    ("/dossier/{dossier}/profiel/studies/nieuw", "an", Asked),
    ("/dossier/{dossier}/profiel/studies/{study}", "an", Asked),
    ("/dossier/{dossier}/profiel/werkervaring/nieuw", "an", Asked),
    (
        "/dossier/{dossier}/profiel/werkervaring/{experience}",
        "an",
        Asked,
    ),
    ("/dossier/{dossier}/stappen/nieuw", "an", Asked),
    ("/dossier/{dossier}/stappen/nieuw/einde", "an", Asked),
    ("/dossier/{dossier}/stappen/{step}", "an", Asked),
    (
        "/dossier/{dossier}/stappen/{step}/aanvulling",
        "an",
        Refused,
    ),
    (
        "/dossier/{dossier}/stappen/{step}/acties/nieuw",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/stappen/{step}/acties/{action}",
        "an",
        Asked,
    ),
    (
        "/dossier/{dossier}/stappen/{step}/acties/{action}/schrappen",
        "an",
        Asked,
    ),
    ("/dossier/{dossier}/stappen/{step}/annuleren", "an", Asked),
    ("/dossier/{dossier}/stappen/{step}/einde", "an", Asked),
    (
        "/dossier/{dossier}/stappen/{step}/verwijdering",
        "an",
        Refused,
    ),
    ("/dossier/{dossier}/toewijzing", "an", Asked),
    ("/dossier/{dossier}/vacatures/nieuw", "an", Asked),
    ("/dossier/{dossier}/vacatures/{vacancy}", "an", Asked),
    (
        "/dossier/{dossier}/vacatures/{vacancy}/gesolliciteerd",
        "lotte",
        Asked,
    ),
    ("/inzagerechten/nieuw", "an", Asked),
    ("/inzagevragen/{request}/toekennen", "mediator", Asked),
    ("/inzagevragen/{request}/weigeren", "mediator", Asked),
    ("/toewijzingen", "dirk", Asked),
    ("/toewijzingen/{dossier}", "dirk", Asked),
    ("/verwijderingen/{removal}/verwijderen", "coach", Asked),
    ("/verwijderingen/{removal}/weigeren", "coach", Asked),
];

const OF_CORRECTIONS: &[Entry] = &[
    ("/dossier/{dossier}/rechtzettingen/nieuw", "lotte", Asked),
    ("/rechtzettingen/{correction}/toekennen", "mediator", Asked),
    ("/rechtzettingen/{correction}/weigeren", "mediator", Asked),
];

const OF_PEOPLE: &[Entry] = &[
    ("/medewerkers/nieuw", "dirk", Asked),
    ("/medewerkers/{person}", "dirk", Asked),
    ("/medewerkers/{person}/functie", "dirk", Asked),
    ("/medewerkers/{person}/afnemen", "dirk", Asked),
    ("/medewerkers/{person}/uit-dienst", "dirk", Asked),
    ("/medewerkers/{person}/terug", "dirk", Asked),
    ("/medewerkers/{person}/wachtwoord", "dirk", Asked),
    ("/medewerkers/{person}/rol", "system", Asked),
    ("/medewerkers/tweede-stap", "dirk", Asked),
    ("/systeem/rollen/{proposal}", "system", Asked),
    ("/uitnodigingen/{link}/intrekken", "dirk", Refused),
];

const OF_ORGANISATIONS: &[Entry] = &[
    ("/systeem/organisaties/nieuw", "system", Asked),
    ("/systeem/organisaties/{organisation}", "system", Asked),
    (
        "/systeem/organisaties/{organisation}/sluiten",
        "system",
        Asked,
    ),
    (
        "/systeem/organisaties/{organisation}/vestigingen",
        "system",
        Asked,
    ),
    ("/systeem/vestigingen/{unit}", "system", Asked),
    ("/systeem/vestigingen/{unit}/sluiten", "system", Asked),
];

const OF_MANDATES: &[Entry] = &[
    ("/systeem/opdrachten/nieuw", "system", Asked),
    ("/systeem/opdrachten/beeindigen", "system", Asked),
    ("/systeem/projecten/wijzigen", "system", Asked),
    ("/systeem/projecten/beslissen", "system", Asked),
];

const OF_ACCOUNTS: &[Entry] = &[
    ("/account/app", "an", Asked),
    ("/account/app/bevestigen", "an", Asked),
    ("/account/app/verwijderen", "an", Asked),
    ("/account/herstelcodes", "an", Asked),
    ("/account/passkeys", "an", NoKey),
    ("/account/passkeys/nieuw", "an", Asked),
    ("/account/passkeys/verwijderen", "an", Asked),
    ("/account/sessies/afmelden", "an", Asked),
    ("/account/overal-afmelden", "an", Asked),
    ("/account/bevestigen", "an", NoKey),
    ("/account/wachtwoord", "an", Asked),
    ("/account/e-mail", "an", Asked),
    ("/account/e-mail/bevestigen", "an", Asked),
    ("/functie", "an", NoKey),
    ("/meldingen/gelezen", "an", NoKey),
    ("/oidc/koppelen", "an", NoKey),
    ("/oidc/ontkoppelen", "an", NoKey),
];

/// Forms of who is not known yet.
const OF_NOBODY: &[Entry] = &[
    ("/aanmelden", "", NoKey),
    ("/aanmelden/bevestigen", "", NoKey),
    ("/aanmelden/passkey", "", NoKey),
    ("/aanmelden/passkey/bevestigen", "", NoKey),
    ("/afmelden", "", NoKey),
    ("/oidc/aanmelden", "", NoKey),
    ("/oidc/afmelden", "", NoKey),
    ("/uitnodiging/{token}", "", NoKey),
];

fn entries() -> Vec<Entry> {
    [
        OF_DOSSIERS,
        OF_CORRECTIONS,
        OF_PEOPLE,
        OF_ORGANISATIONS,
        OF_MANDATES,
        OF_ACCOUNTS,
        OF_NOBODY,
    ]
    .concat()
}

/// A world with something of everything, a day after its forms were opened.
struct Scene {
    world: World,
    ids: Ids,
    fields: Vec<(String, String)>,
    /// A key of the day before.
    old: String,
    browsers: BTreeMap<&'static str, Browser>,
}

async fn scene() -> Scene {
    let world = world().await;
    let (mut ids, lines) = filled(&world, &world.an, world.dossier, true).await;
    let old = world.casework.submission_key().0.to_string();
    world.clock.set(at(support::samples::TODAY));
    let noor = world.client("61000942", "Noor", "Aerts").await;
    assert_ne!(noor, world.dossier);
    ids.request = world.ask_grant(&world.an, "61000942").await;
    let (link, proposal) = waiting(&world, &world.a, &world.an).await;
    ids.person = world.an.person;
    ids.organisation = world.a.id;
    ids.unit = world.a.unit.id;
    ids.link = link;
    ids.proposal = proposal;
    assert_eq!(lines[0].step, ids.step);
    world.clock.advance(DAY);
    let fields = complete_form(&world, &world.an, world.a.id, ids.request);
    let mut browsers = BTreeMap::new();
    for (_, who, _) in entries() {
        if !browsers.contains_key(who) {
            let browser = match who {
                "" => Browser::nobody(&world),
                _ => Browser::of(&world, who).await,
            };
            browsers.insert(who, browser);
        }
    }
    Scene {
        world,
        ids,
        fields,
        old,
        browsers,
    }
}

impl Scene {
    fn actor(&self, who: &str) -> &Actor {
        match who {
            "dirk" => &self.world.manager,
            _ => &self.world.an,
        }
    }

    /// The form of an entry, filled in well, with a key that was not sent before.
    fn form(&self, (path, who, _): &Entry) -> Form {
        let form = Form {
            action: self.ids.address(path),
            fields: self.fields.clone(),
        };
        let person = self.actor(who).person.address();
        form.set(
            "sleutel",
            &self.world.casework.submission_key().0.to_string(),
        )
        .set("persoon", &person)
    }

    async fn send(&self, (_, who, _): &Entry, form: &Form) -> Seen {
        self.browsers[who].send(form).await
    }
}

#[tokio::test]
async fn every_form_there_is_has_its_entry() {
    let world = world().await;
    let mut known = BTreeSet::new();
    for (path, ..) in entries() {
        assert!(known.insert(path), "{path} stands here twice");
    }
    let table = web::table(support::web(&world));
    let posts = table.iter().filter(|route| route.method == Method::POST);
    let routes: BTreeSet<&str> = posts.map(|route| route.path).collect();
    let missing: Vec<_> = routes.difference(&known).collect();
    assert!(missing.is_empty(), "add to {}: {missing:?}", file!());
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(gone.is_empty(), "take out of {}: {gone:?}", file!());
}

#[tokio::test]
async fn t2_no_form_does_anything_without_its_key_or_with_one_of_the_day_before() {
    let scene = scene().await;
    let before = contents(&scene.world).await;
    let mut odd = Vec::new();
    for entry in entries() {
        let (path, _, key) = entry;
        if key == NoKey {
            continue;
        }
        for (key_sent, sentence) in [
            ("", "Dit formulier is niet volledig aangekomen."),
            ("onzin", "Dit formulier is niet volledig aangekomen."),
            (scene.old.as_str(), "Dit formulier stond te lang open."),
        ] {
            let form = scene.form(&entry).set("sleutel", key_sent);
            let seen = scene.send(&entry, &form).await;
            let comes_back = match key {
                Asked => seen.status == 422 && seen.shows(sentence),
                _ => [409, 422].contains(&seen.status),
            };
            if !comes_back {
                odd.push(format!("{path} with key '{key_sent}': {}", seen.status));
            }
            unchanged(&scene.world, &before, path).await;
        }
    }
    assert!(odd.is_empty(), "{odd:#?}");
}

#[tokio::test]
async fn a_form_that_is_no_form_is_unreadable_everywhere_and_stores_nothing() {
    let scene = scene().await;
    let before = contents(&scene.world).await;
    let mut odd = Vec::new();
    for entry in entries() {
        let (path, who, ..) = entry;
        // These look at nothing that is sent.
        if [
            "/meldingen/gelezen",
            "/afmelden",
            "/oidc/koppelen",
            "/oidc/ontkoppelen",
        ]
        .contains(&path)
        {
            continue;
        }
        let browser = &scene.browsers[who];
        let request = browser
            .request(Method::POST, &scene.ids.address(path))
            .header(CONTENT_TYPE, FORM);
        let seen = browser.ask(request, Body::from("naam=%FF%FE")).await;
        if seen.status != 400 || !seen.shows("Dit formulier is onleesbaar") {
            odd.push(format!("{path}: {}", seen.status));
        }
        unchanged(&scene.world, &before, path).await;
    }
    assert!(odd.is_empty(), "{odd:#?}");
}
