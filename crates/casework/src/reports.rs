//! Figures of a project and a school year (G2): loaded as they stood at the end of the month before, and
//! handed on with small numbers hidden. What is hidden never leaves this file.

use async_recursion::async_recursion as boxed;
use domain::Day;
use domain::catalogue::FundingCode;
use domain::ids::MandateId;
use domain::mandates::Mandate;
use domain::people::{Actor, Role};
use domain::policy::{self, Denied, Operation};
use domain::reports::{self as rules, Report, SchoolYear};
use store::reports;

use crate::{Casework, Failure};

/// Which report is asked for; what is left open is chosen.
#[derive(Clone, Debug, Default)]
pub struct ReportWish {
    /// Within which mandate, for a controller.
    pub mandate: Option<MandateId>,
    /// Of which project, for who needs no mandate.
    pub funding: Option<FundingCode>,
    /// Of which school year.
    pub year: Option<SchoolYear>,
}

/// A report with what can be asked instead.
#[derive(Debug)]
pub struct ReportPage {
    /// The mandates that are open to a controller today.
    pub mandates: Vec<Mandate>,
    /// The one it was made within.
    pub mandate: Option<MandateId>,
    /// The project.
    pub funding: Option<FundingCode>,
    /// The school years that can be asked for, the last first.
    pub years: Vec<SchoolYear>,
    /// The one it is about.
    pub year: Option<SchoolYear>,
    /// The figures stand as on the last moment of this day.
    pub stands_on: Day,
    /// The figures; none when there is no project or year to show.
    pub report: Option<Report>,
    /// Numbers below this are hidden.
    pub smallest: u32,
    /// Whether only the lines of the own organisation count.
    pub own_only: bool,
}

impl Casework {
    /// The figures of a project in a school year, to take along as a file.
    ///
    /// # Errors
    /// As `report`.
    #[boxed]
    pub async fn report_file(
        &self,
        actor: &Actor,
        wish: &ReportWish,
    ) -> Result<ReportPage, Failure> {
        self.permit_now(actor, Operation::DownloadReport)?;
        self.report(actor, wish).await
    }

    /// The figures of a project in a school year.
    ///
    /// # Errors
    /// `Denied::Dossier` for a mandate that is not theirs, or not now; `NotFound` for a project or a school
    /// year that cannot be asked for.
    #[boxed]
    pub async fn report(&self, actor: &Actor, wish: &ReportWish) -> Result<ReportPage, Failure> {
        policy::permit(actor, Operation::ViewReport)?;
        let today = self.today();
        let stands_on = rules::stands_on(today);
        let is_controller = actor.role == Role::Controller;
        let mandates = match is_controller {
            true => self.open_mandates(actor).await?,
            false => Vec::new(),
        };
        let mandate = match (is_controller, wish.mandate) {
            (true, Some(id)) => {
                let found = mandates.iter().find(|it| it.id == id);
                Some(found.ok_or(Denied::Dossier)?.clone())
            }
            (true, None) => mandates.first().cloned(),
            (false, _) => None,
        };
        let funding = match (&mandate, is_controller) {
            (Some(mandate), _) => Some(mandate.terms.funding.clone()),
            (None, true) => None,
            (None, false) => wish.funding.clone().or_else(|| self.first_project()),
        };
        let known = funding
            .as_ref()
            .and_then(|code| self.catalogue.funding(code));
        if funding.is_some() && known.is_none() && mandate.is_none() {
            return Err(Failure::NotFound);
        }
        let first = known.map_or(stands_on, |number| number.valid_from.min(stands_on));
        let mut years = SchoolYear::between(first, stands_on);
        if let Some(mandate) = &mandate {
            // Whole years only: a part of one could be taken from the whole of it.
            years.retain(|year| mandate.terms.lines.covers(year.days()));
        }
        if funding.is_none() {
            years.clear();
        }
        let year = match wish.year {
            Some(year) if years.contains(&year) => Some(year),
            Some(_) => return Err(Failure::NotFound),
            None => years.first().copied(),
        };
        let mut page = ReportPage {
            mandate: mandate.as_ref().map(|mandate| mandate.id),
            mandates,
            funding,
            years,
            year,
            stands_on,
            report: None,
            smallest: self.limits.smallest_number.max(rules::LEAST_SMALLEST),
            own_only: actor.role == Role::Manager,
        };
        let (Some(funding), Some(year)) = (&page.funding, page.year) else {
            return Ok(page);
        };
        let reporting = policy::reporting(actor, mandate.as_ref(), today)?;
        let months = year.months(stands_on);
        let before = rules::stands_before(today);
        let mut lines = Vec::new();
        let mut reader = self.database.list_reader().await?;
        // A start that was corrected since may lie in a month that began since: it counts all the same.
        for month in year.months(today) {
            let found = reports::of_month(&mut reader, &reporting, funding, month, before).await?;
            lines.extend(found);
        }
        let outline = rules::outline(&self.catalogue, funding);
        page.report = Some(rules::report(&lines, &outline, &months, page.smallest));
        Ok(page)
    }

    fn first_project(&self) -> Option<FundingCode> {
        let types = self.catalogue.step_types().iter();
        let mut numbers = types.flat_map(|kind| self.catalogue.funding_of(&kind.code));
        numbers.next().map(|number| number.code.clone())
    }
}
