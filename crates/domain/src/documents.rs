//! 'Documenten': what is kept beside the records of a dossier, which files do, who sees them, and what
//! may happen to one. The bytes are elsewhere; what they must be like is looked at where they come in.

use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::day::Day;
use crate::ids::{DocumentId, OrganisationId, PersonId, StepId};
use crate::moment::Moment;
use crate::refusal::{Field, FinalKind, Refusal, Refusals};
use crate::steps::addendum;
use crate::steps::{Stamp, State, Step};
use crate::studies::coded;
use crate::text::{Label, Note};

coded! {
    /// What a document is.
    DocumentKind {
        /// the agreement that a guidance starts with
        Agreement = "begeleidingsovereenkomst", "Begeleidingsovereenkomst";
        /// the filled-in form of the client's agreement to open the dossier (I2)
        AccessForm = "inzageformulier", "Inzageformulier";
        /// presence at a talk or a training
        Attendance = "aanwezigheid", "Aanwezigheidsbewijs";
        /// a declaration of somebody else
        Attest = "attest", "Attest";
        /// diploma, certificate, study certificate
        StudyProof = "studiebewijs", "Diploma of studiebewijs";
        /// curriculum vitae
        Cv = "cv", "Cv";
        /// an evaluation of the guidance
        Evaluation = "evaluatie", "Evaluatie";
        /// anything else
        Other = "ander", "Ander document";
    }
}

coded! {
    /// Who sees a document besides the client and the mediator.
    Audience {
        /// the organisation that added it, and nobody when none did
        Own = "eigen", "Alleen onze organisatie";
        /// every organisation that may open the dossier
        Granted = "inzagerecht", "Elke organisatie met inzagerecht";
    }
}

coded! {
    /// The files that can be added. No mark-up: nothing that a browser would run.
    FileType {
        /// PDF
        Pdf = "pdf", "PDF";
        /// PNG
        Png = "png", "PNG";
        /// JPEG
        Jpeg = "jpeg", "JPEG";
        /// OpenDocument text
        Odt = "odt", "ODT";
        /// Word
        Docx = "docx", "DOCX";
    }
}

impl FileType {
    /// The type that the end of a file's name says.
    pub fn of_name(name: &str) -> Option<FileType> {
        let (before, end) = name.rsplit_once('.')?;
        if before.is_empty() {
            return None;
        }
        Some(match end.to_ascii_lowercase().as_str() {
            "pdf" => FileType::Pdf,
            "png" => FileType::Png,
            "jpg" | "jpeg" => FileType::Jpeg,
            "odt" => FileType::Odt,
            "docx" => FileType::Docx,
            _ => return None,
        })
    }

    /// The media type it is declared and answered as.
    pub fn media_type(self) -> &'static str {
        match self {
            FileType::Pdf => "application/pdf",
            FileType::Png => "image/png",
            FileType::Jpeg => "image/jpeg",
            FileType::Odt => "application/vnd.oasis.opendocument.text",
            FileType::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
        }
    }

    /// Whether a browser shows it by itself.
    pub fn is_shown(self) -> bool {
        matches!(self, FileType::Pdf | FileType::Png | FileType::Jpeg)
    }

    /// Whether it is a picture.
    pub fn is_picture(self) -> bool {
        matches!(self, FileType::Png | FileType::Jpeg)
    }
}

/// The name a file had where it came from: a text to show, never a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileName(String);

impl FileName {
    /// Most characters that are kept.
    pub const MAX: usize = 120;

