import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a client must know to use the set-up. */
export interface DevInfo {
  readonly version: string;
  readonly pageUrl: string;
  readonly gateway: {
    readonly url: string;
    /** For WebSockets without TLS, from this machine; null where another certificate is configured. */
    readonly webSocketUrl: string | null;
    readonly adminUrl: string;
    /** "host:port" for services that push, over gRPC. */
    readonly pushAddress: string;
    /** SHA-256 of the development certificate, base64; null while there is none, or where another is configured. */
    readonly certificateHash: string | null;
  };
  /** Ports of the services by name. */
  readonly services: Readonly<Record<string, number>>;
}

/** What runs where, for other processes of this checkout: the example client and its demo read it. */
export interface DevState extends DevInfo {
  /** Of the supervisor: when that is gone, the state is a leftover. */
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** By name: hello, business, zone, gateway. */
  readonly processes: Readonly<Record<string, DevProcess>>;
  /** Where the services write what they received and answered; null when they don't. */
  readonly ledgerDirectory: string | null;
  /** File with the secret that signs tokens for Hello. */
  readonly tokenSecretFile: string;
}

export interface DevProcess {
  readonly pid: number | null;
  readonly port: number;
  /** As ProcessState. */
  readonly state: string;
  readonly restarts: number;
}

/** Replaces the file in one step: a reader sees the old state or the new one. */
export function writeState(path: string, state: DevState): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${state.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export function removeState(path: string): void {
  rmSync(path, { force: true });
}
