-- Counts up when the name of a unit changes, whoever changes it: what was rendered with the old one is not
-- shown any more.
ALTER TABLE installation ADD COLUMN unit_names bigint NOT NULL DEFAULT 0;
CREATE FUNCTION unit_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE installation SET unit_names = unit_names + 1 WHERE id = 1;
    RETURN NULL;
END $$;
CREATE TRIGGER unit_named AFTER UPDATE OF name ON unit FOR EACH ROW
WHEN (NEW.name <> OLD.name)
EXECUTE FUNCTION unit_is_named();
