//! Everything that is kept about one client, row by row, for the copy that the law gives them a right to.
//! A record holds the columns of its table under their own names, with the names of the people and
//! organisations beside their identifiers. What is left out, and why, stands in the test that compares the
//! copy with the database.

use domain::client_number::ClientNumber;
use domain::policy::{Access, Read};
use serde::Serialize;
use uuid::Uuid;

use crate::engine::Row;
use crate::{Reader, StoreError, statements};

/// The type of a cell, and how it is read. Days are ISO dates, instants RFC 3339 in UTC.
macro_rules! cell {
    (id) => { Uuid };
    (opt_id) => { Option<Uuid> };
    (int) => { i64 };
    (opt_int) => { Option<i64> };
    (text) => { String };
    (opt_text) => { Option<String> };
    (bool) => { bool };
    (opt_bool) => { Option<bool> };
    (day) => { domain::Day };
    (opt_day) => { Option<domain::Day> };
    (at) => { String };
    (opt_at) => { Option<String> };
    (at, $row:ident, $column:expr) => { $row.at($column)?.to_string() };
    (opt_at, $row:ident, $column:expr) => { $row.opt_at($column)?.map(|at| at.to_string()) };
    ($kind:ident, $row:ident, $column:expr) => { $row.$kind($column)? };
}

/// Records with their cells in the order of the statement.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($cell:ident: $kind:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        pub struct $name {
            $(#[doc = concat!("The column `", stringify!($cell), "`.")] pub $cell: cell!($kind)),+
        }

        impl $name {
            fn read(row: &Row<'_>) -> Result<Self, StoreError> {
                let mut column = 0..;
                let mut next = || column.next().unwrap_or_default();
                Ok($name { $($cell: cell!($kind, row, next())),+ })
            }
        }
    )+};
}

