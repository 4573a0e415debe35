//! What every page shows around its own content: the header, the navigation, the dossier's
//! head, and the small values that the component macros take. Plain data with constructors;
//! it knows no rule, no address scheme beyond what it is given, and no database.
//!
//! A page's template struct has a field `page: Page` (and `dossier: DossierHead` when it
//! extends `dossier.html`); see `templates/layout.html` and `templates/components.html`.

/// What the layout needs, in a field named `page` of every template struct.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The page's title without the product's name. The layout puts 'Fout: ' before it
    /// when `has_errors` is set, and ' - Klantendossier' after it.
    pub title: String,
    /// Who is logged in; `None` on the sign-in page and on public pages.
    pub user: Option<UserView>,
    /// The links in the header, in order; empty hides the bar.
    pub nav: Vec<NavLink>,
    /// Shows the line 'Demo met verzonnen gegevens'.
    pub demo: bool,
    /// A message about what just succeeded, shown once at the top of the content.
    pub notice: Option<String>,
    /// Addresses of the style sheet, the script and the icon.
    pub assets: AssetLinks,
    /// The page comes back with errors: its title begins with 'Fout: '.
    pub has_errors: bool,
    /// The program's version, shown in the footer.
    pub version: String,
    /// Seconds without use after which the session ends; the page warns before. `None` without a session.
    pub idle_seconds: Option<i64>,
}

impl Page {
    /// A page with this title and nobody logged in.
    pub fn new(title: impl Into<String>, assets: AssetLinks) -> Self {
        Self {
            title: title.into(),
            assets,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Self::default()
        }
    }

    /// The same page for a person who is logged in, with the header's links.
    #[must_use]
    pub fn for_user(mut self, user: UserView, nav: Vec<NavLink>) -> Self {
        self.user = Some(user);
        self.nav = nav;
        self
    }
}

/// The person who is logged in, as the header shows them.
#[derive(Debug, Clone)]
pub struct UserView {
    /// First name and name.
    pub name: String,
    /// The organisation the person works for now; empty where there is none.
    pub organisation: String,
    /// The role in Dutch, shown where `organisation` is empty and to who has several.
    pub role_label: String,
    /// The person can go on in another function.
    pub has_others: bool,
}

/// A link in a navigation (header, menu, tabs).
#[derive(Debug, Clone)]
pub struct NavLink {
    /// The text of the link.
    pub label: String,
    /// Its address.
    pub href: String,
    /// The link leads to the page that is shown, or to the part it stands in.
    pub current: bool,
}

impl NavLink {
    /// A link that is not the current one.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            current: false,
        }
    }

    /// The same link, marked as current when `yes`.
    #[must_use]
    pub fn current(mut self, yes: bool) -> Self {
        self.current = yes;
        self
    }
}

/// Addresses of the static files (with the content's hash in them, when they are served so).
#[derive(Debug, Clone, Default)]
pub struct AssetLinks {
    /// The style sheet.
    pub css: String,
    /// The script, one ES module.
    pub js: String,
    /// The icon, an SVG.
    pub icon: String,
}

/// The client whose dossier is open, in a field named `dossier` of templates that extend
/// `dossier.html`.
#[derive(Debug, Clone)]
pub struct DossierHead {
    /// First name and name, in that order, as the dossier shows them.
    pub name: String,
    /// The client number, as `61000447`.
    pub client_number: String,
    /// The work situation with its code, as `Uitkeringsgerechtigd volledig werkloos (00)`.
    pub work_situation: String,
    /// Further facts beside these, in order; mostly empty.
    pub facts: Vec<Fact>,
    /// The entries of the navigation 'Klantendossier'.
    pub menu: Vec<NavLink>,
}

impl DossierHead {
    /// The head of one dossier. `base` is the dossier's address without a slash at its end;
    /// `current` is the slug of the entry that is open (see [`DOSSIER_ENTRIES`]).
    pub fn new(
        first_name: &str,
        last_name: &str,
        client_number: impl Into<String>,
        work_situation: &str,
        work_situation_code: &str,
        base: &str,
        current: &str,
    ) -> Self {
        Self {
            name: format!("{first_name} {last_name}"),
            client_number: client_number.into(),
            work_situation: if work_situation_code.is_empty() {
                work_situation.to_owned()
            } else {
                format!("{work_situation} ({work_situation_code})")
            },
            facts: Vec::new(),
            menu: DOSSIER_ENTRIES
                .iter()
                .map(|(slug, label)| {
                    NavLink::new(*label, format!("{base}/{slug}")).current(*slug == current)
                })
                .collect(),
        }
    }

    /// The label of the entry that is open, for the folded menu on a phone.
    pub fn here(&self) -> &str {
        self.menu
            .iter()
            .find(|link| link.current)
            .map_or("", |link| link.label.as_str())
    }
}

/// The entries of the dossier's navigation, in the manual's order: slug and label.
pub const DOSSIER_ENTRIES: [(&str, &str); 15] = [
    ("klantenportret", "Klantenportret"),
    ("profiel", "Profiel"),
    ("vacatures", "Vacature-dashboard"),
    ("persoonsgegevens", "Persoonsgegevens en voorkeuren"),
    ("documenten", "Documenten"),
    ("berichten", "Berichten"),
    ("loopbaancheques", "Loopbaancheques"),
    ("begeleiding", "Begeleiding"),
    ("dienstverlening", "Dienstverlening"),
    ("competentieontwikkeling", "Competentieontwikkeling"),
    ("transmissie", "Transmissie"),
    ("inburgering", "Inburgering - NT2"),
    ("pmab", "PmAB"),
    ("loopbaangegevens", "Loopbaangegevens"),
    ("rva", "RVA"),
];

