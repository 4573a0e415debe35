//! 'Documenten': who adds, sees and changes them, what a line takes as evidence and until when, the form that
//! comes with a request, and that no row is ever without its bytes.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use casework::{
    AskInput, Casework, Correction, DocumentInput, Failure, GrantDecision, Incoming, Proof,
};
use domain::client_number::ClientNumber;
use domain::documents::{Audience, DocumentKind, DocumentLimits, FileType, MIB};
use domain::grants::{Basis, RefusalGround};
use domain::ids::{DocumentId, DossierId, StepId};
use domain::journal::Event;
use domain::people::Actor;
use domain::policy::Denied;
use domain::refusal::Refusal;
use futures_util::TryStreamExt as _;
use testkit::papers::{incoming, paper, pdf};
use testkit::{World, at, day, label, note, world, world_with_documents};

fn input(audience: Audience) -> DocumentInput {
    DocumentInput {
        kind: DocumentKind::Attest,
        title: None,
        day: day("2025-05-20"),
        audience,
        step: None,
    }
}

fn with_step(step: StepId) -> DocumentInput {
    DocumentInput {
        step: Some(step),
        ..input(Audience::Own)
    }
}

async fn add(
    w: &World,
    actor: &Actor,
    input: &DocumentInput,
    content: &[u8],
) -> Result<DocumentId, Failure> {
    let file = incoming(&w.casework, "Brief van school.pdf", content).await;
    let added = w
        .casework
        .add_documents(actor, w.dossier, input, vec![file], &w.submission())
        .await?;
    Ok(added[0])
}

async fn bytes(
    casework: &Casework,
    actor: &Actor,
    dossier: DossierId,
    id: DocumentId,
) -> Result<Vec<u8>, Failure> {
    let file = casework.document_file(actor, dossier, id).await?;
    let pieces: Vec<Bytes> = file.stream.try_collect().await?;
    Ok(pieces.concat())
}

#[track_caller]
fn refused(result: Result<impl std::fmt::Debug, Failure>, why: &Refusal) {
    match result {
        Err(Failure::Refused(refusals)) => assert!(refusals.contains(why), "{refusals:?}"),
        other => panic!("expected {why:?}, got {other:?}"),
    }
}

/// How many rows a table has.
async fn rows(w: &World, table: &str) -> usize {
    let sql = format!("SELECT 1 FROM {table}");
    w.place().column(&sql).await.len()
}

/// How many contents lie in the folder.
fn objects(w: &World) -> usize {
    let folders = std::fs::read_dir(w.documents_folder()).unwrap();
    folders
        .map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count())
        .sum()
}

#[tokio::test]
async fn d7_d8_a_file_of_every_kind_is_added_and_comes_back_as_it_was() {
    let w = world().await;
    let kinds = [
        ("a.pdf", FileType::Pdf),
        ("b.png", FileType::Png),
        ("c.jpg", FileType::Jpeg),
        ("d.odt", FileType::Odt),
        ("e.docx", FileType::Docx),
    ];
    let mut files = Vec::new();
    for (name, kind) in kinds {
        files.push(incoming(&w.casework, name, &paper(kind)).await);
    }
    let input = input(Audience::Own);
    let added = w
        .casework
        .add_documents(&w.an, w.dossier, &input, files, &w.submission())
        .await
        .unwrap();
    for (id, (name, kind)) in added.iter().zip(kinds) {
        let page = w.casework.document(&w.an, w.dossier, *id).await.unwrap();
        assert_eq!(page.document.file.name.as_str(), name);
        assert_eq!(page.document.file.kind, kind);
        assert!(page.may_change);
        let back = bytes(&w.casework, &w.an, w.dossier, *id).await.unwrap();
        assert_eq!(back, paper(kind), "{name}");
    }
    // Another server of the same installation gives the same.
    let other = w.other_server().await;
    let back = bytes(&other, &w.bram, w.dossier, added[0]).await.unwrap();
    assert_eq!(back, paper(FileType::Pdf));
    let journal = w.journal(w.dossier).await;
    let events = journal
        .iter()
        .filter(|it| it.entry.event == Event::DocumentAdded);
    assert_eq!(events.count(), 5);
}

