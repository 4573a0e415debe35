//! Finding what need not be kept any more, and erasing it. When something is due is decided in `domain`;
//! here are the rows. What a final line or the journal refuses by its triggers is let pass for what an
//! open `erasure` names, which no batch leaves open.

use domain::catalogue::FundingCode;
use domain::ids::{DossierId, GrantId, OrganisationId, PersonId, StepId};
use domain::journal::Change;
use domain::policy::{Access, Permit, Write};
use domain::retention::Kind;
use domain::{Day, Moment};
use uuid::Uuid;

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, guard, known, statements};

/// Rows of one page.
pub const PAGE: usize = 500;

statements! {
    STORIES = "retention.stories",
        "SELECT s.listed_on, s.dossier_id, s.id, coalesce(s.ended_at, s.closed_at)
         FROM step s JOIN step_text t ON t.dossier_id = s.dossier_id AND t.step_id = s.id
         WHERE s.funding = ?1 AND s.state = ?2 AND (s.listed_on, s.dossier_id, s.id) > (?3, ?4, ?5)
         AND s.listed_on <= ?6 AND coalesce(s.ended_at, s.closed_at) < ?7 AND t.erased_at IS NULL
         ORDER BY s.listed_on, s.dossier_id, s.id LIMIT 500";
    LINES = "retention.lines",
        "SELECT s.listed_on, s.dossier_id, s.id, coalesce(s.ended_at, s.closed_at)
         FROM step s
         WHERE s.funding = ?1 AND s.state = ?2 AND (s.listed_on, s.dossier_id, s.id) > (?3, ?4, ?5)
         ORDER BY s.listed_on, s.dossier_id, s.id LIMIT 500";
    ANY_LINE = "retention.any_line",
        "SELECT 1 FROM step WHERE funding = ?1 AND start_on >= ?2 LIMIT 1";
    GRANTS = "retention.grants",
        "SELECT dossier_id, organisation_id, id, ended_at FROM access_grant
         WHERE ended_at < ?1 AND ended_at > ?2 ORDER BY ended_at LIMIT 500";
    REQUESTS = "retention.requests",
        "SELECT id, decided_at FROM grant_request
         WHERE decided_at < ?1 AND decided_at > ?2 ORDER BY decided_at LIMIT 500";
    NOTICES = "retention.notices",
        "SELECT id, at FROM outbox WHERE at < ?1 AND at > ?2 ORDER BY at LIMIT 500";
    DOSSIERS = "retention.dossiers",
        "SELECT id FROM dossier WHERE id > ?1 ORDER BY id LIMIT 500";
    OPENINGS = "retention.openings",
        "SELECT count(*), min(minute) FROM opening
         WHERE dossier_id >= ?1 AND dossier_id <= ?2 AND minute < ?3";
    DOCUMENTS = "retention.documents",
        "SELECT count(*), min(added_at) FROM document
         WHERE dossier_id >= ?1 AND dossier_id <= ?2 AND added_at < ?3 AND step_id IS NULL";
    // Nothing of it is kept any more, and nothing happened in it but erasing and what sources told.
    EMPTY = "retention.empty",
        "SELECT d.id, d.created_at FROM dossier d
         WHERE d.id >= ?1 AND d.id <= ?2 AND d.erased_at IS NULL AND d.created_at < ?3
         AND (SELECT 1 FROM step s WHERE s.dossier_id = d.id LIMIT 1) IS NULL
         AND (SELECT 1 FROM access_grant g WHERE g.dossier_id = d.id LIMIT 1) IS NULL
         AND (SELECT 1 FROM opening o WHERE o.dossier_id = d.id LIMIT 1) IS NULL
         AND (SELECT 1 FROM document t WHERE t.dossier_id = d.id LIMIT 1) IS NULL
         AND (SELECT 1 FROM grant_request q WHERE q.client_number = d.client_number LIMIT 1) IS NULL
         AND (SELECT 1 FROM journal j WHERE j.dossier_id = d.id AND j.at >= ?3
             AND j.event NOT IN ('story_erased', 'step_erased', 'source_taken_over')
             AND NOT (j.by_person = ?4 AND j.event IN ('study_added', 'study_changed')) LIMIT 1) IS NULL
         ORDER BY d.id";

    BEGIN = "retention.begin",
        "INSERT INTO erasure (dossier_id, at, id, step_id, kind, open) VALUES (?1, ?2, ?3, ?4, ?5, TRUE)";
    END = "retention.end",
        "UPDATE erasure SET open = FALSE WHERE dossier_id = ?1 AND at = ?2 AND id = ?3";

    NO_TEXTS = "retention.no_texts",
        "UPDATE step_text SET summary = NULL, late_reason = NULL, result_note = NULL,
                cancel_reason = CASE WHEN cancel_reason IS NOT NULL THEN '(gewist)' END, erased_at = ?3
         WHERE dossier_id = ?1 AND step_id = ?2 AND erased_at IS NULL";
    NO_ADDENDA = "retention.no_addenda", "DELETE FROM addendum WHERE dossier_id = ?1 AND step_id = ?2";
    NO_ACTION_TEXTS = "retention.no_action_texts",
        "UPDATE action SET note = NULL, place = NULL WHERE dossier_id = ?1 AND step_id = ?2";
    NO_REMOVAL_TEXTS = "retention.no_removal_texts",
        "UPDATE removal_request SET reason = '(gewist)',
                decision_reason = CASE WHEN decision_reason IS NOT NULL THEN '(gewist)' END
         WHERE dossier_id = ?1 AND step_id = ?2";
    CONTENTS = "retention.contents",
        "SELECT number, content FROM journal WHERE step_id = ?2 AND dossier_id = ?1
         AND content IS NOT NULL ORDER BY number";
    NO_CONTENT = "retention.no_content",
        "UPDATE journal SET content = NULL WHERE dossier_id = ?1 AND number = ?2";

    // Its bytes go by themselves, when no other document has them.
    NO_LINE_DOCUMENTS = "retention.no_line_documents",
        "DELETE FROM document WHERE step_id = ?2 AND dossier_id = ?1";
    NO_LINE_NOTES = "retention.no_line_notes",
        "DELETE FROM correction_note WHERE dossier_id = ?1 AND step_id = ?2";
    NO_LINE_CORRECTIONS = "retention.no_line_corrections",
        "DELETE FROM correction_request WHERE dossier_id = ?1 AND step_id = ?2";
    NO_ACTIONS = "retention.no_actions", "DELETE FROM action WHERE dossier_id = ?1 AND step_id = ?2";
    NO_CHECKS = "retention.no_checks",
        "DELETE FROM eligibility_check WHERE dossier_id = ?1 AND step_id = ?2";
    NO_REVIEW = "retention.no_review", "DELETE FROM step_review WHERE dossier_id = ?1 AND step_id = ?2";
    NO_REMOVAL = "retention.no_removal",
        "DELETE FROM removal_request WHERE dossier_id = ?1 AND step_id = ?2";
    NO_TEXT_ROW = "retention.no_text_row", "DELETE FROM step_text WHERE dossier_id = ?1 AND step_id = ?2";
    NO_LINE = "retention.no_line",
        "DELETE FROM step WHERE id = ?2 AND dossier_id = ?1 AND state <> 'ongoing'";
    NO_LINE_NOTICES = "retention.no_line_notices",
        "DELETE FROM outbox WHERE dossier_id = ?1 AND step_id = ?2";
    NO_LINE_CONTENT = "retention.no_line_content",
        "UPDATE journal SET content = NULL
         WHERE step_id = ?2 AND dossier_id = ?1 AND number <= ?3 AND content IS NOT NULL";

    NO_GRANT = "retention.no_grant",
        "DELETE FROM access_grant WHERE dossier_id = ?1 AND organisation_id = ?2 AND id = ?3
         AND ended_at IS NOT NULL";
    NO_FORM = "retention.no_form", "DELETE FROM request_form WHERE request_id = ?1";
    NO_REQUEST = "retention.no_request",
        "DELETE FROM grant_request WHERE id = ?1 AND decided_at IS NOT NULL";
    NO_NOTICE = "retention.no_notice", "DELETE FROM outbox WHERE id = ?1";
    NO_OPENINGS = "retention.no_openings",
        "DELETE FROM opening WHERE dossier_id >= ?1 AND dossier_id <= ?2 AND minute < ?3";

    NO_DOCUMENTS = "retention.no_documents",
        "DELETE FROM document
         WHERE dossier_id >= ?1 AND dossier_id <= ?2 AND added_at < ?3 AND step_id IS NULL";

    NO_CORRECTIONS = "retention.no_corrections",
        "DELETE FROM correction_request WHERE dossier_id = ?1";
    NO_ASSIGNMENTS = "retention.no_assignments", "DELETE FROM assignment WHERE dossier_id = ?1";
    NO_IDENTITY = "retention.no_identity", "DELETE FROM oidc_identity WHERE person_id = ?1";
    NO_MAIL_ADDRESS = "retention.no_mail_address", "DELETE FROM mail_address WHERE person_id = ?1";
    NO_TOTP = "retention.no_totp", "DELETE FROM totp WHERE person_id = ?1";
    NO_CODES = "retention.no_codes", "DELETE FROM recovery_code WHERE person_id = ?1";
    NO_PASSKEYS = "retention.no_passkeys", "DELETE FROM passkey WHERE person_id = ?1";
    NO_DEVICES = "retention.no_devices", "DELETE FROM known_device WHERE person_id = ?1";
    NO_WORD = "retention.no_word", "DELETE FROM client_word WHERE word = ?2 AND dossier_id = ?1";
    NO_STUDIES = "retention.no_studies", "DELETE FROM study WHERE dossier_id = ?1";
    NO_EXPERIENCES = "retention.no_experiences", "DELETE FROM experience WHERE dossier_id = ?1";
    NO_WORK_PERIODS = "retention.no_work_periods", "DELETE FROM work_period WHERE dossier_id = ?1";
    NO_BENEFITS = "retention.no_benefits", "DELETE FROM benefit_status WHERE dossier_id = ?1";
    NO_TRAJECTORIES = "retention.no_trajectories", "DELETE FROM integration_status WHERE dossier_id = ?1";
    NO_COURSES = "retention.no_courses", "DELETE FROM nt2_course WHERE dossier_id = ?1";
    NO_VOUCHERS = "retention.no_vouchers", "DELETE FROM career_voucher WHERE dossier_id = ?1";
    NO_CONDITIONS = "retention.no_conditions", "DELETE FROM condition WHERE dossier_id = ?1";
    NO_AVAILABILITY = "retention.no_availability", "DELETE FROM availability WHERE dossier_id = ?1";
    NO_GOALS = "retention.no_goals", "DELETE FROM goal WHERE dossier_id = ?1";
    NO_AGREEMENTS = "retention.no_agreements", "DELETE FROM agreement WHERE dossier_id = ?1";
    NO_SCREENINGS = "retention.no_screenings", "DELETE FROM screening WHERE dossier_id = ?1";
    NO_VACANCIES = "retention.no_vacancies", "DELETE FROM vacancy WHERE dossier_id = ?1";
    NO_TRAININGS = "retention.no_trainings", "DELETE FROM training WHERE dossier_id = ?1";
    NO_COMPETENCES = "retention.no_competences", "DELETE FROM competence WHERE dossier_id = ?1";
    NO_LANGUAGES = "retention.no_languages", "DELETE FROM language_skill WHERE dossier_id = ?1";
    NO_WANTED_JOBS = "retention.no_wanted_jobs", "DELETE FROM wanted_job WHERE dossier_id = ?1";
    NO_MOBILITY = "retention.no_mobility", "DELETE FROM mobility WHERE dossier_id = ?1";
    NO_CONTACT_PREFERENCES = "retention.no_contact_preferences",
        "DELETE FROM contact_preference WHERE dossier_id = ?1";
    NO_INDICATIONS = "retention.no_indications", "DELETE FROM indication WHERE dossier_id = ?1";
    NO_TRANSMISSIONS = "retention.no_transmissions", "DELETE FROM transmission WHERE dossier_id = ?1";
    NO_MESSAGES = "retention.no_messages", "DELETE FROM message WHERE dossier_id = ?1";
    NO_THREADS = "retention.no_threads", "DELETE FROM message_thread WHERE dossier_id = ?1";
    NO_READ_MARKS = "retention.no_read_marks", "DELETE FROM message_read WHERE dossier_id = ?1";
    NO_OWNERS = "retention.no_owners", "DELETE FROM dossier_owner WHERE dossier_id = ?1";
    NO_NOTICES = "retention.no_notices", "DELETE FROM outbox WHERE dossier_id = ?1";
    NO_DOSSIER_CONTENT = "retention.no_dossier_content",
        "UPDATE journal SET content = NULL WHERE dossier_id = ?1 AND number <= ?2 AND content IS NOT NULL";
    // The number stays taken.
    NO_PERSON = "retention.no_person",
        "UPDATE dossier SET given_name = '', family_name = '', birth_day = ?2, work_situation = '',
                work_situation_since = NULL, insz_digest = NULL, insz_sealed = NULL, email = NULL,
                phone = NULL, street = NULL, postcode = NULL, municipality = NULL, about_me = NULL,
                erased_at = ?3
         WHERE id = ?1 AND erased_at IS NULL";
    OWN_ACCOUNTS = "retention.own_accounts", "SELECT id FROM person WHERE own_dossier_id = ?1";
    NO_ACCOUNT = "retention.no_account",
        "UPDATE person SET active = FALSE, name = '(gewist)', user_name = ?2, password_hash = ''
         WHERE id = ?1";

    ADD_RUN = "retention.add_run",
        "INSERT INTO retention_run (at, id, by_person, applied, content) VALUES (?1, ?2, ?3, ?4, ?5)";
    RUNS = "retention.runs",
        "SELECT r.at, p.name, r.applied, r.content FROM retention_run r
         LEFT JOIN person p ON p.id = r.by_person
         WHERE r.at >= ?1 ORDER BY r.at DESC, r.id DESC LIMIT 20";
}

