//! H5: the copy of everything about a client holds every row of every table that is about them, and none
//! about others. A table that is new fails this test until it is decided on.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use casework::{CorrectionAnswer, FeedRow, GrantDecision, NewClient, NewUser, StepInput};
use domain::Moment;
use domain::benefits::{Benefit, Entitled};
use domain::career::{CareerSource, WorkPeriod};
use domain::client_number::ClientNumber;
use domain::corrections::{Ask, CorrectionKind, Subject};
use domain::feed::Fed;
use domain::grants::{Basis, ClientAnswer, RequestKind};
use domain::ids::DossierId;
use domain::insz::{Insz, InszReason};
use domain::integration::{Course, Nt2Level, Trajectory};
use domain::people::{Actor, Role};
use domain::policy::Denied;
use domain::profile::ExperienceDetails;
use domain::sections::Entered;
use domain::studies::Certificate;
use domain::vouchers::{Voucher, VoucherStatus};
use serde_json::Value;
use testkit::{PASSWORD, Record, World, day, label, note, summary, world};

const NOOR_INSZ: &str = "08031599930";
const LOTTE_INSZ: &str = "08031799670";

/// How a row says which client it is about.
enum Names {
    /// In this column.
    Dossier(&'static str),
    /// By the client number.
    Number,
}

/// A table that is about clients: its part of the copy, and the columns left out with the reason.
struct About {
    table: &'static str,
    names: Names,
    part: &'static str,
    left_out: &'static [(&'static str, &'static str)],
}

const fn about(table: &'static str) -> About {
    About {
        table,
        names: Names::Dossier("dossier_id"),
        part: table,
        left_out: &[],
    }
}

const ABOUT: &[About] = &[
    About {
        table: "dossier",
        names: Names::Dossier("id"),
        part: "dossier",
        left_out: &[
            (
                "insz_digest",
                "a key for searching; the number itself is `insz`",
            ),
            ("insz_sealed", "the number itself is `insz`"),
            ("journal_number", "counts what is in `journal`"),
            ("journal_link", "bytes that prove the journal"),
            ("removal_asked", "follows from `removal_request`"),
            ("correction_asked", "follows from `correction_request`"),
            ("erased_at", "an erased dossier has no copy"),
        ],
    },
    About {
        table: "person",
        names: Names::Dossier("own_dossier_id"),
        part: "person",
        left_out: &[
            ("password_hash", "a secret"),
            ("version", "counts the changes of the account"),
            ("email", "where an invitation goes; nothing else uses it"),
            ("unit_id", "a client works for nobody"),
            ("demo", "how the program was started"),
        ],
    },
    about("study"),
    about("experience"),
    about("competence"),
    about("training"),
    about("vacancy"),
    about("screening"),
    about("agreement"),
    about("goal"),
    about("work_period"),
    about("benefit_status"),
    about("integration_status"),
    about("nt2_course"),
    about("career_voucher"),
    about("availability"),
    about("condition"),
    about("language_skill"),
    about("wanted_job"),
    about("mobility"),
    about("contact_preference"),
    about("indication"),
    about("transmission"),
    about("message_thread"),
    about("message"),
    about("message_read"),
    about("step"),
    About {
        part: "step",
        ..about("step_text")
    },
    about("addendum"),
    about("correction_note"),
    about("eligibility_check"),
    about("step_review"),
    about("action"),
    about("removal_request"),
    about("correction_request"),
    about("access_grant"),
    About {
        names: Names::Number,
        left_out: &[(
            "proof_digest",
            "a digest of what somebody knew of the client",
        )],
        ..about("grant_request")
    },
    about("dossier_owner"),
    About {
        left_out: &[
            ("content_digest", "bytes that prove the journal"),
            ("link", "bytes that prove the journal"),
        ],
        ..about("journal")
    },
    About {
        left_out: &[(
            "digest",
            "a fingerprint of the file, which is under 'Documenten'",
        )],
        ..about("document")
    },
    about("opening"),
    About {
        left_out: &[("mail_due", "when a mail of it goes out")],
        ..about("outbox")
    },
];

/// Tables that are in the copy and of which this client holds nothing yet.
const EMPTY: &[&str] = &["assignment", "erasure"];

/// Tables that hold nothing about a client, or nothing that is not in the copy already.
const NOT_ABOUT_A_CLIENT: &[(&str, &str)] = &[
    ("organisation", "named where it appears"),
    ("unit", "named where it appears"),
    (
        "session",
        "who is logged in now: digests, gone within a day",
    ),
    ("login_attempt", "digests, gone within a day"),
    (
        "client_word",
        "the words of the name once more, for searching",
    ),
    ("submission", "keys of forms, gone within a day"),
    ("installation", "about the program"),
    ("account_event", "about accounts, in the administrative log"),
    ("refinery_schema_history", "about the program"),
    ("login_count", "counts of wrong passwords, by digest"),
    ("known_device", "digests of browsers"),
    (
        "use_count",
        "counts of what a person did, gone within a day",
    ),
    ("control_mandate", "about a controller and a project"),
    ("project_change", "about a project"),
    ("retention_run", "numbers only"),
    ("mail", "that a mail went out: its notices are in `outbox`"),
    (
        "mail_address",
        "a setting of the account, shown under 'E-mail en meldingen'",
    ),
    ("stored_file", "the bytes of `document`"),
    ("loose_object", "names of bytes that go"),
    (
        "request_form",
        "the form of a request: once granted, a `document`",
    ),
    ("oidc_flow", "a log-in that is under way"),
    ("oidc_identity", "how an account logs in elsewhere"),
    ("oidc_session", "who is logged in now"),
    ("oidc_logout", "digests"),
    ("login_step", "how an account logs in: secrets and digests"),
    ("passkey", "how an account logs in: secrets and digests"),
    (
        "recovery_code",
        "how an account logs in: secrets and digests",
    ),
    ("totp", "how an account logs in: secrets and digests"),
    (
        "invitation",
        "how an account begins: a digest, gone within days",
    ),
    (
        "person_function",
        "about accounts; what was done in which role stands with it",
    ),
    ("person_sign_in", "when an account was last used"),
    ("person_word", "the words of names of people, for searching"),
    ("role_proposal", "about accounts, in the administrative log"),
];

/// Whether a value of the copy is what the database holds, however the engine writes it.
fn same(copied: &Value, stored: &Value) -> bool {
    match (copied, stored) {
        (Value::String(text), Value::Number(number)) => {
            let micros = Moment::parse_rfc3339(text).map(Moment::micros);
            micros.is_some() && micros == number.as_i64()
        }
        (Value::String(text), Value::String(other)) => {
            let at = Moment::parse_rfc3339(text);
            text == other
                || text.replace('-', "") == *other
                || at.is_some() && at == Moment::parse_rfc3339(other)
        }
        (Value::Bool(truth), Value::Number(number)) => number.as_i64() == Some(i64::from(*truth)),
        (copied, stored) => copied == stored,
    }
}

/// Whether a record of the copy holds every column of a row.
fn holds(record: &Record, row: &Record, but: &[&str]) -> bool {
    row.iter()
        .filter(|(column, _)| !but.contains(&column.as_str()))
        .all(|(column, stored)| {
            // The texts of a line stand in its record, under the line's own identifier.
            let copied = record.get(column).or_else(|| {
                let of_line = column == "step_id";
                record.get("id").filter(|_| of_line)
            });
            copied.is_some_and(|copied| same(copied, stored))
        })
}

fn rows_about<'a>(about: &About, rows: &'a [Record], id: &Value, number: &str) -> Vec<&'a Record> {
    let mine = |row: &&Record| match about.names {
        Names::Dossier(column) => same(id, &row[column]),
        Names::Number => row["client_number"] == number,
    };
    rows.iter().filter(mine).collect()
}

