//! Holding the rows of a dossier against its journal. The journal's chain shows that nobody changed what was
//! told; this shows that lines, actions and addenda are still what was told of them.
//!
//! Decides with values only: rows come in as they were stored, and what does not hold goes out in words that
//! name rows, never what stands in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::Day;
use crate::ids::PersonId;
use crate::journal::{Change, Entry, Event};
use crate::moment::Moment;

/// Who and when, as a row or an entry says it.
pub type By = (PersonId, Moment);

/// A field as it was stored, under the name the journal gives it.
pub type KeptField = (&'static str, Option<String>);

/// A line as it was stored.
#[derive(Clone, Debug)]
pub struct KeptLine {
    /// Which one.
    pub id: Uuid,
    /// Its state, as a code.
    pub state: String,
    /// The date it is listed by.
    pub listed_on: Day,
    /// Start.
    pub start: Day,
    /// End, once ended.
    pub end: Option<Day>,
    /// Who registered it, when.
    pub registered: By,
    /// Who ended it, when.
    pub ended: Option<By>,
    /// Who cancelled or removed it, when.
    pub closed: Option<By>,
    /// What else stands in it.
    pub fields: Vec<KeptField>,
}

/// An action as it was stored.
#[derive(Clone, Debug)]
pub struct KeptAction {
    /// Which one.
    pub id: Uuid,
    /// Of which line.
    pub step: Uuid,
    /// Its day.
    pub day: Day,
    /// Whether it was taken back.
    pub voided: bool,
    /// Who recorded it, when.
    pub recorded: By,
    /// What else stands in it.
    pub fields: Vec<KeptField>,
}

/// An addendum as it was stored.
#[derive(Clone, Debug)]
pub struct KeptAddendum {
    /// Of which line.
    pub step: Uuid,
    /// Counts up within the line.
    pub number: u32,
    /// Its text.
    pub text: String,
    /// Who added it, when.
    pub by: By,
}

/// What the journal tells of one line or action.
#[derive(Debug, Default)]
struct Story {
    fields: HashMap<String, Option<String>>,
    began: Option<By>,
    /// How it became final: each time that it did.
    finals: Vec<(Event, By)>,
    removed: Option<By>,
    voided: bool,
    /// Some of it was erased, so that what is left does not tell its fields.
    gaps: bool,
    erased: bool,
    addenda: Vec<(Option<String>, By)>,
}

impl Story {
    fn learn(&mut self, changes: &[Change], rename: Option<(&str, &str)>) {
        for change in changes {
            let name = match rename {
                Some((from, to)) if change.field == from => to,
                _ => change.field.as_str(),
            };
            self.fields.insert(name.to_owned(), change.after.clone());
        }
    }
}

/// What the journal of one dossier tells, gathered entry by entry.
#[derive(Debug, Default)]
pub struct Told {
    lines: HashMap<Uuid, Story>,
    actions: HashMap<Uuid, (Uuid, Story)>,
    /// Entries without their content, by line: what erased it has to come after.
    bare: BTreeMap<Option<Uuid>, BTreeSet<i64>>,
}

impl Told {
    /// Takes the next entry; its changes are none when the content is gone.
    pub fn tell(&mut self, number: i64, entry: &Entry, has_content: bool) {
        let by = (entry.by, entry.at);
        if !has_content {
            self.bare.entry(entry.step).or_default().insert(number);
        }
        match entry.event {
            Event::DossierErased => {
                self.bare.clear();
                for story in self.lines.values_mut() {
                    story.erased = true;
                }
            }
            Event::StoryErased | Event::StepErased => {
                self.bare.remove(&entry.step);
            }
            _ => {}
        }
        let Some(step) = entry.step else {
            return;
        };
        if let Event::ActionRecorded | Event::ActionChanged | Event::ActionVoided = entry.event {
            let (_, story) = self
                .actions
                .entry(entry.subject)
                .or_insert_with(|| (step, Story::default()));
            story.gaps |= !has_content;
            match entry.event {
                Event::ActionRecorded => story.began = Some(by),
                Event::ActionVoided => story.voided = true,
                _ => {}
            }
            if entry.event != Event::ActionVoided {
                story.learn(&entry.changes, None);
            }
            return;
        }
        let story = self.lines.entry(step).or_default();
        story.gaps |= !has_content;
        match entry.event {
            Event::StepRegistered => {
                story.began = Some(by);
                story.learn(&entry.changes, None);
                // A line can be registered with its end.
                if story.fields.contains_key("state") {
                    story.finals.push((Event::StepEnded, by));
                }
            }
            Event::StepChanged => story.learn(&entry.changes, None),
            Event::StepEnded => {
                story.learn(&entry.changes, None);
                story.finals.push((Event::StepEnded, by));
            }
            Event::StepCancelled => {
                story.learn(&entry.changes, Some(("reason", "cancel_reason")));
                story.finals.push((Event::StepCancelled, by));
                for (of, action) in self.actions.values_mut() {
                    action.voided |= *of == step;
                }
            }
            Event::StepRemoved => story.removed = Some(by),
            Event::StepErased => story.erased = true,
            Event::AddendumAdded => {
                let text = entry.changes.iter().find(|it| it.field == "addendum");
                story
                    .addenda
                    .push((text.and_then(|it| it.after.clone()), by));
            }
            _ => {}
        }
    }

    /// Lines that are not as told, that are missing, or that nothing tells of; and entries whose content went
    /// without a word.
    pub fn line_faults(&self, lines: &[KeptLine]) -> Vec<String> {
        let mut faults = Vec::new();
        for (step, numbers) in &self.bare {
            for number in numbers {
                let of = step.map_or_else(String::new, |it| format!(" of line {}", it.simple()));
                faults.push(format!(
                    "entry {number}{of} has lost its content, and nothing says that it was erased"
                ));
            }
        }
        for line in lines {
            let name = format!("line {}", line.id.simple());
            match self.lines.get(&line.id).filter(|it| it.began.is_some()) {
                None => faults.push(format!("{name} is not in the journal")),
                Some(story) => {
                    let found = faults_of(line, story).into_iter();
                    faults.extend(found.map(|fault| format!("{name}: {fault}")));
                }
            }
        }
        let kept: BTreeSet<Uuid> = lines.iter().map(|it| it.id).collect();
        for (step, story) in &self.lines {
            if story.began.is_some() && !story.erased && !kept.contains(step) {
                faults.push(format!("line {} is gone", step.simple()));
            }
        }
        faults
    }

    /// Actions that are not as told, that are missing, that nothing tells of, or that lie outside the period
    /// of their line.
    pub fn action_faults(&self, lines: &[KeptLine], actions: &[KeptAction]) -> Vec<String> {
        let lines: HashMap<Uuid, &KeptLine> = lines.iter().map(|it| (it.id, it)).collect();
        let mut faults = Vec::new();
        for action in actions {
            let mut fault =
                |what: String| faults.push(format!("action {}: {what}", action.id.simple()));
            match lines.get(&action.step) {
                None => fault("its line is not there".to_owned()),
                Some(line) if !action.voided => {
                    let is_after = line.end.is_some_and(|end| action.day > end);
                    if action.day < line.start || is_after {
                        fault("lies outside the period of its line".to_owned());
                    }
                }
                Some(_) => {}
            }
            let Some((step, story)) = self.actions.get(&action.id) else {
                fault("is not in the journal".to_owned());
                continue;
            };
            if *step != action.step {
                fault("is with another line than the journal says".to_owned());
            }
            if story.voided != action.voided {
                fault("is taken back, or not, otherwise than the journal says".to_owned());
            }
            if story.began != Some(action.recorded) {
                fault("who recorded it, or when, is not as the journal says".to_owned());
            }
            if !story.gaps {
                for field in differing(&action.fields, story) {
                    fault(format!("{field} is not as the journal says"));
                }
            }
        }
        let kept: BTreeSet<Uuid> = actions.iter().map(|it| it.id).collect();
        for (id, (step, _)) in &self.actions {
            let is_erased = self.lines.get(step).is_some_and(|line| line.erased);
            if !is_erased && !kept.contains(id) {
                faults.push(format!("action {} is gone", id.simple()));
            }
        }
        faults
    }

    /// Lines whose addenda are not as told.
    pub fn addendum_faults(&self, addenda: &[KeptAddendum]) -> Vec<String> {
        let mut of_line: HashMap<Uuid, Vec<&KeptAddendum>> = HashMap::new();
        for addendum in addenda {
            of_line.entry(addendum.step).or_default().push(addendum);
        }
        let mut faults = Vec::new();
        let told = self
            .lines
            .iter()
            .filter(|(_, story)| !story.addenda.is_empty());
        let steps: BTreeSet<Uuid> = told
            .map(|(step, _)| *step)
            .chain(of_line.keys().copied())
            .collect();
        for step in steps {
            let story = self.lines.get(&step);
            if story.is_some_and(|it| it.gaps || it.erased) {
                continue;
            }
            let mut kept = of_line.remove(&step).unwrap_or_default();
            kept.sort_by_key(|it| it.number);
            let numbers = kept.iter().map(|it| it.number);
            let is_as_told = numbers.eq((1..).take(kept.len()))
                && story.is_some_and(|story| {
                    let kept = kept.iter().map(|it| (Some(it.text.as_str()), it.by));
                    kept.eq(story
                        .addenda
                        .iter()
                        .map(|(text, by)| (text.as_deref(), *by)))
                });
            if !is_as_told {
                faults.push(format!(
                    "line {}: its addenda are not as the journal says",
                    step.simple()
                ));
            }
        }
        faults
    }
}

fn faults_of(line: &KeptLine, story: &Story) -> Vec<String> {
    let mut faults = Vec::new();
    if story.finals.len() > 1 {
        faults.push("the journal tells of more than one end".to_owned());
    }
    let last = story.finals.last().copied();
    let (state, ended, closed) = match (last, story.removed) {
        (Some((Event::StepCancelled, by)), _) => ("cancelled", None, Some(by)),
        (Some((_, by)), None) => ("ended", Some(by), None),
        (Some((_, by)), Some(removed)) => ("removed", Some(by), Some(removed)),
        (None, _) => ("ongoing", None, None),
    };
    // What was registered with its end tells so in its content only.
    if last.is_some() || !story.gaps {
        if line.state != state {
            faults.push(format!("is {}, and {state} in the journal", line.state));
        } else if line.ended != ended || line.closed != closed {
            faults.push("who ended or closed it, or when, is not as the journal says".to_owned());
        }
    }
    if line.listed_on != line.end.unwrap_or(line.start) {
        faults.push("the date it is listed by is neither its end nor its start".to_owned());
    }
    if Some(line.registered) != story.began {
        faults.push("who registered it, or when, is not as the journal says".to_owned());
    }
    if !story.gaps {
        let fields = differing(&line.fields, story);
        faults.extend(fields.map(|field| format!("{field} is not as the journal says")));
    }
    faults
}

fn differing<'a>(kept: &'a [KeptField], story: &'a Story) -> impl Iterator<Item = &'static str> {
    kept.iter().filter_map(|(name, value)| {
        let told = story.fields.get(*name).cloned().flatten();
        (told != *value).then_some(*name)
    })
}