/// The states in which a line is final.
const FINAL: [&str; 3] = ["ended", "cancelled", "removed"];

/// A line that is due.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The day it is listed on.
    pub listed_on: Day,
    /// In which dossier.
    pub dossier: DossierId,
    /// Which line.
    pub step: StepId,
    /// When it became final.
    pub since: Moment,
}

/// Where a walk through the lines of a project stands: which state, and after which line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    state: usize,
    after: Option<Line>,
}

impl Place {
    /// The place after a page: after its last line, or in the next state. None at the end.
    pub fn after(self, page: &[Line]) -> Option<Self> {
        let next = match page.last().filter(|_| page.len() == PAGE) {
            Some(last) => Place {
                after: Some(*last),
                ..self
            },
            None => Place {
                state: self.state + 1,
                after: None,
            },
        };
        (next.state < FINAL.len()).then_some(next)
    }
}

/// A page of the final lines of a project: those whose texts are there still and which became final before
/// an instant, or, without one, all.
pub async fn lines(
    reader: &mut Reader,
    _permit: &Permit,
    funding: &FundingCode,
    place: Place,
    stories_before: Option<Moment>,
) -> Result<Vec<Line>, StoreError> {
    let (day, dossier, step) = place
        .after
        .map_or((Day::MIN, Uuid::nil(), Uuid::nil()), |last| {
            (last.listed_on, last.dossier.0, last.step.0)
        });
    let state = FINAL.get(place.state).copied().unwrap_or_default();
    let mut params = vec![
        funding.as_str().into(),
        state.into(),
        day.into(),
        dossier.into(),
        step.into(),
    ];
    let statement: &'static Sql = match stories_before {
        None => &LINES,
        Some(before) => {
            // A line is listed on or before the day it became final.
            params.extend([before.brussels_day().into(), before.into()]);
            &STORIES
        }
    };
    let line = |row: &Row<'_>| {
        Ok(Line {
            listed_on: row.day(0)?,
            dossier: DossierId(row.id(1)?),
            step: StepId(row.id(2)?),
            since: row.at(3)?,
        })
    };
    reader.all(statement, &params, line).await
}

