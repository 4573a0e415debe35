//! The Dutch sentences: one place for each reason to refuse, what is wrong and how to put it right.
//! B1 level, no codes. A new reason without a sentence does not compile.

use casework::PasswordRefused;
use domain::day::{DayError, DayPart};
use domain::documents::FileFault;
use domain::kbo::KboError;
use domain::refusal::{Field, FinalKind, NamedAction, Refusal};

/// A form that lacks its hidden parts.
pub(crate) const FORM_INCOMPLETE: &str =
    "Dit formulier is niet volledig aangekomen. Kijk alles na en bevestig opnieuw.";
/// A form that was opened too long ago.
pub(crate) const FORM_TOO_OLD: &str = "Dit formulier stond te lang open. \
     Wat je typte staat er nog: kijk het na en bevestig opnieuw.";

/// What is kept closed was opened.
pub(crate) const OPENED: &str = "Je ziet deze gegevens één keer. Jouw naam en je reden staan in de lijst die de \
     jongere leest.";

/// What just succeeded, from the code in an address.
pub(crate) fn succeeded(code: &str) -> Option<&'static str> {
    Some(match code {
        "geregistreerd" => "De stap is geregistreerd.",
        "geregistreerd-elders" => {
            "De stap is geregistreerd. Let op: dezelfde begeleiding loopt ook bij een andere organisatie."
        }
        "gewijzigd" => "De wijziging is bewaard.",
        "beeindigd" => "De begeleiding is beëindigd.",
        "geannuleerd" => "De stap is geannuleerd en staat niet meer in de lijst.",
        "bewaard-en-weg" => {
            "Wat je stuurde, was al bewaard. De stap is intussen geannuleerd of verwijderd en staat niet meer in de lijst."
        }
        "aangevuld" => "De aanvulling is bewaard.",
        "verwijdering-gevraagd" => {
            "Je vraag is verstuurd. De provinciale coach bekijkt ze; je krijgt een melding."
        }
        "verwijderd" => "De stap is verwijderd. De aanvrager krijgt een melding.",
        "geweigerd" => "De stap blijft staan. De aanvrager krijgt een melding.",
        "actie" => "De actie is geregistreerd.",
        "actie-gewijzigd" => "De actie is gewijzigd.",
        "actie-geschrapt" => "De actie is geschrapt.",
        "studie" => "De studie is bewaard.",
        "over-mezelf" => "'Over mezelf' is bewaard.",
        "werkervaring" => "De werkervaring is bewaard.",
        "vacature" => "De vacature is bewaard.",
        "gesolliciteerd" => "Je begeleider ziet nu dat je gesolliciteerd hebt.",
        "opleiding" => "De opleiding is bewaard.",
        "competentie" => "De competentie is bewaard.",
        "doel" => "Het doel is bewaard.",
        "afspraak" => "De afspraak is bewaard.",
        "startscreening" => "De startscreening is bewaard.",
        "randvoorwaarde" => "De randvoorwaarde is bewaard.",
        "inzetbaarheid" => "De inzetbaarheid is bewaard.",
        "contactgegevens" => "De contactgegevens zijn bewaard.",
        "taal" => "De taal is bewaard.",
        "gewenste-job" => "De gewenste job is bewaard.",
        "mobiliteit" => "De mobiliteit is bewaard.",
        "contactvoorkeur" => "De contactvoorkeur is bewaard.",
        "indicatie" => "Het gegeven is bewaard. Om het te zien, open je PmAB opnieuw.",
        "transmissie" => "De transmissie is bewaard. Om ze te zien, open je Transmissie opnieuw.",
        "bericht" => "Je bericht is verstuurd.",
        "gevraagd" => {
            "Je vraag is verstuurd naar de bemiddelaar. Je krijgt een melding zodra er een antwoord is."
        }
        "toegekend" => "Gedaan. De aanvrager krijgt een melding.",
        "niet-toegekend" => {
            "De vraag is geweigerd. De aanvrager krijgt een melding, zonder je reden."
        }
        "inzagerecht" => "De organisatie heeft inzagerecht.",
        "verlengd" => "Het inzagerecht is verlengd.",
        "inzagerecht-beeindigd" => {
            "Het inzagerecht is beëindigd. De organisatie kan het dossier niet meer openen."
        }
        "link-getoond" => "Die link was al gemaakt. Heb je hem niet meer, maak dan een nieuwe.",
        "link-ingetrokken" => "De link werkt niet meer.",
        "functie" => "De functie is gegeven.",
        "functie-afgenomen" => "De functie is afgenomen. Wie ermee aangemeld was, is afgemeld.",
        "uit-dienst" => "Uit dienst gezet en overal afgemeld.",
        "terug" => "Terug in dienst.",
        "rol-voorgesteld" => {
            "De rol is voorgesteld. Een andere systeembeheerder moet ze bevestigen."
        }
        "rol-bevestigd" => "De rol is bevestigd en geldt vanaf nu.",
        "rol-geweigerd" => "De rol is geweigerd.",
        "organisatie" => "De organisatie is gemaakt. Voeg nu een vestiging toe.",
        "vestiging" => "De vestiging is toegevoegd.",
        "gesloten" => "Gesloten.",
        "heropend" => "Heropend.",
        "account" => "Je wachtwoord is bewaard. Meld je nu aan.",
        "opdracht" => "De controleur kan de lijst nu zien, binnen de dagen van de opdracht.",
        "opdracht-beeindigd" => "De opdracht is beëindigd. De controleur ziet niets meer.",
        "project-voorgesteld" => {
            "Je voorstel is bewaard. Het geldt zodra een andere systeembeheerder het bevestigt."
        }
        "project-bevestigd" => "De bewaargegevens van het project gelden nu.",
        "project-geweigerd" => "Het voorstel is niet bevestigd. Er verandert niets.",
        "antwoord" => "Je antwoord is bewaard. De bemiddelaar ziet het.",
        "rechtzetting-gevraagd" => {
            "Je vraag is verstuurd. Je krijgt een melding zodra er een antwoord is."
        }
        "rechtgezet" => "De rechtzetting is toegekend. De aanvrager krijgt een melding.",
        "niet-rechtgezet" => {
            "De vraag is geweigerd. De aanvrager krijgt een melding met je antwoord."
        }
        "gekoppeld" => "Je account is gekoppeld. Je kan je voortaan zo aanmelden.",
        "ontkoppeld" => "Je account is ontkoppeld.",
        "document" => "Toegevoegd aan de documenten.",
        "document-gewijzigd" => "De wijziging van het document is bewaard.",
        "document-ingetrokken" => "Het document is ingetrokken.",
        "mail-adres" => {
            "We stuurden een link naar dat adres. Open de link om het adres te bevestigen."
        }
        "mail-bevestigd" => "Je e-mailadres is bevestigd.",
        "mail-wens" => "Je keuze is bewaard.",
        "mail-weg" => "Je e-mailadres is verwijderd. Je krijgt geen mails meer.",
        "beperkt" => {
            "Vanaf nu opent een begeleider alleen de dossiers die aan hem of haar toegewezen zijn."
        }
        "niet-beperkt" => "Alle begeleiders van je organisatie openen weer elk dossier.",
        "toegewezen" => "Het dossier is toegewezen. De begeleider krijgt een melding.",
        "weggehaald" => {
            "Gedaan. Die begeleider kan het dossier niet meer openen en krijgt een melding."
        }
        "doorgegeven" => "Het dossier is doorgegeven. Je collega krijgt een melding.",
        "afgemeld" => "Je bent afgemeld.",
        "overal-afgemeld" => "Je bent overal afgemeld.",
        "sessie-afgemeld" => "Dat toestel is afgemeld.",
        "wachtwoord" => "Je wachtwoord is gewijzigd. Op andere toestellen ben je afgemeld.",
        "tweede-stap" => "Je tweede stap staat klaar. Bij de volgende aanmelding vragen we ernaar.",
        "tweede-stap-weg" => "De tweede stap is verwijderd.",
        "tweede-stap-weggenomen" => {
            "De tweede stap is weggenomen. De medewerker krijgt een melding en stelt een nieuwe in."
        }
        _ => return None,
    })
}

