/** Reads the sealed token at the end of a link. */

/**
 * Reads the rest of the path of a wildcard route: fastify's named parameters may not be as long as a token is. What a mail
 * program takes for a part of the address, a full stop or a bracket behind it, is left out.
 */
export function readLinkToken(params: unknown): string {
  const token = typeof params === 'object' && params !== null && '*' in params ? params['*'] : undefined;
  return typeof token === 'string' ? (/^[\w-]*/.exec(token)?.[0] ?? '') : '';
}
