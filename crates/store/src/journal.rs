//! Reading the journal. It is written with the change itself, in `dossiers`.

use domain::Moment;
use domain::ids::{OrganisationId, PersonId, StepId};
use domain::journal::{Change, Entry, Event, Link};
use domain::policy::{Access, Read};
use uuid::Uuid;

use crate::engine::{Row, Sql};
use crate::{Reader, StoreError, known, statements};

statements! {
    OF_STEP = "journal.of_step",
        "SELECT j.number, j.at, j.by_person, j.organisation_id, j.event, j.subject_id, j.step_id, j.content,
                j.content_digest, j.link, p.name, o.name
         FROM journal j LEFT JOIN person p ON p.id = j.by_person
         LEFT JOIN organisation o ON o.id = j.organisation_id
         WHERE j.step_id = ?2 AND j.dossier_id = ?1 ORDER BY j.number DESC LIMIT 500";
    OF_EVENTS = "journal.of_events",
        "SELECT j.number, j.at, j.by_person, j.organisation_id, j.event, j.subject_id, j.step_id, j.content,
                j.content_digest, j.link, p.name, o.name
         FROM journal j LEFT JOIN person p ON p.id = j.by_person
         LEFT JOIN organisation o ON o.id = j.organisation_id
         WHERE j.dossier_id = ?1 AND j.event IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) AND j.number < ?11
         ORDER BY j.number DESC LIMIT ?12";
    OF_DOSSIER = "journal.of_dossier",
        "SELECT j.number, j.at, j.by_person, j.organisation_id, j.event, j.subject_id, j.step_id, j.content,
                j.content_digest, j.link, p.name, o.name
         FROM journal j LEFT JOIN person p ON p.id = j.by_person
         LEFT JOIN organisation o ON o.id = j.organisation_id
         WHERE j.dossier_id = ?1 AND j.number > ?2 ORDER BY j.number LIMIT ?3";
}

/// A journal entry as stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Counts up within the dossier.
    pub number: i64,
    /// The entry; its changes are empty once retention erased the content.
    pub entry: Entry,
    /// The content as stored; none once erased.
    pub content: Option<String>,
    /// Digest of the content.
    pub content_digest: Link,
    /// Link of the chain.
    pub link: Link,
    /// Name of the person.
    pub by_name: String,
    /// Name of the organisation; empty without one.
    pub organisation: String,
}

fn stored(
    statement: &'static Sql,
    row: &Row<'_>,
    access: &Access<Read>,
) -> Result<Stored, StoreError> {
    let content = row.opt_text(7)?;
    let changes: Vec<Change> = match &content {
        Some(text) => known(statement, "content", serde_json::from_str(text).ok())?,
        None => Vec::new(),
    };
    let link = |column: usize| {
        let bytes = row.bytes(column)?;
        known(statement, "link", Link::try_from(bytes).ok())
    };
    let at: Moment = row.at(1)?;
    let subject: Uuid = row.id(5)?;
    Ok(Stored {
        number: row.int(0)?,
        entry: Entry {
            dossier: access.dossier(),
            at,
            by: PersonId(row.id(2)?),
            organisation: row.opt_id(3)?.map(OrganisationId),
            event: known(statement, "event", Event::from_code(row.text_ref(4)?))?,
            subject,
            step: row.opt_id(6)?,
            changes,
        },
        content,
        content_digest: link(8)?,
        link: link(9)?,
        by_name: row.opt_text(10)?.unwrap_or_default(),
        organisation: row.opt_text(11)?.unwrap_or_default(),
    })
}

/// What happened to a line, the last first.
pub async fn of_step(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Vec<Stored>, StoreError> {
    reader
        .all(
            &OF_STEP,
            &[access.dossier().0.into(), step.0.into()],
            |row| stored(&OF_STEP, row, access),
        )
        .await
}

/// The kinds that the statement has a place for.
const EVENTS: usize = 9;
/// Most that one reading gives.
const MOST: u32 = 200;

/// What happened of these kinds in a dossier before a number, the last first: of more kinds than the statement
/// takes, in more than one reading. With it the number down to which nothing is left out.
async fn some_of_events(
    reader: &mut Reader,
    access: &Access<Read>,
    events: &[Event],
    before: i64,
) -> Result<(Vec<Stored>, i64), StoreError> {
    let mut found = Vec::new();
    let mut whole_from = 0;
    for some in events.chunks(EVENTS) {
        // What is left over names the first again.
        let named = some.iter().chain(some.first().into_iter().cycle());
        let mut params = vec![access.dossier().0.into()];
        params.extend(named.take(EVENTS).map(|event| event.code().into()));
        params.extend([before.into(), MOST.into()]);
        let of_some = reader.all(&OF_EVENTS, &params, |row| stored(&OF_EVENTS, row, access));
        let of_some = of_some.await?;
        if u32::try_from(of_some.len()).is_ok_and(|count| count >= MOST) {
            let last = of_some.last().map_or(0, |it| it.number);
            whole_from = last.max(whole_from);
        }
        found.extend(of_some);
    }
    found.sort_by_key(|it| std::cmp::Reverse(it.number));
    Ok((found, whole_from))
}

/// What happened of these kinds in a dossier, the last first.
pub async fn of_events(
    reader: &mut Reader,
    access: &Access<Read>,
    events: &[Event],
) -> Result<Vec<Stored>, StoreError> {
    Ok(some_of_events(reader, access, events, i64::MAX).await?.0)
}

/// A part of what happened of these kinds, the last first: what came before a number. With it the number before
/// which there may be more.
pub async fn of_events_before(
    reader: &mut Reader,
    access: &Access<Read>,
    events: &[Event],
    before: i64,
) -> Result<(Vec<Stored>, Option<i64>), StoreError> {
    let (mut found, whole_from) = some_of_events(reader, access, events, before).await?;
    found.retain(|it| it.number >= whole_from);
    Ok((found, (whole_from > 0).then_some(whole_from)))
}

/// What happened in a dossier, in order, after a number.
pub async fn of_dossier(
    reader: &mut Reader,
    access: &Access<Read>,
    after: i64,
    limit: u32,
) -> Result<Vec<Stored>, StoreError> {
    reader
        .all(
            &OF_DOSSIER,
            &[access.dossier().0.into(), after.into(), limit.into()],
            |row| stored(&OF_DOSSIER, row, access),
        )
        .await
}
