//! What is put in the addresses and the forms of routes: the one place to think of when a route is added.
//!
//! - A new parameter in a path is one line of `parameters!`, or of `FIXED` when it has a value of its own.
//! - A new field of a form is one line of `FORM`, filled in well.
//! - A new kind of thing in a dossier is made in `filled`, so that its routes meet one that exists.

use casework::InviteInput;
use domain::corrections::{Ask, CorrectionKind, Subject};
use domain::ids::{
    ActionId, AgreementId, AvailabilityId, CompetenceId, ConditionId, ContactPreferenceId,
    CorrectionId, DocumentId, DossierId, ExperienceId, GoalId, GrantRequestId, IndicationId,
    InvitationId, LanguageSkillId, MobilityId, OrganisationId, PersonId, ProposalId, RemovalId,
    ScreeningId, StepId, StudyId, ThreadId, TrainingId, TransmissionId, UnitId, VacancyId,
    WantedJobId,
};
use domain::people::{Actor, Role};
use domain::profile::ExperienceDetails;
use domain::sections::Entered;
use domain::text::Name;
use testkit::{House, World, at, day, label, note};

macro_rules! parameters {
    ($($name:ident: $kind:ident),* $(,)?) => {
        /// What goes in the place of the parameters of a path.
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct Ids { $(pub(crate) $name: $kind),* }

        impl Ids {
            /// Ids that nothing has.
            pub(crate) fn absent() -> Self {
                let id = uuid::Uuid::from_u128(0x0dd0_dead_0000_4000_8000_0000_0000_0001);
                Ids { $($name: $kind(id)),* }
            }

            fn of(&self, parameter: &str) -> Option<String> {
                match parameter {
                    $(stringify!($name) => Some(self.$name.address()),)*
                    _ => None,
                }
            }
        }
    };
}

parameters! {
    dossier: DossierId,
    step: StepId,
    action: ActionId,
    study: StudyId,
    experience: ExperienceId,
    vacancy: VacancyId,
    training: TrainingId,
    competence: CompetenceId,
    goal: GoalId,
    agreement: AgreementId,
    screening: ScreeningId,
    condition: ConditionId,
    availability: AvailabilityId,
    language: LanguageSkillId,
    wanted_job: WantedJobId,
    mobility: MobilityId,
    contact_preference: ContactPreferenceId,
    indication: IndicationId,
    transmission: TransmissionId,
    thread: ThreadId,
    removal: RemovalId,
    request: GrantRequestId,
    document: DocumentId,
    person: PersonId,
    organisation: OrganisationId,
    unit: UnitId,
    link: InvitationId,
    proposal: ProposalId,
    correction: CorrectionId,
}

/// Parameters that name no thing of somebody.
const FIXED: [(&str, &str); 1] = [
    // The token of no link.
    (
        "token",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ),
];

impl Ids {
    /// The address of a route. A parameter that is not known here has to be thought of first.
    pub(crate) fn address(&self, path: &str) -> String {
        let parts: Vec<String> = path
            .split('/')
            .map(|part| {
                let Some(name) = part.strip_prefix('{').and_then(|it| it.strip_suffix('}')) else {
                    return part.to_owned();
                };
                let fixed = FIXED.iter().find(|(known, _)| *known == name);
                fixed
                    .map(|(_, value)| (*value).to_owned())
                    .or_else(|| self.of(name))
                    .unwrap_or_else(|| panic!("{path}: add {{{name}}} to {}", file!()))
            })
            .collect();
        parts.join("/")
    }
}

