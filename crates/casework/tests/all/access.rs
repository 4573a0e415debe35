//! I1 to I3: who gets to see a dossier, and who saw that they did.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use casework::{Failure, GrantInput};
use domain::DossierId;
use domain::client_number::ClientNumber;
use domain::grants::Basis;
use domain::insz::Insz;
use domain::people::Actor;
use domain::policy::Denied;
use testkit::{World, at, day, note, world};
use uuid::Uuid;

async fn opens(w: &World, actor: &Actor, dossier: DossierId) -> bool {
    match w.casework.steps_page(actor, dossier).await {
        Ok(_) => true,
        Err(Failure::Denied(Denied::Dossier)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn i2_without_a_grant_a_dossier_is_answered_like_one_that_does_not_exist() {
    let w = world().await;
    let unknown = DossierId(Uuid::from_u128(1));
    for dossier in [w.dossier, unknown] {
        let read = w.casework.profile(&w.carla, dossier).await;
        assert!(matches!(read, Err(Failure::Denied(Denied::Dossier))));
        let written = w.try_register(&w.carla, dossier, "2025-05-20").await;
        assert!(matches!(written, Err(Failure::Denied(Denied::Dossier))));
        // A role that never may hears so, and nothing about the dossier.
        for never in [&w.manager, &w.controller, &w.system] {
            let read = w.casework.profile(never, dossier).await;
            assert!(matches!(read, Err(Failure::Denied(Denied::Function))));
        }
    }
}

#[tokio::test]
async fn i2_a_line_is_found_in_its_own_dossier_only() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let other = w.client("61000500", "Noor", "Wouters").await;
    w.grant_to(other, &w.b).await;
    let page = w.casework.step_page(&w.carla, other, step).await;
    assert!(matches!(page, Err(Failure::NotFound)), "{page:?}");
}

#[tokio::test]
async fn i2_a_grant_ends_by_itself_six_months_after_the_last_line_ended() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.an, w.dossier, step, "2025-05-28").await;

    w.clock.set(at("2025-11-28T23:59:59+01:00"));
    assert!(opens(&w, &w.an, w.dossier).await, "its last day counts in");
    w.clock.set(at("2025-11-29T00:00:00+01:00"));
    assert!(!opens(&w, &w.an, w.dossier).await);
    let hits = w.casework.search(&w.an, "61000447").await.unwrap();
    assert!(hits.is_empty());
}

#[tokio::test]
async fn i2_a_grant_stays_while_a_line_is_ongoing() {
    let w = world().await;
    let first = w.register(&w.an, w.dossier, "2025-05-01").await;
    w.end(&w.an, w.dossier, first, "2025-05-10").await;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    w.clock.set(at("2026-05-28T10:00:00+02:00"));
    assert!(opens(&w, &w.an, w.dossier).await);
    let hits = w.casework.search(&w.an, "61000447").await.unwrap();
    assert_eq!(hits.len(), 1);
}

#[tokio::test]
async fn i2_a_grant_given_anew_opens_the_dossier_again() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.an, w.dossier, step, "2025-05-28").await;
    w.clock.set(at("2026-02-02T10:00:00+01:00"));
    assert!(!opens(&w, &w.an, w.dossier).await);

    let anew = GrantInput {
        organisation: w.a.id,
        basis: Basis::Agreement,
        starts: day("2026-02-02"),
        ends: None,
    };
    w.casework
        .give_grant(&w.mediator, w.dossier, &anew, &w.submission())
        .await
        .unwrap();
    assert!(opens(&w, &w.an, w.dossier).await);
    assert_eq!(w.casework.search(&w.an, "Maes").await.unwrap().len(), 1);

    // A line that starts and is cancelled leaves the new grant as it was.
    let step = w.register(&w.an, w.dossier, "2026-02-02").await;
    let by_mistake = note("Per vergissing.");
    w.casework
        .cancel_step(
            &w.an,
            w.dossier,
            step,
            1,
            &by_mistake,
            false,
            &w.submission(),
        )
        .await
        .unwrap();
    assert!(opens(&w, &w.an, w.dossier).await);
    assert_eq!(w.casework.search(&w.an, "Maes").await.unwrap().len(), 1);
}

#[tokio::test]
async fn i2_a_grant_ended_by_the_mediator_opens_nothing_from_then_on() {
    let w = world().await;
    assert!(opens(&w, &w.an, w.dossier).await);
    w.casework
        .end_grants(
            &w.mediator,
            w.dossier,
            w.a.id,
            &note("Gestopt"),
            &w.submission(),
        )
        .await
        .unwrap();
    assert!(!opens(&w, &w.an, w.dossier).await);
    assert!(w.casework.search(&w.an, "Maes").await.unwrap().is_empty());
}

#[tokio::test]
async fn i2_a_grant_with_an_agreed_end_lasts_through_that_day() {
    let w = world().await;
    let input = GrantInput {
        organisation: w.b.id,
        basis: Basis::Agreement,
        starts: day("2025-05-29"),
        ends: Some(day("2025-05-30")),
    };
    w.casework
        .give_grant(&w.mediator, w.dossier, &input, &w.submission())
        .await
        .unwrap();
    for (now, open) in [
        ("2025-05-28T23:59:59+02:00", false),
        ("2025-05-29T00:00:00+02:00", true),
        ("2025-05-30T23:59:59+02:00", true),
        ("2025-05-31T00:00:00+02:00", false),
    ] {
        w.clock.set(at(now));
        assert_eq!(opens(&w, &w.carla, w.dossier).await, open, "{now}");
    }
}

