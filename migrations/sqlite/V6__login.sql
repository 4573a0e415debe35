-- Logging in with more than a password: second factors, known browsers, sessions that a person sees.

-- A session can be named in a list, says how it began and where, and when its person last proved to be there.
ALTER TABLE session ADD COLUMN id BLOB;
ALTER TABLE session ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN confirmed_at INTEGER;
CREATE INDEX session_by_person ON session (person_id, started_at);

-- A browser in which somebody logged in before: wrong passwords of others elsewhere do not keep it waiting.
CREATE TABLE known_device (
    token_digest BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX known_device_by_person ON known_device (person_id);
CREATE INDEX known_device_by_end ON known_device (ends_at);

-- How often a password was compared for a key on a day: counted before it is, so that asking a thousand
-- times at once compares no more.
CREATE TABLE login_count (
    key_digest BLOB NOT NULL,
    day TEXT NOT NULL,
    verifications INTEGER NOT NULL,
    PRIMARY KEY (key_digest, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX login_count_by_day ON login_count (day);

-- What was begun and is finished within minutes, once: half a log-in, the challenge of a passkey.
CREATE TABLE login_step (
    token_digest BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('half', 'log_in', 'register', 'confirm')),
    person_id BLOB REFERENCES person (id),
    state TEXT NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_step_by_person ON login_step (person_id);
CREATE INDEX login_step_by_end ON login_step (ends_at);

-- The secret of an authenticator app, sealed; one per person. It counts once a first code was given.
CREATE TABLE totp (
    person_id BLOB PRIMARY KEY REFERENCES person (id),
    secret_sealed BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Codes on paper for who lost the device; digests only, each works once.
CREATE TABLE recovery_code (
    person_id BLOB NOT NULL REFERENCES person (id),
    code_digest BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (person_id, code_digest)
) STRICT, WITHOUT ROWID;

-- Passkeys: what the server keeps of one is public.
CREATE TABLE passkey (
    id BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    credential_id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_by_person ON passkey (person_id, made_at);
