/**
 * Requests of a platform without a gateway: each is decided and, if it may pass, sent to the platform, as the
 * same bytes that were decided on. It is decided once, before its body: a revocation is seen by the next
 * request, and cuts none that is under way.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFromAnotherSite } from '../../http/credentials.ts';
import type { PassOn } from '../../http/node-server.ts';
import { countHosts } from '../../http/request.ts';
import { discardBody, isLastOfConnection, whenReceived } from '../../http/rest-of-body.ts';
import type { Networks } from '../../network.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Metrics } from '../../observability/metrics.ts';
import { Problem } from '../../problem.ts';
import { reasonOf } from '../../reason.ts';
import { identityOf, writeDenied } from '../answer.ts';
import type { Assertions } from '../assertion.ts';
import type { Decide, Decision } from '../decider.ts';
import { readQuestion } from '../question.ts';
import { createRequestHeaders, type HeaderList } from './headers.ts';
import { createUpstream, type Passed } from './upstream.ts';
import { passUpgrade, responseOn } from './websocket.ts';

export interface ProxyParts {
  /** The origin of the platform. */
  upstream: URL;
  /** Headers that every request gets on its way. */
  added: HeaderList;
  trusted: Networks;
  decide: Decide;
  assertions: Assertions | undefined;
  logger: Logger;
  metrics: Pick<Metrics, 'observeRequest'>;
  isDraining: () => boolean;
}

export interface PlatformProxy extends PassOn {
  close(): Promise<void>;
}

/** The API, and what of it this server answers itself, as in the recipes of deploy/gateways/. */
const API = '/2010-04-01/';
const OWN =
  /^\/2010-04-01\/Accounts\/[^/?]+\/(?:ConnectApps|AuthorizedConnectApps|Keys|SigningKeys)(?:[./?]|$)/;

const HARMLESS = ['GET', 'HEAD', 'OPTIONS'];

/** Creates what passes requests on. */
export function createProxy(parts: ProxyParts): PlatformProxy {
  const { decide, assertions, logger, metrics } = parts;
  const headersOf = createRequestHeaders(parts);
  const upstream = createUpstream(parts.upstream);

  /** Sends a request to the platform by `pass`, or refuses it. */
  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    pass: (passed: Passed) => void,
  ): Promise<void> {
    const begun = performance.now();
    const { method = '', url: target = '' } = request;
    response.once('close', () => {
      metrics.observeRequest('upstream', method, response.statusCode, performance.now() - begun);
    });
    const decision = await decide(() => {
      checkSender(request);
      return readQuestion('direct', request);
    });
    // The client has gone.
    if (response.destroyed) return;
    if (parts.isDraining()) response.shouldKeepAlive = false;
    const { outcome, requestId, question } = decision;
    let isHeld = isHolding(request);
    const refuse = (refusal: Decision) =>
      answerEarly(request, response, isHeld, () =>
        writeDenied(response, refusal, { target, reader: 'client' }),
      );
    if ('problem' in outcome || question === undefined) {
      refuse(decision);
      return;
    }
    const { identity } = outcome;
    const said = {
      'X-Connect-Identity': identityOf(identity, requestId),
      'Twilio-Request-Id': requestId,
      ...(assertions && {
        'X-Connect-Assertion': assertions.sign({ identity, requestId, question }),
      }),
    };
    if (isHeld) response.writeContinue();
    isHeld = false;
    pass({
      request,
      response,
      headers: headersOf(request, said, { withCredentials: identity.by === 'unknown' }),
      requestId,
      fail(problem) {
        logger.warn({ requestId, err: problem.cause }, 'The platform did not answer');
        refuse({ ...decision, outcome: { problem, reason: '' } });
      },
    });
  }

  return {
    takes: ({ url = '' }) => url.startsWith(API) && !OWN.test(url),
    answer(request, response) {
      handle(request, response, upstream.pass).catch(() => response.destroy());
    },
    upgrade(request, socket, head) {
      const response = responseOn(socket, request);
      handle(request, response, (passed) =>
        passUpgrade(passed, { origin: parts.upstream, socket, head }),
      ).catch(() => socket.destroy());
    },
    close: upstream.close,
  };
}

/** Raises what keeps a request out before anybody asks who sends it, as it does in the API. */
function checkSender(request: IncomingMessage): void {
  if (countHosts(request) !== 1) {
    throw new Problem('request_malformed', 'The request must have exactly one Host header.');
  }
  const { method = '', headers } = request;
  if (HARMLESS.includes(method) || !isFromAnotherSite({ headers, host: headers.host ?? '' }))
    return;
  throw new Problem('access_denied', 'Requests from another site cannot change anything.', {
    reason: reasonOf('other_site'),
  });
}

/** Answers a request whose body may not have come whole, or is held back. */
function answerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  isHeld: boolean,
  write: () => void,
): void {
  if (isHeld) {
    // Whether its body comes is the client's to choose: what follows could be that or another request.
    response.shouldKeepAlive = false;
    write();
  } else if (!request.complete && isLastOfConnection(request)) {
    whenReceived(request, write);
  } else {
    write();
    if (!request.complete) discardBody(request);
  }
}

/** Whether the client sends its body only once it is told to. */
function isHolding({ headers, httpVersionMinor }: IncomingMessage): boolean {
  return httpVersionMinor > 0 && headers.expect?.toLowerCase() === '100-continue';
}
