//! 'Alles downloaden': everything that is kept about a client in one file, to read or for a computer.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use casework::exported::{Line, Opening};
use casework::{Export, Head};
use domain::Moment;
use domain::availability::{AvailabilityStatus, Licence, Weekday};
use domain::benefits::{Entitled, Exemption};
use domain::career::CareerSource;
use domain::conditions::{ConditionKind, ConditionStatus};
use domain::corrections::CorrectionKind;
use domain::development::{Axis, TrainingKind, TrainingResult};
use domain::disability::IndicationKind;
use domain::grants::{Basis, ClientAnswer, RefusalGround, RequestKind};
use domain::integration::{CourseResult, Nt2Level, TrajectoryStatus};
use domain::journal::{Change, Event};
use domain::people::Role;
use domain::policy::Operation;
use domain::preferences::{Channel, Language, LanguageLevel, TravelMeans};
use domain::refusal::Field;
use domain::studies::{Certificate, Grade, Level, Provenance};
use domain::trajectory::{AgreementOutcome, Answer, GoalKind, GoalOutcome, Who};
use domain::transmission::{TransmissionDecision, TransmissionReason, TransmissionStatus};
use domain::vacancies::{VacancyKind, VacancyStatus};
use domain::vouchers::VoucherStatus;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::entries::situation;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::headers::KEPT_FILE;
use crate::openings::{what, why};
use crate::page::{Choice, DossierHead, Errors, Fact, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/dossier/{dossier}/export", Operation::ExportDossier, show)
        .post(
            "/dossier/{dossier}/export",
            Operation::ExportDossier,
            download,
        )
}

/// The downloaded page carries its own styles, and nothing else may run or load in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'; sandbox";

/// The two forms of the copy.
#[derive(Clone, Copy)]
enum Form {
    /// One page to read and print.
    Readable,
    /// JSON.
    Machine,
}

impl Form {
    const ALL: [Form; 2] = [Form::Readable, Form::Machine];

    fn code(self) -> &'static str {
        match self {
            Form::Readable => "leesbaar",
            Form::Machine => "json",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Form::ALL.into_iter().find(|form| form.code() == code)
    }

    fn choice(self, chosen: bool) -> Choice {
        match self {
            Form::Readable => Choice::new(self.code(), "Om te lezen", chosen)
                .hint("Een pagina die je kan openen, bewaren en afdrukken."),
            Form::Machine => Choice::new(self.code(), "Voor een computer", chosen)
                .hint("Een JSON-bestand, om mee te nemen naar een ander programma."),
        }
    }
}

#[derive(Template)]
#[template(path = "export/page.html")]
struct ExportPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    is_own: bool,
    action: String,
    forms: Vec<Choice>,
}

fn page(app: &App, me: &Me, head: &Head, errors: Errors, status: StatusCode) -> Response {
    let mut page = app.page(me, "Alles downloaden", "");
    page.has_errors = !errors.is_empty();
    render(
        status,
        &ExportPage {
            page,
            dossier: app.dossier_head(me, head, "export"),
            errors,
            is_own: me.actor.role == Role::Client,
            action: format!("{}/export", dossier_address(head.id)),
            forms: Form::ALL.map(|form| form.choice(false)).into(),
        },
    )
}

async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let head = app
        .casework
        .entry(&me.actor, Operation::ExportDossier, id, "export")
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(page(&app, &me, &head, Errors::new(), StatusCode::OK))
}

/// 'Download': a POST, so that no link elsewhere sets it off.
async fn download(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut errors = Errors::new();
    let form = fields.choice("vorm", Field::ExportForm, Form::from_code, &mut errors);
    let Some(form) = form else {
        let head = app
            .casework
            .entry(&me.actor, Operation::ExportDossier, id, "export")
            .await
            .map_err(|failure| fail::answer(&app, &me, failure))?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page(&app, &me, &head, errors, status));
    };
    let opening = match form {
        Form::Readable => "export_leesbaar",
        Form::Machine => "export_json",
    };
    let export = app
        .casework
        .export(&me.actor, id, opening)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let day = app.casework.today().to_iso();
    Ok(match form {
        Form::Readable => {
            let answer = render(StatusCode::OK, &ReadablePage::of(&export));
            as_file(answer, &format!("dossier-{day}.html"), POLICY)
        }
        Form::Machine => match serde_json::to_vec_pretty(&export) {
            Ok(bytes) => {
                let kind = (CONTENT_TYPE, "application/json; charset=utf-8");
                as_file(
                    ([kind], bytes).into_response(),
                    &format!("dossier-{day}.json"),
                    KEPT_FILE,
                )
            }
            Err(error) => {
                tracing::error!(%error, "an export could not be written as JSON");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        },
    })
}

