//! Lists of lines over dossiers: the own organisation's, and the controller's pseudonymous one.

use domain::Day;
use domain::catalogue::{FundingCode, ReasonCode, ResultCode};
use domain::client_number::ClientNumber;
use domain::eligibility::{StudySeen, Verdict};
use domain::ids::{DossierId, PersonId, StepId};
use domain::policy::{Mandated, Permit};
use domain::studies::Provenance;

use crate::engine::{Row, Sql};
use crate::{Reader, StoreError, known, parsed, statements};

statements! {
    OWN = "caseload.own",
        "SELECT s.id, s.dossier_id, d.client_number, d.given_name, d.family_name, s.funding, s.start_on,
                s.end_on, s.result, p.name, r.since
         FROM step s JOIN dossier d ON d.id = s.dossier_id JOIN person p ON p.id = s.provider_person
         LEFT JOIN step_review r ON r.step_id = s.id
         WHERE s.provider_org = ?1 AND s.state = ?2 AND s.listed_on <= ?3
         AND (EXISTS (SELECT 1 FROM assignment a WHERE a.dossier_id = s.dossier_id AND a.organisation_id = ?1
                      AND a.person_id = ?5 AND a.until IS NULL)
              OR ?5 IS NULL OR NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = ?1 AND o.narrowed))
         ORDER BY s.listed_on DESC, s.dossier_id DESC, s.id DESC LIMIT ?4";
    ONGOING_OF = "caseload.ongoing_of",
        "SELECT d.client_number, s.start_on FROM step s JOIN dossier d ON d.id = s.dossier_id
         WHERE s.provider_org = ?1 AND s.state = 'ongoing' AND s.provider_person = ?2
         ORDER BY s.listed_on DESC, s.dossier_id DESC, s.id DESC LIMIT 200";
    // Lines that ran in the period of the mandate, and the last check of each (E7).
    CONTROL = "caseload.control",
        "SELECT s.id, s.dossier_id, s.state, s.start_on, s.end_on, s.result, s.reason, u.name, r.since,
                (SELECT c.verdict FROM eligibility_check c WHERE c.dossier_id = s.dossier_id
                 AND c.step_id = s.id ORDER BY c.at DESC, c.start_on DESC LIMIT 1),
                (SELECT c.seen FROM eligibility_check c WHERE c.dossier_id = s.dossier_id
                 AND c.step_id = s.id ORDER BY c.at DESC, c.start_on DESC LIMIT 1)
         FROM step s JOIN unit u ON u.id = s.provider_unit
         LEFT JOIN step_review r ON r.step_id = s.id
         WHERE s.funding = ?1 AND s.state = ?2 AND s.listed_on <= ?3 AND s.listed_on >= ?4
         AND s.start_on <= ?5
         ORDER BY s.listed_on DESC, s.dossier_id DESC, s.id DESC LIMIT ?6";
}

/// Which lines a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Bezig
    Ongoing,
    /// Beëindigd
    Ended,
}

impl Shown {
    fn code(self) -> &'static str {
        match self {
            Shown::Ongoing => "ongoing",
            Shown::Ended => "ended",
        }
    }
}

/// A line of the own organisation.
#[derive(Clone, Debug)]
pub struct OwnLine {
    /// Which line.
    pub step: StepId,
    /// In which dossier.
    pub dossier: DossierId,
    /// The client's number.
    pub client_number: ClientNumber,
    /// First name and name.
    pub client: String,
    /// Funding number.
    pub funding: FundingCode,
    /// Start.
    pub start: Day,
    /// End, once ended.
    pub end: Option<Day>,
    /// Result, once ended.
    pub result: Option<ResultCode>,
    /// Who gives the guidance.
    pub provider: String,
    /// 'te controleren' (E5).
    pub review: bool,
}

/// The lines the own organisation gives, the newest first, up to and including a day. Where it narrows its
/// dossiers, a counsellor finds those in the dossiers assigned to them.
pub async fn own(
    reader: &mut Reader,
    permit: &Permit,
    shown: Shown,
    until: Day,
    limit: u32,
) -> Result<Vec<OwnLine>, StoreError> {
    let Some(organisation) = permit.organisation() else {
        return Ok(Vec::new());
    };
    let params = [
        organisation.0.into(),
        shown.code().into(),
        until.into(),
        limit.into(),
        permit.narrows_to().map(|id| id.0).into(),
    ];
    reader
        .all(&OWN, &params, |row| {
            let number = ClientNumber::parse(row.text_ref(2)?).ok();
            Ok(OwnLine {
                step: StepId(row.id(0)?),
                dossier: DossierId(row.id(1)?),
                client_number: known(&OWN, "client_number", number)?,
                client: format!("{} {}", row.text_ref(3)?, row.text_ref(4)?),
                funding: funding_at(&OWN, row, 5)?,
                start: row.day(6)?,
                end: row.opt_day(7)?,
                result: parsed(&OWN, "result", row.opt_text(8)?, ResultCode::parse)?,
                provider: row.text(9)?,
                review: row.opt_at(10)?.is_some(),
            })
        })
        .await
}

