-- Mail of notices, and dossiers that open only to the counsellors they are assigned to.

-- When a notice can be mailed; empty when it has not to be, or no longer.
ALTER TABLE outbox ADD COLUMN mail_due INTEGER;
CREATE INDEX outbox_to_mail ON outbox (mail_due) WHERE mail_due IS NOT NULL;

-- Where a person's notices are mailed to. A new address waits until its owner confirmed it with the link
-- that was mailed to it.
CREATE TABLE mail_address (
    person_id BLOB PRIMARY KEY REFERENCES person (id),
    address TEXT,
    pending TEXT,
    pending_id BLOB,
    pending_until INTEGER,
    wanted INTEGER NOT NULL,
    -- Until then no other mail of notices goes to this person.
    quiet_until INTEGER,
    CHECK ((pending IS NULL) = (pending_id IS NULL)),
    CHECK ((pending IS NULL) = (pending_until IS NULL))
) STRICT, WITHOUT ROWID;

-- One mail to one person. Who claims it moves due_at ahead: nobody else takes it before that, and whoever
-- comes after that sends it again, under the same identifier.
CREATE TABLE mail (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('notices', 'confirm')),
    person_id BLOB NOT NULL REFERENCES person (id),
    made_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    due_at INTEGER,
    sent_at INTEGER,
    gave_up_at INTEGER,
    CHECK ((due_at IS NULL) = (sent_at IS NOT NULL OR gave_up_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_due ON mail (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mail_sent ON mail (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX mail_given_up ON mail (gave_up_at) WHERE gave_up_at IS NOT NULL;
CREATE INDEX mail_by_person ON mail (person_id, made_at);

-- Whether the organisation's dossiers open only to the counsellors they are assigned to (I2).
ALTER TABLE organisation ADD COLUMN narrowed INTEGER NOT NULL DEFAULT 0;

-- Which counsellor works on which dossier for an organisation. What was before stays on record.
CREATE TABLE assignment (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    organisation_id BLOB NOT NULL REFERENCES organisation (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    id BLOB NOT NULL,
    since INTEGER NOT NULL,
    given_by BLOB NOT NULL REFERENCES person (id),
    until INTEGER,
    ended_by BLOB REFERENCES person (id),
    PRIMARY KEY (dossier_id, organisation_id, person_id, id),
    CHECK ((until IS NULL) = (ended_by IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX assignment_one ON assignment (dossier_id, organisation_id, person_id) WHERE until IS NULL;
