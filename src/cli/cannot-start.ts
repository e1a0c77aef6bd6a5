/** A command cannot do its work, for a reason that its user can mend. The message is all that is shown. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}
