//! One-time links: to make an account, or to choose a new password. Only the digest of a token is kept.

use domain::Moment;
use domain::ids::{InvitationId, OrganisationId, PersonId, UnitId};
use domain::people::{Role, Unit};
use domain::policy::Permit;

use crate::engine::{Batch, Row, Sql, Statement, Value};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, guard, known, statements};

/// What is read of an invitation, from where.
macro_rules! read {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.person_id, i.name, i.email, i.role, i.invited_at, i.ends_at,
                    u.id, u.organisation_id, u.name, u.address, u.number
             FROM invitation i LEFT JOIN unit u ON u.id = i.unit_id
             WHERE i.used_at IS NULL AND i.withdrawn_at IS NULL AND ",
            $rest
        )
    };
}

statements! {
    BY_TOKEN = "invitations.by_token", read!("i.token_digest = ?1");
    ONE = "invitations.one", read!("i.id = ?1");
    OF_ORGANISATION = "invitations.of_organisation",
        read!("i.organisation_id = ?1 AND i.invited_at > ?2 ORDER BY i.invited_at DESC LIMIT 100");
    WAITING = "invitations.waiting",
        read!("i.invited_at > ?1 ORDER BY i.invited_at DESC LIMIT 100");
    INVITE = "invitations.invite",
        "INSERT INTO invitation (id, token_digest, person_id, name, email, role, unit_id, organisation_id,
                                 invited_by, invited_at, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    USE = "invitations.use",
        "UPDATE invitation SET used_at = ?2
         WHERE id = ?1 AND used_at IS NULL AND withdrawn_at IS NULL AND ends_at > ?2";
    WITHDRAW = "invitations.withdraw",
        "UPDATE invitation SET withdrawn_at = ?2 WHERE id = ?1 AND used_at IS NULL AND withdrawn_at IS NULL";
    WITHDRAW_OF_PERSON = "invitations.withdraw_of_person",
        "UPDATE invitation SET withdrawn_at = ?2
         WHERE person_id = ?1 AND used_at IS NULL AND withdrawn_at IS NULL";
    WITHDRAW_BY_ADDRESS = "invitations.withdraw_by_address",
        "UPDATE invitation SET withdrawn_at = ?3
         WHERE organisation_id = ?1 AND email = ?2 AND used_at IS NULL AND withdrawn_at IS NULL";
}

/// A link that was not used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Which one.
    pub id: InvitationId,
    /// Whose password; none for an account that is still to be made.
    pub person: Option<PersonId>,
    /// The name as the inviter gave it.
    pub name: String,
    /// The address it goes to.
    pub email: Option<String>,
    /// The first function; none for who gets one later.
    pub function: Option<(Role, Option<Unit>)>,
    /// When it was made.
    pub invited: Moment,
    /// From when on it works no longer.
    pub ends: Moment,
}

fn invitation(statement: &'static Sql, row: &Row<'_>) -> Result<Invitation, StoreError> {
    let function = match row.opt_text_ref(4)? {
        Some(code) => {
            let role = known(statement, "role", Role::from_code(code))?;
            Some((role, unit_at(row, 7)?))
        }
        None => None,
    };
    Ok(Invitation {
        id: InvitationId(row.id(0)?),
        person: row.opt_id(1)?.map(PersonId),
        name: row.text(2)?,
        email: row.opt_text(3)?,
        function,
        invited: row.at(5)?,
        ends: row.at(6)?,
    })
}

/// The link of a token, when it still works.
pub async fn by_token(
    reader: &mut Reader,
    token_digest: &[u8],
    now: Moment,
) -> Result<Option<Invitation>, StoreError> {
    let found = reader
        .first(&BY_TOKEN, &[token_digest.into()], |row| {
            invitation(&BY_TOKEN, row)
        })
        .await?;
    Ok(found.filter(|link| link.ends > now))
}

/// One link that was not used yet, for who may take it back; with its organisation.
pub async fn one(
    reader: &mut Reader,
    _: &Permit,
    id: InvitationId,
) -> Result<Option<Invitation>, StoreError> {
    reader
        .first(&ONE, &[id.0.into()], |row| invitation(&ONE, row))
        .await
}

/// The links made since an instant and not used, the last first: of the own organisation for who is
/// permitted no more, else of all.
pub async fn waiting(
    reader: &mut Reader,
    permit: &Permit,
    since: Moment,
) -> Result<Vec<Invitation>, StoreError> {
    match permit.only_organisation() {
        Some(own) => {
            let params = [own.0.into(), since.into()];
            reader
                .all(&OF_ORGANISATION, &params, |row| {
                    invitation(&OF_ORGANISATION, row)
                })
                .await
        }
        None => {
            reader
                .all(&WAITING, &[since.into()], |row| invitation(&WAITING, row))
                .await
        }
    }
}

/// Keeps a new link.
pub fn invite(
    batch: &mut Batch,
    link: &Invitation,
    token_digest: &[u8],
    organisation: Option<OrganisationId>,
    by: Option<PersonId>,
) {
    let unit = link.function.as_ref().and_then(|(_, unit)| unit.as_ref());
    let unit: Option<UnitId> = unit.map(|unit| unit.id);
    let params = [
        link.id.0.into(),
        token_digest.into(),
        link.person.map(|id| id.0).into(),
        link.name.as_str().into(),
        link.email.clone().into(),
        link.function
            .as_ref()
            .map(|(role, _)| role.code().to_owned())
            .into(),
        unit.map(|id| id.0).into(),
        organisation.map(|id| id.0).into(),
        by.map(|id| id.0).into(),
        link.invited.into(),
        link.ends.into(),
    ];
    batch.push(Statement::new(&INVITE, params).one(guard::TAKEN));
}

/// Uses a link up; `ROW` when it works no longer.
pub fn use_up(batch: &mut Batch, id: InvitationId, now: Moment) {
    batch.push(Statement::new(&USE, [id.0.into(), now.into()]).one(guard::ROW));
}

/// Takes a link back; `ROW` when it was used or taken back.
pub fn withdraw(batch: &mut Batch, id: InvitationId, now: Moment) {
    batch.push(Statement::new(&WITHDRAW, [id.0.into(), now.into()]).one(guard::ROW));
}

/// Takes back every link for the password of a person.
pub fn withdraw_of_person(batch: &mut Batch, person: PersonId, now: Moment) {
    let params: [Value; 2] = [person.0.into(), now.into()];
    batch.push(Statement::new(&WITHDRAW_OF_PERSON, params));
}

/// Takes back every invitation of an organisation to an address.
pub fn withdraw_by_address(
    batch: &mut Batch,
    organisation: OrganisationId,
    email: &str,
    now: Moment,
) {
    let params: [Value; 3] = [organisation.0.into(), email.into(), now.into()];
    batch.push(Statement::new(&WITHDRAW_BY_ADDRESS, params));
}