/// Every field of every form, filled in well. `[key]`, `[person]`, `[unit]`, `[organisation]`, `[request]`
/// and `[nothing]` stand for what only a world has.
pub(crate) const FORM: &[(&str, &str)] = &[
    ("sleutel", "[key]"),
    ("versie", "1"),
    ("soort", "OND_OAL"),
    ("toestand", "ongoing"),
    ("datum_dag", "21"),
    ("datum_maand", "05"),
    ("datum_jaar", "2025"),
    ("einddatum_dag", "27"),
    ("einddatum_maand", "05"),
    ("einddatum_jaar", "2025"),
    ("aanvrager", "[person]"),
    ("uitvoerder", "[person]"),
    ("financieringsnummer", "EEWG019"),
    ("geen_diploma", "ja"),
    ("samenvatting", "Nieuw"),
    ("aanvulling", "Nieuw"),
    ("vaststellingen", "opleiding"),
    ("resultaatcode", "POSITIEF"),
    ("reden", "P1"),
    ("toelichting", "Nieuw"),
    ("acties_vervallen", "ja"),
    ("dag_actie_dag", "22"),
    ("dag_actie_maand", "05"),
    ("dag_actie_jaar", "2025"),
    ("soort_actie", "GESPREK"),
    ("duur", "45"),
    ("aanwezigheid", "aanwezig"),
    ("over_mezelf", "Nieuw"),
    ("gelezen", "[nothing]"),
    ("klantnummer", "61000447"),
    ("bewijs", "geboortedatum"),
    ("geboren_dag", "17"),
    ("geboren_maand", "03"),
    ("geboren_jaar", "2008"),
    ("grond", "mandaat"),
    ("doel", "Nieuw"),
    ("organisatie", "[organisation]"),
    ("weigering", "ander"),
    ("vraag", "[request]"),
    ("antwoord", "akkoord"),
    ("soort_document", "cv"),
    ("titel", "Nieuw"),
    ("dag_document_dag", "21"),
    ("dag_document_maand", "05"),
    ("dag_document_jaar", "2025"),
    ("wie", "eigen"),
    ("begeleider", "[person]"),
    ("beperkt", "ja"),
    ("adres", "an@example.org"),
    ("naam", "Nieuw"),
    ("email", "nieuw@voorbeeld.be"),
    ("rol", "counsellor"),
    ("vestiging", "[unit]"),
    ("systeemrol", "coach"),
    ("beslissing", "bevestigen"),
    ("ondernemingsnummer", "0566988259"),
    ("nummer", "1"),
    ("vestiging_naam", "Nieuw"),
    ("functie", "Nieuw"),
    ("werkgever", "Nieuw"),
    ("van_dag", "01"),
    ("van_maand", "05"),
    ("van_jaar", "2025"),
    ("soort_vacature", "job"),
    ("job", "Nieuw"),
    ("link", "https://voorbeeld.be/"),
    ("stand", "suggested"),
    ("opleiding", "Nieuw"),
    ("aanbieder", "Nieuw"),
    ("soort_opleiding", "course"),
    ("competentie", "Nieuw"),
    ("as", "work"),
    ("score", "3"),
    ("score_van_dag", "21"),
    ("score_van_maand", "05"),
    ("score_van_jaar", "2025"),
    ("soort_doel", "job"),
    ("tegen_dag", "21"),
    ("tegen_maand", "06"),
    ("tegen_jaar", "2025"),
    ("afspraak", "Nieuw"),
    ("wie_doet", "client"),
    ("uitkomst", ""),
    ("arbeidsbereid", "yes"),
    ("arbeidsrijp", "no"),
    ("gesprek_dag", "21"),
    ("gesprek_maand", "05"),
    ("gesprek_jaar", "2025"),
    ("onderwerp", "other"),
    ("status", "fine"),
    ("nota", "Nieuw"),
    ("sinds_dag", "21"),
    ("sinds_maand", "05"),
    ("sinds_jaar", "2025"),
    ("inzetbaar", "mediation"),
    ("uren", "38"),
    ("dagen", "mon"),
    ("streek", "Nieuw"),
    ("rijbewijzen", "B"),
    ("telefoon", "0470 12 34 56"),
    ("straat", "Kerkstraat 1"),
    ("postcode", "2800"),
    ("gemeente", "Mechelen"),
    ("taal", "other"),
    ("andere_taal", "Lingala"),
    ("niveau", "B1"),
    ("gewenste_job", "Nieuw"),
    ("voorkeur", "1"),
    ("vervoer", "bicycle"),
    ("reistijd", "30"),
    ("kanaal", "phone"),
    ("contacttaal", "fr"),
    ("indicatie", "travel"),
    ("toegekend_dag", "21"),
    ("toegekend_maand", "05"),
    ("toegekend_jaar", "2025"),
    ("beslist_door", "Nieuw"),
    ("stopgezet_dag", "27"),
    ("stopgezet_maand", "05"),
    ("stopgezet_jaar", "2025"),
    ("aanleiding", "no_show"),
    ("feiten", "Nieuw"),
    ("verstuurd_dag", "21"),
    ("verstuurd_maand", "05"),
    ("verstuurd_jaar", "2025"),
    ("stand_transmissie", "sent"),
    ("gevolg", ""),
    ("reden_openen", "jongere"),
    ("gesprek", "Nieuw"),
    ("bericht", "Nieuw"),
    ("controleur", "controller"),
    ("kenmerk", "Nieuw"),
    ("lijnen_van_dag", "01"),
    ("lijnen_van_maand", "09"),
    ("lijnen_van_jaar", "2024"),
    ("lijnen_tot_dag", "31"),
    ("lijnen_tot_maand", "08"),
    ("lijnen_tot_jaar", "2025"),
    ("geldig_van_dag", "28"),
    ("geldig_van_maand", "05"),
    ("geldig_van_jaar", "2025"),
    ("geldig_tot_dag", "31"),
    ("geldig_tot_maand", "12"),
    ("geldig_tot_jaar", "2025"),
    ("opdracht", "[request]"),
    ("regime", "ESF_PLUS"),
    ("bewaarbevel", "nee"),
    ("waarom", "Nieuw"),
    ("voorstel", "[request]"),
    ("over", "gegevens"),
    ("tekst", "Nieuw"),
    ("rechtzetting", "Nieuw"),
    ("uitleg", "Nieuw"),
    ("vorm", "json"),
];

