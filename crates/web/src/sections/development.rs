//! 'Competentieontwikkeling': trainings and traineeships, and competences with their scores.

use casework::Development;
use domain::Day;
use domain::development::{
    Axis, Competence, MOST_TRAINING_HOURS, SCORES, Training, TrainingKind, TrainingResult,
};
use domain::policy::Operation;
use domain::refusal::Field;
use domain::sections::Record;

use crate::fields::Fields;
use crate::page::Errors;
use crate::routes::Routes;
use crate::sections::{
    Card, Content, Control, Form, Group, Section, Shown, forms, number, optional_choice,
    section_page,
};

pub(super) static SECTION: Section = Section {
    path: "competentieontwikkeling",
    label: "Competentieontwikkeling",
    routes,
};

fn routes(routes: Routes) -> Routes {
    let routes = routes.get(
        "/dossier/{dossier}/competentieontwikkeling",
        Operation::ViewDossier,
        show,
    );
    let routes = forms::<Training>(
        routes,
        "/dossier/{dossier}/competentieontwikkeling/opleidingen/nieuw",
        "/dossier/{dossier}/competentieontwikkeling/opleidingen/{training}",
    );
    forms::<Competence>(
        routes,
        "/dossier/{dossier}/competentieontwikkeling/competenties/nieuw",
        "/dossier/{dossier}/competentieontwikkeling/competenties/{competence}",
    )
}

section_page!(SECTION, Development, content);

fn content(records: Development, at: &Shown<'_>) -> Content {
    let Development {
        trainings,
        competences,
    } = records;
    let trainings = trainings.iter().map(|it| training(it, at));
    let trainings = Group::new(
        "Opleidingen en stages",
        (
            "Nog geen opleidingen",
            "Hier komen opleidingen en stages, met de uren en hoe ze eindigden.",
        ),
        trainings.collect(),
    );
    let competences = competences.iter().map(|it| competence(it, at));
    let competences = Group::new(
        "Competenties",
        (
            "Nog geen competenties",
            "Hier komt wat de jongere kan, met een score van 1 tot 5.",
        ),
        competences.collect(),
    );
    Content {
        intro: at.told(
            "Hier staat wat je leert en wat je al kan.",
            "Hou bij wat de jongere leert en al kan. Bij een nieuwe score verbeter je de competentie: de \
             geschiedenis toont de vooruitgang.",
        ),
        warning: "",
        groups: vec![
            trainings.adding::<Training>("Voeg een opleiding of stage toe", at),
            competences.adding::<Competence>("Voeg een competentie toe", at),
        ],
        remark: String::new(),
        also: None,
    }
}

fn training(record: &Record<Training>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let (tag, colour) = match details.result {
        Some(it @ (TrainingResult::Passed | TrainingResult::Followed)) => (it.label(), "positive"),
        Some(it @ (TrainingResult::Failed | TrainingResult::Stopped)) => (it.label(), "negative"),
        None if details.from > at.today => ("Gepland", "neutral"),
        None => ("Bezig", "ongoing"),
    };
    Card::new(details.name.as_str())
        .tag(tag, colour)
        .fact("Soort", details.kind.label())
        .fact("Bij", details.provider.as_str())
        .fact("Begindatum", details.from.to_string())
        .known("Einddatum", details.until)
        .known("Uren gepland", details.hours_planned)
        .known("Uren gevolgd", details.hours_done)
        .editing::<Training>(record.id, at)
}

/// A score with what it means.
fn score_text(score: u32) -> String {
    let place = usize::try_from(score).ok().and_then(|it| it.checked_sub(1));
    match place.and_then(|place| SCORES.get(place)) {
        Some(meaning) => format!("{score}: {meaning}"),
        None => score.to_string(),
    }
}

fn competence(record: &Record<Competence>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    Card::new(details.label.as_str())
        .fact("Soort", details.axis.label())
        .fact("Score", score_text(details.score))
        .fact("Score van", details.scored.to_string())
        .editing::<Competence>(record.id, at)
}

impl Form for Training {
    const PATH: &'static str = "competentieontwikkeling/opleidingen";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Opleiding of stage";
    const KEPT: &'static str = "opleiding";

