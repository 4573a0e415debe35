//! Rows of 'Competentieontwikkeling': trainings and competences.

use domain::development::{Axis, Competence, Training, TrainingKind, TrainingResult};
use domain::text::Label;

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN};
use crate::{StoreError, count, known, opt_count, statements};

statements! {
    TRAININGS = "development.trainings",
        "SELECT id, version, name, provider, kind, from_day, until_day, hours_planned, hours_done, result
         FROM training WHERE dossier_id = ?1";
    INSERT_TRAINING = "development.insert_training",
        "INSERT INTO training (dossier_id, id, version, name, provider, kind, from_day, until_day, hours_planned,
                               hours_done, result)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    UPDATE_TRAINING = "development.update_training",
        "UPDATE training SET version = ?3, name = ?4, provider = ?5, kind = ?6, from_day = ?7, until_day = ?8,
                             hours_planned = ?9, hours_done = ?10, result = ?11
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
    COMPETENCES = "development.competences",
        "SELECT id, version, label, axis, score, scored_on FROM competence WHERE dossier_id = ?1";
    INSERT_COMPETENCE = "development.insert_competence",
        "INSERT INTO competence (dossier_id, id, version, label, axis, score, scored_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    UPDATE_COMPETENCE = "development.update_competence",
        "UPDATE competence SET version = ?3, label = ?4, axis = ?5, score = ?6, scored_on = ?7
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for Training {
    const LIST: &'static Sql = &TRAININGS;
    const INSERT: &'static Sql = &INSERT_TRAINING;
    const UPDATE: &'static Sql = &UPDATE_TRAINING;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let name = Label::parse(row.text_ref(OWN)?);
        let provider = Label::parse(row.text_ref(OWN + 1)?);
        let kind = TrainingKind::from_code(row.text_ref(OWN + 2)?);
        let result = row.opt_text(OWN + 7)?;
        let result =
            result.map(|code| known(&TRAININGS, "result", TrainingResult::from_code(&code)));
        Ok(Training {
            name: known(&TRAININGS, "name", name.ok())?,
            provider: known(&TRAININGS, "provider", provider.ok())?,
            kind: known(&TRAININGS, "kind", kind)?,
            from: row.day(OWN + 3)?,
            until: row.opt_day(OWN + 4)?,
            hours_planned: opt_count(&TRAININGS, row, OWN + 5)?,
            hours_done: opt_count(&TRAININGS, row, OWN + 6)?,
            result: result.transpose()?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.name.as_str().into(),
            self.provider.as_str().into(),
            self.kind.code().into(),
            self.from.into(),
            self.until.into(),
            self.hours_planned.into(),
            self.hours_done.into(),
            self.result.map(TrainingResult::code).into(),
        ]
    }
}

impl Kept for Competence {
    const LIST: &'static Sql = &COMPETENCES;
    const INSERT: &'static Sql = &INSERT_COMPETENCE;
    const UPDATE: &'static Sql = &UPDATE_COMPETENCE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let label = Label::parse(row.text_ref(OWN)?);
        let axis = Axis::from_code(row.text_ref(OWN + 1)?);
        Ok(Competence {
            label: known(&COMPETENCES, "label", label.ok())?,
            axis: known(&COMPETENCES, "axis", axis)?,
            score: count(&COMPETENCES, row, OWN + 2)?,
            scored: row.day(OWN + 3)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.label.as_str().into(),
            self.axis.code().into(),
            self.score.into(),
            self.scored.into(),
        ]
    }
}
