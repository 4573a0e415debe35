//! A test for each rule that values alone decide. The rules that only a store, a use case or a page
//! can show are named in `every_rule_has_a_test`, with the file that shows them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use domain::actions::{ActionDetails, Presence};
use domain::catalogue::{ActionKindCode, EligibilityRule};
use domain::eligibility::{self, Verdict};
use domain::grants::{self, Grant};
use domain::ids::*;
use domain::people::Role;
use domain::policy::{self, Denied, DossierFacts, Operation};
use domain::refusal::{Field, FinalKind, NamedAction, Refusal, Refusals};
use domain::steps::removal::{self, Decision};
use domain::steps::{OutcomeFacts, State, Step, addendum, cancel, change, end, register};
use domain::studies::{self, Certificate, Provenance, StudyFacts};

const START: &str = "2025-05-01";
const TODAY: &str = "2025-05-28";

fn refused<T: std::fmt::Debug>(answer: Result<T, Refusals>) -> Vec<Refusal> {
    answer.expect_err("refused").into_iter().collect()
}

fn ended_line(desk: &Desk) -> Step {
    let line = desk.line(START);
    let with = ending("2025-05-20", "P1");
    let now = stamp("2025-05-28T10:00:00+02:00");
    end::end(
        line.ongoing().unwrap(),
        terms(START),
        with,
        now,
        &desk.setting(),
    )
    .unwrap()
    .step
}

// ------------------------------------------------------------------ eligibility

#[test]
fn e1_a_diploma_before_or_on_the_start_day_blocks_and_is_named() {
    let mut desk = Desk::on(TODAY);
    for obtained in ["2024-06-30", START] {
        desk.studies = vec![second_grade(), diploma(obtained)];
        let refusal = Refusal::HoldsDiploma {
            study: "Technisch secundair onderwijs - 3de graad".into(),
            obtained: Some(day(obtained)),
        };
        assert_eq!(refused(desk.register(START)), [refusal]);
    }
}

#[test]
fn e1_a_diploma_without_a_date_blocks_until_the_date_is_known() {
    let mut desk = Desk::on(TODAY);
    desk.studies = vec![study(1, None, Some(Certificate::SecondaryDiploma))];
    assert!(matches!(
        refused(desk.register(START)).as_slice(),
        [Refusal::HoldsDiploma { obtained: None, .. }]
    ));
}

#[test]
fn e2_a_study_of_the_second_grade_does_not_block() {
    let desk = Desk::on("2025-06-20");
    let checked = desk.register("2025-06-17").unwrap().checked.unwrap();
    assert_eq!(checked.verdict, Verdict::NoDiplomaFound);
    assert_eq!(
        second_grade().details.title(),
        "Technisch secundair onderwijs - 2de graad: Toerisme, recreatie en sport"
    );
}

#[test]
fn e3_higher_and_recognised_foreign_diplomas_block_too() {
    let mut desk = Desk::on(TODAY);
    for certificate in [Certificate::HigherDiploma, Certificate::ForeignRecognised] {
        desk.studies = vec![study(1, Some("2024-06-30"), Some(certificate))];
        assert_eq!(
            refused(desk.register(START)).first().map(Refusal::rule),
            Some("E1")
        );
    }
}

#[test]
fn e3_a_diploma_obtained_after_the_start_does_not_block_and_is_shown() {
    let mut desk = Desk::on(TODAY);
    desk.studies = vec![diploma("2025-05-02")];
    assert!(desk.register(START).is_ok());
    let shown: Vec<_> = eligibility::obtained_later(day(START), &desk.studies).collect();
    assert_eq!(shown, [&diploma("2025-05-02")]);
}

#[test]
fn e4_without_a_study_the_user_declares_to_have_checked_it_with_the_client() {
    let mut desk = Desk::on(TODAY);
    desk.studies.clear();
    assert_eq!(refused(desk.register(START)), [Refusal::DeclarationNeeded]);
    let mut declared = terms(START);
    declared.declared_no_diploma = true;
    let now = stamp("2025-05-28T10:00:00+02:00");
    let done = register::register(new_line(1, declared), now, &desk.setting()).unwrap();
    assert_eq!(
        done.checked.unwrap().verdict,
        Verdict::DeclaredWithoutStudies
    );
}

