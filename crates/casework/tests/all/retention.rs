//! What need not be kept any more: counted, confirmed, erased; what remains works, the chain of the journal
//! verifies, and nothing of what was erased is left in the database.

#![allow(clippy::unwrap_used)]

use casework::{ActionInput, Failure, ProjectInput, RetentionRefused, StepInput};
use domain::catalogue::FundingCode;
use domain::ids::{DossierId, StepId};
use domain::journal::{Event, FIRST_LINK, digest, link_of};
use domain::people::{Actor, Role};
use domain::policy::Denied;
use domain::refusal::Refusal;
use domain::retention::{Findings, Hold, Project, paid_on};
use domain::steps::State;
use domain::steps::end::EndWith;
use testkit::{Place, World, at, day, ended, label, note, summary, world};

/// Stands in every text that the tests write, and in no other.
const CANARY: &str = "kanarievogel";

fn project(paid: Option<&str>, hold: Option<Hold>) -> ProjectInput {
    ProjectInput {
        funding: FundingCode::parse("EEWG019").unwrap(),
        project: Project {
            regime: "ESF_PLUS".to_owned(),
            last_payment: paid.map(|iso| paid_on(day(iso))),
            aid_granted: None,
            hold,
        },
        reason: note("Brief van de beheersautoriteit."),
    }
}

async fn set_project(w: &World, second: &Actor, input: &ProjectInput) {
    w.clock.advance(1);
    w.casework
        .propose_project(&w.system, input, &w.submission())
        .await
        .unwrap();
    let page = w.casework.projects(second).await.unwrap();
    let id = page.waiting[0].id;
    w.casework
        .decide_project(second, id, true, &w.submission())
        .await
        .unwrap();
}

/// A line with a text in every field that takes one, ended on 28/05/2025.
async fn told_line(w: &World, dossier: DossierId) -> StepId {
    let text = |what: &str| format!("{CANARY} {what}");
    let input = StepInput {
        summary: Some(summary(&text("samenvatting"))),
        late_reason: Some(note(&text("laat"))),
        ..w.input(&w.an, "2025-03-01")
    };
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
        .await
        .unwrap();
    let talk = ActionInput {
        place: Some(label(&text("plaats"))),
        note: Some(note(&text("nota"))),
        ..w.talk("2025-03-02")
    };
    w.casework
        .record_action(&w.an, dossier, done.step, &talk, &w.submission())
        .await
        .unwrap();
    let ending = EndWith {
        note: Some(note(&text("toelichting"))),
        ..ended("2025-05-28")
    };
    w.casework
        .end_step(
            &w.an,
            dossier,
            done.step,
            1,
            &input,
            &ending,
            &w.submission(),
        )
        .await
        .unwrap();
    let more = summary(&text("aanvulling"));
    w.casework
        .add_addendum(&w.an, dossier, done.step, &more, &w.submission())
        .await
        .unwrap();
    done.step
}

/// How many of a kind were found.
fn of(found: &Findings, kind: &str) -> u64 {
    found.due.iter().find(|due| due.kind == kind).unwrap().count
}

async fn count(w: &World) -> Findings {
    w.casework.retention_dry_run().await.unwrap()
}

async fn apply(w: &World) -> Findings {
    let due = count(w).await.total();
    w.clock.advance(1);
    let erased = w.casework.apply_retention(&w.system, due).await.unwrap();
    assert_eq!(erased.total(), due, "what was counted is what was erased");
    crate::verify::holds(w).await;
    assert_eq!(
        count(w).await.due.iter().filter(|it| it.count > 0).count(),
        0
    );
    erased
}

/// The chain of a dossier verifies from its first link to its last, with what content there still is.
async fn verifies(w: &World, dossier: DossierId) -> Vec<(Event, bool)> {
    let mut link = FIRST_LINK;
    let mut told = Vec::new();
    for (stored, number) in w.journal(dossier).await.iter().zip(1..) {
        assert_eq!(stored.number, number);
        if let Some(content) = &stored.content {
            assert_eq!(stored.content_digest, digest(content.as_bytes()));
        }
        link = link_of(&link, number, &stored.entry, &stored.content_digest);
        assert_eq!(stored.link, link, "entry {number}");
        told.push((stored.entry.event, stored.content.is_some()));
    }
    told
}