/// The sentence of a refusal.
pub(crate) fn refusal(refusal: &Refusal) -> String {
    use Refusal as R;
    match refusal {
        R::HoldsDiploma { study, obtained } => match obtained {
            Some(day) => format!(
                "Deze jongere had op de startdatum al een diploma: {study}, behaald op {day}. \
                 Wie al een diploma heeft, kan niet deelnemen. Klopt de studie niet, verbeter ze dan eerst bij Profiel."
            ),
            None => format!(
                "Bij Profiel staat een diploma zonder datum: {study}. \
                 Vul daar eerst de datum in; dan weet je of deze jongere kan deelnemen."
            ),
        },
        R::DeclarationNeeded => {
            "Bij Profiel staat geen studie. Vraag de jongere of er een diploma \
             secundair onderwijs is, en vink aan dat je dit hebt nagegaan."
                .into()
        }
        R::FundingNotValid { start } => format!(
            "Dit financieringsnummer geldt niet op {start}. Kies een ander nummer of pas de datum aan."
        ),
        R::StartTooEarly { first } => format!(
            "De startdatum is te vroeg. Dit financieringsnummer geldt vanaf {first}; kies die dag of later."
        ),
        R::StartInFuture { today } => {
            format!("De startdatum ligt in de toekomst. Kies vandaag ({today}) of een dag ervoor.")
        }
        R::StartBeforeBirth { birth } => format!(
            "De startdatum ligt voor de geboorte van de jongere ({birth}). Kijk de datum na."
        ),
        R::AlreadyOngoing { start, .. } => format!(
            "Deze begeleiding loopt al bij jullie, sinds {start}. Werk verder met die stap."
        ),
        R::PeriodOverlaps { start, end, .. } => match end {
            Some(end) => format!(
                "Deze periode overlapt met een begeleiding van {start} tot {end}. Kies een andere datum."
            ),
            None => format!(
                "Deze periode overlapt met een begeleiding die loopt sinds {start}. Kies een andere datum."
            ),
        },
        R::ActionsBeforeStart(actions) => format!(
            "Er zijn acties voor deze startdatum: {}. Kies een vroegere datum of pas eerst die acties aan.",
            named(actions)
        ),
        R::NothingToCancel => "Een nieuwe stap kan je niet annuleren: er is nog niets bewaard. \
             Kies Bezig, of ga terug zonder te bevestigen."
            .into(),
        R::LateReasonNeeded { days } => format!(
            "De startdatum ligt meer dan {days} dagen terug. Schrijf waarom je de stap nu pas registreert."
        ),
        R::FundingFixedByActions => {
            "Er zijn al acties geregistreerd: het financieringsnummer kan niet \
             meer veranderen. Kies het vorige nummer."
                .into()
        }
        R::PartyWithoutGrant { unit, .. } => format!(
            "{unit} heeft geen inzagerecht op dit dossier. Kies iemand anders, of laat die organisatie \
             eerst inzagerecht vragen."
        ),
        R::NotOurGuidance => "De aanvrager of de uitvoerder moet van jouw organisatie zijn. \
             Pas een van de twee aan."
            .into(),
        R::ActionBeforeStart { start } => format!(
            "De actie ligt voor de start van de begeleiding ({start}). Kies {start} of een latere dag."
        ),
        R::ActionInFuture { today } => {
            format!("De actie ligt in de toekomst. Kies vandaag ({today}) of een dag ervoor.")
        }
        R::DurationOutOfRange { least, most } => {
            format!("De duur klopt niet. Geef een aantal minuten van {least} tot {most}.")
        }
        R::ActionsAfterEnd(actions) => format!(
            "Er zijn acties na deze einddatum: {}. Kies een latere datum of pas eerst die acties aan.",
            named(actions)
        ),
        R::Final(FinalKind::Ended) => {
            "Deze begeleiding is beëindigd. Er kan niets meer aan veranderen; \
             je kan alleen nog de samenvatting aanvullen, 14 dagen lang."
                .into()
        }
        R::Final(FinalKind::Cancelled) => {
            "Deze stap is geannuleerd. Registreer een nieuwe stap als dat nodig is.".into()
        }
        R::Final(FinalKind::Removed) => {
            "Deze stap is verwijderd door de provinciale coach. Er kan niets meer aan veranderen."
                .into()
        }
        R::ActionsWillBeVoided(actions) => format!(
            "Deze stap heeft acties: {}. Ze vervallen mee. Vink aan dat dit mag, of ga terug.",
            named(actions)
        ),
        R::EndBeforeStart { start } => format!(
            "De einddatum ligt voor de startdatum ({start}). Kies {start} of een latere dag."
        ),
        R::EndInFuture { today } => {
            format!("De einddatum ligt in de toekomst. Kies vandaag ({today}) of een dag ervoor.")
        }
        R::ResultDoesNotFollow { follows } => format!(
            "Deze reden geeft een andere resultaatcode: {follows}. Kies die code, of een andere reden."
        ),
        R::FactsContradict => "Wat je aanvinkte past niet bij de gekozen reden. \
             Pas de reden aan, of vink het uit."
            .into(),
        R::ResultNoteNeeded => {
            "Leg bij deze reden in een paar woorden uit wat er gebeurd is.".into()
        }
        R::AddendumWindowClosed { last_day } => format!(
            "Aanvullen kon tot en met {last_day}. Is er iets fout, vraag dan de verwijdering aan de \
             provinciale coach."
        ),
        R::RemovalOnlyOfEnded => "Alleen een beëindigde stap wordt door de coach verwijderd. \
             Een stap die bezig is, kan je zelf wijzigen of annuleren."
            .into(),
        R::RemovalAlreadyAsked => {
            "De verwijdering van deze stap is al gevraagd. Wacht op het antwoord van de coach."
                .into()
        }
        R::RemovalAlreadyDecided => {
            "Over deze vraag is al beslist. Ga terug naar de lijst met vragen.".into()
        }
        R::OwnRequest => {
            "Je hebt deze verwijdering zelf gevraagd. Laat een andere coach beslissen.".into()
        }
        R::ChangedMeanwhile => "Iemand anders heeft dit intussen gewijzigd. Open het opnieuw, \
             kijk na wat er veranderd is en voer je wijziging nog eens in."
            .into(),
        R::AuthenticIsReadOnly => {
            "Deze gegevens komen uit een officiële bron. Je kan ze hier niet \
             wijzigen; meld de fout aan de bemiddelaar."
                .into()
        }
        R::CertificateNeedsDay => {
            "Vul de dag in waarop het diploma of studiebewijs behaald is.".into()
        }
        R::CertificateInFuture { today } => format!(
            "Een diploma of studiebewijs kan niet in de toekomst behaald zijn. Kies {today} of een dag \
             ervoor, of kies geen studiebewijs."
        ),
        R::StudyBeforeBirth { birth } => format!(
            "De studie eindigt voor de geboorte van de jongere ({birth}). Kijk de datum na."
        ),
        R::UntilBeforeFrom { from } => {
            format!("De einddatum ligt voor de begindatum ({from}). Kies {from} of een latere dag.")
        }
        R::FromInFuture { today } => {
            format!("De begindatum ligt in de toekomst. Kies vandaag ({today}) of een dag ervoor.")
        }
        R::GrantAlreadyAsked => {
            "Jouw organisatie vroeg dit al. Wacht op het antwoord van de bemiddelaar.".into()
        }
        R::GrantAlreadyHeld => "Jouw organisatie heeft al inzagerecht op dit dossier. \
             Zoek de klant en open het dossier."
            .into(),
        R::TooManyGrantRequests => {
            "Je vroeg vandaag al heel vaak inzagerecht. Probeer het morgen opnieuw, of bel de bemiddelaar."
                .into()
        }
        R::FormDayNeeded => "Het akkoord van de jongere staat op het formulier. \
             Vul in op welke dag jullie het samen invulden."
            .into(),
        R::FormInFuture { today } => format!(
            "Het formulier kan niet in de toekomst ingevuld zijn. Kies vandaag ({today}) of een dag ervoor."
        ),
        R::ClientDisagrees => "De jongere gaat niet akkoord. Op die grond kan je geen inzagerecht geven."
            .into(),
        R::NoClientFits => {
            "Het klantnummer en het bewijs passen bij geen klant. Je kan deze vraag alleen weigeren."
                .into()
        }
        R::GrantRequestDecided => {
            "Over deze vraag is al beslist. Ga terug naar de lijst met vragen.".into()
        }
        R::OwnGrantRequest => {
            "Je hebt dit zelf gevraagd. Laat een andere bemiddelaar beslissen.".into()
        }
        R::GrantEndsInPast { today } => format!(
            "De laatste dag ligt in het verleden. Kies vandaag ({today}) of een latere dag."
        ),
        R::NoActiveGrant => {
            "Deze organisatie heeft nu geen inzagerecht op dit dossier. Kijk de lijst na.".into()
        }
        R::WorksElsewhere => "Deze persoon werkt ook elders. Vraag dit aan de systeembeheerder.".into(),
        R::LastManager => "Dit is de enige organisatiebeheerder. \
             Maak eerst een collega organisatiebeheerder."
            .into(),
        R::LastSystemManager => "Dit is de enige systeembeheerder. \
             Laat eerst iemand anders systeembeheerder worden."
            .into(),
        R::OwnProposal => "Wie een rol voorstelt of krijgt, bevestigt ze niet. \
             Vraag het aan een andere systeembeheerder."
            .into(),
        R::HasFunction => "Deze persoon heeft die functie al, of ze is al voorgesteld.".into(),
        R::OddUserName => "Kies een gebruikersnaam van 3 tot 60 tekens: kleine letters, cijfers, \
             punt en streepje. Begin met een letter of een cijfer."
            .into(),
        R::UserNameTaken => "Deze gebruikersnaam is al in gebruik. Kies een andere.".into(),
        R::OddEmail => "Vul een e-mailadres in, zoals naam@voorbeeld.be.".into(),
        R::OddKbo(error) => odd_kbo(*error).into(),
        R::KboTaken => "Een andere organisatie heeft dit ondernemingsnummer al, of iemand was je voor. \
             Kijk de lijst na."
            .into(),
        R::Closed => "Dit kan niet: de organisatie, de vestiging of het account is gesloten.".into(),
        R::ObjectionOfClientOnly => {
            "Alleen de jongere zelf maakt bezwaar. Kies een vraag om rechtzetting.".into()
        }
        R::TooManyCorrections { most } => format!(
            "Er wachten al {most} vragen over dit dossier. Wacht tot er een antwoord is."
        ),
        R::CorrectionDecided => {
            "Over deze vraag is al beslist. Ga terug naar de lijst met vragen.".into()
        }
        R::OwnCorrection => "Je hebt dit zelf gevraagd. Laat iemand anders beslissen.".into(),
        R::AuthorOfLine => {
            "Je hebt zelf aan deze stap gewerkt. Laat iemand anders beslissen.".into()
        }
        R::PeriodBackwards(_) => {
            "De laatste dag ligt voor de eerste dag. Kijk de twee data na.".into()
        }
        R::MandateInPast { today } => format!(
            "Deze opdracht zou al voorbij zijn. Kies als laatste dag {today} of later."
        ),
        R::OwnMandate => {
            "Een opdracht voor jezelf kan je niet geven. Vraag het een andere systeembeheerder.".into()
        }
        R::MandateEnded => "Deze opdracht is al beëindigd. Je hoeft niets meer te doen.".into(),
        R::NoSuchController => {
            "Er is geen ESF-controleur met deze gebruikersnaam. Kijk de naam na bij Gebruikers.".into()
        }
        R::PaymentInFuture { today } => format!(
            "De laatste betaling kan niet in de toekomst liggen. Vul {today} of een vroegere dag in, of laat het leeg."
        ),
        R::HoldInPast { today } => format!(
            "Dit bewaarbevel zou al voorbij zijn. Kies {today} of later, of kies 'Nee'."
        ),
        R::ProjectChangeWaits => {
            "Voor dit project wacht al een voorstel. Laat dat eerst bevestigen, of trek het in.".into()
        }
        R::ProjectChangeDecided => {
            "Over dit voorstel is al beslist. Kijk hieronder wat er nu geldt.".into()
        }
        R::OwnProjectChange => {
            "Je eigen voorstel bevestig je niet zelf. Vraag het een andere systeembeheerder.".into()
        }
        R::FormFileNeeded => "Voeg het ingevulde formulier toe: een scan of een foto ervan. \
             Een handtekening hoeft niet."
            .into(),
        R::FileRefused { file, fault } => file_refused(file, *fault),
        R::TooManyFiles { most } => format!(
            "Dat zijn te veel bestanden tegelijk. Kies er hoogstens {most}, en voeg de andere daarna toe."
        ),
        R::DossierFull { most_mib } => format!(
            "De documenten in dit dossier zijn samen al bijna {most_mib} MB: dit past er niet meer bij. \
             Trek in wat niet nodig is, of vraag raad aan de beheerder."
        ),
        R::TooManyDocuments { most } => format!(
            "Je voegde vandaag al heel veel documenten toe (hoogstens {most}). Probeer het morgen opnieuw."
        ),
        R::DocumentInFuture { today } => format!(
            "De dag op het document ligt in de toekomst. Kies vandaag ({today}) of een dag ervoor."
        ),
        R::DocumentWithdrawn => {
            "Dit document is ingetrokken. Er kan niets meer aan veranderen; voeg zo nodig een nieuw toe."
                .into()
        }
        R::EvidenceTooLate { last_day } => format!(
            "Deze stap is beëindigd. Bewijs erbij zetten of weghalen kon tot en met {last_day}. \
             Kies geen stap: het document staat dan bij het dossier."
        ),
        R::NotOurCounsellor => "Dit is geen begeleider van je organisatie. Kies iemand uit de lijst.".into(),
        R::AlreadyAssigned => {
            "Het dossier is al aan deze begeleider toegewezen. Kijk de lijst na.".into()
        }
        R::NotAssigned => {
            "Het dossier is niet, of niet meer, aan deze begeleider toegewezen. Kijk de lijst na.".into()
        }
        R::NotNarrowed => {
            "Je organisatie beperkt dossiers niet. Er is niets toe te wijzen.".into()
        }
        R::NoMailAddress => {
            "Dit is geen e-mailadres. Schrijf het zoals naam@voorbeeld.be, zonder spaties.".into()
        }
        R::TooManyConfirmations => {
            "Je vroeg vandaag al vaak een link. Probeer het morgen opnieuw.".into()
        }
        R::LinkNotValid => {
            "Deze link werkt niet meer, of hoort bij een andere gebruiker. Vul je e-mailadres opnieuw in."
                .into()
        }
        R::DayInFuture { field, today } => format!(
            "{} ligt in de toekomst. Kies vandaag ({today}) of een dag ervoor.",
            capital(&with_article(*field))
        ),
        R::NumberOutOfRange { field, least, most } => format!(
            "Vul bij {} een geheel getal in van {least} tot {most}.",
            name(*field)
        ),
        R::ValidTooLong { last } => format!(
            "Een WOP geldt hoogstens vijf jaar. Kies {last} of een vroegere dag."
        ),
        R::NoTransmission { situation } => format!(
            "Bij werksituatie {situation} kan je niets melden aan de controledienst. Het kan alleen bij 00, 02, \
             05, 14, 80, 82, 85 en 89. Klopt de werksituatie niet? Laat die eerst verbeteren."
        ),
        R::DecisionTooEarly => {
            "Een beslissing hoort bij de stand 'Beslist'. Kies die stand, of laat de beslissing leeg.".into()
        }
        R::AlreadyRecorded(Field::IndicationKind) => {
            "Dit staat al in het dossier voor dezelfde periode. Open PmAB en kies 'Wijzig' bij wat er staat."
                .into()
        }
        R::AlreadyRecorded(_) => {
            "Dit staat al in het dossier. Ga terug en kies 'Wijzig' bij wat er staat.".into()
        }
        R::TooManyRecords { most } => format!(
            "Er staan er al {most} in dit dossier. Meer kan niet: verbeter wat er staat."
        ),
        R::OddWebAddress => "De link klopt niet. Kopieer het hele adres van de vacature; het begint met \
             https:// of http://. Er mag geen naam of wachtwoord in staan."
            .into(),
        R::OddPostcode => "Dit is geen Belgische postcode. Vul 4 cijfers in, bijvoorbeeld 2800.".into(),
        R::OddPhone => "Dit is geen telefoonnummer. Vul alle cijfers in, bijvoorbeeld 0470 12 34 56. Een nummer \
             uit een ander land begint met + of 00."
            .into(),
        R::TwoLanguages => {
            "Je koos een taal uit de lijst en vulde ook een andere taal in. Maak dit veld leeg, of kies 'Een \
             andere taal'."
                .into()
        }
        R::NotToApplyFor => {
            "Voor deze vacature staat al dat je solliciteerde, of er is al een antwoord. Kijk de lijst na.".into()
        }
        R::Empty(field) => empty(*field),
        R::NotChosen(field) => not_chosen(*field),
        R::TooLong { field, max, was } => format!(
            "{} is te lang: {was} tekens. Maak er ten hoogste {max} tekens van.",
            capital(name(*field))
        ),
        R::OddCharacters(field) => format!(
            "{} bevat tekens die niet kunnen. Haal die weg en typ de tekst zo nodig opnieuw.",
            capital(name(*field))
        ),
    }
}