fn funding_at(
    statement: &'static Sql,
    row: &Row<'_>,
    column: usize,
) -> Result<FundingCode, StoreError> {
    known(
        statement,
        "funding",
        FundingCode::parse(row.text_ref(column)?).ok(),
    )
}

/// A line as the controller sees it: no name, no number. The dossier's identifier is for making a
/// pseudonym and is not shown.
#[derive(Clone, Debug)]
pub struct ControlLine {
    /// Which line.
    pub step: StepId,
    /// In which dossier.
    pub dossier: DossierId,
    /// Start.
    pub start: Day,
    /// End, once ended.
    pub end: Option<Day>,
    /// Result, once ended.
    pub result: Option<ResultCode>,
    /// Reason code, once ended; no note.
    pub reason: Option<ReasonCode>,
    /// Unit that gives the guidance.
    pub provider: String,
    /// 'te controleren' (E5).
    pub review: bool,
    /// What the last check of the target group found (E7), and from where the studies came that it looked
    /// at; none where no check was asked.
    pub check: Option<(Verdict, Vec<Provenance>)>,
}

/// The ongoing lines that one person gives for the permitted organisation: number and start alone, so that
/// they can be handed over.
pub async fn ongoing_of(
    reader: &mut Reader,
    permit: &Permit,
    person: PersonId,
) -> Result<Vec<(ClientNumber, Day)>, StoreError> {
    let Some(own) = permit.only_organisation() else {
        return Ok(Vec::new());
    };
    reader
        .all(&ONGOING_OF, &[own.0.into(), person.0.into()], |row| {
            let number = ClientNumber::parse(row.text_ref(0)?).ok();
            Ok((known(&ONGOING_OF, "client_number", number)?, row.day(1)?))
        })
        .await
}

impl ControlLine {
    /// The day it is listed on (S9).
    pub fn listed_on(&self) -> Day {
        self.end.unwrap_or(self.start)
    }
}

/// The lines of a mandate, the newest first, up to and including a day. No title of a study, no text.
pub async fn control(
    reader: &mut Reader,
    mandated: &Mandated,
    shown: Shown,
    until: Day,
    limit: u32,
) -> Result<Vec<ControlLine>, StoreError> {
    let terms = &mandated.mandate().terms;
    // An ongoing line is listed under its start, and ran since; an ended one under its end.
    let from = match shown {
        Shown::Ongoing => Day::MIN,
        Shown::Ended => terms.lines.from,
    };
    let params = [
        terms.funding.as_str().into(),
        shown.code().into(),
        until.into(),
        from.into(),
        terms.lines.until.into(),
        limit.into(),
    ];
    reader
        .all(&CONTROL, &params, |row| {
            Ok(ControlLine {
                step: StepId(row.id(0)?),
                dossier: DossierId(row.id(1)?),
                start: row.day(3)?,
                end: row.opt_day(4)?,
                result: parsed(&CONTROL, "result", row.opt_text(5)?, ResultCode::parse)?,
                reason: parsed(&CONTROL, "reason", row.opt_text(6)?, ReasonCode::parse)?,
                provider: row.text(7)?,
                review: row.opt_at(8)?.is_some(),
                check: check_at(row)?,
            })
        })
        .await
}

fn check_at(row: &Row<'_>) -> Result<Option<(Verdict, Vec<Provenance>)>, StoreError> {
    let Some((verdict, seen)) = row.opt_text(9)?.zip(row.opt_text(10)?) else {
        return Ok(None);
    };
    let verdict = known(&CONTROL, "verdict", Verdict::from_code(&verdict))?;
    let seen: Vec<StudySeen> = known(&CONTROL, "seen", serde_json::from_str(&seen).ok())?;
    let mut found = Vec::new();
    for provenance in Provenance::ALL {
        if seen.iter().any(|it| it.provenance == *provenance) {
            found.push(*provenance);
        }
    }
    Ok(Some((verdict, found)))
}
