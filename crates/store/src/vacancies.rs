//! Rows of 'Vacature-dashboard'.

use domain::text::{Label, Note};
use domain::vacancies::{Vacancy, VacancyKind, VacancyStatus, WebAddress};

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN};
use crate::{StoreError, known, parsed, statements};

statements! {
    LIST = "vacancies.list",
        "SELECT id, version, kind, title, employer, address, place, status, due_on, note
         FROM vacancy WHERE dossier_id = ?1";
    INSERT = "vacancies.insert",
        "INSERT INTO vacancy (dossier_id, id, version, kind, title, employer, address, place, status, due_on, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    UPDATE = "vacancies.update",
        "UPDATE vacancy SET version = ?3, kind = ?4, title = ?5, employer = ?6, address = ?7, place = ?8,
                            status = ?9, due_on = ?10, note = ?11
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for Vacancy {
    const LIST: &'static Sql = &LIST;
    const INSERT: &'static Sql = &INSERT;
    const UPDATE: &'static Sql = &UPDATE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let kind = VacancyKind::from_code(row.text_ref(OWN)?);
        let (title, employer) = (row.text_ref(OWN + 1)?, row.text_ref(OWN + 2)?);
        let address = WebAddress::optional(&row.opt_text(OWN + 3)?.unwrap_or_default());
        let status = VacancyStatus::from_code(row.text_ref(OWN + 5)?);
        Ok(Vacancy {
            kind: known(&LIST, "kind", kind)?,
            title: known(&LIST, "title", Label::parse(title).ok())?,
            employer: known(&LIST, "employer", Label::parse(employer).ok())?,
            address: known(&LIST, "address", address.ok())?,
            place: parsed(&LIST, "place", row.opt_text(OWN + 4)?, Label::parse)?,
            status: known(&LIST, "status", status)?,
            due: row.opt_day(OWN + 6)?,
            note: parsed(&LIST, "note", row.opt_text(OWN + 7)?, Note::parse)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.kind.code().into(),
            self.title.as_str().into(),
            self.employer.as_str().into(),
            self.address.as_ref().map(ToString::to_string).into(),
            self.place.as_ref().map(ToString::to_string).into(),
            self.status.code().into(),
            self.due.into(),
            self.note.as_ref().map(ToString::to_string).into(),
        ]
    }
}
