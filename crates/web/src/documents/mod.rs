//! 'Documenten': the list, adding, one document with its preview, and what may be done with it.

mod add;
mod file;
mod one;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::documents::{Audience, Document, DocumentKind};
use domain::ids::{DocumentId, DossierId};
use domain::past::Past;
use domain::people::Role;
use domain::policy::Operation as O;
use domain::refusal::{Field, Refusal, Refusals};

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::find::{Find, FindBar};
use crate::page::{Choice, DossierHead, Errors, Page};
use crate::past;
use crate::routes::Routes;
use crate::sentences;
use crate::steps::{dossier_in, step_address};

pub(crate) use add::ACCEPT;
pub(crate) use file::answer as file_answer;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/dossier/{dossier}/documenten", O::ViewDocuments, list)
        .get(
            "/dossier/{dossier}/documenten/nieuw",
            O::AddDocument,
            add::show,
        )
        .post(
            "/dossier/{dossier}/documenten/nieuw",
            O::AddDocument,
            add::send,
        )
        .get(
            "/dossier/{dossier}/documenten/{document}",
            O::ViewDocuments,
            one::show,
        )
        .get(
            "/dossier/{dossier}/documenten/{document}/inhoud",
            O::ViewDocuments,
            file::inline,
        )
        .get(
            "/dossier/{dossier}/documenten/{document}/bestand",
            O::ViewDocuments,
            file::download,
        )
        .get(
            "/dossier/{dossier}/documenten/{document}/wijzigen",
            O::ChangeDocument,
            one::change_form,
        )
        .post(
            "/dossier/{dossier}/documenten/{document}/wijzigen",
            O::ChangeDocument,
            one::change,
        )
        .get(
            "/dossier/{dossier}/documenten/{document}/intrekken",
            O::ChangeDocument,
            one::withdraw_form,
        )
        .post(
            "/dossier/{dossier}/documenten/{document}/intrekken",
            O::ChangeDocument,
            one::withdraw,
        )
}

/// The address of the list.
pub(crate) fn list_address(dossier: DossierId) -> String {
    format!("{}/documenten", dossier_address(dossier))
}

/// The address of a document.
pub(crate) fn document_address(dossier: DossierId, document: DocumentId) -> String {
    format!("{}/{}", list_address(dossier), document.address())
}

fn document_in(
    app: &App,
    me: &Me,
    (dossier, document): &(String, String),
) -> Result<(DossierId, DocumentId), Response> {
    let document =
        DocumentId::from_address(document).ok_or_else(|| fail::not_found(app, Some(me)))?;
    Ok((dossier_in(app, me, dossier)?, document))
}

/// How large, as people say it.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", bytes.div_ceil(1_000).max(1))
    } else {
        let tenths = bytes.div_ceil(100_000);
        format!("{},{} MB", tenths / 10, tenths % 10)
    }
}

/// A document as a line of text beside the line it is evidence of.
pub(crate) struct EvidenceView {
    pub(crate) title: String,
    /// Empty when it cannot be opened any more.
    pub(crate) href: String,
    pub(crate) about: String,
}

/// The evidence of a line.
pub(crate) fn evidence(dossier: DossierId, documents: &[Document]) -> Vec<EvidenceView> {
    documents
        .iter()
        .map(|document| match &document.withdrawn {
            None => EvidenceView {
                title: document.details.title.as_str().to_owned(),
                href: document_address(dossier, document.id),
                about: format!(
                    "{}, {}",
                    document.details.kind.label(),
                    document.details.day
                ),
            },
            Some((stamp, reason)) => EvidenceView {
                title: document.details.title.as_str().to_owned(),
                href: String::new(),
                about: format!(
                    "ingetrokken door {} op {}: {reason}",
                    stamp.by_name,
                    stamp.at.brussels_day()
                ),
            },
        })
        .collect()
}

/// Where a document is added to a line; empty when this person cannot.
pub(crate) fn add_to_line(page: &casework::StepPage) -> String {
    if !page.takes_evidence {
        return String::new();
    }
    let (list, step) = (list_address(page.head.id), page.step.id.address());
    format!("{list}/nieuw?stap={step}")
}

fn kinds(chosen: &str) -> Vec<Choice> {
    DocumentKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.code(), kind.label(), kind.code() == chosen))
        .collect()
}