/// The complete form, with a key that was not sent before.
pub(crate) fn complete_form(
    world: &World,
    who: &Actor,
    organisation: OrganisationId,
    request: GrantRequestId,
) -> Vec<(String, String)> {
    let value = |value: &str| match value {
        "[key]" => world.casework.submission_key().0.to_string(),
        "[person]" => who.person.address(),
        "[unit]" => who
            .unit
            .as_ref()
            .map_or_else(String::new, |unit| unit.id.address()),
        "[organisation]" => organisation.address(),
        "[request]" => request.address(),
        "[nothing]" => casework::Casework::text_mark(""),
        value => value.to_owned(),
    };
    FORM.iter()
        .map(|(name, given)| ((*name).to_owned(), value(given)))
        .collect()
}

/// An invitation of an organisation, and a role for somebody there, that wait.
pub(crate) async fn waiting(
    world: &World,
    house: &House,
    who: &Actor,
) -> (InvitationId, ProposalId) {
    let input = InviteInput {
        name: Name::parse("Nele Nieuw").unwrap(),
        email: "nele@voorbeeld.be".to_owned(),
        function: Some((Role::Counsellor, house.unit.id)),
    };
    let (casework, system) = (&world.casework, &world.system);
    let invited = casework.invite(system, &input, &world.submission()).await;
    invited.unwrap();
    let role = Role::Controller;
    casework
        .propose_role(system, who.person, role, &world.submission())
        .await
        .unwrap();
    let links = casework.all_people(system, "", "").await.unwrap().links;
    let is_here = |link: &&casework::Invitation| {
        let unit = link.function.as_ref().and_then(|(_, unit)| unit.as_ref());
        unit.is_some_and(|unit| unit.id == house.unit.id)
    };
    let proposals = casework.proposals(system).await.unwrap();
    let own = proposals.iter().find(|it| it.person == who.person);
    (links.iter().find(is_here).unwrap().id, own.unwrap().id)
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// Bezig.
    Ongoing,
    /// Beëindigd, and the summary can still be supplemented (R3).
    InWindow,
    /// Beëindigd, and the 14 days are over.
    AfterWindow,
    /// Beëindigd, and the coach was asked to remove it (R6).
    Asked,
    /// Geannuleerd (C1).
    Cancelled,
    /// Removed by the coach (R6).
    Removed,
}

impl Fate {
    /// Every one of them.
    pub(crate) const ALL: [Fate; 6] = [
        Fate::Ongoing,
        Fate::InWindow,
        Fate::AfterWindow,
        Fate::Asked,
        Fate::Cancelled,
        Fate::Removed,
    ];

    /// Whether it stands in no list (C1, R6).
    pub(crate) fn is_out_of_sight(self) -> bool {
        matches!(self, Fate::Cancelled | Fate::Removed)
    }
}

/// A line with one action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// What became of it.
    pub(crate) fate: Fate,
    /// The line.
    pub(crate) step: StepId,
    /// Its action.
    pub(crate) action: ActionId,
}

/// When lines ended whose 14 days are over on the day of the world.
const LONG_AGO: &str = "2025-05-02T10:00:00+02:00";
/// When everything else is made: the day before that of the world.
pub(crate) const THE_DAY_BEFORE: &str = "2025-05-27T10:00:00+02:00";
/// The day of the world.
pub(crate) const TODAY: &str = "2025-05-28T10:00:00+02:00";

