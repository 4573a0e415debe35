//! Work experience under 'Profiel'. 'Over mezelf' is a field of the dossier itself.

use domain::profile::ExperienceDetails;
use domain::text::{Label, Note};

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN};
use crate::{StoreError, known, parsed, statements};

statements! {
    LIST = "profile.experiences",
        "SELECT id, version, function, employer, from_day, until_day, description
         FROM experience WHERE dossier_id = ?1";
    INSERT = "profile.insert_experience",
        "INSERT INTO experience (dossier_id, id, version, function, employer, from_day, until_day,
                                 description)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    UPDATE = "profile.update_experience",
        "UPDATE experience SET version = ?3, function = ?4, employer = ?5, from_day = ?6,
                               until_day = ?7, description = ?8
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for ExperienceDetails {
    const LIST: &'static Sql = &LIST;
    const INSERT: &'static Sql = &INSERT;
    const UPDATE: &'static Sql = &UPDATE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let (function, employer) = (row.text_ref(OWN)?, row.text_ref(OWN + 1)?);
        Ok(ExperienceDetails {
            function: known(&LIST, "function", Label::parse(function).ok())?,
            employer: known(&LIST, "employer", Label::parse(employer).ok())?,
            from: row.day(OWN + 2)?,
            until: row.opt_day(OWN + 3)?,
            description: parsed(&LIST, "description", row.opt_text(OWN + 4)?, Note::parse)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.function.as_str().into(),
            self.employer.as_str().into(),
            self.from.into(),
            self.until.into(),
            self.description.as_ref().map(ToString::to_string).into(),
        ]
    }
}
