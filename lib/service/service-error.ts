/**
 * Thrown by a handler to answer with this code: the answer of the service, not a failure of it. Code and message go to
 * the client as they are; `cause` stays here.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  /**
   * @param code HTTP's code where HTTP has one (400, 403, 404 …), else the service's own; 1 to 2^32 − 1. At login 401
   *             and 403 refuse the token; anything else says that login isn't possible now.
   */
  constructor(
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
