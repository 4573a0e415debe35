//! Studies under 'Profiel'.

use domain::ids::StudyId;
use domain::policy::{Access, Read, Write};
use domain::studies::{Certificate, Grade, Level, Provenance, Study, StudyDetails};
use domain::text::Label;

use crate::engine::{Batch, Statement, Value};
use crate::{Reader, StoreError, count, guard, known, parsed, statements};

statements! {
    LIST = "studies.list",
        "SELECT id, version, level, grade, field, school, ended_on, certificate, provenance
         FROM study WHERE dossier_id = ?1";
    INSERT = "studies.insert",
        "INSERT INTO study (dossier_id, id, version, level, grade, field, school, ended_on,
                            certificate, provenance)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    UPDATE = "studies.update",
        "UPDATE study SET version = ?3, level = ?4, grade = ?5, field = ?6, school = ?7, ended_on = ?8,
                          certificate = ?9, provenance = ?10
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1 AND provenance <> 'authentiek'";
    UPDATE_FROM_SOURCE = "studies.update_from_source",
        "UPDATE study SET version = ?3, level = ?4, grade = ?5, field = ?6, school = ?7, ended_on = ?8,
                          certificate = ?9, provenance = ?10
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1 AND provenance = 'authentiek'";
}

/// The studies of a dossier, the last one first.
pub async fn list(reader: &mut Reader, access: &Access<Read>) -> Result<Vec<Study>, StoreError> {
    let mut studies = reader
        .all(&LIST, &[access.dossier().0.into()], |row| {
            let grade = row.opt_text(3)?;
            let certificate = row.opt_text(7)?;
            Ok(Study {
                id: StudyId(row.id(0)?),
                version: count(&LIST, row, 1)?,
                details: StudyDetails {
                    level: known(&LIST, "level", Level::from_code(row.text_ref(2)?))?,
                    grade: parsed(&LIST, "grade", grade, |code| {
                        Grade::from_code(code).ok_or(())
                    })?,
                    field: parsed(&LIST, "field", row.opt_text(4)?, Label::parse)?,
                    school: known(&LIST, "school", Label::parse(row.text_ref(5)?).ok())?,
                    ended_on: row.opt_day(6)?,
                    certificate: parsed(&LIST, "certificate", certificate, |code| {
                        Certificate::from_code(code).ok_or(())
                    })?,
                    provenance: known(
                        &LIST,
                        "provenance",
                        Provenance::from_code(row.text_ref(8)?),
                    )?,
                },
            })
        })
        .await?;
    studies.sort_by_key(|study| std::cmp::Reverse((study.details.ended_on, study.id)));
    Ok(studies)
}

fn params(access: &Access<Write>, study: &Study) -> Vec<Value> {
    let details = &study.details;
    vec![
        access.dossier().0.into(),
        study.id.0.into(),
        study.version.into(),
        details.level.code().into(),
        details.grade.map(|grade| grade.code().to_owned()).into(),
        details
            .field
            .as_ref()
            .map(|field| field.as_str().to_owned())
            .into(),
        details.school.as_str().into(),
        details.ended_on.into(),
        details.certificate.map(|it| it.code().to_owned()).into(),
        details.provenance.code().into(),
    ]
}

/// Adds a study.
pub fn insert(batch: &mut Batch, access: &Access<Write>, study: &Study) {
    batch.push(Statement::new(&INSERT, params(access, study)).one(guard::ROW));
}

/// Stores a study that was one version lower, and not of an authentic source.
pub fn update(batch: &mut Batch, access: &Access<Write>, study: &Study) {
    batch.push(Statement::new(&UPDATE, params(access, study)).one(guard::ROW));
}

/// Stores what the source tells now of a study of its own, which was one version lower.
pub fn update_from_source(batch: &mut Batch, access: &Access<Write>, study: &Study) {
    batch.push(Statement::new(&UPDATE_FROM_SOURCE, params(access, study)).one(guard::ROW));
}
