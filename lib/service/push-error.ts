/** A push, broadcast or kick that the gateway did not answer. One that it refused is an answer, and no error. */
export class PushError extends Error {
  override readonly name = 'PushError';

  /**
   * @param mayHaveHappened false: it never left this process, or was turned away unread. True: nobody knows; repeated
   *   with its id, to the same gateway process, it counts once.
   */
  constructor(
    message: string,
    readonly mayHaveHappened: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
