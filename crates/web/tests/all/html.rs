//! What people type is text, never mark-up: hostile text in every field that can be stored is shown as
//! it was typed, on every page of the table of routes, to everybody who may see it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::samples::FORM;
use crate::support::{self, Browser, Ids, Seen, line};
use axum::http::Method;
use casework::{
    ActionInput, Contact, CorrectionAnswer, GrantInput, InviteInput, MandateInput, NewClient,
    NewUser, ProjectInput, StepInput, StudyInput, hash_password,
};
use domain::catalogue::FundingCode;
use domain::client_number::ClientNumber;
use domain::corrections::{Ask, CorrectionKind, Subject};
use domain::grants::Basis;
use domain::ids::{CorrectionId, DossierId, StepId};
use domain::login::Confirmed;
use domain::mandates::{Period, Terms};
use domain::people::{Actor, Role, Unit};
use domain::profile::ExperienceDetails;
use domain::retention::Project;
use domain::sections::Entered;
use testkit::{PASSWORD, World, day, ended, label, note, summary, world};

/// Closes whatever it stands in, and then tries.
const HOSTILE: &str =
    "</textarea></title></script><script>alert(1)</script>\"'><img src=x onerror=1>";

/// The same with the field's name before it, so that it shows where it came from.
fn hostile(field: &str) -> String {
    format!("{field}:{HOSTILE}")
}

/// How the page has to write it.
fn written(field: &str) -> String {
    let escaped = HOSTILE
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;");
    format!("{field}:{escaped}")
}

/// Fails the test when any of it stands in the page as mark-up.
#[track_caller]
fn is_only_text(seen: &Seen, cell: &str) {
    for raw in ["<script>", "<img", "\"'>", "</title></script>"] {
        assert!(!seen.html.contains(raw), "{cell}: {raw} in {}", seen.html);
    }
    // Titles that we opened ourselves, one script of our own, and no attribute that runs.
    let titles = seen.html.matches("<title").count();
    assert_eq!(seen.html.matches("</title>").count(), titles, "{cell}");
    assert_eq!(seen.html.matches("<script").count(), 1, "{cell}");
    for tag in seen.html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        // Between quotes stands a value; outside of them only names of our own.
        let outside: Vec<&str> = tag.split('"').step_by(2).collect();
        let quotes = tag.matches('"').count();
        assert!(quotes.is_multiple_of(2), "{cell}: <{tag}>");
        let runs = outside.iter().any(|part| part.contains(" on"));
        assert!(!runs && !tag.contains('\''), "{cell}: <{tag}>");
    }
}

/// Everything there is about one client, each text hostile.
struct Scene {
    world: World,
    ids: Vec<Ids>,
}

async fn user(
    world: &World,
    user_name: &str,
    role: Role,
    unit: Option<&Unit>,
    own: Option<DossierId>,
) -> Actor {
    let name = hostile(&format!("naam-{user_name}"));
    let user = NewUser {
        user_name: user_name.to_owned(),
        name: name.clone(),
        role,
        unit: unit.map(|unit| unit.id),
        own_dossier: own,
    };
    let hash = hash_password(PASSWORD).unwrap();
    let person = world.casework.create_demo_user(&user, &hash).await.unwrap();
    Actor {
        person,
        name,
        role,
        unit: unit.cloned(),
        own_dossier: own,
        confirmed: Confirmed::AtTheMachine,
    }
}

/// A mandate and what is known of a project, each with hostile words.
async fn controlled(world: &World) {
    let (today, funding) = (
        world.casework.today(),
        FundingCode::parse("EEWG019").unwrap(),
    );
    let period = Period {
        from: day("2023-09-01"),
        until: day("2026-08-31"),
    };
    let mandate = MandateInput {
        controller: "controller".to_owned(),
        terms: Terms {
            funding: funding.clone(),
            lines: period,
            valid: Period {
                from: today,
                ..period
            },
            reference: label(&hostile("kenmerk")),
        },
    };
    let given = world
        .casework
        .give_mandate(&world.system, &mandate, &world.submission())
        .await;
    given.unwrap();
    let project = ProjectInput {
        funding,
        project: Project {
            regime: "ESF_PLUS".to_owned(),
            last_payment: None,
            aid_granted: None,
            hold: None,
        },
        reason: note(&hostile("reden-project")),
    };
    let proposed = world
        .casework
        .propose_project(&world.system, &project, &world.submission())
        .await;
    proposed.unwrap();
}

