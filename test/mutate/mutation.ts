/** One defence taken out, and the tests that must notice. */
export interface Mutation {
  /** The failure case it lets in: its number in the list of known failure cases, and in the tests' titles: "[B7]". */
  readonly caseNumber: number;
  /** What is taken out, in a few words. */
  readonly what: string;
  readonly file: string;
  /** A piece of that file, found in it exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Test files, at least one of which has a test with the case's tag. */
  readonly tests: readonly string[];
}
