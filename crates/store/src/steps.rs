//! Lines under 'Stappen naar werk', with their texts, addenda, eligibility checks and flags.

use std::collections::HashMap;
use std::sync::Arc;

use domain::catalogue::{FundingCode, ReasonCode, ResultCode, StepTypeCode};
use domain::eligibility::{Checked, StudySeen, Verdict};
use domain::ids::{DossierId, OrganisationId, PersonId, StepId, StudyId, UnitId};
use domain::people::Party;
use domain::policy::{Access, Read, Write};
use domain::steps::addendum::Addendum;
use domain::steps::{Cancellation, Ending, OutcomeFacts, Removal, Span, Stamp, State, Step};
use domain::text::{Note, Summary};
use domain::{Day, Moment};

use crate::engine::{Batch, Row, Statement, Value};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, count, guard, known, parsed, statements};

statements! {
    LIST = "steps.list",
        "SELECT id, listed_on, start_on, end_on, step_type, funding, result, provider_org, provider_unit,
                requester_org
         FROM step WHERE dossier_id = ?1 AND state IN ('ongoing', 'ended')
         ORDER BY listed_on DESC, id DESC";
    // The units of all lines at once: a join would look the same unit up for every line.
    UNITS = "steps.units",
        "SELECT id, name FROM unit WHERE id IN (SELECT provider_unit FROM step WHERE dossier_id = ?1)";
    SPANS = "steps.spans",
        "SELECT id, step_type, funding, requester_org, provider_org, start_on, end_on, state
         FROM step WHERE dossier_id = ?1 AND state IN ('ongoing', 'ended')";
    LOAD = "steps.load",
        "SELECT s.id, s.version, s.step_type, s.funding, s.state, s.start_on, s.end_on,
                ru.id, ru.organisation_id, ru.name, ru.address, ru.number, rp.id, rp.name,
                pu.id, pu.organisation_id, pu.name, pu.address, pu.number, pp.id, pp.name,
                s.registered_by, gp.name, s.registered_at,
                s.result, s.reason, s.fact_education, s.fact_work, s.fact_qualification, s.fact_absence,
                s.ended_by, ep.name, s.ended_at, s.closed_by, cp.name, s.closed_at,
                t.summary, t.late_reason, t.result_note, t.cancel_reason
         FROM step s
         JOIN unit ru ON ru.id = s.requester_unit JOIN person rp ON rp.id = s.requester_person
         JOIN unit pu ON pu.id = s.provider_unit JOIN person pp ON pp.id = s.provider_person
         JOIN person gp ON gp.id = s.registered_by
         LEFT JOIN person ep ON ep.id = s.ended_by
         LEFT JOIN person cp ON cp.id = s.closed_by
         LEFT JOIN step_text t ON t.dossier_id = s.dossier_id AND t.step_id = s.id
         WHERE s.id = ?2 AND s.dossier_id = ?1";
    INSERT = "steps.insert",
        "INSERT INTO step (dossier_id, listed_on, id, version, step_type, funding, state, start_on, end_on,
                           requester_unit, requester_org, requester_person,
                           provider_unit, provider_org, provider_person, registered_by, registered_at,
                           result, reason, fact_education, fact_work, fact_qualification, fact_absence,
                           ended_by, ended_at, closed_by, closed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
                 ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)";
    // R3, T1: the second guard. Only an ongoing line of the version before is changed.
    UPDATE = "steps.update",
        "UPDATE step SET listed_on = ?2, version = ?4, step_type = ?5, funding = ?6, state = ?7,
                start_on = ?8, end_on = ?9, requester_unit = ?10, requester_org = ?11,
                requester_person = ?12, provider_unit = ?13, provider_org = ?14, provider_person = ?15,
                registered_by = ?16, registered_at = ?17, result = ?18, reason = ?19,
                fact_education = ?20, fact_work = ?21, fact_qualification = ?22, fact_absence = ?23,
                ended_by = ?24, ended_at = ?25, closed_by = ?26, closed_at = ?27
         WHERE id = ?3 AND dossier_id = ?1 AND version = ?4 - 1 AND state = 'ongoing'";
    // R6: the coach's removal, the only thing that happens to an ended line.
    REMOVE = "steps.remove",
        "UPDATE step SET state = 'removed', version = ?3, closed_by = ?4, closed_at = ?5
         WHERE id = ?2 AND dossier_id = ?1 AND version = ?3 - 1 AND state = 'ended'";
    INSERT_TEXT = "steps.insert_text",
        "INSERT INTO step_text (dossier_id, step_id, summary, late_reason, result_note, cancel_reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    // Before the state changes, so that the guard of a final line does not see it.
    UPDATE_TEXT = "steps.update_text",
        "UPDATE step_text SET summary = ?3, late_reason = ?4, result_note = ?5, cancel_reason = ?6
         WHERE dossier_id = ?1 AND step_id = ?2";
    ADDENDA = "steps.addenda",
        "SELECT a.number, a.text, a.by_person, p.name, a.at
         FROM addendum a JOIN person p ON p.id = a.by_person
         WHERE a.dossier_id = ?1 AND a.step_id = ?2 ORDER BY a.number";
    ADD_ADDENDUM = "steps.add_addendum",
        "INSERT INTO addendum (dossier_id, step_id, number, text, by_person, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    CHECKS = "steps.checks",
        "SELECT c.start_on, c.verdict, c.seen, c.by_person, p.name, c.at
         FROM eligibility_check c JOIN person p ON p.id = c.by_person
         WHERE c.dossier_id = ?1 AND c.step_id = ?2 ORDER BY c.at, c.start_on";
    ADD_CHECK = "steps.add_check",
        "INSERT INTO eligibility_check (dossier_id, step_id, at, by_person, start_on, verdict, seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    REVIEW_OF = "steps.review_of",
        "SELECT study_id, since FROM step_review WHERE dossier_id = ?1 AND step_id = ?2";
    // What stands beside lines of the list: a flag (E5), or a correction.
    NOTED = "steps.noted",
        "SELECT step_id, FALSE FROM step_review WHERE dossier_id = ?1
         UNION ALL SELECT step_id, TRUE FROM correction_note WHERE dossier_id = ?1";
    // What the client reads first: who helps now, and what was agreed.
    ONGOING = "steps.ongoing",
        "SELECT s.id, s.step_type, s.start_on, u.name, u.address, p.name, t.summary
         FROM step s JOIN unit u ON u.id = s.provider_unit JOIN person p ON p.id = s.provider_person
         LEFT JOIN step_text t ON t.dossier_id = s.dossier_id AND t.step_id = s.id
         WHERE s.dossier_id = ?1 AND s.state = 'ongoing' ORDER BY s.listed_on DESC LIMIT 20";
    REVIEWS = "steps.reviews", "SELECT step_id, study_id FROM step_review WHERE dossier_id = ?1";
    RAISE_REVIEW = "steps.raise_review",
        "INSERT INTO step_review (dossier_id, step_id, study_id, since) VALUES (?1, ?2, ?3, ?4)";
    CLEAR_REVIEW = "steps.clear_review",
        "DELETE FROM step_review WHERE dossier_id = ?1 AND step_id = ?2";
}

