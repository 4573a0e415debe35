//! `docs/authorisation.md` is the authorisation table of the code, in Dutch, for who decides about it and
//! reads no Rust. `cargo xtask docs` writes it; this test fails when it says something else than the code.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::path::Path;

use domain::people::Role;
use domain::policy::{Operation, Reach, STEP_UP, TABLE};
use testkit::world;
use web::Route;

use crate::support;

/// Set by `cargo xtask docs`: write the file instead of comparing it.
const WRITE: &str = "WRITE_DOCS";

/// What an operation is called, where the proposal (assurance.md 1.5) has it, and how it differs from it.
/// A new operation has to be given its words here.
fn words(operation: Operation) -> (&'static str, &'static str, &'static str) {
    use Operation as O;
    match operation {
        O::Public => ("Aanmelden, openbare pagina's en gezondheid", "I7, I8", ""),
        O::OwnAccount => ("Eigen startpagina, meldingen en afmelden", "A1", ""),
        O::OwnLogin => (
            "Eigen wachtwoord en sessies, bevestigen wie men is",
            "A1",
            "",
        ),
        O::ChangeOwnLogin => (
            "Eigen tweede stap wijzigen (vraagt een vers bewijs)",
            "A1",
            "",
        ),
        O::LinkOwnLogin => (
            "Een aanmelding elders aan het eigen account koppelen, of niet meer (vraagt een vers bewijs)",
            "A1",
            "",
        ),
        O::ResetFactors => (
            "De tweede stap van een medewerker wegnemen (vraagt een vers bewijs)",
            "B7",
            "Smaller: geen systeembeheerder.",
        ),
        O::SearchClient => (
            "Een klant zoeken",
            "C1, C2",
            "Smaller: een organisatiebeheerder zoekt niet en een coach ook niet (die werkt vanuit de eigen \
             wachtrij). Wijder: de FG zoekt op elke klant, om bij het journaal te komen.",
        ),
        O::ViewDossier => (
            "Het dossier openen en het profiel lezen",
            "C7, D1, D2, D3, E1",
            "Wijder: elke begeleider van de organisatie met inzagerecht, niet alleen wie het dossier kreeg \
             (I2). Smaller: geen ESF-controleur en geen coach (die leest alleen lijnen uit de wachtrij).",
        ),
        O::OpenDisability => (
            "PmAB openen, met een reden",
            "D5",
            "De jongere leest het eigen dossier zonder reden, met het recht om het dossier te lezen.",
        ),
        O::EditDisability => (
            "Onder PmAB iets toevoegen, verbeteren of beëindigen",
            "D5",
            "Wijzigen kan alleen kort nadat het met een reden geopend is.",
        ),
        O::OpenTransmission => (
            "Transmissie openen, met een reden",
            "D5",
            "De jongere leest het eigen dossier zonder reden, met het recht om het dossier te lezen.",
        ),
        O::EditTransmission => (
            "Een melding aan de controledienst toevoegen of verbeteren",
            "D5",
            "Wijzigen kan alleen kort nadat het met een reden geopend is.",
        ),
        O::WriteMessage => (
            "Onder Berichten een gesprek beginnen of antwoorden",
            "",
            "Staat niet in het voorstel. Lezen kan wie het dossier leest.",
        ),
        O::ViewBenefits => (
            "Lezen of er recht is op een uitkering (RVA)",
            "D3",
            "Alleen lezen: het komt van de RVA.",
        ),
        O::ViewIntegration => (
            "Het inburgeringstraject en de lessen Nederlands lezen",
            "D3",
            "Alleen lezen: het komt van de Kruispuntbank Inburgering.",
        ),
        O::EditProfile => (
            "Het profiel, de contactgegevens en de voorkeuren aanvullen en verbeteren",
            "D4",
            "Wijder: ook een begeleider met inzagerecht (I4). Smaller: de jongere zelf niet.",
        ),
        O::EditGuidance => (
            "Invullen wat over de begeleiding gaat: traject, randvoorwaarden, inzetbaarheid, vacatures en competenties",
            "D4",
            "Wijder: elke begeleider met inzagerecht, zoals bij het profiel (I4). Smaller: de jongere zelf niet.",
        ),
        O::ApplyForVacancy => (
            "Zeggen dat je voor een vacature solliciteerde",
            "D4",
            "Staat niet in het voorstel: alleen de jongere, over het eigen dossier.",
        ),
        O::ListSteps => (
            "De stappen oplijsten",
            "E1, E3",
            "Wijder: de hele organisatie (I2).",
        ),
        O::ViewStep => (
            "Eén stap lezen, met acties en geschiedenis",
            "E2, E3, E15, E16",
            "Van een stap van een andere organisatie leest een begeleider alleen wat, wanneer en in welke \
             toestand. Smaller: geen ESF-controleur.",
        ),
        O::RegisterStep => (
            "Een stap toevoegen",
            "E4",
            "Smaller: geen bemiddelaar. Wijder: de hele organisatie (I2).",
        ),
        O::ChangeStep => (
            "Een stap wijzigen, beëindigen, annuleren of aanvullen",
            "E5, E6, E7, E8",
            "Smaller: geen bemiddelaar. Wijder: de hele organisatie (I2).",
        ),
        O::RecordAction => (
            "Een actie registreren, wijzigen of schrappen",
            "F1, F2",
            "Smaller: geen bemiddelaar. Wijder: de hele organisatie (I2).",
        ),
        O::RequestRemoval => (
            "De coach vragen om een beëindigde stap te verwijderen",
            "E12",
            "Smaller: geen organisatiebeheerder en geen bemiddelaar (R6).",
        ),
        O::ViewRemovals => (
            "De wachtrij van verwijderingen lezen",
            "E13",
            "Wijder: een coach leest de vragen van elke provincie.",
        ),
        O::DecideRemoval => (
            "Over een verwijdering beslissen (vraagt een vers bewijs)",
            "E13, E14",
            "Smaller: een verwijdering kan niet ongedaan gemaakt worden. Wijder: een coach beslist over elke \
             provincie; wie vroeg en wie beslist zijn nooit dezelfde persoon (R6).",
        ),
        O::ViewOpenings => ("Zien wie het dossier bekeek", "H1", "Wijder: ook de FG."),
        O::ViewCaseload => (
            "De werklijst van de eigen organisatie",
            "G1, H3",
            "Smaller: geen bemiddelaar.",
        ),
        O::ViewControl => (
            "De lijst van een project, met schuilnamen",
            "E1, D2",
            "Smaller: nooit namen.",
        ),
        O::ViewOrganisation => ("De mensen van de eigen organisatie", "B1", ""),
        O::ManageSystem => (
            "Gebruikers, organisaties en catalogus",
            "B1, B5, I2, I4",
            "",
        ),
        O::ManageGrants => (
            "Een inzagerecht toekennen of weigeren, een dossier maken",
            "C4, C5",
            "Smaller: geen coach.",
        ),
        O::AskGrant => ("Een inzagerecht vragen", "C3", ""),
        O::AskInDossier => (
            "In een open dossier een verlenging of overname vragen",
            "C3",
            "Smaller: geen organisatiebeheerder.",
        ),
        O::EndGrant => (
            "Een inzagerecht beëindigen",
            "C5",
            "Wijder: de jongere zelf (I2). Smaller: geen organisatiebeheerder en geen coach.",
        ),
        O::AnswerRequest => (
            "Zeggen wat je van een vraag om inzage vindt",
            "C3",
            "Staat niet in het voorstel.",
        ),
        O::ViewJournal => (
            "Lezen wat er in het dossier gebeurde",
            "H2",
            "Anders: de FG in plaats van de coach, en zonder wat mensen schreven; de jongere leest alles.",
        ),
        O::ViewMandates => (
            "De controleopdrachten lezen",
            "B6",
            "Anders: de systeembeheerder in plaats van de coach.",
        ),
        O::ManageMandates => (
            "Een controleopdracht geven en beëindigen (vraagt een vers bewijs)",
            "B6",
            "Anders: de systeembeheerder in plaats van de coach, en nooit aan zichzelf.",
        ),
        O::ViewReport => (
            "De cijfers van een project, zonder kleine aantallen",
            "G2",
            "Smaller: geen coach.",
        ),
        O::DownloadReport => (
            "Diezelfde cijfers downloaden (vraagt een vers bewijs)",
            "G2, G3",
            "Smaller: geen coach, en alleen cijfers, nooit namen.",
        ),
        O::ViewPeople => (
            "De pagina van één persoon lezen",
            "B1",
            "Smaller: geen coach; een organisatiebeheerder alleen de eigen mensen.",
        ),
        O::ManagePeople => (
            "Mensen uitnodigen, wijzigen en uit dienst zetten, functies geven en afnemen, een link voor een nieuw wachtwoord maken (vraagt een vers bewijs)",
            "B2, B3",
            "Smaller: een organisatiebeheerder alleen de eigen mensen.",
        ),
        O::ViewOrganisations => (
            "Organisaties en vestigingen lezen",
            "B1, B5",
            "Smaller: geen coach.",
        ),
        O::ManageOrganisations => (
            "Organisaties en vestigingen maken, wijzigen en sluiten (vraagt een vers bewijs)",
            "B5",
            "Smaller: geen coach.",
        ),
        O::ViewProposals => (
            "Lezen welke rollen op een tweede systeembeheerder wachten",
            "B4",
            "",
        ),
        O::GrantRoles => (
            "Een rol buiten een organisatie voorstellen, en bevestigen wat een ander voorstelde (vraagt een vers bewijs)",
            "B4",
            "",
        ),
        O::ViewRetention => (
            "Zien wat tot wanneer bewaard wordt, in aantallen",
            "H8",
            "Wijder: ook de FG leest.",
        ),
        O::ViewProjects => (
            "Betalingen, staatssteun en bewaarbevel van projecten lezen",
            "H8",
            "",
        ),
        O::ManageProjects => (
            "Betalingen, staatssteun en bewaarbevel van een project voorstellen en bevestigen (vraagt een vers bewijs)",
            "H8",
            "",
        ),
        O::ApplyRetention => (
            "Wissen wat niet langer bewaard moet worden",
            "H8",
            "Smaller: alleen op de server, met een opdracht.",
        ),
        O::KeepCopies => (
            "Back-ups maken, nakijken en terugzetten",
            "",
            "Niemand kan erom vragen: alleen op de server, met een opdracht.",
        ),
        O::ViewDocuments => (
            "De documenten van een dossier lezen",
            "D8",
            "Wijder: de hele organisatie (I2). Smaller: geen coach en geen ESF-controleur.",
        ),
        O::AddDocument => (
            "Een document toevoegen",
            "D7",
            "Wijder: de hele organisatie (I2).",
        ),
        O::ChangeDocument => (
            "Een document verbeteren of intrekken",
            "D7",
            "Wijder: de hele organisatie (I2); iedereen alleen wat de eigen organisatie of de persoon zelf toevoegde.",
        ),
        O::AssignDossiers => (
            "Dossiers beperken tot toegewezen begeleiders, en toewijzen",
            "C6",
            "",
        ),
        O::HandOver => (
            "In een open dossier zien aan wie het is toegewezen, en het doorgeven aan een collega",
            "C6",
            "Wijder: ook een begeleider die het dossier zelf kan openen (I2).",
        ),
        O::ViewAccountEvents => (
            "Het administratieve logboek lezen (accounts, mensen, organisaties)",
            "H3, H4",
            "Wijder: ook de FG; een organisatiebeheerder alleen wat de eigen organisatie aangaat.",
        ),
        O::ViewOwn => (
            "'Mijn dossier' en 'Wie mag mijn dossier openen'",
            "C7, D1",
            "Alleen voor de jongere zelf.",
        ),
        O::AskCorrection => (
            "Een rechtzetting vragen of bezwaar maken",
            "H6",
            "Wijder: elke begeleider van de organisatie, over eigen stappen en het profiel. Bezwaar maakt alleen de jongere.",
        ),
        O::DecideCorrection => (
            "Over een rechtzetting of bezwaar beslissen",
            "H7",
            "De coach alleen over stappen; nooit wie het vroeg of de stap schreef.",
        ),
        O::RevealInsz => (
            "Het rijksregisternummer volledig zien, met een reden",
            "D6",
            "Smaller: geen coach en geen ESF-controleur. De jongere ziet het eigen nummer altijd.",
        ),
        O::ExportDossier => (
            "Alles over een jongere downloaden (vraagt een vers bewijs)",
            "H5",
            "",
        ),
        O::Upkeep => (
            "Wat het programma zelf doet op zijn dag",
            "",
            "Niemand kan erom vragen: er hoort geen adres bij.",
        ),
    }
}

