//! The form of one record: a new one, or the correction of one. Each kind says which fields it has and how they
//! are read; the road from the form to the use case and back is the same for all.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, Kept};
use domain::Day;
use domain::ids::DossierId;
use domain::policy::Operation;
use domain::refusal::{Field, Refusal, Refusals};
use domain::sections::{Entered, Identifier as _, Record};
use domain::text::Note;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::journal::{EntryView, entry_view};
use crate::page::{Choice, DateParts, DossierHead, Errors, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::{dossier_in, submission};

/// A kind of record with its form.
pub(crate) trait Form: Kept {
    /// Its place in the dossier's addresses, behind which stand `nieuw` and the identifiers.
    const PATH: &'static str;
    /// The page it stands on: the place of that in the dossier's addresses.
    const PAGE: &'static str;
    /// What it is called in the head of its form: 'Werkervaring'.
    const NAME: &'static str;
    /// The code of the sentence that says it was kept.
    const KEPT: &'static str;
    /// What is said above the fields; empty for nothing.
    const WARNING: &'static str = "";

    /// Its fields, as typed.
    fn controls(fields: &Fields) -> Vec<Control>;

    /// Fills in the fields of a record.
    fn fill(&self, fields: &mut Fields);

    /// Fills in the fields of a new record.
    fn fill_new(_fields: &mut Fields, _today: Day) {}

    /// Reads the fields; nothing when one of them is wrong.
    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self>;
}

/// A field of a form.
pub(crate) struct Control {
    id: &'static str,
    label: &'static str,
    field: Field,
    hint: &'static str,
    kind: ControlKind,
}

/// What a field is, with what was typed or chosen.
enum ControlKind {
    Line(String),
    Number(String),
    Story(String, String),
    Day(DateParts),
    Select(Vec<Choice>, &'static str),
    Radios(Vec<Choice>),
    Ticks(Vec<Choice>),
}

impl Control {
    fn new(id: &'static str, label: &'static str, field: Field, kind: ControlKind) -> Self {
        Control {
            id,
            label,
            field,
            hint: "",
            kind,
        }
    }

    /// With a hint.
    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// One line of text.
    pub(crate) fn line(
        id: &'static str,
        label: &'static str,
        field: Field,
        typed: &Fields,
    ) -> Self {
        let kind = ControlKind::Line(typed.get(id).to_owned());
        Control::new(id, label, field, kind)
    }

    /// A whole number.
    pub(crate) fn number(
        id: &'static str,
        label: &'static str,
        field: Field,
        typed: &Fields,
    ) -> Self {
        let kind = ControlKind::Number(typed.get(id).to_owned());
        Control::new(id, label, field, kind)
    }

    /// A longer text, of the length of a `Note`.
    pub(crate) fn story(
        id: &'static str,
        label: &'static str,
        field: Field,
        typed: &Fields,
    ) -> Self {
        let kind = ControlKind::Story(typed.get(id).to_owned(), Note::MAX.to_string());
        Control::new(id, label, field, kind)
    }

    /// A day.
    pub(crate) fn day(id: &'static str, label: &'static str, field: Field, typed: &Fields) -> Self {
        Control::new(id, label, field, ControlKind::Day(typed.date_parts(id)))
    }

    /// A choice out of a list: codes with their texts. `empty` stands first, and chooses nothing.
    pub(crate) fn select<'c>(
        id: &'static str,
        label: &'static str,
        field: Field,
        typed: &Fields,
        choices: impl Iterator<Item = (&'c str, &'c str)>,
        empty: &'static str,
    ) -> Self {
        let choices = chosen(choices, |code| typed.get(id) == code);
        Control::new(id, label, field, ControlKind::Select(choices, empty))
    }

    /// A choice out of a few.
    pub(crate) fn radios<'c>(
        id: &'static str,
        label: &'static str,
        field: Field,
        typed: &Fields,
        choices: impl Iterator<Item = (&'c str, &'c str)>,
    ) -> Self {
        let choices = chosen(choices, |code| typed.get(id) == code);
        Control::new(id, label, field, ControlKind::Radios(choices))
    }

    /// Any number of choices.
    pub(crate) fn ticks<'c>(
        id: &'static str,
        label: &'static str,
        field: Field,
        typed: &Fields,
        choices: impl Iterator<Item = (&'c str, &'c str)>,
    ) -> Self {
        let choices = chosen(choices, |code| typed.has(id, code));
        Control::new(id, label, field, ControlKind::Ticks(choices))
    }

    /// Where an error about it leads.
    fn anchor(&self) -> String {
        match self.kind {
            ControlKind::Day(_) => format!("{}_dag", self.id),
            _ => self.id.to_owned(),
        }
    }
}

fn chosen<'c>(
    choices: impl Iterator<Item = (&'c str, &'c str)>,
    is_chosen: impl Fn(&str) -> bool,
) -> Vec<Choice> {
    choices
        .map(|(code, label)| Choice::new(code, label, is_chosen(code)))
        .collect()
}

