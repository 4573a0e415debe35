//! What an authentic source tells of a client: typed, with what makes two of them the same, and what is
//! wrong with one. Who delivers it is an operator, so what is wrong is said in English.

use sha2::{Digest as _, Sha256};

use crate::benefits::Benefit;
use crate::career::WorkPeriod;
use crate::client_number::ClientNumber;
use crate::day::Day;
use crate::ids::StudyId;
use crate::integration::{Course, Trajectory};
use crate::journal::Change;
use crate::refusal::Refusal;
use crate::studies::{self, StudyDetails, StudyFacts};
use crate::vouchers::{MOST_HOURS, Voucher};
use crate::work_situation;

/// The source of integration and Dutch, as the journal and the pages name it.
pub(crate) const INTEGRATION: &str = "Kruispuntbank Inburgering";

/// One thing that a source tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fed {
    /// A work situation.
    Career(WorkPeriod),
    /// A right to a benefit.
    Benefit(Benefit),
    /// An integration trajectory.
    Trajectory(Trajectory),
    /// A course of Dutch.
    Course(Course),
    /// A career voucher.
    Voucher(Voucher),
    /// A study. Which one follows from what the source calls it.
    Study(StudyId, StudyDetails),
}

/// What makes two records of one dossier the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Code, first day and source.
    Career(&'static str, Day, &'static str),
    /// Day.
    Benefit(Day),
    /// Day.
    Trajectory(Day),
    /// Level, first day and provider.
    Course(&'static str, Day, String),
    /// Number.
    Voucher(String),
    /// Study.
    Study(StudyId),
}

/// What is wrong in which field, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field, by its name in the file.
    pub field: &'static str,
    /// What is wrong.
    pub what: String,
}