#[test]
fn e5_a_diploma_recorded_later_that_was_held_at_the_start_is_found() {
    let rules = [EligibilityRule::NoUpperSecondaryDiplomaAtStart];
    let held = diploma("2024-06-30");
    let later = diploma("2025-06-30");
    let found = |study| eligibility::diploma_against(&rules, day(START), &[second_grade(), study]);
    assert_eq!(found(held.clone()), Some(held.id));
    assert_eq!(found(later), None);
}

#[test]
fn e6_only_a_diploma_excludes() {
    let mut desk = Desk::on(TODAY);
    for certificate in Certificate::ALL {
        desk.studies = vec![study(1, Some("2024-06-30"), Some(*certificate))];
        let excludes = matches!(
            certificate,
            Certificate::SecondaryDiploma
                | Certificate::HigherDiploma
                | Certificate::ForeignRecognised
        );
        assert_eq!(
            desk.register(START).is_err(),
            excludes,
            "{}",
            certificate.label()
        );
    }
}

#[test]
fn e7_the_check_keeps_the_records_and_their_provenance() {
    let mut desk = Desk::on(TODAY);
    let mut seen = second_grade();
    seen.details.provenance = Provenance::PaperVerified;
    desk.studies = vec![seen.clone()];
    let checked = desk.register(START).unwrap().checked.unwrap();
    assert_eq!(checked.start, day(START));
    let kept = checked.seen.first().unwrap();
    assert_eq!(
        (kept.study, kept.provenance),
        (seen.id, Provenance::PaperVerified)
    );
    assert_eq!(kept.title, seen.details.title());
}

// ------------------------------------------------------------------ registering

#[test]
fn s2_the_fields_of_the_screen_stand_in_the_line() {
    let desk = Desk::on(TODAY);
    let mut agreed = terms(START);
    agreed.summary = Some(summary("Kennismaking"));
    let now = stamp("2025-05-28T10:00:00+02:00");
    let line = register::register(new_line(1, agreed.clone()), now, &desk.setting())
        .unwrap()
        .step;
    assert_eq!((line.start, &line.funding), (agreed.start, &agreed.funding));
    assert_eq!(
        (&line.requester, &line.provider),
        (&agreed.requester, &agreed.provider)
    );
    assert_eq!(
        (line.summary, line.state, line.version),
        (agreed.summary, State::Ongoing, 1)
    );
}

#[test]
fn s3_a_line_is_ongoing_ended_or_cancelled_and_a_final_one_says_which() {
    let desk = Desk::on(TODAY);
    let line = desk.line(START);
    assert!(line.ongoing().is_ok());
    let ended = ended_line(&desk);
    assert_eq!(
        ended.ongoing().unwrap_err(),
        Refusal::Final(FinalKind::Ended)
    );
    let now = stamp("2025-05-28T10:00:00+02:00");
    let gone = cancel::cancel(line.ongoing().unwrap(), note("Fout"), false, &[], now).unwrap();
    assert_eq!(
        gone.ongoing().unwrap_err(),
        Refusal::Final(FinalKind::Cancelled)
    );
}

#[test]
fn s4_the_start_is_the_day_of_the_agreement_as_given() {
    assert_eq!(Desk::on(TODAY).line("2025-05-28").start, day("2025-05-28"));
}

#[test]
fn s5_only_a_number_of_the_step_type_that_is_valid_on_the_start_can_be_chosen() {
    let desk = Desk::on(TODAY);
    let mut legacy = terms(START);
    legacy.funding = domain::catalogue::FundingCode::parse("11TJ007").unwrap();
    let now = stamp("2025-05-28T10:00:00+02:00");
    let answer = register::register(new_line(1, legacy), now, &desk.setting());
    assert_eq!(
        refused(answer),
        [Refusal::FundingNotValid { start: day(START) }]
    );
}

#[test]
fn s6_requester_and_provider_are_by_default_the_own_unit_and_name() {
    let me = actor(Role::Counsellor, 1);
    let party = me.as_party().unwrap();
    assert_eq!((party.unit, party.person), (unit(1), me.person));
}

#[test]
fn s6_one_of_the_two_is_of_the_own_organisation() {
    let desk = Desk::on(TODAY);
    let mut theirs = terms(START);
    theirs.requester = party(2);
    theirs.provider = party(3);
    let now = stamp("2025-05-28T10:00:00+02:00");
    let answer = register::register(new_line(1, theirs), now, &desk.setting());
    assert_eq!(refused(answer), [Refusal::NotOurGuidance]);
}