/// A choice that may be left open; one that is not in the list is refused.
pub(crate) fn optional_choice<T>(
    fields: &Fields,
    name: &str,
    field: Field,
    parse: impl FnOnce(&str) -> Option<T>,
    errors: &mut Errors,
) -> Option<T> {
    if fields.get(name).is_empty() {
        return None;
    }
    fields.choice(name, field, parse, errors)
}

/// A whole number that may be left open.
pub(crate) fn number(
    fields: &Fields,
    name: &str,
    field: Field,
    (least, most): (u32, u32),
    errors: &mut Errors,
) -> Option<u32> {
    let typed = fields.get(name).trim();
    if typed.is_empty() {
        return None;
    }
    let number = typed.parse().ok();
    if number.is_none() {
        let refusal = Refusal::NumberOutOfRange { field, least, most };
        errors.add(name, sentences::refusal(&refusal));
    }
    number
}

/// Which of some choices were ticked, in their order.
pub(crate) fn ticked<T: Copy>(
    fields: &Fields,
    name: &str,
    all: &[T],
    code: impl Fn(T) -> &'static str,
) -> Vec<T> {
    let ticked = all.iter().copied();
    ticked.filter(|it| fields.has(name, code(*it))).collect()
}

/// The address of the form of a new record.
pub(super) fn new_address<F: Form>(dossier: DossierId) -> String {
    format!("{}/{}/nieuw", dossier_address(dossier), F::PATH)
}

/// The address of the form of a record.
pub(crate) fn address<F: Form>(dossier: DossierId, id: F::Id) -> String {
    format!("{}/{}/{}", dossier_address(dossier), F::PATH, id.address())
}

/// The forms of a kind, at these paths: of a new record, and of one that is there.
pub(crate) fn forms<F: Form>(routes: Routes, new: &'static str, one: &'static str) -> Routes {
    let may: Operation = F::OPERATION;
    routes
        .get(new, may, open_new::<F>)
        .post(new, may, add::<F>)
        .get(one, may, open_one::<F>)
        .post(one, may, correct::<F>)
}

#[derive(Template)]
#[template(path = "sections/form.html")]
struct FormPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    heading: String,
    warning: &'static str,
    action: String,
    key: String,
    version: String,
    controls: Vec<Control>,
    changed: bool,
    /// What others changed since it was read (T1).
    meanwhile: Vec<EntryView>,
}

/// What the form is about and how it comes back.
struct Shown<'a, F: Form> {
    existing: Option<F::Id>,
    fields: &'a Fields,
    errors: Errors,
    status: StatusCode,
    meanwhile: Vec<EntryView>,
}

/// A form as it is shown.
pub(crate) struct FormView {
    /// The entry of the menu it belongs to.
    pub(crate) entry: &'static str,
    pub(crate) heading: String,
    /// What is said above the fields; empty for nothing.
    pub(crate) warning: &'static str,
    /// Where it is sent.
    pub(crate) action: String,
    /// Of what it corrects.
    pub(crate) version: String,
    pub(crate) controls: Vec<Control>,
    pub(crate) errors: Errors,
    pub(crate) status: StatusCode,
    /// What others changed since it was read (T1).
    pub(crate) meanwhile: Vec<EntryView>,
}

/// Shows a form.
pub(crate) fn render_form(app: &App, me: &Me, head: &casework::Head, view: FormView) -> Response {
    let mut page = app.page(me, &view.heading, "");
    page.has_errors = !view.errors.is_empty();
    render(
        view.status,
        &FormPage {
            page,
            dossier: app.dossier_head(me, head, view.entry),
            errors: view.errors,
            heading: view.heading,
            warning: view.warning,
            action: view.action,
            key: app.casework.submission_key().0.to_string(),
            version: view.version,
            controls: view.controls,
            changed: view.status != StatusCode::OK,
            meanwhile: view.meanwhile,
        },
    )
}

fn form<F: Form>(app: &App, me: &Me, head: &casework::Head, shown: Shown<'_, F>) -> Response {
    let (heading, action) = match shown.existing {
        Some(id) => (format!("{} wijzigen", F::NAME), address::<F>(head.id, id)),
        None => (format!("{} toevoegen", F::NAME), new_address::<F>(head.id)),
    };
    let view = FormView {
        entry: F::PAGE.split('/').next().unwrap_or_default(),
        heading,
        warning: F::WARNING,
        action,
        version: shown.fields.get("versie").to_owned(),
        controls: F::controls(shown.fields),
        errors: shown.errors,
        status: shown.status,
        meanwhile: shown.meanwhile,
    };
    render_form(app, me, head, view)
}

/// The name under which an opening is recorded: that of the page.
fn slug<F: Form>() -> &'static str {
    F::PAGE.rsplit('/').next().unwrap_or_default()
}

