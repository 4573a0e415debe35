-- The rights of the person a dossier is about: corrections and objections, what stands next to a final
-- line, why a number was shown, and the export of everything.

-- A request to correct something, or an objection, with its reasoned answer. A line is named in
-- `step_id`, a study or an experience in `subject_id`.
CREATE TABLE correction_request (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    asked_at timestamptz NOT NULL,
    id uuid NOT NULL UNIQUE,
    version bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('correction', 'objection')),
    subject text NOT NULL CHECK (subject IN ('line', 'study', 'experience', 'personal', 'other')),
    subject_id uuid,
    step_id uuid REFERENCES step (id),
    text text NOT NULL,
    asked_by uuid NOT NULL REFERENCES person (id),
    organisation_id uuid REFERENCES organisation (id),
    decision text CHECK (decision IN ('granted', 'refused')),
    decided_by uuid REFERENCES person (id),
    decided_at timestamptz,
    answer text,
    PRIMARY KEY (dossier_id, asked_at, id),
    CHECK ((subject = 'line') = (step_id IS NOT NULL)),
    CHECK ((subject IN ('study', 'experience')) = (subject_id IS NOT NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (answer IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE INDEX correction_queue ON correction_request (asked_at, id) WHERE decided_at IS NULL;
CREATE INDEX correction_queue_lines ON correction_request (asked_at, id)
    WHERE decided_at IS NULL AND step_id IS NOT NULL;
CREATE INDEX correction_decided ON correction_request (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX correction_decided_lines ON correction_request (decided_at)
    WHERE decided_at IS NOT NULL AND step_id IS NOT NULL;

-- 'Rechtzetting': what stands next to a line from then on. The line itself keeps every byte.
CREATE TABLE correction_note (
    dossier_id uuid NOT NULL,
    step_id uuid NOT NULL REFERENCES step (id),
    at timestamptz NOT NULL,
    request_id uuid NOT NULL UNIQUE REFERENCES correction_request (id),
    text text NOT NULL,
    by_person uuid NOT NULL REFERENCES person (id),
    PRIMARY KEY (dossier_id, step_id, at, request_id)
);
CREATE TRIGGER correction_note_is_kept BEFORE DELETE ON correction_note FOR EACH ROW
EXECUTE FUNCTION refuse('a correction is final');
CREATE TRIGGER correction_note_stays BEFORE UPDATE ON correction_note FOR EACH ROW
EXECUTE FUNCTION refuse('a correction is final');

-- Whether a correction of one of its lines was ever asked: what a coach may look at.
ALTER TABLE dossier ADD COLUMN correction_asked boolean NOT NULL DEFAULT false;

-- In which role somebody looked, and why where a reason is asked.
ALTER TABLE opening ADD COLUMN role text;
ALTER TABLE opening ADD COLUMN reason text;

-- For the export: the notices about a dossier, and the account of its client.
CREATE INDEX IF NOT EXISTS outbox_by_dossier ON outbox (dossier_id, at) WHERE dossier_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS person_by_own_dossier ON person (own_dossier_id) WHERE own_dossier_id IS NOT NULL;
