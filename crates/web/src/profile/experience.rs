//! The form of a work experience.

use domain::profile::ExperienceDetails;
use domain::refusal::Field;

use crate::fields::Fields;
use crate::page::Errors;
use crate::sections::{Control, Form};

impl Form for ExperienceDetails {
    const PATH: &'static str = "profiel/werkervaring";
    const PAGE: &'static str = "profiel";
    const NAME: &'static str = "Werkervaring";
    const KEPT: &'static str = "werkervaring";

    fn controls(typed: &Fields) -> Vec<Control> {
        vec![
            Control::line("functie", "Functie", Field::Function, typed),
            Control::line("werkgever", "Werkgever", Field::Employer, typed),
            Control::day("van", "Begindatum", Field::From, typed),
            Control::day("tot", "Einddatum", Field::Until, typed)
                .hint("Leeg als het werk nog loopt"),
            Control::story("omschrijving", "Omschrijving", Field::Description, typed)
                .hint("Mag leeg blijven"),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("functie", self.function.as_str());
        fields.set("werkgever", self.employer.as_str());
        fields.set_date("van", self.from);
        if let Some(until) = self.until {
            fields.set_date("tot", until);
        }
        fields.set_text("omschrijving", self.description.as_ref());
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let function = fields.line("functie", Field::Function, errors);
        let employer = fields.line("werkgever", Field::Employer, errors);
        let from = fields.day("van", "de begindatum", errors);
        let until = fields.optional_day("tot", "de einddatum", errors);
        let description = fields.optional_story("omschrijving", Field::Description, errors);
        Some(ExperienceDetails {
            function: function?,
            employer: employer?,
            from: from?,
            until,
            description,
        })
    }
}
