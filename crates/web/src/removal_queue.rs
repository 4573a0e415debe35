//! 'Vragen om verwijdering': the coach's queue, one request with its line as text, and the decision
//! (R6). The request itself is made on the line; see `steps::view`.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, JournalEntry, Queued, RemovalPage, StepPage};
use domain::ids::RemovalId;
use domain::policy::Operation;
use domain::refusal::{Field, Refusal, Refusals};
use domain::steps::removal::Decision;
use domain::text::Note;

use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Fact, Page};
use crate::routes::Routes;
use crate::steps::{
    AddendumView, NoteView, action_lines, addenda, ending_facts, line_facts, line_notes,
    review_text, submission,
};

const LIST: &str = "/verwijderingen";

pub(crate) fn routes(routes: Routes) -> Routes {
    const SEE: Operation = Operation::ViewRemovals;
    const DECIDE: Operation = Operation::DecideRemoval;
    routes
        .get(LIST, SEE, queue)
        .get("/verwijderingen/{removal}", SEE, one)
        .post("/verwijderingen/{removal}/verwijderen", DECIDE, remove)
        .post("/verwijderingen/{removal}/weigeren", DECIDE, refuse)
}

#[derive(Template)]
#[template(path = "removal_queue/list.html")]
struct QueuePage {
    page: Page,
    waiting: Vec<QueueRow>,
    decided: Vec<QueueRow>,
}

struct QueueRow {
    href: String,
    number: String,
    asked_at: String,
    asked_by: String,
    decided_at: String,
    removed: bool,
}

#[derive(Template)]
#[template(path = "removal_queue/one.html")]
struct OnePage {
    page: Page,
    errors: Errors,
    back: &'static str,
    asked: String,
    asker: String,
    reason: String,
    decision: DecisionView,
    review: String,
    rows: Vec<Fact>,
    summary: String,
    addenda: Vec<AddendumView>,
    notes: Vec<NoteView>,
    actions: Vec<String>,
    history: Vec<EntryView>,
    forms: Option<Forms>,
    typed: String,
    typed_max: String,
}

/// What was decided, once it was.
#[derive(Default)]
struct DecisionView {
    text: String,
    reason: String,
}

struct EntryView {
    what: String,
    when: String,
    who: String,
}

/// The two forms of a request that waits, each with a key of its own (T2).
struct Forms {
    remove_action: String,
    remove_key: String,
    refuse_action: String,
    refuse_key: String,
}

/// How the page of a request comes back.
#[derive(Default)]
struct Shown {
    errors: Errors,
    status: StatusCode,
    typed: String,
}