#[test]
fn s7_the_start_is_on_or_after_1_september_2023() {
    let desk = Desk::on(TODAY);
    let first = day("2023-09-01");
    assert_eq!(
        refused(desk.register("2023-08-31")),
        [Refusal::StartTooEarly { first }]
    );
    assert!(desk.register("2023-09-01").is_ok());
}

#[test]
fn s7_the_start_is_not_in_the_future_and_not_before_birth() {
    let desk = Desk::on(TODAY);
    assert!(desk.register(TODAY).is_ok());
    let today = day(TODAY);
    assert_eq!(
        refused(desk.register("2025-05-29")),
        [Refusal::StartInFuture { today }]
    );
    let birth = day("2008-03-17");
    let refusals = refused(desk.register("2008-03-16"));
    assert!(
        refusals.contains(&Refusal::StartBeforeBirth { birth }),
        "{refusals:?}"
    );
}

#[test]
fn s8_a_second_ongoing_line_at_the_same_provider_is_refused_and_names_the_first() {
    let mut desk = Desk::on(TODAY);
    let first = desk.line(START);
    desk.others = vec![first.span()];
    let answer = register::register(
        new_line(2, terms("2025-05-10")),
        stamp("2025-05-28T10:00:00+02:00"),
        &desk.setting(),
    );
    let refusal = Refusal::AlreadyOngoing {
        step: first.id,
        start: day(START),
    };
    assert_eq!(refused(answer), [refusal]);
}

#[test]
fn s8_periods_do_not_overlap_but_may_touch_on_one_day() {
    let mut desk = Desk::on(TODAY);
    let ended = ended_line(&desk);
    desk.others = vec![ended.span()];
    let again = |start: &str| {
        let now = stamp("2025-05-28T10:00:00+02:00");
        register::register(new_line(2, terms(start)), now, &desk.setting())
    };
    assert!(again("2025-05-20").is_ok());
    assert!(matches!(
        refused(again("2025-05-19")).as_slice(),
        [Refusal::PeriodOverlaps { end: Some(_), .. }]
    ));
}

#[test]
fn s8_the_same_guidance_elsewhere_is_no_obstacle_and_is_found_for_the_warning() {
    let mut desk = Desk::on(TODAY);
    let mut theirs = desk.line(START);
    theirs.provider = party(2);
    theirs.requester = party(2);
    desk.others = vec![theirs.span()];
    let now = stamp("2025-05-28T10:00:00+02:00");
    assert!(register::register(new_line(2, terms(START)), now, &desk.setting()).is_ok());
    let own = OrganisationId(id(1));
    let code = oal();
    let found: Vec<_> = domain::steps::ongoing_elsewhere(&code, own, &desk.others)
        .map(|it| it.step)
        .collect();
    assert_eq!(found, [theirs.id]);
}

#[test]
fn s9_the_listed_date_goes_with_the_state() {
    let desk = Desk::on(TODAY);
    assert_eq!(desk.line(START).listed_on(), day(START));
    assert_eq!(ended_line(&desk).listed_on(), day("2025-05-20"));
}

#[test]
fn s10_a_change_says_field_by_field_what_was_before_and_after() {
    let desk = Desk::on(TODAY);
    let line = desk.line(START);
    let mut agreed = terms(START);
    agreed.summary = Some(summary("Tweede gesprek"));
    agreed.provider = party(2);
    let changed = change::change(line.ongoing().unwrap(), agreed, &desk.setting()).unwrap();
    let fields: Vec<_> = changed.changes.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["provider", "summary"]);
    let last = changed.changes.last().unwrap();
    assert_eq!(
        (last.before.as_deref(), last.after.as_deref()),
        (None, Some("Tweede gesprek"))
    );
    assert_eq!(changed.step.version, line.version + 1);
    let same = change::change(line.ongoing().unwrap(), terms(START), &desk.setting()).unwrap();
    assert!(same.changes.is_empty());
}

#[test]
fn s11_a_wrong_start_can_be_corrected_unless_an_action_lies_before_the_new_one() {
    let mut desk = Desk::on(TODAY);
    let line = desk.line(START);
    desk.actions = vec![action("2025-05-05")];
    let to = |start: &str| change::change(line.ongoing().unwrap(), terms(start), &desk.setting());
    assert_eq!(to("2025-05-05").unwrap().step.start, day("2025-05-05"));
    let named = NamedAction {
        day: day("2025-05-05"),
        kind: "Individueel gesprek".into(),
    };
    assert_eq!(
        refused(to("2025-05-06")),
        [Refusal::ActionsBeforeStart(vec![named])]
    );
}

