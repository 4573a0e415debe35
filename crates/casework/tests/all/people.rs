//! Organisations, people in several functions, invitations and leavers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::async_yields_async,
    reason = "a helper that fails is a test that fails"
)]

use std::sync::Arc;

use casework::{
    Failure, InviteInput, LinkRefused, SignIn, SignInRefused, Submission, UnitInput, WhichEvents,
};
use domain::account_events::AccountEvent;
use domain::ids::{PersonId, UnitId};
use domain::kbo::Kbo;
use domain::people::{Actor, Role};
use domain::policy::Denied;
use domain::refusal::{Field, Refusal};
use domain::text::Name;
use testkit::{PASSWORD, World, day, world};
use tokio::sync::Barrier;

const NEW_PASSWORD: &str = "nog een lang wachtwoord";

async fn sign_in(w: &World, user_name: &str, password: &str) -> Result<[u8; 32], SignInRefused> {
    let attempt = SignIn {
        user_name: user_name.to_owned(),
        password: password.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..SignIn::default()
    };
    w.casework.sign_in(&attempt).await
}

/// The person a token stands for now, if any.
async fn acts(w: &World, token: &[u8; 32]) -> Option<Actor> {
    w.casework.session(token).await.unwrap().map(|it| it.actor)
}

async fn version(w: &World, person: PersonId) -> u32 {
    let page = w.casework.person_page(&w.system, person).await.unwrap();
    page.person.version
}

async fn leave(w: &World, by: &Actor, who: &Actor) -> Result<(), Failure> {
    let version = version(w, who.person).await;
    let submission = w.submission();
    w.casework.leave(by, who.person, version, &submission).await
}

async fn give(w: &World, by: &Actor, who: &Actor, role: Role, unit: UnitId) -> Result<(), Failure> {
    let version = version(w, who.person).await;
    let submission = w.submission();
    w.casework
        .give_function(by, who.person, version, (role, unit), &submission)
        .await
}

/// The function of a person in a role, that goes on.
async fn function(w: &World, who: &Actor, role: Role) -> domain::ids::FunctionId {
    let all = w.casework.own_functions(who).await.unwrap();
    all.into_iter().find(|it| it.role == role).unwrap().id
}

#[track_caller]
fn refused_with(done: Result<(), Failure>, refusal: &Refusal) {
    match done {
        Err(Failure::Refused(refusals)) if refusals.contains(refusal) => {}
        other => panic!("not {refusal:?}: {other:?}"),
    }
}

fn invitation(name: &str, function: Option<(Role, UnitId)>) -> InviteInput {
    InviteInput {
        name: Name::parse(name).unwrap(),
        email: format!("{}@voorbeeld.be", name.to_lowercase().replace(' ', ".")),
        function,
    }
}

async fn invite(w: &World, by: &Actor, name: &str) -> [u8; 32] {
    let input = invitation(name, Some((Role::Counsellor, w.a.unit.id)));
    w.casework
        .invite(by, &input, &w.submission())
        .await
        .unwrap()
}

async fn log(w: &World, person: PersonId) -> Vec<AccountEvent> {
    let which = WhichEvents::Person(person);
    let page = w.casework.account_events(&w.system, which, None).await;
    let entries = page.unwrap().entries.into_iter();
    entries.map(|stored| stored.entry.event).collect()
}

