//! 'Transmissie'.

use domain::refusal::Field;
use domain::sections::Record;
use domain::transmission::{
    Transmission, TransmissionDecision, TransmissionReason, TransmissionStatus, applies_to,
};
use domain::work_situation::PUPIL;

use crate::fields::Fields;
use crate::page::Errors;
use crate::routes::Routes;
use crate::sections::{
    Card, ClosedForm, Content, Control, Form, Group, Section, Shown, closed, forms, optional_choice,
};

pub(super) static SECTION: Section = Section {
    path: "transmissie",
    label: "Transmissie",
    routes,
};

fn routes(routes: Routes) -> Routes {
    let routes = closed::<Transmission>(
        routes,
        "/dossier/{dossier}/transmissie",
        "/dossier/{dossier}/transmissie/openen",
    );
    forms::<Transmission>(
        routes,
        "/dossier/{dossier}/transmissie/nieuw",
        "/dossier/{dossier}/transmissie/{transmission}",
    )
}

impl ClosedForm for Transmission {
    const ABOUT: &'static str = "Een transmissie is een melding van de bemiddelaar aan de controledienst. Hier \
         staat waarom dat gebeurde, wanneer en wat de dienst besliste. Een begeleider van een \
         partnerorganisatie meldt niets en leest dit niet.";
    const ADD: &'static str = "Voeg een transmissie toe";

    fn section() -> &'static Section {
        &SECTION
    }

    fn not_for(work_situation: &str) -> Option<&'static str> {
        match work_situation {
            code if applies_to(code) => None,
            PUPIL => Some(
                "Een melding aan de controledienst kan niet voor een leerling (werksituatie 11).",
            ),
            _ => Some(
                "Een melding aan de controledienst kan alleen bij werksituatie 00, 02, 05, 14, 80, 82, 85 of \
                 89. Deze jongere heeft een andere werksituatie.",
            ),
        }
    }

    fn content(records: Vec<Record<Self>>, at: &Shown<'_>) -> Content {
        let not_for = Self::not_for(at.work_situation);
        let empty = match not_for {
            Some(why) => ("Niet van toepassing", why),
            None => ("Geen gegevens", "Er is niets gemeld aan de controledienst."),
        };
        let cards = records.into_iter().map(|it| card(&it, at)).collect();
        let group = Group::new("", empty, cards);
        Content {
            intro: at.told(
                "Hier staat wat je bemiddelaar over jou meldde aan de controledienst, en wat die besliste. De \
                 dienst luistert eerst naar jou. Klopt er iets niet? Vraag een rechtzetting aan.",
                Self::ABOUT,
            ),
            warning: "",
            groups: vec![match not_for {
                Some(_) => group,
                None => group.adding::<Transmission>(Self::ADD, at),
            }],
            remark: String::new(),
            also: None,
        }
    }
}

fn card(record: &Record<Transmission>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let colour = match details.status {
        TransmissionStatus::Sent | TransmissionStatus::Heard => "ongoing",
        TransmissionStatus::Decided | TransmissionStatus::Withdrawn => "neutral",
    };
    Card::new(details.reason.label())
        .tag(details.status.label(), colour)
        .fact("Verstuurd op", details.sent_on.to_string())
        .known(
            "Beslissing",
            details.decision.map(TransmissionDecision::label),
        )
        .text(Some(&details.facts))
        .editing::<Transmission>(record.id, at)
}

impl Form for Transmission {
    const PATH: &'static str = SECTION.path;
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Transmissie";
    const KEPT: &'static str = "transmissie";
    const WARNING: &'static str =
        "Schrijf alleen feiten: wat er gebeurde, en wanneer. De jongere leest dit.";

    fn controls(typed: &Fields) -> Vec<Control> {
        let reasons = TransmissionReason::ALL.iter();
        let states = TransmissionStatus::ALL.iter();
        let decisions = TransmissionDecision::ALL.iter();
        vec![
            Control::select(
                "aanleiding",
                "Aanleiding",
                Field::TransmissionReason,
                typed,
                reasons.map(|it| (it.code(), it.label())),
                "Kies een aanleiding",
            ),
            Control::story("feiten", "Feiten", Field::TransmissionFacts, typed),
            Control::day("verstuurd", "Verstuurd op", Field::SentOn, typed),
            Control::radios(
                "stand_transmissie",
                "Stand",
                Field::TransmissionStatus,
                typed,
                states.map(|it| (it.code(), it.label())),
            ),
            Control::select(
                "gevolg",
                "Beslissing",
                Field::TransmissionDecision,
                typed,
                decisions.map(|it| (it.code(), it.label())),
                "Nog geen beslissing",
            )
            .hint("Alleen bij stand Beslist"),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("aanleiding", self.reason.code());
        fields.set("feiten", self.facts.as_str());
        fields.set_date("verstuurd", self.sent_on);
        fields.set("stand_transmissie", self.status.code());
        fields.set(
            "gevolg",
            self.decision.map_or("", TransmissionDecision::code),
        );
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let parse = TransmissionReason::from_code;
        let reason = fields.choice("aanleiding", Field::TransmissionReason, parse, errors);
        let facts = fields.story("feiten", Field::TransmissionFacts, errors);
        let sent_on = fields.day("verstuurd", "de dag van de melding", errors);
        let parse = TransmissionStatus::from_code;
        let status = fields.choice(
            "stand_transmissie",
            Field::TransmissionStatus,
            parse,
            errors,
        );
        let decision = optional_choice(
            fields,
            "gevolg",
            Field::TransmissionDecision,
            TransmissionDecision::from_code,
            errors,
        );
        Some(Transmission {
            reason: reason?,
            facts: facts?,
            sent_on: sent_on?,
            status: status?,
            decision,
        })
    }
}
