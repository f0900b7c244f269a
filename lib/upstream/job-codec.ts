import type { Job } from '../dispatch/job.js';
import type { ProtoWriter } from '../protocol/proto-writer.js';
import { writeTunnelRequest, type LastAsker } from '../protocol/tunnel-codec.js';
import { methods } from '../protocol/upstream-codec.js';

/** What is left of a job's time, in whole milliseconds; at least one, since 0 would mean no deadline. */
export function remainingMs(job: Job, now: number): number {
  return Math.max(1, Math.ceil(job.deadlineAt - now));
}

/** A job as the request of a `Process` call. */
export function encodeJob(job: Job, now: number): Uint8Array {
  const { owner } = job;
  return methods.process.encodeRequest({
    playerId: owner.id,
    sessionId: job.sessionId,
    zone: owner.zone,
    epoch: job.epoch,
    clientSeq: job.clientSeq,
    action: job.action,
    payload: job.payload,
    headers: job.headers,
    remainingMs: remainingMs(job, now),
    roles: owner.roles as string[],
  });
}

/** Adds a job to the Tunnel message in `writer`. */
export function writeJob(writer: ProtoWriter, id: number, job: Job, now: number, asker: LastAsker): void {
  writeTunnelRequest(writer, id, remainingMs(job, now), job, asker);
}