async fn scene() -> Scene {
    let world = world().await;
    controlled(&world).await;
    let casework = &world.casework;
    let house = casework
        .create_organisation(&hostile("organisatie"), None)
        .await
        .unwrap();
    let unit = casework
        .create_unit(house, &hostile("eenheid"), &hostile("adres"), "9")
        .await
        .unwrap();
    let client = NewClient {
        client_number: ClientNumber::parse("61000546").unwrap(),
        given_name: hostile("voornaam"),
        family_name: hostile("familienaam"),
        birth: day("2008-03-17"),
        work_situation: "00".to_owned(),
        work_situation_since: None,
        insz: None,
        contact: Contact {
            email: Some(hostile("email")),
            phone: Some(hostile("telefoon")),
            street: Some(hostile("straat")),
            postcode: Some(hostile("postcode")),
            municipality: Some(hostile("gemeente")),
            about_me: None,
            insz_sealed: None,
        },
    };
    let dossier = casework
        .create_client(&world.mediator, &client)
        .await
        .unwrap();
    let given = GrantInput {
        organisation: house,
        basis: Basis::Mandate,
        starts: day("2023-09-01"),
        ends: None,
    };
    casework
        .give_grant(&world.mediator, dossier, &given, &world.submission())
        .await
        .unwrap();
    let me = user(&world, "wie", Role::Counsellor, Some(&unit), None).await;
    user(&world, "baas", Role::Manager, Some(&unit), None).await;
    let own = user(&world, "zelf", Role::Client, None, Some(dossier)).await;
    let mut ids = filled(&world, &me, dossier).await;
    let correction = corrected(&world, &own, dossier, ids[0].step).await;
    let input = InviteInput {
        name: domain::text::Name::parse(&hostile("uitgenodigd")).unwrap(),
        email: "nele@voorbeeld.be".to_owned(),
        function: Some((Role::Counsellor, unit.id)),
    };
    let casework = &world.casework;
    casework
        .invite(&world.system, &input, &world.submission())
        .await
        .unwrap();
    let role = Role::Controller;
    casework
        .propose_role(&world.system, me.person, role, &world.submission())
        .await
        .unwrap();
    let people = casework.all_people(&world.system, "", "").await.unwrap();
    let proposals = casework.proposals(&world.system).await.unwrap();
    for ids in &mut ids {
        ids.person = me.person;
        ids.organisation = house;
        ids.unit = unit.id;
        ids.link = people.links[0].id;
        ids.proposal = proposals[0].id;
        ids.correction = correction;
    }
    Scene { world, ids }
}

/// A correction that stands next to a line, and one that waits.
async fn corrected(world: &World, own: &Actor, dossier: DossierId, step: StepId) -> CorrectionId {
    let ask = Ask {
        kind: CorrectionKind::Correction,
        subject: Subject::Line(step),
        text: note(&hostile("klopt-niet")),
    };
    let casework = &world.casework;
    let first = casework
        .ask_correction(own, dossier, &ask, &world.submission())
        .await
        .unwrap();
    let next_to = Some(note(&hostile("rechtzetting")));
    let answer = CorrectionAnswer::Grant(note(&hostile("antwoord")), next_to);
    casework
        .decide_correction(&world.mediator, (first, 1), &answer, &world.submission())
        .await
        .unwrap();
    let waits = casework
        .ask_correction(own, dossier, &ask, &world.submission())
        .await;
    waits.unwrap()
}

