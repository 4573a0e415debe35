//! Ids, keys and hidden fields that were changed on the way.

use axum::http::Method;
use domain::people::Role;
use domain::policy::{self, Reach};
use testkit::world;

use crate::support::samples::filled;
use crate::support::{self, Browser, contents, line, unchanged};

/// What somebody puts in the place of an id.
const FORGED: &[&str] = &[
    "0",
    "1",
    "-1",
    "null",
    "undefined",
    "onzin",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "%00",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2f",
    "..%2f..%2fetc%2fpasswd",
    "%25%32%65",
    "'%20OR%201%3D1--",
    "1;DROP%20TABLE%20step",
    "*",
    "%",
    "%zz",
    "%FF%FE",
    "%F0%9F%92%A9",
    "%E2%80%AE",
    "[]",
    "{dossier}",
    "%7B%7B7*7%7D%7D",
    "%0d%0aSet-Cookie:%20x=y",
    "1e9",
    "0x1f",
    "true",
];

#[tokio::test]
async fn an_id_that_was_made_up_is_not_there_and_never_an_error() {
    let world = world().await;
    let (ids, _) = filled(&world, &world.an, world.dossier, true).await;
    let before = contents(&world).await;
    let long = "a".repeat(8_000);
    let mut tried = 0;
    for (name, role) in [("an", Role::Counsellor), ("mediator", Role::Mediator)] {
        let browser = Browser::of(&world, name).await;
        for route in web::table(support::web(&world)) {
            if policy::reach(role, route.operation) == Reach::Never {
                continue;
            }
            let parts: Vec<&str> = route.path.split('/').collect();
            for (at, part) in parts
                .iter()
                .enumerate()
                .filter(|(_, it)| it.starts_with('{'))
            {
                let real = ids.address(part);
                let close = [
                    real.to_uppercase() + "0",
                    format!("{{{real}}}"),
                    format!("{real}%20"),
                    format!("{real}%00"),
                    format!("{real}.css"),
                    format!("{real};x"),
                    real[..real.len() - 1].to_owned(),
                    long.clone(),
                ];
                for forged in FORGED.iter().map(|it| (*it).to_owned()).chain(close) {
                    let address: Vec<String> = parts
                        .iter()
                        .enumerate()
                        .map(|(index, part)| match index == at {
                            true => forged.clone(),
                            false => ids.address(part),
                        })
                        .collect();
                    let address = address.join("/");
                    if address.parse::<axum::http::Uri>().is_err() {
                        continue;
                    }
                    let seen = match route.method == Method::GET {
                        true => browser.open(&address).await,
                        false => browser.post(&address, "soort=OND_OAL").await,
                    };
                    let cell = format!("{name}, {} {part} = {forged}", route.method);
                    // What is closed leads to the page that asks why, for every identifier alike.
                    let is_closed = seen.status == 303
                        && seen.location() == ids.address(&parts[..at].join("/"));
                    assert!(
                        [400, 404].contains(&seen.status) || is_closed,
                        "{cell} at {}: {}",
                        route.path,
                        seen.status
                    );
                    tried += 1;
                }
            }
        }
    }
    unchanged(&world, &before, "forged ids").await;
    eprintln!("{tried} forged ids in addresses");
    assert!(tried > 1_000);
}

/// K015: nothing of a form reaches a column that the form does not have.
#[tokio::test]
async fn fields_that_no_form_has_change_nothing() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let mut form = an.new_line(world.dossier, "20/05/2025").await;
    for (name, value) in [
        ("state", "removed"),
        ("id", "0dd0dead-0000-4000-8000-000000000001"),
        ("dossier_id", "0dd0dead-0000-4000-8000-000000000001"),
        ("version", "99"),
        ("registered_by", "0dd0dead-0000-4000-8000-000000000001"),
        ("registered_at", "0"),
        ("provider_org", "0dd0dead-0000-4000-8000-000000000001"),
        ("requester_org", "0dd0dead-0000-4000-8000-000000000001"),
        ("ended_by", "0dd0dead-0000-4000-8000-000000000001"),
        ("ended_at", "0"),
        ("result", "POSITIEF"),
        ("removal_asked", "1"),
        ("journal_link", "00"),
        ("role", "system_manager"),
        ("rol", "system_manager"),
        ("organisation_id", "0dd0dead-0000-4000-8000-000000000001"),
        ("own_dossier_id", "0dd0dead-0000-4000-8000-000000000001"),
        ("active", "1"),
        ("verified", "1"),
        ("__proto__", "x"),
        ("constructor.prototype", "x"),
        ("_method", "DELETE"),
    ] {
        form = form.tick(name, value);
    }
    let seen = an.send(&form).await;
    assert_eq!(seen.status, 303, "{}", seen.html);
    let page = an.open(seen.location()).await;
    assert_eq!(page.status, 200);
    let lines = world.casework.steps_page(&world.an, world.dossier).await;
    let step = lines.unwrap().rows[0].id;
    let stored = world.step(&world.an, world.dossier, step).await;
    assert_eq!(stored.version, 1);
    assert!(stored.ongoing().is_ok());
    assert_eq!(stored.registered.by, world.an.person);
    assert_eq!(stored.provider.unit.organisation, world.a.id);
    assert_eq!(stored.requester.unit.organisation, world.a.id);
}

