//! 'PmAB'.

use domain::disability::{Indication, IndicationKind};
use domain::refusal::Field;
use domain::sections::Record;

use crate::fields::Fields;
use crate::page::Errors;
use crate::routes::Routes;
use crate::sections::{
    Card, ClosedForm, Content, Control, Form, Group, Section, Shown, closed, forms,
};

pub(super) static SECTION: Section = Section {
    path: "pmab",
    label: "PmAB",
    routes,
};

/// What is said wherever something is written here.
const WARNING: &str =
    "Schrijf hier nooit een diagnose, en niets over de gezondheid van de jongere.";

fn routes(routes: Routes) -> Routes {
    let routes = closed::<Indication>(
        routes,
        "/dossier/{dossier}/pmab",
        "/dossier/{dossier}/pmab/openen",
    );
    forms::<Indication>(
        routes,
        "/dossier/{dossier}/pmab/nieuw",
        "/dossier/{dossier}/pmab/{indication}",
    )
}

impl ClosedForm for Indication {
    const ABOUT: &'static str = "Hier staat of er een indicatie van arbeidsbeperking is, welke maatregelen \
         toegekend zijn, door wie en tot wanneer. Een diagnose staat hier nooit.";
    const ADD: &'static str = "Voeg een gegeven toe";

    fn section() -> &'static Section {
        &SECTION
    }

    fn content(records: Vec<Record<Self>>, at: &Shown<'_>) -> Content {
        let empty = (
            "Geen gegevens",
            "Er is geen indicatie van arbeidsbeperking en geen maatregel bekend.",
        );
        let cards = records.into_iter().map(|it| card(&it, at)).collect();
        let group = Group::new("", empty, cards);
        Content {
            intro: at.told(
                "Hier staat wat je kreeg om te kunnen werken, en tot wanneer. Je bemiddelaar vult dit in. Een \
                 begeleider leest dit niet. Klopt er iets niet? Vraag een rechtzetting aan.",
                Self::ABOUT,
            ),
            warning: "",
            groups: vec![group.adding::<Indication>(Self::ADD, at)],
            remark: String::new(),
            also: None,
        }
    }
}

fn card(record: &Record<Indication>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let (state, colour) = match (details.counts_on(at.today), details.ended_on) {
        (true, _) => ("Geldig", "positive"),
        (false, Some(_)) => ("Beëindigd", "neutral"),
        (false, None) => ("Niet meer geldig", "neutral"),
    };
    Card::new(details.kind.label())
        .tag(state, colour)
        .fact("Toegekend op", details.granted_on.to_string())
        .known("Geldig tot en met", details.valid_until)
        .fact("Beslist door", details.decided_by.to_string())
        .known("Beëindigd op", details.ended_on)
        .editing::<Indication>(record.id, at)
}

impl Form for Indication {
    const PATH: &'static str = SECTION.path;
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Gegeven onder PmAB";
    const KEPT: &'static str = "indicatie";
    const WARNING: &'static str = WARNING;

    fn controls(typed: &Fields) -> Vec<Control> {
        let kinds = IndicationKind::ALL.iter().map(|it| (it.code(), it.label()));
        vec![
            Control::radios(
                "indicatie",
                "Wat is er toegekend?",
                Field::IndicationKind,
                typed,
                kinds,
            ),
            Control::day("toegekend", "Toegekend op", Field::GrantedOn, typed),
            Control::day(
                "geldig_tot",
                "Geldig tot en met",
                Field::IndicationUntil,
                typed,
            )
            .hint("Mag leeg blijven, maar niet bij een WOP: dat geldt hoogstens vijf jaar"),
            Control::line("beslist_door", "Beslist door", Field::DecidedBy, typed)
                .hint("De dienst die het toekende, bijvoorbeeld: VDAB"),
            Control::day("stopgezet", "Beëindigd op", Field::IndicationEnd, typed)
                .hint("Alleen als het vroeger stopte"),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("indicatie", self.kind.code());
        fields.set_date("toegekend", self.granted_on);
        if let Some(until) = self.valid_until {
            fields.set_date("geldig_tot", until);
        }
        fields.set("beslist_door", self.decided_by.as_str());
        if let Some(ended) = self.ended_on {
            fields.set_date("stopgezet", ended);
        }
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let parse = IndicationKind::from_code;
        let kind = fields.choice("indicatie", Field::IndicationKind, parse, errors);
        let granted_on = fields.day("toegekend", "de dag van de toekenning", errors);
        let valid_until = fields.optional_day("geldig_tot", "de laatste dag", errors);
        let decided_by = fields.line("beslist_door", Field::DecidedBy, errors);
        let ended_on = fields.optional_day("stopgezet", "de dag waarop het stopte", errors);
        Some(Indication {
            kind: kind?,
            granted_on: granted_on?,
            valid_until,
            decided_by: decided_by?,
            ended_on,
        })
    }
}
