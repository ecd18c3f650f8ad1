/**
 * The addresses that a request to somebody else's URL must never reach: IANA's special-purpose registries for
 * IPv4 and IPv6 (RFC 6890), written out, and the additional addresses of cloud providers. test/outgoing/
 * holds the table to a list of known ways around such tables.
 */

import { isIP } from 'node:net';
import { type Networks, parseNetworks } from '../network.ts';

const FORBIDDEN_NETWORKS: readonly string[] = [
  '0.0.0.0/8', // this host on this network: RFC 1122, section 3.2.1.3
  '10.0.0.0/8', // private: RFC 1918
  '100.64.0.0/10', // shared by carriers, and Alibaba's metadata: RFC 6598
  '127.0.0.0/8', // loopback: RFC 1122, section 3.2.1.3
  '168.63.129.16/32', // Azure's host agent, on a public address: Azure's own documentation
  '169.254.0.0/16', // link-local, and the metadata of most clouds: RFC 3927
  '172.16.0.0/12', // private: RFC 1918
  '192.0.0.0/24', // protocol assignments, and Oracle's metadata: RFC 6890
  '192.0.2.0/24', // documentation: RFC 5737
  '192.31.196.0/24', // AS112 servers: RFC 7535
  '192.52.193.0/24', // multicast tunnels: RFC 7450
  '192.88.99.0/24', // 6to4 relays, deprecated: RFC 7526
  '192.168.0.0/16', // private: RFC 1918
  '192.175.48.0/24', // AS112 servers: RFC 7534
  '198.18.0.0/15', // benchmarking: RFC 2544
  '198.51.100.0/24', // documentation: RFC 5737
  '203.0.113.0/24', // documentation: RFC 5737
  '224.0.0.0/4', // multicast: RFC 5771
  '240.0.0.0/4', // reserved: RFC 1112, section 4; and limited broadcast: RFC 919
  '::/96', // unspecified, loopback, IPv4-compatible: RFC 4291, sections 2.5.2, 2.5.3 and 2.5.5.1
  '::ffff:0:0/96', // IPv4-mapped: RFC 4291, section 2.5.5.2
  '64:ff9b::/96', // IPv4 behind a translator, NAT64: RFC 6052
  '64:ff9b:1::/48', // local NAT64: RFC 8215
  '100::/64', // discard only: RFC 6666
  '2001::/23', // protocol assignments, Teredo (RFC 4380), benchmarking (RFC 5180): RFC 2928
  '2001:db8::/32', // documentation: RFC 3849
  '2002::/16', // IPv4 inside 6to4: RFC 3056
  '2620:4f:8000::/48', // AS112 servers: RFC 7534
  '3fff::/20', // documentation: RFC 9637
  '5f00::/16', // segment routing: RFC 9602
  'fc00::/7', // unique local, and AWS's metadata: RFC 4193
  'fe80::/10', // link-local: RFC 4291, section 2.5.6
  'fec0::/10', // site-local, deprecated: RFC 3879
  'ff00::/8', // multicast: RFC 4291, section 2.7
];

/** All that IANA gives out as IPv6 global unicast (RFC 4291, section 2.4): the rest is unassigned. */
const GLOBAL_UNICAST = parseNetworks(['2000::/3']);

const FORBIDDEN = parseNetworks(FORBIDDEN_NETWORKS);

/**
 * Answers whether nothing may be sent to this address: it is in the table and in none of
 * `allowedNetworks`, or it is not an address at all, or has a zone.
 */
export function isForbiddenAddress(address: string, allowedNetworks: Networks): boolean {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return true;
  if (allowedNetworks.includes(address)) return false;
  return FORBIDDEN.includes(address) || (version === 6 && !GLOBAL_UNICAST.includes(address));
}
