import type { Job } from '../dispatch/job.js';

/** Who asks, as gRPC metadata (PROTOCOL 9). The values are set here alone: no client header has these names. */
export function identityMetadata(job: Job): Record<string, string> {
  return {
    'gatesvr-player-id': headerText(job.owner.id),
    'gatesvr-session-id': headerText(job.sessionId),
    'gatesvr-zone': headerText(job.owner.zone),
    'gatesvr-client-seq': String(job.clientSeq),
    'gatesvr-idempotency-key': `${job.epoch}/${job.clientSeq}`,
  };
}

const PRINTABLE_ASCII = /^[ -$&-~]*$/;

/** Percent-encoded if it holds what a header can't, or a percent sign. */
function headerText(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}