/// Why a file is not accepted, with its name, and what does work.
fn file_refused(file: &str, fault: FileFault) -> String {
    match fault {
        FileFault::Kind => format!(
            "{file} kan je niet toevoegen. Kies een PDF, een foto (JPEG of PNG) of een tekst (ODT of DOCX)."
        ),
        FileFault::Disguised => format!(
            "{file} is iets anders dan de naam zegt. Open het, bewaar het opnieuw als PDF en probeer het nog eens."
        ),
        FileFault::Damaged => format!(
            "{file} is beschadigd of niet volledig. Open het, bewaar het opnieuw en probeer het nog eens."
        ),
        FileFault::Empty => format!("{file} is leeg. Kies het juiste bestand."),
        FileFault::TooLarge { most_mib } => format!(
            "{file} is te groot: meer dan {most_mib} MB. Maak het kleiner, bijvoorbeeld met minder bladzijden."
        ),
        FileFault::TooManyDots { most } => format!(
            "{file} is een te grote foto: meer dan {most} miljoen beeldpunten. Maak ze kleiner."
        ),
        FileFault::Unpacks => format!(
            "{file} wordt bij het openen veel te groot. Bewaar het opnieuw als PDF en probeer het nog eens."
        ),
        FileFault::Program => {
            format!("In {file} zit een programma (macro). Bewaar het zonder macro's, of als PDF.")
        }
        FileFault::Infected => format!(
            "De virusscanner vond iets in {file}. Het is niet bewaard. Verwittig je informaticadienst."
        ),
    }
}

