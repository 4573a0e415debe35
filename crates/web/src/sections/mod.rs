//! The sections of a dossier that people fill in. What all have in common stands here: the page with its
//! groups of records and their history, and the form of one record with the road from it to the use case. A
//! section is a file beside this one, and a line of `REGISTER`.

mod availability;
mod closed;
mod conditions;
mod development;
mod disability;
mod form;
pub(crate) mod preferences;
mod trajectory;
mod transmission;
mod vacancies;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use casework::{Head, JournalEntry, SectionPage};
use domain::Day;
use domain::ids::DossierId;
use domain::people::Role;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::render;
use crate::find::{Find, FindBar};
use crate::journal::{EntryView, entry_view};
use crate::page::{DossierHead, Fact, NavLink, Page};
use crate::routes::Routes;

pub(crate) use closed::{ClosedForm, closed};
pub(crate) use form::{
    Control, Form, FormView, address, forms, number, optional_choice, render_form, show_refusals,
    status_of, ticked,
};

/// A section: where it stands, and its routes.
pub(crate) struct Section {
    /// Its place in the dossier's addresses: the entry of the menu and, for a tab, the tab's name behind it.
    pub(crate) path: &'static str,
    /// Its name on the screen.
    pub(crate) label: &'static str,
    /// Its pages.
    routes: fn(Routes) -> Routes,
}

/// Every section, in the order of the screen: one line each.
const REGISTER: [&Section; 8] = [
    &vacancies::SECTION,
    &preferences::SECTION,
    &trajectory::SECTION,
    &conditions::SECTION,
    &availability::SECTION,
    &development::SECTION,
    &transmission::SECTION,
    &disability::SECTION,
];

pub(crate) fn routes(routes: Routes) -> Routes {
    let all = REGISTER.iter();
    all.fold(routes, |routes, section| (section.routes)(routes))
}

/// The tabs of an entry of the menu that are sections, by their names in addresses.
pub(crate) fn tabs_of(
    entry: &'static str,
) -> impl Iterator<Item = (&'static str, &'static Section)> {
    REGISTER.iter().filter_map(move |section| {
        let (of, tab) = section.path.split_once('/')?;
        (of == entry).then_some((tab, *section))
    })
}

impl Section {
    /// The name of its entry in the menu.
    fn entry(&self) -> &'static str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// The name under which an opening of it is recorded, which is that of its tab or entry.
    pub(crate) fn slug(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The address of its page.
    pub(crate) fn address(&self, dossier: DossierId) -> String {
        format!("{}/{}", dossier_address(dossier), self.path)
    }
}

/// Some records of a section, under a heading.
pub(crate) struct Group {
    pub(crate) heading: &'static str,
    /// What is said while there are none: a title, and what belongs here.
    pub(crate) empty: (&'static str, &'static str),
    pub(crate) cards: Vec<Card>,
    /// The link to add one, with its address; empty for who may not.
    pub(crate) add: (&'static str, String),
}

impl Group {
    /// A group of cards; the section's own name needs no heading.
    pub(crate) fn new(
        heading: &'static str,
        empty: (&'static str, &'static str),
        cards: Vec<Card>,
    ) -> Self {
        Group {
            heading,
            empty,
            cards,
            add: ("", String::new()),
        }
    }

    /// With a link to the form of a new record, for who may add.
    pub(crate) fn adding<F: Form>(mut self, label: &'static str, at: &Shown<'_>) -> Self {
        if at.may_edit {
            self.add = (label, form::new_address::<F>(at.dossier));
        }
        self
    }
}

/// One record on the page.
#[derive(Default)]
pub(crate) struct Card {
    pub(crate) title: String,
    /// A state in words, and its colour.
    pub(crate) tag: (&'static str, &'static str),
    pub(crate) facts: Vec<Fact>,
    /// What somebody wrote.
    pub(crate) text: String,
    /// An address on the web that it leads to; empty for none.
    pub(crate) out: String,
    /// A question to who reads it, with the address where it is answered; empty for none.
    pub(crate) question: (&'static str, String),
    /// The address of its form; empty for who may not correct it.
    pub(crate) edit: String,
}

impl Card {
    /// A card with a title.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Card {
            title: title.into(),
            ..Card::default()
        }
    }

    /// With a state.
    pub(crate) fn tag(mut self, label: &'static str, kind: &'static str) -> Self {
        self.tag = (label, kind);
        self
    }

    /// With a fact.
    pub(crate) fn fact(mut self, label: &str, value: impl Into<String>) -> Self {
        self.facts.push(Fact::new(label, value));
        self
    }

    /// With a fact that may not be known.
    pub(crate) fn known(self, label: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.fact(label, value.to_string()),
            None => self,
        }
    }

    /// With what somebody wrote.
    pub(crate) fn text(mut self, text: Option<impl ToString>) -> Self {
        self.text = text.map(|it| it.to_string()).unwrap_or_default();
        self
    }

    /// With a link to a page of somebody else, which has to be `http` or `https`.
    pub(crate) fn leading_out(mut self, address: Option<&str>) -> Self {
        self.out = address.unwrap_or_default().to_owned();
        self
    }

    /// With a link to where something is asked of who reads it.
    pub(crate) fn asking(mut self, label: &'static str, address: String) -> Self {
        self.question = (label, address);
        self
    }