async fn queue(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    let found = app
        .casework
        .removal_queue(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut page = app.page(&me, "Vragen om verwijdering", LIST);
    page.notice = notice;
    Ok(render(
        StatusCode::OK,
        &QueuePage {
            page,
            waiting: found.waiting.into_iter().map(queue_row).collect(),
            decided: found.decided.into_iter().map(queue_row).collect(),
        },
    ))
}

fn queue_row(queued: Queued) -> QueueRow {
    QueueRow {
        href: format!("{LIST}/{}", queued.id.address()),
        number: queued.client_number.to_string(),
        asked_at: queued.asked_at.brussels_text(),
        asked_by: queued.asked_by,
        decided_at: queued
            .decided_at
            .map(|at| at.brussels_text())
            .unwrap_or_default(),
        removed: queued.removed == Some(true),
    }
}

async fn one(
    State(app): State<App>,
    me: Me,
    Path(removal): Path<String>,
) -> Result<Response, Response> {
    let Some(id) = RemovalId::from_address(&removal) else {
        return Err(fail::not_found(&app, Some(&me)));
    };
    show(&app, &me, id, Shown::default()).await
}

async fn show(app: &App, me: &Me, id: RemovalId, shown: Shown) -> Result<Response, Response> {
    let failed = |failure| fail::answer(app, me, failure);
    let casework = &app.casework;
    let found = casework.removal_page(&me.actor, id).await.map_err(failed)?;
    let step = found.line.step.id;
    let (_, _, history) = casework
        .step_history(&me.actor, found.dossier, step)
        .await
        .map_err(failed)?;
    Ok(render_one(app, me, &found, history, shown))
}

fn render_one(
    app: &App,
    me: &Me,
    found: &RemovalPage,
    history: Vec<JournalEntry>,
    shown: Shown,
) -> Response {
    let (request, line) = (&found.request, &found.line);
    let address = format!("{LIST}/{}", request.id.address());
    let mut page = app.page(me, "Vraag om verwijdering", LIST);
    page.has_errors = !shown.errors.is_empty();
    render(
        shown.status,
        &OnePage {
            page,
            errors: shown.errors,
            back: LIST,
            asked: format!(
                "{} vroeg op {} om deze stap te verwijderen.",
                request.asked.by_name,
                request.asked.at.brussels_text()
            ),
            asker: request.asked.by_name.clone(),
            reason: request.reason.to_string(),
            decision: decision_view(request.decision.as_ref()),
            review: line
                .review
                .as_ref()
                .map(|(study, _)| review_text(study))
                .unwrap_or_default(),
            rows: line_rows(app, line),
            summary: line
                .step
                .summary
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            addenda: addenda(line),
            notes: line_notes(line),
            actions: action_lines(line),
            history: history.into_iter().map(entry_view).collect(),
            forms: request.decision.is_none().then(|| Forms {
                remove_action: format!("{address}/verwijderen"),
                remove_key: app.casework.submission_key().0.to_string(),
                refuse_action: format!("{address}/weigeren"),
                refuse_key: app.casework.submission_key().0.to_string(),
            }),
            typed: shown.typed,
            typed_max: Note::MAX.to_string(),
        },
    )
}

fn decision_view(decision: Option<&Decision>) -> DecisionView {
    match decision {
        None => DecisionView::default(),
        Some(Decision::Removed(stamp)) => DecisionView {
            text: format!(
                "{} verwijderde de stap op {}.",
                stamp.by_name,
                stamp.at.brussels_text()
            ),
            reason: String::new(),
        },
        Some(Decision::Refused(stamp, reason)) => DecisionView {
            text: format!(
                "{} liet de stap staan op {}.",
                stamp.by_name,
                stamp.at.brussels_text()
            ),
            reason: reason.to_string(),
        },
    }
}

/// The client and the line, as text.
fn line_rows(app: &App, line: &StepPage) -> Vec<Fact> {
    let step = &line.step;
    let name = line
        .kind
        .as_ref()
        .map_or_else(|| step.step_type.to_string(), |kind| kind.name_list.clone());
    let mut rows = vec![
        Fact::new("Klant", line.head.full_name()),
        Fact::new("Klantnummer", line.head.client_number.to_string()),
        Fact::new("Stap", name),
    ];
    rows.extend(line_facts(app, line));
    rows.extend(ending_facts(app, line));
    rows
}

fn entry_view(stored: JournalEntry) -> EntryView {
    EntryView {
        what: stored.entry.event.label().to_owned(),
        when: stored.entry.at.brussels_text(),
        who: if stored.organisation.is_empty() {
            stored.by_name
        } else {
            format!("{}, {}", stored.by_name, stored.organisation)
        },
    }
}

/// 'Stap verwijderen'.
async fn remove(
    State(app): State<App>,
    me: Me,
    Path(removal): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let Some(id) = RemovalId::from_address(&removal) else {
        return Err(fail::not_found(&app, Some(&me)));
    };
    let mut shown = Shown::default();
    let leads_to = format!("{LIST}?gelukt=verwijderd");
    let Some(submission) = submission(&app, &fields, leads_to, &mut shown.errors) else {
        shown.status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&app, &me, id, shown).await;
    };
    let done = app.casework.remove_line(&me.actor, id, &submission).await;
    match done {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(failure) => refused(&app, &me, id, failure, shown).await,
    }
}

