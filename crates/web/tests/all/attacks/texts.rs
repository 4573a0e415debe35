//! Hostile text in every field that is stored and in every field that is refused, on every page of
//! everybody: it is shown as it was typed, and nothing in the page is theirs but text.

use axum::http::Method;
use casework::{ActionInput, Contact, GrantInput, NewClient, NewUser, StudyInput};
use domain::client_number::ClientNumber;
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::grants::Basis;
use domain::ids::DossierId;
use domain::login::Confirmed;
use domain::people::{Actor, Role};
use domain::profile::ExperienceDetails;
use domain::sections::Entered;
use testkit::{PASSWORD, World, day, label, note, summary, world};

use super::markup::intruders;
use super::payloads::{MARKUP, TEMPLATES};
use crate::support::samples::{FORM, Fate, filled};
use crate::support::{self, Browser, Ids, Seen, encode};

/// Everybody who may see something of it.
const PEOPLE: [&str; 8] = [
    "wie",
    "dirk",
    "zelf",
    "coach",
    "mediator",
    "controller",
    "system",
    "fg",
];

struct Scene {
    world: World,
    /// The dossier's ids, once for every line.
    ids: Vec<Ids>,
}

fn typed() -> impl Iterator<Item = &'static str> {
    MARKUP.into_iter().chain(TEMPLATES)
}

/// Every payload in one text, with a line of its own.
fn all_of_them(from: usize, many: usize) -> String {
    let some: Vec<&str> = typed().skip(from).take(many).collect();
    some.join(" | ")
}

async fn user(
    world: &World,
    user_name: &str,
    name: &str,
    role: Role,
    own: Option<DossierId>,
) -> Actor {
    let hash = casework::hash_password(PASSWORD).unwrap();
    let unit = role.needs_unit().then(|| world.a.unit.clone());
    let user = NewUser {
        user_name: user_name.to_owned(),
        name: name.to_owned(),
        role,
        unit: unit.as_ref().map(|unit| unit.id),
        own_dossier: own,
    };
    let person = world.casework.create_demo_user(&user, &hash).await.unwrap();
    Actor {
        person,
        name: name.to_owned(),
        role,
        unit,
        own_dossier: own,
        confirmed: Confirmed::AtTheMachine,
    }
}