#[test]
fn s11_a_corrected_start_is_checked_again_for_a_diploma() {
    let mut desk = Desk::on(TODAY);
    let line = desk.line(START);
    desk.studies = vec![diploma("2025-05-10")];
    let answer = change::change(
        line.ongoing().unwrap(),
        terms("2025-05-12"),
        &desk.setting(),
    );
    assert_eq!(refused(answer).first().map(Refusal::rule), Some("E1"));
    let checked = change::change(
        line.ongoing().unwrap(),
        terms("2025-05-02"),
        &desk.setting(),
    );
    assert_eq!(checked.unwrap().checked.unwrap().start, day("2025-05-02"));
}

#[test]
fn s12_straight_as_ended_needs_both_dates_and_a_result() {
    let desk = Desk::on(TODAY);
    let command = new_line(1, terms(START));
    let no_end = register::check_ended(&command, None, &desk.setting());
    assert_eq!(refused(no_end), [Refusal::Empty(Field::End)]);
    let now = stamp("2025-05-28T10:00:00+02:00");
    let mut with = ending("2025-05-20", "P1");
    with.reason = None;
    let no_result = register::register_ended(command.clone(), with, now.clone(), &desk.setting());
    assert_eq!(refused(no_result), [Refusal::NotChosen(Field::Reason)]);
    let with = ending("2025-05-20", "P1");
    let line = register::register_ended(command, with, now, &desk.setting())
        .unwrap()
        .step;
    assert!(matches!(line.state, State::Ended(_)));
}

#[test]
fn s12_straight_as_cancelled_is_refused() {
    assert!(register::refuse_cancelled().contains(&Refusal::NothingToCancel));
}

#[test]
fn s13_a_start_more_than_31_days_ago_asks_for_a_reason() {
    let desk = Desk::on(TODAY);
    let without_reason = |start: &str| {
        let mut agreed = terms(start);
        agreed.late_reason = None;
        let now = stamp("2025-05-28T10:00:00+02:00");
        register::register(new_line(1, agreed), now, &desk.setting())
    };
    assert!(without_reason("2025-04-27").is_ok(), "31 days");
    let refusal = Refusal::LateReasonNeeded { days: 31 };
    assert_eq!(refused(without_reason("2025-04-26")), [refusal]);
}

#[test]
fn s13_the_funding_number_stays_once_there_are_actions() {
    let mut desk = Desk::on(TODAY);
    let mut line = desk.line(START);
    line.funding = domain::catalogue::FundingCode::parse("11TJ007").unwrap();
    assert!(change::change(line.ongoing().unwrap(), terms(START), &desk.setting()).is_ok());
    desk.actions = vec![action("2025-05-05")];
    let answer = change::change(line.ongoing().unwrap(), terms(START), &desk.setting());
    assert_eq!(refused(answer), [Refusal::FundingFixedByActions]);
}

// ------------------------------------------------------------------ actions

fn details(on: &str, minutes: u16) -> ActionDetails {
    ActionDetails {
        day: day(on),
        kind: ActionKindCode::parse("GESPREK").unwrap(),
        minutes,
        presence: Presence::Present,
        place: None,
        note: None,
    }
}

#[test]
fn a1_actions_lie_from_the_start_on_and_both_days_count() {
    let desk = Desk::on(TODAY);
    let line = desk.line(START);
    let check = |on| domain::actions::check(line.ongoing().unwrap(), &details(on, 30), desk.today);
    assert!(check(START).is_ok());
    let start = day(START);
    assert_eq!(
        refused(check("2025-04-30")),
        [Refusal::ActionBeforeStart { start }]
    );
}

#[test]
fn a2_an_action_is_not_in_the_future_and_lasts_5_to_720_minutes() {
    let desk = Desk::on(TODAY);
    let line = desk.line(START);
    let check = |on, minutes| {
        domain::actions::check(line.ongoing().unwrap(), &details(on, minutes), desk.today)
    };
    assert!(check(TODAY, 5).is_ok() && check(TODAY, 720).is_ok());
    let today = day(TODAY);
    assert_eq!(
        refused(check("2025-05-29", 30)),
        [Refusal::ActionInFuture { today }]
    );
    for minutes in [4, 721] {
        let refusal = Refusal::DurationOutOfRange {
            least: 5,
            most: 720,
        };
        assert_eq!(refused(check(TODAY, minutes)), [refusal]);
    }
}

