import { join, resolve } from 'node:path';
import { certificateHash } from './certificate-hash.js';
import { removeState, writeState } from './dev-state.js';
import { newLedgerDirectory } from './ledger-directory.js';
import { PageServer } from './page-server.js';
import { packageVersion, webRoot } from './paths.js';
import { choosePorts, defaultPorts } from './ports.js';
import { gatewaySpec, isGatewayReady, serviceSpecs, servesPlain } from './process-specs.js';
import { Supervisor } from './supervisor.js';
import { Terminal } from './terminal.js';
import { keptSecret, TokenIssuer } from './token-issuer.js';
import { systemClock } from '../clock.js';
import { loadConfig } from '../config.js';
import type { Config } from '../config.js';
import type { DevInfo, DevState } from './dev-state.js';
import type { DevPorts } from './ports.js';
import type { ProcessSpec } from './supervised-process.js';
import type { Output } from './terminal.js';

export interface DevOptions {
  /** Over the defaults; the gateway's own are those of its configuration. 0 takes a free one. */
  readonly ports?: Partial<DevPorts>;
  /** Where state, certificate, token secret and ledgers are kept. Default ".gatesvr" of the working directory. */
  readonly directory?: string;
  /** Where the built page is. Default "dist/web" of the package. */
  readonly page?: string;
  /** Whether the services keep a ledger. Default yes. */
  readonly ledger?: boolean;
  /** Configuration file of the gateway. */
  readonly config?: string | undefined;
  /** "key=value" settings of the gateway, over the file. */
  readonly settings?: readonly string[];
  /** Where summary and output of the processes go. Default standard output. */
  readonly output?: Output;
  /** Stops it, also while it starts. */
  readonly signal?: AbortSignal;
}

/** The running development set-up. */
export interface Dev {
  readonly state: DevState;
  /** Stops page, gateway and services, in this order. Repeated: the same stop. */
  stop(): Promise<void>;
}

/**
 * What `npm start` runs: the example services, then the gateway, each as a process of its own that is started again when
 * it dies, then the page. Resolves when all can be used.
 * @throws GatesvrError BAD_CONFIG; LISTEN_FAILED if a port is in use; Error if a process ends, or `signal` aborts, before
 *         it is ready
 */
export async function runDev(options: DevOptions = {}): Promise<Dev> {
  const { config: configFile, settings = [], signal } = options;
  const { config } = loadConfig({ file: configFile, environment: process.env, flags: settings });
  const configured = { gateway: config.listen.port, admin: config.admin.port, push: config.push.port };
  const ports = await choosePorts({ ...defaultPorts, ...configured, ...options.ports });
  const files = filesIn(resolve(options.directory ?? '.gatesvr'));
  const startedAt = new Date();
  const ledgerDirectory = options.ledger === false ? undefined : newLedgerDirectory(files.ledgers, startedAt);
  const secret = keptSecret(files.tokenSecret);
  const gateway = gatewaySpec({ ports, secret, certificates: files.certificates, config, configFile, settings });
  const groups = [serviceSpecs({ ports, secret, ledgerDirectory, pushToken: config.push.token }), [gateway]];
  const terminal = new Terminal(options.output ?? process.stdout);
  const page = options.page ?? webRoot();
  const setUp = new DevSetUp({ ports, config, files, page, startedAt, ledgerDirectory, secret, groups, terminal });
  signal?.addEventListener('abort', () => void setUp.stop(), { once: true });
  await setUp.start(signal);
  return setUp;
}

interface Files {
  readonly state: string;
  readonly tokenSecret: string;
  readonly certificates: string;
  readonly ledgers: string;
}

function filesIn(directory: string): Files {
  return {
    state: join(directory, 'dev.json'),
    tokenSecret: join(directory, 'hello-token-secret'),
    certificates: join(directory, 'certs'),
    ledgers: join(directory, 'ledger'),
  };
}

interface Parts {
  readonly ports: DevPorts;
  /** The gateway's; its ports are those in `ports`. */
  readonly config: Config;
  readonly files: Files;
  /** Directory of the built page. */
  readonly page: string;
  readonly startedAt: Date;
  readonly ledgerDirectory: string | undefined;
  readonly secret: string;
  readonly groups: readonly (readonly ProcessSpec[])[];
  readonly terminal: Terminal;
}

class DevSetUp implements Dev {
  readonly #parts: Parts;
  readonly #version = packageVersion();
  readonly #supervisor: Supervisor;
  readonly #page: PageServer;
  #isUp = false;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { groups, terminal, secret, ports, page } = parts;
    this.#supervisor = new Supervisor(groups, systemClock, {
      line: (name, line) => {
        terminal.line(name, line);
      },
      changed: () => {
        this.#saveState();
      },
    });
    this.#page = new PageServer({
      root: page,
      tokens: new TokenIssuer(secret),
      info: () => this.#info,
      processes: () => this.#supervisor.statuses,
      isGatewayReady: () => isGatewayReady(ports.admin),
      kill: (name) => this.#supervisor.kill(name),
    });
  }

  get state(): DevState {
    const { ports, files, startedAt, ledgerDirectory } = this.#parts;
    return {
      ...this.#info,
      pid: process.pid,
      startedAt: startedAt.toISOString(),
      processes: Object.fromEntries(
        this.#supervisor.statuses.map(({ name, pid, state, restarts }) => [
          name,
          { pid: pid ?? null, port: ports[name as keyof DevPorts], state, restarts },
        ]),
      ),
      ledgerDirectory: ledgerDirectory ?? null,
      tokenSecretFile: files.tokenSecret,
    };
  }

  async start(signal: AbortSignal | undefined): Promise<void> {
    try {
      signal?.throwIfAborted();
      await this.#supervisor.start();
      signal?.throwIfAborted();
      await this.#page.start(this.#parts.ports.page);
      signal?.throwIfAborted();
    } catch (error) {
      await this.stop();
      // A stop that came while the page was starting had nothing to stop there yet.
      await this.#page.stop();
      throw error;
    }
    this.#isUp = true;
    this.#saveState();
    this.#parts.terminal.summary(this.state);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#isUp = false;
    await this.#page.stop();
    await this.#supervisor.stop();
    removeState(this.#parts.files.state);
  }

  get #info(): DevInfo {
    const { ports, config, files } = this.#parts;
    const isOwnCertificate = config.tls.certFile === '';
    return {
      version: this.#version,
      pageUrl: `http://localhost:${ports.page}/`,
      gateway: {
        url: `https://localhost:${ports.gateway}${config.listen.path}`,
        webSocketUrl: servesPlain(config) ? `ws://localhost:${ports.gateway}${config.listen.path}` : null,
        adminUrl: `http://127.0.0.1:${ports.admin}`,
        pushAddress: `127.0.0.1:${ports.push}`,
        certificateHash: isOwnCertificate ? certificateHash(files.certificates) : null,
      },
      services: { hello: ports.hello, business: ports.business, zone: ports.zone },
    };
  }

  #saveState(): void {
    if (this.#isUp) writeState(this.#parts.files.state, this.state);
  }
}