/// Whether a project has any line.
pub async fn has_lines(
    reader: &mut Reader,
    _permit: &Permit,
    funding: &FundingCode,
) -> Result<bool, StoreError> {
    let params = [funding.as_str().into(), Day::MIN.into()];
    let found = reader.first(&ANY_LINE, &params, |_| Ok(())).await?;
    Ok(found.is_some())
}

/// An ended grant.
pub type EndedGrant = (DossierId, OrganisationId, GrantId);

/// A page of the grants that ended before an instant and after another, with when.
pub async fn grants(
    reader: &mut Reader,
    _permit: &Permit,
    (before, after): (Moment, Moment),
) -> Result<Vec<(EndedGrant, Moment)>, StoreError> {
    reader
        .all(&GRANTS, &[before.into(), after.into()], |row| {
            let grant = (
                DossierId(row.id(0)?),
                OrganisationId(row.id(1)?),
                GrantId(row.id(2)?),
            );
            Ok((grant, row.at(3)?))
        })
        .await
}

/// A page of the requests that were decided, or the notices that were written, in a time, with when.
pub async fn dated(
    reader: &mut Reader,
    _permit: &Permit,
    kind: Kind,
    (before, after): (Moment, Moment),
) -> Result<Vec<(Uuid, Moment)>, StoreError> {
    let statement: &'static Sql = match kind {
        Kind::GrantRequest => &REQUESTS,
        _ => &NOTICES,
    };
    reader
        .all(statement, &[before.into(), after.into()], |row| {
            Ok((row.id(0)?, row.at(1)?))
        })
        .await
}

