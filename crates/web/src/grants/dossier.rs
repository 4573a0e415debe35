//! 'Dienstverlening': who owns the dossier, who may open it and until when. The mediator gives, extends
//! and ends; a counsellor asks; the client answers and ends.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Assigned, Failure, GrantInput, Holder, Owner, ServicesPage as Found};
use domain::grants::{Basis, ClientAnswer, Request, RequestKind};
use domain::ids::{DossierId, GrantRequestId, OrganisationId};
use domain::past::Past;
use domain::people::Role;
use domain::policy::{self, Operation};
use domain::refusal::{Field, Refusal};
use domain::text::Note;

use super::{asked_what, bases, client_said, show_refusals};
use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::find::{Find, FindBar};
use crate::page::{Choice, DateParts, DossierHead, Errors, Page};
use crate::past;
use crate::sentences;
use crate::steps::{dossier_in, submission};

#[derive(Template)]
#[template(path = "grants/services.html")]
struct ServicesPage {
    page: Page,
    dossier: DossierHead,
    is_client: bool,
    owner: Option<OwnerView>,
    earlier: Vec<OwnerView>,
    rows: Vec<HolderRow>,
    waiting: Vec<WaitingRow>,
    may: May,
    /// Where the own counsellors of this dossier stand.
    assignment: String,
    find: FindBar,
    /// The address of the page itself.
    here: String,
    history: String,
}

/// What the person who looks may do here; an empty address is nothing.
struct May {
    give: String,
    extend: String,
    bases: Vec<Choice>,
    ask_longer: String,
    ask_owner: String,
    answer: String,
}

struct OwnerView {
    unit: String,
    person: String,
    period: String,
    own: bool,
}

struct HolderRow {
    organisation: String,
    id: String,
    from: String,
    until: String,
    basis: &'static str,
    active: bool,
    /// Where the organisation narrows its dossiers: the names of who opens this one.
    assigned: String,
    /// The first active row of an organisation: where its access is extended or ended.
    key: String,
    end: String,
}

impl HolderRow {
    /// Everything that it says.
    fn texts(&self) -> [&str; 5] {
        let (from, until) = (self.from.as_str(), self.until.as_str());
        [&self.organisation, from, until, self.basis, &self.assigned]
    }
}

struct WaitingRow {
    id: String,
    what: &'static str,
    unit: String,
    basis: &'static str,
    purpose: String,
    asked: String,
    said: String,
    key: String,
    /// The way to it in the mediator's queue.
    href: String,
}

#[derive(Template)]
#[template(path = "grants/ask_in_dossier.html")]
struct AskPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    back: String,
    heading: &'static str,
    text: &'static str,
    action: String,
    key: String,
    kind: &'static str,
    bases: Vec<Choice>,
    purpose: String,
    max: String,
    changed: bool,
}

#[derive(Template)]
#[template(path = "grants/give.html")]
struct GivePage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    back: String,
    action: String,
    key: String,
    typed: String,
    searched: bool,
    units: Vec<Choice>,
    bases: Vec<Choice>,
    end: DateParts,
    changed: bool,
}

#[derive(Template)]
#[template(path = "grants/end.html")]
struct EndPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    back: String,
    action: String,
    key: String,
    organisation: String,
    organisation_id: String,
    is_client: bool,
    reason: String,
    max: String,
    changed: bool,
}

/// Where these forms come from and lead back to: the client has a page of its own for it.
fn services_address(me: &Me, dossier: DossierId) -> String {
    let page = match me.actor.role {
        Role::Client => "toestemming",
        _ => "dienstverlening",
    };
    format!("{}/{page}", dossier_address(dossier))
}