#[tokio::test]
async fn the_same_content_is_kept_once_however_many_documents_it_is() {
    let w = world().await;
    let other = w.client("61000546", "Noor", "Aerts").await;
    w.grant_to(other, &w.a).await;
    let content = pdf("Huishoudelijk reglement");
    add(&w, &w.an, &input(Audience::Own), &content)
        .await
        .unwrap();
    let twice = vec![
        incoming(&w.casework, "een.pdf", &content).await,
        incoming(&w.casework, "twee.pdf", &content).await,
    ];
    let input = DocumentInput {
        title: Some(label("Reglement")),
        ..input(Audience::Own)
    };
    let added = w
        .casework
        .add_documents(&w.an, other, &input, twice, &w.submission())
        .await
        .unwrap();
    assert_eq!(objects(&w), 1);
    assert_eq!(rows(&w, "stored_file").await, 1);
    let page = w.casework.documents(&w.an, other).await.unwrap();
    let mut titles: Vec<_> = page
        .documents
        .iter()
        .map(|it| it.details.title.as_str())
        .collect();
    titles.sort_unstable();
    assert_eq!(titles, ["Reglement (1 van 2)", "Reglement (2 van 2)"]);
    assert_eq!(
        bytes(&w.casework, &w.an, other, added[1]).await.unwrap(),
        content
    );
}

#[tokio::test]
async fn who_sees_a_document_follows_from_whom_it_is_meant_for() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let own = add(&w, &w.an, &input(Audience::Own), &pdf("1"))
        .await
        .unwrap();
    let shared = add(&w, &w.an, &input(Audience::Granted), &pdf("2"))
        .await
        .unwrap();
    let hers = add(&w, &w.lotte, &input(Audience::Own), &pdf("3"))
        .await
        .unwrap();
    let sees = async |actor: &Actor| {
        let page = w.casework.documents(actor, w.dossier).await.unwrap();
        let mut seen = Vec::new();
        for (id, name) in [(own, "own"), (shared, "shared"), (hers, "hers")] {
            let listed = page.documents.iter().any(|it| it.id == id);
            let opens = bytes(&w.casework, actor, w.dossier, id).await;
            assert_eq!(listed, opens.is_ok(), "{name}: {opens:?}");
            if let Err(failure) = opens {
                assert!(matches!(failure, Failure::NotFound), "{failure:?}");
            }
            if listed {
                seen.push(name);
            }
        }
        seen
    };
    assert_eq!(sees(&w.an).await, ["own", "shared"]);
    assert_eq!(sees(&w.bram).await, ["own", "shared"]);
    assert_eq!(sees(&w.carla).await, ["shared"]);
    assert_eq!(sees(&w.lotte).await, ["own", "shared", "hers"]);
    assert_eq!(sees(&w.mediator).await, ["own", "shared", "hers"]);
    for actor in [
        &w.coach,
        &w.manager,
        &w.controller,
        &w.system,
        &w.privacy_officer,
    ] {
        let denied = w.casework.documents(actor, w.dossier).await;
        assert!(
            matches!(denied, Err(Failure::Denied(Denied::Function))),
            "{denied:?}"
        );
        let denied = w.casework.document_file(actor, w.dossier, shared).await;
        assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
    }
}