/// Who may see it, in the words of who adds it.
fn audiences(role: Role, chosen: &str) -> Vec<Choice> {
    Audience::ALL
        .iter()
        .map(|audience| {
            let is_chosen = audience.code() == chosen;
            let choice = |label: &str| Choice::new(audience.code(), label, is_chosen);
            match (audience, role) {
                (Audience::Own, Role::Client) => choice("Alleen ikzelf").hint("En de bemiddelaar."),
                (Audience::Own, Role::Mediator) => {
                    choice("Alleen de bemiddelaars").hint("En de jongere.")
                }
                (Audience::Own, _) => {
                    choice(audience.label()).hint("En de jongere en de bemiddelaar.")
                }
                (Audience::Granted, _) => choice(audience.label()),
            }
        })
        .collect()
}

/// What a document says at the field, when nothing was chosen yet: what a client adds is to be shared.
fn usual_audience(role: Role) -> Audience {
    match role {
        Role::Client => Audience::Granted,
        _ => Audience::Own,
    }
}

fn line_choices(lines: &[casework::ListedStep], app: &App, chosen: &str) -> Vec<Choice> {
    lines
        .iter()
        .map(|line| {
            let address = line.id.address();
            let is_chosen = address == chosen;
            Choice::new(address, line_name(app, line), is_chosen)
        })
        .collect()
}

/// A line, in a few words.
pub(crate) fn line_name(app: &App, line: &casework::ListedStep) -> String {
    let kind = app.casework.catalogue().step_type(&line.step_type);
    let name = kind.map_or_else(|| line.step_type.to_string(), |kind| kind.name_list.clone());
    match line.end {
        None => format!("{name}, van {}", line.start),
        Some(end) => format!("{name}, {} tot {end}", line.start),
    }
}

/// Puts refusals at the fields of these forms.
fn show_refusals(errors: &mut Errors, refusals: &Refusals) -> StatusCode {
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    for refusal in refusals.iter() {
        let id = match refusal.field() {
            Field::Files => "bestanden",
            Field::DocumentKind => "soort_document",
            Field::Title => "titel",
            Field::DocumentDay => "dag_document_dag",
            Field::Audience => "wie",
            Field::Evidence | Field::State => "stap",
            Field::WithdrawReason => "reden",
            _ => "",
        };
        if matches!(
            refusal,
            Refusal::ChangedMeanwhile | Refusal::DocumentWithdrawn
        ) {
            status = StatusCode::CONFLICT;
        }
        errors.add(id, sentences::refusal(refusal));
    }
    status
}

#[derive(Template)]
#[template(path = "documents/list.html")]
struct ListPage {
    page: Page,
    dossier: DossierHead,
    rows: Vec<Row>,
    find: FindBar,
    here: String,
    history: String,
    add: String,
}

struct Row {
    title: String,
    href: String,
    kind: &'static str,
    file: String,
    day: String,
    by: String,
    line: String,
    line_href: String,
    withdrawn: bool,
}

async fn list(
    State(app): State<App>,
    me: Me,
    find: Find,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .documents(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut page = app.page(&me, "Documenten", "");
    page.notice = notice;
    let rows = found
        .documents
        .iter()
        .map(|document| {
            let line = found
                .lines
                .iter()
                .find(|line| Some(line.id) == document.details.step);
            Row {
                title: document.details.title.as_str().to_owned(),
                href: document_address(id, document.id),
                kind: document.details.kind.label(),
                file: format!(
                    "{}, {}",
                    document.file.kind.label(),
                    size(document.file.bytes)
                ),
                day: document.details.day.to_string(),
                by: format!(
                    "{}, {}",
                    document.added.by_name,
                    document.added.at.brussels_day()
                ),
                line: line.map(|line| line_name(&app, line)).unwrap_or_default(),
                line_href: line
                    .map(|line| step_address(id, line.id))
                    .unwrap_or_default(),
                withdrawn: document.withdrawn.is_some(),
            }
        })
        .filter(|row| find.fits([row.title.as_str(), row.kind, &row.line, &row.by]))
        .collect::<Vec<_>>();
    let add = if found.may_add {
        format!("{}/nieuw", list_address(id))
    } else {
        String::new()
    };
    Ok(render(
        StatusCode::OK,
        &ListPage {
            page,
            dossier: app.dossier_head(&me, &found.head, "documenten"),
            find: find.bar(found.documents.len(), rows.len()),
            rows,
            here: list_address(id),
            history: past::address(id, Past::Documents),
            add,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_as_people_do() {
        assert_eq!(size(1), "1 kB");
        assert_eq!(size(999_999), "1000 kB");
        assert_eq!(size(1_000_000), "1,0 MB");
        assert_eq!(size(10_485_760), "10,5 MB");
    }
}
