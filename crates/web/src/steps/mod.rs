//! 'Stappen naar werk': the list, the detail screen, ending, cancelling, supplementing, the request to
//! the coach and the history. The actions of a line have a file of their own.

mod detail;
mod end;
mod form;
mod list;
mod view;

use axum::response::Response;
use domain::ids::{DossierId, StepId};
use domain::policy::Operation as O;

use crate::context::{Me, dossier_address};
use crate::routes::Routes;
use crate::{App, fail};

pub(crate) use end::submission;
pub(crate) use list::{RowView, row_view};
pub(crate) use view::{
    AddendumView, NoteView, action_lines, addenda, ending_facts, line_facts, line_notes,
    out_of_sight, review_text,
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        // The entry of the menu opens on its first tab.
        .get("/dossier/{dossier}/begeleiding", O::ListSteps, list::show)
        .get("/dossier/{dossier}/stappen", O::ListSteps, list::show)
        .get(
            "/dossier/{dossier}/stappen/nieuw",
            O::RegisterStep,
            detail::new,
        )
        .post(
            "/dossier/{dossier}/stappen/nieuw",
            O::RegisterStep,
            detail::register,
        )
        .post(
            "/dossier/{dossier}/stappen/nieuw/einde",
            O::RegisterStep,
            end::register,
        )
        .get(
            "/dossier/{dossier}/stappen/{step}",
            O::ViewStep,
            detail::show,
        )
        .post(
            "/dossier/{dossier}/stappen/{step}",
            O::ChangeStep,
            detail::change,
        )
        .post(
            "/dossier/{dossier}/stappen/{step}/einde",
            O::ChangeStep,
            end::end,
        )
        .post(
            "/dossier/{dossier}/stappen/{step}/annuleren",
            O::ChangeStep,
            end::cancel,
        )
        .post(
            "/dossier/{dossier}/stappen/{step}/aanvulling",
            O::ChangeStep,
            view::append,
        )
        .get(
            "/dossier/{dossier}/stappen/{step}/verwijdering",
            O::RequestRemoval,
            view::ask_removal,
        )
        .post(
            "/dossier/{dossier}/stappen/{step}/verwijdering",
            O::RequestRemoval,
            view::request_removal,
        )
        .get(
            "/dossier/{dossier}/stappen/{step}/geschiedenis",
            O::ViewStep,
            view::history,
        )
}

/// The dossier in an address, or the answer that there is none.
pub(crate) fn dossier_in(app: &App, me: &Me, text: &str) -> Result<DossierId, Response> {
    DossierId::from_address(text).ok_or_else(|| fail::not_found(app, Some(me)))
}

/// The dossier and the line in an address, or the answer that there is none.
pub(crate) fn step_in(
    app: &App,
    me: &Me,
    (dossier, step): &(String, String),
) -> Result<(DossierId, StepId), Response> {
    let step = StepId::from_address(step).ok_or_else(|| fail::not_found(app, Some(me)))?;
    Ok((dossier_in(app, me, dossier)?, step))
}

/// The address of the list.
pub(crate) fn list_address(dossier: DossierId) -> String {
    format!("{}/stappen", dossier_address(dossier))
}

/// The address of a line.
pub(crate) fn step_address(dossier: DossierId, step: StepId) -> String {
    format!("{}/{}", list_address(dossier), step.address())
}
