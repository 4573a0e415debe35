//! 'Randvoorwaarden'.

use domain::Day;
use domain::conditions::{Condition, ConditionKind, ConditionStatus, not_discussed};
use domain::policy::Operation;
use domain::refusal::Field;
use domain::sections::Record;

use crate::fields::Fields;
use crate::page::Errors;
use crate::routes::Routes;
use crate::sections::{Card, Content, Control, Form, Group, Section, Shown, forms, section_page};

pub(super) static SECTION: Section = Section {
    path: "begeleiding/randvoorwaarden",
    label: "Randvoorwaarden",
    routes,
};

/// What is said wherever something is written here.
const WARNING: &str = "Schrijf hier niets over gezondheid, een handicap, politie of gerecht. \
     Dat hoort niet in dit dossier.";

fn routes(routes: Routes) -> Routes {
    let routes = routes.get(
        "/dossier/{dossier}/begeleiding/randvoorwaarden",
        Operation::ViewDossier,
        show,
    );
    forms::<Condition>(
        routes,
        "/dossier/{dossier}/begeleiding/randvoorwaarden/nieuw",
        "/dossier/{dossier}/begeleiding/randvoorwaarden/{condition}",
    )
}

section_page!(SECTION, Condition, content);

fn content(records: Vec<Record<Condition>>, at: &Shown<'_>) -> Content {
    let open = not_discussed(&records);
    let names: Vec<&str> = open.iter().map(|kind| kind.label()).collect();
    let remark = if names.is_empty() || records.is_empty() {
        String::new()
    } else {
        format!("Nog niet besproken: {}.", names.join(", ").to_lowercase())
    };
    let empty = (
        "Nog geen randvoorwaarden",
        "Hier komt wat de begeleiding makkelijker of moeilijker maakt: vervoer, wonen, geld, gezin, papieren, \
         taal en computer.",
    );
    let cards = records.into_iter().map(|it| card(&it, at)).collect();
    let group = Group::new("", empty, cards);
    Content {
        intro: at.told(
            "Hier staat wat je begeleiding makkelijker of moeilijker kan maken, zoals vervoer of een plek om te \
             wonen. Klopt er iets niet? Zeg het aan je begeleider.",
            "Bespreek met de jongere wat de begeleiding kan hinderen, en hou hier bij hoe het ermee staat.",
        ),
        // Who may not write is not told what not to write.
        warning: at.told("", WARNING),
        groups: vec![group.adding::<Condition>("Voeg een randvoorwaarde toe", at)],
        remark,
        also: None,
    }
}

fn card(record: &Record<Condition>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let colour = match details.status {
        ConditionStatus::Fine => "positive",
        ConditionStatus::Attention => "review",
        ConditionStatus::Blocking => "negative",
    };
    Card::new(details.kind.label())
        .tag(details.status.label(), colour)
        .fact("Sinds", details.since.to_string())
        .text(details.note.as_ref())
        .editing::<Condition>(record.id, at)
}

impl Form for Condition {
    const PATH: &'static str = SECTION.path;
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Randvoorwaarde";
    const KEPT: &'static str = "randvoorwaarde";
    const WARNING: &'static str = WARNING;

    fn controls(typed: &Fields) -> Vec<Control> {
        let kinds = ConditionKind::ALL.iter().map(|it| (it.code(), it.label()));
        let states = ConditionStatus::ALL
            .iter()
            .map(|it| (it.code(), it.label()));
        vec![
            Control::select(
                "onderwerp",
                "Onderwerp",
                Field::ConditionKind,
                typed,
                kinds,
                "Kies een onderwerp",
            ),
            Control::radios("status", "Status", Field::ConditionStatus, typed, states),
            Control::story("nota", "Nota", Field::Note, typed)
                .hint("Wat is er aan de hand, en wat doen jullie eraan? Mag leeg blijven als het in orde is."),
            Control::day("sinds", "Sinds", Field::Since, typed),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("onderwerp", self.kind.code());
        fields.set("status", self.status.code());
        fields.set_text("nota", self.note.as_ref());
        fields.set_date("sinds", self.since);
    }

    fn fill_new(fields: &mut Fields, today: Day) {
        fields.set_date("sinds", today);
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let kind = fields.choice(
            "onderwerp",
            Field::ConditionKind,
            ConditionKind::from_code,
            errors,
        );
        let status = fields.choice(
            "status",
            Field::ConditionStatus,
            ConditionStatus::from_code,
            errors,
        );
        let note = fields.optional_story("nota", Field::Note, errors);
        let since = fields.day("sinds", "de dag", errors);
        Some(Condition {
            kind: kind?,
            status: status?,
            note,
            since: since?,
        })
    }
}
