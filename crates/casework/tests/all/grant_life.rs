//! I2: the life of an access grant, from who asks to the day it ends by itself.

#![allow(clippy::unwrap_used)]

use casework::{AskInput, Failure, GrantDecision, GrantInput, ListedStep, NoticeKind, Proof};
use domain::client_number::ClientNumber;
use domain::grants::{Basis, ClientAnswer, RefusalGround, Request, RequestDecision, RequestKind};
use domain::ids::DossierId;
use domain::journal::Event;
use domain::people::Actor;
use domain::policy::Denied;
use domain::refusal::{Field, Refusal};
use testkit::{World, at, day, note, world};

fn number(text: &str) -> ClientNumber {
    ClientNumber::parse(text).unwrap()
}

fn asking(text: &str, birth: &str) -> AskInput {
    AskInput {
        number: number(text),
        proof: Proof::Birth(day(birth)),
        basis: Basis::Agreement,
        form_on: Some(day("2025-05-27")),
        purpose: note("Begeleiding vanaf juni."),
    }
}

async fn ask(world: &World, actor: &Actor, input: &AskInput) -> Result<Request, Failure> {
    let paper = testkit::papers::pdf("Inzageformulier");
    let form = testkit::papers::incoming(&world.casework, "formulier.pdf", &paper);
    let form = Some(form.await);
    world
        .casework
        .ask_grant_with_form(actor, input, form, &world.submission())
        .await?;
    let own = world.casework.own_grants(actor).await?;
    Ok(own.requests[0].clone())
}

async fn decide(
    world: &World,
    actor: &Actor,
    request: &Request,
    decision: GrantDecision,
) -> Result<(), Failure> {
    world
        .casework
        .decide_grant_request(actor, request.id, &decision, &world.submission())
        .await
}

