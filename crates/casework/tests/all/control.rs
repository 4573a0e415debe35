//! The controller's lists: only within a mandate, without names, and seen by who they are about; and the
//! figures, with small numbers hidden.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use casework::{ControlCursor, ControlPage, Failure, MandateInput, ReportWish, Shown};
use domain::catalogue::FundingCode;
use domain::eligibility::Verdict;
use domain::ids::{DossierId, MandateId};
use domain::mandates::{Period, Terms};
use domain::people::Role;
use domain::policy::Denied;
use domain::refusal::Refusal;
use domain::reports::SchoolYear;
use domain::studies::Provenance;
use testkit::{World, at, day, label, world};

fn terms(lines: (&str, &str), valid: (&str, &str)) -> Terms {
    let period = |(from, until): (&str, &str)| Period {
        from: day(from),
        until: day(until),
    };
    Terms {
        funding: FundingCode::parse("EEWG019").unwrap(),
        lines: period(lines),
        valid: period(valid),
        reference: label("ESF-controle 2025/115"),
    }
}

async fn give(w: &World, terms: Terms) -> MandateId {
    let input = MandateInput {
        controller: "controller".to_owned(),
        terms,
    };
    w.casework
        .give_mandate(&w.system, &input, &w.submission())
        .await
        .unwrap()
}

async fn list(
    w: &World,
    mandate: Option<MandateId>,
    shown: Shown,
    after: Option<&ControlCursor>,
) -> ControlPage {
    let found = w.casework.control(&w.controller, mandate, shown, after);
    found.await.unwrap()
}

/// Another client at organisation A.
async fn client(w: &World, number: u32) -> DossierId {
    let dossier = w.client(&number.to_string(), "Lien", "Claes").await;
    w.grant_to(dossier, &w.a).await;
    dossier
}

fn is_not_there(failure: &Failure) -> bool {
    matches!(failure, Failure::Denied(Denied::Dossier))
}

#[tokio::test]
async fn a_controller_sees_lines_only_within_an_open_mandate_of_the_own() {
    let w = world().await;
    w.register(&w.an, w.dossier, "2025-03-01").await;
    let empty = list(&w, None, Shown::Ongoing, None).await;
    assert!(empty.mandate.is_none() && empty.rows.is_empty());

    let id = w.mandate().await;
    assert_eq!(list(&w, None, Shown::Ongoing, None).await.rows.len(), 1);
    assert_eq!(list(&w, Some(id), Shown::Ongoing, None).await.rows.len(), 1);

    // Somebody else's, one that does not exist: the same answer.
    let other = w.person("els", "Els Controle", Role::Controller).await;
    for (actor, wanted) in [
        (&other, id),
        (&w.controller, MandateId(uuid::Uuid::from_u128(1))),
    ] {
        let refused = w
            .casework
            .control(actor, Some(wanted), Shown::Ongoing, None);
        assert!(is_not_there(&refused.await.unwrap_err()));
    }
    // Nobody else has the function, with or without the mandate's address.
    for never in [
        &w.an,
        &w.manager,
        &w.coach,
        &w.mediator,
        &w.system,
        &w.lotte,
        &w.privacy_officer,
    ] {
        let refused = w
            .casework
            .control(never, Some(id), Shown::Ongoing, None)
            .await;
        assert!(matches!(refused, Err(Failure::Denied(Denied::Function))));
    }
    // Over at midnight in Brussels, and ended at once.
    w.clock.set(at("2025-12-31T23:59:59+01:00"));
    assert!(list(&w, None, Shown::Ongoing, None).await.mandate.is_some());
    w.clock.advance(1);
    assert!(list(&w, None, Shown::Ongoing, None).await.mandate.is_none());
    w.clock.set(at("2025-06-01T10:00:00+02:00"));
    w.casework
        .end_mandate(&w.system, id, &w.submission())
        .await
        .unwrap();
    let refused = w
        .casework
        .control(&w.controller, Some(id), Shown::Ongoing, None);
    assert!(is_not_there(&refused.await.unwrap_err()));
    let again = w.casework.end_mandate(&w.system, id, &w.submission()).await;
    assert!(matches!(again, Err(Failure::Refused(it)) if it.contains(&Refusal::MandateEnded)));
}