/// The name holds a day and nothing about the client.
fn as_file(mut answer: Response, name: &str, policy: &'static str) -> Response {
    let policy = HeaderValue::from_static(policy);
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        let header: HeaderName = CONTENT_DISPOSITION;
        answer.headers_mut().insert(header, value);
    }
    answer
}

/// The copy to read: parts with items, each with its facts.
#[derive(Template)]
#[template(path = "export/readable.html")]
struct ReadablePage {
    name: String,
    made: String,
    parts: Vec<Part>,
    openings: Vec<[String; 4]>,
}

struct Part {
    heading: &'static str,
    items: Vec<Item>,
}

struct Item {
    heading: String,
    facts: Vec<Fact>,
    /// What belongs to it, under a heading of its own.
    lists: Vec<(&'static str, Vec<String>)>,
}

impl Item {
    fn new(heading: impl Into<String>, facts: Vec<Option<Fact>>) -> Self {
        Item {
            heading: heading.into(),
            facts: facts.into_iter().flatten().collect(),
            lists: Vec::new(),
        }
    }
}

fn fact(label: &str, value: impl Into<String>) -> Option<Fact> {
    Some(Fact::new(label, value))
}

fn known(label: &str, value: Option<&String>) -> Option<Fact> {
    value.map(|value| Fact::new(label, value.as_str()))
}

fn on(label: &str, day: Option<domain::Day>) -> Option<Fact> {
    day.map(|day| Fact::new(label, day.to_string()))
}

fn number(label: &str, number: Option<i64>) -> Option<Fact> {
    number.map(|number| Fact::new(label, number.to_string()))
}

/// An instant as people in Brussels write it.
fn at(text: &str) -> String {
    Moment::parse_rfc3339(text).map_or_else(|| text.to_owned(), Moment::brussels_text)
}

fn by(label: &str, name: Option<&String>, when: Option<&String>) -> Option<Fact> {
    let when = at(when?);
    let name = name.map_or("het programma", String::as_str);
    Some(Fact::new(label, format!("{name}, {when}")))
}

pub(crate) fn yes_no(fact: bool) -> &'static str {
    if fact { "Ja" } else { "Nee" }
}

/// The Dutch text of a stored code, or the code of what this program does not know.
macro_rules! label {
    ($kind:ident, $code:expr) => {
        $kind::from_code($code).map_or_else(|| $code.to_owned(), |it| it.label().to_owned())
    };
}

impl ReadablePage {
    fn of(export: &Export) -> Self {
        let name = export.dossier.first().map(|it| {
            let (given, family) = (&it.given_name, &it.family_name);
            format!("{given} {family}, klantnummer {}", it.client_number)
        });
        let parts = vec![
            part("Je gegevens", personal(export)),
            part("Studies", studies(export)),
            part("Werkervaring", experiences(export)),
            part("Contactvoorkeur", contact_preferences(export)),
            part("Talen", languages(export)),
            part("Gewenste jobs", wanted_jobs(export)),
            part("Mobiliteit", mobility(export)),
            part("Vacatures", vacancies(export)),
            part("Doelen", goals(export)),
            part("Afspraken", agreements(export)),
            part("Startscreening", screenings(export)),
            part("Randvoorwaarden", conditions(export)),
            part("Inzetbaarheid", availability(export)),
            part("Opleidingen en stages", trainings(export)),
            part("Competenties", competences(export)),
            part("Loopbaangegevens", work_periods(export)),
            part("RVA", benefits(export)),
            part("Inburgering - NT2", integration(export)),
            part("Loopbaancheques", vouchers(export)),
            part("PmAB", indications(export)),
            part("Transmissie", transmissions(export)),
            part("Berichten", messages(export)),
            part("Stappen naar werk", lines(export)),
            part("Wie je dossier mocht of mag openen", grants(export)),
            part("Vragen om je dossier te openen", grant_requests(export)),
            part("Aanspreekpunten van je dossier", owners(export)),
            part("Rechtzettingen en bezwaren", corrections(export)),
            part("Documenten", documents(export)),
            part("Aan wie je dossier toegewezen is", assignments(export)),
            part("Wat gewist is", erasures(export)),
            part("Meldingen over je dossier", notices(export)),
            part("Wat er gebeurde", journal(export)),
        ];
        ReadablePage {
            name: name.unwrap_or_default(),
            made: format!("{}, door {}", at(&export.made_at), export.made_by),
            parts,
            openings: export.opening.iter().map(opening).collect(),
        }
    }
}

