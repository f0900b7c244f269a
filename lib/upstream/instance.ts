import { Channel, connectivityState, credentials, type ChannelOptions } from '@grpc/grpc-js';
import type { Clock } from '../clock.js';
import { hashText } from './balance.js';

/**
 * One address of a service and the channel to it. The channel connects at once, and again whenever it is lost, with
 * grpc-js's own back-off. An instance that fails several times in a row is set aside for a while (ejected): it is used
 * only if no other can be reached.
 */
export class Instance {
  readonly hash: number;
  /** Calls that have not ended. */
  inFlight = 0;
  calls = 0;
  failures = 0;
  ejections = 0;
  readonly #clock: Clock;
  #channel: Channel | undefined;
  #failuresInRow = 0;
  #ejectionsInRow = 0;
  #ejectedUntil = -Infinity;

  constructor(
    readonly address: string,
    clock: Clock,
  ) {
    this.hash = hashText(address);
    this.#clock = clock;
  }

  /** A request given to the channel now goes out on a connection that stands. */
  get ready(): boolean {
    return this.#channel?.getConnectivityState(false) === connectivityState.READY;
  }

  get ejected(): boolean {
    return this.#ejectedUntil > this.#clock.now();
  }

  /** @throws before {@link open} */
  get channel(): Channel {
    if (this.#channel === undefined) throw new Error(`no channel to ${this.address}`);
    return this.#channel;
  }

  /** @param changed called after each change of `ready` */
  open(maxMessageBytes: number, changed: () => void): void {
    const channel = new Channel(this.address, credentials.createInsecure(), channelOptions(maxMessageBytes));
    this.#channel = channel;
    this.#watch(channel, changed);
  }

  close(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close();
  }

  succeeded(): void {
    this.#failuresInRow = 0;
    this.#ejectionsInRow = 0;
  }

  /** @param suspicious the instance may be to blame */
  failed(suspicious: boolean): void {
    this.failures++;
    if (!suspicious || this.ejected || ++this.#failuresInRow < FAILURES_TO_EJECT) return;
    this.#failuresInRow = 0;
    this.#ejectedUntil = this.#clock.now() + Math.min(MAX_EJECTION_MS, MIN_EJECTION_MS * 2 ** this.#ejectionsInRow);
    this.#ejectionsInRow++;
    this.ejections++;
  }

  /** Keeps the channel connected (an idle one connects when asked) and tells of every change of its state. */
  #watch(channel: Channel, changed: () => void): void {
    if (this.#channel !== channel) return;
    const state = channel.getConnectivityState(true);
    channel.watchConnectivityState(state, Infinity, () => {
      if (this.#channel !== channel) return;
      changed();
      this.#watch(channel, changed);
    });
  }
}

/** As Envoy's outlier detection: 5 failures in a row; the ejection doubles from 1 s to 30 s. */
const FAILURES_TO_EJECT = 5;
const MIN_EJECTION_MS = 1000;
const MAX_EJECTION_MS = 30_000;

function channelOptions(maxMessageBytes: number): ChannelOptions {
  return {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // A restarted service is found again within a second, one that stays away is asked every 2 s.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    // A service that moved is looked up again after each failure, but not more often than this.
    'grpc.dns_min_time_between_resolutions_ms': 2000,
    // A dead peer is noticed within 40 s while calls wait for it. Not without calls: some servers forbid that.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.keepalive_permit_without_calls': 0,
    // Retrying is UpstreamManager's, which knows what may be repeated.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    // Services share no connection, and closing a channel closes its connection.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_channelz': 0,
    'grpc.enable_http_proxy': 0,
  };
}
