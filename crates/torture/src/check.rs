//! The other half of the balance: the database, read past the program, against what the clients were told.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use domain::Moment;
use domain::ids::{DossierId, OrganisationId, PersonId};
use domain::journal::{Entry, Event, Follow, Link};
use rusqlite::{Connection, OpenFlags, Row};
use uuid::Uuid;

use crate::client::MARK;
use crate::ledger::{Ledger, Place, Sent, Shown};

/// What is looked for. None of it may ever be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wrong {
    /// Confirmed, and not there.
    Lost,
    /// There more than once.
    Doubled,
    /// Refused, and there.
    Sneaked,
    /// There without its key, or its key without it (I11).
    Key,
    /// There and not in the journal, or the journal's chain does not hold (I9).
    Journal,
    /// A line that ended twice, or whose state says otherwise than its journal (I1, R3).
    Final,
    /// A final line of which something changed (I2).
    Changed,
    /// An action outside the period of its line (I6).
    Period,
    /// A page that was shown, with no record of it (I8, I3).
    Opening,
    /// SQLite finds its file damaged, or a row points at nothing.
    Integrity,
    /// An answer that nobody should get, or words in the program's log.
    Fault,
}

impl Wrong {
    /// All of them with their words, as they are told.
    pub(crate) const ALL: [(Self, &str); 11] = [
        (Self::Lost, "confirmed and lost"),
        (Self::Doubled, "there more than once"),
        (Self::Sneaked, "refused and there all the same"),
        (
            Self::Key,
            "without the key of its submission, or the key without it",
        ),
        (
            Self::Journal,
            "without its journal, or a chain that does not hold",
        ),
        (Self::Final, "lines with two final states"),
        (Self::Changed, "final lines that changed"),
        (Self::Period, "actions outside the period of their line"),
        (Self::Opening, "pages shown without a record of it"),
        (Self::Integrity, "damage to the file"),
        (Self::Fault, "answers or log lines that should not be"),
    ];
}

/// What was found, in words; what is found again at every look counts once.
#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeMap<Wrong, HashSet<String>>);

impl Findings {
    pub(crate) fn add(&mut self, wrong: Wrong, words: impl Into<String>) {
        self.0.entry(wrong).or_default().insert(words.into());
    }

    pub(crate) fn of(&self, wrong: Wrong) -> usize {
        self.0.get(&wrong).map_or(0, HashSet::len)
    }

    /// Some of each kind.
    pub(crate) fn examples(&self) -> impl Iterator<Item = (Wrong, &String)> {
        let kinds = self.0.iter();
        kinds.flat_map(|(wrong, words)| words.iter().take(5).map(|it| (*wrong, it)))
    }
}

/// What earlier looks saw: the journal's chain is read on from there, and what is final must not change.
#[derive(Default)]
pub(crate) struct Memory {
    /// The last entry of each dossier.
    links: HashMap<Uuid, Follow>,
    /// The instant of the last entry of all.
    at: i64,
    journalled: HashSet<String>,
    finals: HashMap<Uuid, String>,
}

impl Memory {
    /// Forgets all but what was final, so that the next look reads everything again.
    pub(crate) fn begin_again(&mut self) {
        let finals = std::mem::take(&mut self.finals);
        *self = Memory {
            finals,
            ..Memory::default()
        };
    }
}

/// Entries that were written at one instant may be seen in two looks.
const OVERLAP: i64 = 60_000_000;

/// One look, while the program is up and nobody works.
pub(crate) fn look(
    file: &Path,
    ledger: &mut Ledger,
    memory: &mut Memory,
    findings: &mut Findings,
) -> Result<()> {
    let access = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(file, access)?;
    // One picture for everything that is compared.
    database.execute_batch("BEGIN")?;
    let found = marks(&database)?;
    journal(&database, memory, findings)?;
    let there = balance(ledger, &found, memory, findings);
    keys(&database, &there, findings)?;
    lines(&database, memory, findings)?;
    for shown in std::mem::take(&mut ledger.shown) {
        if !is_recorded(&database, &shown)? {
            findings.add(Wrong::Opening, format!("{shown:?}"));
        }
    }
    for fault in std::mem::take(&mut ledger.faults) {
        findings.add(Wrong::Fault, fault);
    }
    for words in damage(&database)? {
        findings.add(Wrong::Integrity, words);
    }
    Ok(())
}

