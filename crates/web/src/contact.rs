//! The form of the contact data: e-mail, telephone and address.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{ContactForm, Failure};
use domain::contact::{ContactData, Phone, Postcode};
use domain::ids::DossierId;
use domain::mail::MailAddress;
use domain::policy::Operation;
use domain::refusal::{Field, Refusal};

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail;
use crate::fields::Fields;
use crate::journal::{EntryView, entry_view};
use crate::page::Errors;
use crate::routes::Routes;
use crate::sections::{Control, FormView, render_form, show_refusals, status_of};
use crate::sentences;
use crate::steps::{dossier_in, submission};

pub(crate) fn routes(routes: Routes) -> Routes {
    let path = "/dossier/{dossier}/persoonsgegevens/contact";
    routes
        .get(path, Operation::EditProfile, show)
        .post(path, Operation::EditProfile, save)
}

/// The address of the form.
pub(crate) fn address(dossier: DossierId) -> String {
    format!("{}/persoonsgegevens/contact", dossier_address(dossier))
}

fn controls(typed: &Fields) -> Vec<Control> {
    vec![
        Control::line("email", "E-mailadres", Field::Email, typed)
            .hint("Mag leeg blijven. Bijvoorbeeld: naam@voorbeeld.be"),
        Control::line("telefoon", "Telefoon", Field::Phone, typed)
            .hint("Mag leeg blijven. Bijvoorbeeld: 0470 12 34 56"),
        Control::line("straat", "Straat en nummer", Field::Street, typed).hint("Mag leeg blijven"),
        Control::line("postcode", "Postcode", Field::Postcode, typed)
            .hint("4 cijfers. Bijvoorbeeld: 2800"),
        Control::line("gemeente", "Gemeente", Field::Municipality, typed),
    ]
}

async fn load(app: &App, me: &Me, dossier: DossierId) -> Result<ContactForm, Response> {
    app.casework
        .contact_form(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

fn form(
    app: &App,
    me: &Me,
    found: &ContactForm,
    (fields, errors): (&Fields, Errors),
    (status, meanwhile): (StatusCode, Vec<EntryView>),
) -> Response {
    let view = FormView {
        entry: "persoonsgegevens",
        heading: "Contactgegevens wijzigen".to_owned(),
        warning: "",
        action: address(found.head.id),
        version: fields.get("versie").to_owned(),
        controls: controls(fields),
        errors,
        status,
        meanwhile,
    };
    render_form(app, me, &found.head, view)
}

async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load(&app, &me, id).await?;
    let contact = &found.contact;
    let mut fields = Fields::default();
    fields.set("versie", found.version().to_string());
    fields.set_text("email", contact.email.as_ref());
    fields.set_text("telefoon", contact.phone.as_ref());
    fields.set_text("straat", contact.street.as_ref());
    fields.set_text("postcode", contact.postcode.as_ref());
    fields.set_text("gemeente", contact.municipality.as_ref());
    let first = (StatusCode::OK, Vec::new());
    Ok(form(&app, &me, &found, (&fields, Errors::new()), first))
}

/// A field that may be left open.
fn optional<T>(
    fields: &Fields,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, Refusal>,
    errors: &mut Errors,
) -> Option<T> {
    let typed = fields.get(name).trim();
    if typed.is_empty() {
        return None;
    }
    parse(typed)
        .map_err(|refusal| errors.add(name, sentences::refusal(&refusal)))
        .ok()
}

fn parse(fields: &Fields, errors: &mut Errors) -> ContactData {
    let mail = |typed: &str| MailAddress::parse(typed).map_err(|_| Refusal::NoMailAddress);
    ContactData {
        email: optional(fields, "email", mail, errors),
        phone: optional(fields, "telefoon", Phone::parse, errors),
        street: fields.optional_line("straat", Field::Street, errors),
        postcode: optional(fields, "postcode", Postcode::parse, errors),
        municipality: fields.optional_line("gemeente", Field::Municipality, errors),
    }
}

async fn save(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let page = format!("{}/persoonsgegevens", dossier_address(id));
    if fields.has("doe", "terug") {
        // Who may not change it is told nothing here either.
        load(&app, &me, id).await?;
        return Ok(Redirect::to(&page).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let data = parse(&fields, &mut errors);
    let leads_to = format!("{page}?gelukt=contactgegevens");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let read = i64::from(fields.version());
    if let (Some(submission), true) = (submission, errors.is_empty()) {
        let data = (&data, read);
        let done = app
            .casework
            .save_contact(&me.actor, id, data, &submission)
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = status_of(&refusals);
                show_refusals(&controls(&fields), &mut errors, &refusals);
            }
            Err(other) => return Err(fail::answer(&app, &me, other)),
        }
    }
    let mut found = load(&app, &me, id).await?;
    let mut meanwhile = Vec::new();
    // Confirming again is then on what is there now, with what others changed in sight (T1).
    if status == StatusCode::CONFLICT {
        fields.set("versie", found.version().to_string());
        let newer = std::mem::take(&mut found.changes).into_iter();
        meanwhile.extend(newer.filter(|it| it.number > read).map(entry_view));
    }
    let back = (status, meanwhile);
    Ok(form(&app, &me, &found, (&fields, errors), back))
}
