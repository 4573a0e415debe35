//! What is kept until when (assurance 2.1 and 2.2, H8): rules per kind of record as data, and what is
//! known of a project. Days are days in Brussels, both ends count in.
//!
//! Decides dates only: what is erased, and how, is of the store and the use cases.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::{PersonId, ProjectChangeId};
use crate::journal::Change;
use crate::moment::{Moment, end_of_day, start_of_day};
use crate::refusal::{Refusal, Refusals};
use crate::steps::Stamp;
use crate::studies::coded;
use crate::text::Note;

use crate::catalogue::FundingCode;

coded! {
    /// A kind of record, with a rule of its own.
    Kind {
        /// texts of a line
        Story = "story", "Teksten";
        /// the line itself
        Evidence = "evidence", "Begeleidingen";
        /// documents without a line
        Document = "document", "Documenten";
        /// ended access grants
        Grant = "grant", "Inzagerechten";
        /// decided requests for one
        GrantRequest = "grant_request", "Vragen om inzagerecht";
        /// who opened a dossier
        Opening = "opening", "Raadplegingen";
        /// notices
        Notice = "notice", "Meldingen";
        /// the dossier itself
        Dossier = "dossier", "Dossiers";
    }
}

/// Where a period of keeping begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// 31 December of the year of the project's last payment.
    LastPayment,
    /// When the line became final.
    Final,
    /// When it happened.
    Happened,
    /// When nothing else of the dossier is kept.
    NothingLeft,
}

/// How long one kind of record is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Of what.
    pub kind: Kind,
    /// What that is, for people.
    pub what: String,
    /// Base when.
    pub from: Base,
    /// How many months; none when the project's regime says it.
    pub months: Option<u32>,
    /// Whether a hold on the project suspends it.
    pub hold: bool,
    /// On what ground.
    pub why: String,
}

/// Under which rules a project is paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Its code.
    pub code: String,
    /// As people read it.
    pub label: String,
    /// Years from 31 December of the year of the last payment.
    pub years: u32,
    /// Years from the day on which state aid was granted.
    pub aid_years: u32,
}

/// Every rule and regime; one rule for each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
    regimes: Vec<Regime>,
}

/// Everything that is wrong with a file of rules; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the retention rules are not usable:\n- {}", .0.join("\n- "))]
pub struct RulesErrors(pub Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    regime: Vec<Regime>,
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    kind: String,
    what: String,
    from: Base,
    months: Option<u32>,
    hold: bool,
    why: String,
}

/// Longest period, in months: a slip of the finger is no period of ten thousand years.
const MOST_MONTHS: u32 = 1_200;

impl Rules {
    /// Reads and checks a file of rules.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, RulesErrors> {
        let file: File =
            toml::from_str(text).map_err(|error| RulesErrors(vec![error.to_string()]))?;
        let mut wrong = Vec::new();
        let mut rules: Vec<Rule> = Vec::new();
        for raw in file.rule {
            let at = format!("rule '{}'", raw.kind);
            let Some(kind) = Kind::from_code(&raw.kind) else {
                let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
                wrong.push(format!(
                    "{at}: unknown kind; known are {}",
                    known.join(", ")
                ));
                continue;
            };
            if rules.iter().any(|rule| rule.kind == kind) {
                wrong.push(format!("{at}: it is there twice"));
            }
            if raw.from != from_of(kind) {
                wrong.push(format!("{at}: from does not fit this kind"));
            }
            let needs_months = raw.from != Base::LastPayment;
            match raw.months {
                Some(months) if needs_months && !(1..=MOST_MONTHS).contains(&months) => {
                    wrong.push(format!("{at}: months is not between 1 and {MOST_MONTHS}"));
                }
                None if needs_months => wrong.push(format!("{at}: months is missing")),
                Some(_) if !needs_months => {
                    wrong.push(format!("{at}: months stands in the regime, not here"));
                }
                _ => {}
            }
            rules.push(Rule {
                kind,
                what: raw.what,
                from: raw.from,
                months: raw.months,
                hold: raw.hold,
                why: raw.why,
            });
        }
        for kind in Kind::ALL {
            if !rules.iter().any(|rule| rule.kind == *kind) {
                wrong.push(format!("there is no rule for '{}'", kind.code()));
            }
        }
        if file.regime.is_empty() {
            wrong.push("there is no regime".to_owned());
        }
        for (place, regime) in file.regime.iter().enumerate() {
            let at = format!("regime '{}'", regime.code);
            if file
                .regime
                .iter()
                .take(place)
                .any(|it| it.code == regime.code)
            {
                wrong.push(format!("{at}: it is there twice"));
            }
            if ![regime.years, regime.aid_years]
                .iter()
                .all(|it| (1..=100).contains(it))
            {
                wrong.push(format!("{at}: years and aid_years are between 1 and 100"));
            }
        }
        if !wrong.is_empty() {
            return Err(RulesErrors(wrong));
        }
        Ok(Rules {
            rules,
            regimes: file.regime,
        })
    }

    /// The rules, in the order of the file. None at all when no file was given: nothing is ever due then.
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of a kind.
    pub fn rule(&self, kind: Kind) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.kind == kind)
    }

    /// The regimes, in the order of the file.
    pub fn regimes(&self) -> &[Regime] {
        &self.regimes
    }

    /// The regime with a code.
    pub fn regime(&self, code: &str) -> Option<&Regime> {
        self.regimes.iter().find(|regime| regime.code == code)
    }
}