/// What is wrong with the file itself.
pub(crate) fn damage(database: &Connection) -> Result<Vec<String>> {
    let said = texts(database, "PRAGMA integrity_check")?;
    let mut damage: Vec<String> = said.into_iter().filter(|it| it != "ok").collect();
    damage.extend(texts(
        database,
        "SELECT \"table\" || ' points at nothing in ' || parent FROM pragma_foreign_key_check",
    )?);
    Ok(damage)
}

fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

fn optional_id(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Uuid>> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    Ok(bytes.map(Uuid::from_bytes))
}

fn texts(database: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut statement = database.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How often each mark is there, and where.
type Marks = HashMap<(Place, String), u32>;

fn marks(database: &Connection) -> Result<Marks> {
    let places = [
        (
            Place::Summary,
            "SELECT summary FROM step_text WHERE summary IS NOT NULL",
        ),
        (
            Place::Result,
            "SELECT result_note FROM step_text WHERE result_note IS NOT NULL",
        ),
        (
            Place::Cancelled,
            "SELECT cancel_reason FROM step_text WHERE cancel_reason IS NOT NULL",
        ),
        (Place::Addendum, "SELECT text FROM addendum"),
        (
            Place::Action,
            "SELECT note FROM action WHERE note IS NOT NULL",
        ),
        (Place::Agreement, "SELECT text FROM agreement"),
    ];
    let mut found = Marks::new();
    for (place, sql) in places {
        for text in texts(database, sql)? {
            for mark in marks_in(&text) {
                *found.entry((place, mark.to_owned())).or_default() += 1;
            }
        }
    }
    Ok(found)
}

fn marks_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(MARK).map(|(at, _)| {
        let rest = text.get(at..).unwrap_or_default();
        let is_mark = |sign: char| sign.is_ascii_alphanumeric() || sign == '-';
        let end = rest.find(|sign| !is_mark(sign)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    })
}

/// Holds what was told against what is there; answers the keys of what is there.
fn balance<'a>(
    ledger: &'a Ledger,
    found: &Marks,
    memory: &Memory,
    findings: &mut Findings,
) -> HashSet<Uuid> {
    let times = |mark: &'a String, sent: &Sent| {
        let key = (sent.place, mark.clone());
        found.get(&key).copied().unwrap_or(0)
    };
    let mut there = HashSet::new();
    for (mark, sent) in &ledger.sent {
        let words = || format!("{mark} ({:?})", sent.place);
        match times(mark, sent) {
            0 if sent.confirmed => findings.add(Wrong::Lost, words()),
            0 => continue,
            1 => {}
            _ => findings.add(Wrong::Doubled, words()),
        }
        if sent.refused && !sent.confirmed {
            findings.add(Wrong::Sneaked, words());
        }
        if !memory.journalled.contains(mark) {
            findings.add(Wrong::Journal, words());
        }
        there.insert(sent.key);
    }
    there
}

/// The keys that are kept are those of what is there: no more and no fewer.
fn keys(database: &Connection, there: &HashSet<Uuid>, findings: &mut Findings) -> Result<()> {
    let mut statement = database.prepare("SELECT key FROM submission")?;
    let kept = statement.query_map([], |row| id(row, 0))?;
    let kept = kept.collect::<rusqlite::Result<HashSet<Uuid>>>()?;
    for key in kept.symmetric_difference(there) {
        findings.add(Wrong::Key, key.to_string());
    }
    Ok(())
}

