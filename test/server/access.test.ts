/** Tokens: how they are written, and what they may do. */
import fc from 'fast-check';
import { authorize, findToken, makeToken, parseTokens, ROLES } from '../../src/server/access';

const LONG = 'a'.repeat(24);

function problemOf(text: string): string {
  try {
    parseTokens(text, 'NIGHTJAR_API_TOKENS');
    return 'no problem';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

it('reads names, roles and tokens, with commas or lines between them', () => {
  const read = parseTokens(`# of the team\nmarketing/trigger:${LONG}, ops:${LONG}b\n\ngrafana/read:${LONG}=\n`, 'env');
  expect(read.map(({ name, role }) => [name, role])).toEqual([
    ['marketing', 'trigger'],
    ['ops', 'operate'],
    ['grafana', 'read'],
  ]);
  expect(findToken(read, `Bearer ${LONG}b`)?.name).toBe('ops');
  expect(findToken(read, `bearer  ${LONG}=`)?.name).toBe('grafana');
  for (const none of [undefined, '', LONG, `Basic ${LONG}`, `Bearer ${LONG}c`, 'Bearer '])
    expect(findToken(read, none)).toBeUndefined();
});

it.each([
  ['', 'there is no token'],
  [' , \n# nothing', 'there is no token'],
  [LONG, 'entry 1 has no name; expected name:token'],
  [`:${LONG}`, 'entry 1 has no name; expected name:token'],
  [`ops:${LONG},a b:${LONG}`, 'entry 2 has no name; expected name:token'],
  [`ops/root:${LONG}`, 'the role of "ops" is "root"; expected read, trigger, operate'],
  ['ops:short', 'the token of "ops" is not one; expected 24 to 200 of A-Z a-z 0-9 . _ ~ + / = -'],
  [`ops:${LONG}"`, 'the token of "ops" is not one; expected 24 to 200 of A-Z a-z 0-9 . _ ~ + / = -'],
  [`ops:${LONG},ops:${LONG}b`, 'the name "ops" stands twice'],
])('refuses %j', (text, problem) => {
  expect(problemOf(text)).toBe(problem);
});

it('shows no token, whatever is wrong', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{24,40}$/);
  const form = fc.constantFrom(
    (token: string) => token,
    (token: string) => `:${token}`,
    (token: string) => `ops:${token}!`,
    (token: string) => `ops/none:${token}`,
    (token: string) => `a:${token},a:${token}`,
  );
  fc.assert(fc.property(secret, form, (token, write) => !problemOf(write(token)).includes(token)));
});

it('lets a role do what stands before it, and nothing else', () => {
  for (const [held, role] of ROLES.entries())
    for (const [wanted, needed] of ROLES.entries()) {
      const attempt = () => authorize([makeToken('one', role, LONG)], `Bearer ${LONG}`, needed);
      if (held >= wanted) expect(attempt().name).toBe('one');
      else expect(attempt).toThrow(`has the role ${role}; this wants ${needed}`);
    }
});
