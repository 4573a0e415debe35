//! 'Voorkeuren' under 'Persoonsgegevens en voorkeuren': languages, wanted jobs, mobility and how somebody wants to
//! be reached. The page is that of the personal data; the forms stand here.

use casework::Preferences;
use domain::availability::listed;
use domain::preferences::{
    Channel, ContactPreference, LAST_PLACE, Language, LanguageLevel, LanguageSkill, Mobility,
    Spoken, TRAVEL_MINUTES, TravelMeans, WantedJob,
};
use domain::refusal::{Field, Refusal};
use domain::sections::Record;

use crate::fields::Fields;
use crate::page::Errors;
use crate::routes::Routes;
use crate::sections::{
    Card, Content, Control, Form, Group, Section, Shown, forms, number, optional_choice, ticked,
};
use crate::sentences;

pub(super) static SECTION: Section = Section {
    path: "persoonsgegevens",
    label: "Persoonsgegevens en voorkeuren",
    routes,
};

fn routes(routes: Routes) -> Routes {
    let routes = forms::<LanguageSkill>(
        routes,
        "/dossier/{dossier}/persoonsgegevens/talen/nieuw",
        "/dossier/{dossier}/persoonsgegevens/talen/{language}",
    );
    let routes = forms::<WantedJob>(
        routes,
        "/dossier/{dossier}/persoonsgegevens/jobs/nieuw",
        "/dossier/{dossier}/persoonsgegevens/jobs/{wanted_job}",
    );
    let routes = forms::<Mobility>(
        routes,
        "/dossier/{dossier}/persoonsgegevens/mobiliteit/nieuw",
        "/dossier/{dossier}/persoonsgegevens/mobiliteit/{mobility}",
    );
    forms::<ContactPreference>(
        routes,
        "/dossier/{dossier}/persoonsgegevens/contactvoorkeur/nieuw",
        "/dossier/{dossier}/persoonsgegevens/contactvoorkeur/{contact_preference}",
    )
}

/// The groups of the page, below the personal data.
pub(crate) fn content(records: Preferences, at: &Shown<'_>) -> Content {
    let Preferences {
        languages: spoken,
        jobs: wanted,
        mobility,
        contact,
    } = records;
    let reached = single::<ContactPreference>(
        "Contactvoorkeur",
        (
            "Nog geen contactvoorkeur",
            "Hier komt hoe en in welke taal je de jongere het best bereikt.",
        ),
        "Vul de contactvoorkeur in",
        contact.iter().map(|it| reached(it, at)).collect(),
        at,
    );
    let languages = Group::new(
        "Talen",
        (
            "Nog geen talen",
            "Hier komen de talen die de jongere spreekt, met het niveau.",
        ),
        spoken.iter().map(|it| language(it, at)).collect(),
    );
    let jobs = Group::new(
        "Gewenste jobs",
        (
            "Nog geen gewenste jobs",
            "Hier komen de jobs die de jongere graag wil doen, met de liefste job eerst.",
        ),
        wanted.iter().map(|it| job(it, at)).collect(),
    );
    let travels = single::<Mobility>(
        "Mobiliteit",
        (
            "Nog geen mobiliteit",
            "Hier komt hoe de jongere naar het werk kan gaan, en hoe lang dat mag duren.",
        ),
        "Vul de mobiliteit in",
        mobility.iter().map(|it| travels(it, at)).collect(),
        at,
    );
    Content {
        intro: at.told(
            "Hier staat wie je bent, hoe we je bereiken en wat je graag wil. Klopt er iets niet? Zeg het aan je \
             begeleider.",
            "Hou bij hoe je de jongere bereikt en wat de jongere graag wil. Wat er vroeger stond, blijft in de \
             geschiedenis.",
        ),
        warning: "",
        groups: vec![
            reached,
            languages.adding::<LanguageSkill>("Voeg een taal toe", at),
            jobs.adding::<WantedJob>("Voeg een gewenste job toe", at),
            travels,
        ],
        remark: String::new(),
        also: None,
    }
}

/// A group of one record: what is there is corrected.
fn single<F: Form>(
    heading: &'static str,
    empty: (&'static str, &'static str),
    add: &'static str,
    cards: Vec<Card>,
    at: &Shown<'_>,
) -> Group {
    let is_there = !cards.is_empty();
    let group = Group::new(heading, empty, cards);
    if is_there {
        group
    } else {
        group.adding::<F>(add, at)
    }
}

fn reached(record: &Record<ContactPreference>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    Card::new(details.channel.label())
        .known("Taal", details.language.map(Language::label))
        .text(details.note.as_ref())
        .editing::<ContactPreference>(record.id, at)
}

fn language(record: &Record<LanguageSkill>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    Card::new(details.language.name())
        .fact("Niveau", details.level.label())
        .editing::<LanguageSkill>(record.id, at)
}

fn job(record: &Record<WantedJob>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    Card::new(details.job.as_str())
        .fact("Voorkeur", details.place.to_string())
        .text(details.note.as_ref())
        .editing::<WantedJob>(record.id, at)
}

fn travels(record: &Record<Mobility>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let means = listed(&details.means, TravelMeans::label).unwrap_or_default();
    Card::new(means)
        .known("Reistijd, hoogstens (minuten)", details.minutes)
        .text(details.note.as_ref())
        .editing::<Mobility>(record.id, at)
}

fn languages() -> impl Iterator<Item = (&'static str, &'static str)> {
    Language::ALL.iter().map(|it| (it.code(), it.label()))
}

impl Form for LanguageSkill {
    const PATH: &'static str = "persoonsgegevens/talen";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Taal";
    const KEPT: &'static str = "taal";

