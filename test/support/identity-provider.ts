/** A real OpenID Connect provider on loopback, whose people answer its questions at once. */

import { createServer } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';

export interface Person {
  subject: string;
  claims: Record<string, unknown>;
}

export interface IdentityProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who sits at the browser; undefined: somebody who cancels. */
  person: Person | undefined;
  /** The next token answers have this ID token instead, made of theirs. */
  forge: ((idToken: string) => string) | undefined;
  close(): Promise<void>;
}

/** Starts a provider that sends people back to `redirectUris`. */
export async function startIdentityProvider(
  redirectUris: () => readonly string[],
  configuration: Configuration = {},
): Promise<IdentityProvider> {
  const people = new Map<string, Person>();
  const clientId = 'connect-apps';
  const clientSecret = 'a client secret that only the tests know';
  const server = createServer((request, response) => {
    const { url = '/' } = request;
    if (url.startsWith('/interaction/')) void interact().catch((error) => response.destroy(error));
    else void provider().callback()(request, response);

    async function interact(): Promise<void> {
      const { prompt, params, session, uid } = await provider().interactionDetails(
        request,
        response,
      );
      void uid;
      const { person } = self;
      if (person === undefined) {
        const error = { error: 'access_denied', error_description: 'The person cancelled.' };
        return provider().interactionFinished(request, response, error);
      }
      if (prompt.name === 'login') {
        people.set(person.subject, person);
        const login = { accountId: person.subject };
        return provider().interactionFinished(request, response, { login });
      }
      const grant = new (provider().Grant)({
        accountId: session?.accountId ?? '',
        clientId: String(params.client_id),
      });
      grant.addOIDCScope('openid email accounts');
      const consent = { grantId: await grant.save() };
      return provider().interactionFinished(request, response, { consent });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  let made: Provider | undefined;
  /** Made when it is first asked: by then it is known where our server is. */
  function provider(): Provider {
    made ??= make();
    return made;
  }

  function make(): Provider {
    const instance = new Provider(issuer, {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [...redirectUris()],
          post_logout_redirect_uris: redirectUris().map((uri) => new URL('/sign-in', uri).href),
        },
      ],
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified'],
        accounts: ['accounts', 'groups'],
      },
      scopes: ['openid', 'email', 'accounts'],
      features: { devInteractions: { enabled: false } },
      findAccount: (_, subject) => ({
        accountId: subject,
        claims: async () => ({ sub: subject, ...people.get(subject)?.claims }),
      }),
      cookies: { keys: ['a key of the tests'] },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      ...configuration,
    });
    instance.use(async (context, next) => {
      await next();
      const { body } = context;
      const isToken = context.path === '/token' && typeof body === 'object' && body !== null;
      if (!isToken || self.forge === undefined || !('id_token' in body)) return;
      context.body = { ...body, id_token: self.forge(String(body.id_token)) };
    });
    return instance;
  }

  const self: IdentityProvider = {
    issuer,
    clientId,
    clientSecret,
    person: undefined,
    forge: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}
