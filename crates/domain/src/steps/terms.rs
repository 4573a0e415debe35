//! What is agreed about a guidance, and the checks that registering and changing share (S5 to S8, S11, S13).

use crate::actions::ActionDay;
use crate::catalogue::{Catalogue, FundingCode, StepType, StepTypeCode};
use crate::day::Day;
use crate::eligibility::{self, Checked};
use crate::ids::{OrganisationId, StepId};
use crate::people::Party;
use crate::refusal::{Field, Refusal, Refusals};
use crate::steps::Step;
use crate::studies::Study;
use crate::text::{Note, Summary};

/// The fields of the detail screen (S2), parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Financieringsnummer
    pub funding: FundingCode,
    /// Aanvrager
    pub requester: Party,
    /// Uitvoerder
    pub provider: Party,
    /// Datum: the start of the guidance agreement.
    pub start: Day,
    /// Samenvatting
    pub summary: Option<Summary>,
    /// Why it is registered late (S13).
    pub late_reason: Option<Note>,
    /// The absence of a diploma was checked with the client (E4).
    pub declared_no_diploma: bool,
}

/// What a line needs to know of another line in the same dossier (S8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The other line.
    pub step: StepId,
    /// Its type.
    pub step_type: StepTypeCode,
    /// Its funding number.
    pub funding: FundingCode,
    /// The organisation that asked for it.
    pub requester: OrganisationId,
    /// The organisation that gives it.
    pub provider: OrganisationId,
    /// Its start.
    pub start: Day,
    /// Its end; none while ongoing.
    pub end: Option<Day>,
}

/// Everything around a line that the rules look at.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// Today in Brussels.
    pub today: Day,
    /// The client's day of birth.
    pub birth: Day,
    /// The programme.
    pub catalogue: &'a Catalogue,
    /// The studies under 'Profiel'.
    pub studies: &'a [Study],
    /// The other listed lines of the dossier.
    pub others: &'a [Span],
    /// The actions of this line that are not voided.
    pub actions: &'a [ActionDay],
    /// The organisation of the person who acts.
    pub own: OrganisationId,
    /// Whether the requester's organisation holds a grant on this dossier (I2).
    pub requester_granted: bool,
    /// Whether the provider's organisation holds a grant on this dossier (I2).
    pub provider_granted: bool,
}

/// Checks the terms of a line. `existing` is the line as it stands when it is changed; `end` is set
/// when the line ends with these terms.
///
/// Gives the eligibility check when one was made: with a new line, or when the start changes (E7, S11).
pub(super) fn check(
    kind: &StepType,
    terms: &Terms,
    end: Option<Day>,
    existing: Option<&Step>,
    setting: &Setting<'_>,
) -> Result<Option<Checked>, Refusals> {
    let mut refusals = Refusals::default();
    let start_changes = existing.is_none_or(|step| step.start != terms.start);
    let funding_changes = existing.is_none_or(|step| step.funding != terms.funding);

    if start_changes {
        check_start(terms, setting, &mut refusals);
    }
    if start_changes || funding_changes {
        check_funding(kind, terms, setting, &mut refusals);
    }
    if existing.is_some() && funding_changes && !setting.actions.is_empty() {
        refusals.add(Refusal::FundingFixedByActions);
    }
    if start_changes {
        let days_ago = terms.start.days_until(setting.today);
        let late = i64::from(days_ago) > i64::from(kind.late_registration_days);
        if late && terms.late_reason.is_none() {
            refusals.add(Refusal::LateReasonNeeded {
                days: kind.late_registration_days,
            });
        }
    }
    check_parties(terms, setting, &mut refusals);
    check_periods(kind, terms, end, existing, setting, &mut refusals);

    let mut checked = None;
    if start_changes {
        checked = refusals
            .keep(eligibility::check(
                &kind.eligibility,
                terms.start,
                setting.studies,
                terms.declared_no_diploma,
            ))
            .flatten();
    }
    refusals.into_result().map(|()| checked)
}

fn check_start(terms: &Terms, setting: &Setting<'_>, refusals: &mut Refusals) {
    if terms.start > setting.today {
        refusals.add(Refusal::StartInFuture {
            today: setting.today,
        });
    }
    if terms.start < setting.birth {
        refusals.add(Refusal::StartBeforeBirth {
            birth: setting.birth,
        });
    }
    let early: Vec<_> = setting
        .actions
        .iter()
        .filter(|action| action.day < terms.start)
        .map(ActionDay::named)
        .collect();
    if !early.is_empty() {
        refusals.add(Refusal::ActionsBeforeStart(early));
    }
}

fn check_funding(kind: &StepType, terms: &Terms, setting: &Setting<'_>, refusals: &mut Refusals) {
    let possible = setting.catalogue.funding_for(&kind.code, terms.start);
    if possible.iter().any(|number| number.code == terms.funding) {
        return;
    }
    let too_early = setting
        .catalogue
        .funding(&terms.funding)
        .filter(|number| number.selectable && number.step_types.contains(&kind.code))
        .map(|number| number.valid_from)
        .filter(|first| terms.start < *first);
    refusals.add(match too_early {
        Some(first) => Refusal::StartTooEarly { first },
        None => Refusal::FundingNotValid { start: terms.start },
    });
}

fn check_parties(terms: &Terms, setting: &Setting<'_>, refusals: &mut Refusals) {
    let organisations = [
        terms.requester.unit.organisation,
        terms.provider.unit.organisation,
    ];
    if !organisations.contains(&setting.own) {
        refusals.add(Refusal::NotOurGuidance);
    }
    if !setting.requester_granted {
        refusals.add(Refusal::PartyWithoutGrant {
            field: Field::Requester,
            unit: terms.requester.unit.name.clone(),
        });
    }
    if !setting.provider_granted {
        refusals.add(Refusal::PartyWithoutGrant {
            field: Field::Provider,
            unit: terms.provider.unit.name.clone(),
        });
    }
}

fn check_periods(
    kind: &StepType,
    terms: &Terms,
    end: Option<Day>,
    existing: Option<&Step>,
    setting: &Setting<'_>,
    refusals: &mut Refusals,
) {
    let same = setting.others.iter().filter(|other| {
        other.step_type == kind.code
            && other.funding == terms.funding
            && other.provider == terms.provider.unit.organisation
            && existing.is_none_or(|step| step.id != other.step)
    });
    for other in same {
        if end.is_none() && other.end.is_none() {
            refusals.add(Refusal::AlreadyOngoing {
                step: other.step,
                start: other.start,
            });
        } else if overlap((terms.start, end), (other.start, other.end)) {
            refusals.add(Refusal::PeriodOverlaps {
                step: other.step,
                start: other.start,
                end: other.end,
            });
        }
    }
}

/// Whether two periods share more than the day on which one ends and the other starts (S8).
fn overlap(a: (Day, Option<Day>), b: (Day, Option<Day>)) -> bool {
    let starts_before_end = |start: Day, end: Option<Day>| end.is_none_or(|end| start < end);
    starts_before_end(a.0, b.1) && starts_before_end(b.0, a.1)
}

/// Lines of the same type that are ongoing at another organisation: a reason to warn both (S8).
pub fn ongoing_elsewhere<'a>(
    kind: &'a StepTypeCode,
    provider: OrganisationId,
    others: &'a [Span],
) -> impl Iterator<Item = &'a Span> {
    others.iter().filter(move |other| {
        other.step_type == *kind && other.end.is_none() && other.provider != provider
    })
}
