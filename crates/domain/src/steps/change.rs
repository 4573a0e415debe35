//! Going on with the same line: its fields change while it is ongoing (S10, S11, S13).

use crate::catalogue::{StepType, StepTypeCode};
use crate::day::Day;
use crate::eligibility::Checked;
use crate::journal::Change as FieldChange;
use crate::refusal::{Field, Refusal, Refusals};
use crate::steps::terms::{self, Setting, Terms};
use crate::steps::{Ongoing, Step};

/// A changed line, what changed (S10), and the new eligibility check when the start changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The line after the change, one version up.
    pub step: Step,
    /// Field by field, before and after. Empty when nothing changed.
    pub changes: Vec<FieldChange>,
    /// The check that was made because the start changed (S11, E7).
    pub checked: Option<Checked>,
}

/// Changes the fields of an ongoing line.
///
/// # Errors
/// Everything that stands in the way, all at once.
pub fn change(
    ongoing: Ongoing<'_>,
    terms: Terms,
    setting: &Setting<'_>,
) -> Result<Changed, Refusals> {
    change_until(ongoing, terms, None, setting)
}

/// The same when the line ends with these terms.
pub(super) fn change_until(
    ongoing: Ongoing<'_>,
    terms: Terms,
    end: Option<Day>,
    setting: &Setting<'_>,
) -> Result<Changed, Refusals> {
    let before = ongoing.step();
    let kind = step_type(&before.step_type, setting)?;
    let checked = terms::check(kind, &terms, end, Some(before), setting)?;
    let step = Step {
        version: before.version + 1,
        funding: terms.funding,
        requester: terms.requester,
        provider: terms.provider,
        start: terms.start,
        summary: terms.summary,
        late_reason: terms.late_reason.or_else(|| before.late_reason.clone()),
        ..before.clone()
    };
    Ok(Changed {
        changes: differences(before, &step),
        step,
        checked,
    })
}

/// The type of an existing line; one that is no longer offered still counts.
pub(super) fn step_type<'a>(
    code: &StepTypeCode,
    setting: &Setting<'a>,
) -> Result<&'a StepType, Refusals> {
    setting
        .catalogue
        .step_type(code)
        .ok_or_else(|| Refusal::NotChosen(Field::StepType).into())
}

/// The fields in which two versions of a line differ (S10, T1).
pub fn differences(before: &Step, after: &Step) -> Vec<FieldChange> {
    let text =
        |summary: &Option<crate::text::Summary>| summary.as_ref().map(|t| t.as_str().to_owned());
    let note = |note: &Option<crate::text::Note>| note.as_ref().map(|t| t.as_str().to_owned());
    [
        FieldChange::of(
            "start",
            Some(before.start.to_iso()),
            Some(after.start.to_iso()),
        ),
        FieldChange::of(
            "funding",
            Some(before.funding.to_string()),
            Some(after.funding.to_string()),
        ),
        FieldChange::of(
            "requester",
            Some(before.requester.line()),
            Some(after.requester.line()),
        ),
        FieldChange::of(
            "provider",
            Some(before.provider.line()),
            Some(after.provider.line()),
        ),
        FieldChange::of("summary", text(&before.summary), text(&after.summary)),
        FieldChange::of(
            "late_reason",
            note(&before.late_reason),
            note(&after.late_reason),
        ),
    ]
    .into_iter()
    .filter(FieldChange::is_change)
    .collect()
}
