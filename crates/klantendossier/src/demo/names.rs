//! Words the made-up people, schools and texts are put together from. None of the combinations means
//! anybody.

use domain::studies::{Certificate, Grade, Level};

/// Form, grade, field and certificate of a study.
pub(crate) type Taught<'a> = (Level, Option<Grade>, Option<&'a str>, Option<Certificate>);

/// First names.
pub(crate) const GIVEN: &[&str] = &[
    "Lore",
    "Noah",
    "Yasmine",
    "Mohamed",
    "Elif",
    "Jarne",
    "Zoë",
    "Kobe",
    "Fatima-Zahra",
    "Lukas",
    "Amélie",
    "Senne",
    "Ayşe",
    "Bilal",
    "Marie-Lou",
    "Ruben",
    "Imane",
    "Thibault",
    "Nora",
    "Emre",
    "Hanne",
    "Ilias",
    "Chloë",
    "Wout",
    "Salma",
    "Dries",
    "Gülsüm",
    "Rayan",
    "Jolien",
    "Michał",
    "Noémie",
    "Younes",
    "Febe",
    "Kaan",
    "Lina",
    "Siebe",
    "Hafsa",
    "Maarten",
    "Anaïs",
    "Oğuz",
    "Tuur",
    "Dounia",
    "Robbe",
    "Ioana",
    "Mathis",
    "Zeynep",
    "Jef",
    "Khadija",
    "Stan",
    "Nathalie",
    "Adam",
    "Merel",
    "Soufiane",
    "Fleur",
    "Cem",
    "Lotte",
    "Amadou",
    "Saar",
    "Jürgen",
    "Inès",
];

/// Family names.
pub(crate) const FAMILY: &[&str] = &[
    "Peeters",
    "Janssens",
    "El Amrani",
    "Yılmaz",
    "De Smet",
    "Van den Broeck",
    "Maes",
    "Benali",
    "Willems",
    "Çelik",
    "Claes",
    "D'Hondt",
    "Goossens",
    "Öztürk",
    "Wouters",
    "Bouzidi",
    "De Clercq",
    "Vermeulen",
    "Şahin",
    "Van Damme",
    "Haddad",
    "Mertens",
    "Lemmens",
    "Kaya",
    "Desmet-Vandenberghe",
    "Aerts",
    "El Khattabi",
    "Dubois",
    "Van de Velde",
    "Aydın",
    "Michiels",
    "Ouali",
    "Cools",
    "Demir",
    "Verhaeghe",
    "Lefèvre",
    "Nowak",
    "Ziani",
    "Bogaert",
    "Arslan",
    "Vandenbroucke",
    "Popescu",
    "De Backer",
    "Tahiri",
    "Hermans",
    "Koç",
    "Segers",
    "Diallo",
    "Van Hoof-Cremers",
    "Moens",
    "Bakkali",
    "Thijs",
    "Güneş",
    "Coppens",
    "Naïm",
    "Verstraete",
    "De Wilde",
    "Erdoğmuş",
    "Lambrecht",
    "Müller",
    "Sanchez Ruíz",
    "Baeten",
    "Chérif",
    "Rombouts",
    "Van Overbeke",
    "Idrissi",
    "Smeets",
    "Bové",
    "Timmermans",
    "Abdi",
];

/// Postcode and municipality.
pub(crate) const PLACES: &[(&str, &str)] = &[
    ("1000", "Brussel"),
    ("1800", "Vilvoorde"),
    ("2000", "Antwerpen"),
    ("2018", "Antwerpen"),
    ("2060", "Antwerpen"),
    ("2300", "Turnhout"),
    ("2500", "Lier"),
    ("2800", "Mechelen"),
    ("3000", "Leuven"),
    ("3290", "Diest"),
    ("3500", "Hasselt"),
    ("3600", "Genk"),
    ("3800", "Sint-Truiden"),
    ("8000", "Brugge"),
    ("8400", "Oostende"),
    ("8500", "Kortrijk"),
    ("8800", "Roeselare"),
    ("9000", "Gent"),
    ("9100", "Sint-Niklaas"),
    ("9200", "Dendermonde"),
    ("9300", "Aalst"),
    ("9600", "Ronse"),
    ("9700", "Oudenaarde"),
    ("9900", "Eeklo"),
];

/// Streets that every town has.
pub(crate) const STREETS: &[&str] = &[
    "Stationsstraat",
    "Kerkstraat",
    "Molenstraat",
    "Nieuwstraat",
    "Schoolstraat",
    "Dorpsstraat",
    "Kapellestraat",
    "Veldstraat",
    "Lindelaan",
    "Beukenlaan",
    "Oude Baan",
    "Vaartkaai",
];

/// Schools that do not exist.
pub(crate) const SCHOOLS: &[&str] = &[
    "Atheneum De Zonnewijzer",
    "Technisch Instituut Maanlicht",
    "Campus Driehoek",
    "Middenschool Het Kompas",
    "Instituut De Oude Sluis",
    "Leercentrum Vier Winden",
    "Scholengroep Rietveld",
    "Vrije School De Brem",
];

