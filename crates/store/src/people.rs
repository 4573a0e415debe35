//! People: who they are, how they are found, and what changes about them. Their functions are in
//! `functions`. No dossier content.

use domain::Moment;
use domain::ids::{DossierId, FunctionId, OrganisationId, PersonId, UnitId};
use domain::people::{Party, Role, Unit};
use domain::policy::Permit;

use crate::engine::{Batch, Row, Sql, Statement, Value};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, after_prefix, guard, known, search_form, statements};

/// Parts a function from its unit in a list, and one function from the next: signs no name holds.
const WITHIN: char = '\u{1f}';
const BETWEEN: char = '\u{1e}';

/// What a list shows of a person; with a condition on the functions shown.
macro_rules! list {
    ($functions:literal, $rest:literal) => {
        concat!(
            "SELECT p.id, p.name, p.user_name, p.active,
                    (SELECT g.at FROM person_sign_in g WHERE g.person_id = p.id),
                    (SELECT string_agg(f.role || '\u{1f}' || coalesce(v.name, ''), '\u{1e}')
                     FROM person_function f LEFT JOIN unit v ON v.id = f.unit_id
                     WHERE f.person_id = p.id AND f.ended_at IS NULL",
            $functions,
            ") ",
            $rest
        )
    };
}

statements! {
    BY_USER_NAME = "people.by_user_name",
        "SELECT p.id, p.password_hash, p.demo, u.organisation_id
         FROM person p LEFT JOIN unit u ON u.id = p.unit_id WHERE p.user_name = ?1 AND p.active";
    ACCOUNT = "people.account",
        "SELECT p.user_name, p.name, p.password_hash, p.demo, u.organisation_id
         FROM person p LEFT JOIN unit u ON u.id = p.unit_id WHERE p.id = ?1 AND p.active";
    SET_PASSWORD = "people.set_password", "UPDATE person SET password_hash = ?2 WHERE id = ?1";
    PARTY = "people.party",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number, p.id, p.name
         FROM person_function a JOIN person p ON p.id = a.person_id JOIN unit u ON u.id = a.unit_id
         WHERE a.person_id = ?1 AND p.active AND a.role = 'counsellor' AND a.ended_at IS NULL
         AND u.closed_at IS NULL ORDER BY a.id LIMIT 20";
    PARTIES = "people.parties",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number, p.id, p.name
         FROM person_function a JOIN person p ON p.id = a.person_id JOIN unit u ON u.id = a.unit_id
         WHERE a.unit_id = ?1 AND a.role = 'counsellor' AND a.ended_at IS NULL AND p.active
         AND u.closed_at IS NULL ORDER BY a.person_name LIMIT 200";
    OF_ORGANISATION = "people.of_organisation",
        list!(" AND f.organisation_id = ?1",
            "FROM person_function a JOIN person p ON p.id = a.person_id
             WHERE a.organisation_id = ?1 AND (a.person_name, a.person_id) > (?2, ?3)
             AND NOT EXISTS (SELECT 1 FROM person_function c WHERE c.organisation_id = a.organisation_id
                 AND c.person_name = a.person_name AND c.person_id = a.person_id AND c.id < a.id)
             ORDER BY a.person_name, a.person_id LIMIT ?4");
    FIND_IN_ORGANISATION = "people.find_in_organisation",
        list!(" AND f.organisation_id = ?1",
            "FROM person_word w JOIN person p ON p.id = w.person_id
             WHERE w.word >= ?2 AND w.word < ?3 AND EXISTS (SELECT 1 FROM person_function a
                 WHERE a.person_id = w.person_id AND a.organisation_id = ?1)
             ORDER BY w.word, w.person_id LIMIT 200");
    ALL_PEOPLE = "people.all",
        list!("", "FROM person p WHERE p.user_name > ?1 ORDER BY p.user_name LIMIT ?2");
    FIND = "people.find",
        list!("", "FROM person_word w JOIN person p ON p.id = w.person_id
             WHERE w.word >= ?1 AND w.word < ?2 ORDER BY w.word, w.person_id LIMIT 200");
    ONE = "people.one",
        "SELECT p.name, p.user_name, p.email, p.active, p.version, g.at, p.own_dossier_id
         FROM person p LEFT JOIN person_sign_in g ON g.person_id = p.id WHERE p.id = ?1";
    ANY_DEMO = "people.any_demo",
        "SELECT 1 FROM person WHERE user_name IN ('begeleider', 'systeem') AND demo LIMIT 1";
    NAME = "people.name", "SELECT name FROM person WHERE id = ?1";
    ADD_PERSON = "people.add_person",
        "INSERT INTO person (id, user_name, name, password_hash, role, unit_id, own_dossier_id,
                             active, demo, created_at, version, email)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    ADD_WORD = "people.add_word", "INSERT INTO person_word (word, person_id) VALUES (?1, ?2)";
    FORGET_WORDS = "people.forget_words", "DELETE FROM person_word WHERE person_id = ?1";
    CHANGE = "people.change",
        "UPDATE person SET name = ?3, email = ?4, version = version + 1
         WHERE id = ?1 AND version = ?2";
    NAME_IN_LISTS = "people.name_in_lists",
        "UPDATE person_function SET person_name = ?2 WHERE person_id = ?1";
    ADVANCE = "people.advance",
        "UPDATE person SET role = ?3, unit_id = ?4, active = ?5, version = version + 1
         WHERE id = ?1 AND version = ?2";
    SET_PASSWORD = "people.set_password", "UPDATE person SET password_hash = ?2 WHERE id = ?1 AND active";
    SIGNED_IN = "people.signed_in",
        "INSERT INTO person_sign_in (person_id, at) VALUES (?1, ?2)
         ON CONFLICT (person_id) DO UPDATE SET at = excluded.at";
}

/// What logging in needs of a person.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who.
    pub person: PersonId,
    /// The Argon2id hash, as PHC string.
    pub password_hash: String,
    /// Whether this is one of the demo's accounts.
    pub demo: bool,
    /// The organisation of one of the person's functions.
    pub organisation: Option<OrganisationId>,
}

/// An active person by user name.
pub async fn credentials(
    reader: &mut Reader,
    user_name: &str,
) -> Result<Option<Credentials>, StoreError> {
    // PostgreSQL has no such text, so nobody has such a name.
    if user_name.contains('\0') {
        return Ok(None);
    }
    reader
        .first(&BY_USER_NAME, &[user_name.into()], |row| {
            Ok(Credentials {
                person: PersonId(row.id(0)?),
                password_hash: row.text(1)?,
                demo: row.bool(2)?,
                organisation: row.opt_id(3)?.map(OrganisationId),
            })
        })
        .await
}

/// A counsellor as requester or provider; of several units the one of the organisation that asks.
pub async fn party(
    reader: &mut Reader,
    person: PersonId,
    asked_by: Option<&Unit>,
) -> Result<Option<Party>, StoreError> {
    let rows = reader.all(&PARTY, &[person.0.into()], party_row).await?;
    let found: Vec<Party> = rows.into_iter().flatten().collect();
    let rank = |party: &Party| {
        asked_by.map_or(2, |own| {
            if party.unit.id == own.id {
                0
            } else if party.unit.organisation == own.organisation {
                1
            } else {
                2
            }
        })
    };
    Ok(found.into_iter().min_by_key(rank))
}

/// A person's own account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Name to log in with.
    pub user_name: String,
    /// Name as shown.
    pub name: String,
    /// The Argon2id hash, as PHC string.
    pub password_hash: String,
    /// Whether this is one of the demo's accounts.
    pub demo: bool,
    /// The organisation the person works for.
    pub organisation: Option<OrganisationId>,
}

/// The account of an active person.
pub async fn account(reader: &mut Reader, person: PersonId) -> Result<Option<Account>, StoreError> {
    reader
        .first(&ACCOUNT, &[person.0.into()], |row| {
            Ok(Account {
                user_name: row.text(0)?,
                name: row.text(1)?,
                password_hash: row.text(2)?,
                demo: row.bool(3)?,
                organisation: row.opt_id(4)?.map(OrganisationId),
            })
        })
        .await
}

fn party_row(row: &Row<'_>) -> Result<Option<Party>, StoreError> {
    let Some(unit) = unit_at(row, 0)? else {
        return Ok(None);
    };
    Ok(Some(Party {
        unit,
        person: PersonId(row.id(5)?),
        person_name: row.text(6)?,
    }))
}

/// The counsellors of a unit.
pub async fn parties(reader: &mut Reader, unit: UnitId) -> Result<Vec<Party>, StoreError> {
    let rows = reader.all(&PARTIES, &[unit.0.into()], party_row).await?;
    Ok(rows.into_iter().flatten().collect())
}

/// A person in a list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// Name to log in with.
    pub user_name: String,
    /// Whether the person can log in.
    pub active: bool,
    /// The last log-in.
    pub signed_in: Option<Moment>,
    /// Each function with the name of its unit; empty without one.
    pub functions: Vec<(Role, String)>,
}