/// Where the period of a kind begins: that is what the kind is, a file cannot choose it.
fn from_of(kind: Kind) -> Base {
    match kind {
        Kind::Story => Base::Final,
        Kind::Evidence => Base::LastPayment,
        Kind::Document | Kind::Grant | Kind::GrantRequest | Kind::Opening | Kind::Notice => {
            Base::Happened
        }
        Kind::Dossier => Base::NothingLeft,
    }
}

/// A hold on a project: proceedings, or a request to keep everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// In force until somebody ends it.
    Open,
    /// In force through this day.
    Until(Day),
}

/// What retention knows of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The code of its regime.
    pub regime: String,
    /// When the last payment to the beneficiary was made; none yet when more may follow.
    pub last_payment: Option<Moment>,
    /// The day on which state aid was granted, if any.
    pub aid_granted: Option<Day>,
    /// Whether everything is to be kept for now.
    pub hold: Option<Hold>,
}

/// What a rule is applied to.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// When it became final, happened or ended; none while it did not.
    pub since: Option<Moment>,
    /// The project it belongs to, with its regime; none when nothing is known of it.
    pub project: Option<(&'a Project, &'a Regime)>,
}

/// Until when something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// There is no end in sight.
    Open,
    /// A hold is in force that has no end yet.
    Held,
    /// Through the end of this day.
    Through(Day),
}

impl Keep {
    /// The first instant at which it may be erased, if it can be said.
    pub fn due_from(self) -> Option<Moment> {
        match self {
            Keep::Open | Keep::Held => None,
            Keep::Through(day) => Some(end_of_day(day)),
        }
    }

    /// Whether it may be erased.
    pub fn is_due(self, now: Moment) -> bool {
        self.due_from().is_some_and(|due| due <= now)
    }
}

/// Until when something is kept under a rule.
pub fn keep_through(rule: &Rule, facts: Facts<'_>) -> Keep {
    let keep = match rule.from {
        Base::LastPayment => facts.project.and_then(|(project, regime)| {
            let paid = project.last_payment?.brussels_day();
            let years = i16::try_from(regime.years).unwrap_or(i16::MAX);
            let last = Day::new(paid.year().saturating_add(years), 12, 31).unwrap_or(Day::MAX);
            let aid_months = i32::try_from(regime.aid_years * 12).unwrap_or(i32::MAX);
            let aid = project.aid_granted.map(|day| day.plus_months(aid_months));
            Some(aid.map_or(last, |aid| aid.max(last)))
        }),
        Base::Final | Base::Happened | Base::NothingLeft => {
            facts.since.zip(rule.months).map(|(since, months)| {
                let months = i32::try_from(months).unwrap_or(i32::MAX);
                since.brussels_day().plus_months(months)
            })
        }
    };
    let hold = facts
        .project
        .filter(|_| rule.hold)
        .and_then(|(project, _)| project.hold);
    match (keep, hold) {
        (_, Some(Hold::Open)) => Keep::Held,
        (None, _) => Keep::Open,
        (Some(day), Some(Hold::Until(end))) => Keep::Through(day.max(end)),
        (Some(day), None) => Keep::Through(day),
    }
}