    fn controls(typed: &Fields) -> Vec<Control> {
        let kinds = TrainingKind::ALL.iter().map(|it| (it.code(), it.label()));
        let results = TrainingResult::ALL.iter();
        let results = results.map(|it| (it.code(), it.label()));
        vec![
            Control::line("opleiding", "Naam", Field::TrainingName, typed)
                .hint("Bijvoorbeeld: basisopleiding keukenhulp"),
            Control::line("aanbieder", "Bij wie?", Field::TrainingProvider, typed)
                .hint("De school, het centrum of het bedrijf"),
            Control::radios(
                "soort_opleiding",
                "Soort",
                Field::TrainingKind,
                typed,
                kinds,
            ),
            Control::day("van", "Begindatum", Field::From, typed),
            Control::day("tot", "Einddatum", Field::Until, typed)
                .hint("Mag leeg blijven zolang er geen resultaat is"),
            Control::number("uren_gepland", "Uren gepland", Field::HoursPlanned, typed)
                .hint("Mag leeg blijven"),
            Control::number("uren_gevolgd", "Uren gevolgd", Field::HoursDone, typed)
                .hint("Mag leeg blijven"),
            Control::select(
                "resultaat_opleiding",
                "Resultaat",
                Field::TrainingResult,
                typed,
                results,
                "Nog geen resultaat",
            ),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("opleiding", self.name.as_str());
        fields.set("aanbieder", self.provider.as_str());
        fields.set("soort_opleiding", self.kind.code());
        fields.set_date("van", self.from);
        if let Some(until) = self.until {
            fields.set_date("tot", until);
        }
        fields.set_text("uren_gepland", self.hours_planned);
        fields.set_text("uren_gevolgd", self.hours_done);
        fields.set_text("resultaat_opleiding", self.result.map(TrainingResult::code));
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let name = fields.line("opleiding", Field::TrainingName, errors);
        let provider = fields.line("aanbieder", Field::TrainingProvider, errors);
        let kind = fields.choice(
            "soort_opleiding",
            Field::TrainingKind,
            TrainingKind::from_code,
            errors,
        );
        let from = fields.day("van", "de begindatum", errors);
        let until = fields.optional_day("tot", "de einddatum", errors);
        let most = MOST_TRAINING_HOURS;
        let planned = number(
            fields,
            "uren_gepland",
            Field::HoursPlanned,
            (1, most),
            errors,
        );
        let done = number(fields, "uren_gevolgd", Field::HoursDone, (0, most), errors);
        let result = optional_choice(
            fields,
            "resultaat_opleiding",
            Field::TrainingResult,
            TrainingResult::from_code,
            errors,
        );
        Some(Training {
            name: name?,
            provider: provider?,
            kind: kind?,
            from: from?,
            until,
            hours_planned: planned,
            hours_done: done,
            result,
        })
    }
}

impl Form for Competence {
    const PATH: &'static str = "competentieontwikkeling/competenties";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Competentie";
    const KEPT: &'static str = "competentie";

    fn controls(typed: &Fields) -> Vec<Control> {
        let axes = Axis::ALL.iter().map(|it| (it.code(), it.label()));
        let scores: Vec<(String, String)> = (1_u32..)
            .zip(SCORES)
            .map(|(score, _)| (score.to_string(), score_text(score)))
            .collect();
        let scores = scores
            .iter()
            .map(|(code, text)| (code.as_str(), text.as_str()));
        vec![
            Control::line("competentie", "Competentie", Field::Competence, typed)
                .hint("Bijvoorbeeld: op tijd komen"),
            Control::radios("as", "Soort", Field::Axis, typed, axes),
            Control::radios("score", "Score", Field::Score, typed, scores),
            Control::day("score_van", "Score van", Field::ScoredOn, typed),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("competentie", self.label.as_str());
        fields.set("as", self.axis.code());
        fields.set("score", self.score.to_string());
        fields.set_date("score_van", self.scored);
    }

    fn fill_new(fields: &mut Fields, today: Day) {
        fields.set_date("score_van", today);
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let label = fields.line("competentie", Field::Competence, errors);
        let axis = fields.choice("as", Field::Axis, Axis::from_code, errors);
        let score = fields.choice("score", Field::Score, |code| code.parse().ok(), errors);
        let scored = fields.day("score_van", "de dag van de score", errors);
        Some(Competence {
            label: label?,
            axis: axis?,
            score: score?,
            scored: scored?,
        })
    }
}
