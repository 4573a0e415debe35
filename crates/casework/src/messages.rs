//! 'Berichten': conversations about one dossier. A message goes with a notice to the others, which tells that there
//! is one and not what it says.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use async_recursion::async_recursion as boxed;
use domain::ids::{DossierId, MessageId, PersonId, ThreadId};
use domain::journal::{Change, Event};
use domain::messages::{self as rules, MayRead, Message, Standing, Thread};
use domain::people::Actor;
use domain::policy::{self, Operation};
use domain::text::{Label, Note};
use store::dossiers::Head;
use store::{Batch, grants, messages};

use crate::desk::{Desk, Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, NoticeKind, Submission};

/// The list of conversations.
#[derive(Debug)]
pub struct MessagesPage {
    /// The dossier's head.
    pub head: Head,
    /// The conversations, the one with the last message first.
    pub threads: Vec<ThreadRow>,
    /// Whether this person may write.
    pub may_write: bool,
}

/// A conversation in the list.
#[derive(Debug)]
pub struct ThreadRow {
    /// Which one.
    pub thread: Thread,
    /// How it stands for this person.
    pub standing: Standing,
}

/// Messages on one page of a conversation.
const PER_PAGE: u32 = 50;

/// A page of one conversation.
#[derive(Debug)]
pub struct ThreadPage {
    /// The dossier's head.
    pub head: Head,
    /// Which one.
    pub thread: Thread,
    /// Its messages on this page, the first one first.
    pub messages: Vec<Message>,
    /// The message before which the page before this one ends; none when these are the first.
    pub earlier: Option<MessageId>,
    /// Whether this person may write.
    pub may_write: bool,
}

impl Casework {
    /// The conversations of a dossier.
    #[boxed]
    pub async fn messages(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<MessagesPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "berichten")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let sent = messages::sent(reader, access).await?;
        let read = messages::read_by(reader, access, actor.person).await?;
        let mut threads: Vec<ThreadRow> = messages::threads(reader, access)
            .await?
            .into_iter()
            .filter_map(|thread| {
                let of_thread = sent.get(&thread.id)?;
                let until = read.get(&thread.id).copied();
                let standing = rules::standing(of_thread, actor.person, until)?;
                Some(ThreadRow { thread, standing })
            })
            .collect();
        threads.sort_by_key(|it| std::cmp::Reverse((it.standing.last_at, it.thread.id)));
        Ok(MessagesPage {
            head: glance.head,
            threads,
            may_write: policy::permit(actor, Operation::WriteMessage).is_ok(),
        })
    }

    /// The last messages of a conversation, or the last before one of them. Everything up to the newest that is
    /// shown counts as read by this person from now on.
    #[boxed]
    pub async fn message_thread(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (thread, before): (ThreadId, Option<MessageId>),
    ) -> Result<ThreadPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "bericht")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let threads = messages::threads(reader, access).await?;
        let thread = threads.into_iter().find(|it| it.id == thread);
        let thread = thread.ok_or(Failure::NotFound)?;
        // One more than is shown tells whether there are earlier ones.
        let found = messages::of_thread(reader, access, thread.id, before, PER_PAGE + 1).await?;
        let is_more = u32::try_from(found.len()).is_ok_and(|count| count > PER_PAGE);
        let found: Vec<Message> = found.into_iter().skip(usize::from(is_more)).collect();
        let earlier = found.first().filter(|_| is_more).map(|first| first.id);
        let read = messages::read_by(reader, access, actor.person).await?;
        let last = found.last().map(|message| message.at);
        if let Some(last) = last.filter(|last| read.get(&thread.id).is_none_or(|at| at < last)) {
            let mut batch = Batch::new();
            messages::mark_read(&mut batch, access, actor.person, (thread.id, last));
            drop(glance.reader);
            self.database.commit(batch).await?;
        }
        Ok(ThreadPage {
            head: glance.head,
            thread,
            messages: found,
            earlier,
            may_write: policy::permit(actor, Operation::WriteMessage).is_ok(),
        })
    }

    /// Begins a conversation with its first message.
    ///
    /// # Errors
    /// `TooManyRecords`.
    #[boxed]
    pub async fn start_thread(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (subject, text): (&Label, &Note),
        submission: &Submission,
    ) -> Result<ThreadId, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::WriteMessage, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let before = messages::threads(&mut desk.reader, &access).await?;
            rules::room_for_thread(before.len())?;
            let thread = Thread {
                id: ThreadId(desk.new_id()),
                subject: subject.clone(),
            };
            messages::start(&mut desk.batch, &desk.access, &thread);
            let changes = vec![Change::new_value("message_subject", subject.as_str())];
            desk.journal(Event::ThreadStarted, thread.id.0, None, changes);
            desk.send(thread.id, text).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(thread.id);
            }
        }
        Err(busy())
    }

    /// Adds a message to a conversation.
    ///
    /// # Errors
    /// `TooManyRecords`.
    #[boxed]
    pub async fn answer_thread(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (thread, text): (ThreadId, &Note),
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::WriteMessage, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let threads = messages::threads(&mut desk.reader, &access).await?;
            if threads.iter().all(|it| it.id != thread) {
                return Err(Failure::NotFound);
            }
            desk.send(thread, text).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }
}

impl Desk<'_> {
    /// Adds a message, and a notice to the others. The journal says that it was sent; what it says stands in the
    /// message, which stays.
    async fn send(&mut self, thread: ThreadId, text: &Note) -> Result<(), Failure> {
        let access = self.reading();
        let sent = messages::sent(&mut self.reader, &access).await?;
        rules::room_for_message(sent.values().map(Vec::len).sum())?;
        let message = Message {
            id: MessageId(self.new_id()),
            at: self.now,
            by: self.actor.person,
            by_name: self.actor.name.clone(),
            role: self.actor.role,
            organisation: String::new(),
            text: text.clone(),
        };
        messages::send(&mut self.batch, &self.access, thread, &message);
        self.journal(Event::MessageSent, message.id.0, None, Vec::new());
        let wrote = sent.get(&thread).map(Vec::as_slice).unwrap_or_default();
        let wrote: Vec<PersonId> = wrote.iter().map(|(_, by)| *by).collect();
        let readers = self.readers(thread, &wrote).await?;
        let dossier = Some(self.head.id);
        for person in rules::told(&readers, self.actor.person) {
            self.notify(person, NoticeKind::MessageReceived, dossier, None);
        }
        Ok(())
    }

    /// Who may read the dossier, and whom it concerns.
    async fn readers(
        &mut self,
        thread: ThreadId,
        wrote: &[PersonId],
    ) -> Result<Vec<MayRead>, Failure> {
        let access = self.reading();
        let today = self.today();
        let mut concerned = HashMap::new();
        let mut readers = Vec::new();
        for (person, house) in messages::counsellors(&mut self.reader, &access, today).await? {
            let of_house = match concerned.entry(house) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let people = grants::concerned(&mut self.reader, &access, house).await?;
                    unknown.insert(people)
                }
            };
            readers.push(MayRead {
                person,
                organisation: Some(house),
                is_concerned: of_house.contains(&person) || wrote.contains(&person),
            });
        }
        for person in messages::others(&mut self.reader, &access, thread).await? {
            readers.push(MayRead {
                person,
                organisation: None,
                is_concerned: true,
            });
        }
        Ok(readers)
    }
}
