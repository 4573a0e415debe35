//! The shipped programme, and one wrong file for everything that can be wrong.

use super::*;
use crate::steps::OutcomeFacts;

const SHIPPED: &str = include_str!("../../../../catalogue/programmas.toml");

fn shipped() -> Catalogue {
    Catalogue::parse(SHIPPED).unwrap()
}

fn day(iso: &str) -> Day {
    Day::from_iso(iso).unwrap()
}

fn oal() -> StepTypeCode {
    StepTypeCode::parse("OND_OAL").unwrap()
}

fn reason(code: &str) -> ReasonCode {
    ReasonCode::parse(code).unwrap()
}

/// The only thing wrong with the shipped file once this piece of it reads otherwise.
fn problem(piece: &str, otherwise: &str) -> String {
    let problems = problems(piece, otherwise);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems[0].clone()
}

fn problems(piece: &str, otherwise: &str) -> Vec<String> {
    assert!(SHIPPED.contains(piece), "{piece}");
    let errors = Catalogue::parse(&SHIPPED.replacen(piece, otherwise, 1)).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn the_guidance_of_the_manual_is_in_the_shipped_file() {
    let catalogue = shipped();
    let kind = catalogue.step_type(&oal()).unwrap();
    assert_eq!(kind.name_long, "Onderwijs ondersteuning alternerend leren");
    assert_eq!(kind.name_list, "Onderwijs onderst alternerend leren");
    assert_eq!(kind.name_choice, "Onderwijs onderst. alternerend leren");
    assert_eq!(
        kind.eligibility,
        [EligibilityRule::NoUpperSecondaryDiplomaAtStart]
    );
    assert_eq!(
        (
            kind.addendum_days,
            kind.late_registration_days,
            kind.access_after_end_months
        ),
        (14, 31, 6)
    );
    assert!(kind.esf);
    assert_eq!(kind.actions.len(), 8);
    let talk = ActionKindCode::parse("GESPREK").unwrap();
    assert_eq!(kind.action(&talk).unwrap().label, "Individueel gesprek");
    assert_eq!(catalogue.action_kind(&talk), kind.action(&talk));
}

#[test]
fn a_step_type_is_offered_while_it_is_valid_and_active() {
    let catalogue = shipped();
    assert_eq!(
        catalogue.active_step_types(day("2023-08-31")),
        [] as [&StepType; 0]
    );
    assert_eq!(catalogue.active_step_types(day("2023-09-01")).len(), 1);

    let until = SHIPPED.replacen(
        "valid_from = 2023-09-01",
        "valid_from = 2023-09-01\nvalid_to = 2025-08-31",
        1,
    );
    let catalogue = Catalogue::parse(&until).unwrap();
    assert_eq!(catalogue.active_step_types(day("2025-08-31")).len(), 1);
    assert_eq!(catalogue.active_step_types(day("2025-09-01")).len(), 0);

    let set_aside = SHIPPED.replacen("active = true", "active = false", 1);
    let catalogue = Catalogue::parse(&set_aside).unwrap();
    assert_eq!(catalogue.active_step_types(day("2025-05-28")).len(), 0);
    assert!(catalogue.step_type(&oal()).is_some(), "old lines keep it");
    assert_eq!(catalogue.step_types().len(), 1);
}

#[test]
fn s5_only_numbers_of_the_step_type_that_are_valid_on_the_start_date_can_be_chosen() {
    let catalogue = shipped();
    let numbers = |catalogue: &Catalogue, kind: &StepTypeCode, start: &str| -> Vec<String> {
        catalogue
            .funding_for(kind, day(start))
            .iter()
            .map(|number| number.choice())
            .collect()
    };
    let choice = ["EEWG019 - Onderwijs onderst alternerend leren"];
    assert_eq!(numbers(&catalogue, &oal(), "2025-05-28"), choice);
    assert_eq!(numbers(&catalogue, &oal(), "2023-09-01"), choice);
    assert_eq!(numbers(&catalogue, &oal(), "2023-08-31"), [""; 0]);
    let other = StepTypeCode::parse("NAZORG").unwrap();
    assert_eq!(numbers(&catalogue, &other, "2025-05-28"), [""; 0]);

    let until = SHIPPED.replacen(
        "step_types = [\"OND_OAL\"]",
        "step_types = [\"OND_OAL\"]\nvalid_to = 2025-06-30",
        1,
    );
    let catalogue = Catalogue::parse(&until).unwrap();
    assert_eq!(numbers(&catalogue, &oal(), "2025-06-30"), choice);
    assert_eq!(numbers(&catalogue, &oal(), "2025-07-01"), [""; 0]);
}

#[test]
fn s5_a_number_of_the_past_is_known_but_not_offered() {
    let catalogue = shipped();
    let old = catalogue
        .funding(&FundingCode::parse("11TJ007").unwrap())
        .unwrap();
    assert!(!old.selectable);
    assert!(catalogue.funding_of(&oal()).all(|number| number != old));
    assert_eq!(catalogue.funding_of(&oal()).count(), 1);
}

#[test]
fn r2_the_screen_lists_negative_first_and_the_code_follows_from_the_reason() {
    let catalogue = shipped();
    let set = catalogue.result_set(&catalogue.step_type(&oal()).unwrap().result_set);
    let labels: Vec<_> = set.results.iter().map(|r| r.label.as_str()).collect();
    assert_eq!(labels, ["Negatief resultaat", "Positief resultaat"]);
    for (codes, label, polarity) in [
        (
            ["P1", "P2", "P3"].as_slice(),
            "Positief resultaat",
            Polarity::Positive,
        ),
        (
            ["N1", "N2"].as_slice(),
            "Negatief resultaat",
            Polarity::Negative,
        ),
    ] {
        for code in codes {
            let reason = set.reason(&reason(code)).unwrap();
            let Gives::Code(result) = &reason.gives else {
                panic!("{code} leaves the result open");
            };
            assert_eq!(set.result_label(result), label);
            assert_eq!(set.result(result).unwrap().polarity, polarity);
            assert!(!reason.note_required);
        }
    }
    let others: Vec<_> = set
        .reasons
        .iter()
        .filter(|reason| reason.gives == Gives::Either)
        .collect();
    assert_eq!(others.len(), 6);
    assert!(others.iter().all(|reason| reason.note_required));
    assert_eq!(set.reason_label(&reason("ANDER")), "Andere reden");
    assert_eq!(set.reason_label(&reason("WEG")), "WEG");
}

#[test]
fn r2_the_facts_propose_a_reason_by_the_table() {
    let catalogue = shipped();
    let set = catalogue.result_set(&catalogue.step_type(&oal()).unwrap().result_set);
    // Stopped for absence, in education, has work, qualification: reason, with a note or not.
    let table = [
        ("-...", "N1", false),
        ("-..q", "P3", false),
        ("-.w.", "P2", false),
        ("-.wq", "P3", false),
        ("-e..", "P1", false),
        ("-e.q", "P1", false),
        ("-ew.", "P1", false),
        ("-ewq", "P1", false),
        ("m...", "N1", false),
        ("m..q", "P3", true),
        ("m.w.", "P2", true),
        ("m.wq", "P3", true),
        ("me..", "N2", false),
        ("me.q", "N2", false),
        ("mew.", "N2", false),
        ("mewq", "N2", false),
    ];
    for (facts, code, note) in table {
        let row = set
            .proposals
            .iter()
            .find(|row| {
                row.fits(OutcomeFacts {
                    stopped_for_absence: facts.contains('m'),
                    in_education: facts.contains('e'),
                    has_work: facts.contains('w'),
                    qualification: facts.contains('q'),
                })
            })
            .unwrap();
        assert_eq!(
            (row.reason.as_str(), row.note_required),
            (code, note),
            "{facts}"
        );
    }
}

#[test]
fn r2_no_reason_can_be_chosen_from_a_set_that_does_not_exist() {
    let catalogue = shipped();
    let nowhere = catalogue.result_set(&ResultSetCode::parse("ELDERS").unwrap());
    assert!(nowhere.reasons.is_empty() && nowhere.results.is_empty());
}

#[test]
fn another_text_is_another_version() {
    let changed = Catalogue::parse(&format!("{SHIPPED}\n")).unwrap();
    assert_eq!(shipped().version(), shipped().version());
    assert_ne!(shipped().version(), changed.version());
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let errors = Catalogue::parse("# comment\n[[step_type]\n").unwrap_err();
    let told = errors.to_string();
    assert!(
        told.starts_with("the programme file is not usable:\n- line 2: this is no TOML: "),
        "{told}"
    );
}

#[test]
fn an_empty_file_is_no_programme() {
    let errors = Catalogue::parse("").unwrap_err();
    assert_eq!(
        errors.to_string(),
        "the programme file is not usable:\n- the file: there is no [[step_type]] with a code"
    );
}

#[test]
fn unknown_tables_and_keys_are_refused() {
    assert_eq!(
        problem("[[step_type]]", "[[steptype]]\n[[step_type]]"),
        "the file: unknown table 'steptype'; known are step_type, funding_number, action_kind and \
         result_set"
    );
    let told = problem("esf = true", "esf = true\nesff = true");
    assert!(
        told.starts_with("step_type 'OND_OAL': unknown field `esff`, expected one of `code`, "),
        "{told}"
    );
    let told = problem(
        "polarity = \"negative\"",
        "polarity = \"negative\"\nsort = 1",
    );
    assert!(
        told.starts_with("result_set 'POSNEG', result 'NEGATIEF': unknown field `sort`"),
        "{told}"
    );
    let told = problem("code = \"POSNEG\"", "code = \"POSNEG\"\nsort = 1");
    assert!(
        told.starts_with("result_set 'POSNEG': unknown field `sort`"),
        "{told}"
    );
}

#[test]
fn missing_keys_and_values_of_another_kind_are_named() {
    assert_eq!(
        problem("addendum_days = 14\n", ""),
        "step_type 'OND_OAL': missing field `addendum_days`"
    );
    assert_eq!(
        problem("addendum_days = 14", "addendum_days = \"14\""),
        "step_type 'OND_OAL': invalid type: string \"14\", expected i64 in `addendum_days`"
    );
    let told = problem("valid_from = 2023-09-01", "valid_from = \"2023-09-01\"");
    assert!(
        told.starts_with("step_type 'OND_OAL': ") && told.ends_with("in `valid_from`"),
        "{told}"
    );
    let told = problems("code = \"VORMING\"\n", "");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], "action_kind number 7: missing field `code`");
    // The step type names it, so it is missed there too.
    assert!(told[1].starts_with("step_type 'OND_OAL', key 'actions'"));
}