#[test]
fn a3_ending_before_the_last_action_is_refused_and_names_it() {
    let mut desk = Desk::on(TODAY);
    let line = desk.line(START);
    desk.actions = vec![action("2025-05-05"), action("2025-05-21")];
    let on = |end: &str| {
        let setting = desk.setting();
        end::check(
            line.ongoing().unwrap(),
            terms(START),
            Some(day(end)),
            &setting,
        )
    };
    assert!(on("2025-05-21").is_ok(), "the end day counts in");
    let named = NamedAction {
        day: day("2025-05-21"),
        kind: "Individueel gesprek".into(),
    };
    assert_eq!(
        refused(on("2025-05-20")),
        [Refusal::ActionsAfterEnd(vec![named])]
    );
}

#[test]
fn a4_a_final_line_gives_nothing_to_check_an_action_against() {
    let ended = ended_line(&Desk::on(TODAY));
    assert_eq!(
        ended.ongoing().unwrap_err(),
        Refusal::Final(FinalKind::Ended)
    );
}

// ------------------------------------------------------------------ cancelling

#[test]
fn c1_a_cancelled_line_is_not_listed_and_keeps_who_and_why() {
    let line = Desk::on(TODAY).line(START);
    let now = stamp("2025-05-28T10:00:00+02:00");
    let gone = cancel::cancel(
        line.ongoing().unwrap(),
        note("Verkeerde jongere"),
        false,
        &[],
        now,
    );
    let gone = gone.unwrap();
    assert!(!gone.is_listed());
    let State::Cancelled(kept) = gone.state else {
        panic!("not cancelled")
    };
    assert_eq!(kept.reason.as_str(), "Verkeerde jongere");
    assert_eq!(kept.stamp.by, PersonId(id(201)));
}

#[test]
fn c2_a_line_with_actions_is_cancelled_only_after_the_confirmation_that_lists_them() {
    let line = Desk::on(TODAY).line(START);
    let actions = [action("2025-05-05")];
    let now = stamp("2025-05-28T10:00:00+02:00");
    let try_with = |confirmed| {
        let ongoing = line.ongoing().unwrap();
        cancel::cancel(ongoing, note("Fout"), confirmed, &actions, now.clone())
    };
    let named = vec![actions[0].named()];
    assert_eq!(
        refused(try_with(false)),
        [Refusal::ActionsWillBeVoided(named)]
    );
    assert!(try_with(true).is_ok());
}

// ------------------------------------------------------------------ ending

#[test]
fn r1_the_first_screen_needs_an_end_and_ends_nothing() {
    let desk = Desk::on(TODAY);
    let line = desk.line(START);
    let none = end::check(line.ongoing().unwrap(), terms(START), None, &desk.setting());
    assert_eq!(refused(none), [Refusal::Empty(Field::End)]);
    let fine = end::check(
        line.ongoing().unwrap(),
        terms(START),
        Some(day(TODAY)),
        &desk.setting(),
    );
    assert_eq!(fine.unwrap().step.state, State::Ongoing);
}

fn end_with(with: end::EndWith) -> Result<Step, Refusals> {
    let desk = Desk::on(TODAY);
    let line = desk.line(START);
    let now = stamp("2025-05-28T10:00:00+02:00");
    end::end(
        line.ongoing().unwrap(),
        terms(START),
        with,
        now,
        &desk.setting(),
    )
    .map(|changed| changed.step)
}

#[test]
fn r2_the_code_follows_from_the_reason() {
    for (reason, code) in [
        ("P1", "POSITIEF"),
        ("P2", "POSITIEF"),
        ("P3", "POSITIEF"),
        ("N1", "NEGATIEF"),
        ("N2", "NEGATIEF"),
    ] {
        let State::Ended(found) = end_with(ending(TODAY, reason)).unwrap().state else {
            panic!("not ended")
        };
        assert_eq!(found.result, result(code), "{reason}");
        let mut other = ending(TODAY, reason);
        other.result = Some(result(if code == "POSITIEF" {
            "NEGATIEF"
        } else {
            "POSITIEF"
        }));
        assert_eq!(
            refused(end_with(other)).first().map(Refusal::rule),
            Some("R2")
        );
    }
}

