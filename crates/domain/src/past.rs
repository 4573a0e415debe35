//! The history of an entry of the dossier that is no section of its own record: what happened to it, as the journal
//! keeps it, and what of that somebody reads.

use serde::{Deserialize, Serialize};

use crate::feed::INTEGRATION;
use crate::ids::{DocumentId, OrganisationId};
use crate::journal::{Change, Entry, Event};
use crate::policy::Operation;
use crate::studies::coded;

coded! {
    /// An entry of the menu whose history is a page beside it. Its code is its name in addresses and in the list
    /// of who looked.
    Past {
        /// studies, 'Over mezelf' and work experience
        Profile = "profiel", "Profiel";
        /// documents
        Documents = "documenten", "Documenten";
        /// career vouchers
        Vouchers = "loopbaancheques", "Loopbaancheques";
        /// who may open the dossier and who owns it
        Services = "dienstverlening", "Dienstverlening";
        /// integration and Dutch
        Integration = "inburgering", "Inburgering - NT2";
        /// work situations
        Career = "loopbaangegevens", "Loopbaangegevens";
        /// the right to a benefit
        Benefits = "rva", "RVA";
    }
}

/// What somebody may see of a dossier, as far as a history depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Sees<'a> {
    /// Everything in the dossier, not only what is of an organisation.
    pub all: bool,
    /// What is asked about the dossier.
    pub requests: bool,
    /// What is of this organisation, with its name.
    pub organisation: Option<(OrganisationId, &'a str)>,
    /// These documents.
    pub documents: &'a [DocumentId],
}

/// What a colleague elsewhere reads of grants and owners: what stands on the page itself, and not why or on whose
/// request.
const OF_SERVICES: [&str; 6] = [
    "organisation",
    "counsellor",
    "basis",
    "starts",
    "ends",
    "owner",
];

impl Past {
    /// Who reads it: who reads the entry.
    pub fn operation(self) -> Operation {
        match self {
            Past::Profile | Past::Vouchers | Past::Services | Past::Career => {
                Operation::ViewDossier
            }
            Past::Documents => Operation::ViewDocuments,
            Past::Integration => Operation::ViewIntegration,
            Past::Benefits => Operation::ViewBenefits,
        }
    }

    /// What happens to it.
    pub fn events(self) -> &'static [Event] {
        match self {
            Past::Profile => &[
                Event::StudyAdded,
                Event::StudyChanged,
                Event::AboutMeChanged,
                Event::ExperienceAdded,
                Event::ExperienceChanged,
            ],
            Past::Documents => &[
                Event::DocumentAdded,
                Event::DocumentChanged,
                Event::DocumentWithdrawn,
            ],
            Past::Services => &[
                Event::GrantGiven,
                Event::GrantExtended,
                Event::GrantEnded,
                Event::GrantAsked,
                Event::GrantRefused,
                Event::ClientAnswered,
                Event::OwnerChanged,
                Event::CounsellorAssigned,
                Event::CounsellorReleased,
            ],
            Past::Vouchers | Past::Integration | Past::Career | Past::Benefits => {
                &[Event::SourceTakenOver]
            }
        }
    }

    /// Leaves of something that happened what somebody reads here; false when it is not shown at all.
    pub fn shows(self, entry: &mut Entry, sees: Sees<'_>) -> bool {
        match self {
            Past::Profile => true,
            Past::Documents => {
                entry.changes.retain(|it| it.field != "file_digest");
                sees.documents.contains(&DocumentId(entry.subject))
            }
            Past::Services => {
                let is_shown = sees.all || of_services(entry, sees);
                if !sees.all {
                    let stays = |it: &Change| OF_SERVICES.contains(&it.field.as_str());
                    entry.changes.retain(stays);
                }
                is_shown && (sees.requests || !is_request(entry.event))
            }
            Past::Vouchers | Past::Integration | Past::Career | Past::Benefits => {
                self.is_told_by(&entry.changes)
            }
        }
    }

    /// Whether what a source told belongs here. What was erased tells it nowhere.
    fn is_told_by(self, changes: &[Change]) -> bool {
        let source = changes.iter().find(|it| it.field == "source");
        let Some(source) = source.and_then(|it| it.after.as_deref()) else {
            return false;
        };
        let holds = |fields: &[&str]| changes.iter().any(|it| fields.contains(&it.field.as_str()));
        // A source may tell of more than one entry.
        match self {
            Past::Integration => source == INTEGRATION,
            Past::Career => {
                let fields = ["work_situation", "work_situation_now", "from", "until"];
                source != INTEGRATION && holds(&fields)
            }
            Past::Benefits => {
                let fields = ["as_of", "entitled", "exemption", "exempt_until"];
                source != INTEGRATION && holds(&fields)
            }
            Past::Vouchers => {
                let fields = ["voucher", "ordered_on", "hours", "voucher_status", "centre"];
                holds(&fields)
            }
            Past::Profile | Past::Documents | Past::Services => false,
        }
    }
}