fn empty(field: Field) -> String {
    match field {
        Field::Files => "Kies een bestand, of neem een foto.".into(),
        Field::WithdrawReason => "Schrijf waarom je het document intrekt.".into(),
        Field::End => "Vul de einddatum van de begeleiding in.".into(),
        Field::CancelReason => "Schrijf waarom deze stap een vergissing is.".into(),
        Field::RemovalReason => "Schrijf waarom deze stap fout is.".into(),
        Field::Decision => "Schrijf waarom de stap blijft staan.".into(),
        Field::Addendum => "Schrijf eerst je aanvulling.".into(),
        Field::Duration => "Vul de duur in, in minuten.".into(),
        Field::Purpose => "Schrijf waarvoor jullie het inzagerecht nodig hebben.".into(),
        Field::Note => "Schrijf er een nota bij.".into(),
        Field::DueDay => {
            "Je wijst de vacature toe. Vul in tegen welke dag de jongere solliciteert.".into()
        }
        Field::OpeningReason => "Schrijf kort waarom je dit opent.".into(),
        Field::IndicationUntil => {
            "Vul in tot wanneer het WOP geldt: hoogstens vijf jaar na de toekenning.".into()
        }
        Field::OtherLanguage => "Schrijf welke andere taal het is.".into(),
        Field::WantedPlace => "Vul de voorkeur in: 1 is de eerste keuze.".into(),
        Field::DecidedBy => "Schrijf welke dienst het besliste.".into(),
        Field::TransmissionFacts => "Schrijf wat er gebeurde, en wanneer.".into(),
        Field::MessageSubject => "Schrijf waarover het gaat.".into(),
        Field::MessageText => "Schrijf eerst je bericht.".into(),
        Field::Ground => "Schrijf waarom.".into(),
        Field::CorrectionText => "Schrijf wat er niet klopt, en hoe het wel moet zijn.".into(),
        Field::Answer => "Schrijf een antwoord voor wie het vroeg.".into(),
        Field::Rectification => "Schrijf wat er naast de stap moet komen te staan.".into(),
        Field::InszReason => "Schrijf waarom je het nummer nodig hebt.".into(),
        other => format!("Vul {} in.", with_article(other)),
    }
}

