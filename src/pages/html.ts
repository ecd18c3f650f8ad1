import type { html } from 'hono/html';

/** HTML that the template has made, and so may be put into another without escaping it again. */
export type Html = ReturnType<typeof html>;