/// Whether it tells of what was asked.
fn is_request(event: Event) -> bool {
    matches!(
        event,
        Event::GrantAsked | Event::GrantRefused | Event::ClientAnswered
    )
}

/// Whether who sees no more than what is of an organisation reads it: which of their own counsellors have a dossier
/// is for organisations themselves.
fn of_services(entry: &Entry, sees: Sees<'_>) -> bool {
    if !matches!(
        entry.event,
        Event::CounsellorAssigned | Event::CounsellorReleased
    ) {
        return true;
    }
    let Some((own, name)) = sees.organisation else {
        return false;
    };
    // A mediator assigns for no organisation: which one it is, is told.
    let told = entry.changes.iter().find(|it| it.field == "organisation");
    let told = told.and_then(|it| it.after.as_deref());
    match entry.organisation {
        Some(by) => by == own,
        None => told == Some(name),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::benefits::{Benefit, Entitled};
    use crate::career::{CareerSource, WorkPeriod};
    use crate::day::Day;
    use crate::feed::Fed;
    use crate::ids::{DossierId, PersonId};
    use crate::integration::{Course, CourseResult, Nt2Level, Trajectory};
    use crate::moment::Moment;
    use crate::text::Label;
    use crate::vouchers::{Voucher, VoucherStatus};

    const OWN: OrganisationId = OrganisationId(Uuid::from_u128(1));
    const OTHER: OrganisationId = OrganisationId(Uuid::from_u128(2));

    const COLLEAGUE: Sees<'_> = Sees {
        all: false,
        requests: false,
        organisation: Some((OWN, "Leerhuis")),
        documents: &[],
    };
    const MEDIATOR: Sees<'_> = Sees {
        all: true,
        requests: true,
        organisation: None,
        documents: &[],
    };

    fn entry(event: Event, by: Option<OrganisationId>, changes: Vec<Change>) -> Entry {
        Entry {
            dossier: DossierId(Uuid::from_u128(3)),
            at: Moment::from_micros(0).unwrap(),
            by: PersonId(Uuid::from_u128(4)),
            organisation: by,
            event,
            subject: Uuid::from_u128(5),
            step: None,
            changes,
        }
    }

    /// What stays of an entry; none when it is not shown.
    fn shown(past: Past, mut entry: Entry, sees: Sees<'_>) -> Option<Vec<String>> {
        let is_shown = past.shows(&mut entry, sees);
        is_shown.then(|| entry.changes.into_iter().map(|it| it.field).collect())
    }

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn label(text: &str) -> Label {
        Label::parse(text).unwrap()
    }

    /// What each source tells first and what it makes of that later, with where it belongs.
    fn told() -> Vec<(Past, Fed, Fed)> {
        let period = |source, until| {
            Fed::Career(WorkPeriod {
                code: "89",
                from: day("2025-01-01"),
                until,
                source,
            })
        };
        let ended = Some(day("2025-02-01"));
        let benefit = |entitled| {
            Fed::Benefit(Benefit {
                as_of: day("2025-05-01"),
                entitled,
                exemption: None,
                exempt_until: None,
            })
        };
        let trajectory = |attest| {
            Fed::Trajectory(Trajectory {
                as_of: day("2025-05-01"),
                contract: true,
                attest,
                status: None,
            })
        };
        let course = |until, result| {
            Fed::Course(Course {
                level: Nt2Level::A2,
                provider: label("Ligo"),
                from: day("2025-01-10"),
                until,
                result,
            })
        };
        let voucher = |hours, status| {
            Fed::Voucher(Voucher {
                number: label("LC-1"),
                ordered_on: day("2025-04-01"),
                hours,
                status,
                centre: None,
            })
        };
        let mut all: Vec<(Past, Fed, Fed)> = CareerSource::ALL
            .iter()
            .map(|source| (Past::Career, period(*source, None), period(*source, ended)))
            .collect();
        all.extend([
            (
                Past::Benefits,
                benefit(Entitled::Unknown),
                benefit(Entitled::Yes),
            ),
            (Past::Integration, trajectory(false), trajectory(true)),
            (
                Past::Integration,
                course(None, None),
                course(ended, Some(CourseResult::Passed)),
            ),
            (
                Past::Vouchers,
                voucher(4, VoucherStatus::Ordered),
                voucher(3, VoucherStatus::Ordered),
            ),
            (
                Past::Vouchers,
                voucher(4, VoucherStatus::Ordered),
                voucher(4, VoucherStatus::Used),
            ),
        ]);
        all
    }

    #[test]
    fn what_a_source_tells_and_what_it_makes_of_it_stands_on_one_page() {
        for (place, first, later) in told() {
            for changes in [first.changes_from(None), later.changes_from(Some(&first))] {
                let found: Vec<Past> = Past::ALL
                    .iter()
                    .copied()
                    .filter(|past| past.events() == [Event::SourceTakenOver])
                    .filter(|past| {
                        let entry = entry(Event::SourceTakenOver, None, changes.clone());
                        shown(*past, entry, COLLEAGUE).is_some()
                    })
                    .collect();
                assert_eq!(found, [place], "{changes:?}");
            }
        }
    }

    #[test]
    fn what_a_source_told_and_was_erased_stands_on_no_page() {
        for past in Past::ALL {
            let erased = entry(Event::SourceTakenOver, None, Vec::new());
            let is_source = past.events() == [Event::SourceTakenOver];
            let found = shown(*past, erased, MEDIATOR);
            assert!(!is_source || found.is_none(), "{past:?}");
        }
    }

    #[test]
    fn the_work_situation_that_follows_stands_with_the_work_situations() {
        let now = vec![
            Change::new_value("source", CareerSource::SocialSecurity.label()),
            Change::new_value("work_situation_now", "89, 2025-01-01"),
        ];
        let now = || entry(Event::SourceTakenOver, None, now.clone());
        assert!(shown(Past::Career, now(), COLLEAGUE).is_some());
        assert!(shown(Past::Benefits, now(), COLLEAGUE).is_none());
    }

    #[test]
    fn i2_a_colleague_elsewhere_reads_who_may_open_it_and_not_why_or_who_asked() {
        let given = || {
            let fields = [
                "organisation",
                "basis",
                "starts",
                "ends",
                "asked_by",
                "purpose",
            ];
            let changes = fields.iter().map(|it| Change::new_value(it, "x")).collect();
            entry(Event::GrantGiven, None, changes)
        };
        let seen = shown(Past::Services, given(), COLLEAGUE).unwrap();
        assert_eq!(seen, ["organisation", "basis", "starts", "ends"]);
        assert_eq!(shown(Past::Services, given(), MEDIATOR).unwrap().len(), 6);
        let ended = vec![
            Change::new_value("organisation", "Werkatelier"),
            Change::new_value("reason", "Vertrouwelijk."),
        ];
        let ended = entry(Event::GrantEnded, None, ended);
        let seen = shown(Past::Services, ended, COLLEAGUE).unwrap();
        assert_eq!(seen, ["organisation"]);
    }

    #[test]
    fn i2_what_is_asked_is_for_who_decides_and_for_whom_it_concerns() {
        for event in [
            Event::GrantAsked,
            Event::GrantRefused,
            Event::ClientAnswered,
        ] {
            let asked = || entry(event, Some(OWN), Vec::new());
            assert!(shown(Past::Services, asked(), COLLEAGUE).is_none());
            assert!(shown(Past::Services, asked(), MEDIATOR).is_some());
        }
    }

    #[test]
    fn the_counsellors_of_a_dossier_are_for_their_own_organisation() {
        let assigned = |by, name: &str| {
            let changes = vec![
                Change::new_value("organisation", name),
                Change::new_value("counsellor", "An Peeters"),
            ];
            entry(Event::CounsellorAssigned, by, changes)
        };
        for (by, name, is_shown) in [
            (Some(OWN), "Leerhuis", true),
            (Some(OTHER), "Werkatelier", false),
            (None, "Leerhuis", true),
            (None, "Werkatelier", false),
        ] {
            let found = shown(Past::Services, assigned(by, name), COLLEAGUE);
            assert_eq!(found.is_some(), is_shown, "{by:?}, {name}");
            let found = shown(Past::Services, assigned(by, name), MEDIATOR);
            assert!(found.is_some());
        }
        // What was erased does not say of whom it was.
        let erased = entry(Event::CounsellorReleased, None, Vec::new());
        assert!(shown(Past::Services, erased, COLLEAGUE).is_none());
    }

    #[test]
    fn a_document_has_a_history_for_who_sees_it() {
        let added = || {
            let fields = ["document", "file_digest"];
            let changes = fields.iter().map(|it| Change::new_value(it, "x")).collect();
            entry(Event::DocumentAdded, Some(OTHER), changes)
        };
        assert!(shown(Past::Documents, added(), MEDIATOR).is_none());
        let documents = [DocumentId(added().subject)];
        let sees = Sees {
            documents: &documents,
            ..COLLEAGUE
        };
        assert_eq!(shown(Past::Documents, added(), sees).unwrap(), ["document"]);
    }
}