/// Which study a source means: the same client and reference give the same, so that what it tells later
/// corrects what it told before.
pub fn study_id(client: &ClientNumber, reference: &str) -> StudyId {
    let digest = Sha256::digest(format!("led:{client}:{reference}"));
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    StudyId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

impl Fed {
    /// What makes two of them the same thing.
    pub fn key(&self) -> Key {
        match self {
            Fed::Career(it) => Key::Career(it.code, it.from, it.source.code()),
            Fed::Benefit(it) => Key::Benefit(it.as_of),
            Fed::Trajectory(it) => Key::Trajectory(it.as_of),
            Fed::Course(it) => {
                Key::Course(it.level.code(), it.from, it.provider.as_str().to_owned())
            }
            Fed::Voucher(it) => Key::Voucher(it.number.as_str().to_owned()),
            Fed::Study(id, _) => Key::Study(*id),
        }
    }

    /// The source, as the journal and the pages name it.
    pub fn source(&self) -> &'static str {
        match self {
            Fed::Career(it) => it.source.label(),
            Fed::Benefit(_) => "RVA",
            Fed::Trajectory(_) | Fed::Course(_) => INTEGRATION,
            Fed::Voucher(_) => "VDAB",
            Fed::Study(..) => "LED (Leer- en ervaringsbewijzendatabank)",
        }
    }

    /// What changed in it, with the source, as the journal keeps it.
    pub fn changes_from(&self, before: Option<&Fed>) -> Vec<Change> {
        let mut changes = vec![Change::new_value("source", self.source())];
        let old = before.map(Fed::cells).unwrap_or_default();
        changes.extend(self.cells().into_iter().map(|(field, after)| {
            let same = old.iter().find(|(name, _)| *name == field);
            Change::of(field, same.and_then(|(_, value)| value.clone()), after)
        }));
        changes.retain(Change::is_change);
        changes
    }

    fn cells(&self) -> Vec<(&'static str, Option<String>)> {
        let iso = |day: Option<Day>| day.map(Day::to_iso);
        let yes_no = |yes: bool| Some(if yes { "Ja" } else { "Nee" }.to_owned());
        let label = |text: &str| Some(text.to_owned());
        match self {
            Fed::Career(it) => vec![
                (
                    "work_situation",
                    work_situation::text(it.code).map(|text| format!("{text} ({})", it.code)),
                ),
                ("from", Some(it.from.to_iso())),
                ("until", iso(it.until)),
            ],
            Fed::Benefit(it) => vec![
                ("as_of", Some(it.as_of.to_iso())),
                ("entitled", label(it.entitled.label())),
                ("exemption", it.exemption.map(|it| it.label().to_owned())),
                ("exempt_until", iso(it.exempt_until)),
            ],
            Fed::Trajectory(it) => vec![
                ("as_of", Some(it.as_of.to_iso())),
                ("contract", yes_no(it.contract)),
                ("attest", yes_no(it.attest)),
                (
                    "trajectory_status",
                    it.status.map(|it| it.label().to_owned()),
                ),
            ],
            Fed::Course(it) => vec![
                ("nt2_level", label(it.level.label())),
                ("nt2_provider", label(it.provider.as_str())),
                ("from", Some(it.from.to_iso())),
                ("until", iso(it.until)),
                ("course_result", it.result.map(|it| it.label().to_owned())),
            ],
            Fed::Voucher(it) => vec![
                ("voucher", label(it.number.as_str())),
                ("ordered_on", Some(it.ordered_on.to_iso())),
                ("hours", Some(it.hours.to_string())),
                ("voucher_status", label(it.status.label())),
                (
                    "centre",
                    it.centre.as_ref().map(|it| it.as_str().to_owned()),
                ),
            ],
            Fed::Study(_, it) => it.cells(),
        }
    }

    /// What is wrong with it on its own.
    ///
    /// # Errors
    /// Everything that is wrong, each in its field.
    pub fn check(&self, today: Day, birth: Day) -> Result<(), Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut not_future = |field: &'static str, day: Day| {
            if day > today {
                wrong.push(Wrong {
                    field,
                    what: format!("is after today ({})", today.to_iso()),
                });
            }
        };
        match self {
            Fed::Career(it) => {
                not_future("from", it.from);
                wrong.extend(ordered(it.from, it.until));
            }
            Fed::Benefit(it) => {
                not_future("as_of", it.as_of);
                if it.exempt_until.is_some() && it.exemption.is_none() {
                    let what = "there is no exemption that ends".to_owned();
                    wrong.push(Wrong {
                        field: "exempt_until",
                        what,
                    });
                }
            }
            Fed::Trajectory(it) => not_future("as_of", it.as_of),
            Fed::Course(it) => {
                not_future("from", it.from);
                wrong.extend(ordered(it.from, it.until));
                if it.result.is_some() && it.until.is_none() {
                    let what = "a course with a result has ended: give its last day".to_owned();
                    wrong.push(Wrong {
                        field: "until",
                        what,
                    });
                }
            }
            Fed::Voucher(it) => {
                not_future("ordered_on", it.ordered_on);
                if !(1..=MOST_HOURS).contains(&it.hours) {
                    let what = format!("is not between 1 and {MOST_HOURS}");
                    wrong.push(Wrong {
                        field: "hours",
                        what,
                    });
                }
            }
            Fed::Study(_, it) => {
                let facts = StudyFacts { today, birth };
                if let Err(refusals) = studies::check_days(it, facts).into_result() {
                    wrong.extend(refusals.iter().map(|refusal| Wrong {
                        field: "ended_on",
                        what: study_fault(refusal),
                    }));
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

fn ordered(from: Day, until: Option<Day>) -> Option<Wrong> {
    until.filter(|until| *until < from).map(|_| Wrong {
        field: "until",
        what: format!("is before from ({})", from.to_iso()),
    })
}

fn study_fault(refusal: &Refusal) -> String {
    match refusal {
        // The day itself is for no terminal and no log.
        Refusal::StudyBeforeBirth { .. } => "is not after the client's birth".to_owned(),
        Refusal::CertificateInFuture { today } => {
            format!(
                "a certificate cannot be obtained after today ({})",
                today.to_iso()
            )
        }
        _ => "a certificate needs the day it was obtained".to_owned(),
    }
}