fn listed(statement: &'static Sql, row: &Row<'_>) -> Result<Listed, StoreError> {
    let mut functions = Vec::new();
    for function in row.opt_text_ref(5)?.unwrap_or_default().split(BETWEEN) {
        if let Some((role, unit)) = function.split_once(WITHIN) {
            let role = known(statement, "role", Role::from_code(role))?;
            functions.push((role, unit.to_owned()));
        }
    }
    functions.sort();
    Ok(Listed {
        person: PersonId(row.id(0)?),
        name: row.text(1)?,
        user_name: row.text(2)?,
        active: row.bool(3)?,
        signed_in: row.opt_at(4)?,
        functions,
    })
}

/// The people of the permitted organisation by name, after a name and person; who left too.
pub async fn of_organisation(
    reader: &mut Reader,
    permit: &Permit,
    (name, person): (&str, PersonId),
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let Some(own) = permit.only_organisation() else {
        return Ok(Vec::new());
    };
    let after = without_nul(name);
    let params = [own.0.into(), after.into(), person.0.into(), limit.into()];
    reader
        .all(&OF_ORGANISATION, &params, |row| {
            listed(&OF_ORGANISATION, row)
        })
        .await
}

/// A page of all people, by user name, after a given one.
pub async fn all(
    reader: &mut Reader,
    _: &Permit,
    after: &str,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    reader
        .all(
            &ALL_PEOPLE,
            &[without_nul(after).into(), limit.into()],
            |row| listed(&ALL_PEOPLE, row),
        )
        .await
}

