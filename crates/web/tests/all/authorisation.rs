//! I1 and I2: every route, for everybody, on every kind of dossier and whatever became of the line. What is
//! expected comes out of the authorisation table and the rules written here, never out of the pages.
//!
//! What goes into the addresses and forms of a new route stands in `support/samples.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::samples::{Fate, Line, THE_DAY_BEFORE, TODAY, complete_form, filled, waiting};
use crate::support::statements::Statements;
use crate::support::{self, Browser, Ids, Seen, contents, encode, line, unchanged};
use axum::body::Body;
use axum::http::Method;
use casework::{GrantInput, JournalEntry};
use domain::grants::Basis;
use domain::ids::{DocumentId, DossierId, OrganisationId};
use domain::people::{Actor, Role};
use domain::policy::{self, Operation, Reach};
use testkit::{World, at, day, note, world};
use web::Route;

/// The routes that need nobody, one by one: a new one has to be added here.
const PUBLIC: [&str; 16] = [
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
    "GET /uitnodiging/{token}",
    "POST /uitnodiging/{token}",
    "POST /oidc/aanmelden",
    "GET /oidc/terug",
    "GET /oidc/afgemeld",
    "POST /oidc/afmelden",
];

/// Who asks: one of every role, a counsellor of another organisation, and nobody.
const PEOPLE: [(&str, Option<Role>); 10] = [
    ("an", Some(Role::Counsellor)),
    ("carla", Some(Role::Counsellor)),
    ("dirk", Some(Role::Manager)),
    ("coach", Some(Role::Coach)),
    ("mediator", Some(Role::Mediator)),
    ("controller", Some(Role::Controller)),
    ("system", Some(Role::SystemManager)),
    ("lotte", Some(Role::Client)),
    ("fg", Some(Role::PrivacyOfficer)),
    ("nobody", None),
];

/// What organisation A has to do with a dossier. For Lotte the first is her own, and all others are those
/// of another young person; for Carla of organisation B they are turned round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// A holds a grant.
    Active,
    /// A and B both do; the lines are A's.
    Shared,
    /// A's grant had its last day yesterday.
    EndedYesterday,
    /// A's grant was ended by hand one second ago.
    EndedNow,
    /// A's grant begins tomorrow; B holds one.
    NotBegun,
    /// A asked for a grant; B holds one.
    Pending,
    /// Only B holds a grant.
    Other,
}

/// A dossier with something of everything in it.
struct Sample {
    relation: Relation,
    ids: Ids,
    lines: Vec<Line>,
    /// Who holds an active grant.
    open_to: Vec<OrganisationId>,
    /// Whose lines they are.
    by: OrganisationId,
    /// Whether the coach was asked about one of the lines.
    asked: bool,
}

/// Everything that the tests walk through.
struct Scene {
    world: World,
    samples: Vec<Sample>,
    /// A document that the client added to her own dossier.
    of_client: DocumentId,
}

async fn sample(
    world: &World,
    relation: Relation,
    number: &str,
    makers: &[&Actor],
    last_day: Option<&str>,
) -> Sample {
    let dossier = match relation {
        Relation::Active => world.dossier,
        _ => world.client(number, "Noor", "Aerts").await,
    };
    let mut open_to = Vec::new();
    for maker in makers {
        let organisation = maker.organisation().unwrap();
        if relation != Relation::Active {
            grant(world, dossier, organisation, "2023-09-01", last_day).await;
        }
        open_to.push(organisation);
    }
    let asked = relation != Relation::Other;
    let (ids, lines) = filled(world, makers[0], dossier, asked).await;
    Sample {
        relation,
        ids,
        lines,
        open_to,
        by: makers[0].organisation().unwrap(),
        asked,
    }
}

async fn grant(
    world: &World,
    dossier: DossierId,
    organisation: OrganisationId,
    starts: &str,
    ends: Option<&str>,
) {
    let input = GrantInput {
        organisation,
        basis: Basis::Mandate,
        starts: day(starts),
        ends: ends.map(day),
    };
    world
        .casework
        .give_grant(&world.mediator, dossier, &input, &world.submission())
        .await
        .unwrap();
}

