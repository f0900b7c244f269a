import { violationKinds } from '../../checker/unit-checker.js';
import type { UnitChecker, ViolationKind } from '../../checker/unit-checker.js';

/** What all checkers of this page have found so far: the line that should say 0 four times. */
export class Score {
  readonly counts = Object.fromEntries(violationKinds.map((kind) => [kind, 0])) as Record<ViolationKind, number>;
  #firstStory = '';

  /** Takes over what `checker` has found since the last call. */
  collect(checker: UnitChecker): void {
    for (const { kind, story } of checker.violations.splice(0)) {
      this.counts[kind]++;
      this.#firstStory ||= `${kind}: ${story}`;
    }
  }

  get isClean(): boolean {
    return violationKinds.every((kind) => this.counts[kind] === 0);
  }

  /** What was found first; '' while nothing was. */
  get firstStory(): string {
    return this.#firstStory;
  }
}
