//! Dossiers: the head, the search, and the one place where a dossier's version moves on.

use domain::client_number::ClientNumber;
use domain::contact::ContactData;
use domain::ids::{DossierId, OrganisationId};
use domain::journal::{Chained, Link};
use domain::policy::{Access, Permit, Read, Write};
use domain::{Day, Moment};

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, after_prefix, count, guard, known, search_form, statements};

statements! {
    // A parameter is compared before it is asked for NULL: so PostgreSQL learns its type.
    HEAD = "dossiers.head",
        "SELECT client_number, given_name, family_name, birth_day, work_situation,
                work_situation_since, version, journal_number, journal_link,
                (SELECT unit_names FROM installation WHERE id = 1)
         FROM dossier WHERE id = ?1 AND erased_at IS NULL";
    CONTACT = "dossiers.contact",
        "SELECT email, phone, street, postcode, municipality, about_me, insz_sealed
         FROM dossier WHERE id = ?1";
    BY_NUMBER = "dossiers.by_number",
        "SELECT id, client_number, given_name, family_name, birth_day FROM dossier
         WHERE client_number = ?1 AND erased_at IS NULL AND (EXISTS (
             SELECT 1 FROM access_grant g WHERE g.dossier_id = dossier.id AND g.organisation_id = ?2
             AND g.ended_at IS NULL AND g.starts_on <= ?3
             AND (g.ends_on IS NULL OR g.ends_on >= ?3) AND (g.closes_on IS NULL OR g.closes_on >= ?3)
             AND (NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = ?2 AND o.narrowed) OR EXISTS (
                 SELECT 1 FROM assignment a WHERE a.dossier_id = dossier.id AND a.organisation_id = ?2
                 AND a.person_id = ?4 AND a.until IS NULL)))
             OR ?2 IS NULL)";
    BY_INSZ = "dossiers.by_insz",
        "SELECT id, client_number, given_name, family_name, birth_day FROM dossier
         WHERE insz_digest = ?1 AND (EXISTS (
             SELECT 1 FROM access_grant g WHERE g.dossier_id = dossier.id AND g.organisation_id = ?2
             AND g.ended_at IS NULL AND g.starts_on <= ?3
             AND (g.ends_on IS NULL OR g.ends_on >= ?3) AND (g.closes_on IS NULL OR g.closes_on >= ?3)
             AND (NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = ?2 AND o.narrowed) OR EXISTS (
                 SELECT 1 FROM assignment a WHERE a.dossier_id = dossier.id AND a.organisation_id = ?2
                 AND a.person_id = ?4 AND a.until IS NULL)))
             OR ?2 IS NULL)";
    BY_WORD = "dossiers.by_word",
        "SELECT d.id, d.client_number, d.given_name, d.family_name, d.birth_day
         FROM client_word w JOIN dossier d ON d.id = w.dossier_id
         WHERE w.word >= ?4 AND w.word < ?5
         AND (EXISTS (SELECT 1 FROM client_word v
              WHERE v.dossier_id = d.id AND v.word >= ?6 AND v.word < ?7) OR ?6 IS NULL)
         AND (EXISTS (
             SELECT 1 FROM access_grant g WHERE g.dossier_id = d.id AND g.organisation_id = ?2
             AND g.ended_at IS NULL AND g.starts_on <= ?3
             AND (g.ends_on IS NULL OR g.ends_on >= ?3) AND (g.closes_on IS NULL OR g.closes_on >= ?3)
             AND (NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = ?2 AND o.narrowed) OR EXISTS (
                 SELECT 1 FROM assignment a WHERE a.dossier_id = d.id AND a.organisation_id = ?2
                 AND a.person_id = ?8 AND a.until IS NULL)))
             OR ?2 IS NULL)
         ORDER BY w.word, w.dossier_id LIMIT ?1";
    INSZ_DIGEST = "dossiers.insz_digest", "SELECT insz_digest FROM dossier WHERE id = ?1";
    ID_OF_NUMBER = "dossiers.id_of_number", "SELECT id FROM dossier WHERE client_number = ?1 AND erased_at IS NULL";
    ADVANCE = "dossiers.advance",
        "UPDATE dossier SET version = version + 1, journal_number = ?3, journal_link = ?4
         WHERE id = ?1 AND version = ?2";
    WRITE_JOURNAL = "dossiers.write_journal",
        "INSERT INTO journal (dossier_id, number, at, by_person, organisation_id, event, subject_id,
                              step_id, content, content_digest, link)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    CREATE = "dossiers.create",
        "INSERT INTO dossier (id, client_number, given_name, family_name, birth_day, work_situation,
                              work_situation_since, insz_digest, insz_sealed, email, phone, street,
                              postcode, municipality, about_me, version, journal_number, journal_link,
                              removal_asked, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, NULL, 1, ?15, ?16, FALSE, ?17)";
    ADD_WORD = "dossiers.add_word", "INSERT INTO client_word (word, dossier_id) VALUES (?1, ?2)";
    SET_CONTACT = "dossiers.set_contact",
        "UPDATE dossier SET email = ?2, phone = ?3, street = ?4, postcode = ?5, municipality = ?6 WHERE id = ?1";
    SET_ABOUT = "dossiers.set_about", "UPDATE dossier SET about_me = ?2 WHERE id = ?1";
    SET_WORK_SITUATION = "dossiers.set_work_situation",
        "UPDATE dossier SET work_situation = ?2, work_situation_since = ?3 WHERE id = ?1";
    MARK_REMOVAL = "dossiers.mark_removal", "UPDATE dossier SET removal_asked = TRUE WHERE id = ?1";
    // 'coalesce': else PostgreSQL would read an index of all that waits, of every dossier.
    COUNTS = "dossiers.counts",
        "SELECT (SELECT count(*) FROM study WHERE dossier_id = ?1),
                (SELECT count(*) FROM experience WHERE dossier_id = ?1),
                (SELECT count(*) FROM step WHERE dossier_id = ?1 AND state IN ('ongoing', 'ended')),
                (SELECT count(*) FROM correction_request
                 WHERE dossier_id = ?1 AND coalesce(decision, '') = '')";
    ANY = "dossiers.any", "SELECT 1 FROM dossier LIMIT 1";
}