async fn scene() -> Scene {
    let world = world().await;
    world.clock.set(at(THE_DAY_BEFORE));
    let (an, carla) = (&world.an, &world.carla);
    let mut samples = Vec::new();
    for (relation, number, makers, last_day) in [
        (Relation::Active, "61000447", vec![an], None),
        (Relation::Shared, "61000546", vec![an, carla], None),
        (
            Relation::EndedYesterday,
            "61000645",
            vec![an],
            Some("2025-05-27"),
        ),
        (Relation::EndedNow, "61000744", vec![an], None),
        (Relation::NotBegun, "61000843", vec![carla], None),
        (Relation::Pending, "61000942", vec![carla], None),
        (Relation::Other, "61001041", vec![carla], None),
    ] {
        samples.push(sample(&world, relation, number, &makers, last_day).await);
    }
    world.clock.set(at(TODAY));
    world.clock.advance(-1);
    for sample in &mut samples {
        let dossier = sample.ids.dossier;
        match sample.relation {
            Relation::EndedYesterday => sample.open_to.clear(),
            Relation::EndedNow => {
                sample.open_to.clear();
                let (reason, submission) = (note("Gestopt."), world.submission());
                let ended = world
                    .casework
                    .end_grants(&world.mediator, dossier, world.a.id, &reason, &submission)
                    .await;
                ended.unwrap();
            }
            Relation::NotBegun => grant(&world, dossier, world.a.id, "2025-05-29", None).await,
            Relation::Active | Relation::Shared | Relation::Pending | Relation::Other => {}
        }
    }
    let pending = world.ask_grant(an, "61000942").await;
    for sample in &mut samples {
        sample.ids.request = pending;
    }
    // Whose people and units stand in an address follows whose lines the dossier holds.
    for (house, who) in [(&world.a, an), (&world.b, carla)] {
        let (link, proposal) = waiting(&world, house, who).await;
        for sample in samples.iter_mut().filter(|it| it.by == house.id) {
            sample.ids.person = who.person;
            sample.ids.organisation = house.id;
            sample.ids.unit = house.unit.id;
            sample.ids.link = link;
            sample.ids.proposal = proposal;
        }
    }
    world.clock.set(at(TODAY));
    // What was told of the grants so far is read: opening the list changes nothing then.
    for who in [
        &world.an,
        &world.carla,
        &world.manager,
        &world.coach,
        &world.mediator,
        &world.lotte,
    ] {
        world.casework.mark_notices_read(who).await.unwrap();
    }
    let lotte = &world.lotte;
    let of_client = world
        .add_document(lotte, world.dossier, "Mijn cv", None)
        .await;
    Scene {
        world,
        samples,
        of_client,
    }
}

impl Scene {
    fn of(&self, relation: Relation) -> &Sample {
        let found = self.samples.iter().find(|it| it.relation == relation);
        found.expect("it was made")
    }

    fn own(&self) -> Ids {
        self.of(Relation::Active).ids
    }

    fn foreign(&self) -> Ids {
        self.of(Relation::Other).ids
    }

    async fn journals(&self) -> [Vec<JournalEntry>; 2] {
        [
            self.world.journal(self.own().dossier).await,
            self.world.journal(self.foreign().dossier).await,
        ]
    }

    /// Every field of every form, filled in well: what keeps this out is who sends it.
    fn complete_form(&self) -> String {
        let pending = self.of(Relation::Pending).ids.request;
        let world = &self.world;
        encode(&complete_form(world, &world.an, world.a.id, pending))
    }

    fn organisation_of(&self, name: &str) -> Option<OrganisationId> {
        match name {
            "an" | "bram" | "dirk" => Some(self.world.a.id),
            "carla" => Some(self.world.b.id),
            _ => None,
        }
    }
}

