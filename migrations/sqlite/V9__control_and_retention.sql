-- The controller's mandates, what retention knows of projects, and erasing what need not be kept any more.

-- The right of one controller to see, without names, the lines of one project that ran in a period.
CREATE TABLE control_mandate (
    id BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    funding TEXT NOT NULL,
    lines_from TEXT NOT NULL,
    lines_until TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    reference TEXT NOT NULL,
    given_by BLOB NOT NULL REFERENCES person (id),
    given_at INTEGER NOT NULL,
    ended_by BLOB REFERENCES person (id),
    ended_at INTEGER,
    CHECK (lines_from <= lines_until),
    CHECK (valid_from <= valid_until),
    CHECK (given_by <> person_id),
    CHECK ((ended_by IS NULL) = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX control_mandate_by_person ON control_mandate (person_id, given_at);
CREATE INDEX control_mandate_by_time ON control_mandate (given_at, id);

-- Reports count the lines that started in a month.
CREATE INDEX step_by_funding_start ON step (funding, start_on);

-- H8: payments, state aid and holds of a project. Each row says all that is known of it; one person
-- proposes it, another confirms it, and the last that was confirmed holds.
CREATE TABLE project_change (
    id BLOB PRIMARY KEY,
    funding TEXT NOT NULL,
    regime TEXT NOT NULL,
    last_payment_at INTEGER,
    aid_granted_on TEXT,
    hold TEXT CHECK (hold IN ('open', 'until')),
    hold_until TEXT,
    reason TEXT NOT NULL,
    proposed_by BLOB NOT NULL REFERENCES person (id),
    proposed_at INTEGER NOT NULL,
    decision TEXT CHECK (decision IN ('confirmed', 'refused')),
    decided_by BLOB REFERENCES person (id),
    decided_at INTEGER,
    CHECK ((hold IS NOT NULL AND hold = 'until') = (hold_until IS NOT NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK (decision IS NULL OR decision <> 'confirmed' OR decided_by <> proposed_by)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX project_change_one_waiting ON project_change (funding) WHERE decision IS NULL;
CREATE INDEX project_change_confirmed ON project_change (funding, decided_at) WHERE decision = 'confirmed';
CREATE INDEX project_change_by_time ON project_change (proposed_at, id);
CREATE TRIGGER project_change_stays BEFORE UPDATE ON project_change
WHEN OLD.decision IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.funding IS NOT OLD.funding
    OR NEW.regime IS NOT OLD.regime OR NEW.last_payment_at IS NOT OLD.last_payment_at
    OR NEW.aid_granted_on IS NOT OLD.aid_granted_on OR NEW.hold IS NOT OLD.hold
    OR NEW.hold_until IS NOT OLD.hold_until OR NEW.proposed_by IS NOT OLD.proposed_by
BEGIN
    SELECT RAISE(ABORT, 'what was proposed for a project stays');
END;
CREATE TRIGGER project_change_is_kept BEFORE DELETE ON project_change
BEGIN
    SELECT RAISE(ABORT, 'what was proposed for a project stays');
END;

-- What a run of `klantendossier retention` found, or erased. Numbers only.
CREATE TABLE retention_run (
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    by_person BLOB REFERENCES person (id),
    applied INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (at, id)
) STRICT, WITHOUT ROWID;

-- What was erased. A row is open only within the transaction that erases: the triggers below let pass
-- what an open row names, and nothing else.
CREATE TABLE erasure (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    step_id BLOB,
    kind TEXT NOT NULL CHECK (kind IN ('story', 'evidence', 'dossier')),
    open INTEGER NOT NULL,
    PRIMARY KEY (dossier_id, at, id),
    CHECK ((kind = 'dossier') = (step_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_open ON erasure (dossier_id) WHERE open;

-- When the texts of a line, or all that says who a dossier is about, were erased.
ALTER TABLE step_text ADD COLUMN erased_at INTEGER;
ALTER TABLE dossier ADD COLUMN erased_at INTEGER;

-- What retention looks for.
CREATE INDEX access_grant_ended ON access_grant (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_by_time ON outbox (at);
CREATE INDEX IF NOT EXISTS outbox_by_dossier ON outbox (dossier_id, at) WHERE dossier_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS person_by_own_dossier ON person (own_dossier_id) WHERE own_dossier_id IS NOT NULL;

DROP TRIGGER step_is_kept;
CREATE TRIGGER step_is_kept BEFORE DELETE ON step
WHEN OLD.state = 'ongoing' OR NOT EXISTS (
    SELECT 1 FROM erasure e
    WHERE e.dossier_id = OLD.dossier_id AND e.open AND e.step_id = OLD.id AND e.kind = 'evidence')
BEGIN
    SELECT RAISE(ABORT, 'a step is kept');
END;
DROP TRIGGER step_text_final_stays;
CREATE TRIGGER step_text_final_stays BEFORE UPDATE ON step_text
WHEN (SELECT state FROM step WHERE id = OLD.step_id) <> 'ongoing' AND NOT (
    NEW.summary IS NULL AND NEW.late_reason IS NULL AND NEW.result_note IS NULL
    AND (NEW.cancel_reason IS NULL OR NEW.cancel_reason = '(gewist)')
    AND NEW.dossier_id = OLD.dossier_id AND NEW.step_id = OLD.step_id
    AND EXISTS (SELECT 1 FROM erasure e
        WHERE e.dossier_id = OLD.dossier_id AND e.open AND e.step_id = OLD.step_id))
BEGIN
    SELECT RAISE(ABORT, 'step is final');
END;
DROP TRIGGER step_text_is_kept;
CREATE TRIGGER step_text_is_kept BEFORE DELETE ON step_text
WHEN NOT EXISTS (SELECT 1 FROM erasure e
    WHERE e.dossier_id = OLD.dossier_id AND e.open AND e.step_id = OLD.step_id AND e.kind = 'evidence')
BEGIN
    SELECT RAISE(ABORT, 'a step is kept');
END;
DROP TRIGGER addendum_is_kept;
CREATE TRIGGER addendum_is_kept BEFORE DELETE ON addendum
WHEN NOT EXISTS (SELECT 1 FROM erasure e
    WHERE e.dossier_id = OLD.dossier_id AND e.open AND e.step_id = OLD.step_id)
BEGIN
    SELECT RAISE(ABORT, 'an addendum is final');
END;
DROP TRIGGER action_of_ongoing_update;
CREATE TRIGGER action_of_ongoing_update BEFORE UPDATE ON action
WHEN (SELECT state FROM step WHERE id = NEW.step_id) IS NOT 'ongoing' AND NOT (
    NEW.note IS NULL AND NEW.place IS NULL AND NEW.step_id = OLD.step_id AND NEW.id = OLD.id
    AND NEW.day = OLD.day AND NEW.kind = OLD.kind AND NEW.minutes = OLD.minutes
    AND NEW.presence = OLD.presence AND NEW.voided = OLD.voided
    AND EXISTS (SELECT 1 FROM erasure e
        WHERE e.dossier_id = OLD.dossier_id AND e.open AND e.step_id = OLD.step_id))
BEGIN
    SELECT RAISE(ABORT, 'step is final');
END;
-- The content of the journal goes only with what it tells of; the rest of an entry stays for ever.
DROP TRIGGER journal_is_append_only;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
WHEN NEW.content IS NOT NULL OR NEW.link IS NOT OLD.link OR NEW.content_digest IS NOT OLD.content_digest
    OR NEW.at IS NOT OLD.at OR NEW.by_person IS NOT OLD.by_person OR NEW.event IS NOT OLD.event
    OR NEW.dossier_id IS NOT OLD.dossier_id OR NEW.number IS NOT OLD.number
    OR NOT EXISTS (SELECT 1 FROM erasure e WHERE e.dossier_id = OLD.dossier_id AND e.open)
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
DROP TRIGGER correction_note_is_kept;
CREATE TRIGGER correction_note_is_kept BEFORE DELETE ON correction_note
WHEN NOT EXISTS (SELECT 1 FROM erasure e
    WHERE e.dossier_id = OLD.dossier_id AND e.open AND e.step_id = OLD.step_id AND e.kind = 'evidence')
BEGIN
    SELECT RAISE(ABORT, 'a correction is final');
END;
