//! 'Inzetbaarheid'.

use domain::availability::{
    Availability, AvailabilityStatus, Licence, MOST_HOURS, Weekday, listed,
};
use domain::policy::Operation;
use domain::refusal::Field;
use domain::sections::Record;

use crate::fields::Fields;
use crate::page::Errors;
use crate::routes::Routes;
use crate::sections::{
    Card, Content, Control, Form, Group, Section, Shown, forms, number, section_page, ticked,
};

pub(super) static SECTION: Section = Section {
    path: "begeleiding/inzetbaarheid",
    label: "Inzetbaarheid",
    routes,
};

fn routes(routes: Routes) -> Routes {
    let routes = routes.get(
        "/dossier/{dossier}/begeleiding/inzetbaarheid",
        Operation::ViewDossier,
        show,
    );
    forms::<Availability>(
        routes,
        "/dossier/{dossier}/begeleiding/inzetbaarheid/nieuw",
        "/dossier/{dossier}/begeleiding/inzetbaarheid/{availability}",
    )
}

section_page!(SECTION, Availability, content);

fn content(records: Vec<Record<Availability>>, at: &Shown<'_>) -> Content {
    let empty = (
        "Nog geen inzetbaarheid",
        "Hier komt wanneer en waar gewerkt of geleerd kan worden: uren, dagen, streek en rijbewijs.",
    );
    let none = records.is_empty();
    let cards = records.into_iter().map(|it| card(&it, at)).collect();
    let group = Group::new("", empty, cards);
    Content {
        intro: at.told(
            "Hier staat wanneer en waar je kan werken of leren. Klopt er iets niet? Zeg het aan je begeleider.",
            "Hou bij wanneer en waar de jongere kan werken of leren. Wat er vroeger stond, blijft in de \
             geschiedenis.",
        ),
        warning: "",
        // There is one: what is there is corrected.
        groups: vec![if none {
            group.adding::<Availability>("Vul de inzetbaarheid in", at)
        } else {
            group
        }],
        remark: String::new(),
        also: None,
    }
}

fn card(record: &Record<Availability>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let colour = match details.status {
        AvailabilityStatus::Mediation => "positive",
        AvailabilityStatus::Training => "ongoing",
        AvailabilityStatus::Unavailable => "negative",
    };
    Card::new("Nu")
        .tag(details.status.label(), colour)
        .known("Uren per week", details.hours)
        .known("Dagen", listed(&details.days, Weekday::label))
        .known("Streek", details.regions.as_ref())
        .known("Rijbewijzen", listed(&details.licences, Licence::label))
        .known("Beschikbaar vanaf", details.from)
        .text(details.note.as_ref())
        .editing::<Availability>(record.id, at)
}

impl Form for Availability {
    const PATH: &'static str = SECTION.path;
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Inzetbaarheid";
    const KEPT: &'static str = "inzetbaarheid";

    fn controls(typed: &Fields) -> Vec<Control> {
        let states = AvailabilityStatus::ALL.iter();
        let days = Weekday::ALL.iter().map(|it| (it.code(), it.label()));
        let licences = Licence::ALL.iter().map(|it| (it.code(), it.label()));
        vec![
            Control::radios(
                "inzetbaar",
                "Situatie",
                Field::AvailabilityStatus,
                typed,
                states.map(|it| (it.code(), it.label())),
            ),
            Control::number("uren", "Uren per week", Field::Hours, typed),
            Control::ticks("dagen", "Dagen", Field::Weekdays, typed, days),
            Control::line("streek", "Streek", Field::Regions, typed)
                .hint("Bijvoorbeeld: Gent en omgeving, tot 30 minuten met de bus"),
            Control::ticks(
                "rijbewijzen",
                "Rijbewijzen",
                Field::Licences,
                typed,
                licences,
            ),
            Control::day("vanaf", "Beschikbaar vanaf", Field::AvailableFrom, typed)
                .hint("Mag leeg blijven"),
            Control::story("nota", "Nota", Field::Note, typed)
                .hint("Mag leeg blijven. Schrijf hier niets over gezondheid of gerecht."),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("inzetbaar", self.status.code());
        fields.set_text("uren", self.hours);
        for day in &self.days {
            fields.add("dagen", day.code());
        }
        fields.set_text("streek", self.regions.as_ref());
        for licence in &self.licences {
            fields.add("rijbewijzen", licence.code());
        }
        if let Some(from) = self.from {
            fields.set_date("vanaf", from);
        }
        fields.set_text("nota", self.note.as_ref());
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let status = fields.choice(
            "inzetbaar",
            Field::AvailabilityStatus,
            AvailabilityStatus::from_code,
            errors,
        );
        let hours = number(fields, "uren", Field::Hours, (1, MOST_HOURS), errors);
        let regions = fields.optional_line("streek", Field::Regions, errors);
        let from = fields.optional_day("vanaf", "de dag", errors);
        let note = fields.optional_story("nota", Field::Note, errors);
        Some(Availability {
            status: status?,
            hours,
            days: ticked(fields, "dagen", Weekday::ALL, Weekday::code),
            regions,
            licences: ticked(fields, "rijbewijzen", Licence::ALL, Licence::code),
            from,
            note,
        })
    }
}
