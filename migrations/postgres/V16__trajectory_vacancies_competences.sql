-- 'Traject': what is worked towards, who does what by when, and where somebody stood at the start.
CREATE TABLE goal (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    target_on date,
    outcome text,
    outcome_on date,
    PRIMARY KEY (dossier_id, id)
);

CREATE TABLE agreement (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    text text NOT NULL,
    who text NOT NULL,
    due_on date NOT NULL,
    outcome text,
    outcome_on date,
    PRIMARY KEY (dossier_id, id)
);

CREATE TABLE screening (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    willing text NOT NULL,
    ready text NOT NULL,
    screened_on date NOT NULL,
    note text,
    PRIMARY KEY (dossier_id, id)
);