/// The instant before which everything that happened is due, for a rule that counts months from then.
pub fn due_before(rule: &Rule, now: Moment) -> Moment {
    let months = rule.months.and_then(|it| i32::try_from(it).ok());
    let Some(months) = months.filter(|_| rule.from != Base::LastPayment) else {
        return Moment::MIN;
    };
    // Months end on different days: begin too late and go back to the last day that is over.
    let mut day = now.brussels_day().plus_months(-months).plus_days(4);
    while end_of_day(day.plus_months(months)) > now && day > Day::MIN {
        day = day.plus_days(-1);
    }
    end_of_day(day)
}

/// Whether this field of a journal entry holds what people wrote, and goes with the texts.
pub fn is_story(change: &Change) -> bool {
    matches!(
        change.field.as_str(),
        "summary"
            | "addendum"
            | "late_reason"
            | "result_note"
            | "cancel_reason"
            | "reason"
            | "note"
            | "place"
    )
}

/// A change of what is known of a project: proposed by one, confirmed by another (H8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectChange {
    /// Which change.
    pub id: ProjectChangeId,
    /// Of which project.
    pub funding: FundingCode,
    /// What would hold from then on.
    pub project: Project,
    /// Why.
    pub reason: Note,
    /// By whom it was proposed, when.
    pub proposed: Stamp,
    /// Whether it was confirmed, by whom, when.
    pub decided: Option<(bool, Stamp)>,
}

/// Checks what is proposed for a project.
///
/// # Errors
/// `PaymentInFuture`, `HoldInPast`.
pub fn check(project: &Project, today: Day) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    let paid = project.last_payment.map(Moment::brussels_day);
    if paid.is_some_and(|day| day > today) {
        refusals.add(Refusal::PaymentInFuture { today });
    }
    if let Some(Hold::Until(day)) = project.hold
        && day < today
    {
        refusals.add(Refusal::HoldInPast { today });
    }
    refusals.into_result()
}

impl ProjectChange {
    /// Confirms or refuses it. Who proposed it may take it back, and not confirm it.
    ///
    /// # Errors
    /// `ProjectChangeDecided`, `OwnProjectChange`.
    pub fn decide(&self, confirmed: bool, stamp: Stamp) -> Result<ProjectChange, Refusal> {
        if self.decided.is_some() {
            return Err(Refusal::ProjectChangeDecided);
        }
        if confirmed && stamp.by == self.proposed.by {
            return Err(Refusal::OwnProjectChange);
        }
        Ok(ProjectChange {
            decided: Some((confirmed, stamp)),
            ..self.clone()
        })
    }
}

/// How much of one kind is due. Numbers only: it is shown to who sees no dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The code of the kind.
    pub kind: String,
    /// How many records there are to erase.
    pub count: u64,
    /// The day of the oldest of them.
    pub oldest: Option<Day>,
}

/// What a dry run found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// When it looked.
    pub at: Moment,
    /// Per kind, in the order of the rules.
    pub due: Vec<Due>,
    /// Projects with lines of which nothing is known, or no payment yet: those are kept.
    pub kept_projects: Vec<String>,
    /// Projects under a hold.
    pub held_projects: Vec<String>,
}

impl Findings {
    /// How many records are due in all: the number that erasing asks to confirm.
    pub fn total(&self) -> u64 {
        self.due.iter().map(|due| due.count).sum()
    }
}

/// A day of payment, as the instant it is kept as.
pub fn paid_on(day: Day) -> Moment {
    start_of_day(day)
}

