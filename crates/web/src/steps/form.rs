//! The fields of the detail screen: from a line or from what was typed, into the page, and into the
//! parsed input of the use cases.

use casework::{Casework, Conflict, RegisterPage, StepInput, StepPage};
use domain::catalogue::{FundingCode, StepType};
use domain::ids::{DossierId, PersonId};
use domain::people::{Actor, Party};
use domain::refusal::{Field, Refusal, Refusals};
use domain::steps::Step;
use domain::studies::Study;
use domain::{Day, eligibility};

use crate::fields::Fields;
use crate::page::{Choice, DateParts, Errors};
use crate::sentences;
use crate::steps::step_address;

/// The state that was chosen on the detail screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    Ongoing,
    Ended,
    Cancelled,
}

impl Chosen {
    pub(super) fn read(fields: &Fields) -> Option<Self> {
        match fields.get("toestand") {
            "ongoing" => Some(Chosen::Ongoing),
            "ended" => Some(Chosen::Ended),
            "cancelled" => Some(Chosen::Cancelled),
            _ => None,
        }
    }
}

/// What the detail screen shows.
pub(super) struct FormView {
    pub(super) states: Vec<Choice>,
    pub(super) start: DateParts,
    pub(super) end: DateParts,
    pub(super) today: String,
    pub(super) end_note: String,
    pub(super) fundings: Vec<Choice>,
    pub(super) requester: PartyView,
    pub(super) provider: PartyView,
    pub(super) summary: String,
    pub(super) summary_max: String,
    pub(super) late_reason: String,
    pub(super) asks_late_reason: bool,
    pub(super) asks_declaration: bool,
    pub(super) declared: bool,
    pub(super) studies_seen: Vec<String>,
    pub(super) later_diplomas: Vec<String>,
    pub(super) version: String,
    pub(super) step_type: String,
    pub(super) is_new: bool,
}

/// A requester or provider as the screen shows it.
pub(super) struct PartyView {
    pub(super) person: String,
    pub(super) unit: String,
    pub(super) name: String,
}

impl PartyView {
    fn new(party: Option<&Party>, typed: &str) -> Self {
        match party {
            Some(party) => PartyView {
                person: party.person.address(),
                unit: party.unit.line(),
                name: party.person_name.clone(),
            },
            None => PartyView {
                person: typed.to_owned(),
                unit: "Nog niet gekozen".to_owned(),
                name: String::new(),
            },
        }
    }
}

/// What changed in the meantime, for the page (T1).
pub(super) struct ConflictView {
    pub(super) who: String,
    pub(super) when: String,
    pub(super) changes: Vec<ChangeView>,
}