async fn load(app: &App, me: &Me, dossier: DossierId) -> Result<Found, Response> {
    app.casework
        .services(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

pub(super) async fn services(
    State(app): State<App>,
    me: Me,
    find: Find,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load(&app, &me, id).await?;
    let may = |operation| policy::permit(&me.actor, operation).is_ok();
    let own = me.actor.organisation();
    let asked = |kind: RequestKind| {
        found
            .waiting
            .iter()
            .any(|it| it.kind == kind && Some(it.organisation()) == own)
    };
    let is_owner =
        present(&found.owners).is_some_and(|owner| Some(owner.party.unit.organisation) == own);
    let address = dossier_address(id);
    let in_dossier = may(Operation::AskInDossier);
    let ask = |kind: RequestKind, offered: bool| {
        if in_dossier && offered && !asked(kind) {
            format!("{address}/inzagerecht/vragen?soort={}", kind.code())
        } else {
            String::new()
        }
    };
    let only = |offered: bool, path: &str| {
        if offered {
            format!("{address}/inzagerecht/{path}")
        } else {
            String::new()
        }
    };
    let is_mediator = may(Operation::ManageGrants);
    let may_see_requests = is_mediator || may(Operation::AnswerRequest);
    let today = app.casework.today();
    let mut seen: Vec<OrganisationId> = Vec::new();
    let mut rows: Vec<HolderRow> = found
        .holders
        .iter()
        .map(|holder| {
            let active = holder.grant.is_active(today);
            let first = active && !seen.contains(&holder.grant.organisation);
            if first {
                seen.push(holder.grant.organisation);
            }
            let ends = first && may(Operation::EndGrant);
            let mut row = holder_row(&app, &address, holder, active, first && is_mediator, ends);
            if first {
                let of = |it: &&Assigned| it.organisation == holder.grant.organisation;
                let names = found.assigned.iter().filter(of).map(|it| it.name.as_str());
                row.assigned = names.collect::<Vec<_>>().join(", ");
            }
            row
        })
        .collect();
    let past_owners = found.owners.iter().filter(|owner| owner.until.is_some());
    let mut earlier: Vec<OwnerView> = past_owners.map(|it| owner_view(it, own)).collect();
    let all = rows.len() + earlier.len();
    rows.retain(|it| find.fits(it.texts()));
    earlier.retain(|it| find.fits([it.unit.as_str(), &it.person, &it.period]));
    let mut page = app.page(&me, "Dienstverlening", "");
    page.notice = notice;
    Ok(render(
        StatusCode::OK,
        &ServicesPage {
            page,
            dossier: app.dossier_head(&me, &found.head, "dienstverlening"),
            is_client: me.actor.role == Role::Client,
            owner: present(&found.owners).map(|owner| owner_view(owner, own)),
            find: find.bar(all, rows.len() + earlier.len()),
            here: format!("{address}/dienstverlening"),
            history: past::address(id, Past::Services),
            earlier,
            rows,
            waiting: found
                .waiting
                .iter()
                // A colleague elsewhere is told nothing of what others ask (I2).
                .filter(|it| may_see_requests || Some(it.organisation()) == own)
                .map(|it| waiting_row(&app, it, is_mediator))
                .collect(),
            assignment: if may(Operation::HandOver) {
                format!("{address}/toewijzing")
            } else {
                String::new()
            },
            may: May {
                give: only(is_mediator, "geven"),
                extend: only(is_mediator, "verlengen"),
                bases: bases(""),
                ask_longer: ask(RequestKind::Extension, true),
                ask_owner: ask(RequestKind::Takeover, !is_owner),
                answer: only(may(Operation::AnswerRequest), "antwoord"),
            },
        },
    ))
}

fn present(owners: &[Owner]) -> Option<&Owner> {
    owners.iter().find(|owner| owner.until.is_none())
}

fn owner_view(owner: &Owner, own: Option<OrganisationId>) -> OwnerView {
    let since = owner.since.brussels_day();
    OwnerView {
        unit: owner.party.unit.line(),
        person: owner.party.person_name.clone(),
        period: match owner.until {
            None => format!("sinds {since}"),
            Some(until) => format!("van {since} tot {}", until.brussels_day()),
        },
        own: Some(owner.party.unit.organisation) == own,
    }
}

fn holder_row(
    app: &App,
    address: &str,
    holder: &Holder,
    active: bool,
    extends: bool,
    ends: bool,
) -> HolderRow {
    let id = holder.grant.organisation.address();
    HolderRow {
        organisation: holder.organisation.clone(),
        from: holder.grant.starts.to_string(),
        until: match (holder.grant.ended, holder.grant.last_day()) {
            (true, _) => "Beëindigd".to_owned(),
            (false, Some(last)) => last.to_string(),
            (false, None) => "Geen einddatum".to_owned(),
        },
        basis: holder.basis.label(),
        active,
        assigned: String::new(),
        key: if extends {
            app.casework.submission_key().0.to_string()
        } else {
            String::new()
        },
        end: if ends {
            format!("{address}/inzagerecht/beeindigen?organisatie={id}")
        } else {
            String::new()
        },
        id,
    }
}

fn waiting_row(app: &App, request: &Request, is_mediator: bool) -> WaitingRow {
    WaitingRow {
        id: request.id.address(),
        what: asked_what(request.kind),
        unit: request.unit.line(),
        basis: request.basis.label(),
        purpose: request.purpose.to_string(),
        asked: format!(
            "{}, {}",
            request.asked.by_name,
            request.asked.at.brussels_text()
        ),
        said: client_said(request),
        key: app.casework.submission_key().0.to_string(),
        href: if is_mediator {
            format!("{}/{}", super::QUEUE, request.id.address())
        } else {
            String::new()
        },
    }
}

/// 'Vraag verlenging' and 'Vraag overname'.
fn ask_page(
    app: &App,
    me: &Me,
    found: &Found,
    kind: RequestKind,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let id = found.head.id;
    let (heading, text) = match kind {
        RequestKind::Takeover => (
            "Vraag overname van het dossier",
            "Word je eigenaar, dan ben jij het aanspreekpunt voor dit dossier. De vorige eigenaar krijgt een melding en blijft in de lijst staan.",
        ),
        _ => (
            "Vraag verlenging van het inzagerecht",
            "De bemiddelaar verlengt het inzagerecht van je organisatie met 6 maanden, of weigert dat.",
        ),
    };
    let mut page = app.page(me, heading, "");
    page.has_errors = !errors.is_empty();
    render(
        status,
        &AskPage {
            page,
            dossier: app.dossier_head(me, &found.head, "dienstverlening"),
            errors,
            back: services_address(me, id),
            heading,
            text,
            action: format!("{}/inzagerecht/vragen", dossier_address(id)),
            key: app.casework.submission_key().0.to_string(),
            kind: kind.code(),
            bases: bases(fields.get("grond")),
            purpose: fields.get("doel").to_owned(),
            max: Note::MAX.to_string(),
            changed: status != StatusCode::OK,
        },
    )
}

fn kind_of(fields: &Fields) -> RequestKind {
    RequestKind::from_code(fields.get("soort"))
        .filter(|kind| *kind == RequestKind::Takeover)
        .unwrap_or(RequestKind::Extension)
}

pub(super) async fn ask_form(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load(&app, &me, id).await?;
    let fields = Fields::of_query(uri.query());
    let kind = kind_of(&fields);
    let (errors, status) = (Errors::new(), StatusCode::OK);
    Ok(ask_page(&app, &me, &found, kind, &fields, errors, status))
}

pub(super) async fn ask(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&services_address(&me, id)).into_response());
    }
    let kind = kind_of(&fields);
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let basis = fields.choice("grond", Field::Basis, Basis::from_code, &mut errors);
    let purpose: Option<Note> = fields.story("doel", Field::Purpose, &mut errors);
    let leads_to = format!("{}?gelukt=gevraagd", services_address(&me, id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(basis), Some(purpose), Some(submission)) = (basis, purpose, submission) {
        let asked = app
            .casework
            .ask_in_dossier(&me.actor, id, (kind, basis, &purpose), &submission)
            .await;
        match asked {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    let found = load(&app, &me, id).await?;
    Ok(ask_page(&app, &me, &found, kind, &fields, errors, status))
}

/// 'Geef inzagerecht': first a unit is looked up, then the rest is filled in.
async fn give_page(
    app: &App,
    me: &Me,
    dossier: DossierId,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Response> {
    let found = load(app, me, dossier).await?;
    let typed: String = fields.get("zoek").chars().take(100).collect();
    let searched = !typed.trim().is_empty();
    let units = if searched {
        app.casework
            .units_for_grant(&me.actor, typed.trim())
            .await
            .map_err(|failure| fail::answer(app, me, failure))?
    } else {
        Vec::new()
    };
    let chosen = fields.get("organisatie");
    let mut page = app.page(me, "Geef inzagerecht", "");
    page.has_errors = !errors.is_empty();
    Ok(render(
        status,
        &GivePage {
            page,
            dossier: app.dossier_head(me, &found.head, "dienstverlening"),
            errors,
            back: services_address(me, dossier),
            action: format!("{}/inzagerecht/geven", dossier_address(dossier)),
            key: app.casework.submission_key().0.to_string(),
            typed,
            searched,
            units: units
                .iter()
                .map(|unit| {
                    let id = unit.organisation.address();
                    let selected = id == chosen;
                    Choice::new(id, unit.line(), selected)
                })
                .collect(),
            bases: bases(fields.get("grond")),
            end: fields.date_parts("laatste"),
            changed: status != StatusCode::OK,
        },
    ))
}

pub(super) async fn give_form(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let fields = Fields::of_query(uri.query());
    give_page(&app, &me, id, &fields, Errors::new(), StatusCode::OK).await
}

pub(super) async fn give(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let parse = OrganisationId::from_address;
    let organisation = fields.choice("organisatie", Field::Organisation, parse, &mut errors);
    let basis = fields.choice("grond", Field::Basis, Basis::from_code, &mut errors);
    let ends = fields.optional_day("laatste", "de laatste dag", &mut errors);
    let leads_to = format!("{}?gelukt=inzagerecht", services_address(&me, id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (true, Some(organisation), Some(basis), Some(submission)) =
        (errors.is_empty(), organisation, basis, submission)
    {
        let input = GrantInput {
            organisation,
            basis,
            starts: app.casework.today(),
            ends,
        };
        let given = app
            .casework
            .give_grant(&me.actor, id, &input, &submission)
            .await;
        match given {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    give_page(&app, &me, id, &fields, errors, status).await
}

/// 'Verleng met 6 maanden': one click, with what it rests on.
pub(super) async fn extend(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut errors = Errors::new();
    let parse = OrganisationId::from_address;
    let organisation = fields.choice("organisatie", Field::Organisation, parse, &mut errors);
    let basis = fields.choice("grond", Field::Basis, Basis::from_code, &mut errors);
    let leads_to = format!("{}?gelukt=verlengd", services_address(&me, id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let (Some(organisation), Some(basis), Some(submission)) = (organisation, basis, submission)
    else {
        // Whether it may be looked at at all comes first.
        load(&app, &me, id).await?;
        return Err(fail::answer(
            &app,
            &me,
            Refusal::NotChosen(Field::Basis).into(),
        ));
    };
    app.casework
        .extend_grant(&me.actor, id, organisation, basis, &submission)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(&submission.leads_to).into_response())
}

/// The organisation that may open the dossier now and whose access is to end.
fn active<'a>(app: &App, found: &'a Found, fields: &Fields) -> Option<&'a Holder> {
    let id = OrganisationId::from_address(fields.get("organisatie"))?;
    let today = app.casework.today();
    found
        .holders
        .iter()
        .find(|holder| holder.grant.organisation == id && holder.grant.is_active(today))
}

fn end_page(
    app: &App,
    me: &Me,
    found: &Found,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let id = found.head.id;
    let Some(holder) = active(app, found, fields) else {
        let refused = Failure::Refused(Refusal::NoActiveGrant.into());
        return fail::answer(app, me, refused);
    };
    let heading = "Beëindig het inzagerecht";
    let mut page = app.page(me, heading, "");
    page.has_errors = !errors.is_empty();
    render(
        status,
        &EndPage {
            page,
            dossier: app.dossier_head(me, &found.head, "dienstverlening"),
            errors,
            back: services_address(me, id),
            action: format!("{}/inzagerecht/beeindigen", dossier_address(id)),
            key: app.casework.submission_key().0.to_string(),
            organisation: holder.organisation.clone(),
            organisation_id: holder.grant.organisation.address(),
            is_client: me.actor.role == Role::Client,
            reason: fields.get("reden").to_owned(),
            max: Note::MAX.to_string(),
            changed: status != StatusCode::OK,
        },
    )
}

pub(super) async fn end_form(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load(&app, &me, id).await?;
    let fields = Fields::of_query(uri.query());
    if fields.get("organisatie").is_empty() {
        return Ok(Redirect::to(&services_address(&me, id)).into_response());
    }
    let (errors, status) = (Errors::new(), StatusCode::OK);
    Ok(end_page(&app, &me, &found, &fields, errors, status))
}

pub(super) async fn end(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&services_address(&me, id)).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let parse = OrganisationId::from_address;
    let organisation = fields.choice("organisatie", Field::Organisation, parse, &mut errors);
    let reason: Option<Note> = match Note::optional(fields.get("reden")) {
        Ok(None) => {
            errors.add("reden", sentences::refusal(&Refusal::Empty(Field::Ground)));
            None
        }
        _ => fields.story("reden", Field::Ground, &mut errors),
    };
    let leads_to = format!("{}?gelukt=inzagerecht-beeindigd", services_address(&me, id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(organisation), Some(reason), Some(submission)) = (organisation, reason, submission)
    {
        let ended = app
            .casework
            .end_grants(&me.actor, id, organisation, &reason, &submission)
            .await;
        match ended {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    let found = load(&app, &me, id).await?;
    Ok(end_page(&app, &me, &found, &fields, errors, status))
}

/// 'Akkoord' or 'Niet akkoord' of the client.
pub(super) async fn answer(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut errors = Errors::new();
    let request = GrantRequestId::from_address(fields.get("vraag"));
    let answer = ClientAnswer::from_code(fields.get("antwoord"));
    let leads_to = format!("{}?gelukt=antwoord", services_address(&me, id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let (Some(request), Some(answer), Some(submission)) = (request, answer, submission) else {
        load(&app, &me, id).await?;
        return Err(fail::answer(
            &app,
            &me,
            Refusal::NotChosen(Field::Decision).into(),
        ));
    };
    app.casework
        .answer_request(&me.actor, id, (request, answer), &submission)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(&submission.leads_to).into_response())
}
