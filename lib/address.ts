/** IPv4 addresses as an IPv6 socket shows them (RFC 4291 section 2.5.5.2). */
const MAPPED_PREFIX = '::ffff:';

/** The address people know: IPv4 where the socket showed a mapped one. */
export function plainAddress(address: string): string {
  return address.startsWith(MAPPED_PREFIX) && address.includes('.') ? address.slice(MAPPED_PREFIX.length) : address;
}

/** The address as an IPv6 socket shows and wants it. */
export function mappedAddress(address: string): string {
  return address.includes(':') ? address : MAPPED_PREFIX + address;
}

/** One key for all that one subscriber can send from: an IPv4 address, or an IPv6 network of 64 bits. */
export function addressKey(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.split('%', 1)[0]!.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const tailGroups = tail === '' ? [] : tail.split(':');
  while (groups.length + tailGroups.length < 8) groups.push('0');
  return [...groups, ...tailGroups].slice(0, 4).join(':');
}
