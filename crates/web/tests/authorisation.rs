//! I1 and I2: every route, for everybody, on every kind of dossier. What is expected comes out of the
//! authorisation table and the rules written here, never out of the pages.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use axum::http::Method;
use casework::{ExperienceInput, JournalEntry};
use domain::ids::{ActionId, DossierId, ExperienceId, RemovalId, StepId, StudyId};
use domain::people::{Actor, Role};
use domain::policy::{self, Operation, Reach};
use domain::profile::ExperienceDetails;
use support::{Browser, Seen, line};
use testkit::{World, day, label, note, world};
use web::Route;

/// The routes that need nobody, one by one: a new one has to be added here.
const PUBLIC: [&str; 7] = [
    "GET /aanmelden",
    "POST /aanmelden",
    "POST /afmelden",
    "GET /health/live",
    "GET /health/ready",
    "GET /toegankelijkheid",
    "GET /licenties",
];

/// Who asks: one of every role, and nobody.
const PEOPLE: [(&str, Option<Role>); 8] = [
    ("an", Some(Role::Counsellor)),
    ("dirk", Some(Role::Manager)),
    ("coach", Some(Role::Coach)),
    ("mediator", Some(Role::Mediator)),
    ("controller", Some(Role::Controller)),
    ("system", Some(Role::SystemManager)),
    ("lotte", Some(Role::Client)),
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

/// What goes in the place of the parameters of a path.
#[derive(Clone, Copy)]
struct Ids {
    dossier: DossierId,
    step: StepId,
    asked: StepId,
    action: ActionId,
    study: StudyId,
    experience: ExperienceId,
    removal: RemovalId,
}

impl Ids {
    /// The address of a route. A parameter that is not known here has to be thought of first.
    fn address(&self, path: &str, role: Option<Role>) -> String {
        // The coach is there for the lines that were asked about; the others for one that goes on.
        let step = match role {
            Some(Role::Coach) => self.asked,
            _ => self.step,
        };
        let parts: Vec<String> = path
            .split('/')
            .map(|part| match part {
                "{dossier}" => self.dossier.address(),
                "{step}" => step.address(),
                "{action}" => self.action.address(),
                "{study}" => self.study.address(),
                "{experience}" => self.experience.address(),
                "{removal}" => self.removal.address(),
                "{tab}" => "traject".to_owned(),
                part if part.contains('{') => panic!("{path}: think of {part} in this test"),
                part => part.to_owned(),
            })
            .collect();
        parts.join("/")
    }
}

/// A dossier with something of everything in it, as one organisation's counsellor makes it.
async fn filled(world: &World, counsellor: &Actor, dossier: DossierId) -> Ids {
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
    Ids {
        dossier,
        step,
        asked,
        action,
        study,
        experience,
        removal: absent().removal,
    }
}

/// Ids that nothing has.
fn absent() -> Ids {
    let id = uuid::Uuid::from_u128(0x0dd0_dead_0000_4000_8000_0000_0000_0001);
    Ids {
        dossier: DossierId(id),
        step: StepId(id),
        asked: StepId(id),
        action: ActionId(id),
        study: StudyId(id),
        experience: ExperienceId(id),
        removal: RemovalId(id),
    }
}

/// Everything that the test walks through.
struct Scene {
    world: World,
    own: Ids,
    foreign: Ids,
}

async fn scene() -> Scene {
    let world = world().await;
    let mut own = filled(&world, &world.an, world.dossier).await;
    let reason = note("Verkeerde jongere.");
    world
        .casework
        .request_removal(
            &world.an,
            own.dossier,
            own.asked,
            &reason,
            &world.submission(),
        )
        .await
        .unwrap();
    let queue = world.casework.removal_queue(&world.coach).await.unwrap();
    own.removal = queue.waiting.first().unwrap().id;
    let other = world.client("61000546", "Noor", "Aerts").await;
    world.grant_to(other, &world.b).await;
    let foreign = filled(&world, &world.carla, other).await;
    Scene {
        world,
        own,
        foreign,
    }
}

impl Scene {
    fn ids(&self, which: Which) -> Ids {
        match which {
            Which::Own => self.own,
            Which::Foreign => self.foreign,
            Which::Absent => absent(),
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
        format!(
            "sleutel={key}&versie=1&soort=OND_OAL&toestand=ongoing&datum_dag=21&datum_maand=05\
             &datum_jaar=2025&einddatum_dag=27&einddatum_maand=05&einddatum_jaar=2025\
             &aanvrager={person}&uitvoerder={person}&financieringsnummer=EEWG019&geen_diploma=ja\
             &samenvatting=Nieuw&aanvulling=Nieuw&vaststellingen=opleiding&resultaatcode=POSITIEF\
             &reden=P1&toelichting=Nieuw&acties_vervallen=ja&dag_actie_dag=22&dag_actie_maand=05\
             &dag_actie_jaar=2025&soort_actie=GESPREK&duur=45&aanwezigheid=aanwezig&over_mezelf=Nieuw&gelezen={read}\
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
        Reach::Function => {
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
    let before = scene.journals().await;
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
                let address = scene.ids(*which).address(route.path, role);
                let seen = ask(&browser, route, &address, form).await;
                check(&seen, route, expected, &cell);
                *cells.entry(format!("{expected:?}")).or_default() += 1;
                if expected == Expected::NotThere {
                    let first = not_there.get_or_insert_with(|| seen.clone());
                    assert_eq!(seen.html, first.html, "{cell}");
                    assert_eq!(seen.headers, first.headers, "{cell}");
                }
            }
        }
    }
    assert_eq!(
        format!("{before:?}"),
        format!("{:?}", scene.journals().await),
        "nothing was kept"
    );
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
                "POST /aanmelden" => 422,
                "POST /afmelden" => 303,
                _ => 200,
            };
            assert_eq!(seen.status, expected, "{name}, {}", named(route));
        }
    }
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
        let address = scene.own.address(route.path, Some(Role::Counsellor));
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
        ..absent()
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
                let address = ids.address(route.path, Some(role));
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
        .end_grant(
            &world.mediator,
            scene.own.dossier,
            world.a.id,
            world.grant,
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