#[tokio::test]
async fn only_who_added_a_document_or_a_mediator_changes_it() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let id = add(&w, &w.an, &input(Audience::Granted), &pdf("1"))
        .await
        .unwrap();
    let why = note("Niet van ons.");
    for actor in [&w.carla, &w.lotte] {
        let page = w.casework.document(actor, w.dossier, id).await.unwrap();
        assert!(!page.may_change);
        let done = w
            .casework
            .withdraw_document(actor, w.dossier, (id, 1), &why, &w.submission())
            .await;
        assert!(
            matches!(done, Err(Failure::Denied(Denied::Function))),
            "{done:?}"
        );
    }
    let page = w.casework.document(&w.bram, w.dossier, id).await.unwrap();
    let mut details = page.document.details.clone();
    details.title = label("Attest van school");
    details.kind = DocumentKind::StudyProof;
    let correction = Correction {
        version: 1,
        details: details.clone(),
    };
    let done = w
        .casework
        .correct_document(&w.bram, w.dossier, id, &correction, &w.submission())
        .await;
    done.unwrap();
    // T1: the form of before is told.
    let late = w
        .casework
        .correct_document(&w.an, w.dossier, id, &correction, &w.submission())
        .await;
    refused(late, &Refusal::ChangedMeanwhile);
    let journal = w.journal(w.dossier).await;
    let last = &journal.last().unwrap().entry;
    assert_eq!(last.event, Event::DocumentChanged);
    assert_eq!(last.changes.len(), 2, "{:?}", last.changes);
    let done = w
        .casework
        .withdraw_document(&w.mediator, w.dossier, (id, 2), &why, &w.submission())
        .await;
    done.unwrap();
}

#[tokio::test]
async fn a_withdrawn_document_is_out_of_sight_and_kept() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let id = add(&w, &w.an, &with_step(step), &pdf("1")).await.unwrap();
    let why = note("Van een andere jongere.");
    w.casework
        .withdraw_document(&w.an, w.dossier, (id, 1), &why, &w.submission())
        .await
        .unwrap();
    for actor in [&w.an, &w.lotte] {
        let page = w.casework.documents(actor, w.dossier).await.unwrap();
        assert!(page.documents.is_empty());
        let gone = bytes(&w.casework, actor, w.dossier, id).await;
        assert!(matches!(gone, Err(Failure::NotFound)));
    }
    let kept = w
        .casework
        .document(&w.mediator, w.dossier, id)
        .await
        .unwrap();
    let (stamp, reason) = kept.document.withdrawn.unwrap();
    assert_eq!((stamp.by, reason), (w.an.person, why));
    assert!(bytes(&w.casework, &w.mediator, w.dossier, id).await.is_ok());
    // That there was one, and why it went, stays with the line.
    let line = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    assert!(line.documents[0].withdrawn.is_some());
    let (_, _, history) = w
        .casework
        .step_history(&w.an, w.dossier, step)
        .await
        .unwrap();
    assert!(
        history
            .iter()
            .any(|it| it.entry.event == Event::DocumentWithdrawn)
    );
}

#[tokio::test]
async fn r3_a_line_ended_on_28_may_takes_evidence_until_11_june() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let first = add(&w, &w.an, &with_step(step), &pdf("1")).await.unwrap();
    w.end(&w.an, w.dossier, step, "2025-05-27").await;
    add(&w, &w.an, &with_step(step), &pdf("2")).await.unwrap();
    w.clock.set(at("2025-06-11T23:59:59+02:00"));
    let last = add(&w, &w.an, &with_step(step), &pdf("3")).await.unwrap();
    w.clock.set(at("2025-06-12T00:00:00+02:00"));
    let too_late = Refusal::EvidenceTooLate {
        last_day: day("2025-06-11"),
    };
    refused(add(&w, &w.an, &with_step(step), &pdf("4")).await, &too_late);
    // Nor does it lose any.
    let page = w.casework.document(&w.an, w.dossier, first).await.unwrap();
    let mut details = page.document.details.clone();
    details.step = None;
    let away = Correction {
        version: 1,
        details,
    };
    let done = w
        .casework
        .correct_document(&w.an, w.dossier, first, &away, &w.submission())
        .await;
    refused(done, &too_late);
    // What it says of itself can be corrected: it stands beside the line.
    let mut details = page.document.details.clone();
    details.title = label("Overeenkomst, getekend");
    let title = Correction {
        version: 1,
        details,
    };
    w.casework
        .correct_document(&w.an, w.dossier, first, &title, &w.submission())
        .await
        .unwrap();
    // What lies in the wrong dossier goes out of sight all the same.
    let why = note("Van een andere jongere.");
    w.casework
        .withdraw_document(&w.an, w.dossier, (last, 1), &why, &w.submission())
        .await
        .unwrap();
    let line = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    assert_eq!(line.documents.len(), 3);
    assert!(!line.takes_evidence);
}