records! {
    /// Who it is about.
    Personal {
        client_number: text, given_name: text, family_name: text, birth_day: day,
        work_situation: text, work_situation_since: opt_day, email: opt_text, phone: opt_text,
        street: opt_text, postcode: opt_text, municipality: opt_text, about_me: opt_text, version: int,
        created_at: at,
    }
    /// The client's own account.
    Account {
        id: id, user_name: text, name: text, role: text, active: bool, created_at: at,
    }
    /// A study.
    Study {
        id: id, version: int, level: text, grade: opt_text, field: opt_text, school: text,
        ended_on: opt_day, certificate: opt_text, provenance: text,
    }
    /// A work experience.
    Experience {
        id: id, version: int, function: text, employer: text, from_day: day, until_day: opt_day,
        description: opt_text,
    }
    /// A work situation that a source told of.
    WorkPeriod { from_day: day, code: text, source: text, until_day: opt_day }
    /// What the RVA told of a day.
    BenefitStatus { as_of: day, entitled: text, exemption: opt_text, exempt_until: opt_day }
    /// What was told of the integration trajectory.
    IntegrationStatus { as_of: day, contract: bool, attest: bool, status: opt_text }
    /// A course of Dutch.
    Nt2Course {
        level: text, from_day: day, provider: text, until_day: opt_day, result: opt_text,
    }
    /// A career voucher.
    CareerVoucher { number: text, ordered_on: day, hours: int, status: text, centre: opt_text }
    /// A condition of the guidance.
    Condition {
        id: id, version: int, kind: text, status: text, note: opt_text, since: day,
    }
    /// When and where somebody can work or learn.
    Availability {
        id: id, version: int, status: text, hours_a_week: opt_int, weekdays: opt_text, regions:
        opt_text, licences: opt_text, available_from: opt_day, note: opt_text,
    }
    /// A goal of the guidance.
    Goal {
        id: id, version: int, kind: text, text: text, target_on: opt_day, outcome: opt_text,
        outcome_on: opt_day,
    }
    /// An agreement of who does what.
    Agreement {
        id: id, version: int, text: text, who: text, due_on: day, outcome: opt_text, outcome_on:
        opt_day,
    }
    /// A start screening.
    Screening {
        id: id, version: int, willing: text, ready: text, screened_on: day, note: opt_text,
    }
    /// A vacancy or a workplace that is kept for the client.
    Vacancy {
        id: id, version: int, kind: text, title: text, employer: text, address: opt_text, place:
        opt_text, status: text, due_on: opt_day, note: opt_text,
    }
    /// A training or a traineeship.
    Training {
        id: id, version: int, name: text, provider: text, kind: text, from_day: day, until_day:
        opt_day, hours_planned: opt_int, hours_done: opt_int, result: opt_text,
    }
    /// A competence, with its score.
    Competence {
        id: id, version: int, label: text, axis: text, score: int, scored_on: day,
    }
    /// A language that the client speaks.
    LanguageSkill {
        id: id, version: int, language: text, other_language: opt_text, level: text,
    }
    /// A job that the client wants.
    WantedJob {
        id: id, version: int, job: text, place: int, note: opt_text,
    }
    /// How the client gets to work.
    Mobility {
        id: id, version: int, means: opt_text, minutes: opt_int, note: opt_text,
    }
    /// How the client wants to be reached.
    ContactPreference {
        id: id, version: int, channel: text, language: opt_text, note: opt_text,
    }
    /// What was granted to somebody with a work disability.
    Indication {
        id: id, version: int, kind: text, granted_on: day, valid_until: opt_day, decided_by: text,
        ended_on: opt_day,
    }
    /// A dossier that was passed on to the control service.
    Transmission {
        id: id, version: int, reason: text, facts: text, sent_on: day, status: text, decision: opt_text,
    }
    /// A conversation.
    MessageThread {
        id: id, subject: text,
    }
    /// A message in a conversation.
    Message {
        thread_id: id, id: id, at: at, by_person: id, by_person_name: text, role: text,
        organisation_id: opt_id, organisation_name: opt_text, text: text,
    }
    /// Until when somebody read a conversation.
    MessageRead {
        person_id: id, person_name: text, thread_id: id, read_at: at,
    }
    /// A line, whatever became of it, with its texts.
    Line {
        id: id, version: int, step_type: text, funding: text, state: text, listed_on: day,
        start_on: day, end_on: opt_day,
        requester_unit: id, requester_unit_name: text, requester_org: id,
        requester_person: id, requester_person_name: text,
        provider_unit: id, provider_unit_name: text, provider_org: id,
        provider_person: id, provider_person_name: text,
        registered_by: id, registered_by_name: text, registered_at: at,
        result: opt_text, reason: opt_text, fact_education: opt_bool, fact_work: opt_bool,
        fact_qualification: opt_bool, fact_absence: opt_bool,
        ended_by: opt_id, ended_by_name: opt_text, ended_at: opt_at,
        closed_by: opt_id, closed_by_name: opt_text, closed_at: opt_at,
        summary: opt_text, late_reason: opt_text, result_note: opt_text, cancel_reason: opt_text,
        erased_at: opt_at,
    }
    /// An addendum to a line (R3).
    Addendum {
        step_id: id, number: int, text: text, by_person: id, by_person_name: text, at: at,
    }
    /// A check of the diploma with a line (E7).
    Check {
        step_id: id, at: at, by_person: id, by_person_name: text, start_on: day, verdict: text,
        seen: text,
    }
    /// A line that is 'te controleren' (E5).
    Review { step_id: id, study_id: id, since: at }
    /// An action of a line; one that was taken back too.
    Action {
        step_id: id, id: id, version: int, day: day, kind: text, minutes: int, presence: text,
        place: opt_text, note: opt_text, recorded_by: id, recorded_by_name: text, recorded_at: at,
        voided: bool,
    }
    /// A request to remove a line (R6).
    Removal {
        step_id: id, id: id, reason: text, asked_by: id, asked_by_name: text, asked_at: at,
        decision: opt_text, decided_by: opt_id, decided_by_name: opt_text, decided_at: opt_at,
        decision_reason: opt_text,
    }
    /// A request for a correction or an objection, with its answer.
    Correction {
        id: id, version: int, kind: text, subject: text, subject_id: opt_id, step_id: opt_id, text: text,
        asked_by: id, asked_by_name: text, asked_at: at, organisation_id: opt_id,
        decision: opt_text, decided_by: opt_id, decided_by_name: opt_text, decided_at: opt_at,
        answer: opt_text,
    }
    /// What stands next to a line.
    Note {
        step_id: id, request_id: id, text: text, by_person: id, by_person_name: text, at: at,
    }
    /// A right to open the dossier, now or before.
    Grant {
        id: id, organisation_id: id, organisation_name: text, basis: text, starts_on: day,
        ends_on: opt_day, closes_on: opt_day, given_by: id, given_by_name: text, given_at: at,
        ended_by: opt_id, ended_by_name: opt_text, ended_at: opt_at, end_reason: opt_text,
        request_id: opt_id, warned: int,
    }
    /// A request to open the dossier, to keep that right or to own the dossier.
    GrantRequest {
        id: id, kind: text, organisation_id: id, unit_id: id, unit_name: text,
        asked_by: id, asked_by_name: text, asked_at: at, client_number: text, basis: text,
        form_on: opt_day, purpose: text, client_answer: opt_text, client_answered_at: opt_at,
        decision: opt_text, decided_by: opt_id, decided_by_name: opt_text, decided_at: opt_at,
        ground: opt_text, ground_note: opt_text,
    }
    /// An owner of the dossier, now or before.
    Owner {
        id: id, unit_id: id, unit_name: text, person_id: id, person_name: text, given_by: id,
        given_by_name: text, since: at, until: opt_at,
    }
    /// A document; what is in the file is downloaded under 'Documenten'.
    Document {
        id: id, version: int, kind: text, title: text, day: day, audience: text, step_id: opt_id,
        file_name: text, file_type: text, bytes: int, added_by: id, added_by_name: text, added_at: at,
        organisation_id: opt_id, withdrawn_by: opt_id, withdrawn_by_name: opt_text,
        withdrawn_at: opt_at, withdrawn_reason: opt_text,
    }
    /// To whom an organisation assigned the dossier, now or before.
    Assignment {
        id: id, organisation_id: id, organisation_name: text, person_id: id, person_name: text,
        since: at, given_by: id, given_by_name: text, until: opt_at, ended_by: opt_id,
        ended_by_name: opt_text,
    }
    /// That something was erased because it need not be kept any more.
    Erasure { at: at, id: id, step_id: opt_id, kind: text, open: bool }
    /// Something that happened, with what was before and after.
    Entry {
        number: int, at: at, by_person: id, by_person_name: opt_text, organisation_id: opt_id,
        organisation_name: opt_text, event: text, subject_id: id, step_id: opt_id, content: opt_text,
    }
    /// That somebody opened the dossier.
    Opening {
        minute: int, person_id: id, person_name: opt_text, role: opt_text, organisation_id: opt_id,
        organisation_name: opt_text, what: text, reason: opt_text,
    }
    /// What somebody was told about it.
    Notice {
        id: id, at: at, person_id: id, person_name: text, kind: text, step_id: opt_id, note: opt_text,
        read_at: opt_at,
    }
}

