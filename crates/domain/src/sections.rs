//! What the sections of a dossier have in common that people fill in: records of a kind, each with a
//! version, added and corrected by one road. What is recorded, and what is right, each section says itself.

use std::cmp::Ordering;
use std::fmt::Debug;

use uuid::Uuid;

use crate::closed::Closed;
use crate::day::Day;
use crate::journal::{Change, Event};
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};

/// The identifier of a kind of record.
pub trait Identifier: Copy + Debug + Eq + Ord + Send + Sync + 'static {
    /// Of a new record.
    fn of(id: Uuid) -> Self;
    /// As it is stored.
    fn uuid(self) -> Uuid;
    /// As it stands in an address.
    fn address(self) -> String;
    /// Reads what `address` writes.
    fn from_address(text: &str) -> Option<Self>;
}

/// What is recorded of one kind of record.
pub trait Details: Clone + Debug + Eq + Send + Sync + 'static {
    /// The identifier of a record of this kind.
    type Id: Identifier;

    /// Who may add and correct it.
    const OPERATION: Operation;
    /// A record was added.
    const ADDED: Event;
    /// A record was corrected.
    const CHANGED: Event;
    /// Most records of this kind in one dossier: more looks like a fault, and nobody reads them.
    const MOST: usize = 200;
    /// How it is kept closed; none for what everybody reads who reads the dossier.
    const CLOSED: Option<Closed> = None;

    /// Whether a record can be added for a client in this work situation.
    ///
    /// # Errors
    /// As each kind says.
    fn applies(_work_situation: &str) -> Result<(), Refusal> {
        Ok(())
    }

    /// What is wrong with it, beside the other records of its kind.
    ///
    /// # Errors
    /// As each kind says.
    fn check(&self, others: &[&Record<Self>], today: Day) -> Result<(), Refusals>;

    /// Its fields as the journal keeps them: name and value.
    fn described(&self) -> Vec<(&'static str, Option<String>)>;

    /// The order on a page. Identifiers sort by time: the last one first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        other.id.cmp(&one.id)
    }
}

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<D: Details> {
    /// Which one.
    pub id: D::Id,
    /// Counts up with every change.
    pub version: u32,
    /// What is recorded.
    pub details: D,
}

/// What a form asks: a new record, or the correction of one that was read at a version.
#[derive(Clone, Debug)]
pub struct Entered<D: Details> {
    /// The record that is corrected and the version the form was read at; none for a new one.
    pub existing: Option<(D::Id, u32)>,
    /// What was filled in.
    pub details: D,
}

impl<D: Details> Entered<D> {
    /// A new record.
    pub fn new(details: D) -> Self {
        Entered {
            existing: None,
            details,
        }
    }
}

/// A change that was decided: the record as it will be, and what differs.
#[derive(Clone, Debug)]
pub struct Decided<D: Details> {
    /// The record, one version higher.
    pub record: Record<D>,
    /// Whether it is new.
    pub is_new: bool,
    /// What differs; nothing when it says what was there.
    pub changes: Vec<Change>,
}

/// Decides on what was filled in, beside what the dossier holds of the kind. None when the record that is
/// corrected is not there. What was recorded in an earlier work situation can still be corrected.
///
/// # Errors
/// `ChangedMeanwhile` (T1), `TooManyRecords`, and what the kind itself refuses.
pub fn decide<D: Details>(
    recorded: &[Record<D>],
    entered: &Entered<D>,
    (work_situation, today): (&str, Day),
    new_id: impl FnOnce() -> Uuid,
) -> Result<Option<Decided<D>>, Refusals> {
    let before = match entered.existing {
        None if recorded.len() >= D::MOST => {
            return Err(Refusal::TooManyRecords { most: D::MOST }.into());
        }
        None => {
            D::applies(work_situation)?;
            None
        }
        Some((id, version)) => {
            let Some(found) = recorded.iter().find(|it| it.id == id) else {
                return Ok(None);
            };
            if found.version != version {
                return Err(Refusal::ChangedMeanwhile.into());
            }
            Some(found)
        }
    };
    let others: Vec<&Record<D>> = recorded
        .iter()
        .filter(|it| before.is_none_or(|before| before.id != it.id))
        .collect();
    entered.details.check(&others, today)?;
    Ok(Some(Decided {
        changes: changes(before.map(|it| &it.details), &entered.details),
        is_new: before.is_none(),
        record: Record {
            id: before.map_or_else(|| D::Id::of(new_id()), |it| it.id),
            version: before.map_or(1, |it| it.version + 1),
            details: entered.details.clone(),
        },
    }))
}