/// A field before and after.
pub(crate) struct ChangeView {
    pub(crate) field: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

impl ConflictView {
    pub(super) fn new(casework: &Casework, step: &Step, conflict: &Conflict) -> Self {
        ConflictView {
            who: conflict.stamp.by_name.clone(),
            when: conflict.stamp.at.brussels_text(),
            changes: changes(casework, step, &conflict.changes),
        }
    }
}

/// Journal changes with the labels and texts of the screen.
pub(crate) fn changes(
    casework: &Casework,
    step: &Step,
    changes: &[domain::journal::Change],
) -> Vec<ChangeView> {
    changes
        .iter()
        .map(|change| ChangeView {
            field: sentences::journal_field(&change.field).to_owned(),
            before: shown(casework, step, &change.field, change.before.as_deref()),
            after: shown(casework, step, &change.field, change.after.as_deref()),
        })
        .collect()
}

fn shown(casework: &Casework, step: &Step, field: &str, value: Option<&str>) -> String {
    let Some(value) = value else {
        return String::new();
    };
    let catalogue = casework.catalogue();
    let set = catalogue
        .step_type(&step.step_type)
        .map(|kind| catalogue.result_set(&kind.result_set));
    let label = match field {
        "start" | "end" | "day" | "ended_on" => Day::from_iso(value).map(|day| day.to_string()),
        "step_type" => domain::catalogue::StepTypeCode::parse(value)
            .ok()
            .and_then(|code| catalogue.step_type(&code))
            .map(|kind| kind.name_long.clone()),
        "result" => domain::catalogue::ResultCode::parse(value)
            .ok()
            .zip(set)
            .map(|(code, set)| set.result_label(&code).to_owned()),
        "reason" => domain::catalogue::ReasonCode::parse(value)
            .ok()
            .zip(set)
            .map(|(code, set)| set.reason_label(&code).to_owned()),
        "kind" => domain::catalogue::ActionKindCode::parse(value)
            .ok()
            .map(|code| casework.action_kind_label(step, &code)),
        _ => None,
    };
    label.unwrap_or_else(|| value.to_owned())
}

/// The fields of a new line before anything is typed (S6).
pub(super) fn fields_of_new(page: &RegisterPage, today: Day, casework: &Casework) -> Fields {
    let mut fields = Fields::default();
    fields.set("toestand", "ongoing");
    fields.set("soort", page.kind.code.as_str());
    fields.set("aanvrager", page.default_party.person.address());
    fields.set("uitvoerder", page.default_party.person.address());
    let possible = casework.catalogue().funding_for(&page.kind.code, today);
    if let [only] = possible.as_slice() {
        fields.set("financieringsnummer", only.code.as_str());
    }
    fields
}

/// The fields of a line as it stands.
pub(super) fn fields_of(step: &Step) -> Fields {
    let mut fields = Fields::default();
    fields.set("toestand", "ongoing");
    fields.set("versie", step.version.to_string());
    fields.set_date("datum", step.start);
    fields.set("financieringsnummer", step.funding.as_str());
    fields.set("aanvrager", step.requester.person.address());
    fields.set("uitvoerder", step.provider.person.address());
    if let Some(summary) = &step.summary {
        fields.set("samenvatting", summary.as_str());
    }
    if let Some(reason) = &step.late_reason {
        fields.set("reden_laat", reason.as_str());
    }
    fields
}

/// What the screen needs besides the fields.
pub(super) struct Surroundings<'a> {
    pub(super) kind: &'a StepType,
    pub(super) studies: &'a [Study],
    pub(super) existing: Option<&'a Step>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of_new(page: &'a RegisterPage) -> Self {
        Surroundings {
            kind: &page.kind,
            studies: &page.studies,
            existing: None,
        }
    }

    pub(super) fn of(page: &'a StepPage, kind: &'a StepType) -> Self {
        Surroundings {
            kind,
            studies: &page.studies,
            existing: Some(&page.step),
        }
    }
}

/// The screen with what was typed.
pub(super) async fn view(
    casework: &Casework,
    actor: &Actor,
    fields: &Fields,
    errors: &Errors,
    around: &Surroundings<'_>,
) -> FormView {
    let chosen = Chosen::read(fields);
    let funding = fields.get("financieringsnummer");
    let is_new = around.existing.is_none();
    let start = {
        let parts = fields.date_parts("datum");
        Day::parse_parts(&parts.day, &parts.month, &parts.year).ok()
    };
    let late_reason = fields.get("reden_laat").to_owned();
    let mut fundings: Vec<Choice> = casework
        .catalogue()
        .funding_of(&around.kind.code)
        .map(|number| {
            let value = number.code.as_str();
            Choice::new(value, number.choice(), value == funding)
        })
        .collect();
    // A line that came with a number that can no longer be chosen keeps it.
    if let Some(step) = around.existing {
        let code = step.funding.as_str();
        if !fundings.iter().any(|choice| choice.value == code) {
            let label = casework
                .catalogue()
                .funding(&step.funding)
                .map_or_else(|| code.to_owned(), |number| number.choice());
            fundings.push(Choice::new(code, label, code == funding));
        }
    }
    FormView {
        states: vec![
            Choice::new("ongoing", "Bezig", chosen == Some(Chosen::Ongoing)),
            Choice::new("ended", "Beëindigd", chosen == Some(Chosen::Ended)),
            Choice::new(
                "cancelled",
                "Geannuleerd",
                chosen == Some(Chosen::Cancelled),
            ),
        ],
        start: fields.date_parts("datum"),
        end: fields.date_parts("einddatum"),
        today: casework.today().to_iso(),
        end_note: match around.existing {
            Some(step) => format!(
                "Alleen bij toestand Beëindigd. De begeleiding startte op {}",
                step.start
            ),
            None => "Alleen bij toestand Beëindigd".to_owned(),
        },
        fundings,
        requester: party_view(casework, actor, fields.get("aanvrager"), around).await,
        provider: party_view(casework, actor, fields.get("uitvoerder"), around).await,
        summary: fields.get("samenvatting").to_owned(),
        summary_max: domain::text::Summary::MAX.to_string(),
        asks_late_reason: !late_reason.is_empty() || !errors.at("reden_laat").is_empty(),
        late_reason,
        asks_declaration: is_new && around.studies.is_empty()
            || !errors.at("geen_diploma").is_empty(),
        declared: fields.has("geen_diploma", "ja"),
        studies_seen: around
            .studies
            .iter()
            .map(|study| {
                format!(
                    "{} ({})",
                    study.details.title(),
                    study.details.provenance.label()
                )
            })
            .collect(),
        later_diplomas: start
            .map(|start| {
                eligibility::obtained_later(start, around.studies)
                    .filter_map(|study| {
                        let day = study.details.ended_on?;
                        Some(format!("{}, behaald op {day}", study.details.title()))
                    })
                    .collect()
            })
            .unwrap_or_default(),
        version: fields.get("versie").to_owned(),
        step_type: around.kind.code.to_string(),
        is_new,
    }
}