/// The profile and a line of every fate.
async fn filled(world: &World, me: &Actor, dossier: DossierId) -> Vec<Ids> {
    let casework = &world.casework;
    let mut ids = Ids {
        dossier,
        ..Ids::absent()
    };
    // A story of many lines takes more than a line of text does.
    let about = note(&hostile("voorstelling"));
    let read = casework::Casework::text_mark("");
    casework
        .save_about_me(me, dossier, &read, Some(&about), &world.submission())
        .await
        .unwrap();
    let mut study: StudyInput = world.study("2024-06-30", None);
    study.details.field = Some(label(&hostile("richting")));
    study.details.school = label(&hostile("school"));
    ids.study = casework
        .save_study(me, dossier, &study, &world.submission())
        .await
        .unwrap();
    let work = Entered::new(ExperienceDetails {
        function: label(&hostile("functie")),
        employer: label(&hostile("werkgever")),
        from: day("2024-07-01"),
        until: None,
        description: Some(note(&hostile("omschrijving"))),
    });
    ids.experience = casework
        .save_record(me, dossier, &work, &world.submission())
        .await
        .unwrap();
    let sections = world.fill_sections(me, dossier, hostile).await;
    ids.vacancy = sections.vacancy;
    ids.training = sections.training;
    ids.competence = sections.competence;
    ids.goal = sections.goal;
    ids.agreement = sections.agreement;
    ids.screening = sections.screening;
    ids.condition = sections.condition;
    ids.availability = sections.availability;
    ids.language = sections.language;
    ids.wanted_job = sections.wanted_job;
    ids.mobility = sections.mobility;
    ids.contact_preference = sections.contact_preference;
    ids.indication = sections.indication;
    ids.transmission = sections.transmission;
    ids.thread = sections.thread;
    let input = |start: &str| StepInput {
        summary: Some(summary(&hostile("samenvatting"))),
        late_reason: Some(note(&hostile("reden-laat"))),
        ..world.input(me, start)
    };
    let paper = testkit::papers::pdf("HTML");
    let name = format!("{HOSTILE}.pdf");
    let file = testkit::papers::incoming(casework, &name, &paper).await;
    let paper = casework::DocumentInput {
        kind: domain::documents::DocumentKind::Other,
        title: Some(label(&hostile("titel-document"))),
        day: day("2025-05-20"),
        audience: domain::documents::Audience::Granted,
        step: None,
    };
    let added = casework
        .add_documents(me, dossier, &paper, vec![file], &world.submission())
        .await;
    ids.document = added.unwrap()[0];
    let mut all = Vec::new();
    for (start, end) in [
        ("2025-02-01", Some("2025-02-20")),
        ("2025-03-01", Some("2025-03-20")),
        ("2025-04-01", None),
        ("2025-05-01", None),
    ] {
        world.clock.advance(1);
        let kind = world.step_type();
        let done = casework
            .register_step(me, dossier, &kind, &input(start), None, &world.submission())
            .await
            .unwrap();
        ids.step = done.step;
        let talk = ActionInput {
            place: Some(label(&hostile("plaats"))),
            note: Some(note(&hostile("nota"))),
            ..world.talk(start)
        };
        ids.action = casework
            .record_action(me, dossier, ids.step, &talk, &world.submission())
            .await
            .unwrap();
        let submission = world.submission();
        if let Some(end) = end {
            let mut ending = ended(end);
            ending.note = Some(note(&hostile("toelichting")));
            casework
                .end_step(
                    me,
                    dossier,
                    ids.step,
                    1,
                    &input(start),
                    &ending,
                    &submission,
                )
                .await
                .unwrap();
            let text = summary(&hostile("aanvulling"));
            casework
                .add_addendum(me, dossier, ids.step, &text, &world.submission())
                .await
                .unwrap();
            let why = note(&hostile("reden-verwijdering"));
            casework
                .request_removal(me, dossier, ids.step, &why, &world.submission())
                .await
                .unwrap();
            let queue = casework.removal_queue(&world.coach).await.unwrap();
            ids.removal = queue.waiting.last().unwrap().id;
            if all.is_empty() {
                let answer = note(&hostile("reden-weigering"));
                let coach = &world.coach;
                casework
                    .refuse_removal(coach, ids.removal, &answer, &world.submission())
                    .await
                    .unwrap();
            }
        } else if start == "2025-04-01" {
            let why = note(&hostile("reden-annulering"));
            casework
                .cancel_step(me, dossier, ids.step, 1, &why, true, &submission)
                .await
                .unwrap();
        }
        all.push(ids);
    }
    world.clock.advance(1);
    all
}