/// A line in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which line.
    pub id: StepId,
    /// The date that goes with the state (S9).
    pub listed_on: Day,
    /// Start.
    pub start: Day,
    /// End, once ended.
    pub end: Option<Day>,
    /// Type.
    pub step_type: StepTypeCode,
    /// Funding number.
    pub funding: FundingCode,
    /// Result, once ended; none is Bezig.
    pub result: Option<ResultCode>,
    /// Organisation that gives it.
    pub provider: OrganisationId,
    /// Name of the unit that gives it.
    pub provider_name: String,
    /// Organisation that asked for it.
    pub requester: OrganisationId,
    /// Whether it is 'te controleren' (E5).
    pub review: bool,
    /// Whether a correction stands next to it.
    pub corrected: bool,
}

/// Names of units that were read before. They hold while `Head::unit_names` is what it was then.
#[derive(Clone, Debug, Default)]
pub struct UnitNames(Arc<HashMap<UnitId, String>>);

impl UnitNames {
    /// Most that are kept; beyond it they are read again.
    const MOST: usize = 20_000;

    fn learn(&mut self, names: Vec<(UnitId, String)>) {
        if self.0.len() + names.len() > Self::MOST {
            *self = Self::default();
        }
        Arc::make_mut(&mut self.0).extend(names);
    }
}

