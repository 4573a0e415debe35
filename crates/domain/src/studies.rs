//! Studies under 'Profiel': what was studied, where, and which certificate it gave (E2, E3, E6, I4).

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::StudyId;
use crate::refusal::{Field, Refusal, Refusals};
use crate::text::Label;

/// A fixed list with a stored code and a Dutch label.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in the order of the screen.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The code that is stored.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            /// The Dutch text on screen.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label),+ }
            }

            /// Reads the stored code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use coded;

coded! {
    /// Form of education (onderwijsvorm or level), as a study's title begins.
    Level {
        /// aso
        General = "aso", "Algemeen secundair onderwijs";
        /// tso
        Technical = "tso", "Technisch secundair onderwijs";
        /// kso
        Arts = "kso", "Kunstsecundair onderwijs";
        /// bso
        Vocational = "bso", "Beroepssecundair onderwijs";
        /// dbso
        PartTime = "dbso", "Deeltijds beroepssecundair onderwijs";
        /// dual learning
        Dual = "duaal", "Duaal leren";
        /// leertijd
        Apprenticeship = "leertijd", "Leertijd";
        /// buso
        Special = "buso", "Buitengewoon secundair onderwijs";
        /// okan
        Reception = "okan", "Onthaalonderwijs anderstalige nieuwkomers";
        /// adult education, secondary level
        Adult = "svwo", "Secundair volwassenenonderwijs";
        /// primary
        Primary = "lager", "Lager onderwijs";
        /// hbo5, bachelor, master
        Higher = "hoger", "Hoger onderwijs";
        /// abroad
        Abroad = "buitenland", "Onderwijs in het buitenland";
    }
}

coded! {
    /// Grade of secondary education.
    Grade {
        /// first
        First = "1", "1ste graad";
        /// second
        Second = "2", "2de graad";
        /// third
        Third = "3", "3de graad";
        /// fourth, historic
        Fourth = "4", "4de graad";
    }
}

coded! {
    /// What a study gave. Only a diploma excludes from the guidance (E3, E6).
    Certificate {
        /// certificate of the 2nd grade
        SecondGrade = "getuigschrift_2de_graad", "Getuigschrift 2de graad";
        /// study certificate of the 6th year
        SixthYear = "studiegetuigschrift_6", "Studiegetuigschrift 6de jaar bso of arbeidsmarktfinaliteit";
        /// study certificate of the 7th year
        SeventhYear = "studiegetuigschrift_7", "Studiegetuigschrift 7de jaar bso (zonder diploma)";
        /// diploma of secondary education
        SecondaryDiploma = "diploma_so", "Diploma secundair onderwijs";
        /// diploma of higher education
        HigherDiploma = "diploma_ho", "Diploma hoger onderwijs";
        /// foreign, recognised as equal to secondary or higher
        ForeignRecognised = "buitenlands_erkend", "Buitenlands diploma, erkend als gelijkwaardig";
        /// foreign, not recognised
        ForeignOther = "buitenlands_niet_erkend", "Buitenlands diploma, niet erkend";
        /// vocational qualification
        Vocational = "beroepskwalificatie", "Bewijs van beroepskwalificatie";
        /// partial vocational qualification
        PartialVocational = "deelkwalificatie", "Bewijs van deelkwalificatie";
        /// BuSO OV3
        SpecialThird = "buso_ov3", "Getuigschrift BuSO OV3";
        /// certificate of competences
        Competences = "competenties", "Bewijs van competenties";
    }
}

impl Certificate {
    /// Whether this is a diploma that excludes: secondary, higher, or a foreign one recognised as equal (E1, E3, E6).
    pub fn is_excluding_diploma(self) -> bool {
        matches!(
            self,
            Certificate::SecondaryDiploma
                | Certificate::HigherDiploma
                | Certificate::ForeignRecognised
        )
    }
}

coded! {
    /// Where a study record comes from (E6).
    Provenance {
        /// the client says so
        SelfDeclared = "eigen_verklaring", "Eigen verklaring";
        /// the paper was seen
        PaperVerified = "geverifieerd", "Geverifieerd (bewijs gezien)";
        /// delivered by the source database; read only (I4)
        Authentic = "authentiek", "Authentiek (uit de bron)";
    }
}