/// Reads the journal on from where it was, link by link.
fn journal(database: &Connection, memory: &mut Memory, findings: &mut Findings) -> Result<()> {
    let mut statement = database.prepare(
        "SELECT dossier_id, number, at, by_person, organisation_id, event, subject_id, step_id, content,
                content_digest, link
         FROM journal WHERE at >= ?1 ORDER BY dossier_id, number",
    )?;
    let mut rows = statement.query([memory.at - OVERLAP])?;
    while let Some(row) = rows.next()? {
        let (dossier, number) = (id(row, 0)?, row.get::<_, i64>(1)?);
        let chain = memory.links.entry(dossier).or_insert(Follow::BEGIN);
        if number <= chain.number {
            continue;
        }
        let (entry, content_digest, link) = entry(row)?;
        let content: String = row.get(8)?;
        if !chain.holds(number, &entry, Some(&content), &content_digest, &link) {
            findings.add(Wrong::Journal, format!("entry {number} of {dossier}"));
        }
        memory.at = memory.at.max(entry.at.micros());
        memory
            .journalled
            .extend(marks_in(&content).map(str::to_owned));
    }
    let mut statement = database.prepare("SELECT id, journal_number, journal_link FROM dossier")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let dossier = id(row, 0)?;
        let head = Follow {
            number: row.get(1)?,
            link: row.get(2)?,
        };
        if memory.links.get(&dossier) != Some(&head) {
            findings.add(Wrong::Journal, format!("the head of {dossier}"));
        }
    }
    Ok(())
}

fn entry(row: &Row<'_>) -> Result<(Entry, Link, Link)> {
    let event: String = row.get(5)?;
    let entry = Entry {
        dossier: DossierId(id(row, 0)?),
        at: Moment::from_micros(row.get(2)?).context("an instant")?,
        by: PersonId(id(row, 3)?),
        organisation: optional_id(row, 4)?.map(OrganisationId),
        event: Event::from_code(&event).ok_or_else(|| anyhow!("no event is called {event}"))?,
        subject: id(row, 6)?,
        step: optional_id(row, 7)?,
        changes: Vec::new(),
    };
    Ok((entry, row.get(9)?, row.get(10)?))
}

/// States against the journal, final lines against what they were, actions against their line.
fn lines(database: &Connection, memory: &mut Memory, findings: &mut Findings) -> Result<()> {
    let ends = "SELECT count(*) FROM journal j WHERE j.step_id = s.id
                AND j.event IN ('step_ended', 'step_cancelled')";
    for words in texts(
        database,
        &format!(
            "SELECT hex(id) || ' is ' || state FROM step s WHERE ({ends}) <> (state <> 'ongoing')"
        ),
    )? {
        findings.add(Wrong::Final, words);
    }
    for words in texts(
        database,
        "SELECT hex(a.id) || ' on ' || a.day FROM action a JOIN step s ON s.id = a.step_id
         WHERE a.day < s.start_on OR a.day > s.end_on",
    )? {
        findings.add(Wrong::Period, words);
    }
    let mut statement = database.prepare(
        "SELECT s.id, concat_ws('|', s.version, s.state, s.step_type, s.funding, s.start_on, s.end_on, s.result,
                s.reason, hex(s.ended_by), s.ended_at, hex(s.closed_by), s.closed_at, hex(s.requester_person),
                hex(s.provider_person), t.summary, t.late_reason, t.result_note, t.cancel_reason)
         FROM step s LEFT JOIN step_text t ON t.step_id = s.id AND t.dossier_id = s.dossier_id
         WHERE s.state <> 'ongoing'",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (step, is): (Uuid, String) = (id(row, 0)?, row.get(1)?);
        let was = memory.finals.entry(step).or_insert_with(|| is.clone());
        if *was != is {
            findings.add(Wrong::Changed, format!("{step}: {was} became {is}"));
        }
    }
    Ok(())
}

fn is_recorded(database: &Connection, shown: &Shown) -> Result<bool> {
    let mut statement = database.prepare_cached(
        "SELECT 1 FROM opening WHERE dossier_id = ?1 AND minute BETWEEN ?2 AND ?3 LIMIT 1",
    )?;
    let dossier = Uuid::parse_str(&shown.dossier)?.into_bytes();
    Ok(statement.exists((dossier, shown.from, shown.until))?)
}

#[cfg(test)]
mod tests {
    use super::marks_in;

    #[test]
    fn marks_are_found_in_a_text_and_in_json() {
        let found = |text| marks_in(text).collect::<Vec<_>>();
        assert_eq!(
            found("merk-1-2\nmerk-1-30 en meer"),
            ["merk-1-2", "merk-1-30"]
        );
        assert_eq!(
            found(r#"[{"after":"merk-1-2\nmerk-0-3"}]"#),
            ["merk-1-2", "merk-0-3"]
        );
        assert!(found("geen merk").is_empty());
    }
}