    /// Makes a name of what a browser sent: no folders, no characters that steer, not too long. Its end
    /// stays, since that says what the file is.
    pub fn clean(sent: &str) -> Self {
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let seen: String = last
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .filter(|c| !c.is_control() && !is_unseen(*c))
            .filter(|c| !matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*'))
            .collect();
        let name = seen.trim_matches(|c: char| c.is_whitespace() || c == '.');
        let name = match (name.is_empty(), FileType::of_name(last)) {
            (true, Some(kind)) => format!("document.{}", kind.code()),
            (true, None) => "document".to_owned(),
            (false, _) => name.to_owned(),
        };
        let long = name.chars().count();
        if long <= Self::MAX {
            return FileName(name);
        }
        let end: String = match name.rsplit_once('.') {
            Some((_, end)) if end.chars().count() < 10 => format!(".{end}"),
            _ => String::new(),
        };
        let room = Self::MAX - end.chars().count();
        let begin: String = name.chars().take(room).collect();
        FileName(format!("{begin}{end}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its end, for a title when none was typed.
    pub fn stem(&self) -> &str {
        self.0
            .rsplit_once('.')
            .map_or(self.0.as_str(), |(stem, _)| stem)
    }
}

/// Characters without a width, and those that turn the direction of text around.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A file that came in and was found to be what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// The name it came with.
    pub name: FileName,
    /// What it is.
    pub kind: FileType,
    /// How large, in bytes.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub digest: [u8; 32],
}

/// A document as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which document.
    pub id: DocumentId,
    /// Counts up with every correction.
    pub version: u32,
    /// What it is and says of itself.
    pub details: Details,
    /// Its file.
    pub file: FileFacts,
    /// By whom and when.
    pub added: Stamp,
    /// For which organisation; none when the client or the mediator added it.
    pub organisation: Option<OrganisationId>,
    /// Withdrawn: out of sight, by whom and why. It is kept until its term is over.
    pub withdrawn: Option<(Stamp, Note)>,
}

/// What can be corrected of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// What it is.
    pub kind: DocumentKind,
    /// What it is called.
    pub title: Label,
    /// The day that stands on it.
    pub day: Day,
    /// Who sees it.
    pub audience: Audience,
    /// The line it is evidence of.
    pub step: Option<StepId>,
}

/// How much fits. Every number can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLimits {
    /// Most bytes of one file.
    pub file_bytes: u64,
    /// Most files at once.
    pub files: usize,
    /// Most bytes of all documents in one dossier.
    pub dossier_bytes: u64,
    /// Most documents of one person in a day.
    pub a_day: u32,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        DocumentLimits {
            file_bytes: 10 * MIB,
            files: 10,
            dossier_bytes: 200 * MIB,
            a_day: 50,
        }
    }
}

/// Bytes in a mebibyte.
pub const MIB: u64 = 1024 * 1024;

/// Days that the form of a refused request is kept, so that who asked can still speak of it.
pub const REFUSED_FORM_DAYS: i64 = 30;

/// Checks what comes in beside what is there already: so many bytes in the dossier, so many documents of
/// this person in a day.
///
/// # Errors
/// `DossierFull`, `TooManyDocuments`.
pub fn check_room(
    limits: &DocumentLimits,
    incoming: &[FileFacts],
    stored_bytes: u64,
    added_today: u32,
) -> Result<(), Refusal> {
    let more = u32::try_from(incoming.len()).unwrap_or(u32::MAX);
    if added_today.saturating_add(more) > limits.a_day {
        return Err(Refusal::TooManyDocuments { most: limits.a_day });
    }
    let bytes: u64 = incoming.iter().map(|file| file.bytes).sum();
    if stored_bytes.saturating_add(bytes) > limits.dossier_bytes {
        return Err(Refusal::DossierFull {
            most_mib: limits.dossier_bytes / MIB,
        });
    }
    Ok(())
}

/// A document's day is today or earlier.
///
/// # Errors
/// `DocumentInFuture`.
pub fn check_day(day: Day, today: Day) -> Result<(), Refusal> {
    if day > today {
        Err(Refusal::DocumentInFuture { today })
    } else {
        Ok(())
    }
}

/// Whether a line takes evidence at an instant. It does while it is ongoing, and once ended for as long as
/// its summary can be supplemented: after that nothing about it changes any more (R3, A4). The document
/// itself stands beside the line and not in it.
///
/// # Errors
/// `EvidenceTooLate`; `Final` for a cancelled or removed line.
pub fn check_evidence(step: &Step, now: Moment, catalogue: &Catalogue) -> Result<(), Refusal> {
    match &step.state {
        State::Ongoing => Ok(()),
        State::Cancelled(_) => Err(Refusal::Final(FinalKind::Cancelled)),
        State::Removed(..) => Err(Refusal::Final(FinalKind::Removed)),
        State::Ended(ending) => match addendum::window(step, catalogue) {
            Some(window) if addendum::is_open(window, now) => Ok(()),
            window => Err(Refusal::EvidenceTooLate {
                last_day: window.map_or(ending.end, |window| window.last_day),
            }),
        },
    }
}