    fn controls(typed: &Fields) -> Vec<Control> {
        let choices = languages().chain([(Spoken::OTHER, "Een andere taal")]);
        let levels = LanguageLevel::ALL.iter();
        vec![
            Control::select(
                "taal",
                "Taal",
                Field::Language,
                typed,
                choices,
                "Kies een taal",
            ),
            Control::line(
                "andere_taal",
                "Welke andere taal?",
                Field::OtherLanguage,
                typed,
            )
            .hint("Alleen als je taal niet in de lijst staat"),
            Control::radios(
                "niveau",
                "Niveau",
                Field::LanguageLevel,
                typed,
                levels.map(|it| (it.code(), it.label())),
            ),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("taal", self.language.code());
        if let Spoken::Other(name) = &self.language {
            fields.set("andere_taal", name.as_str());
        }
        fields.set("niveau", self.level.code());
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let level = fields.choice(
            "niveau",
            Field::LanguageLevel,
            LanguageLevel::from_code,
            errors,
        );
        let language = if fields.get("taal") == Spoken::OTHER {
            let name = fields.line("andere_taal", Field::OtherLanguage, errors);
            name.map(Spoken::Other)
        } else {
            let listed = fields.choice("taal", Field::Language, Language::from_code, errors);
            if listed.is_some() && !fields.get("andere_taal").trim().is_empty() {
                let refusal = Refusal::TwoLanguages;
                errors.add("andere_taal", sentences::refusal(&refusal));
            }
            listed.map(Spoken::Listed)
        };
        Some(LanguageSkill {
            language: language?,
            level: level?,
        })
    }
}

impl Form for WantedJob {
    const PATH: &'static str = "persoonsgegevens/jobs";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Gewenste job";
    const KEPT: &'static str = "gewenste-job";

    fn controls(typed: &Fields) -> Vec<Control> {
        vec![
            Control::line("gewenste_job", "Welke job?", Field::WantedJob, typed)
                .hint("Bijvoorbeeld: hulpkok"),
            Control::number("voorkeur", "Voorkeur", Field::WantedPlace, typed)
                .hint("1 is de eerste keuze. De laatste plaats is 10."),
            Control::story("nota", "Nota", Field::Note, typed)
                .hint("Mag leeg blijven. Waarom deze job, of wat is belangrijk?"),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("gewenste_job", self.job.as_str());
        fields.set("voorkeur", self.place.to_string());
        fields.set_text("nota", self.note.as_ref());
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let job = fields.line("gewenste_job", Field::WantedJob, errors);
        let bounds = (1, LAST_PLACE);
        let place = number(fields, "voorkeur", Field::WantedPlace, bounds, errors);
        if fields.get("voorkeur").trim().is_empty() {
            let refusal = Refusal::Empty(Field::WantedPlace);
            errors.add("voorkeur", sentences::refusal(&refusal));
        }
        let note = fields.optional_story("nota", Field::Note, errors);
        Some(WantedJob {
            job: job?,
            place: place?,
            note,
        })
    }
}

impl Form for Mobility {
    const PATH: &'static str = "persoonsgegevens/mobiliteit";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Mobiliteit";
    const KEPT: &'static str = "mobiliteit";

    fn controls(typed: &Fields) -> Vec<Control> {
        let means = TravelMeans::ALL.iter();
        vec![
            Control::ticks(
                "vervoer",
                "Hoe gaat de jongere naar het werk?",
                Field::TravelMeans,
                typed,
                means.map(|it| (it.code(), it.label())),
            ),
            Control::number(
                "reistijd",
                "Hoogstens hoeveel minuten?",
                Field::TravelMinutes,
                typed,
            )
            .hint("Mag leeg blijven. Van deur tot deur."),
            Control::story("nota", "Nota", Field::Note, typed)
                .hint("Mag leeg blijven. Schrijf hier niets over gezondheid of gerecht."),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        for means in &self.means {
            fields.add("vervoer", means.code());
        }
        fields.set_text("reistijd", self.minutes);
        fields.set_text("nota", self.note.as_ref());
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let minutes = number(
            fields,
            "reistijd",
            Field::TravelMinutes,
            TRAVEL_MINUTES,
            errors,
        );
        let note = fields.optional_story("nota", Field::Note, errors);
        Some(Mobility {
            means: ticked(fields, "vervoer", TravelMeans::ALL, TravelMeans::code),
            minutes,
            note,
        })
    }
}

impl Form for ContactPreference {
    const PATH: &'static str = "persoonsgegevens/contactvoorkeur";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Contactvoorkeur";
    const KEPT: &'static str = "contactvoorkeur";

    fn controls(typed: &Fields) -> Vec<Control> {
        let channels = Channel::ALL.iter();
        vec![
            Control::radios(
                "kanaal",
                "Hoe bereik je de jongere het best?",
                Field::Channel,
                typed,
                channels.map(|it| (it.code(), it.label())),
            ),
            Control::select(
                "contacttaal",
                "In welke taal?",
                Field::Language,
                typed,
                languages(),
                "Geen voorkeur",
            ),
            Control::story("nota", "Nota", Field::Note, typed)
                .hint("Mag leeg blijven. Bijvoorbeeld: liefst na 16 uur."),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("kanaal", self.channel.code());
        fields.set("contacttaal", self.language.map_or("", Language::code));
        fields.set_text("nota", self.note.as_ref());
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let channel = fields.choice("kanaal", Field::Channel, Channel::from_code, errors);
        let language = optional_choice(
            fields,
            "contacttaal",
            Field::Language,
            Language::from_code,
            errors,
        );
        let note = fields.optional_story("nota", Field::Note, errors);
        Some(ContactPreference {
            channel: channel?,
            language,
            note,
        })
    }
}