/// The next dossiers, by their identifiers.
pub async fn dossiers(
    reader: &mut Reader,
    _permit: &Permit,
    after: Option<DossierId>,
) -> Result<Vec<DossierId>, StoreError> {
    let after = after.map_or(Uuid::nil(), |id| id.0);
    reader
        .all(&DOSSIERS, &[after.into()], |row| row.id(0).map(DossierId))
        .await
}

/// How many openings before a minute there are of the dossiers from one to another, and the oldest.
pub async fn openings(
    reader: &mut Reader,
    _permit: &Permit,
    (first, last): (DossierId, DossierId),
    before_minute: i64,
) -> Result<(u64, Option<Moment>), StoreError> {
    let params = [first.0.into(), last.0.into(), before_minute.into()];
    let found = reader
        .first(&OPENINGS, &params, |row| {
            let count = known(&OPENINGS, "count", u64::try_from(row.int(0)?).ok())?;
            let micros = row
                .opt_int(1)?
                .map(|minute| minute.saturating_mul(60_000_000));
            Ok((count, micros.and_then(Moment::from_micros)))
        })
        .await?;
    Ok(found.unwrap_or_default())
}

/// How many documents without a line were added before an instant to the dossiers from one to another,
/// and the oldest.
pub async fn documents(
    reader: &mut Reader,
    _permit: &Permit,
    (first, last): (DossierId, DossierId),
    before: Moment,
) -> Result<(u64, Option<Moment>), StoreError> {
    let params = [first.0.into(), last.0.into(), before.into()];
    let found = reader
        .first(&DOCUMENTS, &params, |row| {
            let count = known(&DOCUMENTS, "count", u64::try_from(row.int(0)?).ok())?;
            Ok((count, row.opt_at(1)?))
        })
        .await?;
    Ok(found.unwrap_or_default())
}

