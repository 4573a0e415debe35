//! A counsellor who works through the real forms until the server is gone, and sends again afterwards what
//! was not answered. Several work on the same few dossiers, so that they are in each other's way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use anyhow::{Result, bail};
use domain::{Day, Moment};
use fastrand::Rng;
use uuid::Uuid;

use crate::form::Form;
use crate::http::{Answer, Connection};
use crate::ledger::{Ledger, Place, Shown, Submission, Told};

/// Dossiers that are worked on at one time: fewer than there are clients.
const DOSSIERS: usize = 6;
/// What every mark begins with.
pub(crate) const MARK: &str = "merk-";

/// A dossier that is worked on.
#[derive(Clone, Debug)]
struct Work {
    dossier: String,
    /// Its ongoing line, as far as known.
    line: Option<String>,
    /// A line that was ended, and can be supplemented.
    ended: Option<String>,
}

/// What the clients share.
pub(crate) struct Desk {
    pub(crate) ledger: Mutex<Ledger>,
    works: Mutex<Vec<Work>>,
    spare: Mutex<Vec<String>>,
    pub(crate) is_closing: AtomicBool,
    cookie: String,
}

impl Desk {
    pub(crate) fn new(mut dossiers: Vec<String>, cookie: String) -> Self {
        let first = dossiers.split_off(dossiers.len().saturating_sub(DOSSIERS));
        let works = first.into_iter().map(work).collect();
        Desk {
            ledger: Mutex::default(),
            works: Mutex::new(works),
            spare: Mutex::new(dossiers),
            is_closing: AtomicBool::new(false),
            cookie,
        }
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    fn change(&self, dossier: &str, change: impl FnOnce(&mut Work)) {
        if let Some(work) = lock(&self.works)
            .iter_mut()
            .find(|it| it.dossier == dossier)
        {
            change(work);
        }
    }

    /// A dossier in which no more lines can be registered today makes room for another.
    fn replace(&self, dossier: &str) {
        let next = lock(&self.spare).pop();
        if let Some(next) = next {
            self.change(dossier, |it| *it = work(next));
        }
    }
}

fn work(dossier: String) -> Work {
    Work {
        dossier,
        line: None,
        ended: None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let micros = since.ok().and_then(|it| i64::try_from(it.as_micros()).ok());
    Moment::from_micros(micros.unwrap_or(0)).unwrap_or(Moment::MIN)
}

fn minute() -> i64 {
    now().micros().div_euclid(60_000_000)
}

/// One of those who work.
pub(crate) struct Client {
    number: usize,
    rng: Rng,
    marks: u64,
    /// What was sent and not answered.
    in_doubt: Vec<Submission>,
}

impl Client {
    pub(crate) fn new(number: usize, seed: u64) -> Self {
        Client {
            number,
            rng: Rng::with_seed(seed.wrapping_add(number as u64)),
            marks: 0,
            in_doubt: Vec::new(),
        }
    }

    /// Whether anything sent is still without an answer.
    pub(crate) fn is_in_doubt(&self) -> bool {
        !self.in_doubt.is_empty()
    }

    /// Works until the server is gone, or the desk closes.
    pub(crate) async fn work(mut self, port: u16, desk: Arc<Desk>) -> Self {
        let mut session = Session {
            one: Connection::new(port, &desk.cookie),
            other: Connection::new(port, &desk.cookie),
            desk: &desk,
        };
        let _ = self.until_gone(&mut session).await;
        self
    }

    async fn until_gone(&mut self, session: &mut Session<'_>) -> Result<()> {
        for submission in std::mem::take(&mut self.in_doubt) {
            session.desk.ledger().again += 1;
            let told = session.send(&submission).await;
            match told {
                Told::Nothing => self.in_doubt.push(submission),
                Told::Confirmed => session.desk.ledger().again_confirmed += 1,
                Told::Refused => {}
            }
        }
        while !session.desk.is_closing.load(Ordering::Relaxed) {
            self.one_thing(session).await?;
        }
        Ok(())
    }

    async fn one_thing(&mut self, session: &mut Session<'_>) -> Result<()> {
        let works = lock(&session.desk.works).clone();
        let Some(work) = self.rng.choice(&works).cloned() else {
            bail!("there is no dossier to work on");
        };
        let Some(line) = work.line else {
            return self.register(session, &work.dossier).await;
        };
        let steps = format!("/dossier/{}/stappen", work.dossier);
        let line = format!("{steps}/{line}");
        let today = now().brussels_day();
        match (self.rng.u32(0..100), &work.ended) {
            (0..45, _) => self.action(session, &line, today).await,
            (45..60, _) => self.edit(session, &line).await,
            (60..75, _) | (75..85, None) => self.agreement(session, &work.dossier, today).await,
            (75..85, Some(ended)) => {
                let ended = format!("{steps}/{ended}");
                self.supplement(session, &ended).await
            }
            _ => self.end(session, &work.dossier, &line, today).await,
        }
    }

    fn mark(&mut self) -> String {
        self.marks += 1;
        format!("{MARK}{}-{}", self.number, self.marks)
    }

    /// A new line, when the list shows that there is none.
    async fn register(&mut self, session: &mut Session<'_>, dossier: &str) -> Result<()> {
        if session.find_line(dossier).await?.is_some() {
            return Ok(());
        }
        let path = format!("/dossier/{dossier}/stappen/nieuw");
        let page = session.open(&format!("{path}?soort=OND_OAL")).await?;
        let Some(form) = Form::in_page(&page.html, &path) else {
            return session.fault(&path, &page);
        };
        let mark = self.mark();
        let form = form
            .day("datum", &now().brussels_day().to_iso())
            .set("geen_diploma", "ja")
            .set("samenvatting", &mark);
        let submission = submission(mark, Place::Summary, path, form);
        self.send(session, submission).await;
        if session.find_line(dossier).await?.is_none() {
            session.desk.replace(dossier);
        }
        Ok(())
    }

    async fn action(&mut self, session: &mut Session<'_>, line: &str, today: Day) -> Result<()> {
        let path = format!("{line}/acties/nieuw");
        let Some(form) = session.form(&path, &path).await? else {
            return Ok(());
        };
        let mark = self.mark();
        let form = form
            .day("dag_actie", &today.to_iso())
            .set("soort_actie", "GESPREK")
            .set("duur", "30")
            .set("nota", &mark);
        let submission = submission(mark, Place::Action, path, form);
        self.send(session, submission).await;
        Ok(())
    }

    /// One more line of the summary, under what stands there.
    async fn edit(&mut self, session: &mut Session<'_>, line: &str) -> Result<()> {
        let Some(form) = session.form(line, line).await? else {
            return Ok(());
        };
        let mark = self.mark();
        let summary = format!("{}\n{mark}", form.get("samenvatting"));
        let form = form.set("samenvatting", summary.trim());
        let submission = submission(mark, Place::Summary, line.to_owned(), form);
        self.send(session, submission).await;
        Ok(())
    }

    async fn agreement(
        &mut self,
        session: &mut Session<'_>,
        dossier: &str,
        today: Day,
    ) -> Result<()> {
        let path = format!("/dossier/{dossier}/begeleiding/traject/afspraken/nieuw");
        let Some(form) = session.form(&path, &path).await? else {
            return Ok(());
        };
        let mark = self.mark();
        let form = form
            .set("afspraak", &mark)
            .set("wie_doet", "client")
            .day("tegen", &today.plus_days(14).to_iso());
        let submission = submission(mark, Place::Agreement, path, form);
        self.send(session, submission).await;
        Ok(())
    }

    async fn supplement(&mut self, session: &mut Session<'_>, line: &str) -> Result<()> {
        let path = format!("{line}/aanvulling");
        let Some(form) = session.form(line, &path).await? else {
            return Ok(());
        };
        let mark = self.mark();
        let form = form.set("aanvulling", &mark);
        let submission = submission(mark, Place::Addendum, path, form);
        self.send(session, submission).await;
        Ok(())
    }

    /// An end and a cancellation of the same line, at once: one of them at most.
    async fn end(
        &mut self,
        session: &mut Session<'_>,
        dossier: &str,
        line: &str,
        today: Day,
    ) -> Result<()> {
        let Some(form) = session.form(line, line).await? else {
            return Ok(());
        };
        let mark = self.mark();
        let ending = form
            .clone()
            .set("toestand", "ended")
            .day("einddatum", &today.to_iso())
            .set("vaststellingen", "opleiding")
            .set("resultaatcode", "POSITIEF")
            .set("reden", "P1")
            .set("toelichting", &mark);
        let ending = submission(mark, Place::Result, format!("{line}/einde"), ending);
        let mark = self.mark();
        let cancelling = Form { fields: Vec::new() }
            .set("sleutel", &Uuid::now_v7().to_string())
            .set("versie", form.get("versie"))
            .set("acties_vervallen", "ja")
            .set("reden", &mark);
        let path = format!("{line}/annuleren");
        let cancelling = submission(mark, Place::Cancelled, path, cancelling);
        session.desk.ledger().contested += 1;
        // Who asks first is often first.
        let told = if self.rng.bool() {
            session.send_both(&ending, &cancelling).await
        } else {
            let (cancelled, ended) = session.send_both(&cancelling, &ending).await;
            (ended, cancelled)
        };
        if told == (Told::Confirmed, Told::Confirmed) {
            let both = format!("{line} was ended and cancelled, and both were confirmed");
            session.desk.ledger().faults.push(both);
        }
        if told.0 == Told::Confirmed {
            let ended = line.rsplit('/').next().map(str::to_owned);
            session.desk.change(dossier, |it| it.ended = ended);
        }
        for (submission, told) in [(ending, told.0), (cancelling, told.1)] {
            if told == Told::Nothing {
                self.in_doubt.push(submission);
            }
        }
        session.desk.change(dossier, |it| it.line = None);
        Ok(())
    }

    /// Once, or twice at the same time.
    async fn send(&mut self, session: &mut Session<'_>, submission: Submission) {
        let told = if self.rng.u32(0..5) == 0 {
            session.desk.ledger().twice += 1;
            let told = session.send_both(&submission, &submission).await;
            match told {
                (Told::Confirmed, _) | (_, Told::Confirmed) => Told::Confirmed,
                (Told::Nothing, _) | (_, Told::Nothing) => Told::Nothing,
                _ => Told::Refused,
            }
        } else {
            session.send(&submission).await
        };
        if told == Told::Nothing {
            self.in_doubt.push(submission);
        }
    }
}

fn submission(mark: String, place: Place, path: String, form: Form) -> Submission {
    Submission {
        mark,
        place,
        // What is no key is refused, and looked for in vain.
        key: Uuid::parse_str(form.get("sleutel")).unwrap_or_default(),
        path,
        fields: form.fields,
    }
}

/// Two connections of one client.
struct Session<'a> {
    one: Connection,
    other: Connection,
    desk: &'a Desk,
}

impl Session<'_> {
    /// A page; when it is one of a dossier, that it was opened has to be on record (I3).
    async fn open(&mut self, path: &str) -> Result<Answer> {
        let from = minute();
        let page = self.one.open(path).await?;
        let dossier = path.split('/').nth(2);
        if let (200, Some(dossier)) = (page.status, dossier) {
            let shown = Shown {
                dossier: dossier.to_owned(),
                from,
                until: minute(),
            };
            let mut ledger = self.desk.ledger();
            if !ledger.shown.contains(&shown) {
                ledger.shown.push(shown);
            }
        }
        Ok(page)
    }

