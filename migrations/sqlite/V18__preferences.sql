-- 'Persoonsgegevens en voorkeuren'. A language by its code of ISO 639-1, or 'other' with its name.
CREATE TABLE language_skill (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    other_language TEXT,
    level TEXT NOT NULL,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- A job that somebody wants; place 1 is wanted most.
CREATE TABLE wanted_job (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    job TEXT NOT NULL,
    place INTEGER NOT NULL,
    note TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- How somebody gets to work. Means are codes with commas between.
CREATE TABLE mobility (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    means TEXT,
    minutes INTEGER,
    note TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- How, and in which language, somebody wants to be reached.
CREATE TABLE contact_preference (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    channel TEXT NOT NULL,
    language TEXT,
    note TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;