async fn load<F: Form>(
    app: &App,
    me: &Me,
    dossier: DossierId,
    shows: bool,
) -> Result<casework::RecordForm<F>, Response> {
    app.casework
        .record_form::<F>(&me.actor, dossier, slug::<F>(), shows)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

async fn open_new<F: Form>(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load::<F>(&app, &me, id, false).await?;
    let mut fields = Fields::default();
    F::fill_new(&mut fields, app.casework.today());
    let shown = Shown::<F> {
        existing: None,
        fields: &fields,
        errors: Errors::new(),
        status: StatusCode::OK,
        meanwhile: Vec::new(),
    };
    Ok(form(&app, &me, &found.head, shown))
}

/// The dossier and the record in an address; whether the record is shown, or only what was typed. What is closed
/// to this person leads to the page that asks why.
async fn record_in<F: Form>(
    app: &App,
    me: &Me,
    (dossier, record): &(String, String),
    shows: bool,
) -> Result<(casework::Head, Record<F>), Response> {
    let dossier = dossier_in(app, me, dossier)?;
    // What is no identifier is not there, whether or not the page is closed.
    let id = F::Id::from_address(record).ok_or_else(|| fail::not_found(app, Some(me)))?;
    let found = load::<F>(app, me, dossier, shows).await?;
    let Some(records) = found.records else {
        let page = format!("{}/{}", dossier_address(dossier), F::PAGE);
        return Err(Redirect::to(&page).into_response());
    };
    let record = records.into_iter().find(|it| it.id == id);
    let record = record.ok_or_else(|| fail::not_found(app, Some(me)))?;
    Ok((found.head, record))
}

async fn open_one<F: Form>(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (head, record) = record_in::<F>(&app, &me, &path, true).await?;
    let mut fields = Fields::default();
    fields.set("versie", record.version.to_string());
    record.details.fill(&mut fields);
    let shown = Shown::<F> {
        existing: Some(record.id),
        fields: &fields,
        errors: Errors::new(),
        status: StatusCode::OK,
        meanwhile: Vec::new(),
    };
    Ok(form(&app, &me, &head, shown))
}

async fn add<F: Form>(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load::<F>(&app, &me, id, false).await?;
    save::<F>(&app, &me, &found.head, None, fields).await
}

async fn correct<F: Form>(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (head, record) = record_in::<F>(&app, &me, &path, false).await?;
    save(&app, &me, &head, Some(record), fields).await
}

async fn save<F: Form>(
    app: &App,
    me: &Me,
    head: &casework::Head,
    existing: Option<Record<F>>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let page = format!("{}/{}", dossier_address(head.id), F::PAGE);
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&page).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let details = F::parse(&fields, &mut errors).filter(|_| errors.is_empty());
    let leads_to = format!("{page}?gelukt={}", F::KEPT);
    let submission = submission(app, &fields, leads_to, &mut errors);
    let mut meanwhile = Vec::new();
    let id = existing.as_ref().map(|record| record.id);
    if let (Some(details), Some(submission)) = (details, submission) {
        let entered = Entered {
            existing: id.map(|id| (id, fields.version())),
            details,
        };
        let casework = &app.casework;
        let done = casework
            .save_record(&me.actor, head.id, &entered, &submission)
            .await;
        match done {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = status_of(&refusals);
                show_refusals(&F::controls(&fields), &mut errors, &refusals);
                // Confirming again is then on the record as it is now, with what others changed in sight (T1).
                if let (StatusCode::CONFLICT, Some(now)) = (status, existing) {
                    let history = casework
                        .record_history::<F>(&me.actor, head.id, slug::<F>(), now.id)
                        .await
                        .map_err(|failure| fail::answer(app, me, failure))?;
                    let newer = now.version.saturating_sub(fields.version());
                    let newer = usize::try_from(newer).unwrap_or(usize::MAX);
                    meanwhile.extend(history.into_iter().take(newer).map(entry_view));
                    fields.set("versie", now.version.to_string());
                }
            }
            Err(other) => return Err(fail::answer(app, me, other)),
        }
    }
    let shown = Shown::<F> {
        existing: id,
        fields: &fields,
        errors,
        status,
        meanwhile,
    };
    Ok(form(app, me, head, shown))
}

/// Puts refusals at the fields of a form.
pub(crate) fn show_refusals(controls: &[Control], errors: &mut Errors, refusals: &Refusals) {
    for refusal in refusals.iter() {
        let at = controls.iter().find(|it| it.field == refusal.field());
        let anchor = at.map(Control::anchor).unwrap_or_default();
        errors.add(anchor, sentences::refusal(refusal));
    }
}

/// The status of a form that comes back: somebody else was first, or something is wrong.
pub(crate) fn status_of(refusals: &Refusals) -> StatusCode {
    if refusals.contains(&Refusal::ChangedMeanwhile) {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}