fn not_chosen(field: Field) -> String {
    match field {
        Field::Result => "Kies een resultaatcode: Negatief resultaat of Positief resultaat.".into(),
        Field::Reason => "Kies de reden die bij dit einde past.".into(),
        Field::Addendum => "Deze stap is nog bezig: pas de samenvatting zelf aan.".into(),
        Field::Basis => "Kies waarop het inzagerecht steunt.".into(),
        Field::Ground => "Kies waarom je weigert.".into(),
        Field::Organisation => "Kies een organisatie uit de lijst.".into(),
        Field::Subject => "Kies waarover het gaat.".into(),
        Field::CorrectionText => "Kies of je een rechtzetting vraagt of bezwaar maakt.".into(),
        Field::InszReason => "Kies waarom je het nummer nodig hebt.".into(),
        Field::ExportForm => "Kies in welke vorm je alles wil.".into(),
        Field::Regime => "Kies volgens welke regels het project betaald wordt.".into(),
        Field::HoldUntil => "Kies of er een bewaarbevel is.".into(),
        Field::DocumentKind => "Kies wat voor document het is.".into(),
        Field::Audience => "Kies wie dit document mag zien.".into(),
        Field::Counsellor => "Kies een begeleider uit de lijst.".into(),
        Field::AgreementWho => "Kies wie dit doet: de jongere of de begeleider.".into(),
        Field::VacancyKind => "Kies of het een vacature of een leerwerkplek is.".into(),
        Field::TrainingKind => "Kies wat voor opleiding of stage het is.".into(),
        Field::Axis => "Kies wat voor competentie het is.".into(),
        Field::Score => "Kies een score van 1 tot 5.".into(),
        Field::GoalKind => "Kies wat voor doel het is.".into(),
        Field::Outcome => "Er staat een dag bij 'Afgesloten op'. Kies ook de uitkomst.".into(),
        Field::Willing => "Kies of de jongere wil werken.".into(),
        Field::Ready => "Kies of de jongere klaar is om te werken.".into(),
        Field::OpeningReason => "Kies waarom je dit opent.".into(),
        Field::IndicationKind => "Kies wat er toegekend is.".into(),
        Field::TransmissionStatus => "Kies hoe ver de melding staat.".into(),
        Field::TransmissionDecision => "Kies wat de controledienst besliste.".into(),
        Field::LanguageLevel => "Kies hoe goed de jongere de taal kent.".into(),
        Field::TravelMeans => "Kies hoe de jongere naar het werk gaat.".into(),
        Field::Channel => "Kies hoe je de jongere het best bereikt.".into(),
        Field::Weekdays => "Kies op welke dagen de jongere kan werken of leren.".into(),
        other => format!("Kies {} uit de lijst.", with_article(other)),
    }
}