#[test]
fn r2_another_reason_takes_either_code_and_a_note() {
    let mut with = ending(TODAY, "ANDER_VERHUISD");
    assert!(refused(end_with(with.clone())).contains(&Refusal::NotChosen(Field::Result)));
    with.result = Some(result("NEGATIEF"));
    assert_eq!(refused(end_with(with.clone())), [Refusal::ResultNoteNeeded]);
    with.note = Some(note("Verhuisd naar Luik"));
    assert!(end_with(with.clone()).is_ok());
    with.result = Some(result("POSITIEF"));
    assert!(end_with(with).is_ok());
}

#[test]
fn r2_the_facts_are_kept_with_what_the_reason_says_itself() {
    let mut with = ending(TODAY, "N2");
    with.facts.has_work = true;
    let State::Ended(found) = end_with(with).unwrap().state else {
        panic!("not ended")
    };
    let expected = OutcomeFacts {
        in_education: true,
        has_work: true,
        qualification: false,
        stopped_for_absence: true,
    };
    assert_eq!(found.facts, expected);
}

#[test]
fn r2_facts_that_contradict_the_reason_are_refused() {
    let mut with = ending(TODAY, "N1");
    with.facts.has_work = true;
    assert_eq!(refused(end_with(with)), [Refusal::FactsContradict]);
}

#[test]
fn r2_the_proposal_follows_the_table() {
    let catalogue = catalogue();
    let set = catalogue.result_set(&catalogue.step_type(&oal()).unwrap().result_set);
    // (stopped for absence, in education, work, qualification) and what is proposed.
    for (m, e, w, q, proposed) in [
        (true, true, false, false, "N2"),
        (true, false, false, false, "N1"),
        (true, false, true, false, "P2"),
        (true, false, true, true, "P3"),
        (true, false, false, true, "P3"),
        (false, true, true, true, "P1"),
        (false, false, true, false, "P2"),
        (false, false, true, true, "P3"),
        (false, false, false, true, "P3"),
        (false, false, false, false, "N1"),
    ] {
        let facts = OutcomeFacts {
            in_education: e,
            has_work: w,
            qualification: q,
            stopped_for_absence: m,
        };
        let row = end::propose(set, facts).unwrap();
        assert_eq!(row.reason.as_str(), proposed, "{facts:?}");
    }
}

#[test]
fn r3_a_line_ended_on_28_may_takes_an_addendum_until_11_june() {
    let desk = Desk::on(TODAY);
    let ended = ended_line(&desk);
    let append =
        |when: &str| addendum::append(&ended, 1, summary("Nog dit"), stamp(when), &desk.catalogue);
    assert!(append("2025-06-11T23:59:59+02:00").is_ok());
    let last_day = day("2025-06-11");
    let refusal = Refusal::AddendumWindowClosed { last_day };
    assert_eq!(refused(append("2025-06-12T00:00:00+02:00")), [refusal]);
}

#[test]
fn r3_only_an_ended_line_takes_an_addendum() {
    let desk = Desk::on(TODAY);
    let now = stamp("2025-05-28T10:00:00+02:00");
    let answer = addendum::append(&desk.line(START), 1, summary("x"), now, &desk.catalogue);
    assert_eq!(refused(answer), [Refusal::NotChosen(Field::Addendum)]);
}

#[test]
fn r4_the_end_is_not_before_the_start_and_not_in_the_future() {
    let start = day(START);
    let today = day(TODAY);
    assert!(end_with(ending(START, "P1")).is_ok(), "the same day");
    assert!(end_with(ending(TODAY, "P1")).is_ok());
    let early = refused(end_with(ending("2025-04-30", "P1")));
    assert_eq!(early, [Refusal::EndBeforeStart { start }]);
    let late = refused(end_with(ending("2025-05-29", "P1")));
    assert_eq!(late, [Refusal::EndInFuture { today }]);
}

#[test]
fn r5_the_label_of_the_result_stands_in_the_programme() {
    let catalogue = catalogue();
    let set = catalogue.result_set(&catalogue.step_type(&oal()).unwrap().result_set);
    assert_eq!(set.result_label(&result("POSITIEF")), "Positief resultaat");
    assert_eq!(set.result_label(&result("NEGATIEF")), "Negatief resultaat");
}

