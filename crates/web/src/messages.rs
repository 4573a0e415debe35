//! 'Berichten': conversations about the dossier. What was sent is not changed any more.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Head, ThreadPage};
use domain::ids::{DossierId, MessageId, ThreadId};
use domain::people::Role;
use domain::policy::Operation;
use domain::refusal::Field;
use domain::text::{Label, Note};

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::find::{Find, FindBar};
use crate::page::{DossierHead, Errors, Page};
use crate::routes::Routes;
use crate::steps::{dossier_in, submission};

/// Its entry of the menu.
const SLUG: &str = "berichten";

pub(crate) fn routes(routes: Routes) -> Routes {
    use Operation::{ViewDossier, WriteMessage};
    let new = "/dossier/{dossier}/berichten/nieuw";
    let one = "/dossier/{dossier}/berichten/{thread}";
    routes
        .get("/dossier/{dossier}/berichten", ViewDossier, list)
        .get(new, WriteMessage, open_new)
        .post(new, WriteMessage, start)
        .get(one, ViewDossier, show)
        .post(one, WriteMessage, answer)
}

/// The address of the list.
pub(crate) fn address(dossier: DossierId) -> String {
    format!("{}/{SLUG}", dossier_address(dossier))
}

#[derive(Template)]
#[template(path = "messages/list.html")]
struct ListPage {
    page: Page,
    dossier: DossierHead,
    threads: Vec<Row>,
    find: FindBar,
    here: String,
    /// The address of the form of a new conversation; empty for who may not write.
    new: String,
}

struct Row {
    subject: String,
    href: String,
    messages: usize,
    last: String,
    unread: usize,
}

#[derive(Template)]
#[template(path = "messages/new.html")]
struct NewPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    action: String,
    form: Typed,
    subject: String,
}

#[derive(Template)]
#[template(path = "messages/thread.html")]
struct OnePage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    back: String,
    subject: String,
    messages: Vec<MessageView>,
    /// The pages with what was before these, and with the last; empty for none.
    earlier: String,
    newest: String,
    action: String,
    /// The form of an answer, under the last messages; none for who may not write.
    form: Option<Typed>,
}

/// What both forms hold.
struct Typed {
    key: String,
    text: String,
    max: String,
    changed: bool,
}

struct MessageView {
    who: String,
    role: &'static str,
    when: String,
    text: String,
    is_own: bool,
}

fn typed(app: &App, fields: &Fields, errors: &Errors) -> Typed {
    Typed {
        key: app.casework.submission_key().0.to_string(),
        text: fields.get("bericht").to_owned(),
        max: Note::MAX.to_string(),
        changed: !errors.is_empty(),
    }
}

async fn list(
    State(app): State<App>,
    me: Me,
    find: Find,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .messages(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let base = address(id);
    let all = found.threads.len();
    let threads = found.threads.into_iter();
    let threads = threads.filter(|it| find.fits([it.thread.subject.as_str()]));
    let threads = threads.map(|it| Row {
        href: format!("{base}/{}", it.thread.id.address()),
        subject: it.thread.subject.into_string(),
        messages: it.standing.messages,
        last: it.standing.last_at.brussels_text(),
        unread: it.standing.unread,
    });
    let threads: Vec<Row> = threads.collect();
    Ok(render(
        StatusCode::OK,
        &ListPage {
            page: app.page(&me, "Berichten", ""),
            dossier: app.dossier_head(&me, &found.head, SLUG),
            find: find.bar(all, threads.len()),
            threads,
            here: base.clone(),
            new: if found.may_write {
                format!("{base}/nieuw")
            } else {
                String::new()
            },
        },
    ))
}

fn new_page(app: &App, me: &Me, head: &Head, (fields, errors): (&Fields, Errors)) -> Response {
    let mut page = app.page(me, "Nieuw gesprek", "");
    page.has_errors = !errors.is_empty();
    let form = typed(app, fields, &errors);
    render(
        errors.status(),
        &NewPage {
            page,
            dossier: app.dossier_head(me, head, SLUG),
            errors,
            action: format!("{}/nieuw", address(head.id)),
            form,
            subject: fields.get("gesprek").to_owned(),
        },
    )
}

/// The dossier's head, for who may write in it.
async fn head_of(app: &App, me: &Me, dossier: DossierId) -> Result<Head, Response> {
    app.casework
        .entry(&me.actor, Operation::WriteMessage, dossier, SLUG)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

async fn open_new(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let head = head_of(&app, &me, id).await?;
    let nothing = (&Fields::default(), Errors::new());
    Ok(new_page(&app, &me, &head, nothing))
}

async fn start(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let head = head_of(&app, &me, id).await?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address(id)).into_response());
    }
    let mut errors = Errors::new();
    let subject: Option<Label> = fields.line("gesprek", Field::MessageSubject, &mut errors);
    let text: Option<Note> = fields.story("bericht", Field::MessageText, &mut errors);
    // Which conversation it will be is not known before it is stored: the answer leads to the list.
    let submission = submission(&app, &fields, address(id), &mut errors);
    if let (Some(subject), Some(text), Some(submission)) = (subject, text, submission) {
        let said = (&subject, &text);
        let started = app
            .casework
            .start_thread(&me.actor, id, said, &submission)
            .await;
        match started {
            Ok(thread) => {
                let to = format!("{}/{}?gelukt=bericht", address(id), thread.address());
                return Ok(Redirect::to(&to).into_response());
            }
            Err(failure) => errors.refused(&fail::refusals(&app, &me, failure)?),
        }
    }
    Ok(new_page(&app, &me, &head, (&fields, errors)))
}

