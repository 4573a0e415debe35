-- The first schema. STRICT tables; days are ISO text, instants are microseconds since 1970 (UTC),
-- identifiers are 16 bytes. Every table that belongs to a dossier begins its key with the dossier,
-- so that a page reads neighbouring rows.

CREATE TABLE organisation (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    kbo TEXT UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE unit (
    id BLOB PRIMARY KEY,
    organisation_id BLOB NOT NULL REFERENCES organisation (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    number TEXT NOT NULL,
    search_text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_by_organisation ON unit (organisation_id);
CREATE INDEX unit_by_text ON unit (search_text);

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    user_name TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    unit_id BLOB REFERENCES unit (id),
    own_dossier_id BLOB,
    active INTEGER NOT NULL,
    demo INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX person_by_unit ON person (unit_id, name);

CREATE TABLE session (
    token_digest BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_end ON session (ends_at);

-- One row per wrong attempt; the key is a digest, so that what was typed is not kept.
CREATE TABLE login_attempt (
    key_digest BLOB NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (key_digest, at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX login_attempt_by_time ON login_attempt (at);

CREATE TABLE dossier (
    id BLOB PRIMARY KEY,
    client_number TEXT NOT NULL UNIQUE,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    birth_day TEXT NOT NULL,
    work_situation TEXT NOT NULL,
    work_situation_since TEXT,
    insz_digest BLOB UNIQUE,
    insz_sealed BLOB,
    email TEXT,
    phone TEXT,
    street TEXT,
    postcode TEXT,
    municipality TEXT,
    about_me TEXT,
    -- Counts up with every change in the dossier: every write asks for the version it was decided on.
    version INTEGER NOT NULL,
    journal_number INTEGER NOT NULL,
    journal_link BLOB NOT NULL,
    removal_asked INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The words of a client's name, without accents and capitals, for searching by their beginnings.
CREATE TABLE client_word (
    word TEXT NOT NULL,
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    PRIMARY KEY (word, dossier_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_grant (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    organisation_id BLOB NOT NULL REFERENCES organisation (id),
    id BLOB NOT NULL UNIQUE,
    basis TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    closes_on TEXT,
    given_by BLOB NOT NULL REFERENCES person (id),
    given_at INTEGER NOT NULL,
    ended_by BLOB REFERENCES person (id),
    ended_at INTEGER,
    PRIMARY KEY (dossier_id, organisation_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_grant_by_organisation ON access_grant (organisation_id, dossier_id);

CREATE TABLE study (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    level TEXT NOT NULL,
    grade TEXT,
    field TEXT,
    school TEXT NOT NULL,
    ended_on TEXT,
    certificate TEXT,
    provenance TEXT NOT NULL,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE experience (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    function TEXT NOT NULL,
    employer TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    description TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- One guidance. The story texts stand in a table of their own, so that a list reads narrow rows.
-- The columns of an ended line are there if and only if it ended.
CREATE TABLE step (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    listed_on TEXT NOT NULL,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    step_type TEXT NOT NULL,
    funding TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ongoing', 'ended', 'cancelled', 'removed')),
    start_on TEXT NOT NULL,
    end_on TEXT,
    requester_unit BLOB NOT NULL REFERENCES unit (id),
    requester_org BLOB NOT NULL REFERENCES organisation (id),
    requester_person BLOB NOT NULL REFERENCES person (id),
    provider_unit BLOB NOT NULL REFERENCES unit (id),
    provider_org BLOB NOT NULL REFERENCES organisation (id),
    provider_person BLOB NOT NULL REFERENCES person (id),
    registered_by BLOB NOT NULL REFERENCES person (id),
    registered_at INTEGER NOT NULL,
    result TEXT,
    reason TEXT,
    fact_education INTEGER,
    fact_work INTEGER,
    fact_qualification INTEGER,
    fact_absence INTEGER,
    ended_by BLOB REFERENCES person (id),
    ended_at INTEGER,
    closed_by BLOB REFERENCES person (id),
    closed_at INTEGER,
    PRIMARY KEY (dossier_id, listed_on, id),
    CHECK ((state IN ('ended', 'removed'))
        = (end_on IS NOT NULL AND result IS NOT NULL AND reason IS NOT NULL AND ended_at IS NOT NULL)),
    CHECK ((state IN ('cancelled', 'removed')) = (closed_at IS NOT NULL)),
    CHECK (end_on IS NULL OR end_on >= start_on)
) STRICT, WITHOUT ROWID;
-- S8: at most one ongoing line of the same type and funding at one provider organisation.
CREATE UNIQUE INDEX step_one_ongoing ON step (dossier_id, step_type, funding, provider_org)
    WHERE state = 'ongoing';
CREATE INDEX step_by_provider ON step (provider_org, state, listed_on, dossier_id, id);
CREATE INDEX step_by_funding ON step (funding, state, listed_on, dossier_id, id);

-- R3: the third guard. A final row takes no update but the coach's removal, and nothing is deleted.
CREATE TRIGGER step_final_stays BEFORE UPDATE ON step
WHEN OLD.state <> 'ongoing' AND NOT (
    OLD.state = 'ended' AND NEW.state = 'removed'
    AND NEW.dossier_id = OLD.dossier_id AND NEW.id = OLD.id
    AND NEW.start_on = OLD.start_on AND NEW.end_on = OLD.end_on
    AND NEW.result = OLD.result AND NEW.reason = OLD.reason
    AND NEW.funding = OLD.funding AND NEW.ended_at = OLD.ended_at
    AND NEW.requester_person = OLD.requester_person AND NEW.provider_person = OLD.provider_person
)
BEGIN
    SELECT RAISE(ABORT, 'step is final');
END;
CREATE TRIGGER step_is_kept BEFORE DELETE ON step
BEGIN
    SELECT RAISE(ABORT, 'a step is kept');
END;

CREATE TABLE step_text (
    dossier_id BLOB NOT NULL,
    step_id BLOB NOT NULL REFERENCES step (id),
    summary TEXT,
    late_reason TEXT,
    result_note TEXT,
    cancel_reason TEXT,
    PRIMARY KEY (dossier_id, step_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER step_text_final_stays BEFORE UPDATE ON step_text
WHEN (SELECT state FROM step WHERE id = OLD.step_id) <> 'ongoing'
BEGIN
    SELECT RAISE(ABORT, 'step is final');
END;

CREATE TABLE addendum (
    dossier_id BLOB NOT NULL,
    step_id BLOB NOT NULL REFERENCES step (id),
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    by_person BLOB NOT NULL REFERENCES person (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (dossier_id, step_id, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER step_text_is_kept BEFORE DELETE ON step_text
BEGIN
    SELECT RAISE(ABORT, 'a step is kept');
END;
CREATE TRIGGER addendum_is_kept BEFORE DELETE ON addendum
BEGIN
    SELECT RAISE(ABORT, 'an addendum is final');
END;
CREATE TRIGGER addendum_stays BEFORE UPDATE ON addendum
BEGIN
    SELECT RAISE(ABORT, 'an addendum is final');
END;

-- E7: every check is kept.
CREATE TABLE eligibility_check (
    dossier_id BLOB NOT NULL,
    step_id BLOB NOT NULL REFERENCES step (id),
    at INTEGER NOT NULL,
    by_person BLOB NOT NULL REFERENCES person (id),
    start_on TEXT NOT NULL,
    verdict TEXT NOT NULL,
    seen TEXT NOT NULL,
    PRIMARY KEY (dossier_id, step_id, at, start_on)
) STRICT, WITHOUT ROWID;

-- E5: lines that are 'te controleren', while they are.
CREATE TABLE step_review (
    dossier_id BLOB NOT NULL,
    step_id BLOB NOT NULL UNIQUE REFERENCES step (id),
    study_id BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (dossier_id, step_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE action (
    dossier_id BLOB NOT NULL,
    step_id BLOB NOT NULL REFERENCES step (id),
    day TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    presence TEXT NOT NULL,
    place TEXT,
    note TEXT,
    recorded_by BLOB NOT NULL REFERENCES person (id),
    recorded_at INTEGER NOT NULL,
    voided INTEGER NOT NULL,
    PRIMARY KEY (dossier_id, step_id, day, id)
) STRICT, WITHOUT ROWID;
-- A4: the third guard for actions.
CREATE TRIGGER action_of_ongoing_insert BEFORE INSERT ON action
WHEN (SELECT state FROM step WHERE id = NEW.step_id) IS NOT 'ongoing'
BEGIN
    SELECT RAISE(ABORT, 'step is final');
END;
CREATE TRIGGER action_of_ongoing_update BEFORE UPDATE ON action
WHEN (SELECT state FROM step WHERE id = NEW.step_id) IS NOT 'ongoing'
BEGIN
    SELECT RAISE(ABORT, 'step is final');
END;

CREATE TABLE removal_request (
    dossier_id BLOB NOT NULL,
    step_id BLOB NOT NULL REFERENCES step (id),
    id BLOB NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    asked_by BLOB NOT NULL REFERENCES person (id),
    asked_at INTEGER NOT NULL,
    decision TEXT CHECK (decision IN ('removed', 'refused')),
    decided_by BLOB REFERENCES person (id),
    decided_at INTEGER,
    decision_reason TEXT,
    PRIMARY KEY (dossier_id, step_id, id),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX removal_one_waiting ON removal_request (step_id) WHERE decision IS NULL;
CREATE INDEX removal_queue ON removal_request (asked_at) WHERE decision IS NULL;
CREATE INDEX removal_decided ON removal_request (decided_at) WHERE decision IS NOT NULL;

CREATE TABLE journal (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_person BLOB NOT NULL,
    organisation_id BLOB,
    event TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    step_id BLOB,
    content TEXT,
    content_digest BLOB NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (dossier_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_by_step ON journal (step_id, number) WHERE step_id IS NOT NULL;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
WHEN NEW.content IS NOT NULL OR NEW.link IS NOT OLD.link OR NEW.content_digest IS NOT OLD.content_digest
    OR NEW.at IS NOT OLD.at OR NEW.by_person IS NOT OLD.by_person OR NEW.event IS NOT OLD.event
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

-- I3: who opened what, for which organisation, in which minute.
CREATE TABLE opening (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    minute INTEGER NOT NULL,
    person_id BLOB NOT NULL,
    what TEXT NOT NULL,
    organisation_id BLOB,
    PRIMARY KEY (dossier_id, minute, person_id, what)
) STRICT, WITHOUT ROWID;

-- What has to reach somebody: written with the change, shown to the person, later also mailed.
CREATE TABLE outbox (
    id BLOB PRIMARY KEY,
    at INTEGER NOT NULL,
    person_id BLOB NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    dossier_id BLOB,
    step_id BLOB,
    note TEXT,
    read_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_by_person ON outbox (person_id, at);

-- T2: one row per confirmed submission, with where its answer led.
CREATE TABLE submission (
    key BLOB PRIMARY KEY,
    person_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    led_to TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX submission_by_time ON submission (at);
