//! Corrections and objections: the client, a counsellor or the mediator says that something in the
//! dossier is wrong; a mediator, or a coach for a line, decides. A final line keeps every byte: what is
//! granted stands next to it.

use crate::ids::{CorrectionId, ExperienceId, OrganisationId, PersonId, StepId, StudyId};
use crate::people::Role;
use crate::refusal::{Field, Refusal, Refusals};
use crate::steps::{Stamp, State, Step};
use crate::studies::coded;
use crate::text::Note;
use serde::{Deserialize, Serialize};

coded! {
    /// What is asked.
    CorrectionKind {
        /// something is wrong or missing
        Correction = "correction", "Vraag om rechtzetting";
        /// the client does not agree with what is kept or done with it
        Objection = "objection", "Bezwaar";
    }
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A line under 'Stappen naar werk'.
    Line(StepId),
    /// A study under 'Profiel'.
    Study(StudyId),
    /// A work experience under 'Profiel'.
    Experience(ExperienceId),
    /// Personal data: name, address, contact.
    Personal,
    /// Something else.
    Other,
}

impl Subject {
    /// The Dutch text on screen.
    pub fn label(self) -> &'static str {
        match self {
            Subject::Line(_) => "Een stap",
            Subject::Study(_) => "Een studie",
            Subject::Experience(_) => "Een werkervaring",
            Subject::Personal => "Persoonsgegevens",
            Subject::Other => "Iets anders",
        }
    }

    /// The line it is about, if it is one.
    pub fn line(self) -> Option<StepId> {
        match self {
            Subject::Line(step) => Some(step),
            _ => None,
        }
    }
}

/// A request with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Which request.
    pub id: CorrectionId,
    /// Counts up: 1 while it waits, 2 once it is decided.
    pub version: u32,
    /// What is asked.
    pub kind: CorrectionKind,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong, in the asker's words.
    pub text: Note,
    /// By whom and when.
    pub asked: Stamp,
    /// For which organisation, if any.
    pub organisation: Option<OrganisationId>,
    /// What became of it.
    pub decision: Option<CorrectionDecision>,
}

/// What became of a request, with the answer that the asker reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorrectionDecision {
    /// It is right.
    Granted(Stamp, Note),
    /// It stays as it is.
    Refused(Stamp, Note),
}

impl CorrectionDecision {
    /// Who decided, when.
    pub fn stamp(&self) -> &Stamp {
        match self {
            CorrectionDecision::Granted(stamp, _) | CorrectionDecision::Refused(stamp, _) => stamp,
        }
    }

    /// What the asker reads.
    pub fn answer(&self) -> &Note {
        match self {
            CorrectionDecision::Granted(_, answer) | CorrectionDecision::Refused(_, answer) => {
                answer
            }
        }
    }

    /// Whether it was granted.
    pub fn is_granted(&self) -> bool {
        matches!(self, CorrectionDecision::Granted(..))
    }
}

/// 'Rechtzetting': what stands next to a line from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rectification {
    /// Next to which line.
    pub step: StepId,
    /// From which request it comes.
    pub request: CorrectionId,
    /// What is right.
    pub text: Note,
    /// Who decided it, when.
    pub stamp: Stamp,
}

/// Most requests about one dossier that wait at once.
pub const MOST_WAITING: usize = 20;

/// What is asked, as it comes out of the form.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What is asked.
    pub kind: CorrectionKind,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong.
    pub text: Note,
}

/// Checks a request. `line` is the line it is about, as recorded; `waiting` how many wait already.
///
/// # Errors
/// `ObjectionOfClientOnly`, `NotChosen` for a line that is out of sight and for a counsellor who asks about
/// nothing in particular, `TooManyCorrections`.
pub fn check(ask: &Ask, role: Role, line: Option<&Step>, waiting: usize) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    if ask.kind == CorrectionKind::Objection && role != Role::Client {
        refusals.add(Refusal::ObjectionOfClientOnly);
    }
    if ask.subject == Subject::Other && role == Role::Counsellor {
        refusals.add(Refusal::NotChosen(Field::Subject));
    }
    if ask.subject.line().is_some() && !line.is_some_and(Step::is_listed) {
        refusals.add(Refusal::NotChosen(Field::Subject));
    }
    if waiting >= MOST_WAITING {
        refusals.add(Refusal::TooManyCorrections { most: MOST_WAITING });
    }
    refusals.into_result()
}

/// The authors of a line: who registered, asks for, gives or ended it. None of them decides on it.
pub fn authors(line: &Step) -> Vec<PersonId> {
    let mut all = vec![
        line.registered.by,
        line.requester.person,
        line.provider.person,
    ];
    if let State::Ended(ending) | State::Removed(ending, _) = &line.state {
        all.push(ending.confirmed.by);
    }
    all
}

impl Correction {
    /// Whether granting it puts a note next to a line.
    pub fn needs_note(&self) -> bool {
        self.kind == CorrectionKind::Correction && self.subject.line().is_some()
    }

    /// Grants what is asked, with the answer and, for a line, what stands next to it from now on.
    ///
    /// # Errors
    /// `CorrectionDecided`, `ChangedMeanwhile`, `OwnCorrection`, `AuthorOfLine`, and `Empty` without the note.
    pub fn grant(
        &self,
        (version, authors): (u32, &[PersonId]),
        answer: Note,
        note: Option<Note>,
        stamp: Stamp,
    ) -> Result<(Correction, Option<Rectification>), Refusals> {
        let mut refusals = self.check_decider(version, authors, &stamp);
        if self.needs_note() && note.is_none() {
            refusals.add(Refusal::Empty(Field::Rectification));
        }
        refusals.into_result()?;
        let note = note.filter(|_| self.needs_note());
        let next_to = note.and_then(|text| {
            Some(Rectification {
                step: self.subject.line()?,
                request: self.id,
                text,
                stamp: stamp.clone(),
            })
        });
        let decided = self.decided(CorrectionDecision::Granted(stamp, answer));
        Ok((decided, next_to))
    }