/// How far it reaches, as one letter in the table.
fn letter(reach: Reach) -> &'static str {
    match reach {
        Reach::Never => "–",
        Reach::Function => "F",
        Reach::Organisation => "O",
        Reach::Granted => "I",
        Reach::GrantedToHouse => "H",
        Reach::GrantedOwnLine => "L",
        Reach::RemovalQueue => "V",
        Reach::CorrectionQueue => "R",
        Reach::All => "A",
        Reach::Self_ => "Z",
    }
}

const LEGEND: &[(&str, &str)] = &[
    (
        "–",
        "Nooit. Het programma zegt dat de functie er voor deze rol niet is.",
    ),
    (
        "F",
        "De functie gaat niet over één dossier: de rol alleen beslist, en men ziet alleen het eigen deel.",
    ),
    (
        "O",
        "De functie gaat over geen dossier, en alleen over wat van de eigen organisatie is.",
    ),
    (
        "I",
        "Dossiers waarop de eigen organisatie vandaag een actief inzagerecht heeft (I2).",
    ),
    (
        "H",
        "Zoals I, ook wanneer de organisatie haar dossiers beperkt tot toegewezen begeleiders.",
    ),
    (
        "L",
        "Zoals I, en alleen stappen die de eigen organisatie aanvraagt of uitvoert.",
    ),
    (
        "V",
        "Alleen stappen waarvan de verwijdering gevraagd werd, en geannuleerde stappen in dat dossier.",
    ),
    (
        "R",
        "Alleen stappen waarvan een rechtzetting gevraagd werd, via die vraag.",
    ),
    ("A", "Elk dossier."),
    ("Z", "Alleen het dossier over zichzelf."),
];