/// What every page of a dossier shows at the top, and where its journal stands.
#[derive(Clone, Debug)]
pub struct Head {
    /// Which dossier.
    pub id: DossierId,
    /// Client number.
    pub client_number: ClientNumber,
    /// First name.
    pub given_name: String,
    /// Name.
    pub family_name: String,
    /// Day of birth.
    pub birth: Day,
    /// Work situation code.
    pub work_situation: String,
    /// Since when.
    pub work_situation_since: Option<Day>,
    /// Counts up with every change in the dossier.
    pub version: i64,
    /// Number of the last journal entry.
    pub journal_number: i64,
    /// Link of the last journal entry.
    pub journal_link: Link,
    /// Counts up when the name of a unit changes.
    pub unit_names: i64,
}

impl Head {
    /// First name and name, as the demo and the manual write them.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// The head of a dossier.
pub async fn head(reader: &mut Reader, access: &Access<Read>) -> Result<Head, StoreError> {
    let id = access.dossier();
    let found = reader
        .first(&HEAD, &[id.0.into()], |row| {
            let link = Link::try_from(row.bytes(8)?).ok();
            Ok(Head {
                id,
                client_number: number_at(&HEAD, row, 0)?,
                given_name: row.text(1)?,
                family_name: row.text(2)?,
                birth: row.day(3)?,
                work_situation: row.text(4)?,
                work_situation_since: row.opt_day(5)?,
                version: row.int(6)?,
                journal_number: row.int(7)?,
                journal_link: known(&HEAD, "journal_link", link)?,
                unit_names: row.int(9)?,
            })
        })
        .await?;
    known(&HEAD, "id", found)
}

fn number_at(
    statement: &'static Sql,
    row: &Row<'_>,
    column: usize,
) -> Result<ClientNumber, StoreError> {
    known(
        statement,
        "client_number",
        ClientNumber::parse(row.text_ref(column)?).ok(),
    )
}

/// Contact data, 'Over mezelf' and the sealed national number.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Municipality.
    pub municipality: Option<String>,
    /// 'Over mezelf'.
    pub about_me: Option<String>,
    /// The national number, sealed with the key of this installation.
    pub insz_sealed: Option<Vec<u8>>,
}

/// The contact data of a dossier.
pub async fn contact(reader: &mut Reader, access: &Access<Read>) -> Result<Contact, StoreError> {
    let found = reader
        .first(&CONTACT, &[access.dossier().0.into()], |row| {
            Ok(Contact {
                email: row.opt_text(0)?,
                phone: row.opt_text(1)?,
                street: row.opt_text(2)?,
                postcode: row.opt_text(3)?,
                municipality: row.opt_text(4)?,
                about_me: row.opt_text(5)?,
                insz_sealed: row.opt_bytes(6)?,
            })
        })
        .await?;
    known(&CONTACT, "id", found)
}

/// How much there is in a dossier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Studies.
    pub studies: u32,
    /// Work experiences.
    pub experiences: u32,
    /// Listed lines.
    pub lines: u32,
    /// Requests for a correction that wait.
    pub corrections: u32,
}

