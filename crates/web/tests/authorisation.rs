//! I1 and I2: every route, for everybody, on every kind of dossier. What is expected comes out of the
//! authorisation table and the rules written here, never out of the pages.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Method;
use casework::{ExperienceInput, JournalEntry};
use domain::ids::{ActionId, DossierId, StepId};
use domain::people::{Actor, Role};
use domain::policy::{self, Operation, Reach};
use domain::profile::ExperienceDetails;
use support::{Browser, Ids, Seen, contents, line, unchanged};
use testkit::{World, day, label, note, world};
use web::Route;

/// The routes that need nobody, one by one: a new one has to be added here.
const PUBLIC: [&str; 10] = [
    "GET /aanmelden",
    "POST /aanmelden",
    "POST /aanmelden/bevestigen",
    "POST /aanmelden/passkey",
    "POST /aanmelden/passkey/bevestigen",
    "POST /afmelden",
    "GET /health/live",
    "GET /health/ready",
    "GET /toegankelijkheid",
    "GET /licenties",
];

/// Who asks: one of every role, and nobody.
const PEOPLE: [(&str, Option<Role>); 9] = [
    ("an", Some(Role::Counsellor)),
    ("dirk", Some(Role::Manager)),
    ("coach", Some(Role::Coach)),
    ("mediator", Some(Role::Mediator)),
    ("controller", Some(Role::Controller)),
    ("system", Some(Role::SystemManager)),
    ("lotte", Some(Role::Client)),
    ("fg", Some(Role::PrivacyOfficer)),
    ("nobody", None),
];

/// Which dossier stands in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// Lotte's: organisation A holds a grant, and the coach was asked about one of its lines.
    Own,
    /// One that exists, with a grant for organisation B only.
    Foreign,
    /// One that does not exist.
    Absent,
}

/// A dossier's ids, and the ended line whose removal was asked.
#[derive(Clone, Copy)]
struct Filled {
    ids: Ids,
    asked: StepId,
}

/// A dossier with something of everything in it, as one organisation's counsellor makes it.
async fn filled(world: &World, counsellor: &Actor, dossier: DossierId) -> Filled {
    let asked = world.register(counsellor, dossier, "2025-04-01").await;
    world.end(counsellor, dossier, asked, "2025-04-30").await;
    let step = world.register(counsellor, dossier, "2025-05-20").await;
    let action = world.record(counsellor, dossier, step, "2025-05-21").await;
    let study = world
        .add_study(counsellor, dossier, "2024-06-30", None)
        .await;
    let work = ExperienceInput {
        existing: None,
        details: ExperienceDetails {
            function: label("Jobstudent"),
            employer: label("Bakkerij Mertens"),
            from: day("2024-07-01"),
            until: None,
            description: None,
        },
    };
    let submission = world.submission();
    let experience = world
        .casework
        .save_experience(counsellor, dossier, &work, &submission)
        .await
        .unwrap();
    let Ids {
        removal, request, ..
    } = Ids::absent();
    Filled {
        asked,
        ids: Ids {
            dossier,
            step,
            action,
            study,
            experience,
            removal,
            request,
        },
    }
}

/// Everything that the test walks through.
struct Scene {
    world: World,
    own: Ids,
    /// The line of the own dossier that the coach was asked about.
    asked: StepId,
    foreign: Ids,
}

async fn scene() -> Scene {
    let world = world().await;
    let Filled { mut ids, asked } = filled(&world, &world.an, world.dossier).await;
    let reason = note("Verkeerde jongere.");
    world
        .casework
        .request_removal(&world.an, ids.dossier, asked, &reason, &world.submission())
        .await
        .unwrap();
    let queue = world.casework.removal_queue(&world.coach).await.unwrap();
    ids.removal = queue.waiting.first().unwrap().id;
    let other = world.client("61000546", "Noor", "Aerts").await;
    world.grant_to(other, &world.b).await;
    let mut foreign = filled(&world, &world.carla, other).await.ids;
    ids.request = world.ask_grant(&world.carla, "61000447").await;
    foreign.request = world.ask_grant(&world.an, "61000546").await;
    // What was told of the grants so far is read: opening the list changes nothing then.
    let read = world.casework.mark_notices_read(&world.manager).await;
    read.unwrap();
    Scene {
        world,
        own: ids,
        asked,
        foreign,
    }
}

