-- 'Persoonsgegevens en voorkeuren'. A language by its code of ISO 639-1, or 'other' with its name.
CREATE TABLE language_skill (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    language text NOT NULL,
    other_language text,
    level text NOT NULL,
    PRIMARY KEY (dossier_id, id)
);

-- A job that somebody wants; place 1 is wanted most.
CREATE TABLE wanted_job (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    job text NOT NULL,
    place bigint NOT NULL,
    note text,
    PRIMARY KEY (dossier_id, id)
);

-- How somebody gets to work. Means are codes with commas between.
CREATE TABLE mobility (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    means text,
    minutes bigint,
    note text,
    PRIMARY KEY (dossier_id, id)
);

-- How, and in which language, somebody wants to be reached.
CREATE TABLE contact_preference (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    channel text NOT NULL,
    language text,
    note text,
    PRIMARY KEY (dossier_id, id)
);