/// The listed lines of a dossier, newest first; cancelled and removed ones are not listed. `names` holds what
/// is known of units, and learns what was not.
pub async fn list(
    reader: &mut Reader,
    access: &Access<Read>,
    names: &mut UnitNames,
) -> Result<Vec<Listed>, StoreError> {
    let dossier = [access.dossier().0.into()];
    reader
        .ask_ahead(&[(&NOTED, &dossier), (&LIST, &dossier)])
        .await?;
    let noted = reader
        .all(&NOTED, &dossier, |row| {
            Ok((StepId(row.id(0)?), row.bool(1)?))
        })
        .await?;
    let mut rows = reader
        .all(&LIST, &dossier, |row| {
            let id = StepId(row.id(0)?);
            let listed = Listed {
                id,
                listed_on: row.day(1)?,
                start: row.day(2)?,
                end: row.opt_day(3)?,
                step_type: known(
                    &LIST,
                    "step_type",
                    StepTypeCode::parse(row.text_ref(4)?).ok(),
                )?,
                funding: known(&LIST, "funding", FundingCode::parse(row.text_ref(5)?).ok())?,
                result: parsed(&LIST, "result", row.opt_text(6)?, ResultCode::parse)?,
                provider: OrganisationId(row.id(7)?),
                provider_name: String::new(),
                requester: OrganisationId(row.id(9)?),
                review: noted.contains(&(id, false)),
                corrected: noted.contains(&(id, true)),
            };
            Ok((UnitId(row.id(8)?), listed))
        })
        .await?;
    if rows.iter().any(|(unit, _)| !names.0.contains_key(unit)) {
        let units = reader.all(&UNITS, &dossier, |row| {
            Ok((UnitId(row.id(0)?), row.text(1)?))
        });
        names.learn(units.await?);
    }
    for (unit, row) in &mut rows {
        row.provider_name = names.0.get(unit).cloned().unwrap_or_default();
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// A line that goes on, as the client reads it.
#[derive(Clone, Debug)]
pub struct OngoingLine {
    /// Which line.
    pub id: StepId,
    /// Type.
    pub step_type: StepTypeCode,
    /// Since when.
    pub start: Day,
    /// The unit that gives it, with its address.
    pub unit: String,
    /// Who gives it.
    pub person: String,
    /// What was agreed.
    pub summary: Option<String>,
}

/// The lines of a dossier that go on, the last one first, at most 20.
pub async fn ongoing(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<OngoingLine>, StoreError> {
    reader
        .all(&ONGOING, &[access.dossier().0.into()], |row| {
            let step_type = StepTypeCode::parse(row.text_ref(1)?).ok();
            Ok(OngoingLine {
                id: StepId(row.id(0)?),
                step_type: known(&ONGOING, "step_type", step_type)?,
                start: row.day(2)?,
                unit: format!("{}, {}", row.text_ref(3)?, row.text_ref(4)?),
                person: row.text(5)?,
                summary: row.opt_text(6)?,
            })
        })
        .await
}

/// What the rules need to know of the listed lines of a dossier (S8, I2).
pub async fn spans(reader: &mut Reader, access: &Access<Read>) -> Result<Vec<Span>, StoreError> {
    reader
        .all(&SPANS, &[access.dossier().0.into()], |row| {
            Ok(Span {
                step: StepId(row.id(0)?),
                step_type: known(
                    &SPANS,
                    "step_type",
                    StepTypeCode::parse(row.text_ref(1)?).ok(),
                )?,
                funding: known(&SPANS, "funding", FundingCode::parse(row.text_ref(2)?).ok())?,
                requester: OrganisationId(row.id(3)?),
                provider: OrganisationId(row.id(4)?),
                start: row.day(5)?,
                end: row.opt_day(6)?,
            })
        })
        .await
}

/// One line, in whatever state it is. None when this dossier has no such line.
pub async fn load(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Option<Step>, StoreError> {
    let dossier = access.dossier();
    reader
        .first(&LOAD, &[dossier.0.into(), step.0.into()], |row| {
            step_at(row, dossier)
        })
        .await
}

fn step_at(row: &Row<'_>, dossier: DossierId) -> Result<Step, StoreError> {
    Ok(Step {
        id: StepId(row.id(0)?),
        dossier,
        version: count(&LOAD, row, 1)?,
        step_type: known(
            &LOAD,
            "step_type",
            StepTypeCode::parse(row.text_ref(2)?).ok(),
        )?,
        funding: known(&LOAD, "funding", FundingCode::parse(row.text_ref(3)?).ok())?,
        requester: party_at(row, 7)?,
        provider: party_at(row, 14)?,
        start: row.day(5)?,
        summary: parsed(&LOAD, "summary", row.opt_text(36)?, Summary::parse)?,
        late_reason: parsed(&LOAD, "late_reason", row.opt_text(37)?, Note::parse)?,
        registered: Stamp {
            by: PersonId(row.id(21)?),
            by_name: row.text(22)?,
            at: row.at(23)?,
        },
        state: state_at(row)?,
    })
}

fn party_at(row: &Row<'_>, first: usize) -> Result<Party, StoreError> {
    Ok(Party {
        unit: known(&LOAD, "unit", unit_at(row, first)?)?,
        person: PersonId(row.id(first + 5)?),
        person_name: row.text(first + 6)?,
    })
}

fn stamp_at(row: &Row<'_>, first: usize) -> Result<Option<Stamp>, StoreError> {
    let Some(by) = row.opt_id(first)? else {
        return Ok(None);
    };
    Ok(Some(Stamp {
        by: PersonId(by),
        by_name: row.text(first + 1)?,
        at: row.at(first + 2)?,
    }))
}

fn state_at(row: &Row<'_>) -> Result<State, StoreError> {
    let ending = || -> Result<Ending, StoreError> {
        let fact = |column: usize| Ok::<_, StoreError>(row.opt_bool(column)? == Some(true));
        Ok(Ending {
            end: row.day(6)?,
            result: known(&LOAD, "result", ResultCode::parse(row.text_ref(24)?).ok())?,
            reason: known(&LOAD, "reason", ReasonCode::parse(row.text_ref(25)?).ok())?,
            note: parsed(&LOAD, "result_note", row.opt_text(38)?, Note::parse)?,
            facts: OutcomeFacts {
                in_education: fact(26)?,
                has_work: fact(27)?,
                qualification: fact(28)?,
                stopped_for_absence: fact(29)?,
            },
            confirmed: known(&LOAD, "ended_by", stamp_at(row, 30)?)?,
        })
    };
    let closed = || known(&LOAD, "closed_by", stamp_at(row, 33)?);
    match row.text_ref(4)? {
        "ongoing" => Ok(State::Ongoing),
        "ended" => Ok(State::Ended(ending()?)),
        "cancelled" => {
            let reason = parsed(&LOAD, "cancel_reason", row.opt_text(39)?, Note::parse)?;
            Ok(State::Cancelled(Cancellation {
                reason: known(&LOAD, "cancel_reason", reason)?,
                stamp: closed()?,
            }))
        }
        "removed" => Ok(State::Removed(ending()?, Removal { stamp: closed()? })),
        _ => known(&LOAD, "state", None),
    }
}

fn params(step: &Step) -> Vec<Value> {
    let (state, ending, closed) = match &step.state {
        State::Ongoing => ("ongoing", None, None),
        State::Ended(ending) => ("ended", Some(ending), None),
        State::Cancelled(cancelled) => ("cancelled", None, Some(&cancelled.stamp)),
        State::Removed(ending, removal) => ("removed", Some(ending), Some(&removal.stamp)),
    };
    let fact = |of: fn(&OutcomeFacts) -> bool| Value::from(ending.map(|ending| of(&ending.facts)));
    vec![
        step.dossier.0.into(),
        step.listed_on().into(),
        step.id.0.into(),
        step.version.into(),
        step.step_type.as_str().into(),
        step.funding.as_str().into(),
        state.into(),
        step.start.into(),
        step.end().into(),
        step.requester.unit.id.0.into(),
        step.requester.unit.organisation.0.into(),
        step.requester.person.0.into(),
        step.provider.unit.id.0.into(),
        step.provider.unit.organisation.0.into(),
        step.provider.person.0.into(),
        step.registered.by.0.into(),
        step.registered.at.into(),
        ending
            .map(|ending| ending.result.as_str().to_owned())
            .into(),
        ending
            .map(|ending| ending.reason.as_str().to_owned())
            .into(),
        fact(|facts| facts.in_education),
        fact(|facts| facts.has_work),
        fact(|facts| facts.qualification),
        fact(|facts| facts.stopped_for_absence),
        ending.map(|ending| ending.confirmed.by.0).into(),
        ending.map(|ending| ending.confirmed.at).into(),
        closed.map(|stamp| stamp.by.0).into(),
        closed.map(|stamp| stamp.at).into(),
    ]
}

fn text_params(step: &Step) -> Vec<Value> {
    let note = match &step.state {
        State::Ended(ending) | State::Removed(ending, _) => ending.note.as_ref(),
        State::Ongoing | State::Cancelled(_) => None,
    };
    let cancel_reason = match &step.state {
        State::Cancelled(cancelled) => Some(&cancelled.reason),
        _ => None,
    };
    vec![
        step.dossier.0.into(),
        step.id.0.into(),
        step.summary
            .as_ref()
            .map(|it| it.as_str().to_owned())
            .into(),
        step.late_reason
            .as_ref()
            .map(|it| it.as_str().to_owned())
            .into(),
        note.map(|it| it.as_str().to_owned()).into(),
        cancel_reason.map(|it| it.as_str().to_owned()).into(),
    ]
}

/// Stores a new line. The unique index of S8 is its second guard.
pub fn insert(batch: &mut Batch, _access: &Access<Write>, step: &Step) {
    batch.push(Statement::new(&INSERT, params(step)).one(guard::ROW));
    batch.push(Statement::new(&INSERT_TEXT, text_params(step)).one(guard::ROW));
}

/// Stores a line that was ongoing and one version lower: changed, ended or cancelled.
pub fn update(batch: &mut Batch, _access: &Access<Write>, step: &Step) {
    batch.push(Statement::new(&UPDATE_TEXT, text_params(step)).one(guard::ROW));
    batch.push(Statement::new(&UPDATE, params(step)).one(guard::ROW));
}

/// Puts an ended line out of sight.
pub fn remove(batch: &mut Batch, _access: &Access<Write>, step: &Step, by: &Stamp) {
    let params = [
        step.dossier.0.into(),
        step.id.0.into(),
        step.version.into(),
        by.by.0.into(),
        by.at.into(),
    ];
    batch.push(Statement::new(&REMOVE, params).one(guard::ROW));
}

/// The addenda of a line, in order (R3).
pub async fn addenda(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Vec<Addendum>, StoreError> {
    reader
        .all(
            &ADDENDA,
            &[access.dossier().0.into(), step.0.into()],
            |row| {
                Ok(Addendum {
                    number: count(&ADDENDA, row, 0)?,
                    text: known(&ADDENDA, "text", Summary::parse(row.text_ref(1)?).ok())?,
                    stamp: Stamp {
                        by: PersonId(row.id(2)?),
                        by_name: row.text(3)?,
                        at: row.at(4)?,
                    },
                })
            },
        )
        .await
}

/// Stores an addendum.
pub fn add_addendum(batch: &mut Batch, access: &Access<Write>, step: StepId, addendum: &Addendum) {
    let params = [
        access.dossier().0.into(),
        step.0.into(),
        addendum.number.into(),
        addendum.text.as_str().into(),
        addendum.stamp.by.0.into(),
        addendum.stamp.at.into(),
    ];
    batch.push(Statement::new(&ADD_ADDENDUM, params).one(guard::ROW));
}

/// An eligibility check as kept (E7).
#[derive(Clone, Debug)]
pub struct KeptCheck {
    /// What was checked and found.
    pub checked: Checked,
    /// Who, when.
    pub stamp: Stamp,
}

/// The eligibility checks of a line, in order (E7).
pub async fn checks(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Vec<KeptCheck>, StoreError> {
    reader
        .all(
            &CHECKS,
            &[access.dossier().0.into(), step.0.into()],
            |row| {
                let seen: Option<Vec<StudySeen>> = serde_json::from_str(row.text_ref(2)?).ok();
                Ok(KeptCheck {
                    checked: Checked {
                        start: row.day(0)?,
                        verdict: known(&CHECKS, "verdict", Verdict::from_code(row.text_ref(1)?))?,
                        seen: known(&CHECKS, "seen", seen)?,
                    },
                    stamp: Stamp {
                        by: PersonId(row.id(3)?),
                        by_name: row.text(4)?,
                        at: row.at(5)?,
                    },
                })
            },
        )
        .await
}

/// Keeps an eligibility check (E7).
pub fn add_check(
    batch: &mut Batch,
    access: &Access<Write>,
    step: StepId,
    checked: &Checked,
    by: &Stamp,
) {
    let params = [
        access.dossier().0.into(),
        step.0.into(),
        by.at.into(),
        by.by.0.into(),
        checked.start.into(),
        checked.verdict.code().into(),
        // A list of structs of strings has no way to fail.
        serde_json::to_string(&checked.seen)
            .unwrap_or_default()
            .into(),
    ];
    batch.push(Statement::new(&ADD_CHECK, params).one(guard::ROW));
}

/// The diploma that makes a line 'te controleren', and since when (E5).
pub async fn review_of(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Option<(StudyId, Moment)>, StoreError> {
    reader
        .first(
            &REVIEW_OF,
            &[access.dossier().0.into(), step.0.into()],
            |row| Ok((StudyId(row.id(0)?), row.at(1)?)),
        )
        .await
}

/// The flags of a dossier (E5).
pub async fn reviews(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<(StepId, StudyId)>, StoreError> {
    reader
        .all(&REVIEWS, &[access.dossier().0.into()], |row| {
            Ok((StepId(row.id(0)?), StudyId(row.id(1)?)))
        })
        .await
}

/// Flags a line (E5).
pub fn raise_review(
    batch: &mut Batch,
    access: &Access<Write>,
    step: StepId,
    study: StudyId,
    since: Moment,
) {
    let params = [
        access.dossier().0.into(),
        step.0.into(),
        study.0.into(),
        since.into(),
    ];
    batch.push(Statement::new(&RAISE_REVIEW, params).one(guard::ROW));
}

/// Takes a flag away after the study was corrected.
pub fn clear_review(batch: &mut Batch, access: &Access<Write>, step: StepId) {
    batch.push(
        Statement::new(&CLEAR_REVIEW, [access.dossier().0.into(), step.0.into()]).one(guard::ROW),
    );
}