/// Erases them.
pub fn erase_documents(
    batch: &mut Batch,
    _permit: &Permit,
    (first, last): (DossierId, DossierId),
    before: Moment,
) {
    let params = [first.0.into(), last.0.into(), before.into()];
    batch.push(Statement::new(&NO_DOCUMENTS, params));
}

/// The dossiers from one to another of which nothing is kept any more, with when they were made.
pub async fn empty_dossiers(
    reader: &mut Reader,
    _permit: &Permit,
    (first, last): (DossierId, DossierId),
    before: Moment,
) -> Result<Vec<(DossierId, Moment)>, StoreError> {
    let params = [
        first.0.into(),
        last.0.into(),
        before.into(),
        PersonId::PROGRAM.0.into(),
    ];
    reader
        .all(&EMPTY, &params, |row| {
            Ok((DossierId(row.id(0)?), row.at(1)?))
        })
        .await
}

/// What is erased in one transaction.
#[derive(Clone, Copy, Debug)]
pub struct Erasure {
    /// Which erasure.
    pub id: Uuid,
    /// When.
    pub at: Moment,
    /// The line; none for the dossier itself.
    pub step: Option<StepId>,
}

/// Opens an erasure: from here on the batch may erase. `end` has to follow.
pub fn begin(batch: &mut Batch, access: &Access<Write>, kind: Kind, erasure: &Erasure) {
    let params = [
        access.dossier().0.into(),
        erasure.at.into(),
        erasure.id.into(),
        erasure.step.map(|id| id.0).into(),
        kind.code().into(),
    ];
    batch.push(Statement::new(&BEGIN, params).one(guard::ROW));
}

