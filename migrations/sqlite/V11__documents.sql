-- Documents. The bytes stand outside the database, sealed, under a random name; the same content is kept
-- once, however many documents it is. Who erases a document deletes its row: what no row points at is
-- removed by the program itself.
CREATE TABLE stored_file (
    digest BLOB PRIMARY KEY,
    object BLOB NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    -- How often something that pointed at it went, since it was last looked whether anything still does.
    released INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_file_released ON stored_file (digest) WHERE released > 0;

-- Names under which bytes are written or have to be removed: no row points at them yet, or any more. What a
-- program leaves here when it is killed is removed a day later.
CREATE TABLE loose_object (
    object BLOB PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX loose_object_by_time ON loose_object (since);

CREATE TABLE document (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    day TEXT NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('eigen', 'inzagerecht')),
    step_id BLOB REFERENCES step (id),
    file_name TEXT NOT NULL,
    file_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    digest BLOB NOT NULL REFERENCES stored_file (digest),
    added_by BLOB NOT NULL REFERENCES person (id),
    added_at INTEGER NOT NULL,
    organisation_id BLOB REFERENCES organisation (id),
    withdrawn_by BLOB REFERENCES person (id),
    withdrawn_at INTEGER,
    withdrawn_reason TEXT,
    PRIMARY KEY (dossier_id, id),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX document_by_step ON document (step_id) WHERE step_id IS NOT NULL;
CREATE INDEX document_by_digest ON document (digest);
CREATE INDEX document_by_person ON document (added_by, added_at);

-- The filled-in form that came with a request for an access grant. It belongs to no dossier until the
-- request is granted: whether there is such a dossier is not told to who asks.
CREATE TABLE request_form (
    request_id BLOB PRIMARY KEY REFERENCES grant_request (id),
    file_name TEXT NOT NULL,
    file_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    digest BLOB NOT NULL REFERENCES stored_file (digest),
    -- Once the request was refused: when it goes.
    remove_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX request_form_by_digest ON request_form (digest);
CREATE INDEX request_form_to_remove ON request_form (remove_at) WHERE remove_at IS NOT NULL;

CREATE TRIGGER document_lets_go AFTER DELETE ON document
BEGIN
    UPDATE stored_file SET released = released + 1 WHERE digest = OLD.digest;
END;
CREATE TRIGGER request_form_lets_go AFTER DELETE ON request_form
BEGIN
    UPDATE stored_file SET released = released + 1 WHERE digest = OLD.digest;
END;
