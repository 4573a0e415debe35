//! Work experience under 'Profiel'. 'Over mezelf' is a field of the dossier itself.

use domain::ids::ExperienceId;
use domain::policy::{Access, Read, Write};
use domain::profile::{Experience, ExperienceDetails};
use domain::text::{Label, Note};

use crate::engine::{Batch, Statement, Value};
use crate::{Reader, StoreError, count, guard, known, parsed, statements};

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

/// The work experiences of a dossier, the last one first.
pub async fn experiences(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Experience>, StoreError> {
    let mut found = reader
        .all(&LIST, &[access.dossier().0.into()], |row| {
            Ok(Experience {
                id: ExperienceId(row.id(0)?),
                version: count(&LIST, row, 1)?,
                details: ExperienceDetails {
                    function: known(&LIST, "function", Label::parse(row.text_ref(2)?).ok())?,
                    employer: known(&LIST, "employer", Label::parse(row.text_ref(3)?).ok())?,
                    from: row.day(4)?,
                    until: row.opt_day(5)?,
                    description: parsed(&LIST, "description", row.opt_text(6)?, Note::parse)?,
                },
            })
        })
        .await?;
    found.sort_by_key(|it| std::cmp::Reverse((it.details.from, it.id)));
    Ok(found)
}

fn params(access: &Access<Write>, experience: &Experience) -> Vec<Value> {
    let details = &experience.details;
    vec![
        access.dossier().0.into(),
        experience.id.0.into(),
        experience.version.into(),
        details.function.as_str().into(),
        details.employer.as_str().into(),
        details.from.into(),
        details.until.into(),
        details
            .description
            .as_ref()
            .map(|it| it.as_str().to_owned())
            .into(),
    ]
}

/// Adds a work experience.
pub fn insert(batch: &mut Batch, access: &Access<Write>, experience: &Experience) {
    batch.push(Statement::new(&INSERT, params(access, experience)).one(guard::ROW));
}

/// Stores a work experience that was one version lower.
pub fn update(batch: &mut Batch, access: &Access<Write>, experience: &Experience) {
    batch.push(Statement::new(&UPDATE, params(access, experience)).one(guard::ROW));
}