/// What has to come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// To the log-in.
    SignIn,
    /// The role has no such function, or the line is another organisation's: 403.
    NoFunction,
    /// As if it did not exist: 404.
    NotThere,
    /// The page, or the form's own answer.
    Allowed,
}

/// The rules, apart from the program: the reach in the table, and what it means for this dossier and line.
fn expected(
    route: &Route,
    role: Option<Role>,
    organisation: Option<OrganisationId>,
    of: Option<(&Sample, Option<Fate>)>,
) -> Expected {
    let Some(role) = role else {
        return Expected::SignIn;
    };
    let reach = policy::reach(role, route.operation);
    if reach == Reach::Never {
        return Expected::NoFunction;
    }
    if !route.path.contains('{') {
        return Expected::Allowed;
    }
    let Some((sample, fate)) = of else {
        return Expected::NotThere;
    };
    let holds = organisation.is_some_and(|own| sample.open_to.contains(&own));
    let is_there = match reach {
        Reach::Never => false,
        Reach::All => true,
        Reach::Granted | Reach::GrantedToHouse | Reach::GrantedOwnLine => holds,
        Reach::RemovalQueue | Reach::CorrectionQueue => sample.asked,
        Reach::Self_ => sample.relation == Relation::Active,
        // Of no dossier, and still of somebody: what the organisation of the sample has.
        Reach::Function => true,
        Reach::Organisation => organisation == Some(sample.by),
    };
    if !is_there || hides_document(route, reach, organisation, sample) {
        return Expected::NotThere;
    }
    let Some(fate) = fate else {
        return Expected::Allowed;
    };
    let gone = fate.is_out_of_sight();
    match reach {
        // The coach sees what was asked about and what was cancelled, and nothing else (C1, R6).
        Reach::RemovalQueue if gone || fate == Fate::Asked => Expected::Allowed,
        Reach::RemovalQueue => Expected::NotThere,
        // Another organisation's line can be read, not changed; one out of sight is not there for them.
        Reach::GrantedOwnLine if organisation != Some(sample.by) && gone => Expected::NotThere,
        Reach::GrantedOwnLine if organisation != Some(sample.by) => Expected::NoFunction,
        // Who had a form open is told what became of the line (T1).
        Reach::GrantedOwnLine if gone && route.method == Method::POST => Expected::Allowed,
        // The history stays in the dossier (C1).
        _ if gone && route.path.ends_with("/geschiedenis") => Expected::Allowed,
        _ if gone => Expected::NotThere,
        _ => Expected::Allowed,
    }
}

/// A document that an organisation keeps to itself is not there for another that holds a grant too.
fn hides_document(
    route: &Route,
    reach: Reach,
    organisation: Option<OrganisationId>,
    sample: &Sample,
) -> bool {
    reach == Reach::Granted && route.path.contains("{document}") && organisation != Some(sample.by)
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
        // Outside a mandate there are no figures.
        Expected::Allowed if route.path == "/rapport/csv" => {
            assert!([200, 404].contains(&seen.status), "{cell}: {}", seen.status);
        }
        Expected::Allowed if is_get => {
            assert!([200, 303].contains(&seen.status), "{cell}: {}", seen.status);
            assert!(!seen.location().starts_with("/aanmelden"), "{cell}");
        }
        Expected::Allowed => assert!(
            [303, 409, 422, 502].contains(&seen.status),
            "{cell}: {} {}",
            seen.status,
            seen.html
        ),
    }
}

/// What an address is filled in with, and what is known of it.
type Cell<'a> = (Ids, Option<(&'a Sample, Option<Fate>)>, String);