impl Scene {
    fn ids(&self, which: Which, role: Option<Role>) -> Ids {
        match (which, role) {
            // The coach is there for the lines that were asked about; the others for one that goes on.
            (Which::Own, Some(Role::Coach)) => Ids {
                step: self.asked,
                ..self.own
            },
            (Which::Own, _) => self.own,
            (Which::Foreign, _) => self.foreign,
            (Which::Absent, _) => Ids::absent(),
        }
    }

    async fn journals(&self) -> [Vec<JournalEntry>; 2] {
        [
            self.world.journal(self.own.dossier).await,
            self.world.journal(self.foreign.dossier).await,
        ]
    }

    /// Every field of every form, filled in well: what keeps this out is who sends it.
    fn complete_form(&self) -> String {
        let key = self.world.casework.submission_key().0;
        let person = self.world.an.person.address();
        let read = casework::Casework::text_mark("");
        let organisation = self.world.a.id.address();
        let request = self.own.request.address();
        format!(
            "sleutel={key}&versie=1&soort=OND_OAL&toestand=ongoing&datum_dag=21&datum_maand=05\
             &datum_jaar=2025&einddatum_dag=27&einddatum_maand=05&einddatum_jaar=2025\
             &aanvrager={person}&uitvoerder={person}&financieringsnummer=EEWG019&geen_diploma=ja\
             &samenvatting=Nieuw&aanvulling=Nieuw&vaststellingen=opleiding&resultaatcode=POSITIEF\
             &reden=P1&toelichting=Nieuw&acties_vervallen=ja&dag_actie_dag=22&dag_actie_maand=05\
             &dag_actie_jaar=2025&soort_actie=GESPREK&duur=45&aanwezigheid=aanwezig&over_mezelf=Nieuw&gelezen={read}\
             &klantnummer=61000447&bewijs=geboortedatum&geboren_dag=17&geboren_maand=03&geboren_jaar=2008\
             &grond=mandaat&doel=Nieuw&organisatie={organisation}&weigering=ander&vraag={request}&antwoord=akkoord\
             &functie=Nieuw&werkgever=Nieuw&van_dag=01&van_maand=05&van_jaar=2025"
        )
    }
}

/// What has to come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// To the log-in.
    SignIn,
    /// The role has no such function: 403.
    NoFunction,
    /// As if it did not exist: 404.
    NotThere,
    /// The page, or the form's own answer.
    Allowed,
}

/// The rules, apart from the program: the reach in the table, and what it means for this dossier.
fn expected(route: &Route, role: Option<Role>, which: Which) -> Expected {
    let Some(role) = role else {
        return Expected::SignIn;
    };
    let reach = policy::reach(role, route.operation);
    let is_there = match reach {
        Reach::Never => return Expected::NoFunction,
        Reach::All => which != Which::Absent,
        Reach::Granted | Reach::GrantedOwnLine | Reach::RemovalQueue | Reach::Self_ => {
            which == Which::Own
        }
        Reach::Function | Reach::Organisation => {
            assert!(!route.path.contains('{'), "{route:?} concerns a dossier");
            true
        }
    };
    if is_there || !route.path.contains('{') {
        Expected::Allowed
    } else {
        Expected::NotThere
    }
}

