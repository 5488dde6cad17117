/** Who may call the API: named tokens with roles, compared by their hashes. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { NightjarError } from '../errors';

/** What a token may do; each may also do what stands before it. */
export const ROLES = ['read', 'trigger', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/** A token as the server keeps it: the text itself is forgotten. */
export interface ApiToken {
  /** Stands as `requestedBy` in runs and as `by` in approvals. */
  readonly name: string;
  readonly role: Role;
  readonly sha256: Buffer;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
/** The characters of RFC 6750; fewer than 24 of them could be guessed. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{24,200}$/;

/** Makes a token of a name, a role and the secret text. */
export function makeToken(name: string, role: Role, secret: string): ApiToken {
  return { name, role, sha256: hash(secret) };
}

/**
 * Reads tokens.
 *
 * @param text  `name:token` or `name/role:token`, with commas or lines between them; `#` begins a comment line
 * @param from  what holds the text, for messages: a variable, or a file
 * @throws E_CONFIG_FIELD where an entry is wrong, a name stands twice, or there is none; the message holds no token
 */
export function parseTokens(text: string, from: string): readonly ApiToken[] {
  const entries = text
    .split(/[\r\n]+/)
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw wrong(from, 'there is no token');
  const tokens = entries.map((entry, index) => parseEntry(entry, { from, nth: index + 1 }));
  const twice = tokens.find(({ name }, index) => tokens.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw wrong(from, `the name "${twice.name}" stands twice`);
  return tokens;
}

function parseEntry(entry: string, { from, nth }: { readonly from: string; readonly nth: number }): ApiToken {
  const colon = entry.indexOf(':');
  const [name = '', role = 'operate', ...rest] = entry.slice(0, Math.max(colon, 0)).split('/');
  // Where the colon is missing the entry is a token, so that it is not shown.
  if (colon < 1 || !NAME.test(name)) throw wrong(from, `entry ${nth} has no name; expected name:token`);
  const known = ROLES.find((one) => one === role);
  if (known === undefined || rest.length > 0)
    throw wrong(from, `the role of "${name}" is "${[role, ...rest].join('/')}"; expected ${ROLES.join(', ')}`);
  const secret = entry.slice(colon + 1);
  if (!TOKEN.test(secret))
    throw wrong(from, `the token of "${name}" is not one; expected 24 to 200 of A-Z a-z 0-9 . _ ~ + / = -`);
  return makeToken(name, known, secret);
}

function wrong(from: string, what: string): NightjarError {
  return new NightjarError('E_CONFIG_FIELD', what, {
    where: { step: from },
    fix: 'export NIGHTJAR_API_TOKENS="marketing:$(openssl rand -hex 32)"',
  });
}

/** Finds the token that an `Authorization` header bears; every known one is compared, so that the time tells nothing. */
export function findToken(tokens: readonly ApiToken[], authorization: string | undefined): ApiToken | undefined {
  const secret = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (secret === undefined) return undefined;
  const given = hash(secret);
  return tokens.filter(({ sha256 }) => timingSafeEqual(sha256, given))[0];
}

/**
 * Checks that a call may do what needs a role.
 *
 * @throws E_API_TOKEN without a known token, E_API_ROLE where its role is less
 */
export function authorize(tokens: readonly ApiToken[], authorization: string | undefined, needed: Role): ApiToken {
  const token = findToken(tokens, authorization);
  if (token === undefined) {
    const isGiven = authorization !== undefined && authorization !== '';
    throw new NightjarError('E_API_TOKEN', isGiven ? 'the token is not known' : 'the call has no token', {
      fix: 'send the header "Authorization: Bearer TOKEN"; docs/api.md tells where tokens come from',
    });
  }
  if (ROLES.indexOf(token.role) >= ROLES.indexOf(needed)) return token;
  throw new NightjarError('E_API_ROLE', `the token "${token.name}" has the role ${token.role}; this wants ${needed}`, {
    fix: `use a token of the role ${needed}`,
  });
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