fn part(heading: &'static str, items: Vec<Item>) -> Part {
    Part { heading, items }
}

fn personal(export: &Export) -> Vec<Item> {
    let mut items: Vec<Item> = export
        .dossier
        .iter()
        .map(|it| {
            Item::new(
                "",
                vec![
                    fact("Voornaam", &it.given_name),
                    fact("Naam", &it.family_name),
                    fact("Geboren op", it.birth_day.to_string()),
                    fact("Klantnummer", &it.client_number),
                    known("Rijksregisternummer (INSZ)", export.insz.as_ref()),
                    fact("Werksituatie", situation(&it.work_situation)),
                    on("Werksituatie sinds", it.work_situation_since),
                    known("E-mailadres", it.email.as_ref()),
                    known("Telefoon", it.phone.as_ref()),
                    known("Straat en nummer", it.street.as_ref()),
                    known("Postcode", it.postcode.as_ref()),
                    known("Gemeente", it.municipality.as_ref()),
                    known("Over mezelf", it.about_me.as_ref()),
                    fact("Dossier gemaakt op", at(&it.created_at)),
                ],
            )
        })
        .collect();
    items.extend(export.person.iter().map(|it| {
        Item::new(
            "Je account",
            vec![
                fact("Gebruikersnaam", &it.user_name),
                fact("Naam", &it.name),
                fact("Kan aanmelden", yes_no(it.active)),
                fact("Gemaakt op", at(&it.created_at)),
            ],
        )
    }));
    items
}

fn studies(export: &Export) -> Vec<Item> {
    let items = export.study.iter().map(|it| {
        Item::new(
            &it.school,
            vec![
                fact("Onderwijsvorm", label!(Level, &it.level)),
                it.grade
                    .as_ref()
                    .and_then(|code| fact("Graad", label!(Grade, code))),
                known("Studierichting", it.field.as_ref()),
                on("Einddatum", it.ended_on),
                it.certificate
                    .as_ref()
                    .and_then(|code| fact("Studiebewijs", label!(Certificate, code))),
                fact("Herkomst", label!(Provenance, &it.provenance)),
            ],
        )
    });
    items.collect()
}

fn experiences(export: &Export) -> Vec<Item> {
    let items = export.experience.iter().map(|it| {
        Item::new(
            format!("{}, {}", it.function, it.employer),
            vec![
                fact("Van", it.from_day.to_string()),
                on("Tot", it.until_day),
                known("Omschrijving", it.description.as_ref()),
            ],
        )
    });
    items.collect()
}

fn vacancies(export: &Export) -> Vec<Item> {
    let items = export.vacancy.iter().map(|it| {
        Item::new(
            &it.title,
            vec![
                fact("Soort", label!(VacancyKind, &it.kind)),
                fact("Werkgever", &it.employer),
                known("Link", it.address.as_ref()),
                known("Plaats", it.place.as_ref()),
                fact("Stand", label!(VacancyStatus, &it.status)),
                on("Solliciteer tegen", it.due_on),
                known("Nota", it.note.as_ref()),
            ],
        )
    });
    items.collect()
}

fn goals(export: &Export) -> Vec<Item> {
    let items = export.goal.iter().map(|it| {
        let outcome = it.outcome.as_ref();
        Item::new(
            &it.text,
            vec![
                fact("Soort doel", label!(GoalKind, &it.kind)),
                on("Tegen", it.target_on),
                outcome.and_then(|code| fact("Uitkomst", label!(GoalOutcome, code))),
                on("Afgesloten op", it.outcome_on),
            ],
        )
    });
    items.collect()
}

