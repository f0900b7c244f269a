import { Metadata } from '@grpc/grpc-js';
import type { Job } from '../dispatch/job.js';

/** Who asks, as gRPC metadata (PROTOCOL 9). The values are set here alone: no client header has these names. */
export function identityMetadata(job: Job): Metadata {
  const metadata = new Metadata();
  metadata.set('gatesvr-player-id', headerText(job.owner.id));
  metadata.set('gatesvr-session-id', headerText(job.sessionId));
  metadata.set('gatesvr-zone', headerText(job.owner.zone));
  metadata.set('gatesvr-client-seq', String(job.clientSeq));
  metadata.set('gatesvr-idempotency-key', `${job.epoch}/${job.clientSeq}`);
  return metadata;
}

/** Shared by all calls that send none; grpc-js copies it. */
export const noMetadata = new Metadata();

const PRINTABLE_ASCII = /^[ -$&-~]*$/;

/** Percent-encoded if it holds what a header can't, or a percent sign. */
function headerText(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}
