import { FILE_VARIABLE, environmentLayer, fileLayer, flagLayer, treeLayer } from './config/layer.js';
import type { Layer } from './config/layer.js';
import type { Fields } from './config/setting.js';
import { settings } from './config/settings.js';
import type { Key, Values } from './config/settings.js';
import type { ServiceSettings } from './config/structured-settings.js';
import type { Route } from './dispatch/router.js';
import { GatesvrError } from './errors.js';

type Section = Key extends infer K ? (K extends `${infer S}.${string}` ? S : never) : never;

/** What the gateway runs with: complete, checked and frozen. */
export type Config = {
  readonly [S in Section]: { readonly [K in Key as K extends `${S}.${infer Name}` ? Name : never]: Values[K] };
} & {
  readonly [K in Key as K extends `${string}.${string}` ? never : K]: Values[K];
};

/** A part of a Config, as a file or a program gives it. */
export type ConfigInput = {
  readonly [S in keyof Config]?: S extends 'services'
    ? Readonly<Record<string, Pick<ServiceSettings, 'addresses'> & Partial<ServiceSettings>>>
    : S extends 'routes'
      ? readonly (Pick<Route, 'match' | 'service'> & Partial<Route>)[]
      : Config[S] extends string
        ? Config[S]
        : Partial<Config[S]>;
};

export interface ConfigSources {
  /** Path of a YAML or JSON file; without, `GATESVR_CONFIG` names it. */
  readonly file?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** "key=value" of the command line. */
  readonly flags?: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Where each setting came from: "default", "file …", "environment …" or "flag". */
  readonly origins: ReadonlyMap<Key, string>;
}

/**
 * Defaults < file < environment < flags.
 * @throws GatesvrError BAD_CONFIG, which lists everything that is wrong
 */
export function loadConfig({ file, environment = {}, flags = [] }: ConfigSources): LoadedConfig {
  const path = file ?? environment[FILE_VARIABLE];
  return resolve([
    ...(path === undefined || path === '' ? [] : [fileLayer(settings, path)]),
    environmentLayer(settings, environment),
    flagLayer(settings, flags),
  ]);
}

/**
 * The configuration of a gateway inside a program or a test: defaults and what `input` says otherwise.
 * @throws GatesvrError BAD_CONFIG, which lists everything that is wrong
 */
export function makeConfig(input: ConfigInput = {}): Config {
  return resolve([treeLayer(settings, input, 'program')]).config;
}

/** All settings as YAML, each with its origin; secrets are hidden. */
export function describeConfig({ config, origins }: LoadedConfig): string {
  const lines: string[] = [];
  let openSection: string | undefined;
  for (const [key, origin] of origins) {
    const [section, name] = key.split('.') as [keyof Config, string?];
    const value = name === undefined ? config[section] : (config[section] as Record<string, unknown>)[name];
    if (name !== undefined && section !== openSection) lines.push(`${section}:`);
    openSection = section;
    lines.push(`${name === undefined ? section : `  ${name}`}: ${shownValue(key, value)} # ${origin}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The value to show: JSON, secrets hidden. */
function shownValue(key: string, value: unknown): string {
  const { secret } = (settings as Fields)[key] ?? {};
  if (value === undefined) return 'missing';
  return secret && value !== '' ? '(hidden)' : JSON.stringify(value);
}

function resolve(layers: readonly Layer[]): LoadedConfig {
  const problems = layers.flatMap((layer) => layer.problems);
  const values = new Map<string, unknown>();
  const origins = new Map<Key, string>();
  for (const [key, setting] of Object.entries(settings) as [Key, Fields[string]][]) {
    values.set(key, setting.default);
    origins.set(key, 'default');
    for (const layer of layers) {
      const given = layer.values.get(key);
      if (given === undefined) continue;
      const report = (inner: string, wrong: unknown, allowed: string): void => {
        problems.push(`${key}${inner} is ${cut(shownValue(key, wrong))} (${given.from}): allowed is ${allowed}`);
      };
      values.set(key, setting.read(given.value, report));
      origins.set(key, given.from);
    }
  }
  if (problems.length === 0) problems.push(...contradictions(Object.fromEntries(values) as Values, origins));
  if (problems.length > 0) throw new GatesvrError('BAD_CONFIG', problems.join('\n  '));
  return { config: nest(values), origins };
}

/** What no setting can see alone. */
function contradictions(values: Values, origins: ReadonlyMap<Key, string>): string[] {
  const problems: string[] = [];
  const refuse = (key: Key, inner: string, value: unknown, allowed: string): void => {
    problems.push(`${key}${inner} is ${JSON.stringify(value)} (${origins.get(key)!}): allowed is ${allowed}`);
  };
  const names = Object.keys(values.services);
  const knownService = `one of services: ${names.join(', ')}`;
  if (!names.includes(values.helloService)) refuse('helloService', '', values.helloService, knownService);
  const longest = values['dispatch.timeoutMs'];
  const matches = new Set<string>();
  for (const [index, { match, service, timeoutMs }] of values.routes.entries()) {
    if (!names.includes(service)) refuse('routes', `[${index}].service`, service, knownService);
    if (matches.has(match)) refuse('routes', `[${index}].match`, match, 'what no route above has');
    if (timeoutMs > longest)
      refuse('routes', `[${index}].timeoutMs`, timeoutMs, `at most dispatch.timeoutMs, ${longest}`);
    matches.add(match);
  }
  for (const [key, other] of [
    ['tls.certFile', 'tls.keyFile'],
    ['tls.keyFile', 'tls.certFile'],
  ] as const) {
    if (values[key] === '' && values[other] !== '') refuse(key, '', '', `a path, since ${other} is given`);
  }
  if (values['listen.plain'] === 'proxies' && values['listen.trustedProxies'].length === 0) {
    refuse('listen.plain', '', 'proxies', 'never or local while listen.trustedProxies names nobody');
  }
  if (values['push.token'] === '' && !isLoopback(values['push.host'])) {
    const host = values['push.host'];
    refuse('push.token', '', '', `a token of 16 characters or more, since others reach push.host, ${host}`);
  }
  for (const [smaller, larger] of ascending) {
    if (values[smaller] >= values[larger]) refuse(smaller, '', values[smaller], `below ${larger}, ${values[larger]}`);
  }
  return problems;
}

/** Whether only this machine reaches that address. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

const ascending = [
  ['session.heartbeatIntervalMs', 'session.heartbeatTimeoutMs'],
  ['session.heartbeatTimeoutWithoutPingMs', 'quic.idleTimeoutMs'],
] as const;

/** "listen.port" → 8453 as { listen: { port: 8453 } }, routes completed, all of it frozen. */
function nest(values: ReadonlyMap<string, unknown>): Config {
  const nested: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const [section, name] = key.split('.') as [string, string?];
    if (name === undefined) nested[section] = value;
    else nested[section] = { ...(nested[section] as object | undefined), [name]: value };
  }
  const config = nested as Config;
  const complete = config.routes.map((given) => ({
    ...given,
    timeoutMs: given.timeoutMs || config.dispatch.timeoutMs,
  }));
  return freeze({ ...config, routes: complete });
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

function cut(shown: string): string {
  return shown.length > 100 ? `${shown.slice(0, 100)}…` : shown;
}