async fn opens(world: &World, actor: &Actor, dossier: DossierId) -> bool {
    match world.casework.steps_page(actor, dossier).await {
        Ok(_) => true,
        Err(Failure::Denied(Denied::Dossier)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(result: Result<impl Sized, Failure>, why: &Refusal) {
    match result {
        Err(Failure::Refused(refusals)) => assert!(refusals.contains(why), "{refusals:?}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

async fn kinds(world: &World, actor: &Actor) -> Vec<String> {
    let notices = world.casework.notices(actor).await.unwrap();
    notices.into_iter().map(|notice| notice.kind).collect()
}

async fn events(world: &World, dossier: DossierId) -> Vec<Event> {
    let journal = world.journal(dossier).await;
    journal.iter().map(|stored| stored.entry.event).collect()
}

#[tokio::test]
async fn i2_a_grant_that_is_asked_and_granted_opens_the_dossier() {
    let w = world().await;
    assert!(!opens(&w, &w.carla, w.dossier).await);
    let request = ask(&w, &w.carla, &asking("61000447", "2008-03-17"))
        .await
        .unwrap();
    assert!(
        !opens(&w, &w.carla, w.dossier).await,
        "asking opens nothing"
    );
    let ends = Some(day("2025-12-31"));
    decide(&w, &w.mediator, &request, GrantDecision::Grant(ends))
        .await
        .unwrap();
    assert!(opens(&w, &w.carla, w.dossier).await);
    assert_eq!(kinds(&w, &w.carla).await, [NoticeKind::GrantGiven.code()]);
    let journal = w.journal(w.dossier).await;
    let given = &journal.last().unwrap().entry;
    assert_eq!(given.event, Event::GrantGiven);
    let fields: Vec<&str> = given.changes.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "organisation",
            "basis",
            "starts",
            "ends",
            "asked_by",
            "purpose",
            "form_on"
        ]
    );
    // Its last day counts in, the day after does not.
    w.clock.set(at("2025-12-31T23:59:59+01:00"));
    assert!(opens(&w, &w.carla, w.dossier).await);
    w.clock.set(at("2026-01-01T00:00:00+01:00"));
    assert!(!opens(&w, &w.carla, w.dossier).await);
}

/// Also without a line of the own in the dossier.
#[tokio::test]
async fn i2_who_asked_for_a_grant_is_told_of_its_end() {
    let w = world().await;
    let request = ask(&w, &w.carla, &asking("61000447", "2008-03-17"))
        .await
        .unwrap();
    let ends = Some(day("2025-06-20"));
    decide(&w, &w.mediator, &request, GrantDecision::Grant(ends))
        .await
        .unwrap();
    w.clock.set(at("2025-05-29T12:00:00+02:00"));
    w.casework.keep_up_grants().await.unwrap();
    w.clock.set(at("2025-06-21T12:00:00+02:00"));
    w.casework.keep_up_grants().await.unwrap();
    let mut seen = kinds(&w, &w.carla).await;
    seen.reverse();
    let expected = [
        NoticeKind::GrantGiven,
        NoticeKind::GrantEnds,
        NoticeKind::GrantEnded,
    ];
    assert_eq!(seen, expected.map(NoticeKind::code));
}

#[tokio::test]
async fn i2_who_asks_learns_nothing_of_whether_there_is_such_a_client() {
    let w = world().await;
    let other = w.client("61000546", "Noor", "Aerts").await;
    let mut seen = Vec::new();
    for (text, birth) in [
        ("61000546", "2008-03-17"),
        ("61000546", "2001-01-01"),
        ("61009999", "2008-03-17"),
    ] {
        w.clock.advance(1);
        let request = ask(&w, &w.carla, &asking(text, birth)).await.unwrap();
        assert!(request.decision.is_none());
        // The organisation's other requests of this number would be in the way.
        let ground = RefusalGround::Other;
        let secret = GrantDecision::Refuse(ground, Some(note("Woont in een instelling.")));
        decide(&w, &w.mediator, &request, secret).await.unwrap();
        let own = w.casework.own_grants(&w.carla).await.unwrap();
        let notices = w.casework.notices(&w.carla).await.unwrap();
        let notice = &notices[0];
        assert_eq!(notice.kind, NoticeKind::GrantRefused.code());
        assert_eq!(notice.dossier, None, "no address of a dossier");
        assert_eq!(notice.note.as_deref(), Some(text), "only what was typed");
        seen.push((own.requests[0].kind, own.requests[0].decision.is_some()));
    }
    assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");
    assert!(!opens(&w, &w.carla, other).await);
    // Of the one that exists and was proved, the journal says it.
    assert_eq!(events(&w, other).await.last(), Some(&Event::GrantRefused));
    let refusals = events(&w, other).await;
    let count = refusals
        .iter()
        .filter(|it| **it == Event::GrantRefused)
        .count();
    assert_eq!(count, 1, "a wrong birth is no request about this client");
}

#[tokio::test]
async fn i2_the_mediator_sees_which_client_fits_and_grants_only_that() {
    let w = world().await;
    let wrong = ask(&w, &w.carla, &asking("61000447", "2008-03-18"))
        .await
        .unwrap();
    let page = w
        .casework
        .grant_request(&w.mediator, wrong.id)
        .await
        .unwrap();
    assert!(page.found.is_none());
    let granted = decide(&w, &w.mediator, &wrong, GrantDecision::Grant(None)).await;
    refused(granted, &Refusal::NoClientFits);
    let refuse = GrantDecision::Refuse(RefusalGround::Unknown, None);
    decide(&w, &w.mediator, &wrong, refuse.clone())
        .await
        .unwrap();
    let again = decide(&w, &w.mediator, &wrong, refuse).await;
    refused(again, &Refusal::GrantRequestDecided);
    let right = ask(&w, &w.carla, &asking("61000447", "2008-03-17"))
        .await
        .unwrap();
    let page = w
        .casework
        .grant_request(&w.mediator, right.id)
        .await
        .unwrap();
    assert_eq!(page.found.unwrap().0.id, w.dossier);
    // Looking who it is, is an opening that the client reads (I3).
    let (_, openings) = w
        .casework
        .openings(&w.lotte, w.dossier, None, 100)
        .await
        .unwrap();
    assert!(
        openings
            .iter()
            .any(|it| it.what == "inzagerecht" && it.person == w.mediator.name)
    );
}

#[tokio::test]
async fn i2_only_the_mediator_decides_and_never_on_an_own_request() {
    let w = world().await;
    let request = ask(&w, &w.carla, &asking("61000447", "2008-03-17"))
        .await
        .unwrap();
    for actor in [
        &w.an,
        &w.carla,
        &w.manager,
        &w.coach,
        &w.controller,
        &w.system,
        &w.lotte,
    ] {
        let decided = decide(&w, actor, &request, GrantDecision::Grant(None)).await;
        assert!(
            matches!(decided, Err(Failure::Denied(Denied::Function))),
            "{}",
            actor.name
        );
    }
    // Somebody who has two roles asks in one of them and decides in the other.
    let same = Actor {
        person: w.carla.person,
        ..w.mediator.clone()
    };
    let decided = decide(&w, &same, &request, GrantDecision::Grant(None)).await;
    refused(decided, &Refusal::OwnGrantRequest);
    assert!(!opens(&w, &w.carla, w.dossier).await);
}

#[tokio::test]
async fn i2_what_is_asked_badly_is_refused() {
    let w = world().await;
    let good = asking("61000546", "2008-03-17");
    let no_form = AskInput {
        form_on: None,
        ..good.clone()
    };
    refused(ask(&w, &w.carla, &no_form).await, &Refusal::FormDayNeeded);
    let future = AskInput {
        form_on: Some(day("2025-05-29")),
        ..good.clone()
    };
    let today = day("2025-05-28");
    refused(
        ask(&w, &w.carla, &future).await,
        &Refusal::FormInFuture { today },
    );
    let held = asking("61000447", "2008-03-17");
    refused(ask(&w, &w.an, &held).await, &Refusal::GrantAlreadyHeld);
    ask(&w, &w.carla, &good).await.unwrap();
    refused(ask(&w, &w.carla, &good).await, &Refusal::GrantAlreadyAsked);
    // Another organisation may ask for the same.
    ask(&w, &w.an, &good).await.unwrap();
    for n in 0..29 {
        w.clock.advance(1);
        let next = asking(&format!("6100{:04}", 5000 + n), "2008-03-17");
        ask(&w, &w.carla, &next).await.unwrap();
    }
    let one_more = asking("61006666", "2008-03-17");
    refused(
        ask(&w, &w.carla, &one_more).await,
        &Refusal::TooManyGrantRequests,
    );
    w.clock.advance(86_400_000_001);
    ask(&w, &w.carla, &one_more).await.unwrap();
}

#[tokio::test]
async fn i2_a_request_that_is_sent_twice_is_stored_once() {
    let w = world().await;
    let submission = w.leading_to("/inzagerechten");
    let input = AskInput {
        basis: Basis::Mandate,
        ..asking("61000447", "2008-03-17")
    };
    w.casework
        .ask_grant(&w.carla, &input, &submission)
        .await
        .unwrap();
    let again = w.casework.ask_grant(&w.carla, &input, &submission).await;
    assert!(matches!(again, Err(Failure::AlreadyDone(to)) if to == "/inzagerechten"));
    assert_eq!(
        w.casework
            .own_grants(&w.carla)
            .await
            .unwrap()
            .requests
            .len(),
        1
    );
}

#[tokio::test]
async fn i2_the_client_is_asked_and_what_the_client_says_counts() {
    let w = world().await;
    let request = ask(&w, &w.carla, &asking("61000447", "2008-03-17"))
        .await
        .unwrap();
    let page = w.casework.services(&w.lotte, w.dossier).await.unwrap();
    assert_eq!(page.waiting.len(), 1);
    let say = |answer| {
        let submission = w.submission();
        let (world, id) = (&w, request.id);
        async move {
            world
                .casework
                .answer_request(&world.lotte, world.dossier, (id, answer), &submission)
                .await
        }
    };
    say(ClientAnswer::Disagreed).await.unwrap();
    let granted = decide(&w, &w.mediator, &request, GrantDecision::Grant(None)).await;
    refused(granted, &Refusal::ClientDisagrees);
    say(ClientAnswer::Agreed).await.unwrap();
    decide(&w, &w.mediator, &request, GrantDecision::Grant(None))
        .await
        .unwrap();
    let late = say(ClientAnswer::Disagreed).await;
    assert!(matches!(late, Err(Failure::NotFound)), "{late:?}");
    // A counsellor does not speak for the client.
    let submission = w.submission();
    let for_her = (request.id, ClientAnswer::Agreed);
    let answered = w
        .casework
        .answer_request(&w.an, w.dossier, for_her, &submission)
        .await;
    assert!(matches!(answered, Err(Failure::Denied(Denied::Function))));
}

#[tokio::test]
async fn i2_the_client_ends_a_grant_and_it_is_closed_at_once() {
    let w = world().await;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    let end = |actor: &Actor| {
        let (actor, submission) = (actor.clone(), w.submission());
        let (world, reason) = (&w, note("Ik wil dit niet meer."));
        async move {
            world
                .casework
                .end_grants(&actor, world.dossier, world.a.id, &reason, &submission)
                .await
        }
    };
    assert!(matches!(
        end(&w.an).await,
        Err(Failure::Denied(Denied::Function))
    ));
    w.clock.advance(1);
    end(&w.lotte).await.unwrap();
    assert!(!opens(&w, &w.an, w.dossier).await);
    assert_eq!(events(&w, w.dossier).await.last(), Some(&Event::GrantEnded));
    // Who works there is told which client it is, without the way to the dossier.
    let notices = w.casework.notices(&w.an).await.unwrap();
    assert_eq!(notices[0].kind, NoticeKind::GrantEnded.code());
    assert_eq!(
        (notices[0].dossier, notices[0].note.as_deref()),
        (None, Some("61000447"))
    );
    assert_eq!(
        kinds(&w, &w.manager).await[0],
        NoticeKind::GrantEnded.code()
    );
    refused(end(&w.mediator).await, &Refusal::NoActiveGrant);
}

/// A list shows a hundred grants; ending ends them all.
#[tokio::test]
async fn i2_ending_leaves_no_grant_however_many_were_given_since() {
    let w = world().await;
    for _ in 0..100 {
        w.clock.advance(1);
        w.grant_to(w.dossier, &w.b).await;
    }
    let reason = note("Gestopt.");
    for (house, actor) in [(&w.a, &w.an), (&w.b, &w.carla)] {
        assert!(opens(&w, actor, w.dossier).await);
        let submission = w.submission();
        w.casework
            .end_grants(&w.mediator, w.dossier, house.id, &reason, &submission)
            .await
            .unwrap();
        assert!(!opens(&w, actor, w.dossier).await);
    }
}

#[tokio::test]
async fn i2_the_end_is_warned_of_at_30_and_7_days_and_comes_by_itself() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.an, w.dossier, step, "2025-05-28").await;
    // Six months after 28/05/2025.
    let last = day("2025-11-28");
    let tell = |expected: &'static [NoticeKind]| {
        let world = &w;
        async move {
            world.casework.keep_up_grants().await.unwrap();
            // Doing it again does nothing again.
            world.casework.keep_up_grants().await.unwrap();
            let mut seen = kinds(world, &world.an).await;
            seen.reverse();
            let expected: Vec<&str> = expected.iter().map(|kind| kind.code()).collect();
            assert_eq!(seen, expected);
        }
    };
    use NoticeKind::{GrantEnded, GrantEnds};
    w.clock.set(at("2025-10-28T12:00:00+01:00"));
    tell(&[]).await;
    assert!(
        w.casework
            .own_grants(&w.an)
            .await
            .unwrap()
            .ending
            .is_empty()
    );
    w.clock.set(at("2025-10-29T12:00:00+01:00"));
    tell(&[GrantEnds]).await;
    let ending = w.casework.own_grants(&w.an).await.unwrap().ending;
    assert_eq!((ending.len(), ending[0].last_day), (1, last));
    w.clock.set(at("2025-11-20T12:00:00+01:00"));
    tell(&[GrantEnds]).await;
    w.clock.set(at("2025-11-21T12:00:00+01:00"));
    tell(&[GrantEnds, GrantEnds]).await;
    w.clock.set(at("2025-11-28T23:59:59+01:00"));
    tell(&[GrantEnds, GrantEnds]).await;
    assert!(opens(&w, &w.an, w.dossier).await, "the last day counts in");
    w.clock.set(at("2025-11-29T00:00:00+01:00"));
    assert!(
        !opens(&w, &w.an, w.dossier).await,
        "also before the program looked"
    );
    tell(&[GrantEnds, GrantEnds, GrantEnded]).await;
    let journal = w.journal(w.dossier).await;
    let ended = journal.last().unwrap();
    assert_eq!(ended.entry.event, Event::GrantEnded);
    assert!(ended.by_name.is_empty(), "by nobody");
}

#[tokio::test]
async fn i2_an_extension_goes_on_and_silences_the_warnings() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.an, w.dossier, step, "2025-05-28").await;
    w.clock.set(at("2025-10-20T12:00:00+02:00"));
    let why = note("Hij begint opnieuw in december.");
    let what = (RequestKind::Extension, Basis::Agreement, &why);
    w.casework
        .ask_in_dossier(&w.an, w.dossier, what, &w.submission())
        .await
        .unwrap();
    let again = w
        .casework
        .ask_in_dossier(&w.an, w.dossier, what, &w.submission())
        .await;
    refused(again, &Refusal::GrantAlreadyAsked);
    let queue = w.casework.grant_queue(&w.mediator).await.unwrap();
    let request = &queue.waiting[0];
    decide(&w, &w.mediator, request, GrantDecision::Grant(None))
        .await
        .unwrap();
    assert_eq!(
        events(&w, w.dossier).await.last(),
        Some(&Event::GrantExtended)
    );
    w.clock.set(at("2025-11-21T12:00:00+01:00"));
    w.casework.keep_up_grants().await.unwrap();
    assert!(
        !kinds(&w, &w.an)
            .await
            .contains(&NoticeKind::GrantEnds.code().to_owned())
    );
    w.clock.set(at("2025-11-29T12:00:00+01:00"));
    assert_eq!(
        w.casework.keep_up_grants().await.unwrap(),
        1,
        "the first grant is over"
    );
    assert!(opens(&w, &w.an, w.dossier).await);
    // Six months after the last day there was: 28/11/2025.
    w.clock.set(at("2026-05-28T12:00:00+02:00"));
    assert!(opens(&w, &w.an, w.dossier).await);
    w.clock.set(at("2026-05-29T12:00:00+02:00"));
    assert!(!opens(&w, &w.an, w.dossier).await);
}