statements! {
    PERSONAL = "export.personal",
        "SELECT client_number, given_name, family_name, birth_day, work_situation, work_situation_since, email,
                phone, street, postcode, municipality, about_me, version, created_at
         FROM dossier WHERE id = ?1";
    ACCOUNTS = "export.accounts",
        "SELECT id, user_name, name, role, active, created_at FROM person WHERE own_dossier_id = ?1";
    STUDIES = "export.studies",
        "SELECT id, version, level, grade, field, school, ended_on, certificate, provenance
         FROM study WHERE dossier_id = ?1";
    EXPERIENCES = "export.experiences",
        "SELECT id, version, function, employer, from_day, until_day, description
         FROM experience WHERE dossier_id = ?1";
    WORK_PERIODS = "export.work_periods",
        "SELECT from_day, code, source, until_day FROM work_period WHERE dossier_id = ?1";
    BENEFITS = "export.benefits",
        "SELECT as_of, entitled, exemption, exempt_until FROM benefit_status WHERE dossier_id = ?1";
    TRAJECTORIES = "export.trajectories",
        "SELECT as_of, contract, attest, status FROM integration_status WHERE dossier_id = ?1";
    COURSES = "export.courses",
        "SELECT level, from_day, provider, until_day, result FROM nt2_course WHERE dossier_id = ?1";
    VOUCHERS = "export.vouchers",
        "SELECT number, ordered_on, hours, status, centre FROM career_voucher WHERE dossier_id = ?1";
    CONDITIONS = "export.conditions",
        "SELECT id, version, kind, status, note, since
         FROM condition WHERE dossier_id = ?1";
    AVAILABILITY = "export.availability",
        "SELECT id, version, status, hours_a_week, weekdays, regions, licences, available_from, note
         FROM availability WHERE dossier_id = ?1";
    GOALS = "export.goals",
        "SELECT id, version, kind, text, target_on, outcome, outcome_on
         FROM goal WHERE dossier_id = ?1";
    AGREEMENTS = "export.agreements",
        "SELECT id, version, text, who, due_on, outcome, outcome_on
         FROM agreement WHERE dossier_id = ?1";
    SCREENINGS = "export.screenings",
        "SELECT id, version, willing, ready, screened_on, note
         FROM screening WHERE dossier_id = ?1";
    VACANCIES = "export.vacancies",
        "SELECT id, version, kind, title, employer, address, place, status, due_on, note
         FROM vacancy WHERE dossier_id = ?1";
    TRAININGS = "export.trainings",
        "SELECT id, version, name, provider, kind, from_day, until_day, hours_planned, hours_done, result
         FROM training WHERE dossier_id = ?1";
    COMPETENCES = "export.competences",
        "SELECT id, version, label, axis, score, scored_on
         FROM competence WHERE dossier_id = ?1";
    LANGUAGES = "export.languages",
        "SELECT id, version, language, other_language, level
         FROM language_skill WHERE dossier_id = ?1";
    WANTED_JOBS = "export.wanted_jobs",
        "SELECT id, version, job, place, note
         FROM wanted_job WHERE dossier_id = ?1";
    MOBILITY = "export.mobility",
        "SELECT id, version, means, minutes, note
         FROM mobility WHERE dossier_id = ?1";
    CONTACT_PREFERENCES = "export.contact_preferences",
        "SELECT id, version, channel, language, note
         FROM contact_preference WHERE dossier_id = ?1";
    INDICATIONS = "export.indications",
        "SELECT id, version, kind, granted_on, valid_until, decided_by, ended_on
         FROM indication WHERE dossier_id = ?1";
    TRANSMISSIONS = "export.transmissions",
        "SELECT id, version, reason, facts, sent_on, status, decision
         FROM transmission WHERE dossier_id = ?1";
    THREADS = "export.threads", "SELECT id, subject FROM message_thread WHERE dossier_id = ?1";
    MESSAGES = "export.messages",
        "SELECT m.thread_id, m.id, m.at, m.by_person, p.name, m.role, m.organisation_id, o.name, m.text
         FROM message m JOIN person p ON p.id = m.by_person
         LEFT JOIN organisation o ON o.id = m.organisation_id WHERE m.dossier_id = ?1";
    READ_MARKS = "export.read_marks",
        "SELECT r.person_id, p.name, r.thread_id, r.read_at
         FROM message_read r JOIN person p ON p.id = r.person_id WHERE r.dossier_id = ?1";
    LINES = "export.lines",
        "SELECT s.id, s.version, s.step_type, s.funding, s.state, s.listed_on, s.start_on, s.end_on,
                s.requester_unit, ru.name, s.requester_org, s.requester_person, rp.name,
                s.provider_unit, pu.name, s.provider_org, s.provider_person, pp.name,
                s.registered_by, gp.name, s.registered_at, s.result, s.reason, s.fact_education, s.fact_work,
                s.fact_qualification, s.fact_absence, s.ended_by, ep.name, s.ended_at, s.closed_by, cp.name,
                s.closed_at, t.summary, t.late_reason, t.result_note, t.cancel_reason,
                t.erased_at
         FROM step s
         JOIN unit ru ON ru.id = s.requester_unit JOIN person rp ON rp.id = s.requester_person
         JOIN unit pu ON pu.id = s.provider_unit JOIN person pp ON pp.id = s.provider_person
         JOIN person gp ON gp.id = s.registered_by
         LEFT JOIN person ep ON ep.id = s.ended_by
         LEFT JOIN person cp ON cp.id = s.closed_by
         LEFT JOIN step_text t ON t.dossier_id = s.dossier_id AND t.step_id = s.id
         WHERE s.dossier_id = ?1";
    ADDENDA = "export.addenda",
        "SELECT a.step_id, a.number, a.text, a.by_person, p.name, a.at
         FROM addendum a JOIN person p ON p.id = a.by_person WHERE a.dossier_id = ?1";
    CHECKS = "export.checks",
        "SELECT c.step_id, c.at, c.by_person, p.name, c.start_on, c.verdict, c.seen
         FROM eligibility_check c JOIN person p ON p.id = c.by_person WHERE c.dossier_id = ?1";
    REVIEWS = "export.reviews", "SELECT step_id, study_id, since FROM step_review WHERE dossier_id = ?1";
    ACTIONS = "export.actions",
        "SELECT a.step_id, a.id, a.version, a.day, a.kind, a.minutes, a.presence, a.place, a.note,
                a.recorded_by, p.name, a.recorded_at, a.voided
         FROM action a JOIN person p ON p.id = a.recorded_by WHERE a.dossier_id = ?1";
    REMOVALS = "export.removals",
        "SELECT r.step_id, r.id, r.reason, r.asked_by, a.name, r.asked_at, r.decision, r.decided_by, d.name,
                r.decided_at, r.decision_reason
         FROM removal_request r JOIN person a ON a.id = r.asked_by LEFT JOIN person d ON d.id = r.decided_by
         WHERE r.dossier_id = ?1";
    CORRECTIONS = "export.corrections",
        "SELECT c.id, c.version, c.kind, c.subject, c.subject_id, c.step_id, c.text, c.asked_by, a.name,
                c.asked_at, c.organisation_id, c.decision, c.decided_by, d.name, c.decided_at, c.answer
         FROM correction_request c JOIN person a ON a.id = c.asked_by
         LEFT JOIN person d ON d.id = c.decided_by WHERE c.dossier_id = ?1";
    NOTES = "export.notes",
        "SELECT n.step_id, n.request_id, n.text, n.by_person, p.name, n.at
         FROM correction_note n JOIN person p ON p.id = n.by_person WHERE n.dossier_id = ?1";
    GRANTS = "export.grants",
        "SELECT g.id, g.organisation_id, o.name, g.basis, g.starts_on, g.ends_on, g.closes_on, g.given_by, p.name,
                g.given_at, g.ended_by, e.name, g.ended_at, g.end_reason, g.request_id, g.warned
         FROM access_grant g JOIN organisation o ON o.id = g.organisation_id
         JOIN person p ON p.id = g.given_by LEFT JOIN person e ON e.id = g.ended_by
         WHERE g.dossier_id = ?1";
    GRANT_REQUESTS = "export.grant_requests",
        "SELECT r.id, r.kind, r.organisation_id, r.unit_id, u.name, r.asked_by, a.name, r.asked_at, r.client_number,
                r.basis, r.form_on, r.purpose, r.client_answer, r.client_answered_at, r.decision, r.decided_by,
                d.name, r.decided_at, r.ground, r.ground_note, r.proof_digest
         FROM grant_request r JOIN unit u ON u.id = r.unit_id JOIN person a ON a.id = r.asked_by
         LEFT JOIN person d ON d.id = r.decided_by WHERE r.client_number = ?1";
    OWNERS = "export.owners",
        "SELECT w.id, w.unit_id, u.name, w.person_id, p.name, w.given_by, g.name, w.since, w.until
         FROM dossier_owner w JOIN unit u ON u.id = w.unit_id JOIN person p ON p.id = w.person_id
         JOIN person g ON g.id = w.given_by WHERE w.dossier_id = ?1";
    DOCUMENTS = "export.documents",
        "SELECT d.id, d.version, d.kind, d.title, d.day, d.audience, d.step_id, d.file_name, d.file_type, d.bytes,
                d.added_by, p.name, d.added_at, d.organisation_id, d.withdrawn_by, w.name, d.withdrawn_at,
                d.withdrawn_reason
         FROM document d JOIN person p ON p.id = d.added_by LEFT JOIN person w ON w.id = d.withdrawn_by
         WHERE d.dossier_id = ?1";
    ASSIGNMENTS = "export.assignments",
        "SELECT a.id, a.organisation_id, o.name, a.person_id, p.name, a.since, a.given_by, g.name, a.until,
                a.ended_by, e.name
         FROM assignment a JOIN organisation o ON o.id = a.organisation_id JOIN person p ON p.id = a.person_id
         JOIN person g ON g.id = a.given_by LEFT JOIN person e ON e.id = a.ended_by
         WHERE a.dossier_id = ?1";
    ERASURES = "export.erasures", "SELECT at, id, step_id, kind, open FROM erasure WHERE dossier_id = ?1";
    JOURNAL = "export.journal",
        "SELECT j.number, j.at, j.by_person, p.name, j.organisation_id, o.name, j.event, j.subject_id, j.step_id,
                j.content
         FROM journal j LEFT JOIN person p ON p.id = j.by_person
         LEFT JOIN organisation o ON o.id = j.organisation_id WHERE j.dossier_id = ?1";
    OPENINGS = "export.openings",
        "SELECT o.minute, o.person_id, p.name, coalesce(o.role, p.role), o.organisation_id, g.name, o.what,
                o.reason
         FROM opening o LEFT JOIN person p ON p.id = o.person_id
         LEFT JOIN organisation g ON g.id = o.organisation_id WHERE o.dossier_id = ?1";
    NOTICES = "export.notices",
        "SELECT n.id, n.at, n.person_id, p.name, n.kind, n.step_id, n.note, n.read_at
         FROM outbox n JOIN person p ON p.id = n.person_id WHERE n.dossier_id = ?1";
}