/// What follows a NUL, which no name holds, makes no difference to the order.
fn without_nul(name: &str) -> &str {
    name.split('\0').next().unwrap_or_default()
}

/// The people in whose name or user name every word of a text begins a word, at most 200 looked at; of the
/// own organisation for who is permitted no more.
pub async fn find(
    reader: &mut Reader,
    permit: &Permit,
    text: &str,
) -> Result<Vec<Listed>, StoreError> {
    let form = search_form(text);
    let words: Vec<&str> = form.split(' ').filter(|word| !word.is_empty()).collect();
    // The longest word is the one that fewest have.
    let Some(longest) = words.iter().max_by_key(|word| word.len()) else {
        return Ok(Vec::new());
    };
    let range: [Value; 2] = [(*longest).into(), after_prefix(longest).into()];
    let mut found = match permit.only_organisation() {
        Some(own) => {
            let [from, to] = range;
            let params = [own.0.into(), from, to];
            reader
                .all(&FIND_IN_ORGANISATION, &params, |row| {
                    listed(&FIND_IN_ORGANISATION, row)
                })
                .await?
        }
        None => reader.all(&FIND, &range, |row| listed(&FIND, row)).await?,
    };
    found.retain(|person| {
        let own = words_of(&person.name, &person.user_name);
        words
            .iter()
            .all(|word| own.iter().any(|known| known.starts_with(word)))
    });
    found.sort_by(|a, b| (&a.name, a.person).cmp(&(&b.name, b.person)));
    found.dedup_by_key(|person| person.person);
    Ok(found)
}

/// The words by which a person is found, each once.
fn words_of(name: &str, user_name: &str) -> Vec<String> {
    let form = format!("{} {}", search_form(name), search_form(user_name));
    let mut words: Vec<String> = form
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    words
}

/// What is known of a person, beside functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Name as shown.
    pub name: String,
    /// Name to log in with.
    pub user_name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether the person can log in.
    pub active: bool,
    /// Counts up with every change.
    pub version: u32,
    /// The last log-in.
    pub signed_in: Option<Moment>,
    /// The dossier about this person, for a client.
    pub own_dossier: Option<DossierId>,
}

/// One person.
pub async fn one(reader: &mut Reader, id: PersonId) -> Result<Option<Person>, StoreError> {
    reader
        .first(&ONE, &[id.0.into()], |row| {
            Ok(Person {
                id,
                name: row.text(0)?,
                user_name: row.text(1)?,
                email: row.opt_text(2)?,
                active: row.bool(3)?,
                version: crate::count(&ONE, row, 4)?,
                signed_in: row.opt_at(5)?,
                own_dossier: row.opt_id(6)?.map(DossierId),
            })
        })
        .await
}