/// How much there is in a dossier.
pub async fn counts(reader: &mut Reader, access: &Access<Read>) -> Result<Counts, StoreError> {
    let found = reader
        .first(&COUNTS, &[access.dossier().0.into()], |row| {
            Ok(Counts {
                studies: count(&COUNTS, row, 0)?,
                experiences: count(&COUNTS, row, 1)?,
                lines: count(&COUNTS, row, 2)?,
                corrections: count(&COUNTS, row, 3)?,
            })
        })
        .await?;
    Ok(found.unwrap_or_default())
}

/// The keyed digest of the national number, when it is known.
pub async fn insz_digest(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = reader
        .first(&INSZ_DIGEST, &[access.dossier().0.into()], |row| {
            row.opt_bytes(0)
        })
        .await?;
    Ok(found.flatten())
}

/// A hit of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which dossier.
    pub id: DossierId,
    /// Client number.
    pub client_number: ClientNumber,
    /// First name and name.
    pub name: String,
    /// Day of birth.
    pub birth: Day,
}

/// What is searched for.
#[derive(Clone, Debug)]
pub enum Sought {
    /// A client number.
    Number(ClientNumber),
    /// The digest of a national number.
    Insz(Vec<u8>),
    /// Words of a name.
    Name(String),
}

/// Most hits of one search.
pub const MOST_HITS: usize = 50;

/// The dossiers that fit, out of those the permit reaches: with an active grant of the own
/// organisation (and assigned to the person, where it narrows), or all. What is not reached is not there.
pub async fn search(
    reader: &mut Reader,
    permit: &Permit,
    sought: &Sought,
    today: Day,
) -> Result<Vec<Hit>, StoreError> {
    let scope: Option<OrganisationId> = if permit.reaches_all() {
        None
    } else {
        match permit.organisation() {
            Some(own) => Some(own),
            None => return Ok(Vec::new()),
        }
    };
    let scope = scope.map(|id| id.0);
    match sought {
        Sought::Number(number) => {
            let params = [
                number.to_string().into(),
                scope.into(),
                today.into(),
                permit.person().0.into(),
            ];
            reader
                .all(&BY_NUMBER, &params, |row| hit(&BY_NUMBER, row))
                .await
        }
        Sought::Insz(digest) => {
            let params = [
                digest.clone().into(),
                scope.into(),
                today.into(),
                permit.person().0.into(),
            ];
            reader
                .all(&BY_INSZ, &params, |row| hit(&BY_INSZ, row))
                .await
        }
        Sought::Name(text) => {
            let form = search_form(text);
            let mut words: Vec<&str> = form.split(' ').filter(|word| !word.is_empty()).collect();
            // The longest word finds fewest rows; the others only have to fit.
            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
            let Some((first, rest)) = words.split_first() else {
                return Ok(Vec::new());
            };
            let second = rest.first().map(|word| (*word).to_owned());
            let params = [
                i64::try_from(MOST_HITS + 1).unwrap_or(i64::MAX).into(),
                scope.into(),
                today.into(),
                (*first).into(),
                after_prefix(first).into(),
                second.clone().into(),
                second.map(|word| after_prefix(&word)).into(),
                permit.person().0.into(),
            ];
            let mut hits = reader
                .all(&BY_WORD, &params, |row| hit(&BY_WORD, row))
                .await?;
            hits.retain(|hit| {
                let name = search_form(&hit.name);
                rest.iter()
                    .all(|word| name.split(' ').any(|part| part.starts_with(word)))
            });
            hits.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
            hits.dedup_by_key(|hit| hit.id);
            Ok(hits)
        }
    }
}

fn hit(statement: &'static Sql, row: &Row<'_>) -> Result<Hit, StoreError> {
    Ok(Hit {
        id: DossierId(row.id(0)?),
        client_number: number_at(statement, row, 1)?,
        name: format!("{} {}", row.text_ref(2)?, row.text_ref(3)?),
        birth: row.day(4)?,
    })
}

/// The dossier with a client number. Gives no content: what may be done with it is the policy's.
pub async fn id_of(
    reader: &mut Reader,
    number: &ClientNumber,
) -> Result<Option<DossierId>, StoreError> {
    reader
        .first(&ID_OF_NUMBER, &[number.to_string().into()], |row| {
            row.id(0).map(DossierId)
        })
        .await
}

/// Whether the database holds any dossier.
pub async fn any(reader: &mut Reader) -> Result<bool, StoreError> {
    Ok(reader.first(&ANY, &[], |_| Ok(())).await?.is_some())
}

