//! Sections that are kept closed ('PmAB', 'Transmissie'). The client reads the own records at once. Who may open
//! them says why first, and sees them once; everybody else reads what stands there and who can open it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::{Failure, Head};
use domain::closed::OpeningReason;
use domain::people::Role;
use domain::policy::{self, Operation};
use domain::refusal::{Field, Refusal};
use domain::sections::Record;
use domain::text::Label;

use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::find::Find;
use crate::page::{Choice, DossierHead, Errors, Page};
use crate::routes::Routes;
use crate::sections::form::new_address;
use crate::sections::{Content, Form, Section, Shown, page};
use crate::sentences;
use crate::steps::{dossier_in, submission};

/// A kind of record that is kept closed, with its page.
pub(crate) trait ClosedForm: Form {
    /// What stands there, said while it is closed.
    const ABOUT: &'static str;
    /// The link to add one.
    const ADD: &'static str;

    /// Its section.
    fn section() -> &'static Section;

    /// Why it does not apply to a client in this work situation; none when it does.
    fn not_for(_work_situation: &str) -> Option<&'static str> {
        None
    }

    /// What the page shows once it is open.
    fn content(records: Vec<Record<Self>>, at: &Shown<'_>) -> Content;
}

/// The page of a kind and the form that opens it, at these paths.
pub(crate) fn closed<F: ClosedForm>(
    routes: Routes,
    path: &'static str,
    opens: &'static str,
) -> Routes {
    routes
        .get(path, Operation::ViewDossier, show::<F>)
        .post(opens, opening::<F>(), open::<F>)
}

/// Who may open it, for a reason.
fn opening<F: ClosedForm>() -> Operation {
    F::CLOSED.map_or(F::OPERATION, |closed| closed.operation)
}

#[derive(Template)]
#[template(path = "sections/closed.html")]
struct ClosedPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    heading: &'static str,
    about: &'static str,
    /// Why it does not apply to this client; empty when it does.
    not_for: &'static str,
    opens: Option<Opens>,
    /// The link to add a record, with its address; empty for who may not, and where it does not apply.
    add: (&'static str, String),
}

/// The form with which somebody opens it.
struct Opens {
    action: String,
    key: String,
    reasons: Vec<Choice>,
    note: String,
}

fn closed_page<F: ClosedForm>(
    app: &App,
    me: &Me,
    head: &Head,
    notice: Option<String>,
    (fields, errors): (&Fields, Errors),
) -> Response {
    let section = F::section();
    let may = |operation| policy::permit(&me.actor, operation).is_ok();
    let not_for = F::not_for(&head.work_situation).unwrap_or_default();
    let reason = |it: &OpeningReason| {
        let is_chosen = fields.get("reden_openen") == it.code();
        Choice::new(it.code(), it.label(), is_chosen)
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let mut frame = app.page(me, section.label, "");
    frame.has_errors = !errors.is_empty();
    frame.notice = notice;
    let adds = may(F::OPERATION) && not_for.is_empty();
    render(
        status,
        &ClosedPage {
            page: frame,
            dossier: app.dossier_head(me, head, section.entry()),
            errors,
            heading: section.label,
            about: F::ABOUT,
            not_for,
            opens: may(opening::<F>()).then(|| Opens {
                action: format!("{}/openen", section.address(head.id)),
                key: app.casework.submission_key().0.to_string(),
                reasons: OpeningReason::ALL.iter().map(reason).collect(),
                note: fields.get("uitleg").to_owned(),
            }),
            add: if adds {
                (F::ADD, new_address::<F>(head.id))
            } else {
                ("", String::new())
            },
        },
    )
}

/// The dossier's head, for the page while it is closed.
async fn head_of<F: ClosedForm>(app: &App, me: &Me, dossier: &str) -> Result<Head, Response> {
    let id = dossier_in(app, me, dossier)?;
    let what = F::CLOSED.map_or(F::section().slug(), |closed| closed.page);
    app.casework
        .entry(&me.actor, Operation::ViewDossier, id, what)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

async fn show<F: ClosedForm>(
    State(app): State<App>,
    me: Me,
    find: Find,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    if me.actor.role != Role::Client {
        let head = head_of::<F>(&app, &me, &dossier).await?;
        let nothing = (&Fields::default(), Errors::new());
        return Ok(closed_page::<F>(&app, &me, &head, notice, nothing));
    }
    let id = dossier_in(&app, &me, &dossier)?;
    let section = F::section();
    let found = app
        .casework
        .section::<F>(&me.actor, id, section.slug())
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(page(
        &app,
        &me,
        section,
        found,
        (notice, Some(find)),
        F::content,
    ))
}

/// 'Open met deze reden': the answer shows the records once, and nothing of them stands in an address.
async fn open<F: ClosedForm>(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let section = F::section();
    let mut errors = Errors::new();
    let parse = OpeningReason::from_code;
    let reason = fields.choice("reden_openen", Field::OpeningReason, parse, &mut errors);
    let note: Option<Label> = fields.optional_line("uitleg", Field::Note, &mut errors);
    let submission = submission(&app, &fields, section.address(id), &mut errors);
    if let (Some(reason), Some(submission), true) = (reason, submission, errors.is_empty()) {
        let why = (reason, note.as_ref());
        let opened = app
            .casework
            .open_section::<F>(&me.actor, id, why, &submission)
            .await;
        match opened {
            Ok(found) => {
                let told = sentences::OPENED.to_owned();
                // What is found once is not looked for again.
                return Ok(page(
                    &app,
                    &me,
                    section,
                    found,
                    (Some(told), None),
                    F::content,
                ));
            }
            Err(Failure::Refused(refusals)) => {
                for refusal in refusals.iter() {
                    let at = match refusal {
                        Refusal::Empty(_) => "uitleg",
                        _ => "reden_openen",
                    };
                    errors.add(at, sentences::refusal(refusal));
                }
            }
            Err(failure) => return Err(fail::answer(&app, &me, failure)),
        }
    }
    let head = head_of::<F>(&app, &me, &dossier).await?;
    Ok(closed_page::<F>(&app, &me, &head, None, (&fields, errors)))
}
