/** A control that was asked for something it does not do. The answer is `{"error":code,"message":sentence}`. */
export class ControlRefusal {
  readonly status: number
  readonly code: ControlError
  /** Says what to change. */
  readonly message: string

  constructor(status: number, code: ControlError, message: string) {
    this.status = status
    this.code = code
    this.message = message
  }
}

export type ControlError =
  | 'foreign_host'
  | 'foreign_origin'
  | 'invalid_content_type'
  | 'too_large'
  | 'invalid_json'
  | 'invalid_arguments'
  | 'clock_goes_forward'
  | 'too_many_faults'
  | 'unusable_snapshot'
  | 'too_much_data'
  | 'unknown_delivery'
  | 'unknown_control'
  | 'wrong_verb'
  | 'unreadable'
  | 'internal_error'

export function isControlRefusal(outcome: unknown): outcome is ControlRefusal {
  return outcome instanceof ControlRefusal
}