#[test]
fn r6_the_coach_removes_an_ended_line_and_it_is_out_of_sight() {
    let ended = ended_line(&Desk::on(TODAY));
    let asked = stamp("2025-05-28T11:00:00+02:00");
    let request =
        removal::request(RemovalId(id(900)), &ended, note("Dubbel"), false, asked).unwrap();
    let mut coach = stamp("2025-05-28T12:00:00+02:00");
    coach.by = PersonId(id(999));
    let (decided, removed) = removal::remove(&request, &ended, coach.clone()).unwrap();
    assert!(!removed.is_listed());
    assert!(matches!(decided.decision, Some(Decision::Removed(_))));
    let again = removal::refuse(&decided, note("Te laat"), coach);
    assert_eq!(refused(again), [Refusal::RemovalAlreadyDecided]);
}

#[test]
fn r6_asker_and_coach_are_never_the_same_person() {
    let ended = ended_line(&Desk::on(TODAY));
    let me = stamp("2025-05-28T11:00:00+02:00");
    let request = removal::request(
        RemovalId(id(900)),
        &ended,
        note("Dubbel"),
        false,
        me.clone(),
    );
    let request = request.unwrap();
    assert_eq!(
        refused(removal::remove(&request, &ended, me.clone())),
        [Refusal::OwnRequest]
    );
    assert_eq!(
        refused(removal::refuse(&request, note("Nee"), me)),
        [Refusal::OwnRequest]
    );
}

#[test]
fn r6_only_an_ended_line_is_asked_about_and_only_once() {
    let desk = Desk::on(TODAY);
    let me = stamp("2025-05-28T11:00:00+02:00");
    let ask = |line: &Step, waiting| {
        removal::request(RemovalId(id(900)), line, note("Fout"), waiting, me.clone())
    };
    assert_eq!(
        refused(ask(&desk.line(START), false)),
        [Refusal::RemovalOnlyOfEnded]
    );
    assert_eq!(
        refused(ask(&ended_line(&desk), true)),
        [Refusal::RemovalAlreadyAsked]
    );
}

#[test]
fn t1_a_form_of_an_older_version_is_refused() {
    let line = Desk::on(TODAY).line(START);
    assert!(line.ongoing().unwrap().at_version(1).is_ok());
    assert_eq!(
        line.ongoing().unwrap().at_version(2).unwrap_err(),
        Refusal::ChangedMeanwhile
    );
}

// ------------------------------------------------------------------ access

fn grant(starts: &str, ends: Option<&str>, closes: Option<&str>, ended: bool) -> Grant {
    Grant {
        id: GrantId(id(700)),
        dossier: DossierId(id(1000)),
        organisation: OrganisationId(id(1)),
        starts: day(starts),
        ends: ends.map(day),
        closes: closes.map(day),
        ended,
    }
}

fn facts(grants: Vec<Grant>) -> DossierFacts {
    DossierFacts {
        dossier: DossierId(id(1000)),
        grants,
        removal_asked: false,
        correction_asked: false,
        others_only: false,
    }
}

#[test]
fn i1_opening_a_dossier_asks_for_a_grant_on_top_of_the_role() {
    let me = actor(Role::Counsellor, 1);
    let view = Operation::ViewDossier;
    let today = day(TODAY);
    let denied = policy::read(&me, view, &facts(Vec::new()), today).unwrap_err();
    assert_eq!(denied, Denied::Dossier);
    let held = facts(vec![grant("2025-01-01", None, None, false)]);
    assert!(policy::read(&me, view, &held, today).is_ok());
    let system = actor(Role::SystemManager, 1);
    assert_eq!(
        policy::read(&system, view, &held, today).unwrap_err(),
        Denied::Function
    );
}

#[test]
fn i2_a_dossier_that_is_assigned_to_others_is_closed_but_to_who_assigns() {
    let today = day(TODAY);
    let held = facts(vec![grant("2025-01-01", None, None, false)]);
    let others = DossierFacts {
        others_only: true,
        ..held.clone()
    };
    let me = actor(Role::Counsellor, 1);
    for operation in [
        Operation::ViewDossier,
        Operation::ChangeStep,
        Operation::HandOver,
    ] {
        assert!(policy::write(&me, operation, &held, today).is_ok());
        let denied = policy::write(&me, operation, &others, today).unwrap_err();
        assert_eq!(denied, Denied::Dossier, "{operation:?}");
    }
    let manager = actor(Role::Manager, 1);
    let assign = Operation::AssignDossiers;
    assert!(policy::write(&manager, assign, &others, today).is_ok());
    // Without a grant there is nothing to assign, and nobody else assigns.
    let none = facts(Vec::new());
    let denied = policy::write(&manager, assign, &none, today).unwrap_err();
    assert_eq!(denied, Denied::Dossier);
    let denied = policy::write(&me, assign, &held, today).unwrap_err();
    assert_eq!(denied, Denied::Function);
    // Lists of a counsellor are bounded by it, those of a manager are not.
    let bounds = |who| policy::permit(who, Operation::ViewCaseload).map(|it| it.narrows_to());
    assert_eq!(bounds(&me), Ok(Some(me.person)));
    assert_eq!(bounds(&manager), Ok(None));
}