async fn party_view(
    casework: &Casework,
    actor: &Actor,
    typed: &str,
    around: &Surroundings<'_>,
) -> PartyView {
    let Some(person) = PersonId::from_address(typed) else {
        return PartyView::new(None, typed);
    };
    let kept = around.existing.and_then(|step| {
        [&step.requester, &step.provider]
            .into_iter()
            .find(|it| it.person == person)
    });
    if let Some(kept) = kept {
        return PartyView::new(Some(kept), typed);
    }
    let found = casework.party(actor, person).await.ok().flatten();
    PartyView::new(found.as_ref(), typed)
}

/// Parses the detail screen. Sentences go to `errors`; none when anything is missing or wrong.
pub(super) fn parse(fields: &Fields, errors: &mut Errors) -> Option<StepInput> {
    // Never a state that was not chosen.
    let state = fields.choice("toestand", Field::State, |_| Chosen::read(fields), errors);
    let start = fields.day("datum", "de datum", errors);
    let funding = fields.choice(
        "financieringsnummer",
        Field::Funding,
        |text| FundingCode::parse(text).ok(),
        errors,
    );
    let requester = fields.choice(
        "aanvrager",
        Field::Requester,
        PersonId::from_address,
        errors,
    );
    let provider = fields.choice(
        "uitvoerder",
        Field::Provider,
        PersonId::from_address,
        errors,
    );
    let before = errors.lines.len();
    let summary = fields.optional_story("samenvatting", Field::Summary, errors);
    let late_reason = fields.optional_story("reden_laat", Field::LateReason, errors);
    if errors.lines.len() > before {
        return None;
    }
    state?;
    Some(StepInput {
        funding: funding?,
        requester: requester?,
        provider: provider?,
        start: start?,
        summary,
        late_reason,
        declared_no_diploma: fields.has("geen_diploma", "ja"),
    })
}

/// Puts refusals at the fields of the screens of a line.
pub(super) fn show_refusals(errors: &mut Errors, refusals: &Refusals, dossier: DossierId) {
    for refusal in refusals.iter() {
        errors.add(field_id(refusal.field()), sentences::refusal(refusal));
        let other = match refusal {
            Refusal::AlreadyOngoing { step, .. } | Refusal::PeriodOverlaps { step, .. } => step,
            _ => continue,
        };
        if let Some(line) = errors.lines.last_mut() {
            line.href = step_address(dossier, *other);
        }
    }
}

/// The id of a field on the screens of a line.
fn field_id(field: Field) -> &'static str {
    match field {
        Field::State => "toestand",
        Field::Start => "datum_dag",
        Field::End => "einddatum_dag",
        Field::Funding => "financieringsnummer",
        Field::Requester => "aanvrager",
        Field::Provider => "uitvoerder",
        Field::Summary => "samenvatting",
        Field::LateReason => "reden_laat",
        Field::Declaration => "geen_diploma",
        Field::Result => "resultaatcode",
        Field::Reason | Field::CancelReason | Field::RemovalReason => "reden",
        Field::ResultNote => "toelichting",
        Field::Facts => "vaststellingen",
        Field::VoidActions => "acties_vervallen",
        Field::Addendum => "aanvulling",
        Field::StepType => "soort",
        _ => "",
    }
}