/// The name of a field, as its label says.
pub(crate) fn name(field: Field) -> &'static str {
    match field {
        Field::State => "toestand",
        Field::Start => "datum",
        Field::End => "einddatum",
        Field::Funding => "financieringsnummer",
        Field::Requester => "aanvrager",
        Field::Provider => "uitvoerder",
        Field::Summary => "samenvatting",
        Field::LateReason => "reden van laattijdige registratie",
        Field::Declaration => "verklaring",
        Field::Result => "resultaatcode",
        Field::Reason => "reden",
        Field::ResultNote => "toelichting",
        Field::Facts => "vaststellingen",
        Field::CancelReason | Field::RemovalReason => "reden",
        Field::VoidActions => "bevestiging",
        Field::Addendum => "aanvulling",
        Field::Decision => "reden",
        Field::ActionDay => "dag",
        Field::ActionKind => "soort actie",
        Field::Duration => "duur",
        Field::Presence => "aanwezigheid",
        Field::Place => "plaats",
        Field::Note => "nota",
        Field::Level => "onderwijsvorm",
        Field::Grade => "graad",
        Field::StudyField => "studierichting",
        Field::School => "school",
        Field::StudyEnd => "einddatum",
        Field::Certificate => "studiebewijs",
        Field::Provenance => "herkomst",
        Field::AboutMe => "tekst",
        Field::Employer => "werkgever",
        Field::Function => "functie",
        Field::From => "begindatum",
        Field::Until => "einddatum",
        Field::Description => "omschrijving",
        Field::StepType => "stap",
        Field::ClientNumber => "klantnummer",
        Field::Proof => "bewijs",
        Field::Basis => "grond",
        Field::FormDay => "dag van het formulier",
        Field::Purpose => "doel",
        Field::GrantEnd => "laatste dag",
        Field::Ground => "reden",
        Field::Organisation => "organisatie",
        Field::Name => "naam",
        Field::Email => "e-mailadres",
        Field::Role => "rol",
        Field::Unit => "vestiging",
        Field::UserName => "gebruikersnaam",
        Field::Kbo => "ondernemingsnummer",
        Field::Address => "straat",
        Field::UnitNumber => "nummer",
        Field::Subject => "onderwerp",
        Field::CorrectionText => "wat er niet klopt",
        Field::Answer => "antwoord",
        Field::Rectification => "rechtzetting",
        Field::InszReason => "reden",
        Field::ExportForm => "vorm",
        Field::Controller => "gebruikersnaam van de controleur",
        Field::LinesUntil | Field::ValidUntil => "laatste dag",
        Field::Reference => "kenmerk",
        Field::Regime => "regels",
        Field::LastPayment => "laatste betaling",
        Field::HoldUntil => "bewaarbevel",
        Field::Files => "bestanden",
        Field::DocumentKind => "soort document",
        Field::Title => "titel",
        Field::DocumentDay => "dag op het document",
        Field::Audience => "keuze",
        Field::Evidence => "stap",
        Field::WithdrawReason => "reden",
        Field::MailAddress => "e-mailadres",
        Field::Counsellor => "begeleider",
        Field::VacancyKind => "soort",
        Field::Job => "job",
        Field::WebAddress => "link",
        Field::Phone => "telefoonnummer",
        Field::Street => "straat",
        Field::Postcode => "postcode",
        Field::Municipality => "gemeente",
        Field::Language => "taal",
        Field::OtherLanguage => "andere taal",
        Field::LanguageLevel => "niveau",
        Field::WantedJob => "job",
        Field::WantedPlace => "de voorkeur",
        Field::TravelMeans => "vervoer",
        Field::TravelMinutes => "minuten",
        Field::Channel => "manier",
        Field::WorkPlace => "plaats",
        Field::VacancyStatus => "stand",
        Field::TrainingName => "naam",
        Field::TrainingProvider => "school, het centrum of het bedrijf",
        Field::TrainingKind | Field::Axis => "soort",
        Field::HoursPlanned => "uren gepland",
        Field::HoursDone => "uren gevolgd",
        Field::TrainingResult => "resultaat",
        Field::Competence => "competentie",
        Field::Score => "score",
        Field::ScoredOn => "dag van de score",
        Field::GoalKind => "soort doel",
        Field::Goal => "doel",
        Field::TargetDay | Field::DueDay | Field::OutcomeDay => "dag",
        Field::Outcome => "uitkomst",
        Field::Agreement => "afspraak",
        Field::AgreementWho => "persoon",
        Field::Willing | Field::Ready => "keuze",
        Field::ScreeningDay => "dag van het gesprek",
        Field::ConditionKind => "onderwerp",
        Field::ConditionStatus => "status",
        Field::Since => "dag",
        Field::AvailabilityStatus => "situatie",
        Field::Hours => "uren per week",
        Field::Weekdays => "dagen",
        Field::Regions => "streek",
        Field::Licences => "rijbewijzen",
        Field::AvailableFrom => "dag",
        Field::OpeningReason => "uitleg",
        Field::IndicationKind => "toekenning",
        Field::GrantedOn => "dag van de toekenning",
        Field::IndicationUntil => "laatste dag",
        Field::DecidedBy => "dienst",
        Field::IndicationEnd => "dag waarop het stopte",
        Field::TransmissionReason => "aanleiding",
        Field::TransmissionFacts => "tekst",
        Field::SentOn => "dag van de melding",
        Field::TransmissionStatus => "stand",
        Field::TransmissionDecision => "beslissing",
        Field::MessageSubject => "onderwerp",
        Field::MessageText => "bericht",
        Field::Form => "formulier",
    }
}