#[tokio::test]
async fn evidence_is_for_lines_of_the_own_organisation() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let theirs = w.register(&w.carla, w.dossier, "2025-05-20").await;
    for actor in [&w.an, &w.lotte, &w.mediator] {
        let answer = add(&w, actor, &with_step(theirs), &pdf("1")).await;
        assert!(matches!(answer, Err(Failure::NotFound)), "{answer:?}");
    }
    add(&w, &w.carla, &with_step(theirs), &pdf("2"))
        .await
        .unwrap();
    // Another organisation reads what, when and in which state, and no evidence.
    let line = w
        .casework
        .step_page(&w.an, w.dossier, theirs)
        .await
        .unwrap();
    assert!(line.documents.is_empty() && !line.takes_evidence);
    let line = w
        .casework
        .step_page(&w.lotte, w.dossier, theirs)
        .await
        .unwrap();
    assert_eq!(line.documents.len(), 1);
}

#[tokio::test]
async fn a_dossier_and_a_day_take_what_was_set_and_no_more() {
    let limits = DocumentLimits {
        dossier_bytes: MIB,
        a_day: 3,
        ..DocumentLimits::default()
    };
    let w = world_with_documents(limits, None).await;
    let large = pdf(&"x".repeat(700_000));
    add(&w, &w.an, &input(Audience::Own), &large).await.unwrap();
    let full = Refusal::DossierFull { most_mib: 1 };
    let other = pdf(&"y".repeat(700_000));
    refused(add(&w, &w.an, &input(Audience::Own), &other).await, &full);
    add(&w, &w.an, &input(Audience::Own), &pdf("2"))
        .await
        .unwrap();
    add(&w, &w.an, &input(Audience::Own), &pdf("3"))
        .await
        .unwrap();
    let many = Refusal::TooManyDocuments { most: 3 };
    refused(
        add(&w, &w.an, &input(Audience::Own), &pdf("4")).await,
        &many,
    );
    add(&w, &w.bram, &input(Audience::Own), &pdf("5"))
        .await
        .unwrap();
    w.clock.advance(86_401);
    add(&w, &w.an, &input(Audience::Own), &pdf("6"))
        .await
        .unwrap();
    let tomorrow = DocumentInput {
        day: w.casework.today().plus_days(1),
        ..input(Audience::Own)
    };
    let today = w.casework.today();
    let future = Refusal::DocumentInFuture { today };
    refused(add(&w, &w.an, &tomorrow, &pdf("7")).await, &future);
}