/// Every field that a form has, with hostile text in it.
fn hostile_form() -> String {
    // Beside those of `samples::FORM`, what a form only sometimes has.
    let others = [
        "reden_laat",
        "plaats",
        "plaats_werk",
        "uren_gepland",
        "uren_gevolgd",
        "resultaat_opleiding",
        "nota",
        "tot_dag",
        "tot_maand",
        "tot_jaar",
        "omschrijving",
        "onderwijsvorm",
        "graad",
        "studierichting",
        "school",
        "studiebewijs",
        "herkomst",
        "zoek_organisatie",
        "eenheid",
        "persoon",
        "naar",
        "naam",
        "email",
        "rol",
        "vestiging",
        "vestiging_naam",
        "ondernemingsnummer",
        "adres",
        "nummer",
        "systeemrol",
        "beslissing",
        "zoek",
        "gebruikersnaam",
        "adres",
        "begeleider",
        "beperkt",
        "klantnummer",
    ];
    let fields = FORM.iter().map(|(name, _)| *name).chain(others);
    let value: String = HOSTILE.bytes().map(|it| format!("%{it:02X}")).collect();
    let pairs: Vec<String> = fields
        .map(|name| format!("{name}={name}%3A{value}"))
        .collect();
    pairs.join("&")
}

/// The fields that are stored, and a role that has to see each.
const SHOWN: [(&str, &str); 47] = [
    ("baas", "naam-wie"),
    ("baas", "uitgenodigd"),
    ("baas", "eenheid"),
    ("system", "naam-wie"),
    ("system", "organisatie"),
    ("system", "adres"),
    ("wie", "titel-document"),
    ("wie", "naam-wie"),
    ("wie", "organisatie"),
    ("wie", "eenheid"),
    ("wie", "adres"),
    ("wie", "voornaam"),
    ("wie", "familienaam"),
    ("wie", "email"),
    ("wie", "telefoon"),
    ("wie", "straat"),
    ("wie", "gemeente"),
    ("wie", "voorstelling"),
    ("wie", "richting"),
    ("wie", "school"),
    ("wie", "functie"),
    ("wie", "werkgever"),
    ("wie", "omschrijving"),
    ("wie", "samenvatting"),
    ("wie", "reden-laat"),
    ("wie", "plaats"),
    ("wie", "nota"),
    ("wie", "doel"),
    ("wie", "afspraak"),
    ("wie", "nota-screening"),
    ("wie", "job"),
    ("wie", "werkgever-vacature"),
    ("wie", "plaats-werk"),
    ("zelf", "nota-vacature"),
    ("wie", "opleiding"),
    ("wie", "aanbieder"),
    ("wie", "competentie"),
    ("wie", "toelichting"),
    ("wie", "aanvulling"),
    ("wie", "reden-annulering"),
    ("coach", "reden-verwijdering"),
    ("wie", "rechtzetting"),
    ("zelf", "antwoord"),
    ("coach", "klopt-niet"),
    ("system", "kenmerk"),
    ("controller", "kenmerk"),
    ("system", "reden-project"),
];

const PEOPLE: [&str; 7] = [
    "wie",
    "baas",
    "zelf",
    "coach",
    "mediator",
    "controller",
    "system",
];

#[tokio::test]
async fn what_is_stored_is_shown_as_text_on_every_page_to_everybody() {
    let scene = scene().await;
    let world = &scene.world;
    let table = web::table(support::web(world));
    let mut shown: Vec<(&str, String)> = Vec::new();
    let mut pages = 0;
    for name in PEOPLE {
        let browser = Browser::of(world, name).await;
        for route in table.iter().filter(|it| it.method == Method::GET) {
            let lines = if route.path.contains('{') {
                &scene.ids[..]
            } else {
                &scene.ids[..1]
            };
            for ids in lines {
                let address = ids.address(route.path);
                for query in ["", "?filter=open", "?toestand=ended", "?soort=OND_OAL"] {
                    let cell = format!("{name}, {address}{query}");
                    let seen = browser.open(&format!("{address}{query}")).await;
                    // A file is no page, and says so: the tests of documents hold it to that.
                    let is_file = !seen.header("content-disposition").is_empty();
                    if route.path.starts_with("/health") || seen.status == 303 || is_file {
                        continue;
                    }
                    // Nobody comes back from a provider here.
                    let is_way_back = route.path == "/oidc/terug" && seen.status == 400;
                    assert!(
                        is_way_back || [200, 403, 404, 409].contains(&seen.status),
                        "{cell}: {}",
                        seen.status
                    );
                    assert_eq!(seen.header("cache-control"), "no-store", "{cell}");
                    pages += 1;
                    // A file for a spreadsheet is text, and is said to be: no browser makes a page of it.
                    if seen.header("content-type").starts_with("text/csv") {
                        assert_eq!(seen.header("x-content-type-options"), "nosniff", "{cell}");
                        continue;
                    }
                    is_only_text(&seen, &cell);
                    for (_, field) in SHOWN.iter().filter(|(who, _)| *who == name) {
                        if seen.html.contains(&written(field)) {
                            shown.push((name, (*field).to_owned()));
                        }
                    }
                }
            }
        }
    }
    for (who, field) in SHOWN {
        let is_shown = shown.contains(&(who, field.to_owned()));
        assert!(
            is_shown,
            "{who} reads {field} on no page: the test looks past it"
        );
    }
    eprintln!("{pages} pages without mark-up of a visitor");
}