#[tokio::test]
async fn a_mandate_is_given_to_a_controller_by_a_system_manager_and_told_of() {
    let w = world().await;
    let fine = terms(("2024-09-01", "2025-08-31"), ("2025-05-28", "2025-06-30"));
    for (name, expected) in [
        ("an", Refusal::NoSuchController),
        ("niemand", Refusal::NoSuchController),
    ] {
        let input = MandateInput {
            controller: name.to_owned(),
            terms: fine.clone(),
        };
        let refused = w
            .casework
            .give_mandate(&w.system, &input, &w.submission())
            .await;
        assert!(matches!(refused, Err(Failure::Refused(it)) if it.contains(&expected)));
    }
    let input = MandateInput {
        controller: "Controller ".to_owned(),
        terms: fine,
    };
    for never in [&w.mediator, &w.controller, &w.manager] {
        let refused = w
            .casework
            .give_mandate(never, &input, &w.submission())
            .await;
        assert!(matches!(refused, Err(Failure::Denied(Denied::Function))));
    }
    let submission = w.submission();
    w.casework
        .give_mandate(&w.system, &input, &submission)
        .await
        .unwrap();
    let again = w
        .casework
        .give_mandate(&w.system, &input, &submission)
        .await;
    assert!(matches!(again, Err(Failure::AlreadyDone(_))), "T2");
    assert_eq!(w.casework.mandates(&w.system).await.unwrap().len(), 1);
    let log = w
        .casework
        .account_events(
            &w.privacy_officer,
            casework::WhichEvents::Person(w.controller.person),
            None,
        )
        .await
        .unwrap();
    let told = log.entries.iter().any(|it| {
        it.entry.event == domain::account_events::AccountEvent::MandateGiven
            && it.by_name == "Sys Beheer"
    });
    assert!(told);
}

#[tokio::test]
async fn a_list_holds_what_the_proof_needs_and_a_pseudonym_of_its_mandate() {
    let w = world().await;
    let first = w.register(&w.an, w.dossier, "2024-10-01").await;
    w.end(&w.an, w.dossier, first, "2025-01-31").await;
    let second = w.register(&w.an, w.dossier, "2025-02-01").await;
    w.end(&w.an, w.dossier, second, "2025-05-01").await;
    w.add_study(&w.an, w.dossier, "2022-06-30", None).await;
    let other = client(&w, 61_000_548).await;
    let third = w.register(&w.an, other, "2025-03-01").await;
    w.end(&w.an, other, third, "2025-05-01").await;

    let one = w.mandate().await;
    let two = give(
        &w,
        terms(("2025-02-01", "2025-08-31"), ("2025-05-28", "2025-06-30")),
    )
    .await;
    let of = async |id| list(&w, Some(id), Shown::Ended, None).await.rows;
    let (rows, narrow) = (of(one).await, of(two).await);
    assert_eq!(
        (rows.len(), narrow.len()),
        (3, 2),
        "the first ended before the period"
    );
    let name = |rows: &[casework::ControlRow], start: &str| {
        let found = rows.iter().find(|row| row.line.start == day(start));
        found.unwrap().pseudonym.clone()
    };
    assert_eq!(
        name(&rows, "2024-10-01"),
        name(&rows, "2025-02-01"),
        "one client"
    );
    assert_ne!(name(&rows, "2025-02-01"), name(&rows, "2025-03-01"));
    assert_ne!(
        name(&rows, "2025-02-01"),
        name(&narrow, "2025-02-01"),
        "not linked"
    );
    // Of one day by pseudonym, whatever came first.
    let same_day: Vec<&String> = rows.iter().take(2).map(|row| &row.pseudonym).collect();
    assert!(same_day.is_sorted(), "{same_day:?}");

    let line = &rows
        .iter()
        .find(|row| row.line.start == day("2025-03-01"))
        .unwrap()
        .line;
    let (verdict, seen) = line.check.clone().unwrap();
    assert_eq!(verdict, Verdict::DeclaredWithoutStudies);
    assert!(seen.is_empty());
    let fourth = w.register(&w.an, w.dossier, "2025-05-02").await;
    let ongoing = list(&w, Some(one), Shown::Ongoing, None).await.rows;
    assert_eq!(ongoing[0].line.step, fourth);
    let (verdict, seen) = ongoing[0].line.check.clone().unwrap();
    assert_eq!((verdict, seen.len()), (Verdict::NoDiplomaFound, 1));
    assert!(Provenance::ALL.contains(&seen[0]));
}

#[tokio::test]
async fn i3_who_a_line_is_about_sees_every_page_it_was_on_and_no_other() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-03-01").await;
    w.mandate().await;
    let seen = async || {
        let (_, found) = w
            .casework
            .openings(&w.lotte, w.dossier, None, 500)
            .await
            .unwrap();
        let lists = found.iter().filter(|it| it.what == "controle");
        lists
            .map(|it| (it.person.clone(), it.at))
            .collect::<Vec<_>>()
    };
    list(&w, None, Shown::Ended, None).await;
    assert!(seen().await.is_empty(), "it was not on that page");
    list(&w, None, Shown::Ongoing, None).await;
    list(&w, None, Shown::Ongoing, None).await;
    assert_eq!(seen().await.len(), 1, "once a minute");
    w.clock.advance(60);
    w.end(&w.an, w.dossier, step, "2025-05-28").await;
    list(&w, None, Shown::Ended, None).await;
    let found = seen().await;
    // What happened to the line since makes no difference to what was recorded.
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|(name, _)| name == "Tom Controle"));
}

