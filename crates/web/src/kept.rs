//! Pages that are kept as they were rendered. What is kept is never shown unasked: at every request the
//! session, the rights and the opening are decided as for any page, and the dossier says where it stands;
//! only when that and what the frame says are as they were, the bytes are sent again.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use casework::Mark;
use domain::ids::{DossierId, FunctionId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::again::Answers;
use crate::context::Me;
use crate::fail;

/// Bytes of pages that are kept at most.
const MOST: u64 = 16 * 1024 * 1024;
/// A page of thirty lines, for a first estimate of how many that is.
const USUAL: usize = 16 * 1024;

/// Which page, for whom.
type Key = (DossierId, FunctionId, &'static str);

/// The pages that are kept, the least used ones gone first. Starts empty.
#[derive(Clone)]
pub struct Kept {
    pages: Arc<Cache<Key, Page, Weight>>,
    /// Whole answers, for as long as nobody commits anything.
    pub(crate) answers: Arc<Answers>,
}

impl Default for Kept {
    fn default() -> Self {
        let usually = usize::try_from(MOST).unwrap_or(usize::MAX) / USUAL;
        let pages = Cache::with_weighter(usually, MOST, Weight);
        Kept {
            pages: Arc::new(pages),
            answers: Arc::default(),
        }
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Page> for Weight {
    fn weight(&self, _: &Key, page: &Page) -> u64 {
        // What stands beside the bytes is small, and never nothing.
        page.body.len() as u64 + 512
    }
}

/// A page as it was rendered.
#[derive(Clone)]
struct Page {
    mark: Mark,
    frame: Frame,
    body: Bytes,
}

/// What the frame around a page says of who looks, and all that what they may do rests on.
#[derive(Clone)]
struct Frame {
    name: String,
    organisation: Option<String>,
    role: domain::people::Role,
    has_others: bool,
    must_enrol: bool,
}

impl Frame {
    fn of(me: &Me) -> Self {
        let unit = me.actor.unit.as_ref();
        Frame {
            name: me.actor.name.clone(),
            organisation: unit.map(|unit| unit.name.clone()),
            role: me.actor.role,
            has_others: me.has_others,
            must_enrol: me.must_enrol,
        }
    }

    fn is_of(&self, me: &Me) -> bool {
        let unit = me.actor.unit.as_ref();
        self.name == me.actor.name
            && self.organisation.as_deref() == unit.map(|unit| unit.name.as_str())
            && self.role == me.actor.role
            && self.has_others == me.has_others
            && self.must_enrol == me.must_enrol
    }
}

impl Kept {
    /// Forgets everything: what was erased must not stay in memory for as long as nobody needs the room.
    pub fn clear(&self) {
        self.pages.clear();
        self.answers.clear();
    }

    /// The page as it was rendered last for this person, if it is still kept.
    pub(crate) fn find(
        &self,
        me: &Me,
        dossier: DossierId,
        what: &'static str,
    ) -> Option<(Mark, Bytes)> {
        let page = self.pages.get(&(dossier, me.function, what))?;
        page.frame.is_of(me).then_some((page.mark, page.body))
    }

    /// Renders a page, keeps it, and answers with it.
    pub(crate) fn render(
        &self,
        me: &Me,
        (dossier, what): (DossierId, &'static str),
        mark: Mark,
        template: &impl Template,
    ) -> Response {
        let Ok(html) = template.render() else {
            // The way that says so.
            return fail::render(StatusCode::OK, template);
        };
        let body = Bytes::from(html);
        let page = Page {
            mark,
            frame: Frame::of(me),
            body: body.clone(),
        };
        self.pages.insert((dossier, me.function, what), page);
        again(body)
    }
}

/// What was rendered, as an answer.
pub(crate) fn again(body: Bytes) -> Response {
    (StatusCode::OK, Html(body)).into_response()
}
