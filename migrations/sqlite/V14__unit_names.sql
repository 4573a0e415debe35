-- Counts up when the name of a unit changes, whoever changes it: what was rendered with the old one is not
-- shown any more.
ALTER TABLE installation ADD COLUMN unit_names INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER unit_named AFTER UPDATE OF name ON unit
WHEN NEW.name <> OLD.name
BEGIN
    UPDATE installation SET unit_names = unit_names + 1 WHERE id = 1;
END;
