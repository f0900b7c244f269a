import type { Cluster } from '../model/packing.js';
import type { LaneName, Mark } from '../model/timeline.js';

/** Custom property of style.css with the colour of a lane. */
export const laneColours: Readonly<Record<LaneName, string>> = {
  requests: 'request',
  responses: 'response',
  notifies: 'notify',
  latest: 'latest',
  volatile: 'volatile',
  acks: 'ack',
};

export interface CellStyle {
  /** Name of a colour. */
  readonly colour: string;
  /** Full once it is settled: a request answered, a unit acknowledged. */
  readonly isFilled: boolean;
}

export function styleOf(mark: Mark, lane: LaneName): CellStyle {
  if (mark.kind === 'ack') return { colour: laneColours.acks, isFilled: true };
  if (mark.kind === 'request') {
    const isFine = mark.until === Infinity || (mark.code >= 200 && mark.code < 300);
    return { colour: isFine ? laneColours.requests : 'bad', isFilled: mark.until !== Infinity };
  }
  const isFilled = mark.unit.seq === 0 || mark.acknowledgedAt !== undefined;
  if (mark.unit.replayed) return { colour: 'replayed', isFilled };
  const hasFailed = mark.unit.parts.some((part) => part.kind === 'response' && (part.code < 200 || part.code > 299));
  return { colour: hasFailed ? 'bad' : laneColours[lane], isFilled };
}

/** What stands beside marks that are close together. */
export function labelOf({ first, last, count }: Cluster<Mark>): string {
  const [from, to] = [first.mark, last.mark];
  if (from.kind === 'request') return count === 1 ? from.action : `× ${count}`;
  if (to.kind === 'ack') return `≤ ${to.to}`;
  if (from.kind !== 'unit' || to.kind !== 'unit') return '';
  if (from.unit.seq === 0) return count === 1 ? '' : `× ${count}`;
  return count === 1 ? `${from.unit.seq}` : `${from.unit.seq}–${to.unit.seq}`;
}
