//! `feed FILE`: reads a file of what authentic sources tell (docs/feed.md) and hands it to the use case.
//! Only how a row is written is known here.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context as _, bail};
use casework::{Casework, FeedDone, FeedFault, FeedRefused, FeedRow};
use domain::Day;
use domain::benefits::{Benefit, Entitled, Exemption};
use domain::career::{CareerSource, WorkPeriod};
use domain::client_number::ClientNumber;
use domain::feed::{Fed, study_id};
use domain::insz::Insz;
use domain::integration::{Course, CourseResult, Nt2Level, Trajectory, TrajectoryStatus};
use domain::studies::{Certificate, Grade, Level, Provenance, StudyDetails};
use domain::text::Label;
use domain::vouchers::{Voucher, VoucherStatus};
use domain::work_situation;

use crate::arguments::Feed;
use crate::operator::say;

/// Reads one of the codes of a fixed list.
macro_rules! coded {
    ($kind:ident) => {
        |text: &str| {
            $kind::from_code(text).ok_or_else(|| one_of($kind::ALL.iter().map(|it| it.code())))
        }
    };
}

/// The columns that every row needs.
const ALWAYS: [&str; 3] = ["kind", "client_number", "insz"];

/// The kinds of rows, each with the further columns it may fill in.
const KINDS: [(&str, &[&str]); 6] = [
    ("work_situation", &["code", "from", "until", "source"]),
    (
        "benefit",
        &["as_of", "entitled", "exemption", "exempt_until"],
    ),
    ("integration", &["as_of", "contract", "attest", "status"]),
    (
        "nt2_course",
        &["level", "provider", "from", "until", "result"],
    ),
    (
        "career_voucher",
        &["number", "ordered_on", "hours", "status", "centre"],
    ),
    (
        "study",
        &[
            "reference",
            "level",
            "grade",
            "field",
            "school",
            "ended_on",
            "certificate",
        ],
    ),
];

/// Most faults that are told at once.
const MOST_TOLD: usize = 50;

/// Checks a file, or takes it over.
///
/// # Errors
/// A line for each fault: nothing was stored then.
pub(crate) async fn run(casework: &Casework, wish: &Feed) -> anyhow::Result<()> {
    let file = wish.file.display();
    let text = std::fs::read_to_string(&wish.file)
        .with_context(|| format!("cannot read {file} as UTF-8"))?;
    let (rows, mut faults) = rows_of(&text);
    let answer = if wish.check || !faults.is_empty() {
        casework.check_feed(&rows).await
    } else {
        casework.feed(&rows).await
    };
    let done = match answer {
        Ok(done) => done,
        Err(FeedRefused::Wrong(more)) => {
            faults.extend(more);
            FeedDone::default()
        }
        Err(FeedRefused::Failed(failure)) => bail!(
            "it stopped: {failure:?}; what was stored is whole, and the file can be fed again"
        ),
    };
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.row);
        bail!("nothing is stored\n{}", told(&wish.file, &faults));
    }
    let (rows, clients) = (rows.len(), done.clients);
    say(&if wish.check {
        format!("{rows} rows of {clients} clients are right; checking stores nothing\n")
    } else {
        let FeedDone { stored, known, .. } = done;
        format!("took over {stored} records of {clients} clients; {known} were there already\n")
    })
}

fn told(file: &Path, faults: &[FeedFault]) -> String {
    let lines = faults.iter().take(MOST_TOLD);
    let mut lines: Vec<String> = lines
        .map(|fault| format!("{}: {fault}", file.display()))
        .collect();
    if faults.len() > MOST_TOLD {
        lines.push(format!("and {} more", faults.len() - MOST_TOLD));
    }
    lines.join("\n")
}