impl Document {
    /// Corrects what it says of itself.
    ///
    /// # Errors
    /// `DocumentWithdrawn`, `ChangedMeanwhile`, `DocumentInFuture`.
    pub fn correct(
        &self,
        version: u32,
        details: Details,
        today: Day,
    ) -> Result<Document, Refusals> {
        self.check_present(version)?;
        check_day(details.day, today)?;
        Ok(Document {
            version: self.version + 1,
            details,
            ..self.clone()
        })
    }

    /// Takes it out of sight.
    ///
    /// # Errors
    /// `DocumentWithdrawn`, `ChangedMeanwhile`.
    pub fn withdraw(&self, version: u32, reason: Note, stamp: Stamp) -> Result<Document, Refusals> {
        self.check_present(version)?;
        Ok(Document {
            version: self.version + 1,
            withdrawn: Some((stamp, reason)),
            ..self.clone()
        })
    }

    fn check_present(&self, version: u32) -> Result<(), Refusals> {
        if self.withdrawn.is_some() {
            return Err(Refusal::DocumentWithdrawn.into());
        }
        if self.version != version {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        Ok(())
    }

    /// Whether this person added it.
    pub fn is_of(&self, person: PersonId) -> bool {
        self.added.by == person
    }
}

/// Why a file is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// Of a kind that is not accepted at all.
    Kind,
    /// Its content is of another kind than its name or its declared type says, or of two kinds at once.
    Disguised,
    /// Broken off, or not built as a file of its kind is.
    Damaged,
    /// Nothing in it.
    Empty,
    /// Larger than so many mebibytes.
    TooLarge {
        /// Most mebibytes.
        most_mib: u64,
    },
    /// A picture of more than so many million dots.
    TooManyDots {
        /// Most millions.
        most: u64,
    },
    /// Unpacks to more than anybody writes.
    Unpacks,
    /// With a program in it.
    Program,
    /// The virus scanner found something.
    Infected,
}

/// The refusal of a file by its name.
pub fn refused(file: &FileName, fault: FileFault) -> Refusal {
    Refusal::FileRefused {
        file: file.as_str().to_owned(),
        fault,
    }
}