/// 'Verzoek weigeren', with its reason.
async fn refuse(
    State(app): State<App>,
    me: Me,
    Path(removal): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let Some(id) = RemovalId::from_address(&removal) else {
        return Err(fail::not_found(&app, Some(&me)));
    };
    let mut shown = Shown {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        typed: fields.get("reden").to_owned(),
        ..Shown::default()
    };
    let reason: Option<Note> = fields.story("reden", Field::Decision, &mut shown.errors);
    let leads_to = format!("{LIST}?gelukt=geweigerd");
    let submission = submission(&app, &fields, leads_to, &mut shown.errors);
    let (Some(reason), Some(submission)) = (reason, submission) else {
        return show(&app, &me, id, shown).await;
    };
    let done = app
        .casework
        .refuse_removal(&me.actor, id, &reason, &submission)
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(failure) => refused(&app, &me, id, failure, shown).await,
    }
}

/// A decision that was refused: the page as it is now, with the sentences and what was typed.
async fn refused(
    app: &App,
    me: &Me,
    id: RemovalId,
    failure: Failure,
    mut shown: Shown,
) -> Result<Response, Response> {
    let Failure::Refused(refusals) = failure else {
        return Err(fail::answer(app, me, failure));
    };
    shown.status = status_of(&refusals);
    shown.errors.refused(&refusals);
    show(app, me, id, shown).await
}