    /// The form of a page; none when somebody was first and there is nothing to fill in any more.
    async fn form(&mut self, path: &str, action: &str) -> Result<Option<Form>> {
        let page = self.open(path).await?;
        let form = Form::in_page(&page.html, action);
        if form.is_none() {
            if let Some(dossier) = path.split('/').nth(2) {
                self.desk.change(dossier, |it| it.line = None);
            }
            if !matches!(page.status, 200 | 404 | 409 | 422) {
                self.fault(path, &page)?;
            }
        }
        Ok(form)
    }

    /// The ongoing line of a dossier, from its list.
    async fn find_line(&mut self, dossier: &str) -> Result<Option<String>> {
        let list = format!("/dossier/{dossier}/stappen");
        let page = self.open(&list).await?;
        if page.status != 200 {
            self.fault(&list, &page)?;
        }
        let rows = page.html.split("<tr ");
        let line = rows.filter(|row| row.contains("Bezig")).find_map(|row| {
            let (_, rest) = row.split_once(&format!("href=\"{list}/"))?;
            Some(rest.split('"').next()?.to_owned())
        });
        self.desk.change(dossier, |it| it.line.clone_from(&line));
        Ok(line)
    }

    async fn send(&mut self, submission: &Submission) -> Told {
        self.desk.ledger().send(submission);
        told(&mut self.one, self.desk, submission).await
    }