fn named(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

async fn ask(browser: &Browser, route: &Route, address: &str, form: String) -> Seen {
    if route.method == Method::GET {
        browser.open(address).await
    } else {
        browser.post(address, form).await
    }
}

#[track_caller]
fn check(seen: &Seen, route: &Route, expected: Expected, cell: &str) {
    let is_get = route.method == Method::GET;
    match expected {
        Expected::SignIn if is_get => {
            assert_eq!(seen.status, 303, "{cell}");
            assert!(seen.location().starts_with("/aanmelden"), "{cell}");
        }
        Expected::SignIn => assert_eq!(seen.status, 401, "{cell}"),
        Expected::NoFunction => assert_eq!(seen.status, 403, "{cell}"),
        Expected::NotThere => assert_eq!(seen.status, 404, "{cell}"),
        Expected::Allowed if is_get => {
            assert!([200, 303].contains(&seen.status), "{cell}: {}", seen.status);
            assert!(!seen.location().starts_with("/aanmelden"), "{cell}");
        }
        Expected::Allowed => assert!(
            [303, 409, 422].contains(&seen.status),
            "{cell}: {} {}",
            seen.status,
            seen.html
        ),
    }
}

#[tokio::test]
async fn i1_i2_every_route_for_everybody_on_every_kind_of_dossier() {
    let scene = scene().await;
    let table = web::table(support::web(&scene.world));
    let before = contents(&scene.world).await;
    let mut cells: BTreeMap<String, u32> = BTreeMap::new();
    for (name, role) in PEOPLE {
        let browser = match role {
            Some(_) => Browser::of(&scene.world, name).await,
            None => Browser::nobody(&scene.world),
        };
        for route in table.iter().filter(|it| it.operation != Operation::Public) {
            let kinds: &[Which] = if route.path.contains('{') {
                &[Which::Absent, Which::Foreign, Which::Own]
            } else {
                &[Which::Own]
            };
            let mut not_there: Option<Seen> = None;
            for which in kinds {
                let cell = format!("{name}, {} ({which:?})", named(route));
                let expected = expected(route, role, *which);
                // Who is kept out sends a form with nothing wrong in it. Who may sends an empty one,
                // that only says for which kind of step it is.
                let form = match expected {
                    Expected::Allowed => "soort=OND_OAL".to_owned(),
                    _ => scene.complete_form(),
                };
                let address = scene.ids(*which, role).address(route.path);
                let seen = ask(&browser, route, &address, form).await;
                check(&seen, route, expected, &cell);
                *cells.entry(format!("{expected:?}")).or_default() += 1;
                if route.method != Method::GET {
                    unchanged(&scene.world, &before, &cell).await;
                }
                if expected == Expected::NotThere {
                    let first = not_there.get_or_insert_with(|| seen.clone());
                    assert_eq!(seen.html, first.html, "{cell}");
                    assert_eq!(seen.headers, first.headers, "{cell}");
                }
            }
        }
    }
    let total: u32 = cells.values().sum();
    eprintln!("{total} cells of {} routes: {cells:?}", table.len());
    // Each of the four answers was really met.
    assert_eq!(cells.len(), 4, "{cells:?}");
}

#[tokio::test]
async fn the_public_routes_are_these_and_answer_everybody() {
    let scene = scene().await;
    let table = web::table(support::web(&scene.world));
    let mut public: Vec<&Route> = table
        .iter()
        .filter(|route| route.operation == Operation::Public)
        .collect();
    let mut names: Vec<String> = public.iter().map(|route| named(route)).collect();
    names.sort();
    let mut wanted = PUBLIC.map(str::to_owned);
    wanted.sort();
    assert_eq!(names, wanted);
    // Logging out comes last: it ends the session that the others are asked with.
    public.sort_by_key(|route| route.path == "/afmelden");
    for (name, role) in PEOPLE {
        let browser = match role {
            Some(_) => Browser::of(&scene.world, name).await,
            None => Browser::nobody(&scene.world),
        };
        for route in &public {
            let seen = ask(&browser, route, route.path, String::new()).await;
            let expected = match named(route).as_str() {
                name if name.starts_with("POST /aanmelden") => 422,
                "POST /afmelden" => 303,
                _ => 200,
            };
            assert_eq!(seen.status, expected, "{name}, {}", named(route));
        }
    }
}

/// What the privacy officer finds is who looked and what happened, and nothing of what was written.
#[tokio::test]
async fn the_privacy_officer_reads_who_looked_and_what_happened_and_no_story() {
    let scene = scene().await;
    let fg = Browser::of(&scene.world, "fg").await;
    let found = fg.open("/zoeken?q=61000447").await;
    let dossier = format!("/dossier/{}", scene.own.dossier.address());
    assert!(
        found
            .html
            .contains(&format!("href=\"{dossier}/raadplegingen\""))
    );
    let looked = fg.open(&format!("{dossier}/raadplegingen")).await;
    looked.says(200, "Wie bekeek het dossier");
    let happened = fg.open(&format!("{dossier}/journaal")).await;
    happened.says(200, "Verwijdering gevraagd");
    let lotte = Browser::of(&scene.world, "lotte").await;
    let own = lotte.open(&format!("{dossier}/journaal")).await;
    // The same entry, with what was written, for the client herself.
    assert!(own.shows("Verkeerde jongere."));
    assert!(!happened.shows("Verkeerde jongere."));
    assert_eq!(fg.open(&dossier).await.status, 403);
}

/// Without this, a form that is refused for its content would pass for one that is kept out.
#[tokio::test]
async fn the_complete_form_is_kept_when_it_comes_from_who_may() {
    let scene = scene().await;
    let browser = Browser::of(&scene.world, "an").await;
    let step = line(scene.own.dossier, scene.own.step);
    let dossier = format!("/dossier/{}", scene.own.dossier.address());
    for address in [
        step.clone(),
        format!("{step}/acties/nieuw"),
        format!("{step}/acties/{}", scene.own.action.address()),
        format!("{dossier}/profiel/werkervaring/nieuw"),
        format!("{dossier}/profiel/over-mezelf"),
        format!("{step}/annuleren"),
    ] {
        // Two changes never come at the same microsecond.
        scene.world.clock.advance(1);
        let before = scene.journals().await;
        let stored = contents(&scene.world).await;
        let form = scene.complete_form();
        let version = scene
            .world
            .step(&scene.world.an, scene.own.dossier, scene.own.step)
            .await
            .version;
        // An action has a version of its own, and is at its first.
        let form = if address.contains("acties") {
            form
        } else {
            form.replace("versie=1", &format!("versie={version}"))
        };
        let seen = browser.post(&address, form).await;
        assert_eq!(seen.status, 303, "{address}: {}", seen.html);
        let after = scene.journals().await;
        assert_eq!(after[0].len(), before[0].len() + 1, "{address}");
        assert_ne!(contents(&scene.world).await, stored, "{address}");
    }
}

#[tokio::test]
async fn i1_a_line_of_another_organisation_can_be_read_but_not_changed() {
    let scene = scene().await;
    let world = &scene.world;
    world.grant_to(scene.own.dossier, &world.b).await;
    let before = scene.journals().await;
    let carla = Browser::of(world, "carla").await;
    for route in web::table(support::web(world)) {
        if !route.path.contains("{step}") {
            continue;
        }
        let address = scene.own.address(route.path);
        let expected = match policy::reach(Role::Counsellor, route.operation) {
            Reach::GrantedOwnLine => Expected::NoFunction,
            _ => Expected::Allowed,
        };
        // Neither a good form nor one with errors brings the screen of a line that is not theirs.
        for form in [
            scene.complete_form(),
            String::new(),
            "vandaag=datum".to_owned(),
            "partij=uitvoerder".to_owned(),
            "toestand=cancelled".to_owned(),
        ] {
            let cell = format!("{} with {form}", named(&route));
            let seen = ask(&carla, &route, &address, form).await;
            check(&seen, &route, expected, &cell);
        }
    }
    let after = scene.journals().await;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[tokio::test]
async fn i2_the_line_of_another_dossier_is_not_found_under_ones_own() {
    let scene = scene().await;
    let before = scene.journals().await;
    let mixed = Ids {
        dossier: scene.own.dossier,
        ..scene.foreign
    };
    let unknown = Ids {
        dossier: scene.own.dossier,
        ..Ids::absent()
    };
    for (name, role) in [("an", Role::Counsellor), ("lotte", Role::Client)] {
        let browser = Browser::of(&scene.world, name).await;
        for route in web::table(support::web(&scene.world)) {
            let has_second = ["{step}", "{action}", "{study}", "{experience}"]
                .iter()
                .any(|it| route.path.contains(it));
            if !has_second || policy::reach(role, route.operation) == Reach::Never {
                continue;
            }
            let mut seen = Vec::new();
            for ids in [mixed, unknown] {
                let address = ids.address(route.path);
                let answer = ask(&browser, &route, &address, scene.complete_form()).await;
                let cell = format!("{name}, {}", named(&route));
                check(&answer, &route, Expected::NotThere, &cell);
                seen.push(answer.html);
            }
            assert_eq!(seen[0], seen[1]);
        }
    }
    let after = scene.journals().await;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[tokio::test]
async fn i1_a_grant_that_ended_closes_the_dossier_at_once() {
    let scene = scene().await;
    let world = &scene.world;
    let an = Browser::of(world, "an").await;
    let address = line(scene.own.dossier, scene.own.step);
    assert_eq!(an.open(&address).await.status, 200);
    let done = world
        .casework
        .end_grants(
            &world.mediator,
            scene.own.dossier,
            world.a.id,
            &note("Gestopt."),
            &world.submission(),
        )
        .await;
    done.unwrap();
    let before = scene.journals().await;
    assert_eq!(an.open(&address).await.status, 404);
    assert_eq!(an.post(&address, scene.complete_form()).await.status, 404);
    let after = scene.journals().await;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

/// What became of a line in a dossier that two organisations and the coach may look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Organisation A's, ongoing.
    Own,
    /// Organisation B's, ongoing.
    OfAnother,
    /// Organisation A's, cancelled (C1).
    Cancelled,
    /// Organisation A's, ended and removed by the coach (R6).
    Removed,
}

impl Fate {
    const ALL: [Fate; 4] = [Fate::Own, Fate::OfAnother, Fate::Cancelled, Fate::Removed];

    fn is_out_of_sight(self) -> bool {
        matches!(self, Fate::Cancelled | Fate::Removed)
    }
}

/// A line of every fate, each with an action.
async fn fates(world: &World) -> [(Fate, StepId, ActionId); 4] {
    let (an, dossier) = (&world.an, world.dossier);
    world.grant_to(dossier, &world.b).await;
    let removed = world.register(an, dossier, "2025-03-01").await;
    let of_removed = world.record(an, dossier, removed, "2025-03-02").await;
    world.end(an, dossier, removed, "2025-03-31").await;
    let reason = note("Verkeerde jongere.");
    let (casework, coach) = (&world.casework, &world.coach);
    casework
        .request_removal(an, dossier, removed, &reason, &world.submission())
        .await
        .unwrap();
    let queue = casework.removal_queue(coach).await.unwrap();
    let request = queue.waiting.first().unwrap().id;
    casework
        .remove_line(coach, request, &world.submission())
        .await
        .unwrap();
    let cancelled = world.register(an, dossier, "2025-04-10").await;
    let of_cancelled = world.record(an, dossier, cancelled, "2025-04-11").await;
    casework
        .cancel_step(
            an,
            dossier,
            cancelled,
            1,
            &reason,
            true,
            &world.submission(),
        )
        .await
        .unwrap();
    let own = world.register(an, dossier, "2025-05-20").await;
    let of_own = world.record(an, dossier, own, "2025-05-21").await;
    let other = world.register(&world.carla, dossier, "2025-05-20").await;
    let of_other = world
        .record(&world.carla, dossier, other, "2025-05-21")
        .await;
    [
        (Fate::Own, own, of_own),
        (Fate::OfAnother, other, of_other),
        (Fate::Cancelled, cancelled, of_cancelled),
        (Fate::Removed, removed, of_removed),
    ]
}

/// The rules for a line, apart from the program.
fn expected_of_line(route: &Route, role: Option<Role>, fate: Fate) -> Expected {
    let Some(role) = role else {
        return Expected::SignIn;
    };
    let reach = policy::reach(role, route.operation);
    if reach == Reach::Never {
        return Expected::NoFunction;
    }
    let is_change = reach == Reach::GrantedOwnLine;
    let is_form_of_change = is_change && route.method == Method::GET;
    match fate {
        // The coach sees what was asked about and what was cancelled, and nothing else (C1, R6).
        Fate::Own | Fate::OfAnother if reach == Reach::RemovalQueue => Expected::NotThere,
        Fate::Own => Expected::Allowed,
        Fate::OfAnother if is_change => Expected::NoFunction,
        Fate::OfAnother => Expected::Allowed,
        // Its history stays in the dossier (C1), and who had a form open is told (T1).
        Fate::Cancelled | Fate::Removed if route.path.ends_with("/geschiedenis") => {
            Expected::Allowed
        }
        Fate::Cancelled | Fate::Removed if reach == Reach::RemovalQueue => Expected::Allowed,
        Fate::Cancelled | Fate::Removed if is_change && !is_form_of_change => Expected::Allowed,
        Fate::Cancelled | Fate::Removed => Expected::NotThere,
    }
}

#[tokio::test]
async fn c1_r6_every_route_of_a_line_for_everybody_whatever_became_of_the_line() {
    let world = world().await;
    let lines = fates(&world).await;
    assert_eq!(lines.map(|(fate, ..)| fate), Fate::ALL);
    let table = web::table(support::web(&world));
    let before = contents(&world).await;
    let mut cells = 0;
    for (name, role) in PEOPLE {
        let browser = match role {
            Some(_) => Browser::of(&world, name).await,
            None => Browser::nobody(&world),
        };
        for route in table.iter().filter(|it| it.path.contains("{step}")) {
            for (fate, step, action) in lines {
                let ids = Ids {
                    dossier: world.dossier,
                    step,
                    action,
                    ..Ids::absent()
                };
                let cell = format!("{name}, {} ({fate:?})", named(route));
                let expected = expected_of_line(route, role, fate);
                let seen = ask(&browser, route, &ids.address(route.path), String::new()).await;
                check(&seen, route, expected, &cell);
                if expected == Expected::Allowed
                    && fate.is_out_of_sight()
                    && route.method != Method::GET
                {
                    assert_eq!(seen.status, 409, "{cell}");
                }
                if route.method != Method::GET {
                    unchanged(&world, &before, &cell).await;
                }
                cells += 1;
            }
        }
    }
    eprintln!("{cells} cells of the routes of a line");
    assert!(cells >= 8 * 4 * 14, "{cells}");
}

#[tokio::test]
async fn i1_a_line_out_of_sight_of_another_organisation_is_not_there_for_a_form() {
    let world = world().await;
    let lines = fates(&world).await;
    let before = contents(&world).await;
    let carla = Browser::of(&world, "carla").await;
    for route in web::table(support::web(&world)) {
        if policy::reach(Role::Counsellor, route.operation) != Reach::GrantedOwnLine {
            continue;
        }
        for (fate, step, action) in lines {
            let ids = Ids {
                dossier: world.dossier,
                step,
                action,
                ..Ids::absent()
            };
            let expected = match fate {
                Fate::Own => Expected::NoFunction,
                Fate::OfAnother => Expected::Allowed,
                Fate::Cancelled | Fate::Removed => Expected::NotThere,
            };
            let cell = format!("carla, {} ({fate:?})", named(&route));
            let seen = ask(&carla, &route, &ids.address(route.path), String::new()).await;
            check(&seen, &route, expected, &cell);
        }
    }
    unchanged(&world, &before, "carla looked for a way in").await;
}

#[tokio::test]
async fn i1_the_search_for_a_party_leads_to_no_form_of_another_line() {
    let world = world().await;
    let [
        (_, own, _),
        (_, other, _),
        (_, cancelled, _),
        (_, removed, _),
    ] = fates(&world).await;
    let an = Browser::of(&world, "an").await;
    for elsewhere in [other, cancelled, removed] {
        for action in [
            line(world.dossier, own),
            format!("{}/nieuw", support::lines(world.dossier)),
        ] {
            let form = format!(
                "soort=OND_OAL&partij=uitvoerder&zoek=klaar&stap={}",
                elsewhere.address()
            );
            let seen = an.post(&action, form).await;
            assert_eq!(seen.status, 200);
            // The form that comes back is the one it was asked from.
            assert_eq!(seen.form(&action).action, action);
            assert!(!seen.html.contains(&elsewhere.address()), "{action}");
        }
    }
}

#[tokio::test]
async fn i1_what_another_organisation_and_the_coach_wrote_is_not_for_who_only_reads_the_line() {
    let world = world().await;
    let (an, dossier) = (&world.an, world.dossier);
    world.grant_to(dossier, &world.b).await;
    let step = world.register(an, dossier, "2025-05-01").await;
    world.end(an, dossier, step, "2025-05-20").await;
    let submission = world.submission();
    let casework = &world.casework;
    casework
        .request_removal(an, dossier, step, &note("Dit was haar zus."), &submission)
        .await
        .unwrap();
    let queue = casework.removal_queue(&world.coach).await.unwrap();
    let request = queue.waiting.first().unwrap().id;
    let answer = note("De lijn klopt: de jongere zelf werd begeleid.");
    casework
        .refuse_removal(&world.coach, request, &answer, &world.submission())
        .await
        .unwrap();
    let address = line(dossier, step);
    let seen = Browser::of(&world, "bram").await.open(&address).await;
    seen.says(200, answer.as_str());
    let carla = Browser::of(&world, "carla").await;
    let seen = carla.open(&address).await;
    seen.says(200, "Beëindigd / Positief resultaat");
    assert!(!seen.shows(answer.as_str()), "{}", seen.html);
    let seen = carla.open(&format!("{address}/geschiedenis")).await;
    assert!(!seen.shows("haar zus") && !seen.shows("De lijn klopt"));
}

#[tokio::test]
async fn i1_asking_only_for_the_headers_of_a_page_gives_nothing_away() {
    let scene = scene().await;
    let nobody = Browser::nobody(&scene.world);
    let an = Browser::of(&scene.world, "an").await;
    for route in web::table(support::web(&scene.world)) {
        if route.method != Method::GET || route.operation == Operation::Public {
            continue;
        }
        let own = scene.own.address(route.path);
        let seen = nobody
            .ask(nobody.request(Method::HEAD, &own), Body::empty())
            .await;
        assert_eq!(seen.status, 303, "{}", route.path);
        let is_counsellors = policy::reach(Role::Counsellor, route.operation) != Reach::Never;
        if !route.path.contains("{dossier}") || !is_counsellors {
            continue;
        }
        let of_foreign = scene.foreign.address(route.path);
        let foreign = an.request(Method::HEAD, &of_foreign);
        let foreign = an.ask(foreign, Body::empty()).await;
        let of_absent = Ids::absent().address(route.path);
        let absent = an.request(Method::HEAD, &of_absent);
        let absent = an.ask(absent, Body::empty()).await;
        assert_eq!(foreign.status, 404, "{}", route.path);
        assert_eq!(foreign.headers, absent.headers, "{}", route.path);
    }
}

#[tokio::test]
async fn every_route_stands_in_the_table_once() {
    let world = world().await;
    let mut names: Vec<String> = web::table(support::web(&world)).iter().map(named).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}
