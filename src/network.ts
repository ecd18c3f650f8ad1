/** Networks in CIDR notation: the one place that reads them, for settings and for the address table. */

import { BlockList, isIP } from 'node:net';
import { Problem } from './problem.ts';

/** A set of networks; an address belongs to it in the form in which it is written, and in no other. */
export interface Networks {
  includes(address: string): boolean;
}

interface Network {
  address: string;
  version: 4 | 6;
  prefixLength: number;
}

/** Whether it is a network in CIDR notation, or a single address. */
export function isNetwork(text: string): boolean {
  return readNetwork(text) !== undefined;
}

/** Parses networks in CIDR notation, or single addresses; raises `setting_invalid` for another text. */
export function parseNetworks(texts: readonly string[]): Networks {
  // Two lists, because one list takes each IPv4 address for a part of ::ffff:0:0/96 and of ::/0.
  const ipv4 = new BlockList();
  const ipv6 = new BlockList();
  for (const text of texts) {
    const network = readNetwork(text);
    if (network === undefined) {
      throw new Problem('setting_invalid', `"${text}" is not a network such as 10.0.0.0/8.`);
    }
    const { address, version, prefixLength } = network;
    if (version === 4) ipv4.addSubnet(address, prefixLength, 'ipv4');
    else ipv6.addSubnet(address, prefixLength, 'ipv6');
  }
  return {
    includes: (address) =>
      isIP(address) === 4 ? ipv4.check(address, 'ipv4') : ipv6.check(address, 'ipv6'),
  };
}

function readNetwork(text: string): Network | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || address.includes('%') || rest.length > 0)
    return undefined;
  const bits = version === 4 ? 32 : 128;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
  const prefixLength = Number(prefix ?? bits);
  return prefixLength <= bits ? { address, version, prefixLength } : undefined;
}
