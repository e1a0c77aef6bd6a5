/** What was typed is wrong; the message says what. Ends the reading of one command line. */
export class Wrong extends Error {}