    /// Everything that it says.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let facts = self.facts.iter().map(|fact| fact.value.as_str());
        let own = [self.title.as_str(), self.tag.0, &self.text, &self.out];
        own.into_iter().chain(facts)
    }

    /// With a link to its form, for who may correct it.
    pub(crate) fn editing<F: Form>(mut self, id: F::Id, at: &Shown<'_>) -> Self {
        if at.may_edit {
            self.edit = address::<F>(at.dossier, id);
        }
        self
    }
}

/// For whom a page is made, and of which dossier.
pub(crate) struct Shown<'a> {
    pub(crate) me: &'a Me,
    pub(crate) dossier: DossierId,
    pub(crate) may_edit: bool,
    /// The code of the client's work situation.
    pub(crate) work_situation: &'a str,
    pub(crate) today: Day,
}

impl<'a> Shown<'a> {
    /// For this person.
    pub(crate) fn of(app: &App, me: &'a Me, head: &'a Head, may_edit: bool) -> Self {
        Shown {
            me,
            dossier: head.id,
            may_edit,
            work_situation: &head.work_situation,
            today: app.casework.today(),
        }
    }

    /// What stands above the records: one text for the client, one for who guides.
    pub(crate) fn told(&self, client: &'static str, guide: &'static str) -> &'static str {
        match self.me.actor.role {
            Role::Client => client,
            _ => guide,
        }
    }
}

/// What a section's page shows, beside its frame.
pub(crate) struct Content {
    /// What the page is for.
    pub(crate) intro: &'static str,
    /// What does not belong here; empty for nothing.
    pub(crate) warning: &'static str,
    pub(crate) groups: Vec<Group>,
    /// What follows from the records, in a sentence; empty for nothing.
    pub(crate) remark: String,
    /// A page beside it, with its address.
    pub(crate) also: Option<NavLink>,
}

impl Content {
    /// Leaves the cards in which the words stand.
    pub(crate) fn look_for(&mut self, find: Find) -> FindBar {
        let count = |groups: &[Group]| groups.iter().map(|group| group.cards.len()).sum();
        let all = count(&self.groups);
        for group in &mut self.groups {
            group.cards.retain(|card| find.fits(card.texts()));
        }
        find.bar(all, count(&self.groups))
    }
}

#[derive(Template)]
#[template(path = "sections/page.html")]
struct PageOfSection {
    page: Page,
    dossier: DossierHead,
    heading: &'static str,
    tabs: Vec<NavLink>,
    content: Content,
    find: FindBar,
    /// The address of the page itself.
    here: String,
    history: Vec<EntryView>,
}

/// The tabs that stand above a section; none for one that is an entry of its own.
fn tabs(section: &Section, dossier: DossierId) -> Vec<NavLink> {
    match section.path.split_once('/') {
        Some((_, tab)) => crate::entries::guidance_tabs(dossier, tab),
        None => Vec::new(),
    }
}

/// The heading of a section's pages: a tab's is that of its entry.
fn heading_of(section: &Section) -> &'static str {
    match section.path.split_once('/') {
        Some(_) => "Begeleiding",
        None => section.label,
    }
}

/// The page of a section.
pub(crate) fn page<R>(
    app: &App,
    me: &Me,
    section: &Section,
    found: SectionPage<R>,
    (notice, find): (Option<String>, Option<Find>),
    content: impl FnOnce(R, &Shown<'_>) -> Content,
) -> Response {
    let dossier = found.head.id;
    let shown = Shown::of(app, me, &found.head, found.may_edit);
    let mut content = content(found.records, &shown);
    let find = find.map(|find| content.look_for(find)).unwrap_or_default();
    let mut page = app.page(me, section.label, "");
    page.notice = notice;
    render(
        StatusCode::OK,
        &PageOfSection {
            page,
            dossier: app.dossier_head(me, &found.head, section.entry()),
            heading: heading_of(section),
            tabs: tabs(section, dossier),
            content,
            find,
            here: section.address(dossier),
            history: history(found.history),
        },
    )
}

/// What happened, as shown.
pub(crate) fn history(entries: Vec<JournalEntry>) -> Vec<EntryView> {
    entries.into_iter().map(entry_view).collect()
}

/// Declares the page of a section: what is loaded (`Kinds`) and how it is shown.
macro_rules! section_page {
    ($section:ident, $kinds:ty, $content:expr) => {
        async fn show(
            axum::extract::State(app): axum::extract::State<crate::App>,
            me: crate::context::Me,
            crate::context::Succeeded(notice): crate::context::Succeeded,
            find: crate::find::Find,
            axum::extract::Path(dossier): axum::extract::Path<String>,
        ) -> Result<axum::response::Response, axum::response::Response> {
            let id = crate::steps::dossier_in(&app, &me, &dossier)?;
            let found = app
                .casework
                .section::<$kinds>(&me.actor, id, $section.slug())
                .await
                .map_err(|failure| crate::fail::answer(&app, &me, failure))?;
            Ok(crate::sections::page(
                &app,
                &me,
                &$section,
                found,
                (notice, Some(find)),
                $content,
            ))
        }
    };
}
pub(crate) use section_page;