fn agreements(export: &Export) -> Vec<Item> {
    let items = export.agreement.iter().map(|it| {
        let outcome = it.outcome.as_ref();
        Item::new(
            &it.text,
            vec![
                fact("Wie", label!(Who, &it.who)),
                fact("Tegen", it.due_on.to_string()),
                outcome.and_then(|code| fact("Uitkomst", label!(AgreementOutcome, code))),
                on("Afgesloten op", it.outcome_on),
            ],
        )
    });
    items.collect()
}

fn screenings(export: &Export) -> Vec<Item> {
    let items = export.screening.iter().map(|it| {
        Item::new(
            format!("Gesprek van {}", it.screened_on),
            vec![
                fact("Arbeidsbereid", label!(Answer, &it.willing)),
                fact("Arbeidsrijp", label!(Answer, &it.ready)),
                known("Nota", it.note.as_ref()),
            ],
        )
    });
    items.collect()
}

fn trainings(export: &Export) -> Vec<Item> {
    let items = export.training.iter().map(|it| {
        let result = it.result.as_ref();
        Item::new(
            &it.name,
            vec![
                fact("Soort", label!(TrainingKind, &it.kind)),
                fact("Bij", &it.provider),
                fact("Begindatum", it.from_day.to_string()),
                on("Einddatum", it.until_day),
                number("Uren gepland", it.hours_planned),
                number("Uren gevolgd", it.hours_done),
                result.and_then(|code| fact("Resultaat", label!(TrainingResult, code))),
            ],
        )
    });
    items.collect()
}

fn competences(export: &Export) -> Vec<Item> {
    let items = export.competence.iter().map(|it| {
        Item::new(
            &it.label,
            vec![
                fact("Soort", label!(Axis, &it.axis)),
                number("Score van 1 tot 5", Some(it.score)),
                fact("Score van", it.scored_on.to_string()),
            ],
        )
    });
    items.collect()
}

fn conditions(export: &Export) -> Vec<Item> {
    let items = export.condition.iter().map(|it| {
        Item::new(
            label!(ConditionKind, &it.kind),
            vec![
                fact("Status", label!(ConditionStatus, &it.status)),
                fact("Sinds", it.since.to_string()),
                known("Nota", it.note.as_ref()),
            ],
        )
    });
    items.collect()
}

/// The Dutch texts of codes with commas between.
macro_rules! labels {
    ($kind:ident, $codes:expr) => {
        $codes.as_ref().map(|codes| {
            let labels = codes.split(',').map(|code| label!($kind, code));
            labels.collect::<Vec<_>>().join(", ")
        })
    };
}

fn availability(export: &Export) -> Vec<Item> {
    let items = export.availability.iter().map(|it| {
        Item::new(
            label!(AvailabilityStatus, &it.status),
            vec![
                number("Uren per week", it.hours_a_week),
                known("Dagen", labels!(Weekday, it.weekdays).as_ref()),
                known("Streek", it.regions.as_ref()),
                known("Rijbewijzen", labels!(Licence, it.licences).as_ref()),
                on("Beschikbaar vanaf", it.available_from),
                known("Nota", it.note.as_ref()),
            ],
        )
    });
    items.collect()
}

fn languages(export: &Export) -> Vec<Item> {
    let items = export.language_skill.iter().map(|it| {
        let other = it.other_language.clone();
        Item::new(
            other.unwrap_or_else(|| label!(Language, &it.language)),
            vec![fact("Niveau", label!(LanguageLevel, &it.level))],
        )
    });
    items.collect()
}

fn wanted_jobs(export: &Export) -> Vec<Item> {
    let items = export.wanted_job.iter().map(|it| {
        Item::new(
            &it.job,
            vec![
                number("Voorkeur", Some(it.place)),
                known("Nota", it.note.as_ref()),
            ],
        )
    });
    items.collect()
}