/// At least one file, and no more than fit.
///
/// # Errors
/// `Empty(Field::Files)`, `TooManyFiles`.
pub fn check_count(count: usize, limits: &DocumentLimits) -> Result<(), Refusal> {
    match count {
        0 => Err(Refusal::Empty(Field::Files)),
        count if count > limits.files => Err(Refusal::TooManyFiles { most: limits.files }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(iso: &str) -> Day {
        Day::from_iso(iso).unwrap()
    }

    fn stamp() -> Stamp {
        Stamp {
            by: PersonId(Uuid::from_u128(1)),
            by_name: "An Peeters".to_owned(),
            at: Moment::from_micros(1_748_419_200_000_000).unwrap(),
        }
    }

    fn document() -> Document {
        Document {
            id: DocumentId(Uuid::from_u128(9)),
            version: 1,
            details: Details {
                kind: DocumentKind::Agreement,
                title: Label::parse("Begeleidingsovereenkomst").unwrap(),
                day: day("2025-05-20"),
                audience: Audience::Own,
                step: None,
            },
            file: facts(1_000),
            added: stamp(),
            organisation: None,
            withdrawn: None,
        }
    }

    fn facts(bytes: u64) -> FileFacts {
        FileFacts {
            name: FileName::clean("overeenkomst.pdf"),
            kind: FileType::Pdf,
            bytes,
            digest: [0; 32],
        }
    }

    #[test]
    fn a_file_name_is_a_text_and_never_a_path() {
        for (sent, kept) in [
            ("overeenkomst.pdf", "overeenkomst.pdf"),
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\An\\cv.docx", "cv.docx"),
            ("foto\u{202e}gpj.exe.jpg", "fotogpj.exe.jpg"),
            ("a\0b\r\nc\td.png", "ab  c d.png"),
            ("<script>alert(1)</script>.pdf", "script.pdf"),
            ("..", "document"),
            (".pdf", "pdf"),
            ("", "document"),
            ("أوراق.pdf", "أوراق.pdf"),
        ] {
            let name = FileName::clean(sent);
            assert!(!name.as_str().contains(['/', '\\', '<', '"', '\n', '\0']));
            assert_eq!(name.as_str(), kept, "{sent:?}");
        }
        let long = FileName::clean(&format!("{}.docx", "é".repeat(500)));
        assert_eq!(long.as_str().chars().count(), FileName::MAX);
        assert!(long.as_str().ends_with("é.docx"));
        assert_eq!(long.stem().chars().count(), FileName::MAX - 5);
    }

    #[test]
    fn the_end_of_a_name_says_what_a_file_is() {
        assert_eq!(FileType::of_name("Foto.JPG"), Some(FileType::Jpeg));
        assert_eq!(FileType::of_name("cv.docx"), Some(FileType::Docx));
        for other in [
            "x.svg",
            "x.html",
            "x.pdf.exe",
            "pdf",
            ".pdf",
            "x.doc",
            "x.docm",
        ] {
            assert_eq!(FileType::of_name(other), None, "{other}");
        }
    }

    #[test]
    fn a_document_of_tomorrow_is_refused() {
        assert!(check_day(day("2025-05-28"), day("2025-05-28")).is_ok());
        assert_eq!(
            check_day(day("2025-05-29"), day("2025-05-28")),
            Err(Refusal::DocumentInFuture {
                today: day("2025-05-28")
            })
        );
    }

    #[test]
    fn a_dossier_takes_what_fits_and_not_a_byte_more() {
        let limits = DocumentLimits {
            dossier_bytes: 2 * MIB,
            a_day: 3,
            ..DocumentLimits::default()
        };
        let one = [facts(MIB)];
        assert!(check_room(&limits, &one, MIB, 0).is_ok());
        assert_eq!(
            check_room(&limits, &one, MIB + 1, 0),
            Err(Refusal::DossierFull { most_mib: 2 })
        );
        assert!(check_room(&limits, &one, 0, 2).is_ok());
        assert_eq!(
            check_room(&limits, &one, 0, 3),
            Err(Refusal::TooManyDocuments { most: 3 })
        );
        assert!(check_count(10, &DocumentLimits::default()).is_ok());
        assert_eq!(
            check_count(11, &DocumentLimits::default()),
            Err(Refusal::TooManyFiles { most: 10 })
        );
        assert!(check_count(0, &DocumentLimits::default()).is_err());
    }

    #[test]
    fn a_withdrawn_document_takes_no_change() {
        let reason = Note::parse("Van een andere jongere.").unwrap();
        let withdrawn = document().withdraw(1, reason.clone(), stamp()).unwrap();
        assert_eq!(withdrawn.version, 2);
        let again = withdrawn.withdraw(2, reason, stamp()).unwrap_err();
        assert!(again.contains(&Refusal::DocumentWithdrawn));
        let details = withdrawn.details.clone();
        let changed = withdrawn.correct(2, details, day("2025-05-28"));
        assert!(changed.unwrap_err().contains(&Refusal::DocumentWithdrawn));
    }

    #[test]
    fn t1_a_correction_of_an_older_version_is_refused() {
        let details = Details {
            title: Label::parse("Nieuwe titel").unwrap(),
            ..document().details
        };
        let changed = document().correct(1, details.clone(), day("2025-05-28"));
        assert_eq!(changed.unwrap().version, 2);
        let late = document().correct(2, details, day("2025-05-28"));
        assert!(late.unwrap_err().contains(&Refusal::ChangedMeanwhile));
    }
}
