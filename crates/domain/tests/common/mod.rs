//! What the tests of the rules start from: the shipped programme, two organisations, a client.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use domain::actions::ActionDay;
use domain::catalogue::{Catalogue, FundingCode, ReasonCode, ResultCode, StepTypeCode};
use domain::ids::*;
use domain::login::Confirmed;
use domain::people::{Actor, Party, Role, Unit};
use domain::steps::end::EndWith;
use domain::steps::register::{Register, Registered, register};
use domain::steps::{OutcomeFacts, Setting, Span, Stamp, Step, Terms};
use domain::studies::{Certificate, Grade, Level, Provenance, Study, StudyDetails};
use domain::text::{Label, Note, Summary};
use domain::{Day, Moment};
use uuid::Uuid;

pub fn day(iso: &str) -> Day {
    Day::from_iso(iso).unwrap()
}

pub fn at(text: &str) -> Moment {
    Moment::parse_rfc3339(text).unwrap()
}

pub fn note(text: &str) -> Note {
    Note::parse(text).unwrap()
}

pub fn summary(text: &str) -> Summary {
    Summary::parse(text).unwrap()
}

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn catalogue() -> Catalogue {
    Catalogue::parse(include_str!("../../../../catalogue/programmas.toml")).unwrap()
}

/// The shipped programme with what a later one may add: a second number for the same guidance, valid
/// in 2025 only, and a guidance of another kind with a number of its own and no rule about diplomas.
pub fn wider_catalogue() -> Catalogue {
    let shipped = include_str!("../../../../catalogue/programmas.toml");
    Catalogue::parse(&format!("{shipped}{LATER}")).unwrap()
}

const LATER: &str = r#"
[[funding_number]]
code = "PROEF2025"
description = "Proefproject"
step_types = ["OND_OAL"]
valid_from = 2025-01-01
valid_to = 2025-12-31
selectable = true

[[step_type]]
code = "WERKPLEKLEREN"
name_long = "Begeleiding op de werkplek"
name_list = "Begeleiding op de werkplek"
name_choice = "Begeleiding op de werkplek"
valid_from = 2023-09-01
eligibility = []
result_set = "POSNEG"
addendum_days = 14
late_registration_days = 31
access_after_end_months = 6
actions = ["GESPREK"]
esf = false
active = true

[[funding_number]]
code = "WPL001"
description = "Begeleiding op de werkplek"
step_types = ["WERKPLEKLEREN"]
valid_from = 2023-09-01
selectable = true
"#;

pub fn funding(code: &str) -> FundingCode {
    FundingCode::parse(code).unwrap()
}

pub fn organisation(n: u128) -> OrganisationId {
    OrganisationId(id(n))
}

pub fn oal() -> StepTypeCode {
    StepTypeCode::parse("OND_OAL").unwrap()
}

pub fn eewg019() -> FundingCode {
    FundingCode::parse("EEWG019").unwrap()
}

/// Organisation number `n`, with one unit.
pub fn unit(n: u128) -> Unit {
    Unit {
        id: UnitId(id(100 + n)),
        organisation: OrganisationId(id(n)),
        name: format!("HUIS {n}"),
        address: "STRAAT 1".into(),
        number: "1".into(),
    }
}

pub fn party(n: u128) -> Party {
    Party {
        unit: unit(n),
        person: PersonId(id(200 + n)),
        person_name: format!("Begeleider {n}"),
    }
}

pub fn stamp(text: &str) -> Stamp {
    Stamp {
        by: PersonId(id(201)),
        by_name: "Begeleider 1".into(),
        at: at(text),
    }
}

/// A person in a role; counsellors and managers at organisation `n`.
pub fn actor(role: Role, n: u128) -> Actor {
    Actor {
        person: PersonId(id(200 + n)),
        name: format!("Begeleider {n}"),
        role,
        unit: role.needs_unit().then(|| unit(n)),
        own_dossier: (role == Role::Client).then_some(DossierId(id(1000))),
        confirmed: Confirmed::AtTheMachine,
    }
}

pub fn study(n: u128, ended_on: Option<&str>, certificate: Option<Certificate>) -> Study {
    Study {
        id: StudyId(id(300 + n)),
        version: 1,
        details: StudyDetails {
            level: Level::Technical,
            grade: Some(Grade::Third),
            field: None,
            school: Label::parse("Heilig Hart College").unwrap(),
            ended_on: ended_on.map(day),
            certificate,
            provenance: Provenance::SelfDeclared,
        },
    }
}

/// The manual's example: a study of the 2nd grade, no diploma (E2).
pub fn second_grade() -> Study {
    let mut study = study(1, Some("2025-06-16"), None);
    study.details.grade = Some(Grade::Second);
    study.details.field = Some(Label::parse("Toerisme, recreatie en sport").unwrap());
    study
}

pub fn diploma(obtained: &str) -> Study {
    study(2, Some(obtained), Some(Certificate::SecondaryDiploma))
}

/// A desk to decide at: today, and what is known of the client.
pub struct Desk {
    pub catalogue: Catalogue,
    pub today: Day,
    pub studies: Vec<Study>,
    pub others: Vec<Span>,
    pub actions: Vec<ActionDay>,
    pub provider_granted: bool,
    pub requester_granted: bool,
}

impl Desk {
    pub fn on(today: &str) -> Self {
        Desk {
            catalogue: catalogue(),
            today: day(today),
            studies: vec![second_grade()],
            others: Vec::new(),
            actions: Vec::new(),
            provider_granted: true,
            requester_granted: true,
        }
    }

    pub fn setting(&self) -> Setting<'_> {
        Setting {
            today: self.today,
            birth: day("2008-03-17"),
            catalogue: &self.catalogue,
            studies: &self.studies,
            others: &self.others,
            actions: &self.actions,
            own: OrganisationId(id(1)),
            requester_granted: self.requester_granted,
            provider_granted: self.provider_granted,
        }
    }

    pub fn register(&self, start: &str) -> Result<Registered, domain::refusal::Refusals> {
        let now = stamp(&format!("{}T10:00:00+02:00", self.today.to_iso()));
        register(new_line(1, terms(start)), now, &self.setting())
    }

    /// A line that is ongoing since a day.
    pub fn line(&self, start: &str) -> Step {
        self.register(start).unwrap().step
    }
}

pub fn terms(start: &str) -> Terms {
    Terms {
        funding: eewg019(),
        requester: party(1),
        provider: party(1),
        start: day(start),
        summary: None,
        late_reason: Some(note("Pas nu inzagerecht.")),
        declared_no_diploma: false,
    }
}

pub fn new_line(n: u128, terms: Terms) -> Register {
    Register {
        id: StepId(id(500 + n)),
        dossier: DossierId(id(1000)),
        step_type: oal(),
        terms,
    }
}

pub fn action(on: &str) -> ActionDay {
    ActionDay {
        day: day(on),
        kind: "Individueel gesprek".into(),
    }
}

/// An end with a reason, and nothing else filled in.
pub fn ending(end: &str, reason: &str) -> EndWith {
    EndWith {
        end: day(end),
        result: None,
        reason: ReasonCode::parse(reason).ok(),
        note: None,
        facts: OutcomeFacts::default(),
    }
}

pub fn result(code: &str) -> ResultCode {
    ResultCode::parse(code).unwrap()
}
