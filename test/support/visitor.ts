/** A browser without a screen: keeps cookies, reads forms, follows nothing by itself. */

import type { Reply, TestServer } from './server.ts';

export interface Visitor {
  get(path: string): Promise<Reply>;
  /** Sends the fields of the last page's form, with these over them; undefined takes one away. */
  submit(
    path: string,
    fields: Record<string, string | undefined>,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  signIn(email: string, password?: string): Promise<Reply>;
  cookies: Map<string, string>;
}

/** Starts a visit, with no cookie; whoever is not patient takes 503 for an answer. */
export function visit(server: Pick<TestServer, 'request'>, { isPatient = true } = {}): Visitor {
  const cookies = new Map<string, string>();
  let hidden: Record<string, string> = {};

  async function send(
    method: string,
    path: string,
    form?: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await server.request(method, path, {
      headers: { ...(cookie && { cookie }), ...headers },
      ...(form && { form }),
      isPatient,
    });
    for (const [, name = '', value = ''] of (reply.headers['set-cookie'] ?? '').matchAll(
      /(?:^|,)([\w-]+)=([^;,]*);/g,
    )) {
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const found = reply.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
    hidden = Object.fromEntries(
      [...found].map(([, name = '', value = '']) => [name, unescapeHtml(value)]),
    );
    return reply;
  }

  return {
    cookies,
    get: (path) => send('GET', path),
    submit(path, fields, headers) {
      const form: Record<string, string> = {};
      for (const [name, value] of Object.entries({ ...hidden, ...fields })) {
        if (value !== undefined) form[name] = value;
      }
      return send('POST', path, form, headers);
    },
    async signIn(email, password = 'connect-apps-demo') {
      await send('GET', '/sign-in');
      return send('POST', '/sign-in', { ...hidden, email, password });
    },
  };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
