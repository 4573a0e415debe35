//! The administrative log: written with the change it tells of, read in pages. No dossier content.

use domain::Moment;
use domain::account_events::{AccountEntry, AccountEvent};
use domain::ids::{OrganisationId, PersonId};
use domain::journal::{Change, content_of};
use domain::policy::Permit;
use uuid::Uuid;

use crate::engine::{Batch, Row, Sql, Statement, Value};
use crate::{Reader, StoreError, known, statements};

/// A statement that reads a page, with what stands before its limit.
macro_rules! page {
    ($filter:literal) => {
        concat!(
            "SELECT e.at, e.id, e.event, e.by_person, b.name, e.subject_person, s.name,
                    e.organisation_id, o.name, e.content
             FROM account_event e LEFT JOIN person b ON b.id = e.by_person
             LEFT JOIN person s ON s.id = e.subject_person
             LEFT JOIN organisation o ON o.id = e.organisation_id
             WHERE (e.at, e.id) < (?1, ?2)",
            $filter,
            " ORDER BY e.at DESC, e.id DESC LIMIT ?3"
        )
    };
}

statements! {
    WRITE = "account_events.write",
        "INSERT INTO account_event (at, id, event, by_person, subject_person, organisation_id, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    PAGE = "account_events.page", page!("");
    OF_KIND = "account_events.of_kind", page!(" AND e.event = ?4");
    OF_PERSON = "account_events.of_person", page!(" AND e.subject_person = ?4");
    OF_ORGANISATION = "account_events.of_organisation", page!(" AND e.organisation_id = ?4");
    OF_KIND_IN_ORGANISATION = "account_events.of_kind_in_organisation",
        page!(" AND e.organisation_id = ?4 AND e.event = ?5");
    OF_PERSON_IN_ORGANISATION = "account_events.of_person_in_organisation",
        page!(" AND e.organisation_id = ?4 AND e.subject_person = ?5");
}

/// Writes an entry in the batch of the change it tells of.
pub fn write(batch: &mut Batch, entry: &AccountEntry) {
    let content = (!entry.changes.is_empty()).then(|| content_of(&entry.changes));
    let params = [
        entry.at.into(),
        entry.id.into(),
        entry.event.code().into(),
        entry.by.map(|id| id.0).into(),
        entry.subject.map(|id| id.0).into(),
        entry.organisation.map(|id| id.0).into(),
        content.into(),
    ];
    batch.push(Statement::new(&WRITE, params));
}

/// Which entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Of one kind.
    Kind(AccountEvent),
    /// About one person.
    Person(PersonId),
}

/// A place in the log: only what is before it is read.
pub type Place = (Moment, Uuid);

/// An entry with the names that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The entry.
    pub entry: AccountEntry,
    /// Name of who did it; empty without one.
    pub by_name: String,
    /// Name of whom it is about; empty without one.
    pub subject_name: String,
    /// Name of the organisation; empty without one.
    pub organisation: String,
}

fn stored(statement: &'static Sql, row: &Row<'_>) -> Result<Stored, StoreError> {
    let changes: Vec<Change> = match row.opt_text_ref(9)? {
        Some(text) => known(statement, "content", serde_json::from_str(text).ok())?,
        None => Vec::new(),
    };
    let event = AccountEvent::from_code(row.text_ref(2)?);
    Ok(Stored {
        entry: AccountEntry {
            at: row.at(0)?,
            id: row.id(1)?,
            event: known(statement, "event", event)?,
            by: row.opt_id(3)?.map(PersonId),
            subject: row.opt_id(5)?.map(PersonId),
            organisation: row.opt_id(7)?.map(OrganisationId),
            changes,
        },
        by_name: row.opt_text(4)?.unwrap_or_default(),
        subject_name: row.opt_text(6)?.unwrap_or_default(),
        organisation: row.opt_text(8)?.unwrap_or_default(),
    })
}

/// A page of the log before a place, the last first. Who is permitted the own organisation only reads
/// nothing of another.
pub async fn page(
    reader: &mut Reader,
    permit: &Permit,
    which: Which,
    before: Option<Place>,
    limit: u32,
) -> Result<Vec<Stored>, StoreError> {
    let (at, id) = before.unwrap_or((Moment::MAX, Uuid::max()));
    let mut params: Vec<Value> = vec![at.into(), id.into(), limit.into()];
    let own = permit.only_organisation();
    params.extend(own.map(|own| Value::from(own.0)));
    let (statement, last): (&'static Sql, Option<Value>) = match (own, which) {
        (None, Which::All) => (&PAGE, None),
        (Some(_), Which::All) => (&OF_ORGANISATION, None),
        (None, Which::Kind(kind)) => (&OF_KIND, Some(kind.code().into())),
        (Some(_), Which::Kind(kind)) => (&OF_KIND_IN_ORGANISATION, Some(kind.code().into())),
        (None, Which::Person(person)) => (&OF_PERSON, Some(person.0.into())),
        (Some(_), Which::Person(person)) => (&OF_PERSON_IN_ORGANISATION, Some(person.0.into())),
    };
    params.extend(last);
    reader
        .all(statement, &params, |row| stored(statement, row))
        .await
}