#[tokio::test]
async fn a_leavers_sessions_are_dead_at_once_on_every_server() {
    let w = world().await;
    let other = w.other_server().await;
    let here = sign_in(&w, "an", PASSWORD).await.unwrap();
    let there = sign_in(&w, "an", PASSWORD).await.unwrap();
    let bram = sign_in(&w, "bram", PASSWORD).await.unwrap();
    assert!(other.session(&there).await.unwrap().is_some());
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let before = w.step(&w.an, w.dossier, step).await;

    leave(&w, &w.manager, &w.an).await.unwrap();

    for token in [&here, &there] {
        assert!(other.session(token).await.unwrap().is_none());
        assert!(acts(&w, token).await.is_none());
    }
    assert!(acts(&w, &bram).await.is_some(), "a colleague works on");
    let again = sign_in(&w, "an", PASSWORD).await;
    assert!(matches!(again, Err(SignInRefused::Wrong)), "{again:?}");
    // Nothing of the past changes, and what goes on is listed by number.
    assert_eq!(w.step(&w.bram, w.dossier, step).await, before);
    let page = w
        .casework
        .person_page(&w.manager, w.an.person)
        .await
        .unwrap();
    let ongoing: Vec<String> = page.ongoing.iter().map(|(it, _)| it.to_string()).collect();
    assert_eq!(ongoing, ["61000447"]);
    assert_eq!(page.ongoing[0].1, day("2025-05-20"));
    assert!(log(&w, w.an.person).await.contains(&AccountEvent::Left));
    // A leaver is nobody's provider any more.
    let party = w.casework.party(&w.bram, w.an.person).await.unwrap();
    assert_eq!(party, None);

    let version = version(&w, w.an.person).await;
    w.casework
        .come_back(&w.manager, w.an.person, version, &w.submission())
        .await
        .unwrap();
    assert!(acts(&w, &here).await.is_none(), "an old session stays dead");
    let token = sign_in(&w, "an", PASSWORD).await.unwrap();
    assert_eq!(acts(&w, &token).await.unwrap().unit, w.an.unit);
}

#[tokio::test]
async fn a_session_acts_in_one_function_and_a_switch_gives_a_new_token() {
    let w = world().await;
    give(&w, &w.manager, &w.an, Role::Manager, w.a.unit.id)
        .await
        .unwrap();
    let token = sign_in(&w, "an", PASSWORD).await.unwrap();
    let signed = w.casework.session(&token).await.unwrap().unwrap();
    assert_eq!(signed.actor.role, Role::Counsellor);
    assert!(signed.has_others && !signed.was_chosen);
    // Never the rights of both.
    let people = w.casework.own_people(&signed.actor, "", None).await;
    assert!(matches!(people, Err(Failure::Denied(Denied::Function))));

    let manager = function(&w, &w.an, Role::Manager).await;
    let after = w.casework.switch_function(&token, &signed.actor, manager);
    let after = after.await.unwrap();
    assert!(acts(&w, &token).await.is_none(), "the old token is dead");
    let actor = acts(&w, &after).await.unwrap();
    assert_eq!(actor.role, Role::Manager);
    assert!(w.casework.own_people(&actor, "", None).await.is_ok());
    let steps = w.casework.steps_page(&actor, w.dossier).await;
    assert!(matches!(steps, Err(Failure::Denied(Denied::Function))));
    // The one last chosen is where the next log-in begins.
    let next = sign_in(&w, "an", PASSWORD).await.unwrap();
    assert_eq!(acts(&w, &next).await.unwrap().role, Role::Manager);
    // Nobody takes on what somebody else has.
    let foreign = function(&w, &w.coach, Role::Coach).await;
    let taken = w.casework.switch_function(&after, &actor, foreign).await;
    assert!(matches!(taken, Err(Failure::NotFound)), "{taken:?}");

    // Taking one function away ends the sessions in it, and only those.
    let counsellor = function(&w, &w.an, Role::Counsellor).await;
    let as_counsellor = w.casework.switch_function(&next, &actor, counsellor);
    let as_counsellor = as_counsellor.await.unwrap();
    let version = version(&w, w.an.person).await;
    w.casework
        .take_function(&w.manager, w.an.person, version, manager, &w.submission())
        .await
        .unwrap();
    assert!(acts(&w, &after).await.is_none());
    assert_eq!(
        acts(&w, &as_counsellor).await.unwrap().role,
        Role::Counsellor
    );
}

