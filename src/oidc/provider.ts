/**
 * The provider of the platform's own identities, by OpenID Connect: authorization code with PKCE, state and
 * nonce. It knows no page and no user: it says who somebody is, or why that is not known.
 */

import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from 'openid-client';
import type { Lookup } from '../outgoing/open-connection.ts';
import type { Random } from '../random.ts';
import { type Claims, hasClaim, type Identity, identityOf } from './identity.ts';
import { type Failure, failureOf } from './provider-failure.ts';
import { authenticationOf, createProviderFetch } from './provider-fetch.ts';

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  /** What people know it by. */
  readonly name: string;
  /** Separated by spaces. */
  readonly scopes: string;
  /** The claim with the SIDs of somebody's accounts; undefined: accounts are not the provider's business. */
  readonly accountsClaim: string | undefined;
  /** The claim, and the value of it, that makes an operator; without a value the claim must be true. */
  readonly operatorClaim: { readonly name: string; readonly value: string | undefined } | undefined;
}

/** What must come back with the answer, and so waits in the browser that began. */
export interface Secrets {
  state: string;
  nonce: string;
  codeVerifier: string;
}

export interface Provider {
  readonly name: string;
  /**
   * Where to send a browser, and what to keep for its return; or why the provider cannot be asked. With `maxAgeMs`,
   * the provider asks the person again unless it has done so since.
   */
  begin(
    redirectUri: string,
    maxAgeMs?: number,
  ): Promise<{ url: string; secrets: Secrets } | Failure>;
  /**
   * Who has come back to `callbackUrl`; its `state` must be the one that was kept, and with `maxAgeMs` the provider
   * must say that it has asked the person since.
   */
  finish(callbackUrl: URL, secrets: Secrets, maxAgeMs?: number): Promise<Identity | Failure>;
  /** Where people end their session at the provider, and then come to `returnTo`; undefined if nowhere. */
  endSessionUrl(returnTo: string): Promise<string | undefined>;
  /** Ends every request to the provider. */
  close(): void;
}

/** Its keys and addresses may change: they are asked for again after this time. */
const DISCOVERY_MS = 10 * 60 * 1000;
const TIMEOUT_SECONDS = 10;

/** Makes a provider of its settings; nothing is asked before somebody signs in. */
export function createProvider(
  settings: ProviderSettings,
  { random, lookup }: { random: Random; lookup?: Lookup | undefined },
): Provider {
  const { send, close } = createProviderFetch(lookup, TIMEOUT_SECONDS * 1000);
  let known: { configuration: Promise<Configuration>; until: number } | undefined;

  /** The provider as it describes itself; a failure is not remembered. */
  function discover(): Promise<Configuration> {
    if (known !== undefined && performance.now() < known.until) return known.configuration;
    const configuration = discovery(
      new URL(settings.issuer),
      settings.clientId,
      {},
      authenticationOf(settings.clientSecret),
      {
        [customFetch]: send,
        timeout: TIMEOUT_SECONDS,
        execute: [
          // Also on the direct way from the provider, an ID token counts only with its signature.
          enableNonRepudiationChecks,
          ...(settings.issuer.startsWith('http:') ? [allowInsecureRequests] : []),
        ],
      },
    );
    known = { configuration, until: performance.now() + DISCOVERY_MS };
    configuration.catch(() => {
      known = undefined;
    });
    return configuration;
  }

  const secret = () => random.bytes(32).toString('base64url');

  return {
    name: settings.name,
    async begin(redirectUri, maxAgeMs) {
      try {
        const configuration = await discover();
        const secrets = { state: secret(), nonce: secret(), codeVerifier: secret() };
        const url = buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: settings.scopes,
          state: secrets.state,
          nonce: secrets.nonce,
          code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
          code_challenge_method: 'S256',
          ...(maxAgeMs !== undefined && { max_age: String(maxAgeMs / 1000) }),
        });
        return { url: url.href, secrets };
      } catch (error) {
        return failureOf(error);
      }
    },
    async finish(callbackUrl, { state, nonce, codeVerifier }, maxAgeMs) {
      try {
        const configuration = await discover();
        const tokens = await authorizationCodeGrant(configuration, callbackUrl, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
          ...(maxAgeMs !== undefined && { maxAge: maxAgeMs / 1000 }),
        });
        const idToken: Claims = tokens.claims() ?? {};
        const subject = String(idToken.sub);
        const claims =
          isWhole(idToken) || configuration.serverMetadata().userinfo_endpoint === undefined
            ? idToken
            : { ...(await fetchUserInfo(configuration, tokens.access_token, subject)), ...idToken };
        return identityOf(settings, subject, claims);
      } catch (error) {
        return failureOf(error);
      }
    },
    async endSessionUrl(returnTo) {
      try {
        const configuration = await discover();
        if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
        return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }).href;
      } catch {
        return undefined;
      }
    },
    close,
  };

  /** Whether an ID token says all that is asked; many providers say the rest in the answer of userinfo. */
  function isWhole(claims: Claims): boolean {
    const { accountsClaim, operatorClaim } = settings;
    const asked = ['email', accountsClaim, operatorClaim?.name];
    return asked.every((name) => name === undefined || hasClaim(claims, name));
  }
}
