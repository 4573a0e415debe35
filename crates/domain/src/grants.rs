//! Access grants: the right of an organisation to open one dossier (I2).

use crate::client_number::ClientNumber;
use crate::day::Day;
use crate::ids::{DossierId, GrantId, GrantRequestId, OrganisationId};
use crate::moment::Moment;
use crate::people::Unit;
use crate::refusal::{Field, Refusal, Refusals};
use crate::steps::{Span, Stamp};
use crate::studies::coded;
use crate::text::Note;
use serde::{Deserialize, Serialize};

coded! {
    /// What a grant rests on (I2).
    Basis {
        /// mandate, with an assignment
        Mandate = "mandaat", "Opdracht of mandaat";
        /// the client's agreement
        Agreement = "akkoord", "Akkoord van de jongere";
    }
}

/// A grant as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which grant.
    pub id: GrantId,
    /// On which dossier.
    pub dossier: DossierId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// First day.
    pub starts: Day,
    /// Last day agreed beforehand, if any.
    pub ends: Option<Day>,
    /// Last day that follows from the organisation's lines: see `closes_on`.
    pub closes: Option<Day>,
    /// Ended by hand: from this day on it opens nothing.
    pub ended: bool,
}

impl Grant {
    /// Whether the grant opens the dossier on a day. Its last day counts in.
    pub fn is_active(&self, today: Day) -> bool {
        !self.ended && self.starts <= today && self.last_day().is_none_or(|last| today <= last)
    }