/// Who proposed something, compared with who acts; for the page, which hides what is refused.
pub fn may_confirm(change: &ProjectChange, person: PersonId) -> bool {
    change.decided.is_none() && change.proposed.by != person
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OWN: &str = include_str!("../../../catalogue/bewaring.toml");

    fn day(iso: &str) -> Day {
        Day::from_iso(iso).unwrap()
    }

    fn at(text: &str) -> Moment {
        Moment::parse_rfc3339(text).unwrap()
    }

    fn rules() -> Rules {
        Rules::parse(OWN).unwrap()
    }

    fn paid(last_payment: Option<&str>) -> Project {
        Project {
            regime: "ESF_PLUS".to_owned(),
            last_payment: last_payment.map(at),
            aid_granted: None,
            hold: None,
        }
    }

    fn evidence(project: &Project) -> Keep {
        let rules = rules();
        let facts = Facts {
            since: None,
            project: Some((project, rules.regime(&project.regime).unwrap())),
        };
        keep_through(rules.rule(Kind::Evidence).unwrap(), facts)
    }

    /// The date table of assurance 2.2, row by row.
    #[test]
    fn evidence_is_kept_five_years_from_31_december_of_the_year_of_the_last_payment() {
        for (last_payment, local, through, due_from) in [
            (
                "2026-03-12T10:00:00Z",
                "2026-03-12",
                "2031-12-31",
                "2031-12-31T23:00:00Z",
            ),
            (
                "2026-12-31T22:30:00Z",
                "2026-12-31",
                "2031-12-31",
                "2031-12-31T23:00:00Z",
            ),
            (
                "2026-12-31T23:30:00Z",
                "2027-01-01",
                "2032-12-31",
                "2032-12-31T23:00:00Z",
            ),
        ] {
            assert_eq!(at(last_payment).brussels_day(), day(local));
            let keep = evidence(&paid(Some(last_payment)));
            assert_eq!(keep, Keep::Through(day(through)), "{last_payment}");
            let due = at(due_from);
            assert_eq!(keep.due_from(), Some(due));
            assert!(keep.is_due(due) && !keep.is_due(due.plus_seconds(-1)));
        }
        // None yet: open, never.
        assert_eq!(evidence(&paid(None)), Keep::Open);
        assert_eq!(Keep::Open.due_from(), None);
    }

    #[test]
    fn a_hold_suspends_until_it_ends_and_then_the_rule_holds() {
        let held = |hold| {
            let mut project = paid(Some("2026-03-12T10:00:00Z"));
            project.hold = Some(hold);
            evidence(&project)
        };
        assert_eq!(held(Hold::Open), Keep::Held);
        assert!(!held(Hold::Open).is_due(Moment::MAX));
        let until = |iso| held(Hold::Until(day(iso)));
        assert_eq!(until("2030-06-30"), Keep::Through(day("2031-12-31")));
        assert_eq!(until("2033-06-30"), Keep::Through(day("2033-06-30")));
        // A hold on what has no end yet leaves it without one.
        let mut unpaid = paid(None);
        unpaid.hold = Some(Hold::Until(day("2033-06-30")));
        assert_eq!(evidence(&unpaid), Keep::Open);
    }

    #[test]
    fn with_state_aid_the_longer_of_the_rule_and_ten_years_from_the_grant() {
        let aided = |granted| {
            let mut project = paid(Some("2026-03-12T10:00:00Z"));
            project.aid_granted = Some(day(granted));
            evidence(&project)
        };
        assert_eq!(aided("2024-02-29"), Keep::Through(day("2034-02-28")));
        assert_eq!(aided("2021-06-01"), Keep::Through(day("2031-12-31")));
        assert_eq!(aided("2022-01-01"), Keep::Through(day("2032-01-01")));
    }

    #[test]
    fn texts_go_two_years_after_the_line_became_final_unless_its_project_is_held() {
        let rules = rules();
        let rule = rules.rule(Kind::Story).unwrap();
        let keep = |since: Option<&str>, project: Option<&Project>| {
            let regime = rules.regime("ESF_PLUS").unwrap();
            let project = project.map(|it| (it, regime));
            let since = since.map(at);
            keep_through(rule, Facts { since, project })
        };
        // Confirmed at half past midnight in Brussels: that day counts.
        let since = Some("2026-02-28T23:30:00Z");
        assert_eq!(keep(since, None), Keep::Through(day("2028-03-01")));
        // In the hour that exists twice.
        for twice in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"] {
            assert_eq!(keep(Some(twice), None), Keep::Through(day("2028-10-25")));
        }
        // The day on which the clock goes forward ends at 22:00 UTC.
        let spring = keep(Some("2026-03-26T12:00:00Z"), None);
        assert_eq!(spring.due_from(), Some(at("2028-03-26T22:00:00Z")));
        assert_eq!(keep(None, None), Keep::Open, "it goes on");
        let mut held = paid(None);
        held.hold = Some(Hold::Open);
        assert_eq!(keep(since, Some(&held)), Keep::Held);
        assert_eq!(
            keep(since, Some(&paid(None))),
            Keep::Through(day("2028-03-01"))
        );
    }

    #[test]
    fn a_file_says_everything_that_is_wrong() {
        let of = |text: &str| Rules::parse(text).unwrap_err().0;
        assert_eq!(of("").len(), Kind::ALL.len() + 1);
        let odd = OWN
            .replace("kind = \"notice\"", "kind = \"story\"")
            .replace("months = 24\nhold = true", "months = 0\nhold = true")
            .replace("years = 10\naid_years = 10", "years = 0\naid_years = 10")
            .replace("from = \"nothing_left\"\nmonths = 120", "from = \"final\"");
        let wrong = of(&odd).join("; ");
        for part in [
            "rule 'story': it is there twice",
            "rule 'story': months is not between",
            "there is no rule for 'notice'",
            "regime 'TIEN_JAAR': years and aid_years",
            "rule 'dossier': from does not fit",
            "rule 'dossier': months is missing",
        ] {
            assert!(wrong.contains(part), "{part} in {wrong}");
        }
        let unknown = OWN.replace("hold = true\nwhy", "hold = true\nhouden = 1\nwhy");
        assert!(of(&unknown)[0].contains("houden"));
        let years_twice = OWN.replace(
            "from = \"last_payment\"",
            "from = \"last_payment\"\nmonths = 60",
        );
        assert!(of(&years_twice)[0].contains("stands in the regime"));
    }

    #[test]
    fn nobody_confirms_the_own_proposal() {
        let stamp = |by: u128| Stamp {
            by: PersonId(uuid::Uuid::from_u128(by)),
            by_name: String::new(),
            at: at("2026-03-12T10:00:00Z"),
        };
        let change = ProjectChange {
            id: ProjectChangeId(uuid::Uuid::nil()),
            funding: FundingCode::parse("EEWG019").unwrap(),
            project: paid(None),
            reason: Note::parse("Laatste schijf ontvangen.").unwrap(),
            proposed: stamp(1),
            decided: None,
        };
        assert_eq!(
            change.decide(true, stamp(1)),
            Err(Refusal::OwnProjectChange)
        );
        assert!(change.decide(false, stamp(1)).is_ok(), "taken back");
        let done = change.decide(true, stamp(2)).unwrap();
        assert_eq!(
            done.decide(true, stamp(3)),
            Err(Refusal::ProjectChangeDecided)
        );
    }

    proptest! {
        #[test]
        fn due_before_says_the_same_as_keep_through(
            since in 0..4_000_000_000_000_000_i64,
            later in 0..1_000_000_000_000_000_i64,
            months in 1..300_u32,
        ) {
            let mut rule = rules().rule(Kind::Opening).unwrap().clone();
            rule.months = Some(months);
            let since = Moment::from_micros(since).unwrap();
            let now = Moment::from_micros(since.micros() + later).unwrap();
            let keep = keep_through(&rule, Facts { since: Some(since), project: None });
            prop_assert_eq!(since < due_before(&rule, now), keep.is_due(now));
            // And at the edge itself.
            if let Some(due) = keep.due_from() {
                prop_assert!(since < due_before(&rule, due));
                prop_assert!(since >= due_before(&rule, due.plus_seconds(-1)));
            }
        }
    }
}