    /// Leaves it as it is, with the reason.
    ///
    /// # Errors
    /// As `grant`, without the note.
    pub fn refuse(
        &self,
        (version, authors): (u32, &[PersonId]),
        answer: Note,
        stamp: Stamp,
    ) -> Result<Correction, Refusals> {
        self.check_decider(version, authors, &stamp).into_result()?;
        Ok(self.decided(CorrectionDecision::Refused(stamp, answer)))
    }

    fn decided(&self, decision: CorrectionDecision) -> Correction {
        Correction {
            version: self.version + 1,
            decision: Some(decision),
            ..self.clone()
        }
    }

    fn check_decider(&self, version: u32, authors: &[PersonId], stamp: &Stamp) -> Refusals {
        if self.decision.is_some() {
            return Refusal::CorrectionDecided.into();
        }
        if self.version != version {
            return Refusal::ChangedMeanwhile.into();
        }
        let mut refusals = Refusals::default();
        if self.asked.by == stamp.by {
            refusals.add(Refusal::OwnCorrection);
        }
        if authors.contains(&stamp.by) {
            refusals.add(Refusal::AuthorOfLine);
        }
        refusals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;
    use uuid::Uuid;

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn stamp(by: PersonId) -> Stamp {
        Stamp {
            by,
            by_name: "Mia".to_owned(),
            at: Moment::parse_rfc3339("2025-05-28T10:00:00+02:00").unwrap(),
        }
    }

    fn note(text: &str) -> Note {
        Note::parse(text).unwrap()
    }

    fn asked(subject: Subject) -> Correction {
        Correction {
            id: CorrectionId(Uuid::from_u128(9)),
            version: 1,
            kind: CorrectionKind::Correction,
            subject,
            text: note("Ik stopte op 20 mei."),
            asked: stamp(person(1)),
            organisation: None,
            decision: None,
        }
    }

    #[test]
    fn h7_neither_the_asker_nor_an_author_of_the_line_decides() {
        let line = asked(Subject::Line(StepId(Uuid::from_u128(5))));
        let authors = [person(3), person(4)];
        for (who, why) in [
            (person(1), Refusal::OwnCorrection),
            (person(3), Refusal::AuthorOfLine),
        ] {
            let refused = line.refuse((1, &authors), note("Neen."), stamp(who));
            assert!(refused.unwrap_err().contains(&why));
            let text = Some(note("Gestopt op 20/05/2025."));
            let refused = line.grant((1, &authors), note("Ja."), text, stamp(who));
            assert!(refused.unwrap_err().contains(&why));
        }
        assert!(
            line.refuse((1, &authors), note("Neen."), stamp(person(2)))
                .is_ok()
        );
    }

    #[test]
    fn h7_granting_on_a_line_needs_what_stands_next_to_it_and_on_the_profile_does_not() {
        let line = asked(Subject::Line(StepId(Uuid::from_u128(5))));
        let none = line.grant((1, &[]), note("Ja."), None, stamp(person(2)));
        assert!(
            none.unwrap_err()
                .contains(&Refusal::Empty(Field::Rectification))
        );
        let text = Some(note("Gestopt op 20/05/2025."));
        let (decided, next_to) = line
            .grant((1, &[]), note("Ja."), text.clone(), stamp(person(2)))
            .unwrap();
        assert_eq!(
            (decided.version, next_to.unwrap().step),
            (2, StepId(Uuid::from_u128(5)))
        );
        let (_, next_to) = asked(Subject::Personal)
            .grant(
                (1, &[]),
                note("Je adres is aangepast."),
                text,
                stamp(person(2)),
            )
            .unwrap();
        assert_eq!(next_to, None);
    }

    #[test]
    fn h7_a_decision_stands() {
        let line = asked(Subject::Other);
        let decided = line
            .refuse((1, &[]), note("Neen."), stamp(person(2)))
            .unwrap();
        let again = decided.refuse((2, &[]), note("Toch niet."), stamp(person(7)));
        assert!(again.unwrap_err().contains(&Refusal::CorrectionDecided));
        let old = line.refuse((2, &[]), note("Neen."), stamp(person(2)));
        assert!(old.unwrap_err().contains(&Refusal::ChangedMeanwhile));
    }

    #[test]
    fn h6_only_the_client_objects_and_a_counsellor_says_what_it_is_about() {
        let ask = |kind, subject| Ask {
            kind,
            subject,
            text: note("Dit klopt niet."),
        };
        let objection = ask(CorrectionKind::Objection, Subject::Personal);
        assert!(check(&objection, Role::Client, None, 0).is_ok());
        for role in [Role::Counsellor, Role::Mediator] {
            let refused = check(&objection, role, None, 0).unwrap_err();
            assert!(refused.contains(&Refusal::ObjectionOfClientOnly));
        }
        let free = ask(CorrectionKind::Correction, Subject::Other);
        assert!(check(&free, Role::Counsellor, None, 0).is_err());
        assert!(check(&free, Role::Mediator, None, 0).is_ok());
        assert!(check(&free, Role::Client, None, MOST_WAITING).is_err());
        let line = ask(
            CorrectionKind::Correction,
            Subject::Line(StepId(Uuid::from_u128(5))),
        );
        assert!(
            check(&line, Role::Client, None, 0).is_err(),
            "a line out of sight"
        );
    }
}
