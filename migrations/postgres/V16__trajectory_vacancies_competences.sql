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

-- 'Vacature-dashboard': vacancies and workplaces that are kept for the client.
CREATE TABLE vacancy (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    employer text NOT NULL,
    address text,
    place text,
    status text NOT NULL,
    due_on date,
    note text,
    PRIMARY KEY (dossier_id, id)
);

-- 'Competentieontwikkeling': trainings and traineeships, and what somebody can do by now, from 1 to 5.
CREATE TABLE training (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    provider text NOT NULL,
    kind text NOT NULL,
    from_day date NOT NULL,
    until_day date,
    hours_planned bigint,
    hours_done bigint,
    result text,
    PRIMARY KEY (dossier_id, id)
);

CREATE TABLE competence (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    label text NOT NULL,
    axis text NOT NULL,
    score bigint NOT NULL,
    scored_on date NOT NULL,
    PRIMARY KEY (dossier_id, id)
);
