-- The rights of the person a dossier is about: corrections and objections, what stands next to a final
-- line, why a number was shown, and the export of everything.

-- A request to correct something, or an objection, with its reasoned answer. A line is named in
-- `step_id`, a study or an experience in `subject_id`.
CREATE TABLE correction_request (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    asked_at INTEGER NOT NULL,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('correction', 'objection')),
    subject TEXT NOT NULL CHECK (subject IN ('line', 'study', 'experience', 'personal', 'other')),
    subject_id BLOB,
    step_id BLOB REFERENCES step (id),
    text TEXT NOT NULL,
    asked_by BLOB NOT NULL REFERENCES person (id),
    organisation_id BLOB REFERENCES organisation (id),
    decision TEXT CHECK (decision IN ('granted', 'refused')),
    decided_by BLOB REFERENCES person (id),
    decided_at INTEGER,
    answer TEXT,
    PRIMARY KEY (dossier_id, asked_at, id),
    CHECK ((subject = 'line') = (step_id IS NOT NULL)),
    CHECK ((subject IN ('study', 'experience')) = (subject_id IS NOT NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (answer IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
) STRICT, WITHOUT ROWID;
CREATE INDEX correction_queue ON correction_request (asked_at, id) WHERE decided_at IS NULL;
CREATE INDEX correction_queue_lines ON correction_request (asked_at, id)
    WHERE decided_at IS NULL AND step_id IS NOT NULL;
CREATE INDEX correction_decided ON correction_request (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX correction_decided_lines ON correction_request (decided_at)
    WHERE decided_at IS NOT NULL AND step_id IS NOT NULL;

-- 'Rechtzetting': what stands next to a line from then on. The line itself keeps every byte.
CREATE TABLE correction_note (
    dossier_id BLOB NOT NULL,
    step_id BLOB NOT NULL REFERENCES step (id),
    at INTEGER NOT NULL,
    request_id BLOB NOT NULL UNIQUE REFERENCES correction_request (id),
    text TEXT NOT NULL,
    by_person BLOB NOT NULL REFERENCES person (id),
    PRIMARY KEY (dossier_id, step_id, at, request_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER correction_note_is_kept BEFORE DELETE ON correction_note
BEGIN
    SELECT RAISE(ABORT, 'a correction is final');
END;
CREATE TRIGGER correction_note_stays BEFORE UPDATE ON correction_note
BEGIN
    SELECT RAISE(ABORT, 'a correction is final');
END;

-- Whether a correction of one of its lines was ever asked: what a coach may look at.
ALTER TABLE dossier ADD COLUMN correction_asked INTEGER NOT NULL DEFAULT 0;

-- In which role somebody looked, and why where a reason is asked.
ALTER TABLE opening ADD COLUMN role TEXT;
ALTER TABLE opening ADD COLUMN reason TEXT;

-- For the export: the notices about a dossier, and the account of its client.
CREATE INDEX IF NOT EXISTS outbox_by_dossier ON outbox (dossier_id, at) WHERE dossier_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS person_by_own_dossier ON person (own_dossier_id) WHERE own_dossier_id IS NOT NULL;
