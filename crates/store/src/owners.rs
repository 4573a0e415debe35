//! Who owns a dossier: the unit and the person to turn to. Earlier owners stay on record.

use domain::Moment;
use domain::ids::PersonId;
use domain::people::Party;
use domain::policy::{Access, Read, Write};
use uuid::Uuid;

use crate::engine::{Batch, Statement};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    LIST = "owners.list",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number, p.id, p.name, w.since, w.until
         FROM dossier_owner w JOIN unit u ON u.id = w.unit_id JOIN person p ON p.id = w.person_id
         WHERE w.dossier_id = ?1 ORDER BY w.since DESC, w.id DESC LIMIT 50";
    LEAVE = "owners.leave",
        "UPDATE dossier_owner SET until = ?2 WHERE dossier_id = ?1 AND until IS NULL";
    TAKE = "owners.take",
        "INSERT INTO dossier_owner (dossier_id, since, id, unit_id, person_id, given_by, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)";
}

/// An owner of a dossier, now or before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The unit and the person to turn to.
    pub party: Party,
    /// From when.
    pub since: Moment,
    /// Until when; none for the present owner.
    pub until: Option<Moment>,
}

/// The owners of a dossier, the present one first.
pub async fn list(reader: &mut Reader, access: &Access<Read>) -> Result<Vec<Owner>, StoreError> {
    reader
        .all(&LIST, &[access.dossier().0.into()], |row| {
            Ok(Owner {
                party: Party {
                    unit: known(&LIST, "unit_id", unit_at(row, 0)?)?,
                    person: PersonId(row.id(5)?),
                    person_name: row.text(6)?,
                },
                since: row.at(7)?,
                until: row.opt_at(8)?,
            })
        })
        .await
}

/// Makes a party the owner; the owner before stays on record.
pub fn hand_over(
    batch: &mut Batch,
    access: &Access<Write>,
    id: Uuid,
    to: &Party,
    by: PersonId,
    at: Moment,
) {
    let dossier = access.dossier().0;
    batch.push(Statement::new(&LEAVE, [dossier.into(), at.into()]));
    let params = [
        dossier.into(),
        at.into(),
        id.into(),
        to.unit.id.0.into(),
        to.person.0.into(),
        by.0.into(),
    ];
    batch.push(Statement::new(&TAKE, params).one(guard::ROW));
}