/// Everything about one client. Of the requests for a grant, those that name the client's number, each with
/// the digest of what was given as proof: whether it fits is for the caller to see.
#[derive(Clone, Debug)]
pub struct Everything {
    /// Who it is about.
    pub personal: Vec<Personal>,
    /// The client's own account.
    pub accounts: Vec<Account>,
    /// Studies.
    pub studies: Vec<Study>,
    /// Work experiences.
    pub experiences: Vec<Experience>,
    /// Work situations, the last one first.
    pub work_periods: Vec<WorkPeriod>,
    /// What the RVA told, the latest first.
    pub benefits: Vec<BenefitStatus>,
    /// What was told of the integration trajectory, the latest first.
    pub trajectories: Vec<IntegrationStatus>,
    /// Courses of Dutch, the last one first.
    pub courses: Vec<Nt2Course>,
    /// Career vouchers, the last one first.
    pub vouchers: Vec<CareerVoucher>,
    /// Conditions of the guidance.
    pub conditions: Vec<Condition>,
    /// When and where the client can work or learn.
    pub availability: Vec<Availability>,
    /// Goals of the guidance.
    pub goals: Vec<Goal>,
    /// Agreements of who does what.
    pub agreements: Vec<Agreement>,
    /// Start screenings.
    pub screenings: Vec<Screening>,
    /// Vacancies and workplaces kept for the client.
    pub vacancies: Vec<Vacancy>,
    /// Trainings and traineeships.
    pub trainings: Vec<Training>,
    /// Competences with their scores.
    pub competences: Vec<Competence>,
    /// Languages.
    pub languages: Vec<LanguageSkill>,
    /// Jobs that the client wants.
    pub wanted_jobs: Vec<WantedJob>,
    /// How the client gets to work.
    pub mobility: Vec<Mobility>,
    /// How the client wants to be reached.
    pub contact_preferences: Vec<ContactPreference>,
    /// What was granted to somebody with a work disability.
    pub indications: Vec<Indication>,
    /// When the dossier was passed on to the control service.
    pub transmissions: Vec<Transmission>,
    /// Conversations, the last one first.
    pub threads: Vec<MessageThread>,
    /// Messages, in order.
    pub messages: Vec<Message>,
    /// Until when somebody read a conversation.
    pub read_marks: Vec<MessageRead>,
    /// Lines, the last one first.
    pub lines: Vec<Line>,
    /// Addenda, in order.
    pub addenda: Vec<Addendum>,
    /// Checks of the diploma.
    pub checks: Vec<Check>,
    /// Lines that are 'te controleren'.
    pub reviews: Vec<Review>,
    /// Actions, by day.
    pub actions: Vec<Action>,
    /// Requests for removal.
    pub removals: Vec<Removal>,
    /// Requests for a correction, the last one first.
    pub corrections: Vec<Correction>,
    /// What stands next to lines.
    pub notes: Vec<Note>,
    /// Rights to open the dossier, the last one first.
    pub grants: Vec<Grant>,
    /// Requests for such a right, with their proof.
    pub grant_requests: Vec<(GrantRequest, Option<Vec<u8>>)>,
    /// Owners, the last one first.
    pub owners: Vec<Owner>,
    /// Documents, the last one first.
    pub documents: Vec<Document>,
    /// To whom it was assigned.
    pub assignments: Vec<Assignment>,
    /// What was erased.
    pub erasures: Vec<Erasure>,
    /// The journal, in order.
    pub journal: Vec<Entry>,
    /// Who looked, the last one first.
    pub openings: Vec<Opening>,
    /// What people were told about it, the last one first.
    pub notices: Vec<Notice>,
}