/// The addresses of a route: one for every relation and, where it is about a line, every fate of the line.
fn cells<'a>(scene: &'a Scene, route: &Route) -> Vec<Cell<'a>> {
    let absent = (Ids::absent(), None, "Absent".to_owned());
    if !route.path.contains('{') {
        return vec![absent];
    }
    let mut cells = vec![absent];
    for sample in &scene.samples {
        let relation = sample.relation;
        if route.path.contains("{step}") {
            for line in &sample.lines {
                let ids = Ids {
                    step: line.step,
                    action: line.action,
                    ..sample.ids
                };
                let known = Some((sample, Some(line.fate)));
                cells.push((ids, known, format!("{relation:?}, {:?}", line.fate)));
            }
        } else {
            cells.push((sample.ids, Some((sample, None)), format!("{relation:?}")));
        }
    }
    cells
}

#[tokio::test]
async fn i1_i2_every_route_for_everybody_on_every_kind_of_dossier_and_line() {
    let scene = scene().await;
    let world = &scene.world;
    let fates: Vec<Fate> = scene.samples[0].lines.iter().map(|it| it.fate).collect();
    assert_eq!(fates, Fate::ALL);
    let table = web::table(support::web(world));
    let before = contents(world).await;
    let statements = Statements::listen();
    let mut met: BTreeMap<String, u32> = BTreeMap::new();
    let mut tested: BTreeSet<(Operation, Role)> = BTreeSet::new();
    for (name, role) in PEOPLE {
        let browser = match role {
            Some(_) => Browser::of(world, name).await,
            None => Browser::nobody(world),
        };
        let organisation = scene.organisation_of(name);
        for route in table.iter().filter(|it| it.operation != Operation::Public) {
            let mut not_there: Option<(Seen, Vec<String>)> = None;
            for (mut ids, of, what) in cells(&scene, route) {
                // The client changes what she added herself.
                if role == Some(Role::Client) && ids.dossier == world.dossier {
                    ids.document = scene.of_client;
                }
                let cell = format!("{name}, {} ({what})", named(route));
                let expected = expected(route, role, organisation, of);
                // Who is kept out sends a form with nothing wrong in it. Who may sends an empty one,
                // that only says for which kind of step it is.
                let form = match expected {
                    Expected::Allowed => "soort=OND_OAL".to_owned(),
                    _ => scene.complete_form(),
                };
                statements.since();
                let seen = ask(&browser, route, &ids.address(route.path), form).await;
                // Whether the session is read again depends on what others did before, not on the dossier.
                let mut read = statements.since();
                read.retain(|it| it != "sessions.find");
                let fate = of.and_then(|(_, fate)| fate);
                // The form of a change of what is final says so (A4, R3).
                let says_final = is_change(route, role)
                    && matches!(fate, Some(Fate::InWindow | Fate::AfterWindow | Fate::Asked));
                if !(says_final && expected == Expected::Allowed && seen.status == 409) {
                    check(&seen, route, expected, &cell);
                }
                if expected == Expected::Allowed
                    && fate.is_some_and(Fate::is_out_of_sight)
                    && route.method == Method::POST
                {
                    assert_eq!(seen.status, 409, "{cell}");
                }
                *met.entry(format!("{expected:?}")).or_default() += 1;
                // Of what is out of sight in a dossier that is open, more is read than of nothing.
                let in_open = of.is_some_and(|(sample, fate)| {
                    let has_part = fate.is_some() || route.path.contains("{document}");
                    has_part && is_open(route, role, organisation, sample)
                });
                if expected == Expected::NotThere && !in_open {
                    let (first, first_read) =
                        not_there.get_or_insert_with(|| (seen.clone(), read.clone()));
                    assert_eq!(seen.html, first.html, "{cell}");
                    assert_eq!(seen.headers, first.headers, "{cell}");
                    assert_eq!(&read, first_read, "{cell}");
                }
            }
            if let Some(role) = role {
                tested.insert((route.operation, role));
            }
            if route.method != Method::GET {
                unchanged(world, &before, &format!("{name}, {}", named(route))).await;
            }
        }
        if let Some(role) = role {
            assert_eq!(browser.open("/aanmelden").await.status, 200, "{name}");
            tested.insert((Operation::Public, role));
        }
    }
    let total: u32 = met.values().sum();
    eprintln!("{total} requests to {} routes: {met:?}", table.len());
    // Each of the four answers was really met.
    assert_eq!(met.len(), 4, "{met:?}");
    all_cells_are_tested(&table, &tested);
}