fn mobility(export: &Export) -> Vec<Item> {
    let items = export.mobility.iter().map(|it| {
        Item::new(
            labels!(TravelMeans, it.means).unwrap_or_default(),
            vec![
                number("Reistijd, hoogstens (minuten)", it.minutes),
                known("Nota", it.note.as_ref()),
            ],
        )
    });
    items.collect()
}

fn contact_preferences(export: &Export) -> Vec<Item> {
    let items = export.contact_preference.iter().map(|it| {
        let language = it.language.as_ref();
        Item::new(
            label!(Channel, &it.channel),
            vec![
                language.and_then(|code| fact("Taal", label!(Language, code))),
                known("Nota", it.note.as_ref()),
            ],
        )
    });
    items.collect()
}

fn indications(export: &Export) -> Vec<Item> {
    let items = export.indication.iter().map(|it| {
        Item::new(
            label!(IndicationKind, &it.kind),
            vec![
                fact("Toegekend op", it.granted_on.to_string()),
                on("Geldig tot en met", it.valid_until),
                fact("Beslist door", it.decided_by.clone()),
                on("Beëindigd op", it.ended_on),
            ],
        )
    });
    items.collect()
}

fn transmissions(export: &Export) -> Vec<Item> {
    let items = export.transmission.iter().map(|it| {
        let decision = it.decision.as_ref();
        let decision = decision.map(|code| label!(TransmissionDecision, code));
        Item::new(
            label!(TransmissionReason, &it.reason),
            vec![
                fact("Feiten", it.facts.clone()),
                fact("Verstuurd op", it.sent_on.to_string()),
                fact("Stand", label!(TransmissionStatus, &it.status)),
                known("Beslissing", decision.as_ref()),
            ],
        )
    });
    items.collect()
}

fn messages(export: &Export) -> Vec<Item> {
    let items = export.message.iter().map(|it| {
        let mut threads = export.message_thread.iter();
        let thread = threads.find(|thread| thread.id == it.thread_id);
        Item::new(
            thread.map_or_else(String::new, |thread| thread.subject.clone()),
            vec![
                by("Geschreven door", Some(&it.by_person_name), Some(&it.at)),
                known("Organisatie", it.organisation_name.as_ref()),
                fact("Bericht", it.text.clone()),
            ],
        )
    });
    let read = export.message_read.iter().map(|it| {
        let said = format!("Gelezen door {}", it.person_name);
        Item::new(said, vec![fact("Tot en met", at(&it.read_at))])
    });
    items.chain(read).collect()
}

fn work_periods(export: &Export) -> Vec<Item> {
    let items = export.work_period.iter().map(|it| {
        Item::new(
            situation(&it.code),
            vec![
                fact("Van", it.from_day.to_string()),
                on("Tot", it.until_day),
                fact("Bron", label!(CareerSource, &it.source)),
            ],
        )
    });
    items.collect()
}

fn benefits(export: &Export) -> Vec<Item> {
    let items = export.benefit_status.iter().map(|it| {
        Item::new(
            format!("Toestand op {}", it.as_of),
            vec![
                fact("Recht op uitkering", label!(Entitled, &it.entitled)),
                it.exemption
                    .as_ref()
                    .and_then(|code| fact("Vrijstelling", label!(Exemption, code))),
                on("Vrijgesteld tot", it.exempt_until),
            ],
        )
    });
    items.collect()
}

fn integration(export: &Export) -> Vec<Item> {
    let trajectories = export.integration_status.iter().map(|it| {
        Item::new(
            format!("Inburgeringstraject, toestand op {}", it.as_of),
            vec![
                fact("Contract", yes_no(it.contract)),
                fact("Attest", yes_no(it.attest)),
                it.status
                    .as_ref()
                    .and_then(|code| fact("Status", label!(TrajectoryStatus, code))),
            ],
        )
    });
    let courses = export.nt2_course.iter().map(|it| {
        Item::new(
            format!("Lessen Nederlands, {}", it.provider),
            vec![
                fact("Niveau", label!(Nt2Level, &it.level)),
                fact("Van", it.from_day.to_string()),
                on("Tot", it.until_day),
                it.result
                    .as_ref()
                    .and_then(|code| fact("Resultaat", label!(CourseResult, code))),
            ],
        )
    });
    trajectories.chain(courses).collect()
}