/// Studies that do not exclude (E2, E6).
pub(crate) const STUDIES: &[Taught<'static>] = &[
    (
        Level::Technical,
        Some(Grade::Second),
        Some("Handel"),
        Some(Certificate::SecondGrade),
    ),
    (
        Level::Technical,
        Some(Grade::Second),
        Some("Elektromechanica"),
        Some(Certificate::SecondGrade),
    ),
    (Level::Technical, Some(Grade::Third), Some("Toerisme"), None),
    (
        Level::Vocational,
        Some(Grade::Second),
        Some("Hout"),
        Some(Certificate::SecondGrade),
    ),
    (
        Level::Vocational,
        Some(Grade::Third),
        Some("Verzorging"),
        Some(Certificate::SixthYear),
    ),
    (
        Level::Vocational,
        Some(Grade::Third),
        Some("Kantoor"),
        Some(Certificate::SixthYear),
    ),
    (
        Level::PartTime,
        None,
        Some("Winkelbediende"),
        Some(Certificate::PartialVocational),
    ),
    (
        Level::PartTime,
        None,
        Some("Keukenmedewerker"),
        Some(Certificate::Competences),
    ),
    (
        Level::Dual,
        Some(Grade::Third),
        Some("Elektrische installaties duaal"),
        Some(Certificate::Vocational),
    ),
    (
        Level::Dual,
        Some(Grade::Second),
        Some("Groen en decoratie duaal"),
        None,
    ),
    (Level::Apprenticeship, None, Some("Dakwerker"), None),
    (
        Level::Special,
        None,
        Some("Metselaar (OV3)"),
        Some(Certificate::SpecialThird),
    ),
    (Level::Reception, None, None, None),
    (Level::General, Some(Grade::First), None, None),
    (
        Level::Arts,
        Some(Grade::Second),
        Some("Beeldende kunsten"),
        Some(Certificate::SecondGrade),
    ),
    (
        Level::Adult,
        None,
        Some("Logistiek assistent"),
        Some(Certificate::PartialVocational),
    ),
    (
        Level::Abroad,
        None,
        Some("Lyceum"),
        Some(Certificate::ForeignOther),
    ),
    (Level::Primary, None, None, None),
];

/// Studies with a diploma that excludes (E1, E3).
pub(crate) const DIPLOMAS: &[Taught<'static>] = &[
    (
        Level::Technical,
        Some(Grade::Third),
        Some("Boekhouden"),
        Some(Certificate::SecondaryDiploma),
    ),
    (
        Level::Vocational,
        Some(Grade::Third),
        Some("Verzorging (7de jaar)"),
        Some(Certificate::SecondaryDiploma),
    ),
    (
        Level::General,
        Some(Grade::Third),
        Some("Humane wetenschappen"),
        Some(Certificate::SecondaryDiploma),
    ),
    (
        Level::Abroad,
        None,
        Some("Lyceum"),
        Some(Certificate::ForeignRecognised),
    ),
];

/// Job and employer of a work experience.
pub(crate) const JOBS: &[(&str, &str)] = &[
    ("Winkelbediende", "Kruidenier Op de Hoek"),
    ("Afwasser", "Brasserie Het Anker"),
    ("Orderpicker", "Magazijn Noorderkaai"),
    ("Bakkershulp", "Bakkerij Korrel"),
    ("Jobstudent groendienst", "Gemeente Rietbeke"),
    ("Kassamedewerker", "Supermarkt Mand"),
    ("Hulpkok", "Feestzaal De Schuur"),
    ("Poetshulp", "Schoonmaak Helder"),
];

/// What a summary says.
pub(crate) const SUMMARIES: &[&str] = &[
    "Kennismaking gehad. De jongere wil de opleiding graag afmaken. We spreken om de twee weken af.",
    "De werkplek is tevreden over de inzet. Op school loopt wiskunde moeilijk; er is bijles afgesproken.",
    "De motivatie gaat op en af. Afspraak: elke maandag even bellen, en de klastitularis belt bij afwezigheid.",
    "Samen met de ouders een weekplan gemaakt. De jongere komt voortaan met de trein van 7.12 uur.",
    "Er was een conflict met de mentor op het werk. In een gesprek met drie is dat uitgepraat.",
    "De jongere zoekt een andere werkplek. We schreven samen drie brieven en oefenden het gesprek.",
    "Thuis is het druk. De jongere studeert nu twee avonden per week in de bibliotheek.",
    "De stage start na de vakantie. Werkkledij en een abonnement voor de bus zijn aangevraagd.",
];

/// What an addendum says.
pub(crate) const ADDENDA: &[&str] = &[
    "Het attest van de werkplek kwam nog binnen en is aan de jongere bezorgd.",
    "De school bevestigt dat de jongere in september opnieuw is ingeschreven.",
    "Nog een laatste keer gebeld: alles gaat goed.",
];

/// What a note with an action says.
pub(crate) const NOTES: &[&str] = &[
    "Besproken hoe de week liep. Volgende afspraak ligt vast.",
    "De mentor was erbij. Op tijd komen gaat beter.",
    "Niet komen opdagen; nadien gebeld en een nieuwe afspraak gemaakt.",
    "Geoefend op een gesprek bij een werkgever.",
    "De klastitularis ziet vooruitgang.",
    "Moeder maakt zich zorgen; we bellen volgende week opnieuw.",
];

/// Where an action took place.
pub(crate) const SPOTS: &[&str] = &["Kantoor", "School", "Werkplek", "Bij de jongere thuis"];

/// What somebody writes about oneself.
pub(crate) const ABOUT: &[&str] = &[
    "Ik werk graag met mijn handen en ik ben stipt.",
    "Ik spreek thuis twee talen en help graag mensen in de winkel.",
    "Ik wil later een eigen zaak. Nu leer ik eerst het vak.",
    "Ik ben graag buiten. Voetbal is mijn sport.",
];