#[tokio::test]
async fn a_manager_reaches_the_own_people_and_no_further() {
    let w = world().await;
    let page = w.casework.own_people(&w.manager, "", None).await.unwrap();
    let names: Vec<&str> = page.people.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["An Peeters", "Bram Claes", "Dirk Baert"]);
    let found = w.casework.own_people(&w.manager, "claes bra", None).await;
    assert_eq!(found.unwrap().people[0].name, "Bram Claes");
    let found = w.casework.own_people(&w.manager, "carla", None).await;
    assert!(found.unwrap().people.is_empty(), "of another organisation");

    let carla = w.carla.person;
    let seen = w.casework.person_page(&w.manager, carla).await;
    assert!(matches!(seen, Err(Failure::NotFound)));
    for done in [
        leave(&w, &w.manager, &w.carla).await,
        give(&w, &w.manager, &w.carla, Role::Manager, w.a.unit.id).await,
        w.casework
            .new_password_link(&w.manager, carla, &w.submission())
            .await
            .map(drop),
    ] {
        assert!(matches!(done, Err(Failure::NotFound)), "{done:?}");
    }
    let elsewhere = give(&w, &w.manager, &w.an, Role::Counsellor, w.b.unit.id).await;
    refused_with(elsewhere, &Refusal::NotChosen(Field::Unit));
    let coach = give(&w, &w.manager, &w.an, Role::Coach, w.a.unit.id).await;
    refused_with(coach, &Refusal::NotChosen(Field::Role));
    let twice = give(&w, &w.manager, &w.an, Role::Counsellor, w.a.unit.id).await;
    refused_with(twice, &Refusal::HasFunction);
    // Who works elsewhere too is not the manager's alone.
    give(&w, &w.system, &w.an, Role::Counsellor, w.b.unit.id)
        .await
        .unwrap();
    let link = w
        .casework
        .new_password_link(&w.manager, w.an.person, &w.submission())
        .await;
    refused_with(link.map(drop), &Refusal::WorksElsewhere);
    // Leaving A leaves B as it is.
    leave(&w, &w.manager, &w.an).await.unwrap();
    let token = sign_in(&w, "an", PASSWORD).await.unwrap();
    assert_eq!(acts(&w, &token).await.unwrap().unit, Some(w.b.unit.clone()));
}

#[tokio::test]
async fn the_last_manager_stays_also_when_two_leave_at_once() {
    let w = world().await;
    refused_with(
        leave(&w, &w.manager, &w.manager).await,
        &Refusal::LastManager,
    );
    for _ in 0..10 {
        give(&w, &w.system, &w.an, Role::Manager, w.a.unit.id)
            .await
            .unwrap();
        let an = Actor {
            role: Role::Manager,
            ..w.an.clone()
        };
        let start = Arc::new(Barrier::new(2));
        let take = async |by: Actor, who: Actor| {
            let function = function(&w, &who, Role::Manager).await;
            let version = version(&w, who.person).await;
            let (casework, submission) = (w.casework.clone(), w.submission());
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                casework
                    .take_function(&by, who.person, version, function, &submission)
                    .await
            })
        };
        let one = take(w.manager.clone(), w.manager.clone()).await;
        let two = take(an.clone(), an.clone()).await;
        let done = [one.await.unwrap().is_ok(), two.await.unwrap().is_ok()];
        assert_ne!(done, [true, true], "nobody would manage A");
        let left = w.casework.all_people(&w.system, "", "").await.unwrap();
        let managers = left.people.iter().flat_map(|it| &it.functions);
        let managers = managers.filter(|(role, _)| *role == Role::Manager).count();
        assert!(managers >= 1);
        // Back to how it began.
        if done[0] {
            give(&w, &w.system, &w.manager, Role::Manager, w.a.unit.id)
                .await
                .unwrap();
        }
        if !done[1] {
            let function = function(&w, &w.an, Role::Manager).await;
            let version = version(&w, w.an.person).await;
            let submission = w.submission();
            w.casework
                .take_function(&w.system, w.an.person, version, function, &submission)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn an_invitation_makes_one_account_once_and_dies_after_three_days() {
    let w = world().await;
    let token = invite(&w, &w.manager, "Nele Nieuw").await;
    let page = w.casework.link_page(&token).await.unwrap().unwrap();
    assert_eq!((page.name.as_str(), page.user_name), ("Nele Nieuw", None));
    // Only the digest is kept.
    let stored = w.place().contents().await;
    let hex: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!format!("{stored:?}").contains(&hex));

    let short = w.casework.use_link(&token, "nele", "te kort").await;
    assert!(matches!(short, Err(LinkRefused::Password(_))), "{short:?}");
    let taken = w.casework.use_link(&token, "bram", NEW_PASSWORD).await;
    let Err(LinkRefused::Refused(refusals)) = taken else {
        panic!("{taken:?}");
    };
    assert!(refusals.contains(&Refusal::UserNameTaken));
    w.casework
        .use_link(&token, " Nele ", NEW_PASSWORD)
        .await
        .unwrap();
    let session = sign_in(&w, "nele", NEW_PASSWORD).await.unwrap();
    let nele = acts(&w, &session).await.unwrap();
    assert_eq!(
        (nele.role, nele.unit),
        (Role::Counsellor, Some(w.a.unit.clone()))
    );

    // Used, unknown, withdrawn and too old: all dead.
    let withdrawn = invite(&w, &w.manager, "Wim Weg").await;
    let link = w
        .casework
        .own_people(&w.manager, "", None)
        .await
        .unwrap()
        .links[0]
        .id;
    w.casework
        .withdraw_link(&w.manager, link, &w.submission())
        .await
        .unwrap();
    let old = invite(&w, &w.manager, "Otto Oud").await;
    w.clock.advance(72 * 60 * 60 - 1);
    assert!(w.casework.link_page(&old).await.unwrap().is_some());
    w.clock.advance(1);
    for dead in [&token, &[7; 32], &withdrawn, &old] {
        assert_eq!(w.casework.link_page(dead).await.unwrap(), None);
        let done = w.casework.use_link(dead, "otto", NEW_PASSWORD).await;
        assert!(matches!(done, Err(LinkRefused::Dead)), "{done:?}");
    }
    assert!(matches!(
        sign_in(&w, "otto", NEW_PASSWORD).await,
        Err(SignInRefused::Wrong)
    ));
}