fn changes<D: Details>(before: Option<&D>, after: &D) -> Vec<Change> {
    let before = before.map(D::described).unwrap_or_default();
    after
        .described()
        .into_iter()
        .enumerate()
        .map(|(place, (name, value))| {
            let was = before.get(place).and_then(|(_, value)| value.clone());
            Change::of(name, was, value)
        })
        .filter(Change::is_change)
        .collect()
}

/// A day that has been, at this field.
///
/// # Errors
/// `DayInFuture`.
pub fn not_in_future(field: Field, day: Day, today: Day) -> Result<(), Refusal> {
    if day > today {
        return Err(Refusal::DayInFuture { field, today });
    }
    Ok(())
}

/// A number within bounds, at this field.
///
/// # Errors
/// `NumberOutOfRange`.
pub fn within(field: Field, number: u32, least: u32, most: u32) -> Result<(), Refusal> {
    if !(least..=most).contains(&number) {
        return Err(Refusal::NumberOutOfRange { field, least, most });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::{Condition, ConditionKind, ConditionStatus};
    use crate::text::Note;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn condition(kind: ConditionKind) -> Condition {
        Condition {
            kind,
            status: ConditionStatus::Fine,
            note: None,
            since: day("2025-05-01"),
        }
    }

    fn decided(
        recorded: &[Record<Condition>],
        entered: &Entered<Condition>,
    ) -> Result<Option<Decided<Condition>>, Refusals> {
        let id = Uuid::from_u128(7);
        decide(recorded, entered, ("00", day("2025-05-28")), || id)
    }

    #[test]
    fn a_new_record_is_the_first_version_and_names_every_field_it_has() {
        let entered = Entered::new(condition(ConditionKind::Mobility));
        let new = decided(&[], &entered).unwrap().unwrap();
        assert!(new.is_new);
        assert_eq!(new.record.version, 1);
        let named: Vec<&str> = new.changes.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(named, ["condition_kind", "condition_status", "since"]);
    }

    #[test]
    fn t1_a_correction_of_a_version_that_is_gone_is_refused_and_of_none_is_nothing() {
        let first = Entered::new(condition(ConditionKind::Mobility));
        let mut kept = decided(&[], &first).unwrap().unwrap().record;
        let correct = |version| Entered {
            existing: Some((kept.id, version)),
            details: Condition {
                status: ConditionStatus::Attention,
                note: Note::optional("Geen bus.").unwrap(),
                ..condition(ConditionKind::Mobility)
            },
        };
        let (right, wrong) = (correct(1), correct(2));
        let changed = decided(std::slice::from_ref(&kept), &right);
        let changed = changed.unwrap().unwrap();
        assert_eq!((changed.is_new, changed.record.version), (false, 2));
        let refused = decided(std::slice::from_ref(&kept), &wrong).unwrap_err();
        assert!(refused.contains(&Refusal::ChangedMeanwhile));
        assert!(decided(&[], &right).unwrap().is_none());
        kept.details = right.details.clone();
        let same = decided(&[kept], &right).unwrap().unwrap();
        assert_eq!(same.changes, []);
    }

    #[test]
    fn nobody_fills_a_dossier_without_end() {
        let one = condition(ConditionKind::Other);
        let full: Vec<Record<Condition>> = (0..Condition::MOST)
            .map(|place| Record {
                id: crate::ConditionId(Uuid::from_u128(place as u128)),
                version: 1,
                details: one.clone(),
            })
            .collect();
        let refused = decided(&full, &Entered::new(one)).unwrap_err();
        let most = Condition::MOST;
        assert!(refused.contains(&Refusal::TooManyRecords { most }));
    }
}
