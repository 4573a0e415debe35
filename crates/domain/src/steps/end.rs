//! Ending a guidance: R1 to R5, in the order of the manual.

use crate::catalogue::{Gives, ReasonCode, ResultCode, ResultSet, StepType};
use crate::day::Day;
use crate::refusal::{Field, Refusal, Refusals};
use crate::steps::change::{self, Changed};
use crate::steps::terms::{Setting, Terms};
use crate::steps::{Ending, Ongoing, OutcomeFacts, Stamp, State};
use crate::text::Note;

/// What the second screen gives (R2), with the end of the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndWith {
    /// Einddatum
    pub end: Day,
    /// Resultaatcode; may be left open when it follows from the reason.
    pub result: Option<ResultCode>,
    /// Reden
    pub reason: Option<ReasonCode>,
    /// Toelichting
    pub note: Option<Note>,
    /// The four facts.
    pub facts: OutcomeFacts,
}

/// R1, first screen: is this a day on which the line can end, with these terms? Stores nothing.
///
/// # Errors
/// Everything that stands in the way, all at once (R4, A3, and what `change` refuses).
pub fn check(
    ongoing: Ongoing<'_>,
    terms: Terms,
    end: Option<Day>,
    setting: &Setting<'_>,
) -> Result<Changed, Refusals> {
    let mut refusals = Refusals::default();
    if let Err(found) = check_day(terms.start, end, setting) {
        refusals.extend(found);
    }
    match change::change_until(ongoing, terms, end, setting) {
        Ok(changed) => refusals.into_result().map(|()| changed),
        Err(found) => {
            refusals.extend(found);
            Err(refusals)
        }
    }
}

/// R1, both screens: the line ends only with its result.
///
/// # Errors
/// Everything that stands in the way, all at once.
pub fn end(
    ongoing: Ongoing<'_>,
    terms: Terms,
    with: EndWith,
    stamp: Stamp,
    setting: &Setting<'_>,
) -> Result<Changed, Refusals> {
    let mut changed = check(ongoing, terms, Some(with.end), setting)?;
    let kind = change::step_type(&changed.step.step_type, setting)?;
    changed.step.state = State::Ended(decide(kind, with, stamp, setting)?);
    Ok(changed)
}

/// R4: not before the start, not in the future. A3: not before an action.
pub(super) fn check_day(
    start: Day,
    end: Option<Day>,
    setting: &Setting<'_>,
) -> Result<(), Refusals> {
    let Some(end) = end else {
        return Err(Refusal::Empty(Field::End).into());
    };
    let mut refusals = Refusals::default();
    if end < start {
        refusals.add(Refusal::EndBeforeStart { start });
    }
    if end > setting.today {
        refusals.add(Refusal::EndInFuture {
            today: setting.today,
        });
    }
    let after: Vec<_> = setting
        .actions
        .iter()
        .filter(|action| action.day > end)
        .map(crate::actions::ActionDay::named)
        .collect();
    if !after.is_empty() {
        refusals.add(Refusal::ActionsAfterEnd(after));
    }
    refusals.into_result()
}

/// R2: the reason is chosen, the code follows from it; the facts are kept.
pub(super) fn decide(
    kind: &StepType,
    with: EndWith,
    confirmed: Stamp,
    setting: &Setting<'_>,
) -> Result<Ending, Refusals> {
    let mut refusals = Refusals::default();
    let set = setting.catalogue.result_set(&kind.result_set);
    let chosen = with
        .reason
        .and_then(|code| set.reasons.iter().find(|reason| reason.code == code));
    let Some(reason) = chosen else {
        return Err(Refusal::NotChosen(Field::Reason).into());
    };
    let result = match (&reason.gives, with.result) {
        (Gives::Code(follows), Some(picked)) if *follows != picked => {
            refusals.add(Refusal::ResultDoesNotFollow {
                follows: set.result_label(follows).to_owned(),
            });
            None
        }
        (Gives::Code(follows), _) => Some(follows.clone()),
        (Gives::Either, Some(picked)) if set.results.iter().any(|r| r.code == picked) => {
            Some(picked)
        }
        (Gives::Either, _) => {
            refusals.add(Refusal::NotChosen(Field::Result));
            None
        }
    };
    if reason.excludes.iter().any(|fact| fact.holds_in(with.facts)) {
        refusals.add(Refusal::FactsContradict);
    }
    let mut facts = with.facts;
    for fact in &reason.implies {
        fact.set_in(&mut facts);
    }
    let proposal = propose(set, with.facts);
    let unusual = proposal.is_some_and(|row| row.note_required && row.reason == reason.code);
    if (reason.note_required || unusual) && with.note.is_none() {
        refusals.add(Refusal::ResultNoteNeeded);
    }
    match (refusals.into_result(), result) {
        (Ok(()), Some(result)) => Ok(Ending {
            end: with.end,
            result,
            reason: reason.code.clone(),
            note: with.note,
            facts,
            confirmed,
        }),
        (Err(refusals), _) => Err(refusals),
        (Ok(()), None) => Err(Refusal::NotChosen(Field::Result).into()),
    }
}

/// R2: the reason that the table of the programme proposes for these facts; the person decides.
pub fn propose(set: &ResultSet, facts: OutcomeFacts) -> Option<&crate::catalogue::ProposalRow> {
    set.proposals.iter().find(|row| row.fits(facts))
}