/// Why a password does not do.
pub(crate) fn password(refused: PasswordRefused) -> &'static str {
    match refused {
        PasswordRefused::Short => "Je wachtwoord is te kort. Gebruik minstens 15 tekens.",
        PasswordRefused::Long => "Je wachtwoord is te lang. Gebruik hoogstens 128 tekens.",
        PasswordRefused::Common => {
            "Dit wachtwoord is te makkelijk te raden. Kies een zin die alleen jij kent."
        }
        PasswordRefused::AboutThePerson => {
            "Dit wachtwoord lijkt te veel op je naam of je werk. Kies een andere zin."
        }
    }
}

/// What is wrong with an enterprise number.
fn odd_kbo(error: KboError) -> &'static str {
    match error {
        KboError::Empty => "Vul het ondernemingsnummer in: 10 cijfers.",
        KboError::NotDigits => "Gebruik in het ondernemingsnummer alleen cijfers en punten.",
        KboError::NotTenDigits { .. } => {
            "Een ondernemingsnummer heeft 10 cijfers. Kijk het nummer na."
        }
        KboError::EstablishmentUnit => {
            "Dit is het nummer van een vestiging. Vul het nummer van de onderneming in; dat begint met 0 of 1."
        }
        KboError::FirstDigit => "Een ondernemingsnummer begint met 0 of 1. Kijk het nummer na.",
        KboError::CheckDigits => "Dit ondernemingsnummer bestaat niet. Kijk de cijfers na.",
    }
}

fn with_article(field: Field) -> String {
    let article = match field {
        Field::Funding | Field::Certificate | Field::Form | Field::Reference => "het",
        Field::ClientNumber | Field::Proof | Field::Purpose | Field::Answer => "het",
        Field::ConditionKind
        | Field::Goal
        | Field::TrainingResult
        | Field::Email
        | Field::Kbo
        | Field::UnitNumber => "het",
        Field::MessageSubject | Field::MessageText | Field::Phone | Field::LanguageLevel => "het",
        _ => "de",
    };
    format!("{article} {}", name(field))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn named(actions: &[NamedAction]) -> String {
    const MOST: usize = 5;
    let mut text = actions
        .iter()
        .take(MOST)
        .map(|action| format!("{} ({})", action.day, action.kind))
        .collect::<Vec<_>>()
        .join(", ");
    if actions.len() > MOST {
        text.push_str(&format!(" en nog {}", actions.len() - MOST));
    }
    text
}

/// The part of a date that is wrong ('dag', 'maand', 'jaar') and its sentence. `what` is the date
/// with its article, as 'de einddatum'.
pub(crate) fn day_error(error: &DayError, what: &str) -> (&'static str, String) {
    let what_capital = capital(what);
    match error {
        DayError::AllEmpty => ("dag", format!("Vul {what} in: dag, maand en jaar.")),
        DayError::Missing { day, month, year } => {
            let parts: Vec<&str> = [(day, "dag"), (month, "maand"), (year, "jaar")]
                .into_iter()
                .filter(|(missing, _)| **missing)
                .map(|(_, part)| part)
                .collect();
            let first = parts.first().copied().unwrap_or("dag");
            let list = parts.join(" en ");
            (
                first,
                format!("{what_capital} is niet volledig: vul ook {list} in."),
            )
        }
        DayError::NotDigits(part) => {
            let part = part_name(*part);
            let sentence = format!("Gebruik alleen cijfers voor {part}, zoals in 28/08/2025.");
            (part, sentence)
        }
        DayError::YearNotFourDigits => (
            "jaar",
            "Schrijf het jaar met vier cijfers, zoals 2025.".to_owned(),
        ),
        DayError::NoSuchDay { day, month, year } => (
            "dag",
            format!("{day}/{month}/{year} bestaat niet. Kijk dag en maand na."),
        ),
        DayError::YearOutOfRange(year) => (
            "jaar",
            format!("Het jaar {year} kan niet. Kijk het jaar na."),
        ),
    }
}

fn part_name(part: DayPart) -> &'static str {
    match part {
        DayPart::Day => "dag",
        DayPart::Month => "maand",
        DayPart::Year => "jaar",
    }
}