#[test]
fn codes_are_well_built_and_given_once() {
    assert_eq!(
        problem("code = \"11TJ007\"", "code = \"11-TJ-007\""),
        "funding_number '11-TJ-007', key 'code': a code has 1 to 32 characters out of A-Z, 0-9 and _"
    );
    for (code, twice, told) in [
        ("\"11TJ007\"", "\"EEWG019\"", "funding_number 'EEWG019'"),
        (
            "\"P2\"\nlabel",
            "\"P1\"\nlabel",
            "result_set 'POSNEG', reason 'P1'",
        ),
    ] {
        let told = format!("{told}, key 'code': this code is given to more than one entry");
        assert!(problems(code, twice).contains(&told), "{told}");
    }
    assert_eq!(
        problem(
            "[[action_kind]]",
            "[[action_kind]]\ncode = \"GROEP\"\nlabel = \"Groep\"\n\n[[action_kind]]"
        ),
        "action_kind 'GROEP', key 'code': this code is given to more than one entry"
    );
}

#[test]
fn what_is_referred_to_has_to_exist() {
    assert_eq!(
        problem("result_set = \"POSNEG\"", "result_set = \"JANEE\""),
        "step_type 'OND_OAL', key 'result_set': there is no result_set 'JANEE'; known are POSNEG"
    );
    assert_eq!(
        problem(
            "step_types = [\"OND_OAL\"]",
            "step_types = [\"OND_OAL\", \"NAZORG\"]"
        ),
        "funding_number 'EEWG019', key 'step_types': there is no step_type 'NAZORG'; known are OND_OAL"
    );
    assert_eq!(
        problem("    \"VORMING\",", "    \"VORMINGEN\","),
        "step_type 'OND_OAL', key 'actions': there is no action_kind 'VORMINGEN'; known are \
         GESPREK, GROEP, WERKPLEK, SCHOOL, OUDER, OP_AFSTAND, VORMING, ANDERE"
    );
    assert_eq!(
        problem("gives = \"POSITIEF\"", "gives = \"POSITEIF\""),
        "result_set 'POSNEG', reason 'P1', key 'gives': there is no result 'POSITEIF'; known are \
         NEGATIEF, POSITIEF"
    );
    assert!(
        problem("reason = \"N2\"", "reason = \"N3\"").starts_with(
            "result_set 'POSNEG', proposal number 1, key 'reason': there is no reason 'N3'; known are P1"
        )
    );
    assert_eq!(
        problem("no_upper_secondary_diploma_at_start", "younger_than_25"),
        "step_type 'OND_OAL', key 'eligibility': unknown 'younger_than_25'; known are \
         no_upper_secondary_diploma_at_start"
    );
}

