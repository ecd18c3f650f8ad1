/** Who asks for a page of the console or sends a form, and what is answered. */

import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { Account } from '../accounts/account.ts';
import type { Context } from '../context.ts';
import type { Html } from '../pages/layout.ts';
import type { SignInWays } from '../pages/pages.ts';
import type { Parameters } from '../parameter.ts';
import type { Session } from '../users/session.ts';
import type { Role } from '../users/user.ts';
import type { NavItem, Section } from './nav.ts';
import type { Typed } from './typed.ts';

/** How a person signs in, and shows once more who they are. */
export interface OwnSignIn extends SignInWays {
  /** Whether they have a password, on a server that takes passwords. */
  isByPassword: boolean;
  /** Whether the provider has just asked them who they are. */
  isConfirmed: boolean;
}

/** A signed-in person who asks for a page or sends a form. */
export interface Visit {
  request: FastifyRequest;
  reply: FastifyReply;
  session: Session;
  /** The secret of the session, for `actingFor`. */
  secret: string | undefined;
  /** The accounts that the person belongs to. */
  accounts: readonly Account[];
  query: Parameters;
  signIn: OwnSignIn;
  /** Another account that the person may act for; undefined for one that is not theirs. */
  findAccount(accountSid: string | undefined): Promise<Account | undefined>;
  /** The token for the forms of the page. */
  csrfToken: string;
  now: number;
}

/** The same for a page of one account, which is one that the person may act for. */
export interface AccountVisit extends Visit {
  account: Account;
  /** A link to a page of this account, such as `link('apps/new')`. */
  link(rest: string): string;
  /** What the person is in it. */
  role: Role;
  /** For changes: each of its transactions begins by asking whether the person still may. */
  acting: Context;
  /** The same for taking access away, which the people of a suspended account may, too. */
  actingToRemove: Context;
  /** The same for what only an owner may do; raises `access_denied` for a member. */
  actingAsOwner: Context;
}

/** The same for an operator's page. */
export interface OperatorVisit extends Visit {
  /** For reads and changes of any account: each transaction begins by asking whether the person still is one. */
  acting: Context;
}

/** What a page shows within the frame. */
export interface View {
  /** The one heading, and the title of the document. */
  title: string;
  /** The heading where it is more than a text. */
  heading?: Html;
  lede?: Html | string;
  actions?: Html;
  tabs?: Html;
  body: Html;
  section?: Section;
  /** In the place of the account's navigation. */
  nav?: readonly NavItem[];
  status?: number;
  /** Whether the page is a dialog's card, which has its own heading. */
  isCard?: boolean;
  /** Whether it shows a secret. */
  hasSecret?: boolean;
}

/** A page, or a reply that has been sent already. */
export type Answer = View | FastifyReply;

/** A form: the page that has it, and what happens when it is sent. */
export interface FormSpec<Who extends Visit> {
  /** The names of its fields. */
  fields: readonly string[];
  /** The page; `typed` is what was typed when it is shown again, and what is wrong with it. */
  page?(visit: Who, typed: Typed | undefined): Promise<Answer>;
  /** The change. Answers with where the browser goes then, or with another page. */
  submit(visit: Who, form: Parameters): Promise<string | Answer>;
  /** What the routes need besides, such as hooks. */
  options?: Pick<RouteShorthandOptions, 'config' | 'onRequest' | 'bodyLimit'>;
}

/** Whether nothing is changed. */
export function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