/// Compares the copy with the database, and gives how many rows that were.
#[track_caller]
fn is_whole(copy: &Value, all: &BTreeMap<String, Vec<Record>>) -> usize {
    for table in all.keys() {
        let decided = ABOUT.iter().any(|it| it.table == table)
            || EMPTY.contains(&table.as_str())
            || NOT_ABOUT_A_CLIENT.iter().any(|(name, _)| name == table);
        assert!(
            decided,
            "decide whether {table} belongs in the copy of everything"
        );
    }
    let mut compared = 0;
    for about in ABOUT {
        let number = copy["dossier"][0]["client_number"].as_str().unwrap();
        let rows = rows_about(about, &all[about.table], &copy["dossier_id"], number);
        let part = copy[about.part].as_array().unwrap();
        let mut but: Vec<&str> = about.left_out.iter().map(|(column, _)| *column).collect();
        if let Names::Dossier(column) = about.names {
            but.push(column);
        }
        for row in &rows {
            let found = part
                .iter()
                .any(|record| holds(record.as_object().unwrap(), row, &but));
            assert!(found, "{}: {row:?} is not in {part:?}", about.table);
        }
        assert_eq!(part.len(), rows.len(), "{}", about.table);
        assert!(!rows.is_empty(), "{}: the test holds nothing", about.table);
        compared += rows.len();
    }
    compared
}