fn vouchers(export: &Export) -> Vec<Item> {
    let items = export.career_voucher.iter().map(|it| {
        Item::new(
            format!("Loopbaancheque {}", it.number),
            vec![
                fact("Besteld op", it.ordered_on.to_string()),
                fact("Uren", it.hours.to_string()),
                fact("Status", label!(VoucherStatus, &it.status)),
                known("Loopbaancentrum", it.centre.as_ref()),
            ],
        )
    });
    items.collect()
}

fn meaning(export: &Export, code: &str) -> String {
    let known = export.codes.get(code);
    known.map_or_else(|| code.to_owned(), String::clone)
}

fn state(line: &Line) -> &'static str {
    match line.state.as_str() {
        "ongoing" => "Bezig",
        "ended" => "Beëindigd",
        "cancelled" => "Geannuleerd: niet meer in de lijst",
        _ => "Verwijderd door de provinciale coach: niet meer in de lijst",
    }
}

fn lines(export: &Export) -> Vec<Item> {
    export
        .step
        .iter()
        .map(|line| one_line(export, line))
        .collect()
}

fn one_line(export: &Export, line: &Line) -> Item {
    let label = sentences::journal_field;
    let told =
        |field: &str, value: Option<bool>| value.and_then(|it| fact(label(field), yes_no(it)));
    let party = |unit: &str, person: &str| format!("{unit}, {person}");
    let code = |field: &str, code: Option<&String>| {
        code.and_then(|code| fact(label(field), meaning(export, code)))
    };
    let mut item = Item::new(
        format!(
            "{}, vanaf {}",
            meaning(export, &line.step_type),
            line.start_on
        ),
        vec![
            fact(label("state"), state(line)),
            fact(label("start"), line.start_on.to_string()),
            on(label("end"), line.end_on),
            fact(label("funding"), meaning(export, &line.funding)),
            fact(
                label("requester"),
                party(&line.requester_unit_name, &line.requester_person_name),
            ),
            fact(
                label("provider"),
                party(&line.provider_unit_name, &line.provider_person_name),
            ),
            by(
                "Geregistreerd door",
                Some(&line.registered_by_name),
                Some(&line.registered_at),
            ),
            known(label("late_reason"), line.late_reason.as_ref()),
            known(label("summary"), line.summary.as_ref()),
            code("result", line.result.as_ref()),
            code("reason", line.reason.as_ref()),
            known(label("result_note"), line.result_note.as_ref()),
            told("in_education", line.fact_education),
            told("has_work", line.fact_work),
            told("qualification", line.fact_qualification),
            told("stopped_for_absence", line.fact_absence),
            by(
                "Beëindigd door",
                line.ended_by_name.as_ref(),
                line.ended_at.as_ref(),
            ),
            known("Reden van annulering", line.cancel_reason.as_ref()),
            by(
                "Uit de lijst gehaald door",
                line.closed_by_name.as_ref(),
                line.closed_at.as_ref(),
            ),
        ],
    );
    let notes = export
        .correction_note
        .iter()
        .filter(|it| it.step_id == line.id);
    let notes = notes.map(|it| format!("{} ({}, {})", it.text, it.by_person_name, at(&it.at)));
    let addenda = export.addendum.iter().filter(|it| it.step_id == line.id);
    let addenda = addenda.map(|it| format!("{} ({}, {})", it.text, it.by_person_name, at(&it.at)));
    let actions = export.action.iter().filter(|it| it.step_id == line.id);
    let actions = actions.map(|it| {
        let mut text = format!(
            "{}: {}, {} minuten, {}",
            it.day,
            meaning(export, &it.kind),
            it.minutes,
            it.presence
        );
        for more in [&it.place, &it.note].into_iter().flatten() {
            text.push_str(&format!(", {more}"));
        }
        if it.voided {
            text.push_str(" (geschrapt)");
        }
        format!("{text} ({}, {})", it.recorded_by_name, at(&it.recorded_at))
    });
    let checks = export.eligibility_check.iter();
    let checks = checks.filter(|it| it.step_id == line.id).map(|it| {
        let found = match it.verdict.as_str() {
            "declared" => "geen studie bekend, met de jongere nagegaan",
            _ => "geen diploma secundair onderwijs gevonden",
        };
        format!(
            "Op {}: {found} ({}, {})",
            it.start_on,
            it.by_person_name,
            at(&it.at)
        )
    });
    let reviews = export.step_review.iter().filter(|it| it.step_id == line.id);
    let reviews = reviews.map(|it| format!("Te controleren sinds {}", at(&it.since)));
    let removals = export.removal_request.iter();
    let removals = removals.filter(|it| it.step_id == line.id).map(|it| {
        let outcome = match (it.decision.as_deref(), &it.decision_reason) {
            (None, _) => "wacht op antwoord".to_owned(),
            (Some("removed"), _) => "de stap is verwijderd".to_owned(),
            (Some(_), reason) => format!(
                "de stap bleef staan: {}",
                reason.as_deref().unwrap_or_default()
            ),
        };
        format!(
            "{} ({}, {}): {outcome}",
            it.reason,
            it.asked_by_name,
            at(&it.asked_at)
        )
    });
    item.lists = vec![
        ("Rechtzetting", notes.collect()),
        ("Aanvullingen", addenda.collect()),
        ("Acties", actions.collect()),
        ("Nagekeken voorwaarde", checks.collect()),
        ("Te controleren", reviews.collect()),
        ("Vraag om verwijdering", removals.collect()),
    ];
    item.lists.retain(|(_, lines)| !lines.is_empty());
    item
}

