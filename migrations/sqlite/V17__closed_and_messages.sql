-- 'PmAB': what was granted to somebody with a work disability. Never a diagnosis.
CREATE TABLE indication (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    granted_on TEXT NOT NULL,
    valid_until TEXT,
    decided_by TEXT NOT NULL,
    ended_on TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- 'Transmissie': a dossier that was passed on to the control service.
CREATE TABLE transmission (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    reason TEXT NOT NULL,
    facts TEXT NOT NULL,
    sent_on TEXT NOT NULL,
    status TEXT NOT NULL,
    decision TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- 'Berichten': conversations, and the messages in them, which stay as they were sent.
CREATE TABLE message_thread (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    thread_id BLOB NOT NULL,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    by_person BLOB NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    organisation_id BLOB REFERENCES organisation (id),
    text TEXT NOT NULL,
    PRIMARY KEY (dossier_id, thread_id, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER message_stays BEFORE UPDATE ON message
BEGIN
    SELECT RAISE(ABORT, 'a message stays as it was sent');
END;

-- Until when somebody read a conversation.
CREATE TABLE message_read (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    thread_id BLOB NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (dossier_id, person_id, thread_id)
) STRICT, WITHOUT ROWID;
