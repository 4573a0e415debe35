// Names that the description of the screens leaves open and that the product had not settled when
// this was written: wide enough for any good wording, in one place, to be narrowed to its own words.

/** 'Profiel' on a study that gave no diploma. */
export const NO_DIPLOMA = /geen diploma|diploma[^.]{0,30}\b(nee|niet)\b/i

/** The coach's answer that removes the line. */
export const REMOVE = /^(lijn |stap )?verwijderen$|^(verwijder|keur).*(lijn|stap|goed)/i

/** What the asker is told. */
export const REMOVED_NOTICE = /verwijderd/i
