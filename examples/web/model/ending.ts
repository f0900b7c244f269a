/** How a client ended for good. */
export interface Ending {
  /** The protocol's close code. */
  readonly code: number;
  readonly reason: string;
  /** What a Kick said, such as REPLACED; '' without one. */
  readonly kick: string;
}