/// The label of a field in the journal.
pub(crate) fn journal_field(field: &str) -> &str {
    match field {
        "step_type" => "Soort stap",
        "start" => "Datum (start)",
        "end" => "Einddatum",
        "funding" => "Financieringsnummer",
        "requester" => "Aanvrager",
        "provider" => "Uitvoerder",
        "summary" => "Samenvatting",
        "late_reason" => "Reden van laattijdige registratie",
        "state" => "Toestand",
        "result" => "Resultaatcode",
        "reason" => "Reden",
        "result_note" => "Toelichting",
        "in_education" => "Nog in opleiding of start een andere",
        "has_work" => "Heeft werk",
        "qualification" => "Behaalde een kwalificatie",
        "stopped_for_absence" => "Gestopt om afwezigheid, onwil of gebrek aan motivatie",
        "addendum" => "Aanvulling",
        "source" => "Bron",
        "work_situation" => "Werksituatie",
        "work_situation_now" => "Werksituatie nu",
        "from" => "Van",
        "until" => "Tot",
        "as_of" => "Toestand op",
        "entitled" => "Recht op uitkering",
        "exemption" => "Vrijstelling",
        "exempt_until" => "Vrijgesteld tot",
        "contract" => "Inburgeringscontract",
        "attest" => "Inburgeringsattest",
        "trajectory_status" => "Status van het traject",
        "nt2_level" => "Niveau Nederlands",
        "nt2_provider" => "Aanbieder",
        "course_result" => "Resultaat van de les",
        "voucher" => "Loopbaancheque",
        "ordered_on" => "Besteld op",
        "hours" => "Uren",
        "voucher_status" => "Status",
        "centre" => "Loopbaancentrum",
        "action" => "Actie",
        "day" => "Dag",
        "kind" => "Soort actie",
        "minutes" => "Duur in minuten",
        "presence" => "Aanwezigheid",
        "place" => "Plaats",
        "note" => "Nota",
        "study" => "Studie",
        "level" => "Onderwijsvorm",
        "grade" => "Graad",
        "field" => "Studierichting",
        "school" => "School",
        "certificate" => "Studiebewijs",
        "provenance" => "Herkomst",
        "organisation" => "Organisatie",
        "counsellor" => "Begeleider",
        "narrowed" => "Beperkt tot toegewezen begeleiders",
        "basis" => "Grond",
        "starts" => "Eerste dag",
        "ends" => "Laatste dag",
        "asked_by" => "Gevraagd door",
        "purpose" => "Waarvoor",
        "form_on" => "Formulier ingevuld op",
        "request" => "Vraag",
        "ground" => "Waarom geweigerd",
        "answer" => "Antwoord",
        "owner" => "Eigenaar",
        "document" => "Document",
        "document_kind" => "Soort document",
        "document_day" => "Dag op het document",
        "audience" => "Wie mag dit zien",
        "file_name" => "Naam van het bestand",
        "file_digest" => "Vingerafdruk van het bestand (SHA-256)",
        "evidence_of" => "Bewijs bij een stap",
        "client_number" => "Klantnummer",
        "reference" => "Kenmerk",
        "lines" => "Begeleidingen",
        "valid" => "Geldig",
        "regime" => "Regels",
        "last_payment" => "Laatste betaling",
        "aid_granted" => "Staatssteun toegekend op",
        "hold" => "Bewaarbevel",
        "count" => "Aantal",
        "about_me" => "Over mezelf",
        "name" => "Naam",
        "email" => "E-mailadres",
        "function" => "Functie",
        "unit" => "Vestiging",
        "kbo" => "Ondernemingsnummer",
        "about" => "Waarover",
        "text" => "Wat er niet klopt",
        "employer" => "Werkgever",
        "description" => "Omschrijving",
        "vacancy_kind" => "Soort",
        "vacancy" => "Job",
        "web_address" => "Link",
        "work_place" => "Plaats",
        "vacancy_status" => "Stand",
        "training" => "Opleiding",
        "training_provider" => "Bij",
        "training_kind" => "Soort",
        "hours_planned" => "Uren gepland",
        "hours_done" => "Uren gevolgd",
        "training_result" => "Resultaat",
        "competence" => "Competentie",
        "axis" => "Soort",
        "score" => "Score",
        "scored_on" => "Score van",
        "goal_kind" => "Soort doel",
        "goal" => "Doel",
        "target" | "due" => "Tegen",
        "outcome" => "Uitkomst",
        "outcome_on" => "Afgesloten op",
        "agreement" => "Afspraak",
        "who" => "Wie",
        "work_willing" => "Arbeidsbereid",
        "work_ready" => "Arbeidsrijp",
        "condition_kind" => "Onderwerp",
        "condition_status" => "Status",
        "since" => "Sinds",
        "availability_status" => "Situatie",
        "hours_a_week" => "Uren per week",
        "weekdays" => "Dagen",
        "regions" => "Streek",
        "licences" => "Rijbewijzen",
        "available_from" => "Beschikbaar vanaf",
        "phone" => "Telefoon",
        "street" => "Straat en nummer",
        "postcode" => "Postcode",
        "municipality" => "Gemeente",
        "language" => "Taal",
        "language_level" => "Niveau",
        "wanted_job" => "Gewenste job",
        "wanted_place" => "Voorkeur",
        "travel_means" => "Vervoer",
        "travel_minutes" => "Reistijd, hoogstens (minuten)",
        "channel" => "Hoe te bereiken",
        "contact_language" => "Taal van het contact",
        "indication_kind" => "Wat",
        "valid_until" => "Geldig tot en met",
        "granted_on" => "Toegekend op",
        "decided_by" => "Beslist door",
        "ended_on" => "Beëindigd op",
        "transmission_reason" => "Aanleiding",
        "transmission_facts" => "Feiten",
        "sent_on" => "Verstuurd op",
        "transmission_status" => "Stand",
        "transmission_decision" => "Beslissing",
        "message_subject" => "Onderwerp",
        "rectification" => "Rechtzetting",
        "why" => "Waarom",
        other => other,
    }
}
