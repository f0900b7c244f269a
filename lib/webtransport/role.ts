/** Which end of the connection this side is. */
export type Role = 'server' | 'client';