#[test]
fn days_and_windows_make_sense() {
    assert_eq!(
        problem(
            "valid_from = 2023-09-01",
            "valid_from = 2023-09-01\nvalid_to = 2023-08-31"
        ),
        "step_type 'OND_OAL', key 'valid_to': 2023-08-31 is before valid_from 2023-09-01"
    );
    assert_eq!(
        problem(
            "valid_from = 2023-09-01",
            "valid_from = 2023-09-01T10:00:00Z"
        ),
        "step_type 'OND_OAL', key 'valid_from': 2023-09-01T10:00:00Z is not a day like 2023-09-01"
    );
    assert_eq!(
        problem("addendum_days = 14", "addendum_days = 1400"),
        "step_type 'OND_OAL', key 'addendum_days': 1400 is not between 0 and 366"
    );
    assert_eq!(
        problem("late_registration_days = 31", "late_registration_days = -1"),
        "step_type 'OND_OAL', key 'late_registration_days': -1 is not between 0 and 3660"
    );
    assert_eq!(
        problem(
            "access_after_end_months = 6",
            "access_after_end_months = 121"
        ),
        "step_type 'OND_OAL', key 'access_after_end_months': 121 is not between 0 and 120"
    );
    assert_eq!(
        problem("label = \"Vorming\"", "label = \" \""),
        "action_kind 'VORMING', key 'label': the text is empty"
    );
}