/// Short enough for the head of a column.
fn column(role: Role) -> &'static str {
    match role {
        Role::Counsellor => "BEG",
        Role::Manager => "ORG",
        Role::Coach => "COA",
        Role::Mediator => "BEM",
        Role::Controller => "ESF",
        Role::SystemManager => "SYS",
        Role::Client => "JON",
        Role::PrivacyOfficer => "FG",
    }
}

fn document(routes: &[Route]) -> String {
    let mut text = String::from(
        "<!-- Geschreven door `cargo xtask docs` uit de code. Verander de tabel in \
         crates/domain/src/policy.rs, niet dit bestand. -->\n\
         # Wie mag wat\n\n\
         Dit is de tabel waarmee het programma beslist, niet een beschrijving ervan: ze wordt uit de code \
         gedrukt, en een test faalt als dit bestand iets anders zegt. Elk adres van het programma hoort bij \
         één handeling. Voor een adres opent, kijkt het programma of de rol de handeling heeft; voor een \
         dossier opent, kijkt het nog eens, met het dossier erbij. Wie niet aangemeld is, ziet alleen de \
         openbare pagina's.\n\n\
         Een dossier dat niet voor iemand bestemd is, krijgt precies hetzelfde antwoord als een dossier dat \
         niet bestaat: dezelfde bytes, en even veel werk (I2).\n\n\
         ## De rollen\n\n| Kolom | Rol |\n| --- | --- |\n",
    );
    for role in Role::ALL {
        let _ = writeln!(text, "| {} | {} |", column(role), role.label());
    }
    text.push_str("\n## De tekens\n\n| Teken | Betekenis |\n| --- | --- |\n");
    for (letter, meaning) in LEGEND {
        let _ = writeln!(text, "| {letter} | {meaning} |");
    }
    text.push_str("\n## De tabel\n\n| Handeling |");
    for role in Role::ALL {
        let _ = write!(text, " {} |", column(role));
    }
    text.push_str("\n| --- |");
    text.push_str(&" :-: |".repeat(Role::ALL.len()));
    text.push('\n');
    for (operation, cells) in TABLE {
        let _ = write!(text, "| {} |", words(*operation).0);
        for cell in cells {
            let _ = write!(text, " {} |", letter(*cell));
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "\n{} handelingen × {} rollen = {} vakken, over {} adressen. De test \
         `i1_i2_every_route_for_everybody_on_every_kind_of_dossier_and_line` vraagt elk adres, voor elke rol \
         en voor niemand, voor acht verhoudingen tot het dossier (actief inzagerecht; gedeeld met een andere \
         organisatie; gisteren afgelopen; een seconde geleden beëindigd; nog niet begonnen; gevraagd; van \
         een andere organisatie; bestaat niet) en zes toestanden van de stap (bezig; beëindigd in de 14 \
         dagen; daarna; verwijdering gevraagd; geannuleerd; verwijderd), en telt na dat elk vak getest is.",
        TABLE.len(),
        Role::ALL.len(),
        TABLE.len() * Role::ALL.len(),
        routes.len(),
    );
    text.push_str(
        "\n## Waar dit smaller of wijder is dan het voorstel\n\n\
         Het voorstel is de tabel in `assurance.md` 1.5. Waar het smaller is dan de regels, gelden de regels \
         (I4). Een teken tussen haakjes is de regel die beslist.\n\n\
         | Handeling | Voorstel | Verschil |\n| --- | --- | --- |\n",
    );
    for (operation, _) in TABLE {
        let (name, proposal, difference) = words(*operation);
        let difference = if difference.is_empty() {
            "geen"
        } else {
            difference
        };
        let _ = writeln!(text, "| {name} | {proposal} | {difference} |");
    }
    text.push_str("\n## De adressen achter elke handeling\n");
    for (operation, _) in TABLE {
        let _ = writeln!(text, "\n### {}\n", words(*operation).0);
        let mut own: Vec<&Route> = routes
            .iter()
            .filter(|route| route.operation == *operation)
            .collect();
        own.sort_by_key(|route| (route.path, route.method.as_str().to_owned()));
        if own.is_empty() {
            text.push_str("Geen adres.\n");
        }
        for route in own {
            let _ = writeln!(text, "- `{} {}`", route.method, route.path);
        }
    }
    text
}

#[tokio::test]
async fn the_printed_table_is_the_one_in_the_code() {
    let world = world().await;
    let printed = document(&web::table(support::web(&world)));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/authorisation.md");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, printed).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == printed,
        "docs/authorisation.md is not the table of the code: run `cargo xtask docs` and commit it"
    );
}

/// A reader sees at the operation itself that it asks for a proof.
#[test]
fn k079_the_words_say_which_operations_ask_for_a_fresh_proof() {
    for (operation, _) in TABLE {
        let said = words(*operation).0.ends_with(" (vraagt een vers bewijs)");
        assert_eq!(said, STEP_UP.contains(operation), "{operation:?}");
    }
}

/// A reader finds every sign explained.
#[test]
fn every_sign_of_the_table_has_its_meaning() {
    for (_, cells) in TABLE {
        for cell in cells {
            assert!(LEGEND.iter().any(|(known, _)| *known == letter(*cell)));
        }
    }
}