fn is_change(route: &Route, role: Option<Role>) -> bool {
    role.is_some_and(|role| policy::reach(role, route.operation) == Reach::GrantedOwnLine)
}

/// Whether the dossier itself is open to who asks, whatever the line.
fn is_open(
    route: &Route,
    role: Option<Role>,
    organisation: Option<OrganisationId>,
    sample: &Sample,
) -> bool {
    let hidden = role.is_some_and(|role| {
        let reach = policy::reach(role, route.operation);
        let holds = organisation.is_some_and(|own| sample.open_to.contains(&own));
        holds && hides_document(route, reach, organisation, sample)
    });
    hidden || expected(route, role, organisation, Some((sample, None))) == Expected::Allowed
}

/// Every cell of the table was asked for over a route. Nobody can ask for a row that has none.
fn all_cells_are_tested(table: &[Route], tested: &BTreeSet<(Operation, Role)>) {
    let (mut cells, mut without_route) = (0, 0);
    for (operation, reaches) in policy::TABLE {
        let has_route = table.iter().any(|route| route.operation == *operation);
        if !has_route {
            eprintln!("{operation:?} has no route");
            without_route += reaches.len();
            continue;
        }
        for role in Role::ALL {
            let is_tested = tested.contains(&(*operation, role));
            assert!(is_tested, "{operation:?} is not tested for {role:?}");
            cells += 1;
        }
    }
    eprintln!(
        "{cells} of {} cells of the authorisation table tested; {without_route} have no route",
        policy::TABLE.len() * Role::ALL.len()
    );
}