/// Something of everything in one dossier.
async fn filled(w: &World, dossier: DossierId, counsellor: &Actor, client: &Actor, text: &str) {
    let casework = &w.casework;
    let say = |what: &str| note(&format!("{text}: {what}"));
    let about_me = say("over mezelf");
    let read = casework::Casework::text_mark("");
    casework
        .save_about_me(counsellor, dossier, &read, Some(&about_me), &w.submission())
        .await
        .unwrap();
    let work = Entered::new(ExperienceDetails {
        function: label(&format!("{text}: jobstudent")),
        employer: label("Bakkerij Mertens"),
        from: day("2024-07-01"),
        until: Some(day("2024-08-31")),
        description: Some(say("brood")),
    });
    casework
        .save_record(counsellor, dossier, &work, &w.submission())
        .await
        .unwrap();
    w.add_study(counsellor, dossier, "2024-06-30", None).await;
    w.fill_sections(counsellor, dossier, |field| format!("{text}: {field}"))
        .await;
    let mut steps = Vec::new();
    for start in ["2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"] {
        w.clock.advance(60);
        let input = StepInput {
            summary: Some(summary(&format!("{text}: samenvatting"))),
            late_reason: Some(say("laat")),
            ..w.input(counsellor, start)
        };
        let kind = w.step_type();
        let done = casework
            .register_step(counsellor, dossier, &kind, &input, None, &w.submission())
            .await
            .unwrap();
        w.record(counsellor, dossier, done.step, start).await;
        steps.push(done.step);
        let last = |month: &str| format!("2025-{month}-20");
        match start {
            "2025-02-01" => drop(w.end(counsellor, dossier, done.step, &last("02")).await),
            "2025-03-01" => drop(w.end(counsellor, dossier, done.step, &last("03")).await),
            "2025-04-01" => casework
                .cancel_step(
                    counsellor,
                    dossier,
                    done.step,
                    1,
                    &say("vergissing"),
                    true,
                    &w.submission(),
                )
                .await
                .map(drop)
                .unwrap(),
            _ => {}
        }
    }
    let more = summary(&format!("{text}: aanvulling"));
    casework
        .add_addendum(counsellor, dossier, steps[0], &more, &w.submission())
        .await
        .unwrap();
    casework
        .request_removal(counsellor, dossier, steps[1], &say("fout"), &w.submission())
        .await
        .unwrap();
    let queue = casework.removal_queue(&w.coach).await.unwrap();
    casework
        .remove_line(&w.coach, queue.waiting[0].id, &w.submission())
        .await
        .unwrap();
    let diploma = Some(Certificate::SecondaryDiploma);
    w.add_study(counsellor, dossier, "2025-04-30", diploma)
        .await;
    for (subject, granted) in [(Subject::Line(steps[0]), true), (Subject::Other, false)] {
        let ask = Ask {
            kind: CorrectionKind::Correction,
            subject,
            text: say("dit klopt niet"),
        };
        let id = casework
            .ask_correction(client, dossier, &ask, &w.submission())
            .await
            .unwrap();
        let answer = if granted {
            CorrectionAnswer::Grant(say("gelijk"), Some(say("rechtzetting")))
        } else {
            CorrectionAnswer::Refuse(say("geen gelijk"))
        };
        casework
            .decide_correction(&w.mediator, (id, 1), &answer, &w.submission())
            .await
            .unwrap();
    }
    w.add_document(
        counsellor,
        dossier,
        &format!("{text}: overeenkomst"),
        Some(steps[3]),
    )
    .await;
    let takeover = (RequestKind::Takeover, Basis::Mandate, &say("overname"));
    casework
        .ask_in_dossier(counsellor, dossier, takeover, &w.submission())
        .await
        .unwrap();
    let own = casework.own_grants(counsellor).await.unwrap();
    let request = own.requests[0].id;
    let answer = (request, ClientAnswer::Agreed);
    casework
        .answer_request(client, dossier, answer, &w.submission())
        .await
        .unwrap();
    let decision = GrantDecision::Grant(None);
    casework
        .decide_grant_request(&w.mediator, request, &decision, &w.submission())
        .await
        .unwrap();
    // Who looked: everybody who may, each in their own way.
    casework.steps_page(counsellor, dossier).await.unwrap();
    casework.own_page(client, dossier).await.unwrap();
    let talks = casework.messages(client, dossier).await.unwrap();
    let thread = talks.threads[0].thread.id;
    casework
        .message_thread(client, dossier, (thread, None))
        .await
        .unwrap();
    let fg = &w.privacy_officer;
    casework.openings(fg, dossier, None, 10).await.unwrap();
    casework.journal(fg, dossier, None).await.unwrap();
}