#[tokio::test]
async fn i2_a_provider_elsewhere_needs_a_grant_of_its_own() {
    let w = world().await;
    let mut input = w.input(&w.an, "2025-05-20");
    input.provider = w.carla.person;
    let register = async || {
        w.casework
            .register_step(
                &w.an,
                w.dossier,
                &w.step_type(),
                &input,
                None,
                &w.submission(),
            )
            .await
    };
    let refused = register().await;
    let Err(Failure::Refused(refusals)) = refused else {
        panic!("{refused:?}");
    };
    assert!(refusals.iter().any(|it| it.rule() == "I2"), "{refusals:?}");
    w.grant_to(w.dossier, &w.b).await;
    assert!(register().await.is_ok());
}

#[tokio::test]
async fn i2_searching_gives_nothing_of_foreign_dossiers() {
    let w = world().await;
    let insz = made_up_insz();
    let client = casework::NewClient {
        client_number: ClientNumber::parse("61000700").unwrap(),
        given_name: "Zoë".to_owned(),
        family_name: "D'Hondt".to_owned(),
        birth: day("2008-03-17"),
        work_situation: "00".to_owned(),
        work_situation_since: None,
        insz: Some(insz),
        contact: casework::Contact::default(),
    };
    let dossier = w
        .casework
        .create_client(&w.mediator, &client)
        .await
        .unwrap();
    w.grant_to(dossier, &w.b).await;

    for typed in ["61000700", &insz.digits(), "zoe d'hondt", "Dhondt"] {
        let own = w.casework.search(&w.carla, typed).await.unwrap();
        assert_eq!(own.len(), 1, "{typed}");
        assert_eq!(own[0].id, dossier);
        let foreign = w.casework.search(&w.an, typed).await.unwrap();
        assert!(foreign.is_empty(), "{typed}");
        for never in [&w.manager, &w.coach, &w.controller, &w.system, &w.lotte] {
            let denied = w.casework.search(never, typed).await;
            assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
        }
    }
}

/// 17/03/2008 with the sequence number 999, that is never given to anybody.
fn made_up_insz() -> Insz {
    let body = 80_317_999_u64;
    let check = 97 - (2_000_000_000 + body) % 97;
    Insz::parse(&format!("{body:09}{check:02}")).unwrap()
}

#[tokio::test]
async fn i3_every_opening_is_recorded_with_its_organisation_and_the_client_reads_the_list() {
    let w = world().await;
    w.casework.steps_page(&w.an, w.dossier).await.unwrap();
    w.clock.advance(60);
    w.casework.profile(&w.bram, w.dossier).await.unwrap();
    // The same page in the same minute is one opening.
    w.casework.profile(&w.bram, w.dossier).await.unwrap();
    // A refused one is none.
    assert!(w.casework.profile(&w.carla, w.dossier).await.is_err());
    w.clock.advance(60);

    let (_, list) = w
        .casework
        .openings(&w.lotte, w.dossier, None, 50)
        .await
        .unwrap();
    let list: Vec<_> = list
        .iter()
        .filter(|opening| opening.role != "client")
        .map(|it| {
            (
                it.at.brussels_text(),
                it.person.as_str(),
                it.organisation.as_str(),
                it.what.as_str(),
            )
        })
        .collect();
    assert_eq!(
        list,
        [
            (
                "28/05/2025 10:01".to_owned(),
                "Bram Claes",
                "Leerhuis De Brug",
                "profiel"
            ),
            (
                "28/05/2025 10:00".to_owned(),
                "An Peeters",
                "Leerhuis De Brug",
                "stappen"
            ),
        ]
    );
    // Nobody but the client reads it.
    let other = w.casework.openings(&w.an, w.dossier, None, 50).await;
    assert!(matches!(other, Err(Failure::Denied(Denied::Function))));
}

#[tokio::test]
async fn i3_a_client_reads_the_own_dossier_and_no_other() {
    let w = world().await;
    let other = w.client("61000501", "Noor", "Wouters").await;
    assert!(opens(&w, &w.lotte, w.dossier).await);
    assert!(!opens(&w, &w.lotte, other).await);
    let changed = w.try_register(&w.lotte, w.dossier, "2025-05-20").await;
    assert!(matches!(changed, Err(Failure::Denied(Denied::Function))));
}

#[tokio::test]
async fn r6_a_coach_sees_the_line_that_was_asked_about_and_no_other_of_that_dossier() {
    let w = world().await;
    let asked = w.register(&w.an, w.dossier, "2025-03-01").await;
    w.end(&w.an, w.dossier, asked, "2025-03-10").await;
    let other = w.register(&w.an, w.dossier, "2025-04-01").await;
    let seen = |step| w.casework.step_page(&w.coach, w.dossier, step);
    assert!(matches!(
        seen(asked).await,
        Err(Failure::Denied(Denied::Dossier))
    ));
    w.casework
        .request_removal(&w.an, w.dossier, asked, &note("Dubbel."), &w.submission())
        .await
        .expect("the request is stored");
    assert!(seen(asked).await.is_ok());
    assert!(matches!(seen(other).await, Err(Failure::NotFound)));
    let history = w.casework.step_history(&w.coach, w.dossier, other).await;
    assert!(matches!(history, Err(Failure::NotFound)));
    let actions = w.casework.actions_page(&w.coach, w.dossier, other).await;
    assert!(matches!(actions, Err(Failure::NotFound)));
}