fn status_of(refusals: &Refusals) -> StatusCode {
    if refusals.contains(&Refusal::RemovalAlreadyDecided) {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use testkit::{World, note, world};

    use super::*;
    use crate::caseload::tests::Browser;
    use crate::steps::step_address;

    /// An ended line whose removal An asked; the address of the request.
    async fn asked(world: &World) -> String {
        let step = world.register(&world.an, world.dossier, "2025-05-01").await;
        world
            .record(&world.an, world.dossier, step, "2025-05-06")
            .await;
        world
            .end(&world.an, world.dossier, step, "2025-05-27")
            .await;
        let reason = note("Het was een andere jongere.");
        world
            .casework
            .request_removal(&world.an, world.dossier, step, &reason, &world.submission())
            .await
            .unwrap();
        let queue = world.casework.removal_queue(&world.coach).await.unwrap();
        format!("{LIST}/{}", queue.waiting[0].id.address())
    }

    fn form(world: &World, reason: &str) -> String {
        format!(
            "sleutel={}&reden={reason}",
            world.casework.submission_key().0
        )
    }

    #[tokio::test]
    async fn the_coach_reads_the_request_with_the_whole_line() {
        let world = world().await;
        let request = asked(&world).await;
        let coach = Browser::of(&world, "coach").await;

        let seen = coach.open(LIST).await;
        assert!(
            seen.html
                .contains(&format!("href=\"{request}\">Stap van klant 61000447"))
        );
        let seen = coach.open(&request).await;
        assert_eq!(seen.status, 200);
        for text in [
            "An Peeters vroeg op 28/05/2025",
            "Het was een andere jongere.",
            "Lotte Maes",
            "EEWG019 - Onderwijs onderst alternerend leren",
            "Leerhuis De Brug Stationsstraat 1 (4101), An Peeters",
            "Positief resultaat",
            "De jongere zet de opleiding verder of start een andere opleiding",
            "06/05/2025: Individueel gesprek",
            "Stap verwijderen",
            "Verzoek weigeren",
        ] {
            assert!(seen.html.contains(text), "{text}");
        }
    }

    #[tokio::test]
    async fn the_coach_removes_the_line_and_the_asker_is_told() {
        let world = world().await;
        let request = asked(&world).await;
        let coach = Browser::of(&world, "coach").await;
        let (address, sent) = (format!("{request}/verwijderen"), form(&world, ""));

        let seen = coach.post(&address, &sent).await;
        assert_eq!(
            (seen.status, seen.location.as_str()),
            (303, "/verwijderingen?gelukt=verwijderd")
        );
        let seen = coach.open(&seen.location).await;
        assert!(seen.html.contains("De stap is verwijderd."));
        assert!(seen.html.contains("Geen vragen"));
        // The same form again leads to the same place (T2).
        assert_eq!(coach.post(&address, &sent).await.status, 303);
        // The request stays to be read, without its forms.
        let seen = coach.open(&request).await;
        assert!(
            seen.html
                .contains("Co Ach verwijderde de stap op 28/05/2025")
        );
        assert!(!seen.html.contains("Verzoek weigeren"));

        let an = Browser::of(&world, "an").await;
        let seen = an.open("/meldingen").await;
        assert!(
            seen.html
                .contains("De provinciale coach verwijderde de stap waarvoor je dat vroeg.")
        );
        assert!(seen.html.contains(&format!(
            "href=\"/dossier/{}/stappen\"",
            world.dossier.address()
        )));
        assert!(seen.html.contains(">Nieuw</strong>"));
        assert_eq!(
            an.post("/meldingen/gelezen", "").await.location,
            "/meldingen"
        );
        let seen = an.open("/meldingen").await;
        assert!(!seen.html.contains(">Nieuw</strong>") && !seen.html.contains("Alles gelezen"));
    }

    #[tokio::test]
    async fn refusing_needs_a_reason_and_the_asker_reads_it() {
        let world = world().await;
        let request = asked(&world).await;
        let coach = Browser::of(&world, "coach").await;
        let address = format!("{request}/weigeren");

        let seen = coach.post(&address, &form(&world, "+")).await;
        assert_eq!(seen.status, 422);
        assert!(seen.html.contains("<title>Fout: Vraag om verwijdering"));
        assert!(
            seen.html
                .contains("href=\"#reden\">Schrijf waarom de stap blijft staan.")
        );
        let long = "lang".repeat(Note::MAX);
        let seen = coach.post(&address, &form(&world, &long)).await;
        assert_eq!(seen.status, 422);
        assert!(seen.html.contains(&long), "what was typed stays");

        let seen = coach.post(&address, &form(&world, "De+datum+klopt.")).await;
        assert_eq!(seen.location, "/verwijderingen?gelukt=geweigerd");
        let seen = coach.open(LIST).await;
        assert!(seen.html.contains("Geweigerd"));

        let step = world
            .casework
            .steps_page(&world.an, world.dossier)
            .await
            .unwrap()
            .rows[0]
            .id;
        let seen = Browser::of(&world, "an").await.open("/meldingen").await;
        assert!(
            seen.html
                .contains("De provinciale coach liet de stap staan.")
        );
        assert!(seen.html.contains("De datum klopt."));
        assert!(seen.html.contains(&step_address(world.dossier, step)));
    }

    #[tokio::test]
    async fn a_second_decision_is_refused_and_what_was_typed_stays() {
        let world = world().await;
        let request = asked(&world).await;
        let coach = Browser::of(&world, "coach").await;
        coach
            .post(&format!("{request}/verwijderen"), &form(&world, ""))
            .await;

        let address = format!("{request}/weigeren");
        let seen = coach.post(&address, &form(&world, "De+datum+klopt.")).await;
        assert_eq!(seen.status, 409);
        assert!(seen.html.contains("Over deze vraag is al beslist."));
        assert!(seen.html.contains("De datum klopt."));
    }

    #[tokio::test]
    async fn an_old_or_broken_form_changes_nothing() {
        let world = world().await;
        let request = asked(&world).await;
        let coach = Browser::of(&world, "coach").await;
        let address = format!("{request}/verwijderen");
        let seen = coach.post(&address, "sleutel=iets").await;
        assert_eq!(seen.status, 422);
        assert!(
            seen.html
                .contains("Dit formulier is niet volledig aangekomen.")
        );
        assert_eq!(coach.open("/verwijderingen/iets").await.status, 404);
        let unknown = format!("{LIST}/{}", "0".repeat(32));
        assert_eq!(coach.open(&unknown).await.status, 404);
        let queue = world.casework.removal_queue(&world.coach).await.unwrap();
        assert_eq!(queue.waiting.len(), 1);
    }
}