/// Noor: another client with an account and a national number.
async fn other(w: &World) -> (DossierId, Actor) {
    a_client(w, "61000546", NOOR_INSZ, "Noor Aerts").await
}

/// A client with an account and a national number.
async fn a_client(w: &World, number: &str, insz: &str, name: &str) -> (DossierId, Actor) {
    let (given_name, family_name) = name.split_once(' ').unwrap();
    let user_name = format!("{}-{number}", given_name.to_lowercase());
    let client = NewClient {
        client_number: ClientNumber::parse(number).unwrap(),
        given_name: given_name.to_owned(),
        family_name: family_name.to_owned(),
        birth: day("2008-03-15"),
        work_situation: "00".to_owned(),
        work_situation_since: None,
        insz: Some(Insz::parse(insz).unwrap()),
        contact: casework::Contact {
            email: Some("noor@voorbeeld.example".to_owned()),
            ..casework::Contact::default()
        },
    };
    let dossier = w
        .casework
        .create_client(&w.mediator, &client)
        .await
        .unwrap();
    let user = NewUser {
        user_name,
        name: name.to_owned(),
        role: Role::Client,
        unit: None,
        own_dossier: Some(dossier),
    };
    let hash = casework::hash_password(PASSWORD).unwrap();
    let person = w.casework.create_demo_user(&user, &hash).await.unwrap();
    let own = Actor {
        person,
        name: name.to_owned(),
        role: Role::Client,
        unit: None,
        own_dossier: Some(dossier),
        confirmed: domain::login::Confirmed::AtTheMachine,
    };
    (dossier, own)
}

/// What the sources tell of a client.
async fn told(w: &World, number: &str, insz: &str, text: &str) {
    let records = [
        Fed::Career(WorkPeriod {
            code: "02",
            from: day("2025-01-01"),
            until: None,
            source: CareerSource::Employment,
        }),
        Fed::Benefit(Benefit {
            as_of: day("2025-05-01"),
            entitled: Entitled::No,
            exemption: None,
            exempt_until: None,
        }),
        Fed::Trajectory(Trajectory {
            as_of: day("2025-05-01"),
            contract: true,
            attest: false,
            status: None,
        }),
        Fed::Course(Course {
            level: Nt2Level::A2,
            provider: label(&format!("{text}: school")),
            from: day("2025-02-01"),
            until: None,
            result: None,
        }),
        Fed::Voucher(Voucher {
            number: label(&format!("{text}: 1")),
            ordered_on: day("2025-02-01"),
            hours: 4,
            status: VoucherStatus::Ordered,
            centre: None,
        }),
    ];
    let rows = records.map(|record| FeedRow {
        row: 2,
        client: ClientNumber::parse(number).unwrap(),
        insz: Insz::parse(insz).unwrap(),
        record,
    });
    let done = w.casework.feed(&rows).await.unwrap();
    assert_eq!(done.stored, rows.len());
}

async fn copy_of(w: &World, actor: &Actor, dossier: DossierId) -> Value {
    let export = w.casework.export(actor, dossier, "export_json").await;
    serde_json::to_value(export.unwrap()).unwrap()
}

