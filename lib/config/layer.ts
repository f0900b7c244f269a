import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { GatesvrError } from '../errors.js';
import { isRecord } from './setting.js';
import type { Fields } from './setting.js';

/** The values that one source gives, and what is wrong with the keys it uses. */
export interface Layer {
  readonly values: ReadonlyMap<string, { readonly value: unknown; readonly from: string }>;
  readonly problems: readonly string[];
}

/** How the variables of the environment begin that are settings. */
const PREFIX = 'GATESVR_';
/** Names the file; no setting itself. */
export const FILE_VARIABLE = 'GATESVR_CONFIG';
/** What Kubernetes sets where a Service is called `gatesvr…`: GATESVR_SERVICE_HOST, GATESVR_ADMIN_PORT=tcp://… */
const KUBERNETES_NAME = /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/;
const KUBERNETES_PORT = /^(tcp|udp|sctp):\/\//;

/** `listen.maxFrameBytes` as `GATESVR_LISTEN_MAX_FRAME_BYTES`. */
export function environmentName(key: string): string {
  return PREFIX + key.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase();
}

/**
 * A YAML or JSON file.
 * @throws GatesvrError BAD_CONFIG when it can't be read as such
 */
export function fileLayer(settings: Fields, path: string): Layer {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new GatesvrError('BAD_CONFIG', `the file ${path} cannot be read (${(error as Error).message})`, error);
  }
  const document = parseDocument(source);
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new GatesvrError('BAD_CONFIG', `the file ${path} is no YAML: ${problem.message.split('\n')[0]}`, problem);
  }
  return treeLayer(settings, document.toJS() ?? {}, `file ${path}`);
}

/** Values as they are nested in a file or in a program. */
export function treeLayer(settings: Fields, tree: unknown, from: string): Layer {
  const values = new Map<string, { value: unknown; from: string }>();
  const problems: string[] = [];
  const walk = (node: unknown, prefix: string): void => {
    if (!isRecord(node)) {
      problems.push(
        `${prefix === '' ? 'the configuration' : prefix.slice(0, -1)} is ${JSON.stringify(node)} (${from}): allowed is a map of keys`,
      );
      return;
    }
    for (const [name, value] of Object.entries(node)) {
      const key = prefix + name;
      if (Object.hasOwn(settings, key)) {
        if (value !== undefined) values.set(key, { value, from });
      } else if (keysBelow(settings, `${key}.`).length > 0) {
        walk(value, `${key}.`);
      } else {
        problems.push(unknownKey(settings, key, from));
      }
    }
  };
  walk(tree, '');
  return { values, problems };
}

/** Every `GATESVR_…` variable. */
export function environmentLayer(settings: Fields, environment: Readonly<Record<string, string | undefined>>): Layer {
  const keys = new Map(Object.keys(settings).map((key) => [environmentName(key), key]));
  const values = new Map<string, { value: unknown; from: string }>();
  const problems: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || name === FILE_VARIABLE || text === undefined) continue;
    if (KUBERNETES_NAME.test(name) || (name.endsWith('_PORT') && KUBERNETES_PORT.test(text))) continue;
    const key = keys.get(name);
    if (key !== undefined) values.set(key, { value: settings[key]!.parse(text), from: `environment ${name}` });
    else problems.push(`${name} (environment) is no setting; see \`gatesvr config\` for all`);
  }
  return { values, problems };
}

/** "key=value" texts of the command line; a later one wins. */
export function flagLayer(settings: Fields, flags: readonly string[]): Layer {
  const values = new Map<string, { value: unknown; from: string }>();
  const problems: string[] = [];
  for (const flag of flags) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(flag) ?? [];
    if (key === undefined || text === undefined) problems.push(`--set ${flag}: allowed is key=value`);
    else if (!Object.hasOwn(settings, key)) problems.push(unknownKey(settings, key, 'flag'));
    else values.set(key, { value: settings[key]!.parse(text), from: 'flag' });
  }
  return { values, problems };
}

function unknownKey(settings: Fields, key: string, from: string): string {
  const section = key.slice(0, key.lastIndexOf('.') + 1);
  const siblings = keysBelow(settings, section);
  const known = siblings.length > 0 ? siblings.map((name) => section + name) : keysBelow(settings, '');
  return `unknown key ${key} (${from}): allowed is one of ${known.join(', ')}`;
}

/** The names directly below a section: "listen." gives host, port, …; "" the sections themselves. */
function keysBelow(settings: Fields, section: string): string[] {
  const below = Object.keys(settings).filter((key) => key.startsWith(section));
  return [...new Set(below.map((key) => key.slice(section.length).split('.')[0]!))];
}