#[tokio::test]
async fn a_long_list_is_read_in_pages_whole_and_in_an_order_that_tells_nothing() {
    let w = world().await;
    let mut made = BTreeSet::new();
    // A busy last day of school, and some around it.
    for (place, number) in (61_001_000_u32..)
        .filter(|it| it % 97 != 0)
        .take(130)
        .enumerate()
    {
        let dossier = client(&w, number).await;
        let start = if place % 10 == 0 {
            "2025-02-01"
        } else {
            "2025-03-01"
        };
        made.insert((dossier, w.register(&w.an, dossier, start).await));
    }
    let id = w.mandate().await;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = list(&w, Some(id), Shown::Ongoing, after.as_ref()).await;
        assert!(page.rows.len() <= 50);
        found.extend(page.rows.into_iter().map(|row| {
            (
                row.line.start,
                row.pseudonym,
                row.line.dossier,
                row.line.step,
            )
        }));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let shown: BTreeSet<_> = found
        .iter()
        .map(|(.., dossier, step)| (*dossier, *step))
        .collect();
    assert_eq!(shown, made);
    assert_eq!(found.len(), made.len(), "none twice");
    assert!(found.is_sorted_by(|a, b| a.0 > b.0 || (a.0 == b.0 && a.1 < b.1)));
}

#[tokio::test]
async fn g2_figures_are_whole_for_who_may_see_them_and_stand_still_all_month() {
    let w = world().await;
    let mut numbers = 61_001_000_u32..;
    for place in 0..26 {
        let dossier = client(&w, numbers.next().unwrap()).await;
        let step = w.register(&w.an, dossier, "2025-03-03").await;
        if place < 12 {
            w.end(&w.an, dossier, step, "2025-04-30").await;
        }
    }
    for _ in 0..3 {
        let dossier = w
            .client(&numbers.next().unwrap().to_string(), "Lien", "Claes")
            .await;
        w.grant_to(dossier, &w.b).await;
        w.register(&w.carla, dossier, "2025-04-01").await;
    }
    let report = async |actor, wish: ReportWish| w.casework.report(actor, &wish).await;
    // As it stood at the end of April: all of this was registered in May.
    let found = report(&w.system, ReportWish::default()).await.unwrap();
    assert_eq!(found.stands_on, day("2025-04-30"));
    assert_eq!(found.report.unwrap().total, None);
    w.clock.set(at("2025-06-01T00:00:00+02:00"));
    let found = report(&w.system, ReportWish::default()).await.unwrap();
    assert_eq!(found.year, SchoolYear::parse("2024-2025"));
    let all = found.report.unwrap();
    assert_eq!(
        (all.total, all.ongoing, all.ended),
        (Some(29), Some(17), Some(12))
    );
    // Nobody has a negative result, and that stays between them.
    assert!(all.results.iter().all(|row| row.count.is_none()));
    let shown: BTreeMap<_, _> = all.organisations.iter().cloned().collect();
    // The 3 of B are hidden, and A's 26 with them.
    assert_eq!(shown["Leerhuis De Brug"], None);
    assert_eq!(shown["Werkatelier Noord"], None);

    // What is registered in June shows in July.
    let dossier = client(&w, numbers.next().unwrap()).await;
    w.register(&w.an, dossier, "2025-06-01").await;
    let again = report(&w.system, ReportWish::default())
        .await
        .unwrap()
        .report
        .unwrap();
    assert_eq!(again, all);

    // A manager sees the own organisation's, a controller what lies whole within the mandate.
    let own = report(&w.manager, ReportWish::default()).await.unwrap();
    assert!(own.own_only);
    assert_eq!(own.report.unwrap().total, Some(26));
    let none = report(&w.controller, ReportWish::default()).await.unwrap();
    assert!(none.report.is_none());
    w.mandate().await;
    let within = report(&w.controller, ReportWish::default()).await.unwrap();
    assert_eq!(
        within.report.unwrap(),
        all,
        "the same figures, whoever asks"
    );
    give(
        &w,
        terms(("2024-10-01", "2025-08-31"), ("2025-05-28", "2025-07-31")),
    )
    .await;
    w.clock.advance(1);
    let partly = give(
        &w,
        terms(("2024-10-01", "2025-08-31"), ("2025-05-28", "2025-07-31")),
    )
    .await;
    let wish = ReportWish {
        mandate: Some(partly),
        ..ReportWish::default()
    };
    assert!(report(&w.controller, wish).await.unwrap().years.is_empty());
    let wish = ReportWish {
        year: SchoolYear::parse("2019-2020"),
        ..ReportWish::default()
    };
    assert!(matches!(
        report(&w.system, wish).await,
        Err(Failure::NotFound)
    ));
    for never in [&w.an, &w.coach, &w.mediator, &w.lotte, &w.privacy_officer] {
        let refused = report(never, ReportWish::default()).await;
        assert!(matches!(refused, Err(Failure::Denied(Denied::Function))));
    }
}