#[tokio::test]
async fn h5_the_copy_holds_every_row_about_the_client_and_none_about_others() {
    let w = world().await;
    let (dossier, noor) = other(&w).await;
    w.grant_to(dossier, &w.b).await;
    let (lottes, lotte) = a_client(&w, "61000645", LOTTE_INSZ, "Lotte Maes").await;
    w.grant_to(lottes, &w.a).await;
    filled(&w, lottes, &w.an, &lotte, "LOTTE").await;
    told(&w, "61000645", LOTTE_INSZ, "LOTTE").await;
    filled(&w, dossier, &w.carla, &noor, "NOOR").await;
    told(&w, "61000546", NOOR_INSZ, "NOOR").await;
    // Somebody guessed at Noor's number with a wrong birth: that is not about her.
    let guess = casework::AskInput {
        number: ClientNumber::parse("61000645").unwrap(),
        proof: casework::Proof::Birth(day("2001-01-01")),
        basis: Basis::Mandate,
        form_on: None,
        purpose: note("GOK"),
    };
    w.casework
        .ask_grant(&w.carla, &guess, &w.submission())
        .await
        .unwrap();
    for (actor, id, own, foreign) in [
        (&lotte, lottes, "LOTTE", "NOOR"),
        (&noor, dossier, "NOOR", "LOTTE"),
    ] {
        let copy = copy_of(&w, actor, id).await;
        let mut all = w.place().records().await;
        all.get_mut("grant_request")
            .unwrap()
            .retain(|row| row["purpose"] != "GOK");
        let compared = is_whole(&copy, &all);
        eprintln!("{compared} rows of {own} are in the copy");
        let text = copy.to_string();
        assert!(text.contains(&format!("{own}: rechtzetting")));
        assert!(!text.contains(foreign) && !text.contains("GOK"));
    }
}

/// Keeps the published schema and the copy together: the same parts, the same fields, types that fit.
#[tokio::test]
async fn h5_the_copy_is_what_its_schema_says() {
    let w = world().await;
    let (dossier, noor) = other(&w).await;
    w.grant_to(dossier, &w.b).await;
    filled(&w, dossier, &w.carla, &noor, "NOOR").await;
    told(&w, "61000546", NOOR_INSZ, "NOOR").await;
    let copy = copy_of(&w, &noor, dossier).await;
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/export.schema.json")).unwrap();
    let names = |value: &Value| -> Vec<String> {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&copy), names(&schema["properties"]));
    let fits = |value: &Value, wanted: &Value| {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            _ => "other",
        };
        match &wanted["type"] {
            Value::String(one) => one == kind,
            Value::Array(several) => several.iter().any(|it| it == kind),
            _ => false,
        }
    };
    let mut fields = 0;
    for about in ABOUT {
        let items = &schema["properties"][about.part]["items"]["properties"];
        for record in copy[about.part].as_array().unwrap() {
            assert_eq!(names(record), names(items), "{}", about.part);
            for (field, value) in record.as_object().unwrap() {
                assert!(
                    fits(value, &items[field]),
                    "{}.{field}: {value}",
                    about.part
                );
                fields += 1;
            }
        }
    }
    assert!(fields > 500, "{fields}");
    assert_eq!(copy["version"], schema["properties"]["version"]["const"]);
}

/// A dossier of the size that the goals name is a copy of some megabytes.
#[tokio::test]
async fn h5_the_copy_of_a_large_dossier_is_some_megabytes() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    for counsellor in [&w.an, &w.carla] {
        for number in 0..100 {
            let start = day("2025-02-01").plus_days(number).to_iso();
            let step = w.register(counsellor, w.dossier, &start).await;
            for _ in 0..2 + number % 2 {
                w.record(counsellor, w.dossier, step, &start).await;
            }
            w.end(counsellor, w.dossier, step, &start).await;
        }
    }
    w.casework.steps_page(&w.an, w.dossier).await.unwrap();
    let many = w
        .place()
        .execute(
            "INSERT INTO opening (dossier_id, minute, person_id, what, organisation_id, role)
             WITH RECURSIVE back (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM back WHERE n < 5000)
             SELECT o.dossier_id, o.minute - back.n, o.person_id, o.what, o.organisation_id, o.role
             FROM opening o CROSS JOIN back WHERE o.what = 'stappen'",
        )
        .await;
    assert_eq!(many, Ok(5000));
    let copy = copy_of(&w, &w.lotte, w.dossier).await;
    let count = |part: &str| copy[part].as_array().unwrap().len();
    assert_eq!((count("step"), count("action")), (200, 500));
    assert!(count("opening") >= 5_000);
    let bytes = copy.to_string().len();
    eprintln!(
        "200 lines, 500 actions, {} openings: {bytes} bytes",
        count("opening")
    );
    assert!(bytes < 5_000_000, "{bytes}");
}

