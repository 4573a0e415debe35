//! H6 and H7: what is wrong is put right without a byte of a final line changing, by somebody who neither
//! asked for it nor wrote it.

#![allow(clippy::unwrap_used)]

use casework::{CorrectionAnswer, CorrectionPage, Failure, NoticeKind, QueuePlace};
use domain::corrections::{Ask, CorrectionKind, Subject};
use domain::ids::{CorrectionId, StepId};
use domain::journal::Event;
use domain::people::Actor;
use domain::policy::Denied;
use domain::refusal::{Field, Refusal};
use testkit::{World, note, world};

fn ask(subject: Subject, text: &str) -> Ask {
    Ask {
        kind: CorrectionKind::Correction,
        subject,
        text: note(text),
    }
}

async fn asked(world: &World, actor: &Actor, ask: &Ask) -> Result<CorrectionId, Failure> {
    let submission = world.submission();
    world
        .casework
        .ask_correction(actor, world.dossier, ask, &submission)
        .await
}

async fn decide(
    world: &World,
    actor: &Actor,
    id: CorrectionId,
    answer: CorrectionAnswer,
) -> Result<(), Failure> {
    world
        .casework
        .decide_correction(actor, (id, 1), &answer, &world.submission())
        .await
}

async fn page(world: &World, actor: &Actor, id: CorrectionId) -> Result<CorrectionPage, Failure> {
    world.casework.correction_page(actor, id).await
}

async fn ended_line(world: &World) -> StepId {
    let step = world.register(&world.an, world.dossier, "2025-04-01").await;
    world
        .end(&world.an, world.dossier, step, "2025-05-27")
        .await;
    step
}

fn granted() -> CorrectionAnswer {
    let next_to = note("De jongere stopte op 20/05/2025.");
    CorrectionAnswer::Grant(note("Je had gelijk."), Some(next_to))
}

