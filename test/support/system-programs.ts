import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Also read by scripts/test.js, which installs what is missing where it can. */
const programs = JSON.parse(readFileSync(new URL('system-programs.json', import.meta.url), 'utf8')) as Record<
  string,
  { names: string[] }
>;

/**
 * Path of a program that npm can't install. Where it is missing, the tests that ask for it are pending; with CI=true
 * they fail.
 *
 *     before(function () {
 *       chromium = requireProgram(this, 'chromium');
 *     });
 */
export function requireProgram(context: Mocha.Context, program: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = programs[program]!.names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = paths.find(isExecutable);
  if (path !== undefined) return path;
  if (process.env.CI === 'true') throw new Error(`${program} is missing`);
  context.skip();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