#[test]
fn i2_a_grant_opens_from_its_first_to_its_last_day() {
    let held = grant("2025-05-28", Some("2025-06-30"), None, false);
    for (on, open) in [
        ("2025-05-27", false),
        ("2025-05-28", true),
        ("2025-06-30", true),
        ("2025-07-01", false),
    ] {
        assert_eq!(held.is_active(day(on)), open, "{on}");
    }
    assert!(
        !grant("2025-01-01", None, None, true).is_active(day(TODAY)),
        "ended by hand"
    );
}

#[test]
fn i2_it_ends_six_months_after_the_last_line_ended_when_nothing_is_ongoing() {
    let desk = Desk::on("2026-08-31");
    let mut ended = ended_line(&Desk::on(TODAY));
    if let State::Ended(ending) = &mut ended.state {
        ending.end = day("2026-08-31");
    }
    let own = OrganisationId(id(1));
    let closes = grants::closes_on(own, &[ended.span()], 6);
    assert_eq!(
        closes,
        Some(day("2027-02-28")),
        "clamped to the end of the month"
    );
    let ongoing = desk.line("2026-08-30");
    assert_eq!(
        grants::closes_on(own, &[ended.span(), ongoing.span()], 6),
        None
    );
    assert_eq!(
        grants::closes_on(OrganisationId(id(2)), &[ended.span()], 6),
        None
    );
    let held = Grant {
        closes,
        ..grant("2025-01-01", None, None, false)
    };
    assert!(held.is_active(day("2027-02-28")) && !held.is_active(day("2027-03-01")));
}

#[test]
fn i2_a_requester_or_provider_elsewhere_needs_a_grant_of_its_own() {
    let mut desk = Desk::on(TODAY);
    desk.provider_granted = false;
    let mut theirs = terms(START);
    theirs.provider = party(2);
    let now = stamp("2025-05-28T10:00:00+02:00");
    let answer = register::register(new_line(1, theirs), now, &desk.setting());
    let refusal = Refusal::PartyWithoutGrant {
        field: Field::Provider,
        unit: "HUIS 2".into(),
    };
    assert_eq!(refused(answer), [refusal]);
}

#[test]
fn i4_a_record_of_an_authentic_source_is_read_only() {
    let mut source = second_grade();
    source.details.provenance = Provenance::Authentic;
    let today = StudyFacts {
        today: day(TODAY),
        birth: day("2008-03-17"),
    };
    let corrected = second_grade().details;
    let answer = studies::check(Some(&source), &corrected, today);
    assert_eq!(refused(answer), [Refusal::AuthenticIsReadOnly]);
    assert!(studies::check(Some(&second_grade()), &corrected, today).is_ok());
    assert!(
        studies::check(None, &source.details, today).is_err(),
        "nobody types an authentic one"
    );
}

// ------------------------------------------------------------------ the list itself

/// The rules that values alone do not show, and where they are shown.
const ELSEWHERE: &[(&str, &str)] = &[
    ("S1", "../web/tests/all/bad_input.rs"),
    ("T2", "../casework/tests/all/two_at_once.rs"),
    ("I3", "../casework/tests/all/access.rs"),
];

const ALL: &str = "E1 E2 E3 E4 E5 E6 E7 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 A1 A2 A3 A4 C1 C2 \
                   R1 R2 R3 R4 R5 R6 T1 T2 I1 I2 I3 I4";

#[test]
fn every_rule_has_a_test() {
    let here = include_str!("rules.rs");
    for rule in ALL.split_whitespace() {
        let name = format!("fn {}_", rule.to_lowercase());
        let elsewhere = ELSEWHERE.iter().find(|(known, _)| *known == rule);
        let shown = match elsewhere {
            None => here.contains(&name),
            Some((_, file)) => {
                let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                std::fs::read_to_string(file).unwrap().contains(&name)
            }
        };
        assert!(shown, "{rule} has no test");
    }
}