/// Closes it.
pub fn end(batch: &mut Batch, access: &Access<Write>, erasure: &Erasure) {
    let params = [
        access.dossier().0.into(),
        erasure.at.into(),
        erasure.id.into(),
    ];
    batch.push(Statement::new(&END, params).one(guard::ROW));
}

/// The entries of a line's journal that have their content still.
pub async fn contents(
    reader: &mut Reader,
    access: &Access<Write>,
    step: StepId,
) -> Result<Vec<(i64, Vec<Change>)>, StoreError> {
    let params = [access.dossier().0.into(), step.0.into()];
    reader
        .all(&CONTENTS, &params, |row| {
            let changes = serde_json::from_str(row.text_ref(1)?).ok();
            Ok((row.int(0)?, known(&CONTENTS, "content", changes)?))
        })
        .await
}

/// Erases the texts of a line, and the content of these entries of the journal. Misses `guard::ROW` when
/// they were erased before.
pub fn erase_texts(
    batch: &mut Batch,
    access: &Access<Write>,
    step: StepId,
    entries: &[i64],
    at: Moment,
) {
    let line = [access.dossier().0.into(), step.0.into()];
    let [dossier, id] = line.clone();
    batch.push(Statement::new(&NO_TEXTS, [dossier, id, at.into()]).one(guard::ROW));
    for statement in [&NO_ADDENDA, &NO_ACTION_TEXTS, &NO_REMOVAL_TEXTS] {
        batch.push(Statement::new(statement, line.clone()));
    }
    for number in entries {
        let params = [access.dossier().0.into(), (*number).into()];
        batch.push(Statement::new(&NO_CONTENT, params));
    }
}

/// Erases a line with everything that hangs on it, and the content of its journal through a number.
/// Misses `guard::ROW` when it was erased before.
pub fn erase_line(batch: &mut Batch, access: &Access<Write>, step: StepId, through: i64) {
    let line = [access.dossier().0.into(), step.0.into()];
    for statement in [
        &NO_LINE_DOCUMENTS,
        &NO_LINE_NOTES,
        &NO_LINE_CORRECTIONS,
        &NO_ADDENDA,
        &NO_ACTIONS,
        &NO_CHECKS,
        &NO_REVIEW,
        &NO_REMOVAL,
        &NO_TEXT_ROW,
        &NO_LINE_NOTICES,
    ] {
        batch.push(Statement::new(statement, line.clone()));
    }
    batch.push(Statement::new(&NO_LINE, line.clone()).one(guard::ROW));
    let [dossier, id] = line;
    batch.push(Statement::new(
        &NO_LINE_CONTENT,
        [dossier, id, through.into()],
    ));
}

/// Erases a grant that ended.
pub fn erase_grant(batch: &mut Batch, _permit: &Permit, grant: &EndedGrant) {
    let (dossier, organisation, id) = grant;
    let params = [dossier.0.into(), organisation.0.into(), id.0.into()];
    batch.push(Statement::new(&NO_GRANT, params));
}

/// Erases a request that was decided, or a notice.
pub fn erase_dated(batch: &mut Batch, _permit: &Permit, kind: Kind, id: Uuid) {
    let statement: &'static Sql = match kind {
        Kind::GrantRequest => {
            batch.push(Statement::new(&NO_FORM, [id.into()]));
            &NO_REQUEST
        }
        _ => &NO_NOTICE,
    };
    batch.push(Statement::new(statement, [id.into()]));
}