#[tokio::test]
async fn t2_documents_that_are_sent_twice_are_added_once() {
    let w = world().await;
    let submission = w.leading_to("/documenten");
    let send = async || {
        let file = incoming(&w.casework, "a.pdf", &pdf("1")).await;
        let input = input(Audience::Own);
        w.casework
            .add_documents(&w.an, w.dossier, &input, vec![file], &submission)
            .await
    };
    send().await.unwrap();
    let again = send().await;
    assert!(matches!(again, Err(Failure::AlreadyDone(to)) if to == "/documenten"));
    let page = w.casework.documents(&w.an, w.dossier).await.unwrap();
    assert_eq!(page.documents.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_content_added_by_many_at_once_is_there_for_everybody() {
    let w = std::sync::Arc::new(world().await);
    let content = pdf("Reglement");
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (w, content) = (w.clone(), content.clone());
        tasks.push(tokio::spawn(async move {
            add(&w, &w.an, &input(Audience::Own), &content)
                .await
                .unwrap()
        }));
    }
    for task in tasks {
        let id = task.await.unwrap();
        assert_eq!(
            bytes(&w.casework, &w.an, w.dossier, id).await.unwrap(),
            content
        );
    }
    // Who was second left bytes that nothing points at: they go after a day.
    assert_eq!(rows(&w, "stored_file").await, 1);
    w.clock.advance(86_401);
    w.casework.tidy_documents().await.unwrap();
    assert_eq!(objects(&w), 1);
    assert_eq!(rows(&w, "loose_object").await, 0);
}

#[tokio::test]
async fn i3_the_client_reads_which_document_was_opened() {
    let w = world().await;
    let id = add(&w, &w.an, &input(Audience::Own), &pdf("1"))
        .await
        .unwrap();
    bytes(&w.casework, &w.bram, w.dossier, id).await.unwrap();
    let (_, openings) = w
        .casework
        .openings(&w.lotte, w.dossier, None, 100)
        .await
        .unwrap();
    let wanted = format!("bestand:{}", id.address());
    assert!(
        openings
            .iter()
            .any(|it| it.what == wanted && it.person == "Bram Claes")
    );
    // One that is refused is not there as opened.
    let denied = w.casework.document_file(&w.carla, w.dossier, id).await;
    assert!(matches!(denied, Err(Failure::Denied(Denied::Dossier))));
    let (_, openings) = w
        .casework
        .openings(&w.lotte, w.dossier, None, 100)
        .await
        .unwrap();
    assert!(!openings.iter().any(|it| it.person == "Carla Nys"));
}

#[tokio::test]
async fn what_nothing_points_at_goes_after_a_day_and_what_something_does_stays() {
    let w = world().await;
    let gone = add(&w, &w.an, &input(Audience::Own), &pdf("1"))
        .await
        .unwrap();
    let stays = add(&w, &w.an, &input(Audience::Own), &pdf("2"))
        .await
        .unwrap();
    let shared = pdf("3");
    let one = add(&w, &w.an, &input(Audience::Own), &shared)
        .await
        .unwrap();
    let other = add(&w, &w.an, &input(Audience::Own), &shared)
        .await
        .unwrap();
    assert_eq!(objects(&w), 3);
    // As whoever erases a document does.
    let literal = |id: DocumentId| {
        if w.place().is_postgres() {
            format!("'{}'", id.0)
        } else {
            format!("x'{}'", id.address())
        }
    };
    for id in [gone, one] {
        let sql = format!("DELETE FROM document WHERE id = {}", literal(id));
        assert_eq!(w.place().execute(&sql).await, Ok(1));
    }
    assert_eq!(w.casework.tidy_documents().await.unwrap(), 0);
    w.clock.advance(86_401);
    assert_eq!(w.casework.tidy_documents().await.unwrap(), 1);
    assert_eq!(objects(&w), 2);
    for id in [stays, other] {
        assert!(bytes(&w.casework, &w.an, w.dossier, id).await.is_ok());
    }
    // The content that went can be added again.
    let again = add(&w, &w.an, &input(Audience::Own), &pdf("1"))
        .await
        .unwrap();
    assert_eq!(
        bytes(&w.casework, &w.an, w.dossier, again).await.unwrap(),
        pdf("1")
    );
    w.clock.advance(86_401);
    assert_eq!(w.casework.tidy_documents().await.unwrap(), 0);
    assert_eq!(objects(&w), 3);
}

#[tokio::test]
async fn a_row_without_bytes_is_said_to_be_unavailable_and_breaks_nothing_else() {
    let w = world().await;
    let id = add(&w, &w.an, &input(Audience::Own), &pdf("1"))
        .await
        .unwrap();
    std::fs::remove_dir_all(w.documents_folder()).unwrap();
    let answer = bytes(&w.casework, &w.an, w.dossier, id).await;
    assert!(matches!(answer, Err(Failure::Unavailable(_))), "{answer:?}");
    assert!(w.casework.documents(&w.an, w.dossier).await.is_ok());
}

fn asking(basis: Basis) -> AskInput {
    AskInput {
        number: ClientNumber::parse("61000447").unwrap(),
        proof: Proof::Birth(day("2008-03-17")),
        basis,
        form_on: Some(day("2025-05-27")),
        purpose: note("Begeleiding vanaf juni."),
    }
}

async fn ask(w: &World, number: &str, form: Option<Incoming>) -> Result<(), Failure> {
    let input = AskInput {
        number: ClientNumber::parse(number).unwrap(),
        ..asking(Basis::Agreement)
    };
    w.casework
        .ask_grant_with_form(&w.carla, &input, form, &w.submission())
        .await
}

#[tokio::test]
async fn i2_an_agreement_comes_with_its_form_and_becomes_a_document_when_it_is_granted() {
    let w = world().await;
    refused(ask(&w, "61000447", None).await, &Refusal::FormFileNeeded);
    let form = incoming(&w.casework, "formulier.jpg", &paper(FileType::Jpeg)).await;
    ask(&w, "61000447", Some(form)).await.unwrap();
    let request = w.casework.own_grants(&w.carla).await.unwrap().requests[0].id;
    // Nobody finds it in the dossier before that.
    let page = w.casework.documents(&w.mediator, w.dossier).await.unwrap();
    assert!(page.documents.is_empty());
    let page = w
        .casework
        .grant_request(&w.mediator, request)
        .await
        .unwrap();
    assert_eq!(page.form.unwrap().name.as_str(), "formulier.jpg");
    let file = w
        .casework
        .request_form_file(&w.mediator, request)
        .await
        .unwrap();
    let pieces: Vec<Bytes> = file.stream.try_collect().await.unwrap();
    assert_eq!(pieces.concat(), paper(FileType::Jpeg));
    let denied = w.casework.request_form_file(&w.carla, request).await;
    assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
    let decision = GrantDecision::Grant(None);
    w.casework
        .decide_grant_request(&w.mediator, request, &decision, &w.submission())
        .await
        .unwrap();
    let page = w.casework.documents(&w.carla, w.dossier).await.unwrap();
    let document = &page.documents[0];
    assert_eq!(document.details.kind, DocumentKind::AccessForm);
    assert_eq!(document.details.day, day("2025-05-27"));
    assert_eq!(document.added.by, w.carla.person);
    let back = bytes(&w.casework, &w.carla, w.dossier, document.id).await;
    assert_eq!(back.unwrap(), paper(FileType::Jpeg));
    // The organisation that asked has it, and no other one.
    let others = w.casework.documents(&w.an, w.dossier).await.unwrap();
    assert!(others.documents.is_empty());
    w.clock.advance(86_401);
    w.casework.tidy_documents().await.unwrap();
    assert_eq!(objects(&w), 1);
}

#[tokio::test]
async fn i2_the_form_of_a_refused_request_goes_after_thirty_days_whether_or_not_it_fits_a_client() {
    let w = world().await;
    for (place, number) in ["61000447", "61000546"].into_iter().enumerate() {
        let form = incoming(&w.casework, "formulier.pdf", &pdf(number)).await;
        ask(&w, number, Some(form)).await.unwrap();
        let request = w.casework.own_grants(&w.carla).await.unwrap().requests[0].id;
        let decision = GrantDecision::Refuse(RefusalGround::NoForm, None);
        w.casework
            .decide_grant_request(&w.mediator, request, &decision, &w.submission())
            .await
            .unwrap();
        assert_eq!(objects(&w), place + 1);
        w.clock.advance(1);
    }
    let days = |n: i64| n * 86_400;
    w.clock.advance(days(29));
    w.casework.tidy_documents().await.unwrap();
    assert_eq!(rows(&w, "request_form").await, 2);
    w.clock.advance(days(1) + 1);
    w.casework.tidy_documents().await.unwrap();
    assert_eq!(rows(&w, "request_form").await, 0);
    w.clock.advance(days(1) + 1);
    assert_eq!(w.casework.tidy_documents().await.unwrap(), 2);
    assert_eq!(objects(&w), 0);
}