fn grants(export: &Export) -> Vec<Item> {
    let items = export.access_grant.iter().map(|it| {
        Item::new(
            &it.organisation_name,
            vec![
                fact("Grond", label!(Basis, &it.basis)),
                fact("Eerste dag", it.starts_on.to_string()),
                on("Laatste dag", it.ends_on),
                on("Eindigt vanzelf op", it.closes_on),
                by("Gegeven door", Some(&it.given_by_name), Some(&it.given_at)),
                by(
                    "Beëindigd door",
                    it.ended_by_name.as_ref(),
                    it.ended_at.as_ref(),
                ),
                known("Waarom beëindigd", it.end_reason.as_ref()),
            ],
        )
    });
    items.collect()
}

fn grant_requests(export: &Export) -> Vec<Item> {
    let items = export.grant_request.iter().map(|it| {
        let decided = it.decision.as_deref().map(|decision| match decision {
            "granted" => "Toegekend".to_owned(),
            _ => "Geweigerd".to_owned(),
        });
        Item::new(
            format!("{}: {}", label!(RequestKind, &it.kind), it.unit_name),
            vec![
                by("Gevraagd door", Some(&it.asked_by_name), Some(&it.asked_at)),
                fact("Grond", label!(Basis, &it.basis)),
                on("Formulier ingevuld op", it.form_on),
                fact("Waarvoor", &it.purpose),
                it.client_answer
                    .as_ref()
                    .and_then(|code| fact("Jouw antwoord", label!(ClientAnswer, code))),
                known("Beslissing", decided.as_ref()),
                by(
                    "Beslist door",
                    it.decided_by_name.as_ref(),
                    it.decided_at.as_ref(),
                ),
                it.ground
                    .as_ref()
                    .and_then(|code| fact("Waarom geweigerd", label!(RefusalGround, code))),
                known("Nota", it.ground_note.as_ref()),
            ],
        )
    });
    items.collect()
}

fn owners(export: &Export) -> Vec<Item> {
    let items = export.dossier_owner.iter().map(|it| {
        Item::new(
            format!("{}, {}", it.unit_name, it.person_name),
            vec![
                fact("Sinds", at(&it.since)),
                it.until.as_ref().and_then(|until| fact("Tot", at(until))),
                fact("Aangeduid door", &it.given_by_name),
            ],
        )
    });
    items.collect()
}

fn corrections(export: &Export) -> Vec<Item> {
    let items = export.correction_request.iter().map(|it| {
        let decided = it.decision.as_deref().map(|decision| match decision {
            "granted" => "Toegekend".to_owned(),
            _ => "Geweigerd".to_owned(),
        });
        Item::new(
            label!(CorrectionKind, &it.kind),
            vec![
                fact("Wat er niet klopt", &it.text),
                by("Gevraagd door", Some(&it.asked_by_name), Some(&it.asked_at)),
                known("Beslissing", decided.as_ref()),
                known("Antwoord", it.answer.as_ref()),
                by(
                    "Beslist door",
                    it.decided_by_name.as_ref(),
                    it.decided_at.as_ref(),
                ),
            ],
        )
    });
    items.collect()
}