#[tokio::test]
async fn of_two_who_use_one_link_at_once_one_has_an_account() {
    let w = world().await;
    let token = invite(&w, &w.manager, "Nele Nieuw").await;
    let one = w.casework.use_link(&token, "nele", NEW_PASSWORD);
    let two = w.casework.use_link(&token, "nora", NEW_PASSWORD);
    let (one, two) = tokio::join!(one, two);
    assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
}

#[tokio::test]
async fn a_new_password_is_chosen_with_a_link_and_ends_every_session() {
    let w = world().await;
    let session = sign_in(&w, "an", PASSWORD).await.unwrap();
    let link = async || {
        let made = w
            .casework
            .new_password_link(&w.manager, w.an.person, &w.submission())
            .await;
        made.unwrap()
    };
    let (first, second) = (link().await, link().await);
    assert_eq!(
        w.casework.link_page(&first).await.unwrap(),
        None,
        "the last one counts"
    );
    let page = w.casework.link_page(&second).await.unwrap().unwrap();
    assert_eq!(page.user_name.as_deref(), Some("an"));
    w.casework
        .use_link(&second, "", NEW_PASSWORD)
        .await
        .unwrap();
    assert!(acts(&w, &session).await.is_none());
    assert!(sign_in(&w, "an", PASSWORD).await.is_err());
    assert!(sign_in(&w, "an", NEW_PASSWORD).await.is_ok());
    // A leaver's link dies with the account.
    let third = link().await;
    leave(&w, &w.manager, &w.an).await.unwrap();
    assert_eq!(w.casework.link_page(&third).await.unwrap(), None);
}

