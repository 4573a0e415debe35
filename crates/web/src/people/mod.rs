//! People: 'Medewerkers' of an organisation and the users of the system, what changes about one of them,
//! invitations, and roles that a second system manager confirms. No dossier content.

mod invite;
mod list;
mod one;
mod roles;

use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::PersonId;
use domain::people::Role;
use domain::policy::Operation as O;
use domain::refusal::{Field, Refusal, Refusals};

use crate::context::{Me, to_hex};
use crate::fail;
use crate::page::{Choice, Errors};
use crate::routes::Routes;
use crate::{App, Web, sentences};

/// 'Medewerkers' of the own organisation.
pub(crate) const OWN: &str = "/medewerkers";
/// All users.
pub(crate) const USERS: &str = "/systeem";
/// Roles that wait for a second system manager.
pub(crate) const ROLES: &str = "/systeem/rollen";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(OWN, O::ViewOrganisation, list::own)
        .get(USERS, O::ManageSystem, list::all)
        .get("/medewerkers/nieuw", O::ViewPeople, invite::show)
        .post("/medewerkers/nieuw", O::ManagePeople, invite::send)
        .post(
            "/uitnodigingen/{link}/intrekken",
            O::ManagePeople,
            invite::withdraw,
        )
        .get("/medewerkers/{person}", O::ViewPeople, one::show)
        .post("/medewerkers/{person}", O::ManagePeople, one::change)
        .post("/medewerkers/{person}/functie", O::ManagePeople, one::give)
        .post("/medewerkers/{person}/afnemen", O::ManagePeople, one::take)
        .get(
            "/medewerkers/{person}/uit-dienst",
            O::ViewPeople,
            one::leave_form,
        )
        .post(
            "/medewerkers/{person}/uit-dienst",
            O::ManagePeople,
            one::leave,
        )
        .post(
            "/medewerkers/{person}/terug",
            O::ManagePeople,
            one::come_back,
        )
        .post(
            "/medewerkers/{person}/wachtwoord",
            O::ManagePeople,
            invite::password,
        )
        .post("/medewerkers/{person}/rol", O::GrantRoles, roles::propose)
        .get(ROLES, O::ViewProposals, roles::list)
        .post("/systeem/rollen/{proposal}", O::GrantRoles, roles::decide)
}

/// The address of a person's page.
pub(crate) fn address(person: PersonId) -> String {
    format!("{OWN}/{}", person.address())
}

/// The person in an address, or the answer that there is none.
fn person_in(app: &App, me: &Me, text: &str) -> Result<PersonId, Response> {
    PersonId::from_address(text).ok_or_else(|| fail::not_found(app, Some(me)))
}

/// Where who looks after people comes from.
fn list_of(me: &Me) -> &'static str {
    match me.actor.role {
        Role::SystemManager => USERS,
        _ => OWN,
    }
}

/// The roles within an organisation.
pub(crate) fn unit_roles(chosen: &str) -> Vec<Choice> {
    [Role::Counsellor, Role::Manager]
        .into_iter()
        .map(|role| Choice::new(role.code(), role.label(), role.code() == chosen))
        .collect()
}

/// Puts refusals at the fields of these forms.
pub(crate) fn show_refusals(errors: &mut Errors, refusals: &Refusals) -> StatusCode {
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    for refusal in refusals.iter() {
        let id = match refusal.field() {
            Field::Name => "naam",
            Field::Email => "email",
            Field::Role => "rol",
            Field::Unit => "vestiging",
            Field::UserName => "gebruikersnaam",
            Field::Kbo => "ondernemingsnummer",
            Field::Address => "adres",
            Field::UnitNumber => "nummer",
            _ => "",
        };
        if matches!(refusal, Refusal::ChangedMeanwhile | Refusal::HasFunction) {
            status = StatusCode::CONFLICT;
        }
        errors.add(id, sentences::refusal(refusal));
    }
    status
}

/// A one-time link in full, at the address that the operator set: what a request says of its host could
/// be anybody's, and whoever gets the link would bring the new password there.
fn link(app: &Web, token: &[u8; 32]) -> String {
    let (site, token) = (&app.settings.public_url, to_hex(token));
    format!("{site}/uitnodiging/{token}")
}