#[tokio::test]
async fn h5_only_the_client_and_the_mediator_have_it_and_it_is_recorded() {
    let w = world().await;
    let (dossier, noor) = other(&w).await;
    w.grant_to(dossier, &w.a).await;
    let own = copy_of(&w, &noor, dossier).await;
    assert_eq!(own["insz"], "08.03.15-999.30");
    let by_mediator = copy_of(&w, &w.mediator, dossier).await;
    assert_eq!(by_mediator["insz"], "**.**.**-***.30");
    for nobody in [
        &w.an,
        &w.manager,
        &w.coach,
        &w.controller,
        &w.system,
        &w.privacy_officer,
    ] {
        let denied = w.casework.export(nobody, dossier, "export_json").await;
        let denied = denied.unwrap_err();
        assert!(matches!(
            denied,
            casework::Failure::Denied(Denied::Function)
        ));
    }
    let denied = w.casework.export(&w.lotte, dossier, "export_json").await;
    let denied = denied.unwrap_err();
    assert!(matches!(denied, casework::Failure::Denied(Denied::Dossier)));
    let (_, looked) = w.casework.openings(&noor, dossier, None, 50).await.unwrap();
    let exports = looked.iter().filter(|it| it.what == "export_json");
    let who: Vec<&str> = exports.map(|it| it.person.as_str()).collect();
    assert_eq!(who.len(), 2);
    assert!(who.contains(&"Noor Aerts") && who.contains(&"Mia Daels"));
}

#[tokio::test]
async fn d6_the_number_is_masked_and_shown_for_a_reason_that_the_client_reads() {
    let w = world().await;
    let (dossier, noor) = other(&w).await;
    w.grant_to(dossier, &w.a).await;
    let casework = &w.casework;
    let seen = casework.personal_data(&w.an, dossier).await.unwrap();
    assert_eq!(
        (seen.insz.as_deref(), seen.is_masked),
        (Some("**.**.**-***.30"), true)
    );
    let own = casework.personal_data(&noor, dossier).await.unwrap();
    assert_eq!(
        (own.insz.as_deref(), own.is_masked),
        (Some("08.03.15-999.30"), false)
    );
    // Another reason needs a word; without it nothing is shown and nothing is recorded.
    let before = w.place().contents().await;
    let other = (InszReason::Other, None);
    let refused = casework
        .reveal_insz(&w.an, dossier, other, &w.submission())
        .await;
    assert!(matches!(refused, Err(casework::Failure::Refused(_))));
    assert_eq!(w.place().contents().await, before);
    // Two reasons in one minute are both there.
    let word = label("Loket van de mutualiteit");
    for why in [(InszReason::Form, None), (InszReason::Other, Some(&word))] {
        let shown = casework
            .reveal_insz(&w.an, dossier, why, &w.submission())
            .await;
        assert_eq!(shown.unwrap().insz.as_deref(), Some("08.03.15-999.30"));
    }
    let (_, looked) = casework.openings(&noor, dossier, None, 50).await.unwrap();
    let shown = looked.iter().find(|it| it.what == "insz").unwrap();
    let both = "Een formulier of aangifte invullen; Loket van de mutualiteit";
    assert_eq!(
        (shown.person.as_str(), shown.reason.as_str()),
        ("An Peeters", both)
    );
    let journal = w.journal(dossier).await;
    let last = &journal.last().unwrap().entry;
    assert_eq!(last.event, domain::journal::Event::InszShown);
    assert_eq!(
        last.changes[0].after.as_deref(),
        Some("Loket van de mutualiteit")
    );
    // Once: the page that is opened after it is masked again.
    let seen = casework.personal_data(&w.an, dossier).await.unwrap();
    assert!(seen.is_masked);
    for (nobody, denied) in [
        (&w.carla, Denied::Dossier),
        (&w.manager, Denied::Function),
        (&w.coach, Denied::Function),
        (&w.controller, Denied::Function),
        (&w.system, Denied::Function),
        (&w.privacy_officer, Denied::Function),
    ] {
        let why = (InszReason::Form, None);
        let shown = casework
            .reveal_insz(nobody, dossier, why, &w.submission())
            .await;
        match shown {
            Err(casework::Failure::Denied(found)) => assert_eq!(found, denied, "{}", nobody.name),
            _ => panic!("{} was not denied", nobody.name),
        }
    }
}
