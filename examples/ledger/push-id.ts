/** Ids of pushes begin like no other id of the example services. */
const PREFIX = 'push/';

export function pushId(sender: string, number: number): string {
  return `${PREFIX}${sender}/${number}`;
}

/** Whether a notify with this id was pushed, rather than sent around an answer. */
export function isPushId(id: string): boolean {
  return id.startsWith(PREFIX);
}