/// Where a word stands in the database: in its rows, and on SQLite in the bytes of its files.
async fn places(w: &World, word: &str) -> Vec<String> {
    let mut found: Vec<String> = w
        .place()
        .contents()
        .await
        .into_iter()
        .filter(|(_, rows)| rows.iter().any(|row| row.contains(word)))
        .map(|(table, _)| table)
        .collect();
    if let Place::Sqlite(folder) = w.place() {
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let file = entry.unwrap().path();
            let bytes = std::fs::read(&file).unwrap();
            if bytes.windows(word.len()).any(|it| it == word.as_bytes()) {
                found.push(file.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}

#[tokio::test]
async fn texts_go_two_years_after_the_end_and_the_line_itself_stays() {
    let w = world().await;
    let step = told_line(&w, w.dossier).await;
    assert!(!places(&w, CANARY).await.is_empty());
    w.clock.set(at("2027-05-28T23:59:59+02:00"));
    assert_eq!(of(&count(&w).await, "story"), 0);
    w.clock.advance(1);
    let found = count(&w).await;
    assert_eq!(of(&found, "story"), 1);
    assert_eq!(found.due[0].oldest, Some(day("2025-05-28")));
    assert_eq!(found.kept_projects, ["EEWG019"], "no payment is known");
    // A dry run changes nothing but its own numbers.
    assert!(!places(&w, CANARY).await.is_empty());

    apply(&w).await;
    assert!(w.casework.write_database_anew().await.is_ok());
    assert_eq!(places(&w, CANARY).await, Vec::<String>::new());
    let line = w.step(&w.mediator, w.dossier, step).await;
    assert!(line.summary.is_none() && line.late_reason.is_none());
    let State::Ended(ending) = &line.state else {
        panic!("{line:?}");
    };
    assert_eq!(ending.end, day("2025-05-28"));
    assert!(ending.note.is_none());
    let actions = w
        .casework
        .actions_page(&w.mediator, w.dossier, step)
        .await
        .unwrap();
    assert_eq!(actions.actions.len(), 1, "that it took place is proof");
    let told = verifies(&w, w.dossier).await;
    assert!(told.contains(&(Event::StepRegistered, false)));
    assert!(
        told.contains(&(Event::GrantGiven, true)),
        "no story, so it stays"
    );
    assert_eq!(told.last(), Some(&(Event::StoryErased, true)));
    // R3: final is final, also now.
    let refused = w
        .place()
        .execute("UPDATE step_text SET summary = 'x'")
        .await;
    assert!(refused.unwrap_err().contains("final"));
    let refused = w.place().execute("UPDATE journal SET content = NULL").await;
    assert!(refused.unwrap_err().contains("append-only"));
}

#[tokio::test]
async fn a_line_goes_when_its_project_says_so_and_a_hold_stops_it() {
    let w = world().await;
    let second = w.person("sys2", "Tweede Beheer", Role::SystemManager).await;
    let step = told_line(&w, w.dossier).await;
    let ongoing = w.register(&w.an, w.dossier, "2025-05-28").await;
    set_project(&w, &second, &project(Some("2025-05-20"), None)).await;
    w.clock.set(at("2030-12-31T12:00:00+01:00"));
    assert_eq!(of(&count(&w).await, "evidence"), 0);
    w.clock.set(at("2031-01-01T00:00:00+01:00"));
    let found = count(&w).await;
    assert_eq!(of(&found, "evidence"), 1, "what goes on is kept");
    assert_eq!(
        of(&found, "story"),
        0,
        "its texts go with it, and count once"
    );

    set_project(&w, &second, &project(Some("2025-05-20"), Some(Hold::Open))).await;
    let found = count(&w).await;
    assert_eq!((of(&found, "evidence"), of(&found, "story")), (0, 0));
    assert_eq!(found.held_projects, ["EEWG019"]);
    let until = Hold::Until(day("2031-06-30"));
    set_project(&w, &second, &project(Some("2025-05-20"), Some(until))).await;
    w.clock.set(at("2031-06-30T23:59:59+02:00"));
    assert_eq!(of(&count(&w).await, "evidence"), 0);
    w.clock.advance(1);

    apply(&w).await;
    w.casework.write_database_anew().await.unwrap();
    assert_eq!(places(&w, CANARY).await, Vec::<String>::new());
    let page = w.casework.steps_page(&w.mediator, w.dossier).await.unwrap();
    let left: Vec<StepId> = page.rows.iter().map(|line| line.id).collect();
    assert_eq!(left, [ongoing]);
    let gone = w.casework.step_page(&w.mediator, w.dossier, step).await;
    assert!(matches!(gone, Err(Failure::NotFound)));
    let told = verifies(&w, w.dossier).await;
    assert!(told.contains(&(Event::StepEnded, false)));
    assert_eq!(told.last(), Some(&(Event::StepErased, true)));
    for table in ["action", "addendum", "eligibility_check"] {
        let rows = w.place().contents().await.remove(table).unwrap();
        let kept = if table == "eligibility_check" { 1 } else { 0 };
        assert_eq!(rows.len(), kept, "{table}");
    }
}

#[tokio::test]
async fn a_dossier_goes_when_nothing_of_it_is_kept_and_its_number_stays_taken() {
    let w = world().await;
    let other = w.client("61000546", "Kanarievogel", "Zonderling").await;
    w.add_study(&w.mediator, other, "2024-06-30", None).await;
    // Ten years on, nobody looked at it and nothing happened.
    w.clock.set(at("2035-05-28T23:59:59+02:00"));
    assert_eq!(of(&count(&w).await, "dossier"), 0);
    w.clock.advance(1);
    let found = count(&w).await;
    assert_eq!(of(&found, "dossier"), 1, "the other one has a grant still");

    apply(&w).await;
    w.casework.write_database_anew().await.unwrap();
    for word in ["Kanarievogel", "kanarievogel", "Zonderling", "zonderling"] {
        assert_eq!(places(&w, word).await, Vec::<String>::new(), "{word}");
    }
    for typed in ["61000546", "zonderling"] {
        let hits = w.casework.search(&w.mediator, typed).await.unwrap();
        assert!(hits.is_empty(), "{typed}");
    }
    let gone = w.casework.profile(&w.mediator, other).await;
    assert!(
        matches!(gone, Err(Failure::Denied(Denied::Dossier))),
        "as if never there"
    );
    assert_eq!(
        verifies(&w, other).await.last(),
        Some(&(Event::DossierErased, true))
    );
    let input = casework::NewClient {
        client_number: domain::client_number::ClientNumber::parse("61000546").unwrap(),
        given_name: "Nieuw".to_owned(),
        family_name: "Iemand".to_owned(),
        birth: day("2018-01-01"),
        work_situation: "00".to_owned(),
        work_situation_since: None,
        insz: None,
        contact: casework::Contact::default(),
    };
    let taken = w.casework.create_client(&w.mediator, &input).await;
    assert!(taken.is_err(), "the number is not given to another");
    assert!(w.casework.profile(&w.mediator, w.dossier).await.is_ok());
}

#[tokio::test]
async fn openings_ended_grants_requests_and_notices_go_each_in_their_time() {
    let w = world().await;
    w.casework.profile(&w.an, w.dossier).await.unwrap();
    w.ask_grant(&w.carla, "61000447").await;
    let why = note("Gestopt.");
    w.casework
        .end_grants(&w.mediator, w.dossier, w.a.id, &why, &w.submission())
        .await
        .unwrap();
    w.clock.set(at("2035-05-29T00:00:00+02:00"));
    w.casework.profile(&w.mediator, w.dossier).await.unwrap();
    let found = count(&w).await;
    assert_eq!(of(&found, "opening"), 1, "the one of today stays");
    assert_eq!(of(&found, "grant"), 1);
    assert_eq!(of(&found, "grant_request"), 0, "nobody decided on it");
    assert!(of(&found, "notice") > 0);
    apply(&w).await;
    let (_, seen) = w
        .casework
        .openings(&w.lotte, w.dossier, None, 100)
        .await
        .unwrap();
    let people: Vec<&str> = seen.iter().map(|it| it.person.as_str()).collect();
    assert_eq!(people, ["Lotte Maes", "Mia Daels"]);
    let rows = w.place().contents().await;
    assert!(rows["access_grant"].is_empty() && rows["outbox"].is_empty());
}

#[tokio::test]
async fn nothing_is_erased_without_the_right_number_or_the_right_person() {
    let w = world().await;
    told_line(&w, w.dossier).await;
    w.clock.set(at("2027-06-01T12:00:00+02:00"));
    let due = count(&w).await.total();
    let before = w.place().contents().await;
    let refused = w.casework.apply_retention(&w.system, due + 1).await;
    let Err(RetentionRefused::NotConfirmed { due: said, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(said, due);
    for never in [
        &w.an,
        &w.manager,
        &w.coach,
        &w.mediator,
        &w.controller,
        &w.privacy_officer,
    ] {
        let refused = w.casework.apply_retention(never, due).await;
        assert!(matches!(
            refused,
            Err(RetentionRefused::Failed(Failure::Denied(Denied::Function)))
        ));
    }
    assert_eq!(w.place().contents().await, before);
}

#[tokio::test]
async fn h8_one_proposes_and_another_confirms() {
    let w = world().await;
    let second = w.person("sys2", "Tweede Beheer", Role::SystemManager).await;
    let input = project(Some("2025-05-20"), None);
    for never in [&w.mediator, &w.privacy_officer, &w.controller] {
        let refused = w
            .casework
            .propose_project(never, &input, &w.submission())
            .await;
        assert!(matches!(refused, Err(Failure::Denied(Denied::Function))));
    }
    w.casework
        .propose_project(&w.system, &input, &w.submission())
        .await
        .unwrap();
    let twice = w
        .casework
        .propose_project(&second, &input, &w.submission())
        .await;
    assert!(
        matches!(twice, Err(Failure::Refused(it)) if it.contains(&Refusal::ProjectChangeWaits))
    );
    let id = w.casework.projects(&w.system).await.unwrap().waiting[0].id;
    let own = w
        .casework
        .decide_project(&w.system, id, true, &w.submission())
        .await;
    assert!(matches!(own, Err(Failure::Refused(it)) if it.contains(&Refusal::OwnProjectChange)));
    let known = async || {
        let page = w.casework.projects(&w.system).await.unwrap();
        page.projects.iter().any(|(_, current)| current.is_some())
    };
    assert!(!known().await, "it does not hold yet");
    w.casework
        .decide_project(&second, id, true, &w.submission())
        .await
        .unwrap();
    assert!(known().await);
    let again = w
        .casework
        .decide_project(&second, id, false, &w.submission())
        .await;
    assert!(
        matches!(again, Err(Failure::Refused(it)) if it.contains(&Refusal::ProjectChangeDecided))
    );
    let sql = "UPDATE project_change SET last_payment_at = NULL";
    assert!(w.place().execute(sql).await.unwrap_err().contains("stays"));
}

/// Whoever adds a table that holds something of a dossier or a line says here when it is erased.
#[tokio::test]
async fn every_table_of_a_dossier_is_erased_with_it() {
    /// With the line, with the dossier, on a day of its own, or never: it says nothing of anybody.
    const KNOWN: [(&str, &str); 43] = [
        ("access_grant", "grant"),
        ("action", "line"),
        ("addendum", "line"),
        ("assignment", "dossier"),
        ("condition", "dossier"),
        ("availability", "dossier"),
        ("goal", "dossier"),
        ("agreement", "dossier"),
        ("screening", "dossier"),
        ("vacancy", "dossier"),
        ("training", "dossier"),
        ("competence", "dossier"),
        ("language_skill", "dossier"),
        ("wanted_job", "dossier"),
        ("mobility", "dossier"),
        ("contact_preference", "dossier"),
        ("client_word", "dossier"),
        ("correction_note", "line"),
        ("correction_request", "line, or dossier"),
        ("document", "line, or document"),
        ("dossier_owner", "dossier"),
        ("eligibility_check", "line"),
        ("erasure", "never"),
        ("experience", "dossier"),
        ("indication", "dossier"),
        ("transmission", "dossier"),
        ("message_thread", "dossier"),
        ("message", "dossier"),
        ("message_read", "dossier"),
        ("journal", "its content, with the line or the dossier"),
        ("opening", "opening"),
        ("outbox", "notice"),
        ("person", "the own account, with the dossier"),
        ("removal_request", "line"),
        ("step", "line"),
        ("step_review", "line"),
        ("step_text", "line"),
        ("study", "dossier"),
        ("work_period", "dossier"),
        ("benefit_status", "dossier"),
        ("integration_status", "dossier"),
        ("nt2_course", "dossier"),
        ("career_voucher", "dossier"),
    ];
    let w = world().await;
    let columns = if w.place().is_postgres() {
        "SELECT DISTINCT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND a.attname IN ('dossier_id', 'step_id', 'own_dossier_id') ORDER BY 1"
    } else {
        "SELECT DISTINCT t.name FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND c.name IN ('dossier_id', 'step_id', 'own_dossier_id') ORDER BY 1"
    };
    let mut found = w.place().column(columns).await;
    if !found.contains(&"step".to_owned()) {
        found.push("step".to_owned());
    }
    let unknown: Vec<&String> = found
        .iter()
        .filter(|table| !KNOWN.iter().any(|(known, _)| known == *table))
        .collect();
    assert!(
        unknown.is_empty(),
        "{unknown:?}: erase it in store/src/retention.rs (erase_line or erase_dossier), and say so here"
    );
}