/// The notices of somebody: the kind, and what stands with it.
async fn told(w: &World, who: &Actor) -> Vec<(String, String)> {
    let notices = w.casework.notices(who).await.unwrap().into_iter();
    notices
        .map(|it| (it.kind, it.note.unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn k024_a_link_for_who_has_a_role_without_organisation_is_told_to_the_other_system_managers()
{
    let w = world().await;
    let second = w.person("sofie", "Sofie Tweede", Role::SystemManager).await;
    let link = async |who: &Actor| {
        let submission = w.submission();
        let made = w
            .casework
            .new_password_link(&w.system, who.person, &submission);
        made.await.unwrap()
    };
    for (who, user_name) in [
        (&w.coach, "coach"),
        (&w.mediator, "mediator"),
        (&w.controller, "controller"),
        (&w.privacy_officer, "fg"),
    ] {
        link(who).await;
        let own = told(&w, who).await;
        assert_eq!(own[0].0, "login_changed");
        assert!(own[0].1.starts_with(&w.system.name), "{own:?}");
        assert!(own[0].1.contains("Je tweede stap blijft nodig."), "{own:?}");
        w.clock.advance(1);
        let seen = told(&w, &second).await;
        let expected = format!("Voor {} ({user_name}), door {}", who.name, w.system.name);
        assert_eq!(seen[0], ("password_link_made".to_owned(), expected));
    }
    // Another system manager: that person is told, as who the link is for.
    link(&second).await;
    let seen = told(&w, &second).await;
    assert_eq!(seen.len(), 5);
    assert_eq!(
        seen.iter()
            .filter(|(kind, _)| kind == "login_changed")
            .count(),
        1
    );
    // Who made them is told nothing of it.
    assert!(told(&w, &w.system).await.is_empty());
    // A counsellor is looked after by the own manager.
    link(&w.an).await;
    assert_eq!(told(&w, &w.an).await.len(), 1);
    assert_eq!(told(&w, &second).await.len(), 5);
}

#[tokio::test]
async fn k062_who_chose_a_new_password_with_a_link_is_told() {
    let w = world().await;
    let made = w
        .casework
        .new_password_link(&w.system, w.coach.person, &w.submission())
        .await;
    w.clock.advance(1);
    w.casework
        .use_link(&made.unwrap(), "", NEW_PASSWORD)
        .await
        .unwrap();
    let own = told(&w, &w.coach).await;
    assert_eq!(own.len(), 2);
    assert!(
        own[0]
            .1
            .starts_with("Met een link is een nieuw wachtwoord gekozen.")
    );
}

#[tokio::test]
async fn b4_a_role_without_organisation_takes_two_system_managers() {
    let w = world().await;
    let propose = async |by: &Actor, who: &Actor, role| {
        let submission = w.submission();
        w.casework
            .propose_role(by, who.person, role, &submission)
            .await
    };
    let decide = async |by: &Actor, confirmed| {
        let waiting = w.casework.proposals(&w.system).await.unwrap();
        let submission = w.submission();
        w.casework
            .decide_role(by, waiting[0].id, confirmed, &submission)
            .await
    };
    let denied = propose(&w.manager, &w.an, Role::Coach).await;
    assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
    let odd = propose(&w.system, &w.an, Role::Manager).await;
    refused_with(odd, &Refusal::NotChosen(Field::Role));
    propose(&w.system, &w.an, Role::Coach).await.unwrap();
    refused_with(
        propose(&w.system, &w.an, Role::Coach).await,
        &Refusal::HasFunction,
    );
    refused_with(decide(&w.system, true).await, &Refusal::OwnProposal);
    let has = async |who: &Actor, role| {
        let all = w.casework.own_functions(who).await.unwrap();
        all.iter().any(|it| it.role == role)
    };
    assert!(!has(&w.an, Role::Coach).await);

    // A second one, made by the first with another's confirmation: here from the command line.
    let user = casework::NewUser {
        user_name: "tweede".to_owned(),
        name: "Tweede Beheer".to_owned(),
        role: Role::SystemManager,
        unit: None,
        own_dossier: None,
    };
    let second = w.casework.create_user(&user, NEW_PASSWORD).await.unwrap();
    let second = Actor {
        person: second,
        name: user.name.clone(),
        ..w.system.clone()
    };
    decide(&second, true).await.unwrap();
    assert!(has(&w.an, Role::Coach).await);
    propose(&w.system, &w.bram, Role::Controller).await.unwrap();
    decide(&second, false).await.unwrap();
    assert!(!has(&w.bram, Role::Controller).await);
    let events = log(&w, w.an.person).await;
    assert!(events.contains(&AccountEvent::RoleProposed));
    assert!(events.contains(&AccountEvent::RoleConfirmed));
    // Of the two, one can go; the last one stays.
    leave(&w, &second, &w.system).await.unwrap();
    refused_with(
        w.casework
            .leave(&second, second.person, 1, &w.submission())
            .await,
        &Refusal::LastSystemManager,
    );
}

#[tokio::test]
async fn a_closed_organisation_ends_the_sessions_of_its_people_and_a_closed_unit_is_not_chosen() {
    let w = world().await;
    let an = sign_in(&w, "an", PASSWORD).await.unwrap();
    let carla = sign_in(&w, "carla", PASSWORD).await.unwrap();
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let (_, units) = w.casework.organisation(&w.system, w.a.id).await.unwrap();
    let which = (w.a.unit.id, units[0].version);
    w.casework
        .set_unit_open(&w.system, which, false, &w.submission())
        .await
        .unwrap();
    assert!(
        w.casework
            .find_units(&w.an, "Leerhuis")
            .await
            .unwrap()
            .is_empty()
    );
    let line = w.step(&w.an, w.dossier, step).await;
    assert_eq!(line.provider.unit, w.a.unit, "an old line keeps it");
    let closed = give(&w, &w.manager, &w.bram, Role::Manager, w.a.unit.id).await;
    refused_with(closed, &Refusal::NotChosen(Field::Unit));

    let (found, _) = w.casework.organisation(&w.system, w.a.id).await.unwrap();
    let close = async |version, open| {
        let submission = w.submission();
        w.casework
            .set_organisation_open(&w.system, w.a.id, version, open, &submission)
            .await
    };
    close(found.version, false).await.unwrap();
    refused_with(
        close(found.version, false).await,
        &Refusal::ChangedMeanwhile,
    );
    assert!(acts(&w, &an).await.is_none());
    assert!(acts(&w, &carla).await.is_some());
    assert!(matches!(
        sign_in(&w, "an", PASSWORD).await,
        Err(SignInRefused::Wrong)
    ));
    let (found, _) = w.casework.organisation(&w.system, w.a.id).await.unwrap();
    close(found.version, true).await.unwrap();
    assert!(sign_in(&w, "an", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn organisations_are_made_and_changed_with_a_number_of_their_own() {
    let w = world().await;
    let name = |text: &str| Name::parse(text).unwrap();
    let kbo = |text: &str| Kbo::parse(text).unwrap();
    let save = async |existing, text: &str, number: &str| {
        let input = (&name(text), kbo(number));
        let submission = w.submission();
        w.casework
            .save_organisation(&w.system, existing, input, &submission)
            .await
    };
    let id = save(None, "Ënig Huis", "0566.988.259").await.unwrap();
    let twice = save(None, "Ander Huis", "0566988259").await;
    refused_with(twice.map(drop), &Refusal::KboTaken);
    save(Some((id, 1)), "Enig Huis Aalst", "0403.019.261")
        .await
        .unwrap();
    refused_with(
        save(Some((id, 1)), "Te laat", "0403.019.261")
            .await
            .map(drop),
        &Refusal::ChangedMeanwhile,
    );
    let found = w
        .casework
        .organisations(&w.system, "énig h", None)
        .await
        .unwrap();
    assert_eq!(found.organisations[0].name, "Enig Huis Aalst");
    let unit = UnitInput {
        name: name("Enig Huis Aalst"),
        address: name("Markt 1"),
        number: name("77"),
    };
    let unit = w
        .casework
        .add_unit(&w.system, id, &unit, &w.submission())
        .await
        .unwrap();
    let input = invitation("Eerste Baas", Some((Role::Manager, unit)));
    let token = w
        .casework
        .invite(&w.system, &input, &w.submission())
        .await
        .unwrap();
    w.casework
        .use_link(&token, "baas", NEW_PASSWORD)
        .await
        .unwrap();
    let session = sign_in(&w, "baas", NEW_PASSWORD).await.unwrap();
    let boss = acts(&w, &session).await.unwrap();
    assert_eq!(boss.organisation(), Some(id));
    for actor in [&w.manager, &w.an, &w.coach, &boss] {
        let denied = w.casework.organisations(actor, "", None).await;
        assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
    }
}

#[tokio::test]
async fn t2_the_same_form_about_a_person_is_stored_once() {
    let w = world().await;
    let form = Submission {
        leads_to: "/medewerkers".to_owned(),
        ..w.submission()
    };
    let version = version(&w, w.an.person).await;
    let change = async || {
        let what = ("An Jansen", Some("an@voorbeeld.be"));
        w.casework
            .change_person(&w.manager, w.an.person, version, what, &form)
            .await
    };
    change().await.unwrap();
    let again = change().await;
    assert!(matches!(again, Err(Failure::AlreadyDone(to)) if to == "/medewerkers"));
    let late = w
        .casework
        .change_person(
            &w.manager,
            w.an.person,
            version,
            ("X Y", None),
            &w.submission(),
        )
        .await;
    refused_with(late, &Refusal::ChangedMeanwhile);
    let found = w
        .casework
        .own_people(&w.manager, "jansen", None)
        .await
        .unwrap();
    assert_eq!(found.people.len(), 1);
    let old = w
        .casework
        .own_people(&w.manager, "peeters", None)
        .await
        .unwrap();
    assert!(old.people.is_empty());
}