#[tokio::test]
async fn what_is_refused_comes_back_as_text_too() {
    let scene = scene().await;
    let world = &scene.world;
    let before = support::contents(world).await;
    let table = web::table(support::web(world));
    let form = hostile_form();
    let mut came_back = 0;
    for name in PEOPLE {
        let browser = Browser::of(world, name).await;
        for route in table.iter().filter(|it| it.method == Method::POST) {
            if ["/afmelden", "/meldingen/gelezen"].contains(&route.path) {
                continue;
            }
            for ids in &scene.ids {
                let address = ids.address(route.path);
                // Once as a whole, once for each way on that a form has.
                for extra in [
                    "",
                    "&soort=OND_OAL",
                    "&toestand=ended",
                    "&toestand=cancelled",
                    "&partij=uitvoerder",
                    "&doe=voorstel",
                    "&vandaag=datum",
                ] {
                    let key = extra.split('=').next().unwrap().trim_start_matches('&');
                    let kept: Vec<&str> = form
                        .split('&')
                        .filter(|pair| pair.split('=').next() != Some(key))
                        .filter(|pair| !pair.starts_with("soort=") || extra.is_empty())
                        .collect();
                    let mut body = kept.join("&") + extra;
                    if !extra.is_empty() && key != "soort" {
                        body += "&soort=OND_OAL";
                    }
                    let seen = browser.post(&address, body).await;
                    let cell = format!("{name}, POST {address} {extra}");
                    // Where nothing is linked, unlinking asks for nothing.
                    let asks_nothing = route.path == "/oidc/ontkoppelen";
                    assert!(asks_nothing || seen.status != 303, "{cell} was taken");
                    if asks_nothing {
                        continue;
                    }
                    // A provider is answered without a page.
                    let is_page = seen.header("content-type").starts_with("text/html");
                    if !is_page && route.path.starts_with("/oidc/") {
                        continue;
                    }
                    is_only_text(&seen, &cell);
                    came_back += usize::from(seen.html.contains("&#60;script&#62;alert(1)"));
                }
            }
        }
    }
    support::unchanged(world, &before, "hostile forms").await;
    assert!(came_back > 100, "typed text came back on {came_back} pages");
}