async fn scene() -> Scene {
    let world = world().await;
    let casework = &world.casework;
    let text = |from| Some(all_of_them(from, 12));
    let client = NewClient {
        client_number: ClientNumber::parse("61000546").unwrap(),
        given_name: MARKUP[6].to_owned(),
        family_name: all_of_them(0, 8),
        birth: day("2008-03-17"),
        work_situation: "00".to_owned(),
        work_situation_since: None,
        insz: None,
        contact: Contact {
            email: text(0),
            phone: text(12),
            street: text(24),
            postcode: text(36),
            municipality: text(48),
            about_me: None,
            insz_sealed: None,
        },
    };
    let dossier = casework
        .create_client(&world.mediator, &client)
        .await
        .unwrap();
    let given = GrantInput {
        organisation: world.a.id,
        basis: Basis::Mandate,
        starts: day("2023-09-01"),
        ends: None,
    };
    casework
        .give_grant(&world.mediator, dossier, &given, &world.submission())
        .await
        .unwrap();
    let me = user(&world, "wie", &all_of_them(8, 8), Role::Counsellor, None).await;
    user(
        &world,
        "zelf",
        &all_of_them(16, 8),
        Role::Client,
        Some(dossier),
    )
    .await;
    let (ids, lines) = filled(&world, &me, dossier, true).await;
    let ongoing = lines.iter().find(|it| it.fate == Fate::Ongoing).unwrap();
    let about = note(&all_of_them(0, 24));
    let read = casework::Casework::text_mark("");
    casework
        .save_about_me(&me, dossier, &read, Some(&about), &world.submission())
        .await
        .unwrap();
    for one in typed() {
        world.clock.advance(1);
        // A line of text has no second line.
        let line = one.replace('\n', " ");
        let talk = ActionInput {
            place: Some(label(&line)),
            note: Some(note(one)),
            ..world.talk("2025-05-22")
        };
        casework
            .record_action(&me, dossier, ongoing.step, &talk, &world.submission())
            .await
            .unwrap();
        let mut study: StudyInput = world.study("2024-06-30", None);
        study.details.field = Some(label(&line));
        study.details.school = label(&line);
        casework
            .save_study(&me, dossier, &study, &world.submission())
            .await
            .unwrap();
        let work = Entered::new(ExperienceDetails {
            function: label(&line),
            employer: label(&line),
            from: day("2024-07-01"),
            until: None,
            description: Some(note(one)),
        });
        casework
            .save_record(&me, dossier, &work, &world.submission())
            .await
            .unwrap();
    }
    // A dossier takes no more of these than somebody reads: all payloads in one text.
    let other = Entered::new(Condition {
        kind: ConditionKind::Other,
        status: ConditionStatus::Blocking,
        note: Some(note(&all_of_them(0, 24))),
        since: day("2025-05-01"),
    });
    casework
        .save_record(&me, dossier, &other, &world.submission())
        .await
        .unwrap();
    let window = lines.iter().find(|it| it.fate == Fate::InWindow).unwrap();
    for from in [0, 36] {
        let text = summary(&all_of_them(from, 36));
        casework
            .add_addendum(&me, dossier, window.step, &text, &world.submission())
            .await
            .unwrap();
        world.clock.advance(1);
    }
    let ids = lines
        .iter()
        .map(|line| Ids {
            step: line.step,
            action: line.action,
            ..ids
        })
        .collect();
    Scene { world, ids }
}

#[track_caller]
fn is_ours(seen: &Seen, cell: &str) {
    if seen.header("content-type").starts_with("text/html") {
        let found = intruders(&seen.html);
        assert!(found.is_empty(), "{cell}: {found:?}");
    }
}

#[tokio::test]
async fn sixty_payloads_that_are_stored_are_text_on_every_page_of_everybody() {
    let scene = scene().await;
    let world = &scene.world;
    let table = web::table(support::web(world));
    let (mut pages, mut shown) = (0, std::collections::BTreeSet::new());
    for name in PEOPLE {
        let browser = Browser::of(world, name).await;
        for route in table.iter().filter(|it| it.method == Method::GET) {
            let lines = if route.path.contains("{step}") {
                scene.ids.len()
            } else {
                1
            };
            for ids in &scene.ids[..lines] {
                let address = ids.address(route.path);
                let seen = browser.open(&address).await;
                is_ours(&seen, &format!("{name}, {address}"));
                pages += 1;
                shown.extend(typed().filter(|one| seen.shows(one)));
            }
        }
    }
    // Each was really shown as typed somewhere, the templates too: nothing worked them out.
    for one in typed() {
        assert!(shown.contains(one), "{one} is shown on no page");
    }
    eprintln!("{pages} pages, {} payloads shown as typed", shown.len());
}