    /// The last day on which it opens the dossier, as far as known. A closing that follows from lines
    /// before this grant was given does not count.
    pub fn last_day(&self) -> Option<Day> {
        let closes = self.closes.filter(|day| *day >= self.starts);
        match (self.ends, closes) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// The day on which an organisation's grant ends by itself: so many months after its last line
/// ended, when nothing of it is ongoing (I2). None while a line is ongoing or when there is none.
pub fn closes_on(organisation: OrganisationId, lines: &[Span], months: u32) -> Option<Day> {
    let mut last = None;
    for line in lines {
        if line.requester != organisation && line.provider != organisation {
            continue;
        }
        last = last.max(Some(line.end?));
    }
    let months = i32::try_from(months).unwrap_or(i32::MAX);
    last.map(|end: Day| end.plus_months(months))
}

coded! {
    /// What is asked about a dossier.
    RequestKind {
        /// the right to open it
        Access = "access", "Inzagerecht";
        /// to keep that right for longer
        Extension = "extension", "Verlenging van het inzagerecht";
        /// to become its owner
        Takeover = "takeover", "Overname van het dossier";
    }
}

coded! {
    /// Why a request was refused. For the mediator, the client and who controls; the asker is only told
    /// that it was, since a reason can give away what stands in the dossier (I2).
    RefusalGround {
        /// number and proof fit nobody
        Unknown = "onbekend", "De gegevens passen bij geen klant";
        /// no mandate, no agreement
        NoBasis = "geen_grond", "Er is geen opdracht en geen akkoord";
        /// the form is missing or not complete
        NoForm = "formulier", "Het formulier is niet volledig ingevuld";
        /// the client says no
        ClientSaysNo = "jongere", "De jongere gaat niet akkoord";
        /// another reason, with a note
        Other = "ander", "Een andere reden";
    }
}

coded! {
    /// What the client says of a request.
    ClientAnswer {
        /// agrees
        Agreed = "akkoord", "Akkoord";
        /// does not agree
        Disagreed = "niet_akkoord", "Niet akkoord";
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestDecision {
    /// By whom and when.
    Granted(Stamp),
    /// By whom and when, why, and what was noted with it.
    Refused(Stamp, RefusalGround, Option<Note>),
}

/// A request for an access grant, its extension or the ownership of a dossier (I2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which request.
    pub id: GrantRequestId,
    /// What is asked.
    pub kind: RequestKind,
    /// For which unit, and so which organisation.
    pub unit: Unit,
    /// By whom and when.
    pub asked: Stamp,
    /// The client number as the asker gave it: whether there is such a client is not told.
    pub client_number: ClientNumber,
    /// What the grant will rest on.
    pub basis: Basis,
    /// The day on which the form was filled in together with the client.
    pub form_on: Option<Day>,
    /// What it is needed for.
    pub purpose: Note,
    /// What the client said of it, when.
    pub client_answer: Option<(ClientAnswer, Moment)>,
    /// What became of it.
    pub decision: Option<RequestDecision>,
}

/// Checks what a request says of its basis (I2): the agreement stands on a form that was filled in
/// with the client and comes with the request; a mandate needs none.
///
/// # Errors
/// `FormDayNeeded`, `FormInFuture`, `FormFileNeeded`.
pub fn check_form(
    basis: Basis,
    form_on: Option<Day>,
    has_form: bool,
    today: Day,
) -> Result<(), Refusal> {
    match (basis, form_on) {
        (Basis::Agreement, None) => Err(Refusal::FormDayNeeded),
        (_, Some(day)) if day > today => Err(Refusal::FormInFuture { today }),
        (Basis::Agreement, Some(_)) if !has_form => Err(Refusal::FormFileNeeded),
        _ => Ok(()),
    }
}

impl Request {
    /// Which organisation asks.
    pub fn organisation(&self) -> OrganisationId {
        self.unit.organisation
    }

    /// The client's answer, which stays as it was given once it was decided.
    ///
    /// # Errors
    /// `GrantRequestDecided`.
    pub fn answer(&self, answer: ClientAnswer, at: Moment) -> Result<Request, Refusal> {
        if self.decision.is_some() {
            return Err(Refusal::GrantRequestDecided);
        }
        Ok(Request {
            client_answer: Some((answer, at)),
            ..self.clone()
        })
    }

    /// Grants what is asked.
    ///
    /// # Errors
    /// `GrantRequestDecided`, `OwnGrantRequest`, `GrantEndsInPast`, and `ClientDisagrees` when it rests on
    /// the client's agreement and the client said no.
    pub fn grant(&self, ends: Option<Day>, stamp: Stamp) -> Result<Request, Refusals> {
        let mut refusals = self.check_decider(&stamp);
        let disagreed = matches!(self.client_answer, Some((ClientAnswer::Disagreed, _)));
        if disagreed && self.basis == Basis::Agreement {
            refusals.add(Refusal::ClientDisagrees);
        }
        refusals.keep(check_last_day(ends, stamp.at.brussels_day()));
        refusals.into_result()?;
        Ok(Request {
            decision: Some(RequestDecision::Granted(stamp)),
            ..self.clone()
        })
    }

    /// Refuses what is asked.
    ///
    /// # Errors
    /// `GrantRequestDecided`, `OwnGrantRequest`, and `Empty` when another reason has no note.
    pub fn refuse(
        &self,
        ground: RefusalGround,
        note: Option<Note>,
        stamp: Stamp,
    ) -> Result<Request, Refusals> {
        let mut refusals = self.check_decider(&stamp);
        if ground == RefusalGround::Other && note.is_none() {
            refusals.add(Refusal::Empty(Field::Note));
        }
        refusals.into_result()?;
        Ok(Request {
            decision: Some(RequestDecision::Refused(stamp, ground, note)),
            ..self.clone()
        })
    }

    fn check_decider(&self, stamp: &Stamp) -> Refusals {
        let mut refusals = Refusals::default();
        if self.decision.is_some() {
            refusals.add(Refusal::GrantRequestDecided);
        }
        if self.asked.by == stamp.by {
            refusals.add(Refusal::OwnGrantRequest);
        }
        refusals
    }
}

/// The last day of a grant that is given is today or later.
///
/// # Errors
/// `GrantEndsInPast`.
pub fn check_last_day(ends: Option<Day>, today: Day) -> Result<(), Refusal> {
    match ends {
        Some(day) if day < today => Err(Refusal::GrantEndsInPast { today }),
        _ => Ok(()),
    }
}

/// How many months one extension adds.
pub const EXTENSION_MONTHS: i32 = 6;

/// The last day of a grant that is extended: so many months after the last day it had, or after today
/// when it had none.
pub fn extended_until(last_day: Option<Day>, today: Day) -> Day {
    last_day
        .map_or(today, |last| last.max(today))
        .plus_months(EXTENSION_MONTHS)
}

/// Days before the last day of a grant at which its holders are warned, in this order.
pub const WARNINGS: [i32; 2] = [30, 7];

/// How many of `WARNINGS` are due for a grant that ends on a day.
pub fn warnings_due(last_day: Day, today: Day) -> usize {
    let left = today.days_until(last_day);
    WARNINGS.iter().filter(|days| left <= **days).count()
}

/// Of several grants of one organisation, the last day on which one of them opens the dossier; none when
/// one has no end. Grants that are over do not count.
pub fn open_until(grants: &[Grant], today: Day) -> Option<Option<Day>> {
    let active = grants.iter().filter(|grant| grant.is_active(today));
    active.map(Grant::last_day).reduce(|a, b| match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        _ => None,
    })
}