/// What a counsellor can write about a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyDetails {
    /// Form of education.
    pub level: Level,
    /// Grade, where the level has grades.
    pub grade: Option<Grade>,
    /// Field, as 'Toerisme, recreatie en sport'.
    pub field: Option<Label>,
    /// School.
    pub school: Label,
    /// The day it ended; for a certificate the day it was obtained.
    pub ended_on: Option<Day>,
    /// What it gave; none while it runs or when it gave nothing.
    pub certificate: Option<Certificate>,
    /// Where this comes from.
    pub provenance: Provenance,
}

/// A study as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
    /// Which one.
    pub id: StudyId,
    /// Counts up with every change; a form carries the one it was read at.
    pub version: u32,
    /// What is recorded.
    pub details: StudyDetails,
}

impl StudyDetails {
    /// The title as the manual writes it: level, grade and field.
    pub fn title(&self) -> String {
        let mut title = self.level.label().to_owned();
        if let Some(grade) = self.grade {
            title.push_str(" - ");
            title.push_str(grade.label());
        }
        if let Some(field) = &self.field {
            title.push_str(": ");
            title.push_str(field.as_str());
        }
        title
    }

    /// Its fields, as the journal names and words them.
    pub fn cells(&self) -> Vec<(&'static str, Option<String>)> {
        let text = |text: &str| Some(text.to_owned());
        vec![
            ("level", text(self.level.label())),
            ("grade", self.grade.map(|grade| grade.label().to_owned())),
            (
                "field",
                self.field.as_ref().map(|it| it.as_str().to_owned()),
            ),
            ("school", text(self.school.as_str())),
            ("ended_on", self.ended_on.map(Day::to_iso)),
            (
                "certificate",
                self.certificate.map(|it| it.label().to_owned()),
            ),
            ("provenance", text(self.provenance.label())),
        ]
    }

    /// Whether a diploma was obtained, of the kind that excludes from the guidance.
    pub fn holds_diploma(&self) -> bool {
        self.certificate
            .is_some_and(Certificate::is_excluding_diploma)
    }

    /// Whether the diploma of this study was held on a day. Without a date it counts as held: the
    /// safe reading, and the refusal asks for the date (E1; background: domain.md B1).
    pub fn diploma_held_on(&self, day: Day) -> bool {
        self.holds_diploma() && self.ended_on.is_none_or(|obtained| obtained <= day)
    }
}

/// What a study is checked against.
#[derive(Clone, Copy, Debug)]
pub struct StudyFacts {
    /// Today in Brussels.
    pub today: Day,
    /// The client's day of birth.
    pub birth: Day,
}

/// Checks a study that is added or corrected (I4): the source's own records are read only, a
/// certificate has a day, and days lie between birth and today.
pub fn check(
    existing: Option<&Study>,
    details: &StudyDetails,
    facts: StudyFacts,
) -> Result<(), Refusals> {
    if existing.is_some_and(|study| study.details.provenance == Provenance::Authentic) {
        return Err(Refusal::AuthenticIsReadOnly.into());
    }
    let mut refusals = check_days(details, facts);
    if details.provenance == Provenance::Authentic {
        refusals.add(Refusal::NotChosen(Field::Provenance));
    }
    refusals.into_result()
}

/// What is wrong with the day of a study, wherever it comes from: a certificate has a day, and days lie
/// between birth and today.
pub fn check_days(details: &StudyDetails, facts: StudyFacts) -> Refusals {
    let mut refusals = Refusals::default();
    if details.certificate.is_some() && details.ended_on.is_none() {
        refusals.add(Refusal::CertificateNeedsDay);
    }
    if let Some(day) = details.ended_on {
        if day <= facts.birth {
            refusals.add(Refusal::StudyBeforeBirth { birth: facts.birth });
        }
        if details.certificate.is_some() && day > facts.today {
            refusals.add(Refusal::CertificateInFuture { today: facts.today });
        }
    }
    refusals
}