/// Erases the openings before a minute of the dossiers from one to another.
pub fn erase_openings(
    batch: &mut Batch,
    _permit: &Permit,
    (first, last): (DossierId, DossierId),
    before_minute: i64,
) {
    let params = [first.0.into(), last.0.into(), before_minute.into()];
    batch.push(Statement::new(&NO_OPENINGS, params));
}

/// The accounts of who a dossier is about.
pub async fn own_accounts(
    reader: &mut Reader,
    access: &Access<Write>,
) -> Result<Vec<PersonId>, StoreError> {
    reader
        .all(&OWN_ACCOUNTS, &[access.dossier().0.into()], |row| {
            row.id(0).map(PersonId)
        })
        .await
}

/// Erases who a dossier is about: name, number of the state, contact, profile, the account, and the content
/// of its journal through a number. Its client number stays. Misses `guard::ROW` when it was done before.
pub fn erase_dossier(
    batch: &mut Batch,
    access: &Access<Write>,
    words: &[String],
    accounts: &[PersonId],
    (through, at): (i64, Moment),
) {
    let dossier = access.dossier().0;
    for word in words {
        batch.push(Statement::new(
            &NO_WORD,
            [dossier.into(), word.as_str().into()],
        ));
    }
    for statement in [
        &NO_STUDIES,
        &NO_EXPERIENCES,
        &NO_WORK_PERIODS,
        &NO_BENEFITS,
        &NO_TRAJECTORIES,
        &NO_COURSES,
        &NO_VOUCHERS,
        &NO_CONDITIONS,
        &NO_AVAILABILITY,
        &NO_GOALS,
        &NO_AGREEMENTS,
        &NO_SCREENINGS,
        &NO_VACANCIES,
        &NO_TRAININGS,
        &NO_COMPETENCES,
        &NO_LANGUAGES,
        &NO_WANTED_JOBS,
        &NO_MOBILITY,
        &NO_CONTACT_PREFERENCES,
        &NO_INDICATIONS,
        &NO_TRANSMISSIONS,
        &NO_MESSAGES,
        &NO_THREADS,
        &NO_READ_MARKS,
        &NO_OWNERS,
        &NO_ASSIGNMENTS,
        &NO_CORRECTIONS,
        &NO_NOTICES,
    ] {
        batch.push(Statement::new(statement, [dossier.into()]));
    }
    for account in accounts {
        for statement in [
            &NO_IDENTITY,
            &NO_MAIL_ADDRESS,
            &NO_TOTP,
            &NO_CODES,
            &NO_PASSKEYS,
            &NO_DEVICES,
        ] {
            batch.push(Statement::new(statement, [account.0.into()]));
        }
        let taken = format!("gewist-{}", account.address());
        let params = [account.0.into(), taken.into()];
        batch.push(Statement::new(&NO_ACCOUNT, params));
    }
    let params = [dossier.into(), through.into()];
    batch.push(Statement::new(&NO_DOSSIER_CONTENT, params));
    let params = [dossier.into(), Day::MIN.into(), at.into()];
    batch.push(Statement::new(&NO_PERSON, params).one(guard::ROW));
}

/// Keeps what a run found or erased: numbers only.
pub fn add_run(
    batch: &mut Batch,
    _permit: &Permit,
    (at, id): (Moment, Uuid),
    by: Option<PersonId>,
    applied: bool,
    content: &str,
) {
    let params = [
        at.into(),
        id.into(),
        by.map(|id| id.0).into(),
        applied.into(),
        content.into(),
    ];
    batch.push(Statement::new(&ADD_RUN, params).one(guard::ROW));
}

/// What a run found or erased.
#[derive(Clone, Debug)]
pub struct Run {
    /// When.
    pub at: Moment,
    /// In whose name; empty for a dry run of the operator.
    pub by: String,
    /// Whether it erased.
    pub applied: bool,
    /// What, as JSON.
    pub content: String,
}

/// The last twenty runs, the last first.
pub async fn runs(reader: &mut Reader, _permit: &Permit) -> Result<Vec<Run>, StoreError> {
    reader
        .all(&RUNS, &[Moment::MIN.into()], |row| {
            Ok(Run {
                at: row.at(0)?,
                by: row.opt_text(1)?.unwrap_or_default(),
                applied: row.bool(2)?,
                content: row.text(3)?,
            })
        })
        .await
}