    /// Two at once, on a connection each.
    async fn send_both(&mut self, one: &Submission, other: &Submission) -> (Told, Told) {
        for submission in [one, other] {
            self.desk.ledger().send(submission);
        }
        tokio::join!(
            told(&mut self.one, self.desk, one),
            told(&mut self.other, self.desk, other)
        )
    }

    fn fault(&self, path: &str, page: &Answer) -> Result<()> {
        fault(self.desk, path, page);
        bail!("{path} was answered with {}", page.status);
    }
}

fn fault(desk: &Desk, path: &str, page: &Answer) {
    let heading = page.html.split_once("<h1").map_or("", |(_, rest)| rest);
    let heading: String = heading.chars().take(80).collect();
    let (status, place) = (page.status, page.location());
    let fault = format!("{path} was answered with {status} {place} {heading}");
    desk.ledger().faults.push(fault);
}

/// Sends a form, and notes what its sender is told.
async fn told(connection: &mut Connection, desk: &Desk, submission: &Submission) -> Told {
    let told = match connection.send(&submission.path, &submission.fields).await {
        Ok(answer) => match answer.status {
            303 if answer.location().contains("gelukt=") => Told::Confirmed,
            404 | 409 | 422 => Told::Refused,
            // 'Even geduld': to be sent again, as after no answer at all.
            503 => Told::Nothing,
            _ => {
                fault(desk, &submission.path, &answer);
                Told::Refused
            }
        },
        Err(_) => Told::Nothing,
    };
    desk.ledger().told(&submission.mark, told);
    told
}