/// Something of everything in a dossier, as one organisation's counsellor makes it: the profile, and a
/// line of every fate; without those that concern the coach when `coach` is false. Leaves the clock at
/// `THE_DAY_BEFORE`.
pub(crate) async fn filled(
    world: &World,
    me: &Actor,
    dossier: DossierId,
    coach: bool,
) -> (Ids, Vec<Line>) {
    let casework = &world.casework;
    world.clock.set(at(LONG_AGO));
    let step = world.register(me, dossier, "2025-02-01").await;
    let action = world.record(me, dossier, step, "2025-02-02").await;
    world.end(me, dossier, step, "2025-02-20").await;
    let mut lines = vec![Line {
        fate: Fate::AfterWindow,
        step,
        action,
    }];
    world.clock.set(at(THE_DAY_BEFORE));
    let mut removal = Ids::absent().removal;
    for (fate, start, end) in [
        (Fate::Removed, "2025-03-01", Some("2025-03-20")),
        (Fate::Cancelled, "2025-04-01", None),
        (Fate::Asked, "2025-04-10", Some("2025-04-20")),
        (Fate::InWindow, "2025-05-01", Some("2025-05-10")),
        (Fate::Ongoing, "2025-05-20", None),
    ] {
        if !coach && matches!(fate, Fate::Removed | Fate::Cancelled | Fate::Asked) {
            continue;
        }
        let step = world.register(me, dossier, start).await;
        let next_day = day(start).plus_days(1).to_iso();
        let action = world.record(me, dossier, step, &next_day).await;
        lines.push(Line { fate, step, action });
        if let Some(end) = end {
            world.end(me, dossier, step, end).await;
        }
        let reason = note("Verkeerde jongere.");
        let submission = world.submission();
        match fate {
            Fate::Cancelled => {
                let cancelled = casework
                    .cancel_step(me, dossier, step, 1, &reason, true, &submission)
                    .await;
                cancelled.unwrap();
            }
            Fate::Removed | Fate::Asked => {
                casework
                    .request_removal(me, dossier, step, &reason, &submission)
                    .await
                    .unwrap();
                let seen = casework.step_page(&world.coach, dossier, step).await;
                removal = seen.unwrap().removals.last().unwrap().id;
                if fate == Fate::Removed {
                    casework
                        .remove_line(&world.coach, removal, &world.submission())
                        .await
                        .unwrap();
                }
            }
            _ => {}
        }
    }
    lines.sort_by_key(|line| line.fate);
    let study = world.add_study(me, dossier, "2024-06-30", None).await;
    let work = Entered::new(ExperienceDetails {
        function: label("Jobstudent"),
        employer: label("Bakkerij Mertens"),
        from: day("2024-07-01"),
        until: None,
        description: None,
    });
    let experience = casework
        .save_record(me, dossier, &work, &world.submission())
        .await
        .unwrap();
    let sections = world.fill_sections(me, dossier, str::to_owned).await;
    let document = world
        .add_document(me, dossier, "Overeenkomst", Some(lines[0].step))
        .await;
    // What a coach may look at, where the coach was asked; else what only a mediator may.
    let asked_of = lines.iter().find(|line| line.fate == Fate::Asked);
    let ask = Ask {
        kind: CorrectionKind::Correction,
        subject: asked_of.map_or(Subject::Personal, |line| Subject::Line(line.step)),
        text: note("Dit klopt niet."),
    };
    let correction = casework
        .ask_correction(me, dossier, &ask, &world.submission())
        .await
        .unwrap();
    let ids = Ids {
        dossier,
        study,
        document,
        correction,
        experience,
        vacancy: sections.vacancy,
        training: sections.training,
        competence: sections.competence,
        goal: sections.goal,
        agreement: sections.agreement,
        screening: sections.screening,
        condition: sections.condition,
        availability: sections.availability,
        language: sections.language,
        wanted_job: sections.wanted_job,
        mobility: sections.mobility,
        contact_preference: sections.contact_preference,
        indication: sections.indication,
        transmission: sections.transmission,
        thread: sections.thread,
        removal,
        step: lines[0].step,
        action: lines[0].action,
        ..Ids::absent()
    };
    (ids, lines)
}