#[tokio::test]
async fn hidden_fields_that_were_changed_are_refused_or_change_nothing() {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    let an = Browser::of(&world, "an").await;
    let address = line(world.dossier, step);
    let carla = world.casework.submission_key().0.to_string();
    // A key that Carla used for a change of her own.
    let other = world.client("61000546", "Noor", "Aerts").await;
    world.grant_to(other, &world.b).await;
    let of_carla = Browser::of(&world, "carla").await;
    let form = of_carla
        .new_line(other, "20/05/2025")
        .await
        .set("sleutel", &carla);
    assert_eq!(of_carla.send(&form).await.status, 303);
    world.clock.advance(1);
    let before = contents(&world).await;
    let mut tried = 0;
    for (field, values) in [
        (
            "versie",
            vec![
                "0",
                "2",
                "99",
                "-1",
                "1.0",
                "4294967296",
                "x",
                "",
                "1 OR 1=1",
            ],
        ),
        (
            "sleutel",
            vec![
                "",
                "x",
                "0",
                "00000000-0000-0000-0000-000000000000",
                carla.as_str(),
            ],
        ),
        (
            "financieringsnummer",
            vec!["", "EEWG000", "eewg019", "EEWG019'", "11TJ007", "*"],
        ),
        ("toestand", vec!["removed", "Ongoing", "ongoing ", "1"]),
        (
            "aanvrager",
            vec!["x", "0", "0dd0dead-0000-4000-8000-000000000001"],
        ),
        (
            "uitvoerder",
            vec!["x", "0", "0dd0dead-0000-4000-8000-000000000001"],
        ),
    ] {
        for value in values {
            let form = an.line(world.dossier, step).await;
            let form = form.set("samenvatting", "Veranderd.").set(field, value);
            let seen = an.send(&form).await;
            assert!(
                [404, 409, 422].contains(&seen.status),
                "{field}={value}: {}",
                seen.status
            );
            unchanged(&world, &before, &format!("{field}={value}")).await;
            tried += 1;
        }
    }
    assert_eq!(an.open(&address).await.status, 200);
    eprintln!("{tried} changed hidden fields");
}

/// A form of one dossier that is sent to the address of another, and one person's session with the form of
/// another: what decides is the address and the session, never what the form says.
#[tokio::test]
async fn a_replayed_form_is_judged_by_its_address_and_its_sender() {
    let world = world().await;
    let other = world.client("61000546", "Noor", "Aerts").await;
    world.grant_to(other, &world.b).await;
    let an = Browser::of(&world, "an").await;
    let carla = Browser::of(&world, "carla").await;
    let form = an.new_line(world.dossier, "20/05/2025").await;
    let before = contents(&world).await;
    let elsewhere = format!("{}/nieuw", support::lines(other));
    assert_eq!(an.post(&elsewhere, form.encoded()).await.status, 404);
    assert_eq!(carla.send(&form).await.status, 404);
    assert_eq!(Browser::nobody(&world).send(&form).await.status, 401);
    unchanged(&world, &before, "replayed elsewhere").await;
    let first = an.send(&form).await;
    assert_eq!(first.status, 303);
    let once = contents(&world).await;
    let again = an.send(&form).await;
    assert_eq!((again.status, again.location()), (303, first.location()));
    // A colleague who sends the very same form does not get the answer of somebody else.
    let bram = Browser::of(&world, "bram").await;
    let seen = bram.send(&form).await;
    assert!([404, 422].contains(&seen.status), "{}", seen.status);
    unchanged(&world, &once, "replayed").await;
}

/// The session decides, at once: another role's cookie opens nothing of this one.
#[tokio::test]
async fn a_cookie_is_one_session_and_its_parts_are_none() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let address = format!("/dossier/{}", world.dossier.address());
    let (name, token) = an.cookie.split_once('=').unwrap();
    let mut tried = 0;
    for cookie in [
        format!("{name}={}", &token[1..]),
        format!("{name}={token}0"),
        format!("{name}=\"{token}\""),
        format!("{name}={}", "f".repeat(64)),
        format!("{}={token}", name.to_uppercase()),
        format!("__Host-{name}={token}"),
        format!("{name}x={token}"),
        format!("x{name}={token}"),
    ] {
        let mut forged = Browser::nobody(&world);
        forged.cookie.clone_from(&cookie);
        let seen = forged.open(&address).await;
        assert_eq!(seen.status, 303, "{cookie}");
        assert!(seen.location().starts_with("/aanmelden"), "{cookie}");
        tried += 1;
    }
    eprintln!("{tried} forged cookies");
}