#[tokio::test]
async fn what_is_typed_in_an_address_comes_back_as_text() {
    let scene = scene().await;
    let an = Browser::of(&scene.world, "wie").await;
    let value: String = HOSTILE.bytes().map(|it| format!("%{it:02X}")).collect();
    let list = support::lines(scene.ids[0].dossier);
    for (address, comes_back) in [
        (format!("/zoeken?q={value}"), true),
        (format!("{list}?van_dag={value}&filter=open"), true),
        (
            format!("{list}?toestand={value}&uitvoerder={value}&soort={value}"),
            false,
        ),
        (format!("{list}/nieuw?soort={value}"), false),
        (format!("{list}?gelukt={value}"), false),
        (
            format!("/begeleidingen?tot={value}&toestand={value}"),
            false,
        ),
        (format!("/aanmelden?naar=/{value}"), false),
        (format!("/dossier/{value}"), false),
        (format!("/{value}"), false),
    ] {
        let seen = an.open(&address).await;
        is_only_text(&seen, &address);
        let back = seen.html.contains("&#60;script&#62;alert(1)");
        assert!(back || !comes_back, "{address}");
    }
    let system = Browser::of(&scene.world, "system").await;
    let person = format!("/medewerkers/{}", scene.ids[0].person.address());
    for (address, comes_back) in [
        (format!("/systeem?q={value}"), true),
        (format!("/systeem?na={value}"), false),
        (format!("/systeem/organisaties?q={value}"), true),
        (
            format!("/systeem/organisaties?na={value}&wie={value}"),
            false,
        ),
        (format!("{person}?zoek={value}&vestiging={value}"), true),
        (
            format!("/medewerkers/nieuw?naam={value}&email={value}"),
            true,
        ),
        (
            format!("/logboek?soort={value}&wie={value}&voor={value}"),
            false,
        ),
        (format!("/uitnodiging/{value}"), false),
    ] {
        let seen = system.open(&address).await;
        is_only_text(&seen, &address);
        let back = seen.html.contains("&#60;script&#62;alert(1)");
        assert!(back || !comes_back, "{address}");
    }
    // The user name at the log-in, with a password that is wrong.
    let nobody = Browser::nobody(&scene.world);
    let form = nobody.open("/aanmelden").await.form("/aanmelden");
    let form = form
        .set("gebruikersnaam", HOSTILE)
        .set("wachtwoord", HOSTILE);
    let seen = nobody.send(&form).await;
    assert!(seen.title().starts_with("Fout: "));
    is_only_text(&seen, "the log-in");
    assert_eq!(seen.form("/aanmelden").get("gebruikersnaam"), HOSTILE);
    // And a form that is carried through the log-in, with its names and address.
    let old = format!("{value}={value}&samenvatting={value}");
    let address = line(scene.ids[0].dossier, scene.ids[0].step);
    let seen = nobody.post(&address, old).await;
    assert_eq!(seen.status, 401);
    is_only_text(&seen, "the kept form");
    let mut back = nobody.clone();
    let seen = back.sign_in_with("wie", seen.form("/aanmelden")).await;
    seen.says(200, "Ga verder met wat je typte");
    is_only_text(&seen, "the kept form after the log-in");
    assert_eq!(seen.form(&address).get("samenvatting"), HOSTILE);
}

/// The file to read is a page too, and it is opened from a disk.
#[tokio::test]
async fn the_copy_of_everything_is_text_and_has_a_policy_of_its_own() {
    let scene = scene().await;
    let own = Browser::of(&scene.world, "zelf").await;
    let address = format!("/dossier/{}/export", scene.ids[0].dossier.address());
    let form = own.open(&address).await.form(&address);
    let seen = own.send(&form.clone().set("vorm", "leesbaar")).await;
    assert_eq!(seen.status, 200);
    let policy = seen.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline';"));
    assert!(!policy.contains("script"), "{policy}");
    // K027: wherever it is opened, it is of nobody's site.
    assert!(policy.ends_with("; sandbox"), "{policy}");
    let name = seen.header("content-disposition");
    assert_eq!(name, "attachment; filename=\"dossier-2025-05-28.html\"");
    // An address that somebody typed is text.
    let html = seen.html.replace("https://voorbeeld.be/job", "");
    for raw in ["<script", "<img", "\"'>", "<link", "<iframe", "http"] {
        assert!(!html.contains(raw), "{raw}");
    }
    // Everything that people wrote about this client is in it.
    for field in SHOWN.iter().map(|(_, field)| *field) {
        let is_elsewhere = [
            "uitgenodigd",
            "eenheid",
            "adres",
            "kenmerk",
            "reden-project",
        ]
        .contains(&field);
        assert!(
            is_elsewhere || seen.html.contains(&written(field)),
            "{field}"
        );
    }
    let seen = own.send(&form.set("vorm", "json")).await;
    assert_eq!(seen.status, 200);
    assert_eq!(
        seen.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert!(seen.html.starts_with('{') && seen.html.contains("klantendossier-export"));
}

/// The check itself has to see what it looks for.
#[test]
fn the_check_sees_mark_up_of_a_visitor() {
    let page = |inside: &str| Seen {
        status: 200,
        headers: axum::http::HeaderMap::new(),
        html: format!("<title>x</title><script src=\"y\"></script>{inside}"),
    };
    is_only_text(
        &page("<p>&#60;script&#62; onerror=1</p>"),
        "as it should be",
    );
    for wrong in [
        HOSTILE,
        "<script>alert(1)</script>",
        "<img src=x onerror=1>",
        "<a href=\"x\" onclick=\"y\">",
        "<a href=\"x\"\">",
        "<a href='x'>",
        "</title>",
    ] {
        let seen = page(wrong);
        let caught = std::panic::catch_unwind(|| is_only_text(&seen, wrong));
        assert!(caught.is_err(), "{wrong}");
    }
}