#[tokio::test]
async fn i2_what_comes_with_an_assignment_is_given_extended_and_refused_in_the_past() {
    let w = world().await;
    let give = |ends: Option<&str>| {
        let input = GrantInput {
            organisation: w.b.id,
            basis: Basis::Mandate,
            starts: day("2025-05-28"),
            ends: ends.map(day),
        };
        let (world, submission) = (&w, w.submission());
        async move {
            world
                .casework
                .give_grant(&world.mediator, world.dossier, &input, &submission)
                .await
        }
    };
    let today = day("2025-05-28");
    refused(
        give(Some("2025-05-27")).await,
        &Refusal::GrantEndsInPast { today },
    );
    let (b, basis) = (w.b.id, Basis::Mandate);
    let extend = || {
        w.casework.extend_grant(
            &w.mediator,
            w.dossier,
            b,
            basis,
            Box::leak(Box::new(w.submission())),
        )
    };
    refused(extend().await, &Refusal::NoActiveGrant);
    give(Some("2025-05-28")).await.unwrap();
    assert!(opens(&w, &w.carla, w.dossier).await);
    extend().await.unwrap();
    w.clock.set(at("2025-11-28T12:00:00+01:00"));
    assert!(opens(&w, &w.carla, w.dossier).await);
    w.clock.set(at("2025-11-29T12:00:00+01:00"));
    assert!(!opens(&w, &w.carla, w.dossier).await);
}

