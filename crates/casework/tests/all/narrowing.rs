//! I2: an organisation can open its dossiers only to the counsellors they are assigned to.

#![allow(clippy::unwrap_used)]

use casework::{Failure, GrantDecision, Held, NoticeKind, Shown};
use domain::client_number::ClientNumber;
use domain::ids::DossierId;
use domain::journal::Event;
use domain::people::Actor;
use domain::policy::Denied;
use domain::refusal::Refusal;
use testkit::{World, world};

async fn opens(w: &World, actor: &Actor, dossier: DossierId) -> bool {
    match w.casework.steps_page(actor, dossier).await {
        Ok(_) => true,
        Err(Failure::Denied(Denied::Dossier)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

async fn finds(w: &World, actor: &Actor, number: &str) -> bool {
    let hits = w.casework.search(actor, number).await.unwrap();
    let name = w.casework.search(actor, "Maes").await;
    assert_eq!(hits.is_empty(), name.unwrap().is_empty());
    !hits.is_empty()
}

async fn narrow(w: &World, narrowed: bool) -> usize {
    let set = w
        .casework
        .set_narrowing(&w.manager, narrowed, &w.submission())
        .await;
    set.unwrap()
}

async fn events(w: &World, dossier: DossierId, event: Event) -> usize {
    let journal = w.journal(dossier).await;
    journal.iter().filter(|it| it.entry.event == event).count()
}

#[track_caller]
fn refused(result: Result<impl Sized, Failure>, why: &Refusal) {
    match result {
        Err(Failure::Refused(refusals)) => assert!(refusals.contains(why), "{refusals:?}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[tokio::test]
async fn i2_when_it_begins_who_works_on_a_dossier_keeps_it_and_the_others_do_not() {
    let w = world().await;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    assert!(opens(&w, &w.bram, w.dossier).await);
    assert!(finds(&w, &w.bram, "61000447").await);
    assert_eq!(narrow(&w, true).await, 1);
    assert!(opens(&w, &w.an, w.dossier).await);
    assert!(finds(&w, &w.an, "61000447").await);
    assert!(!opens(&w, &w.bram, w.dossier).await);
    assert!(!finds(&w, &w.bram, "61000447").await, "nor is it found");
    let lines = async |actor: &Actor| {
        let lines = w.casework.own_lines(actor, Shown::Ongoing, None, 50).await;
        lines.unwrap().len()
    };
    assert_eq!((lines(&w.an).await, lines(&w.bram).await), (1, 0));
    assert_eq!(lines(&w.manager).await, 1, "who assigns sees them all");
    assert_eq!(events(&w, w.dossier, Event::CounsellorAssigned).await, 1);
    // Another organisation is not concerned.
    w.grant_to(w.dossier, &w.b).await;
    assert!(opens(&w, &w.carla, w.dossier).await);
    let again = w
        .casework
        .set_narrowing(&w.manager, true, &w.submission())
        .await;
    refused(again, &Refusal::ChangedMeanwhile);
    assert_eq!(narrow(&w, false).await, 0);
    assert!(opens(&w, &w.bram, w.dossier).await);
    assert_eq!(narrow(&w, true).await, 0, "what was assigned still is");
}

#[tokio::test]
async fn i2_an_assignment_opens_the_dossier_and_its_end_closes_it_at_once() {
    let w = world().await;
    narrow(&w, true).await;
    assert!(!opens(&w, &w.an, w.dossier).await);
    let assign = |actor: &'static str| {
        let person = if actor == "bram" { &w.bram } else { &w.an };
        (person.person, w.submission())
    };
    let (bram, submission) = assign("bram");
    let assigned = w
        .casework
        .assign_dossier(&w.manager, w.dossier, bram, &submission)
        .await;
    assigned.unwrap();
    assert!(opens(&w, &w.bram, w.dossier).await);
    assert!(!opens(&w, &w.an, w.dossier).await);
    let notices = w.casework.notices(&w.bram).await.unwrap();
    assert_eq!(notices[0].kind, NoticeKind::DossierAssigned.code());
    let (bram, submission) = assign("bram");
    let twice = w
        .casework
        .assign_dossier(&w.manager, w.dossier, bram, &submission)
        .await;
    refused(twice, &Refusal::AlreadyAssigned);
    let submission = w.submission();
    let other = w.carla.person;
    let foreign = w
        .casework
        .assign_dossier(&w.manager, w.dossier, other, &submission)
        .await;
    refused(foreign, &Refusal::NotOurCounsellor);

    let submission = w.submission();
    let ended = w
        .casework
        .release_dossier(&w.manager, w.dossier, bram, &submission)
        .await;
    ended.unwrap();
    assert!(!opens(&w, &w.bram, w.dossier).await);
    let notices = w.casework.notices(&w.bram).await.unwrap();
    let told = notices
        .iter()
        .find(|it| it.kind == NoticeKind::DossierReleased.code());
    assert_eq!(told.unwrap().dossier, None, "no address of what is closed");
    let submission = w.submission();
    let twice = w
        .casework
        .release_dossier(&w.manager, w.dossier, bram, &submission)
        .await;
    refused(twice, &Refusal::NotAssigned);
    assert_eq!(events(&w, w.dossier, Event::CounsellorReleased).await, 1);
}

#[tokio::test]
async fn i2_a_counsellor_hands_a_dossier_to_a_colleague() {
    let w = world().await;
    let person = w.bram.person;
    let early = w
        .casework
        .hand_over(&w.an, w.dossier, (person, false), &w.submission())
        .await;
    refused(early, &Refusal::NotNarrowed);
    w.register(&w.an, w.dossier, "2025-05-20").await;
    narrow(&w, true).await;
    let other = w.carla.person;
    let foreign = w
        .casework
        .hand_over(&w.an, w.dossier, (other, false), &w.submission())
        .await;
    refused(foreign, &Refusal::NotOurCounsellor);
    let denied = w
        .casework
        .hand_over(&w.bram, w.dossier, (person, false), &w.submission())
        .await;
    assert!(
        matches!(denied, Err(Failure::Denied(Denied::Dossier))),
        "{denied:?}"
    );
    let submission = w.submission();
    let given = w
        .casework
        .hand_over(&w.an, w.dossier, (person, true), &submission)
        .await;
    given.unwrap();
    assert!(!opens(&w, &w.an, w.dossier).await && opens(&w, &w.bram, w.dossier).await);
}

#[tokio::test]
async fn i2_who_is_put_on_a_line_or_gets_the_grant_gets_the_dossier_with_it() {
    let w = world().await;
    narrow(&w, true).await;
    let (dossier, an) = (w.dossier, w.an.person);
    let assigned = w
        .casework
        .assign_dossier(&w.manager, dossier, an, &w.submission())
        .await;
    assigned.unwrap();
    let mut input = w.input(&w.an, "2025-05-20");
    input.provider = w.bram.person;
    let done = w
        .casework
        .register_step(
            &w.an,
            dossier,
            &w.step_type(),
            &input,
            None,
            &w.submission(),
        )
        .await;
    done.unwrap();
    assert!(opens(&w, &w.bram, dossier).await);
    // The asker of a grant that is given works on it; a colleague does not.
    let other = w.client("61000546", "Noor", "Aerts").await;
    let request = w.ask_grant(&w.an, "61000546").await;
    let decision = GrantDecision::Grant(None);
    let submission = w.submission();
    let decided = w
        .casework
        .decide_grant_request(&w.mediator, request, &decision, &submission)
        .await;
    decided.unwrap();
    assert!(opens(&w, &w.an, other).await && !opens(&w, &w.bram, other).await);
    // What the other asked is not in the list of who is not on the dossier.
    assert!(
        w.casework
            .own_grants(&w.bram)
            .await
            .unwrap()
            .requests
            .is_empty()
    );
    assert_eq!(
        w.casework.own_grants(&w.an).await.unwrap().requests.len(),
        1
    );
}

#[tokio::test]
async fn i2_a_leavers_dossiers_stand_with_those_of_nobody() {
    let w = world().await;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    let other = w.client("61000546", "Noor", "Aerts").await;
    w.grant_to(other, &w.a).await;
    narrow(&w, true).await;
    let list = async |held: Held| {
        let page = w
            .casework
            .assignments(&w.manager, &held, None, 50)
            .await
            .unwrap();
        assert!(page.narrowed);
        let mut found: Vec<_> = page.dossiers.into_iter().map(|it| it.dossier).collect();
        found.sort_unstable();
        found
    };
    let mut both = vec![w.dossier, other];
    both.sort_unstable();
    assert_eq!(list(Held::All).await, both);
    assert_eq!(list(Held::ByNobody).await, [other]);
    let number = ClientNumber::parse("61000447").unwrap();
    assert_eq!(list(Held::Number(number)).await, [w.dossier]);
    let left = if w.place().is_postgres() {
        "FALSE"
    } else {
        "0"
    };
    let left = format!("UPDATE person SET active = {left} WHERE user_name = 'an'");
    w.place().execute(&left).await.unwrap();
    assert_eq!(list(Held::ByNobody).await, both);
}

#[tokio::test]
async fn i2_only_the_manager_of_the_own_organisation_narrows_and_assigns() {
    let w = world().await;
    for actor in [&w.an, &w.mediator, &w.system, &w.lotte, &w.coach] {
        let set = w.casework.set_narrowing(actor, true, &w.submission()).await;
        assert!(
            matches!(set, Err(Failure::Denied(Denied::Function))),
            "{set:?}"
        );
        let person = w.bram.person;
        let done = w
            .casework
            .assign_dossier(actor, w.dossier, person, &w.submission())
            .await;
        assert!(
            matches!(done, Err(Failure::Denied(Denied::Function))),
            "{done:?}"
        );
    }
    let other = w.client("61000546", "Noor", "Aerts").await;
    narrow(&w, true).await;
    let person = w.bram.person;
    let done = w
        .casework
        .assign_dossier(&w.manager, other, person, &w.submission())
        .await;
    assert!(
        matches!(done, Err(Failure::Denied(Denied::Dossier))),
        "{done:?}"
    );
}