#[test]
fn results_and_reasons_make_sense() {
    assert_eq!(
        problem("polarity = \"negative\"", "polarity = \"bad\""),
        "result_set 'POSNEG', result 'NEGATIEF', key 'polarity': unknown 'bad'; known are positive, \
         negative"
    );
    assert_eq!(
        problem("implies = [\"has_work\"]", "implies = [\"work\"]"),
        "result_set 'POSNEG', reason 'P2', key 'implies': unknown 'work'; known are in_education, \
         has_work, qualification, stopped_for_absence"
    );
    assert_eq!(
        problem(
            "implies = [\"in_education\", \"stopped_for_absence\"]",
            "implies = [\"in_education\"]\nexcludes = [\"in_education\"]"
        )
        .split(": ")
        .next(),
        Some("result_set 'POSNEG', reason 'N2', key 'excludes'")
    );
    let told = problems(
        "code = \"POSNEG\"",
        "code = \"LEEG\"\n[[result_set]]\ncode = \"POSNEG\"",
    );
    assert_eq!(
        told,
        [
            "result_set 'LEEG': it has no [[result_set.result]] with a code",
            "result_set 'LEEG': it has no [[result_set.reason]] with a code"
        ]
    );
}

#[test]
fn the_table_of_proposals_speaks_of_every_case_once() {
    assert_eq!(
        problem(
            "when = {}\nreason = \"N1\"",
            "when = { stopped_for_absence = false }\nreason = \"N1\""
        ),
        "result_set 'POSNEG', proposal: no row fits with stopped_for_absence true"
    );
    assert_eq!(
        problem(
            "when = {}\n",
            "when = { has_work = true }\nreason = \"P2\"\n\n[[result_set.proposal]]\nwhen = {}\n"
        ),
        "result_set 'POSNEG', proposal number 7: it never counts: the rows before it take all its \
         cases"
    );
    assert_eq!(
        problem(
            "when = { has_work = true }\nreason = \"P2\"\n",
            "when = { has_work = true }\nreason = \"N1\"\n"
        ),
        "result_set 'POSNEG', proposal number 6: it fits with has_work true, but its reason 'N1' \
         excludes has_work"
    );
    assert!(
        problems(
            "when = { qualification = true }\n",
            "when = { qualification = 1 }\n"
        )
        .contains(
            &"result_set 'POSNEG', proposal number 5, key 'when': 'qualification' is true or false"
                .to_owned()
        )
    );
}

#[test]
fn an_active_step_type_can_be_financed() {
    assert_eq!(
        problem("selectable = true", "selectable = false"),
        "step_type 'OND_OAL': it is active, but no selectable funding_number belongs to it"
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = SHIPPED
        .replacen("addendum_days = 14", "addendum_days = -14", 1)
        .replacen("result_set = \"POSNEG\"", "result_set = \"\"", 1)
        .replacen("code = \"11TJ007\"", "code = \"\"", 1)
        .replacen("label = \"Groepssessie\"\n", "", 1);
    let errors = Catalogue::parse(&text).unwrap_err();
    let places: Vec<_> = errors.iter().map(|error| error.at.as_str()).collect();
    assert_eq!(
        places,
        [
            "action_kind 'GROEP'",
            "step_type 'OND_OAL', key 'result_set'",
            "step_type 'OND_OAL', key 'addendum_days'",
            "funding_number '', key 'code'",
        ]
    );
    assert_eq!(errors.to_string().lines().count(), 5);
}
