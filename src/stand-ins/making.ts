/** Makes new stand-ins: which SID, which properties. No SQL. */

import type { Context } from '../context.ts';
import type { WireItem, WireValue } from '../wire.ts';
import { DESCRIPTION } from './description.ts';
import type { Shape } from './description-shape.ts';
import { namesBelow, type Target } from './places.ts';
import { newProperties, propertyName, type StandIn, sidPrefixOf } from './stand-in.ts';

type Values = Readonly<Record<string, WireValue>>;

/** The SID of something new in this list; undefined when its shape has none. */
export function createSidFor(context: Pick<Context, 'random'>, target: Target): string | undefined {
  const prefix = sidPrefixOf(shapeOf(target)[keyOf(target)]);
  return prefix && prefix + context.random.bytes(16).toString('hex');
}

/** The properties of something new: what is given, what its path and its SID say, and what is neutral. */
export function propertiesOf(
  accountSid: string,
  target: Target,
  sid: string | undefined,
  given: Values,
  now: number,
): WireItem {
  const shape = shapeOf(target);
  const all = { ...ofPath(target), ...given, ...ofItself(accountSid, target, sid, shape) };
  return newProperties(shape, all, now);
}

/** What of a stand-in is decided by who made it where and when. */
export function rowOf(
  accountSid: string,
  target: Target,
  sid: string,
  caller: StandIn['caller'],
  createdAt: number,
): Omit<StandIn, 'properties' | 'sent' | 'dueAt'> {
  const parentSid = target.parents.at(-1)?.sid ?? '';
  return { accountSid, type: target.type, parentSid, sid, caller, createdAt };
}

/** The properties that one made by a POST has. */
export function shapeOf({ place }: Target): Shape {
  return DESCRIPTION.shapes[place.post?.shape ?? place.shape] ?? {};
}

/** What of the path are properties, too: `CallSid` is `call_sid`. */
function ofPath({ parameters }: Target): Values {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [propertyName(name), value]),
  );
}

/** The property that holds the SID of one, and in which its path ends. */
function keyOf({ place }: Target): string {
  const [, name = 'Sid'] = /\{(\w+)\}$/.exec(place.path) ?? [];
  const ofList = DESCRIPTION.places.find(
    ({ path }) =>
      path.startsWith(`${place.path}/{`) && path.indexOf('/', place.path.length + 1) < 0,
  );
  const [, nameOfOne = name] = /\{(\w+)\}$/.exec(ofList?.path ?? '') ?? [];
  return propertyName(nameOfOne);
}

/** What the server says of something new itself. */
function ofItself(
  accountSid: string,
  target: Target,
  sid: string | undefined,
  shape: Shape,
): Record<string, WireValue> {
  if (sid === undefined) return { account_sid: accountSid };
  // What is in two lists has its own URL in the first.
  const list = DESCRIPTION.places.some(({ path }) => path === `/${target.type}`)
    ? target.type
    : target.listPath;
  const path = `/2010-04-01/Accounts/${accountSid}/${list}/${sid}`;
  const uris = namesBelow(target.type).map((name) => [propertyName(name), `${path}/${name}.json`]);
  return {
    account_sid: accountSid,
    [keyOf(target)]: sid,
    ...('uri' in shape && { uri: `${path}.json` }),
    ...('subresource_uris' in shape && { subresource_uris: Object.fromEntries(uris) }),
  };
}
