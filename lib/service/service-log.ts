import { inspect } from 'node:util';

/** Where a service reports what went wrong inside it. */
export interface ServiceLog {
  error(message: string, cause: unknown): void;
}

/** One line of text on standard error, the stack indented below it. */
export const standardErrorLog: ServiceLog = {
  error(message, cause) {
    const details = inspect(cause, { breakLength: 120 }).replaceAll('\n', '\n    ');
    process.stderr.write(`${message}\n    ${details}\n`);
  },
};