/// What is final takes no complete form either; what the rules still allow on it does something.
#[tokio::test]
async fn r3_c1_r6_a_complete_form_changes_a_line_that_is_over_only_as_the_rules_say() {
    let scene = scene().await;
    let world = &scene.world;
    let an = Browser::of(world, "an").await;
    let sample = scene.of(Relation::Active);
    let mut refused = 0;
    for route in web::table(support::web(world)) {
        let reach = policy::reach(Role::Counsellor, route.operation);
        if reach != Reach::GrantedOwnLine || route.method == Method::GET {
            continue;
        }
        for line in sample.lines.iter().filter(|it| it.fate != Fate::Ongoing) {
            let ids = Ids {
                step: line.step,
                action: line.action,
                ..sample.ids
            };
            let still_allowed = match line.fate {
                Fate::InWindow => ["/aanvulling", "/verwijdering"].as_slice(),
                Fate::AfterWindow => ["/verwijdering"].as_slice(),
                Fate::Asked => ["/aanvulling"].as_slice(),
                _ => &[],
            };
            if still_allowed.iter().any(|it| route.path.ends_with(it)) {
                continue;
            }
            let before = contents(world).await;
            for version in ["1", "2", "3"] {
                let form = scene
                    .complete_form()
                    .replace("versie=1", &format!("versie={version}"));
                let cell = format!("{} ({:?}, version {version})", named(&route), line.fate);
                let seen = an.post(&ids.address(route.path), form).await;
                assert!([409, 422].contains(&seen.status), "{cell}: {}", seen.status);
                refused += 1;
            }
            unchanged(
                world,
                &before,
                &format!("{} ({:?})", named(&route), line.fate),
            )
            .await;
        }
    }
    assert!(refused > 50, "{refused}");
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
            let address = Ids::absent().address(route.path);
            let seen = ask(&browser, route, &address, String::new()).await;
            let expected = match named(route).as_str() {
                // The same for everybody: the link is nobody's.
                "GET /uitnodiging/{token}" | "POST /uitnodiging/{token}" => 404,
                name if name.starts_with("POST /aanmelden") => 422,
                "POST /afmelden" | "GET /oidc/afgemeld" => 303,
                "GET /oidc/terug" | "POST /oidc/afmelden" => 400,
                // Nobody answers there.
                "POST /oidc/aanmelden" => 502,
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
    let dossier = format!("/dossier/{}", scene.own().dossier.address());
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
    let step = line(scene.own().dossier, scene.own().step);
    let dossier = format!("/dossier/{}", scene.own().dossier.address());
    for address in [
        step.clone(),
        format!("{step}/acties/nieuw"),
        format!("{step}/acties/{}", scene.own().action.address()),
        format!("{dossier}/profiel/werkervaring/nieuw"),
        format!("{dossier}/profiel/over-mezelf"),
        format!(
            "{dossier}/documenten/{}/wijzigen",
            scene.own().document.address()
        ),
        format!("{step}/annuleren"),
    ] {
        // Two changes never come at the same microsecond.
        scene.world.clock.advance(1);
        let before = scene.journals().await;
        let stored = contents(&scene.world).await;
        let form = scene.complete_form();
        let version = scene
            .world
            .step(&scene.world.an, scene.own().dossier, scene.own().step)
            .await
            .version;
        // An action and a document have a version of their own, and are at their first.
        let form = if address.contains("acties") || address.contains("documenten") {
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
    let shared = scene.of(Relation::Shared).ids;
    let before = contents(world).await;
    let carla = Browser::of(world, "carla").await;
    for route in web::table(support::web(world)) {
        if !route.path.contains("{step}") {
            continue;
        }
        let address = shared.address(route.path);
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
    unchanged(world, &before, "another organisation's line").await;
}

#[tokio::test]
async fn i2_the_line_of_another_dossier_is_not_found_under_ones_own() {
    let scene = scene().await;
    let before = scene.journals().await;
    let mixed = Ids {
        dossier: scene.own().dossier,
        ..scene.foreign()
    };
    let unknown = Ids {
        dossier: scene.own().dossier,
        ..Ids::absent()
    };
    for (name, role) in [("an", Role::Counsellor), ("lotte", Role::Client)] {
        let browser = Browser::of(&scene.world, name).await;
        for route in web::table(support::web(&scene.world)) {
            let has_second = [
                "{step}",
                "{action}",
                "{study}",
                "{experience}",
                "{document}",
                "{vacancy}",
                "{training}",
                "{competence}",
                "{goal}",
                "{agreement}",
                "{screening}",
                "{condition}",
                "{availability}",
                "{language}",
                "{wanted_job}",
                "{mobility}",
                "{contact_preference}",
                "{thread}",
            ]
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
    let address = line(scene.own().dossier, scene.own().step);
    assert_eq!(an.open(&address).await.status, 200);
    let done = world
        .casework
        .end_grants(
            &world.mediator,
            scene.own().dossier,
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

#[tokio::test]
async fn i1_the_search_for_a_party_leads_to_no_form_of_another_line() {
    let scene = scene().await;
    let world = &scene.world;
    let shared = scene.of(Relation::Shared);
    let dossier = shared.ids.dossier;
    let other = world.register(&world.carla, dossier, "2025-05-20").await;
    let gone = shared.lines.iter().filter(|it| it.fate.is_out_of_sight());
    let elsewhere: Vec<_> = gone.map(|it| it.step).chain([other]).collect();
    assert_eq!(elsewhere.len(), 3);
    let own = shared.ids.step;
    let an = Browser::of(world, "an").await;
    for elsewhere in elsewhere {
        for action in [
            line(dossier, own),
            format!("{}/nieuw", support::lines(dossier)),
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
        let own = scene.own().address(route.path);
        let seen = nobody
            .ask(nobody.request(Method::HEAD, &own), Body::empty())
            .await;
        assert_eq!(seen.status, 303, "{}", route.path);
        let is_counsellors = policy::reach(Role::Counsellor, route.operation) != Reach::Never;
        if !route.path.contains("{dossier}") || !is_counsellors {
            continue;
        }
        let of_foreign = scene.foreign().address(route.path);
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