async fn load(
    app: &App,
    me: &Me,
    (dossier, thread): &(String, String),
    before: Option<MessageId>,
) -> Result<ThreadPage, Response> {
    let dossier = dossier_in(app, me, dossier)?;
    let thread = ThreadId::from_address(thread);
    let thread = thread.ok_or_else(|| fail::not_found(app, Some(me)))?;
    app.casework
        .message_thread(&me.actor, dossier, (thread, before))
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

fn one_page(
    app: &App,
    me: &Me,
    found: ThreadPage,
    is_newest: bool,
    notice: Option<String>,
    (fields, errors): (&Fields, Errors),
) -> Response {
    let subject = found.thread.subject.into_string();
    let mut page = app.page(me, &subject, "");
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    let back = address(found.head.id);
    let action = format!("{back}/{}", found.thread.id.address());
    let answers = found.may_write && is_newest;
    let form = answers.then(|| typed(app, fields, &errors));
    let earlier = found.earlier.map(|it| it.address());
    let earlier = earlier.map(|it| format!("{action}?voor={it}"));
    let newest = if is_newest {
        String::new()
    } else {
        action.clone()
    };
    let messages = found.messages.into_iter().map(|it| MessageView {
        who: if it.organisation.is_empty() {
            it.by_name
        } else {
            format!("{}, {}", it.by_name, it.organisation)
        },
        role: role(it.role),
        when: it.at.brussels_text(),
        text: it.text.into_string(),
        is_own: it.by == me.actor.person,
    });
    render(
        errors.status(),
        &OnePage {
            page,
            dossier: app.dossier_head(me, &found.head, SLUG),
            errors,
            back,
            subject,
            messages: messages.collect(),
            earlier: earlier.unwrap_or_default(),
            newest,
            action,
            form,
        },
    )
}

/// The role of who wrote, in a word.
fn role(role: Role) -> &'static str {
    match role {
        Role::Client => "Jongere",
        other => other.label(),
    }
}

async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(path): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Response> {
    let before = MessageId::from_address(Fields::of_query(uri.query()).get("voor"));
    let found = load(&app, &me, &path, before).await?;
    let nothing = (&Fields::default(), Errors::new());
    let is_newest = before.is_none();
    Ok(one_page(&app, &me, found, is_newest, notice, nothing))
}

async fn answer(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let found = load(&app, &me, &path, None).await?;
    let (dossier, thread) = (found.head.id, found.thread.id);
    let mut errors = Errors::new();
    let text: Option<Note> = fields.story("bericht", Field::MessageText, &mut errors);
    let leads_to = format!("{}/{}?gelukt=bericht", address(dossier), thread.address());
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(text), Some(submission)) = (text, submission) {
        let said = (thread, &text);
        let sent = app
            .casework
            .answer_thread(&me.actor, dossier, said, &submission)
            .await;
        match sent {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => errors.refused(&fail::refusals(&app, &me, failure)?),
        }
    }
    Ok(one_page(&app, &me, found, true, None, (&fields, errors)))
}