#[tokio::test]
async fn payloads_in_every_field_of_every_form_come_back_as_text_and_change_nothing() {
    let scene = scene().await;
    let world = &scene.world;
    let before = support::contents(world).await;
    let table = web::table(support::web(world));
    let (mut forms, mut came_back) = (0, 0);
    let ids = &scene.ids[0];
    for name in ["wie", "mediator", "zelf"] {
        let browser = Browser::of(world, name).await;
        for route in table.iter().filter(|it| it.method == Method::POST) {
            if ["/afmelden", "/meldingen/gelezen"].contains(&route.path) {
                continue;
            }
            for one in typed() {
                // Without a key nothing is stored, whatever the fields hold.
                let fields: Vec<(String, String)> = FORM
                    .iter()
                    .filter(|(name, _)| !["sleutel", "soort"].contains(name))
                    .map(|(name, _)| ((*name).to_owned(), one.to_owned()))
                    .chain([("soort".to_owned(), "OND_OAL".to_owned())])
                    .collect();
                let address = ids.address(route.path);
                let seen = browser.post(&address, encode(&fields)).await;
                let cell = format!("{name}, POST {address} with {one}");
                // There is no provider behind the form that leads to one.
                let no_provider =
                    [303, 502].contains(&seen.status) && route.path.starts_with("/oidc/");
                assert!(
                    no_provider || [400, 401, 403, 404, 409, 422, 429].contains(&seen.status),
                    "{cell}: {}",
                    seen.status
                );
                is_ours(&seen, &cell);
                forms += 1;
                came_back += usize::from(seen.shows(one));
                // Who may not is answered before a field is looked at: once is enough.
                if [403, 404].contains(&seen.status) {
                    break;
                }
            }
        }
    }
    support::unchanged(world, &before, "hostile forms").await;
    assert!(came_back > 100, "{came_back}");
    eprintln!("{forms} forms, {came_back} came back with what was typed");
}

#[tokio::test]
async fn payloads_in_addresses_come_back_as_text() {
    let world = world().await;
    let own = |name: &str| format!("/dossier/{}/{name}", world.dossier.address());
    let mut asked = 0;
    for name in ["an", "mediator", "nobody"] {
        let browser = match name {
            "nobody" => Browser::nobody(&world),
            name => Browser::of(&world, name).await,
        };
        for one in typed() {
            let encoded: String = one.bytes().map(|it| format!("%{it:02X}")).collect();
            for address in [
                format!("/zoeken?q={encoded}"),
                format!("/aanmelden?naar={encoded}"),
                format!("/{encoded}"),
                format!("/dossier/{encoded}"),
                own(&format!(
                    "stappen?toestand={encoded}&filter={encoded}&pagina={encoded}"
                )),
                own(&format!("stappen/nieuw?soort={encoded}")),
                own(&format!("stappen/{encoded}")),
                format!("/?gelukt={encoded}"),
            ] {
                let seen = browser.open(&address).await;
                assert!(seen.status < 500, "{address}: {}", seen.status);
                is_ours(&seen, &format!("{name}, {address}"));
                for header in seen.headers.values() {
                    assert!(!header.as_bytes().contains(&b'<'), "{address}");
                }
                asked += 1;
            }
        }
    }
    eprintln!("{asked} addresses");
}

/// K001: decoded exactly once.
#[tokio::test]
async fn what_was_encoded_twice_is_decoded_once() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let mut tried = 0;
    for one in [
        "%2527",
        "%253Cscript%253E",
        "%252e%252e%252f",
        "%2500",
        "%26lt%3Bb%26gt%3B",
        "%2B%2B",
        "%25",
        "%2525",
        "&lt;b&gt;",
        "&amp;lt;",
        "\\u003cb\\u003e",
        "\\x3cb\\x3e",
        "%u003cb",
        "%c0%ae",
        "..%2f",
        "%5c%5c",
        "=1+1",
        "%0d%0a",
        "%E2%80%AE",
        "+ADw-b+AD4-",
    ] {
        let encoded: String = one.bytes().map(|it| format!("%{it:02X}")).collect();
        let seen = an.open(&format!("/zoeken?q={encoded}")).await;
        assert_eq!(seen.status, 200, "{one}");
        assert!(
            seen.shows(&format!("value=\"{one}\"")),
            "{one}: {}",
            seen.html
        );
        let form = an.new_line(world.dossier, "20/05/2025").await;
        let action = form.action.clone();
        let seen = an
            .send(&form.set("samenvatting", one).set("sleutel", ""))
            .await;
        assert_eq!(seen.form(&action).get("samenvatting"), one);
        tried += 2;
    }
    eprintln!("{tried} vectors");
}
