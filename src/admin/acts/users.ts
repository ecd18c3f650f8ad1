/**
 * The acts on people. An address stands in bodies alone, never in a URL. Whoever may write users may not make
 * operators, nor set the password of one: that opens everything, and needs the scope `write`.
 */

import { choice } from '../../http/schemas.ts';
import { Problem } from '../../problem.ts';
import { createUser, deleteUser, getUser, updateUser } from '../../users/operations.ts';
import { getUserWithAccounts, listingOfUsers, setOperator } from '../../users/operators.ts';
import { setPassword } from '../../users/password-change.ts';
import { type Membership, ROLES, type User } from '../../users/user.ts';
import { type Act, listAct, lookUp, type Visit } from '../act.ts';
import { choiceOf, flagOf, requiredText, textsOf, type Wire } from '../input.ts';
import { accountOf } from './accounts.ts';

const READ = { resource: 'users', right: 'read' } as const;
const WRITE = { resource: 'users', right: 'write' } as const;
const email = { type: 'string', required: true, description: 'The address to sign in with.' };
const password = { type: 'string', required: true, description: 'At least 12 characters.' };
const sids = (description: string) => ({ type: 'array', items: { type: 'string' }, description });
const role = choice(ROLES, 'What the user may do there.');
const operator = { type: 'boolean', description: 'Whether the user manages every account.' };

async function wireOf({ context }: Visit, { sid }: Pick<User, 'sid'>): Promise<Wire> {
  const { user, memberships } = await getUserWithAccounts(context, sid);
  const sidsOf = (some: readonly Membership[]) => some.map(({ accountSid }) => accountSid);
  return {
    sid: user.sid,
    email: user.email,
    operator: user.isOperator,
    account_sids: sidsOf(memberships),
    owner_of: sidsOf(memberships.filter((one) => one.role === 'owner')),
    disabled_in: sidsOf(memberships.filter(({ disabledAt }) => disabledAt !== null)),
    last_sign_in: user.lastSignInAt === null ? null : new Date(user.lastSignInAt).toISOString(),
    date_created: new Date(user.createdAt).toISOString(),
  };
}

/** The user that an input names, or `not_found` with the SID. */
export async function userOf({ context }: Visit, input: Wire): Promise<User> {
  const sid = requiredText(input, 'sid');
  return (await lookUp(`user ${sid}`, () => getUserWithAccounts(context, sid))).user;
}

/** Raises `access_denied` for a key that may not touch operators. */
export function checkMayMakeOperators({ scopes }: Visit): void {
  if (scopes.includes('write')) return;
  throw new Problem('access_denied', 'Operators are a matter of keys with the scope write.');
}

/** Raises `access_denied` where nobody signs in with a password: none is set, and no link sets one. */
export function checkPasswords({ hasPasswords }: Visit): void {
  if (hasPasswords) return;
  throw new Problem('access_denied', 'Nobody signs in to this server with a password.');
}

/** Raises `not_found` that names the account which does not exist. */
async function checkAccounts(visit: Visit, accountSids: readonly string[]): Promise<void> {
  for (const account_sid of accountSids) await accountOf(visit, { account_sid });
}

export const listUsers = listAct({
  name: 'listUsers',
  path: '/users',
  summary: 'List all users.',
  needs: READ,
  input: {},
  list: (visit) => ({
    ...listingOfUsers(visit.context),
    toWire: (user: User) => wireOf(visit, user),
  }),
});

export const findUser: Act = {
  name: 'findUser',
  method: 'POST',
  path: '/users/find',
  summary: 'Find a user by the e-mail address, which belongs in no URL.',
  needs: READ,
  input: { email },
  async run(visit, input) {
    const address = requiredText(input, 'email');
    return wireOf(visit, await lookUp(`user ${address}`, () => getUser(visit.context, address)));
  },
};

export const createUserAct: Act = {
  name: 'createUser',
  method: 'POST',
  path: '/users',
  summary: 'Create a user.',
  needs: WRITE,
  input: { email, password, account_sids: sids('Parent accounts.'), role, operator },
  async run(visit, input) {
    checkPasswords(visit);
    const accountSids = textsOf(input, 'account_sids');
    const isOperator = flagOf(input, 'operator') ?? false;
    if (isOperator) checkMayMakeOperators(visit);
    await checkAccounts(visit, accountSids);
    const user = {
      email: requiredText(input, 'email'),
      password: requiredText(input, 'password'),
      role: choiceOf(input, 'role', ROLES),
      accountSids,
      isOperator,
    };
    return wireOf(visit, await createUser(visit.context, user));
  },
};

export const showUser: Act = {
  name: 'fetchUser',
  method: 'GET',
  path: '/users/{sid}',
  summary: 'Show a user.',
  needs: READ,
  input: {},
  run: async (visit, input) => wireOf(visit, await userOf(visit, input)),
};

export const updateUserAct: Act = {
  name: 'updateUser',
  method: 'POST',
  path: '/users/{sid}',
  summary: 'Change the accounts that a user belongs to, and whether they are an operator.',
  needs: WRITE,
  input: {
    add_account_sids: sids('Accounts to add the user to.'),
    remove_account_sids: sids('Accounts to remove the user from.'),
    role,
    operator,
  },
  async run(visit, input) {
    const { context } = visit;
    const isOperator = flagOf(input, 'operator');
    if (isOperator !== undefined) checkMayMakeOperators(visit);
    const user = await userOf(visit, input);
    const add = textsOf(input, 'add_account_sids');
    const remove = textsOf(input, 'remove_account_sids');
    await checkAccounts(visit, add);
    await updateUser(context, user.email, { add, remove, role: choiceOf(input, 'role', ROLES) });
    if (isOperator !== undefined) await setOperator(context, user.email, isOperator);
    return wireOf(visit, user);
  },
};

export const deleteUserAct: Act = {
  name: 'deleteUser',
  method: 'DELETE',
  path: '/users/{sid}',
  summary: 'Delete a user and end their sessions.',
  needs: WRITE,
  input: {},
  async run(visit, input) {
    const user = await userOf(visit, input);
    if (user.isOperator) checkMayMakeOperators(visit);
    const { sid, email: address } = await deleteUser(visit.context, user.email);
    return { sid, email: address, deleted: true };
  },
};

export const setUserPassword: Act = {
  name: 'setPassword',
  method: 'POST',
  path: '/users/{sid}/password',
  summary: 'Set a new password for a user and end their sessions.',
  needs: WRITE,
  input: { password },
  async run(visit, input) {
    checkPasswords(visit);
    const user = await userOf(visit, input);
    if (user.isOperator) checkMayMakeOperators(visit);
    await setPassword(visit.context, user.email, requiredText(input, 'password'));
    return wireOf(visit, user);
  },
};

export const USER_ACTS: readonly Act[] = [
  listUsers,
  findUser,
  createUserAct,
  showUser,
  updateUserAct,
  deleteUserAct,
  setUserPassword,
];