/// Whether the database holds the demo's accounts.
pub async fn has_demo_accounts(reader: &mut Reader) -> Result<bool, StoreError> {
    let found = reader.first(&ANY_DEMO, &[], |_| Ok(())).await?;
    Ok(found.is_some())
}

/// A person's name as shown.
pub async fn name(reader: &mut Reader, person: PersonId) -> Result<Option<String>, StoreError> {
    reader
        .first(&NAME, &[person.0.into()], |row| row.text(0))
        .await
}

/// A new person.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Who.
    pub id: PersonId,
    /// Name to log in with.
    pub user_name: String,
    /// Name as shown.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Argon2id hash, as PHC string.
    pub password_hash: String,
    /// The first function: the role, and the unit for roles that need one. None for who gets one later.
    pub function: Option<(Role, Option<Unit>)>,
    /// The dossier about this person, for the role Client.
    pub own_dossier: Option<DossierId>,
    /// One of the demo's accounts.
    pub demo: bool,
}

/// Adds a person with a first function, under the person's own identifier; `TAKEN` when the user name is.
pub fn add_person(batch: &mut Batch, person: &NewPerson, by: Option<PersonId>, now: Moment) {
    let (role, unit) = match &person.function {
        Some((role, unit)) => (*role, unit.clone()),
        None => (NO_FUNCTION, None),
    };
    let params = [
        person.id.0.into(),
        person.user_name.as_str().into(),
        person.name.as_str().into(),
        person.password_hash.as_str().into(),
        role.code().into(),
        unit.as_ref().map(|unit| unit.id.0).into(),
        person.own_dossier.map(|id| id.0).into(),
        true.into(),
        person.demo.into(),
        now.into(),
        1_u32.into(),
        person.email.clone().into(),
    ];
    batch.push(Statement::new(&ADD_PERSON, params).one(guard::TAKEN));
    add_words(batch, person.id, &person.name, &person.user_name);
    if person.function.is_some() {
        let first = FunctionId(person.id.0);
        let whose = (person.id, person.name.as_str());
        crate::functions::give(batch, first, whose, (role, unit.as_ref()), by, now);
    }
}

/// What `person.role` holds of who has no function: the version before reads it, and a client without
/// a dossier may do nothing.
const NO_FUNCTION: Role = Role::Client;

fn add_words(batch: &mut Batch, person: PersonId, name: &str, user_name: &str) {
    for word in words_of(name, user_name) {
        batch.push(Statement::new(&ADD_WORD, [word.into(), person.0.into()]));
    }
}

/// Changes name and address; `ROW` when somebody was first.
pub fn change(batch: &mut Batch, before: &Person, name: &str, email: Option<&str>) {
    let id = before.id.0;
    let params = [
        id.into(),
        before.version.into(),
        name.into(),
        email.map(str::to_owned).into(),
    ];
    batch.push(Statement::new(&CHANGE, params).one(guard::ROW));
    batch.push(Statement::new(&NAME_IN_LISTS, [id.into(), name.into()]));
    batch.push(Statement::new(&FORGET_WORDS, [Value::from(id)]));
    add_words(batch, before.id, name, &before.user_name);
}

/// Moves a person to the next version, with one of the functions that remain in the columns that the
/// version before reads; `ROW` when somebody was first.
pub fn advance(
    batch: &mut Batch,
    before: &Person,
    function: Option<(Role, Option<UnitId>)>,
    active: bool,
) {
    let (role, unit) = function.unwrap_or((NO_FUNCTION, None));
    let params = [
        before.id.0.into(),
        before.version.into(),
        role.code().into(),
        unit.map(|id| id.0).into(),
        active.into(),
    ];
    batch.push(Statement::new(&ADVANCE, params).one(guard::ROW));
}

/// Sets a password; `ROW` when the person is not active.
pub fn set_password(batch: &mut Batch, person: PersonId, password_hash: &str) {
    let params = [person.0.into(), password_hash.into()];
    batch.push(Statement::new(&SET_PASSWORD, params).one(guard::ROW));
}

/// Records a log-in.
pub fn signed_in(batch: &mut Batch, person: PersonId, at: Moment) {
    batch.push(Statement::new(&SIGNED_IN, [person.0.into(), at.into()]));
}

/// Who is meant by nobody: before every person in a list.
pub fn before_all() -> PersonId {
    PersonId(uuid::Uuid::nil())
}