#[tokio::test]
async fn another_organisation_takes_a_dossier_over_and_earlier_owners_stay() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    for actor in [&w.an, &w.carla] {
        w.clock.advance(1);
        let why = note("Wij begeleiden nu.");
        let what = (RequestKind::Takeover, Basis::Mandate, &why);
        w.casework
            .ask_in_dossier(actor, w.dossier, what, &w.submission())
            .await
            .unwrap();
        let queue = w.casework.grant_queue(&w.mediator).await.unwrap();
        let request = &queue.waiting[0];
        w.clock.advance(1);
        decide(&w, &w.mediator, request, GrantDecision::Grant(None))
            .await
            .unwrap();
    }
    let owners = w.casework.services(&w.an, w.dossier).await.unwrap().owners;
    let names: Vec<(&str, bool)> = owners
        .iter()
        .map(|owner| (owner.party.person_name.as_str(), owner.until.is_none()))
        .collect();
    assert_eq!(names, [("Carla Nys", true), ("An Peeters", false)]);
    let told = kinds(&w, &w.an).await;
    assert_eq!(told[0], NoticeKind::DossierTakenOver.code());
    assert_eq!(
        events(&w, w.dossier).await.last(),
        Some(&Event::OwnerChanged)
    );
}

#[tokio::test]
async fn a_refusal_for_another_reason_says_which() {
    let w = world().await;
    let request = ask(&w, &w.carla, &asking("61000447", "2008-03-17"))
        .await
        .unwrap();
    let bare = GrantDecision::Refuse(RefusalGround::Other, None);
    refused(
        decide(&w, &w.mediator, &request, bare).await,
        &Refusal::Empty(Field::Note),
    );
    let page = w
        .casework
        .grant_request(&w.mediator, request.id)
        .await
        .unwrap();
    assert!(page.request.decision.is_none());
    let with = GrantDecision::Refuse(RefusalGround::Other, Some(note("Verhuisd.")));
    decide(&w, &w.mediator, &request, with).await.unwrap();
    let page = w
        .casework
        .grant_request(&w.mediator, request.id)
        .await
        .unwrap();
    let decision = page.request.decision.unwrap();
    assert!(matches!(
        decision,
        RequestDecision::Refused(_, RefusalGround::Other, Some(_))
    ));
}

/// What a counsellor of another organisation reads of a line (assurance: only what, when and in which
/// state).
#[tokio::test]
async fn a_line_of_another_organisation_shows_no_reason_facts_or_actions() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.record(&w.an, w.dossier, step, "2025-05-21").await;
    w.end(&w.an, w.dossier, step, "2025-05-27").await;
    let own = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    assert_eq!(own.actions.len(), 1);
    let page = w
        .casework
        .step_page(&w.carla, w.dossier, step)
        .await
        .unwrap();
    assert!(!page.sees_story && page.actions.is_empty());
    let page = w.casework.steps_page(&w.carla, w.dossier).await.unwrap();
    let listed: &ListedStep = &page.rows[0];
    assert!(
        listed.end.is_some(),
        "when and in which state stays to be seen"
    );
}