/// The rows of a file, and what is wrong in how they are written.
fn rows_of(text: &str) -> (Vec<FeedRow>, Vec<FeedFault>) {
    // The reader counts lines by their '\n', and a row of Excel would be called by the one before it.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let first = text.lines().next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if first.contains(';') { b';' } else { b',' })
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut faults = Vec::new();
    let headings = match reader.headers() {
        Ok(headings) => headings.clone(),
        Err(error) => return (Vec::new(), vec![fault(1, "headings", error.to_string())]),
    };
    for (place, heading) in headings.iter().enumerate() {
        if !ALWAYS.contains(&heading) && !KINDS.iter().any(|(_, own)| own.contains(&heading)) {
            faults.push(fault(1, heading, "there is no such column".to_owned()));
        }
        if headings.iter().take(place).any(|before| before == heading) {
            faults.push(fault(1, heading, "the column is there twice".to_owned()));
        }
    }
    for needed in ALWAYS {
        if !headings.iter().any(|heading| heading == needed) {
            faults.push(fault(1, needed, "the column is missing".to_owned()));
        }
    }
    // Without the right headings everything below them would be called wrong.
    if !faults.is_empty() {
        return (Vec::new(), faults);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let row = record.position().map_or(0, csv::Position::line);
                let cells = headings.iter().zip(record.iter());
                let cells = cells.filter(|(_, cell)| !cell.is_empty()).collect();
                let mut cells = Cells {
                    row,
                    cells,
                    faults: Vec::new(),
                };
                rows.extend(cells.row());
                faults.extend(cells.faults);
            }
            Err(error) => {
                let row = error.position().map_or(0, csv::Position::line);
                let what = match error.kind() {
                    csv::ErrorKind::UnequalLengths {
                        expected_len, len, ..
                    } => {
                        format!("has {len} cells instead of {expected_len}")
                    }
                    _ => error.to_string(),
                };
                faults.push(fault(row, "row", what));
            }
        }
    }
    (rows, faults)
}

fn fault(row: u64, field: &str, what: String) -> FeedFault {
    FeedFault {
        row,
        field: field.to_owned(),
        what,
    }
}

/// The cells of one row that hold something.
struct Cells<'a> {
    row: u64,
    cells: BTreeMap<&'a str, &'a str>,
    faults: Vec<FeedFault>,
}

impl Cells<'_> {
    fn wrong(&mut self, field: &str, what: impl Into<String>) {
        self.faults.push(fault(self.row, field, what.into()));
    }

    /// The whole row; none when something is wrong in it.
    fn row(&mut self) -> Option<FeedRow> {
        let kind = self
            .cells
            .get("kind")
            .copied()
            .unwrap_or_default()
            .to_owned();
        let Some((_, own)) = KINDS.iter().find(|(name, _)| *name == kind) else {
            let known = KINDS.map(|(name, _)| name).join(", ");
            self.wrong("kind", format!("is none of {known}"));
            return None;
        };
        let foreign: Vec<String> = self
            .cells
            .keys()
            .filter(|name| !ALWAYS.contains(name) && !own.contains(name))
            .map(|name| (*name).to_owned())
            .collect();
        for name in foreign {
            self.wrong(&name, format!("does not belong to the kind {kind}"));
        }
        let client = self.needed("client_number", |text| {
            ClientNumber::parse(text).map_err(|error| error.to_string())
        });
        let insz = self.needed("insz", |text| {
            Insz::parse(text).map_err(|error| error.to_string())
        });
        let record = match kind.as_str() {
            "work_situation" => self.work_situation(),
            "benefit" => self.benefit(),
            "integration" => self.integration(),
            "nt2_course" => self.course(),
            "career_voucher" => self.voucher(),
            _ => self.study(client),
        };
        let row = FeedRow {
            row: self.row,
            client: client?,
            insz: insz?,
            record: record?,
        };
        self.faults.is_empty().then_some(row)
    }

    fn optional<T>(&mut self, field: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.cells.get(field)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(what) => {
                self.wrong(field, what);
                None
            }
        }
    }

    fn needed<T>(&mut self, field: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        if !self.cells.contains_key(field) {
            self.wrong(field, "is empty");
        }
        self.optional(field, parse)
    }

    fn work_situation(&mut self) -> Option<Fed> {
        let code = self.needed("code", |text| {
            let known = work_situation::WORK_SITUATIONS
                .iter()
                .map(|(code, _)| *code);
            work_situation::known(text).ok_or_else(|| one_of(known))
        });
        let from = self.needed("from", day);
        let until = self.optional("until", day);
        let source = self.needed("source", coded!(CareerSource));
        Some(Fed::Career(WorkPeriod {
            code: code?,
            from: from?,
            until,
            source: source?,
        }))
    }

    fn benefit(&mut self) -> Option<Fed> {
        let as_of = self.needed("as_of", day);
        let entitled = self.needed("entitled", coded!(Entitled));
        let exemption = self.optional("exemption", coded!(Exemption));
        let exempt_until = self.optional("exempt_until", day);
        Some(Fed::Benefit(Benefit {
            as_of: as_of?,
            entitled: entitled?,
            exemption,
            exempt_until,
        }))
    }

    fn integration(&mut self) -> Option<Fed> {
        let as_of = self.needed("as_of", day);
        let contract = self.needed("contract", yes_no);
        let attest = self.needed("attest", yes_no);
        let status = self.optional("status", coded!(TrajectoryStatus));
        Some(Fed::Trajectory(Trajectory {
            as_of: as_of?,
            contract: contract?,
            attest: attest?,
            status,
        }))
    }

    fn course(&mut self) -> Option<Fed> {
        let level = self.needed("level", coded!(Nt2Level));
        let provider = self.needed("provider", label);
        let from = self.needed("from", day);
        let until = self.optional("until", day);
        let result = self.optional("result", coded!(CourseResult));
        Some(Fed::Course(Course {
            level: level?,
            provider: provider?,
            from: from?,
            until,
            result,
        }))
    }

    fn voucher(&mut self) -> Option<Fed> {
        let number = self.needed("number", label);
        let ordered_on = self.needed("ordered_on", day);
        let hours = self.needed("hours", |text| {
            u32::from_str(text).map_err(|_| "is no whole number".to_owned())
        });
        let status = self.needed("status", coded!(VoucherStatus));
        let centre = self.optional("centre", label);
        Some(Fed::Voucher(Voucher {
            number: number?,
            ordered_on: ordered_on?,
            hours: hours?,
            status: status?,
            centre,
        }))
    }

    fn study(&mut self, client: Option<ClientNumber>) -> Option<Fed> {
        let reference = self.needed("reference", label);
        let level = self.needed("level", coded!(Level));
        let grade = self.optional("grade", coded!(Grade));
        let field = self.optional("field", label);
        let school = self.needed("school", label);
        let ended_on = self.optional("ended_on", day);
        let certificate = self.optional("certificate", coded!(Certificate));
        let details = StudyDetails {
            level: level?,
            grade,
            field,
            school: school?,
            ended_on,
            certificate,
            provenance: Provenance::Authentic,
        };
        Some(Fed::Study(study_id(&client?, reference?.as_str()), details))
    }
}

