//! Rows of 'Traject': goals, agreements and start screenings.

use domain::Day;
use domain::text::{Label, Note};
use domain::trajectory::{
    Agreement, AgreementOutcome, Answer, Goal, GoalKind, GoalOutcome, Screening, Who,
};

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN};
use crate::{StoreError, known, parsed, statements};

statements! {
    GOALS = "trajectory.goals",
        "SELECT id, version, kind, text, target_on, outcome, outcome_on FROM goal WHERE dossier_id = ?1";
    INSERT_GOAL = "trajectory.insert_goal",
        "INSERT INTO goal (dossier_id, id, version, kind, text, target_on, outcome, outcome_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    UPDATE_GOAL = "trajectory.update_goal",
        "UPDATE goal SET version = ?3, kind = ?4, text = ?5, target_on = ?6, outcome = ?7, outcome_on = ?8
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
    AGREEMENTS = "trajectory.agreements",
        "SELECT id, version, text, who, due_on, outcome, outcome_on FROM agreement WHERE dossier_id = ?1";
    INSERT_AGREEMENT = "trajectory.insert_agreement",
        "INSERT INTO agreement (dossier_id, id, version, text, who, due_on, outcome, outcome_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    UPDATE_AGREEMENT = "trajectory.update_agreement",
        "UPDATE agreement SET version = ?3, text = ?4, who = ?5, due_on = ?6, outcome = ?7, outcome_on = ?8
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
    SCREENINGS = "trajectory.screenings",
        "SELECT id, version, willing, ready, screened_on, note FROM screening WHERE dossier_id = ?1";
    INSERT_SCREENING = "trajectory.insert_screening",
        "INSERT INTO screening (dossier_id, id, version, willing, ready, screened_on, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    UPDATE_SCREENING = "trajectory.update_screening",
        "UPDATE screening SET version = ?3, willing = ?4, ready = ?5, screened_on = ?6, note = ?7
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

/// An end and its day, from two columns of which both are filled or none.
fn outcome<T>(
    statement: &'static Sql,
    row: &Row<'_>,
    column: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<(T, Day)>, StoreError> {
    let Some(code) = row.opt_text(column)? else {
        return Ok(None);
    };
    let outcome = known(statement, "outcome", parse(&code))?;
    Ok(Some((outcome, row.day(column + 1)?)))
}

impl Kept for Goal {
    const LIST: &'static Sql = &GOALS;
    const INSERT: &'static Sql = &INSERT_GOAL;
    const UPDATE: &'static Sql = &UPDATE_GOAL;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let kind = GoalKind::from_code(row.text_ref(OWN)?);
        let text = Label::parse(row.text_ref(OWN + 1)?);
        Ok(Goal {
            kind: known(&GOALS, "kind", kind)?,
            text: known(&GOALS, "text", text.ok())?,
            target: row.opt_day(OWN + 2)?,
            outcome: outcome(&GOALS, row, OWN + 3, GoalOutcome::from_code)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.kind.code().into(),
            self.text.as_str().into(),
            self.target.into(),
            self.outcome.map(|(it, _)| it.code().to_owned()).into(),
            self.outcome.map(|(_, day)| day).into(),
        ]
    }
}

impl Kept for Agreement {
    const LIST: &'static Sql = &AGREEMENTS;
    const INSERT: &'static Sql = &INSERT_AGREEMENT;
    const UPDATE: &'static Sql = &UPDATE_AGREEMENT;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let text = Label::parse(row.text_ref(OWN)?);
        let who = Who::from_code(row.text_ref(OWN + 1)?);
        Ok(Agreement {
            text: known(&AGREEMENTS, "text", text.ok())?,
            who: known(&AGREEMENTS, "who", who)?,
            due: row.day(OWN + 2)?,
            outcome: outcome(&AGREEMENTS, row, OWN + 3, AgreementOutcome::from_code)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.text.as_str().into(),
            self.who.code().into(),
            self.due.into(),
            self.outcome.map(|(it, _)| it.code().to_owned()).into(),
            self.outcome.map(|(_, day)| day).into(),
        ]
    }
}

impl Kept for Screening {
    const LIST: &'static Sql = &SCREENINGS;
    const INSERT: &'static Sql = &INSERT_SCREENING;
    const UPDATE: &'static Sql = &UPDATE_SCREENING;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let willing = Answer::from_code(row.text_ref(OWN)?);
        let ready = Answer::from_code(row.text_ref(OWN + 1)?);
        Ok(Screening {
            willing: known(&SCREENINGS, "willing", willing)?,
            ready: known(&SCREENINGS, "ready", ready)?,
            day: row.day(OWN + 2)?,
            note: parsed(&SCREENINGS, "note", row.opt_text(OWN + 3)?, Note::parse)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.willing.code().into(),
            self.ready.code().into(),
            self.day.into(),
            self.note.as_ref().map(ToString::to_string).into(),
        ]
    }
}
