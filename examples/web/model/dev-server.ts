/** What runs where; see lib/dev. */
export interface DevInfo {
  readonly version: string;
  readonly gateway: {
    readonly url: string;
    readonly webSocketUrl: string | null;
    readonly certificateHash: string | null;
  };
}

export interface ProcessStatus {
  readonly name: string;
  /** stopped, starting, running, or waiting to be started again. */
  readonly state: string;
  readonly restarts: number;
}

export interface DevStatus {
  readonly isGatewayReady: boolean;
  readonly processes: readonly ProcessStatus[];
}

/** The page's own server: it knows the development set-up. Every method throws when it doesn't answer. */
export class DevServer {
  info(): Promise<DevInfo> {
    return ask('/dev/info');
  }

  status(): Promise<DevStatus> {
    return ask('/dev/status');
  }

  /** A token that Hello takes. */
  async token(player: string): Promise<string> {
    const { token } = await ask<{ token: string }>(`/dev/token?player=${encodeURIComponent(player)}`);
    return token;
  }

  /** SIGKILL; its supervisor starts it again. */
  async kill(service: string): Promise<void> {
    await ask(`/dev/kill?service=${encodeURIComponent(service)}`, { method: 'POST' });
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  const body = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(body.error ?? `${path}: ${response.status}`);
  return body;
}