/// A label with its value.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
}

impl Fact {
    /// A fact.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
        }
    }
}

/// The errors of a form: listed in the summary at the top, and each shown at its field.
#[derive(Debug, Clone, Default)]
pub struct Errors {
    /// In the order of the fields on the page.
    pub lines: Vec<ErrorLine>,
}

/// One error: a sentence and the field it is about.
#[derive(Debug, Clone)]
pub struct ErrorLine {
    /// The id of the field to go to; empty when it is about no field in particular. For a
    /// date that is the first wrong part: `datum_dag`.
    pub field: String,
    /// What is wrong and how to put it right, one sentence.
    pub message: String,
    /// An address to go to instead of a field (as the step that is in the way); mostly empty.
    pub href: String,
}

impl Errors {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error at a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.lines.push(ErrorLine {
            field: field.into(),
            message: message.into(),
            href: String::new(),
        });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The sentence at a field; empty when nothing is wrong with it.
    pub fn at(&self, field: &str) -> &str {
        self.lines
            .iter()
            .find(|line| line.field == field)
            .map_or("", |line| line.message.as_str())
    }

    /// The sentence at a date group: about any of its parts (`datum_dag`, `datum_maand`,
    /// `datum_jaar`).
    pub fn at_date(&self, id: &str) -> &str {
        self.lines
            .iter()
            .find(|line| {
                line.field
                    .strip_prefix(id)
                    .is_some_and(|part| matches!(part, "_dag" | "_maand" | "_jaar"))
            })
            .map_or("", |line| line.message.as_str())
    }
}

/// One answer of a select, of radios or of checkboxes.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
    /// An explanation below the label (radios and checkboxes only); empty for none.
    pub hint: String,
    /// Chosen now.
    pub selected: bool,
}

impl Choice {
    /// An answer without explanation.
    pub fn new(value: impl Into<String>, label: impl Into<String>, selected: bool) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: String::new(),
            selected,
        }
    }

    /// The same answer with an explanation.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// A date as it was typed, right or wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateParts {
    /// The field 'Dag'.
    pub day: String,
    /// The field 'Maand'.
    pub month: String,
    /// The field 'Jaar'.
    pub year: String,
}

impl DateParts {
    /// The three fields as typed.
    pub fn new(day: impl Into<String>, month: impl Into<String>, year: impl Into<String>) -> Self {
        Self {
            day: day.into(),
            month: month.into(),
            year: year.into(),
        }
    }
}

/// Links to the other pages of a long list.
#[derive(Debug, Clone, Default)]
pub struct Pagination {
    /// The address of the page before this one.
    pub previous: Option<String>,
    /// The address of the page after this one.
    pub next: Option<String>,
    /// Numbered links; empty where pages have no numbers.
    pub pages: Vec<PageLink>,
}

/// A numbered link, or the gap between two of them.
#[derive(Debug, Clone)]
pub enum PageLink {
    /// A page with its number and address, and whether it is the one shown.
    Page {
        /// Counted from 1.
        number: u32,
        /// Its address.
        href: String,
        /// The page that is shown.
        current: bool,
    },
    /// Pages that are left out.
    Gap,
}

impl Pagination {
    /// Links around page `current` of `last` (both counted from 1): the first, the last,
    /// and one on each side of this one.
    pub fn numbered(current: u32, last: u32, href: impl Fn(u32) -> String) -> Self {
        let mut pages = Vec::new();
        let mut before = 0;
        for number in 1..=last {
            if number == 1 || number == last || number.abs_diff(current) <= 1 {
                if number - before > 1 {
                    pages.push(PageLink::Gap);
                }
                pages.push(PageLink::Page {
                    number,
                    href: href(number),
                    current: number == current,
                });
                before = number;
            }
        }
        Self {
            previous: (current > 1).then(|| href(current - 1)),
            next: (current < last).then(|| href(current + 1)),
            pages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_has_the_manuals_fifteen_entries_and_marks_one() {
        let head = DossierHead::new(
            "Ann", "Peeters", "61000447", "Werkloos", "00", "/d/x", "rva",
        );
        assert_eq!(head.menu.len(), 15);
        assert_eq!(head.menu.iter().filter(|link| link.current).count(), 1);
        assert_eq!(head.here(), "RVA");
        assert_eq!(head.work_situation, "Werkloos (00)");
    }

    #[test]
    fn an_error_at_a_part_of_a_date_stands_at_its_group_only() {
        let mut errors = Errors::new();
        errors.add("einddatum_maand", "De maand ligt tussen 1 en 12.");
        assert_eq!(errors.at_date("einddatum"), "De maand ligt tussen 1 en 12.");
        assert_eq!(errors.at_date("datum"), "");
        assert_eq!(errors.at("einddatum"), "");
    }

    #[test]
    fn a_long_list_shows_first_last_and_neighbours() {
        let links = Pagination::numbered(5, 9, |n| format!("?p={n}"));
        let shown: Vec<String> = links
            .pages
            .iter()
            .map(|link| match link {
                PageLink::Page {
                    number, current, ..
                } => {
                    format!("{number}{}", if *current { "*" } else { "" })
                }
                PageLink::Gap => "…".to_owned(),
            })
            .collect();
        assert_eq!(shown.join(" "), "1 … 4 5* 6 … 9");
        assert_eq!(links.previous.as_deref(), Some("?p=4"));
    }
}
