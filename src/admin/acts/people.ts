/** The acts on people that make a link to pass on, or are for one account. */

import { choice } from '../../http/schemas.ts';
import { invite } from '../../users/invitations.ts';
import { joinPath, resetPath } from '../../users/links.ts';
import { createReset, LINK_MS } from '../../users/password-change.ts';
import { disablePerson, enablePerson } from '../../users/people.ts';
import { ROLES } from '../../users/user.ts';
import { type Act, lookUp, type Visit } from '../act.ts';
import { choiceOf, requiredText, textOf, type Wire } from '../input.ts';
import { accountOf } from './accounts.ts';
import { checkMayMakeOperators, checkPasswords, userOf } from './users.ts';

const WRITE = { resource: 'users', right: 'write' } as const;
const email = { type: 'string', required: true, description: 'The address to sign in with.' };
const role = choice(ROLES, 'What the user may do there.');
const publicUrl = { type: 'string', description: 'The origin of the server, as browsers see it.' };

function linkOf({ origin }: Visit, input: Wire, path: string): Wire {
  const url = `${textOf(input, 'public_url') ?? origin}${path}`;
  return { url, expires_in_days: LINK_MS / 86_400_000 };
}

export const createResetLink: Act = {
  name: 'createResetLink',
  method: 'POST',
  path: '/users/{sid}/reset-link',
  summary: 'Make a link to set a new password.',
  needs: WRITE,
  input: { public_url: publicUrl },
  async run(visit, input) {
    checkPasswords(visit);
    const user = await userOf(visit, input);
    if (user.isOperator) checkMayMakeOperators(visit);
    const secret = await createReset(visit.context, user.email);
    return { email: user.email, ...linkOf(visit, input, resetPath(secret)) };
  },
};

export const createInvitation: Act = {
  name: 'createInvitation',
  method: 'POST',
  path: '/accounts/{account_sid}/invitations',
  summary: 'Make a link by which somebody joins an account.',
  needs: WRITE,
  input: { email, role, public_url: publicUrl },
  async run(visit, input) {
    const { sid: accountSid } = await accountOf(visit, input);
    const given = {
      email: requiredText(input, 'email'),
      role: choiceOf(input, 'role', ROLES) ?? 'member',
    };
    const { invitation, secret } = await invite(visit.context, accountSid, given);
    const link = linkOf(visit, input, joinPath(secret));
    return { email: invitation.email, account_sid: accountSid, ...link };
  },
};

function membershipAct(verb: 'disable' | 'enable', summary: string): Act {
  return {
    name: `${verb}User`,
    method: 'POST',
    path: `/accounts/{account_sid}/users/{sid}/${verb}`,
    summary,
    needs: WRITE,
    input: {},
    async run(visit, input) {
      const { sid: accountSid } = await accountOf(visit, input);
      const user = await userOf(visit, input);
      const key = { accountSid, userSid: user.sid };
      await lookUp(`user ${user.email} of account ${accountSid}`, () =>
        verb === 'disable'
          ? disablePerson(visit.context, key, { mayBeLast: true })
          : enablePerson(visit.context, key),
      );
      const { sid, email: address } = user;
      return { sid, email: address, account_sid: accountSid, disabled: verb === 'disable' };
    },
  };
}

export const disableUser = membershipAct(
  'disable',
  'Keep a user from acting for an account, and end their sessions.',
);
export const enableUser = membershipAct('enable', 'Let a disabled user act for an account again.');

export const PEOPLE_ACTS: readonly Act[] = [
  createResetLink,
  createInvitation,
  disableUser,
  enableUser,
];