fn one_of<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    format!("is none of {}", codes.collect::<Vec<_>>().join(", "))
}

fn day(text: &str) -> Result<Day, String> {
    Day::from_iso(text).ok_or_else(|| "a day is written as 2025-05-28".to_owned())
}

fn label(text: &str) -> Result<Label, String> {
    Label::parse(text).map_err(|error| error.to_string())
}

fn yes_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(one_of(["yes", "no"].into_iter())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        rows_of(text).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_of_excel_reads_as_one_with_commas() {
        let commas = "kind,client_number,insz,code,from,until,source\n\
            work_situation,61000447,93.05.18-223.61,02,2025-01-01,,vdab\n";
        let excel = format!("\u{feff}{}", commas.replace(',', ";").replace('\n', "\r\n"));
        for text in [commas, excel.as_str()] {
            let (rows, faults) = rows_of(text);
            assert!(faults.is_empty(), "{faults:?}");
            let [row] = rows.as_slice() else {
                panic!("{rows:?}");
            };
            assert_eq!(row.row, 2);
            assert!(
                matches!(&row.record, Fed::Career(it) if it.code == "02" && it.until.is_none())
            );
        }
    }

    #[test]
    fn each_fault_names_its_row_its_field_and_what_is_wrong() {
        let told = faults(
            "kind,client_number,insz,as_of,entitled,code\n\
             benefit,61000447,93.05.18-223.61,28/05/2025,perhaps,02\n\
             pension,61000447,93.05.18-223.61,,,\n\
             benefit,61000447,93.05.18-223.62,2025-05-28,yes,\n\
             benefit,61000447\n",
        );
        assert_eq!(
            told,
            [
                "row 2, code: does not belong to the kind benefit",
                "row 2, as_of: a day is written as 2025-05-28",
                "row 2, entitled: is none of yes, no, unknown",
                "row 3, kind: is none of work_situation, benefit, integration, nt2_course, career_voucher, study",
                "row 4, insz: the check digits of the national number are wrong",
                "row 5, row: has 2 cells instead of 6",
            ]
        );
    }

    #[test]
    fn wrong_headings_are_told_and_not_every_row_below_them() {
        let told = faults("kind,client_number,born,born\nbenefit,61000447,x,y\n");
        assert_eq!(
            told,
            [
                "row 1, born: there is no such column",
                "row 1, born: there is no such column",
                "row 1, born: the column is there twice",
                "row 1, insz: the column is missing",
            ]
        );
    }

    #[test]
    fn a_source_that_corrects_a_study_means_the_same_study() {
        let text = |on: &str| {
            format!(
                "kind,client_number,insz,reference,level,school,ended_on,certificate\n\
                 study,61000447,93.05.18-223.61,LED-1,tso,Atheneum,{on},diploma_so\n"
            )
        };
        let key = |text: &str| rows_of(text).0.first().map(|row| row.record.key());
        assert!(key(&text("2024-06-30")).is_some());
        assert_eq!(key(&text("2024-06-30")), key(&text("2023-06-30")));
    }
}
