//! 'Berichten': conversations about one dossier between its counsellors, a mediator and the client. What was sent
//! stays as it was sent.

use std::collections::HashSet;

use crate::ids::{MessageId, OrganisationId, PersonId, ThreadId};
use crate::moment::Moment;
use crate::people::Role;
use crate::refusal::Refusal;
use crate::text::{Label, Note};

/// Most conversations in one dossier: more looks like a fault, and nobody reads them.
pub const MOST_THREADS: usize = 200;

/// Most messages in one dossier.
pub const MOST_MESSAGES: usize = 2000;

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Which one.
    pub id: ThreadId,
    /// What it is about.
    pub subject: Label,
}

/// A message, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which one.
    pub id: MessageId,
    /// When.
    pub at: Moment,
    /// Who wrote it.
    pub by: PersonId,
    /// The name of who wrote it.
    pub by_name: String,
    /// The role in which it was written.
    pub role: Role,
    /// The name of the organisation it was written for; empty without one.
    pub organisation: String,
    /// What was written.
    pub text: Note,
}

/// How a conversation stands for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many messages it holds.
    pub messages: usize,
    /// When the last one was sent.
    pub last_at: Moment,
    /// How many of others this person has not read.
    pub unread: usize,
}

/// How a conversation stands for a person who last read it at an instant: each message is its instant and who
/// wrote it. None for one without messages.
pub fn standing(
    messages: &[(Moment, PersonId)],
    person: PersonId,
    read_at: Option<Moment>,
) -> Option<Standing> {
    let is_unread =
        |(at, by): &&(Moment, PersonId)| *by != person && read_at.is_none_or(|read| *at > read);
    Some(Standing {
        messages: messages.len(),
        last_at: messages.iter().map(|(at, _)| *at).max()?,
        unread: messages.iter().filter(is_unread).count(),
    })
}

/// Whether a dossier with so many conversations takes another.
///
/// # Errors
/// `TooManyRecords`.
pub fn room_for_thread(threads: usize) -> Result<(), Refusal> {
    room(threads, MOST_THREADS)
}

/// Whether a dossier with so many messages takes another.
///
/// # Errors
/// `TooManyRecords`.
pub fn room_for_message(messages: usize) -> Result<(), Refusal> {
    room(messages, MOST_MESSAGES)
}

fn room(held: usize, most: usize) -> Result<(), Refusal> {
    if held >= most {
        return Err(Refusal::TooManyRecords { most });
    }
    Ok(())
}

/// Somebody who may read a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MayRead {
    /// Who.
    pub person: PersonId,
    /// For which organisation; none for the client and a mediator.
    pub organisation: Option<OrganisationId>,
    /// Whether this person works on the dossier, or wrote in the conversation.
    pub is_concerned: bool,
}

/// Who is told of a message: of each organisation who works on the dossier, all its counsellors where nobody
/// does, and of the others whom it concerns. Who wrote it is not told.
pub fn told(readers: &[MayRead], author: PersonId) -> Vec<PersonId> {
    let busy: HashSet<OrganisationId> = readers
        .iter()
        .filter(|it| it.is_concerned)
        .filter_map(|it| it.organisation)
        .collect();
    let mut people: Vec<PersonId> = readers
        .iter()
        .filter(|it| it.person != author)
        .filter(|it| {
            let is_idle = |organisation| !busy.contains(&organisation);
            it.is_concerned || it.organisation.is_some_and(is_idle)
        })
        .map(|it| it.person)
        .collect();
    people.sort_unstable();
    people.dedup();
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn reader(number: u128, house: Option<u128>, is_concerned: bool) -> MayRead {
        MayRead {
            person: person(number),
            organisation: house.map(|it| OrganisationId(Uuid::from_u128(it))),
            is_concerned,
        }
    }

    #[test]
    fn who_works_on_it_is_told_and_a_whole_organisation_only_where_nobody_does() {
        let readers = [
            reader(1, Some(10), true),
            reader(2, Some(10), false),
            reader(3, Some(20), false),
            reader(4, Some(20), false),
            reader(5, None, true),
            reader(6, None, false),
        ];
        assert_eq!(told(&readers, person(5)), [1, 3, 4].map(person));
        // Who wrote it worked on it: colleagues who do not are left alone.
        assert_eq!(told(&readers, person(1)), [3, 4, 5].map(person));
    }

    #[test]
    fn what_one_wrote_oneself_is_never_unread_and_what_was_read_is_read() {
        let at = Moment::from_micros;
        let at = |minute: i64| at(minute * 60_000_000).unwrap();
        let (me, other) = (person(1), person(2));
        let sent = [(at(1), me), (at(2), other), (at(3), other)];
        let unread = |read| standing(&sent, me, read).unwrap().unread;
        assert_eq!(unread(None), 2);
        assert_eq!(unread(Some(at(2))), 1);
        assert_eq!(unread(Some(at(3))), 0);
        assert_eq!(standing(&sent, me, None).unwrap().last_at, at(3));
        assert_eq!(standing(&[], me, None), None);
    }

    #[test]
    fn nobody_fills_a_dossier_with_messages_without_end() {
        assert_eq!(room_for_thread(MOST_THREADS - 1), Ok(()));
        let most = MOST_THREADS;
        assert_eq!(room_for_thread(most), Err(Refusal::TooManyRecords { most }));
        let most = MOST_MESSAGES;
        assert_eq!(
            room_for_message(most),
            Err(Refusal::TooManyRecords { most })
        );
    }
}