/// Reads everything about one client, in one snapshot: a statement for each table, however much there is.
pub async fn everything(
    reader: &mut Reader,
    access: &Access<Read>,
    number: &ClientNumber,
) -> Result<Everything, StoreError> {
    let dossier = [access.dossier().0.into()];
    let number = [number.to_string().into()];
    let mut all = Everything {
        personal: reader.all(&PERSONAL, &dossier, Personal::read).await?,
        accounts: reader.all(&ACCOUNTS, &dossier, Account::read).await?,
        studies: reader.all(&STUDIES, &dossier, Study::read).await?,
        experiences: reader.all(&EXPERIENCES, &dossier, Experience::read).await?,
        work_periods: reader
            .all(&WORK_PERIODS, &dossier, WorkPeriod::read)
            .await?,
        benefits: reader.all(&BENEFITS, &dossier, BenefitStatus::read).await?,
        trajectories: reader
            .all(&TRAJECTORIES, &dossier, IntegrationStatus::read)
            .await?,
        courses: reader.all(&COURSES, &dossier, Nt2Course::read).await?,
        vouchers: reader.all(&VOUCHERS, &dossier, CareerVoucher::read).await?,
        conditions: reader.all(&CONDITIONS, &dossier, Condition::read).await?,
        availability: reader
            .all(&AVAILABILITY, &dossier, Availability::read)
            .await?,
        goals: reader.all(&GOALS, &dossier, Goal::read).await?,
        agreements: reader.all(&AGREEMENTS, &dossier, Agreement::read).await?,
        screenings: reader.all(&SCREENINGS, &dossier, Screening::read).await?,
        vacancies: reader.all(&VACANCIES, &dossier, Vacancy::read).await?,
        trainings: reader.all(&TRAININGS, &dossier, Training::read).await?,
        competences: reader.all(&COMPETENCES, &dossier, Competence::read).await?,
        languages: reader
            .all(&LANGUAGES, &dossier, LanguageSkill::read)
            .await?,
        wanted_jobs: reader.all(&WANTED_JOBS, &dossier, WantedJob::read).await?,
        mobility: reader.all(&MOBILITY, &dossier, Mobility::read).await?,
        contact_preferences: reader
            .all(&CONTACT_PREFERENCES, &dossier, ContactPreference::read)
            .await?,
        indications: reader.all(&INDICATIONS, &dossier, Indication::read).await?,
        transmissions: reader
            .all(&TRANSMISSIONS, &dossier, Transmission::read)
            .await?,
        threads: reader.all(&THREADS, &dossier, MessageThread::read).await?,
        messages: reader.all(&MESSAGES, &dossier, Message::read).await?,
        read_marks: reader.all(&READ_MARKS, &dossier, MessageRead::read).await?,
        lines: reader.all(&LINES, &dossier, Line::read).await?,
        addenda: reader.all(&ADDENDA, &dossier, Addendum::read).await?,
        checks: reader.all(&CHECKS, &dossier, Check::read).await?,
        reviews: reader.all(&REVIEWS, &dossier, Review::read).await?,
        actions: reader.all(&ACTIONS, &dossier, Action::read).await?,
        removals: reader.all(&REMOVALS, &dossier, Removal::read).await?,
        corrections: reader.all(&CORRECTIONS, &dossier, Correction::read).await?,
        notes: reader.all(&NOTES, &dossier, Note::read).await?,
        grants: reader.all(&GRANTS, &dossier, Grant::read).await?,
        grant_requests: reader
            .all(&GRANT_REQUESTS, &number, |row| {
                Ok((GrantRequest::read(row)?, row.opt_bytes(20)?))
            })
            .await?,
        owners: reader.all(&OWNERS, &dossier, Owner::read).await?,
        documents: reader.all(&DOCUMENTS, &dossier, Document::read).await?,
        assignments: reader.all(&ASSIGNMENTS, &dossier, Assignment::read).await?,
        erasures: reader.all(&ERASURES, &dossier, Erasure::read).await?,
        journal: reader.all(&JOURNAL, &dossier, Entry::read).await?,
        openings: reader.all(&OPENINGS, &dossier, Opening::read).await?,
        notices: reader.all(&NOTICES, &dossier, Notice::read).await?,
    };
    // Sorted here: no index gives these orders to every engine without sorting there.
    all.studies.sort_by_key(|it| std::cmp::Reverse(it.ended_on));
    all.experiences
        .sort_by_key(|it| std::cmp::Reverse(it.from_day));
    all.work_periods
        .sort_by_key(|it| std::cmp::Reverse(it.from_day));
    all.benefits.sort_by_key(|it| std::cmp::Reverse(it.as_of));
    all.trajectories
        .sort_by_key(|it| std::cmp::Reverse(it.as_of));
    all.courses.sort_by_key(|it| std::cmp::Reverse(it.from_day));
    all.vouchers
        .sort_by_key(|it| std::cmp::Reverse(it.ordered_on));
    all.indications
        .sort_by_key(|it| std::cmp::Reverse(it.granted_on));
    all.transmissions
        .sort_by_key(|it| std::cmp::Reverse(it.sent_on));
    all.threads.sort_by_key(|it| std::cmp::Reverse(it.id));
    all.messages.sort_by_key(|it| (it.thread_id, it.id));
    all.lines
        .sort_by_key(|it| std::cmp::Reverse((it.listed_on, it.id)));
    all.addenda.sort_by_key(|it| (it.step_id, it.number));
    all.actions.sort_by_key(|it| (it.step_id, it.day, it.id));
    // These identifiers sort by their time.
    all.corrections.sort_by_key(|it| std::cmp::Reverse(it.id));
    all.notes.sort_by_key(|it| (it.step_id, it.request_id));
    all.grants.sort_by_key(|it| std::cmp::Reverse(it.id));
    all.grant_requests
        .sort_by_key(|(it, _)| std::cmp::Reverse(it.id));
    all.owners.sort_by_key(|it| std::cmp::Reverse(it.id));
    all.documents.sort_by_key(|it| std::cmp::Reverse(it.id));
    all.journal.sort_by_key(|it| it.number);
    all.openings
        .sort_by_key(|it| std::cmp::Reverse((it.minute, it.person_id)));
    all.notices.sort_by_key(|it| std::cmp::Reverse(it.id));
    Ok(all)
}