fn documents(export: &Export) -> Vec<Item> {
    let items = export.document.iter().map(|it| {
        Item::new(
            &it.title,
            vec![
                fact("Dag op het document", it.day.to_string()),
                fact("Bestand", format!("{} ({} bytes)", it.file_name, it.bytes)),
                by(
                    "Toegevoegd door",
                    Some(&it.added_by_name),
                    Some(&it.added_at),
                ),
                by(
                    "Ingetrokken door",
                    it.withdrawn_by_name.as_ref(),
                    it.withdrawn_at.as_ref(),
                ),
                known("Waarom ingetrokken", it.withdrawn_reason.as_ref()),
            ],
        )
    });
    items.collect()
}

fn assignments(export: &Export) -> Vec<Item> {
    let items = export.assignment.iter().map(|it| {
        Item::new(
            format!("{}, {}", it.person_name, it.organisation_name),
            vec![
                by("Toegewezen door", Some(&it.given_by_name), Some(&it.since)),
                by(
                    "Beëindigd door",
                    it.ended_by_name.as_ref(),
                    it.until.as_ref(),
                ),
            ],
        )
    });
    items.collect()
}

fn erasures(export: &Export) -> Vec<Item> {
    let items = export.erasure.iter().map(|it| {
        let what = match it.kind.as_str() {
            "story" => "De teksten van een stap",
            "evidence" => "Een stap",
            _ => "Het dossier",
        };
        Item::new(what, vec![fact("Gewist op", at(&it.at))])
    });
    items.collect()
}

fn notices(export: &Export) -> Vec<Item> {
    let items = export.outbox.iter().map(|it| {
        Item::new(
            at(&it.at),
            vec![
                fact("Aan", &it.person_name),
                fact("Wat", crate::notices::sentence_of(&it.kind)),
                known("Daarbij", it.note.as_ref()),
                it.read_at
                    .as_ref()
                    .and_then(|read| fact("Gelezen", at(read))),
            ],
        )
    });
    items.collect()
}

fn journal(export: &Export) -> Vec<Item> {
    let items = export.journal.iter().rev().map(|it| {
        let changes: Vec<Change> = it
            .content
            .as_deref()
            .and_then(|content| serde_json::from_str(content).ok())
            .unwrap_or_default();
        let who = match (&it.by_person_name, &it.organisation_name) {
            (None, _) => "Het programma".to_owned(),
            (Some(name), None) => name.clone(),
            (Some(name), Some(organisation)) => format!("{name}, {organisation}"),
        };
        let mut item = Item::new(
            format!("{}. {}", it.number, label!(Event, &it.event)),
            vec![fact("Wanneer", at(&it.at)), fact("Wie", who)],
        );
        let told = changes.into_iter().map(|change| {
            let value = match (change.before, change.after) {
                (Some(before), Some(after)) => format!("{before} → {after}"),
                (Some(before), None) => format!("{before} → (leeg)"),
                (None, after) => after.unwrap_or_default(),
            };
            Fact::new(sentences::journal_field(&change.field), value)
        });
        item.facts.extend(told);
        item
    });
    items.collect()
}

fn opening(it: &Opening) -> [String; 4] {
    let when = Moment::from_micros(it.minute.saturating_mul(60_000_000));
    let role = it.role.as_deref().and_then(Role::from_code);
    let mut who = it.person_name.clone().unwrap_or_default();
    if let Some(organisation) = &it.organisation_name {
        who.push_str(&format!(", {organisation}"));
    }
    if let Some(role) = role {
        who.push_str(&format!(" ({})", role.label()));
    }
    let reason = it.reason.clone();
    let why = reason.unwrap_or_else(|| role.map_or("", why).to_owned());
    let when = when.map(Moment::brussels_text).unwrap_or_default();
    [when, who, what(&it.what, &[]), why]
}
