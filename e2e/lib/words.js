// Words of the product that several tests look for.

/** 'Profiel' on a study that gave no diploma. */
export const NO_DIPLOMA = 'Diploma behaald: nee'

/** The coach's answer that removes the line. */
export const REMOVE = 'Stap verwijderen'

/** What the asker is told. */
export const REMOVED_NOTICE = 'De provinciale coach verwijderde de stap waarvoor je dat vroeg.'