/// Moves a dossier on by one version and writes its journal. Every change of a dossier begins with
/// this: when somebody else changed the dossier since `seen` was read, the batch misses
/// `guard::DOSSIER` and nothing is kept.
pub fn advance(batch: &mut Batch, access: &Access<Write>, seen: &Head, entries: &[Chained]) {
    let (number, link) = entries
        .last()
        .map_or((seen.journal_number, seen.journal_link), |last| {
            (last.number, last.link)
        });
    let params = [
        access.dossier().0.into(),
        seen.version.into(),
        number.into(),
        link.as_slice().into(),
    ];
    batch.push(Statement::new(&ADVANCE, params).one(guard::DOSSIER));
    write_journal(batch, entries);
}

fn write_journal(batch: &mut Batch, entries: &[Chained]) {
    for chained in entries {
        let entry = &chained.entry;
        let params = [
            entry.dossier.0.into(),
            chained.number.into(),
            entry.at.into(),
            entry.by.0.into(),
            entry.organisation.map(|id| id.0).into(),
            entry.event.code().into(),
            entry.subject.into(),
            entry.step.into(),
            chained.content.as_str().into(),
            chained.content_digest.as_slice().into(),
            chained.link.as_slice().into(),
        ];
        batch.push(Statement::new(&WRITE_JOURNAL, params).one(guard::DOSSIER));
    }
}

/// A dossier that is created.
#[derive(Clone, Debug)]
pub struct NewDossier {
    /// Which one.
    pub id: DossierId,
    /// Client number.
    pub client_number: ClientNumber,
    /// First name.
    pub given_name: String,
    /// Name.
    pub family_name: String,
    /// Day of birth.
    pub birth: Day,
    /// Work situation code.
    pub work_situation: String,
    /// Since when.
    pub work_situation_since: Option<Day>,
    /// Keyed digest of the national number, for searching.
    pub insz_digest: Option<Vec<u8>>,
    /// The rest: e-mail, phone, address, sealed national number.
    pub contact: Contact,
}

/// Creates a dossier with its first journal entries. Asks for the permit to do so, since no proof
/// can exist of what is not there yet. `TAKEN` when the client number or the national number is.
pub fn create(
    batch: &mut Batch,
    _permit: &Permit,
    dossier: &NewDossier,
    entries: &[Chained],
    now: Moment,
) {
    let (number, link) = entries
        .last()
        .map_or((0, domain::journal::FIRST_LINK), |last| {
            (last.number, last.link)
        });
    let contact = &dossier.contact;
    let params = [
        dossier.id.0.into(),
        dossier.client_number.to_string().into(),
        dossier.given_name.as_str().into(),
        dossier.family_name.as_str().into(),
        dossier.birth.into(),
        dossier.work_situation.as_str().into(),
        dossier.work_situation_since.into(),
        dossier.insz_digest.clone().into(),
        contact.insz_sealed.clone().into(),
        contact.email.clone().into(),
        contact.phone.clone().into(),
        contact.street.clone().into(),
        contact.postcode.clone().into(),
        contact.municipality.clone().into(),
        number.into(),
        link.as_slice().into(),
        now.into(),
    ];
    batch.push(Statement::new(&CREATE, params).one(guard::TAKEN));
    write_journal(batch, entries);
    for word in search_words(&dossier.given_name, &dossier.family_name) {
        batch.push(Statement::new(
            &ADD_WORD,
            [word.into(), dossier.id.0.into()],
        ));
    }
}

/// The words by which a name is found.
pub fn search_words(given_name: &str, family_name: &str) -> Vec<String> {
    let name = search_form(&format!("{given_name} {family_name}"));
    let words = name.split(' ').filter(|word| !word.is_empty());
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Sets the contact data.
pub fn set_contact(batch: &mut Batch, access: &Access<Write>, data: &ContactData) {
    let mut params = vec![access.dossier().0.into()];
    params.extend(
        data.cells()
            .map(|(_, value)| value.map(str::to_owned).into()),
    );
    batch.push(Statement::new(&SET_CONTACT, params).one(guard::ROW));
}

/// Sets 'Over mezelf'.
pub fn set_about_me(batch: &mut Batch, access: &Access<Write>, text: Option<&str>) {
    let params = [access.dossier().0.into(), text.map(str::to_owned).into()];
    batch.push(Statement::new(&SET_ABOUT, params).one(guard::ROW));
}

/// Sets the work situation, and since when.
pub fn set_work_situation(batch: &mut Batch, access: &Access<Write>, (code, since): (&str, Day)) {
    let params = [access.dossier().0.into(), code.into(), since.into()];
    batch.push(Statement::new(&SET_WORK_SITUATION, params).one(guard::ROW));
}

/// Remembers that a removal was asked in this dossier, so that the coach can look at it.
pub fn mark_removal_asked(batch: &mut Batch, access: &Access<Write>) {
    batch.push(Statement::new(&MARK_REMOVAL, [access.dossier().0.into()]).one(guard::ROW));
}