#[track_caller]
fn refused(result: Result<impl Sized, Failure>, why: &Refusal) {
    match result {
        Err(Failure::Refused(refusals)) => assert!(refusals.contains(why), "{refusals:?}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[track_caller]
fn not_there(result: Result<impl Sized, Failure>) {
    match result {
        Err(Failure::NotFound | Failure::Denied(Denied::Dossier)) => {}
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was there"),
    }
}

#[tokio::test]
async fn h7_a_correction_stands_next_to_a_final_line_of_which_no_byte_changes() {
    let w = world().await;
    let step = ended_line(&w).await;
    let line_of = |all: &std::collections::BTreeMap<String, Vec<String>>| {
        [
            all["step"].clone(),
            all["step_text"].clone(),
            all["addendum"].clone(),
        ]
    };
    let before = line_of(&w.place().contents().await);
    let id = asked(
        &w,
        &w.lotte,
        &ask(Subject::Line(step), "Ik stopte op 20 mei."),
    )
    .await
    .unwrap();
    decide(&w, &w.coach, id, granted()).await.unwrap();
    assert_eq!(line_of(&w.place().contents().await), before);
    // Whoever reads the story of the line reads it, with who decided.
    for reader in [&w.an, &w.lotte, &w.mediator] {
        let page = w.casework.step_page(reader, w.dossier, step).await.unwrap();
        assert_eq!(page.corrections.len(), 1, "{}", reader.name);
        assert_eq!(page.corrections[0].stamp.by, w.coach.person);
        let list = w.casework.steps_page(reader, w.dossier).await.unwrap();
        assert!(list.rows[0].corrected);
    }
    // Another organisation knows that there is one, not what it says.
    w.grant_to(w.dossier, &w.b).await;
    let page = w
        .casework
        .step_page(&w.carla, w.dossier, step)
        .await
        .unwrap();
    assert!(page.is_corrected && page.corrections.is_empty());
    // The asker and who gives the line are told, and the journal has it all.
    let told = w.casework.notices(&w.lotte).await.unwrap();
    assert_eq!(told[0].kind, NoticeKind::CorrectionGranted.code());
    assert_eq!(told[0].note.as_deref(), Some("Je had gelijk."));
    let told = w.casework.notices(&w.an).await.unwrap();
    assert_eq!(told[0].kind, NoticeKind::LineCorrected.code());
    let events: Vec<Event> = w
        .journal(w.dossier)
        .await
        .iter()
        .filter(|it| it.entry.step == Some(step.0))
        .map(|it| it.entry.event)
        .collect();
    let last = &events[events.len() - 2..];
    assert_eq!(last, [Event::CorrectionAsked, Event::CorrectionGranted]);
}

#[tokio::test]
async fn h7_the_database_keeps_what_stands_next_to_a_line() {
    let w = world().await;
    let step = ended_line(&w).await;
    let ask = ask(Subject::Line(step), "Ik stopte op 20 mei.");
    let id = asked(&w, &w.lotte, &ask).await.unwrap();
    decide(&w, &w.mediator, id, granted()).await.unwrap();
    let before = w.place().contents().await;
    for sql in [
        "UPDATE correction_note SET text = 'anders'",
        "DELETE FROM correction_note",
    ] {
        assert!(w.place().execute(sql).await.is_err(), "{sql}");
    }
    assert_eq!(w.place().contents().await, before);
}

#[tokio::test]
async fn h7_neither_the_asker_nor_who_wrote_the_line_decides() {
    let w = world().await;
    let step = ended_line(&w).await;
    // The mediator asks, and so does not decide.
    let own = ask(Subject::Line(step), "De einddatum klopt niet.");
    let own = asked(&w, &w.mediator, &own).await.unwrap();
    let result = decide(&w, &w.mediator, own, granted()).await;
    refused(result, &Refusal::OwnCorrection);
    // A counsellor who becomes a coach finds a line of theirs in the queue, and does not decide on it.
    let turned = Actor {
        role: domain::people::Role::Coach,
        unit: None,
        ..w.an.clone()
    };
    refused(
        decide(&w, &turned, own, granted()).await,
        &Refusal::AuthorOfLine,
    );
    decide(&w, &w.coach, own, granted()).await.unwrap();
    let again = CorrectionAnswer::Refuse(note("Toch niet."));
    refused(
        decide(&w, &w.coach, own, again).await,
        &Refusal::CorrectionDecided,
    );
}

#[tokio::test]
async fn h7_a_coach_decides_on_lines_and_sees_nothing_else() {
    let w = world().await;
    let step = ended_line(&w).await;
    let other = w.register(&w.an, w.dossier, "2025-05-27").await;
    let personal = ask(Subject::Personal, "Mijn adres is veranderd.");
    let personal = asked(&w, &w.lotte, &personal).await.unwrap();
    // Nothing of a line was asked yet: the dossier is not there for a coach.
    not_there(page(&w, &w.coach, personal).await);
    let line = ask(Subject::Line(step), "Ik stopte op 20 mei.");
    let line = asked(&w, &w.lotte, &line).await.unwrap();
    let seen = page(&w, &w.coach, line).await.unwrap();
    assert_eq!(seen.line.unwrap().step.id, step);
    not_there(page(&w, &w.coach, personal).await);
    not_there(decide(&w, &w.coach, personal, granted()).await);
    // The line itself opens through the request only, and no other line does.
    for line in [step, other] {
        not_there(w.casework.step_page(&w.coach, w.dossier, line).await);
    }
    let queue = w.casework.correction_queue(&w.coach, None).await.unwrap();
    assert_eq!(queue.waiting.len(), 1);
    let queue = w
        .casework
        .correction_queue(&w.mediator, None)
        .await
        .unwrap();
    assert_eq!(queue.waiting.len(), 2);
    for nobody in [&w.an, &w.manager, &w.lotte, &w.controller, &w.system] {
        let denied = w.casework.correction_queue(nobody, None).await;
        assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
    }
}

#[tokio::test]
async fn h6_a_counsellor_asks_about_own_lines_and_the_profile() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let step = ended_line(&w).await;
    let of_another = ask(Subject::Line(step), "De einddatum klopt niet.");
    let denied = asked(&w, &w.carla, &of_another).await;
    assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
    let free = ask(Subject::Other, "Alles klopt niet.");
    refused(
        asked(&w, &w.carla, &free).await,
        &Refusal::NotChosen(Field::Subject),
    );
    let own = ask(Subject::Personal, "Het adres is veranderd.");
    asked(&w, &w.carla, &own).await.unwrap();
    asked(&w, &w.lotte, &ask(Subject::Other, "Wie is Carla?"))
        .await
        .unwrap();
    asked(&w, &w.an, &of_another).await.unwrap();
    let texts = |page: casework::CorrectionsPage| -> Vec<String> {
        let all = page.requests.iter();
        all.map(|it| it.text.to_string()).collect()
    };
    let page = w.casework.corrections(&w.carla, w.dossier).await.unwrap();
    assert_eq!(texts(page), ["Het adres is veranderd."]);
    let page = w.casework.corrections(&w.bram, w.dossier).await.unwrap();
    assert_eq!(texts(page), ["De einddatum klopt niet."]);
    let page = w.casework.corrections(&w.lotte, w.dossier).await.unwrap();
    assert_eq!(page.requests.len(), 3);
    // What is asked about has to stand in this dossier.
    let elsewhere = w.client("61000546", "Noor", "Aerts").await;
    w.grant_to(elsewhere, &w.a).await;
    let foreign = w.register(&w.an, elsewhere, "2025-04-01").await;
    not_there(asked(&w, &w.lotte, &ask(Subject::Line(foreign), "Fout.")).await);
    let study = w.add_study(&w.an, elsewhere, "2024-06-30", None).await;
    not_there(asked(&w, &w.lotte, &ask(Subject::Study(study), "Fout.")).await);
}

#[tokio::test]
async fn h6_an_objection_is_the_clients_and_gets_a_reasoned_answer() {
    let w = world().await;
    let objection = Ask {
        kind: CorrectionKind::Objection,
        ..ask(Subject::Other, "Ik wil niet dat dit bewaard wordt.")
    };
    refused(
        asked(&w, &w.mediator, &objection).await,
        &Refusal::ObjectionOfClientOnly,
    );
    let id = asked(&w, &w.lotte, &objection).await.unwrap();
    let answer = note("De wet zegt dat we dit 10 jaar bewaren.");
    decide(&w, &w.mediator, id, CorrectionAnswer::Refuse(answer))
        .await
        .unwrap();
    let told = w.casework.notices(&w.lotte).await.unwrap();
    assert_eq!(told[0].kind, NoticeKind::CorrectionRefused.code());
    assert_eq!(
        told[0].note.as_deref(),
        Some("De wet zegt dat we dit 10 jaar bewaren.")
    );
}

#[tokio::test]
async fn t1_t2_of_two_who_decide_one_is_first_and_a_form_sent_twice_counts_once() {
    let w = world().await;
    let step = ended_line(&w).await;
    let request = ask(Subject::Line(step), "Ik stopte op 20 mei.");
    let submission = w.submission();
    let send = || {
        w.casework
            .ask_correction(&w.lotte, w.dossier, &request, &submission)
    };
    let id = send().await.unwrap();
    assert!(matches!(send().await, Err(Failure::AlreadyDone(_))));
    let refusal = CorrectionAnswer::Refuse(note("Het staat er juist."));
    let (one, two) = tokio::join!(
        decide(&w, &w.coach, id, granted()),
        decide(&w, &w.mediator, id, refusal)
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    for lost in [one, two].into_iter().filter(Result::is_err) {
        refused(lost, &Refusal::CorrectionDecided);
    }
    let old = ask(Subject::Personal, "Mijn adres is veranderd.");
    let id = asked(&w, &w.lotte, &old).await.unwrap();
    let answer = CorrectionAnswer::Refuse(note("Neen."));
    let submission = w.submission();
    let old = w
        .casework
        .decide_correction(&w.mediator, (id, 7), &answer, &submission)
        .await;
    refused(old, &Refusal::ChangedMeanwhile);
}

#[tokio::test]
async fn the_queue_goes_on_behind_a_page_and_loses_nobody() {
    let w = world().await;
    let mut all = Vec::new();
    // Twenty in one dossier at most; some at the same instant.
    for client in 0..3 {
        let dossier = if client == 0 {
            w.dossier
        } else {
            let number = ["61000546", "61000645"][client - 1];
            w.client(number, "Noor", "Aerts").await
        };
        for _ in 0..20 {
            let request = ask(Subject::Personal, "Mijn adres is veranderd.");
            let submission = w.submission();
            let done = w
                .casework
                .ask_correction(&w.mediator, dossier, &request, &submission)
                .await;
            all.push(done.unwrap());
        }
        w.clock.advance(1);
    }
    let one_more = ask(Subject::Personal, "Mijn adres is veranderd.");
    let most = Refusal::TooManyCorrections { most: 20 };
    refused(asked(&w, &w.lotte, &one_more).await, &most);
    let mut seen = Vec::new();
    let mut after: Option<QueuePlace> = None;
    loop {
        let page = w
            .casework
            .correction_queue(&w.mediator, after)
            .await
            .unwrap();
        seen.extend(page.waiting.iter().map(|it| it.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    all.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, all);
}
