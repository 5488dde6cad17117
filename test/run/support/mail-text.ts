/** Reads what a test server has received as a person would see it. */

/** Header name in lower case → value, unfolded. */
export function headersOf(message: Buffer): ReadonlyMap<string, string> {
  const [head = ''] = message.toString('utf8').split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return new Map(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
}

/** The whole message with quoted-printable resolved, as far as ASCII goes. */
export function textOf(message: Buffer): string {
  return message.toString('utf8').replaceAll('=\r\n', '').replaceAll('=3D', '=');
}

/** The tokens of all unsubscribe links, each once. */
export function tokensOf(message: Buffer): readonly string[] {
  const found = [...textOf(message).matchAll(/\/u\/([\w-]+)/g)].map((match) => match[1] ?? '');
  const subjects = [...textOf(message).matchAll(/\?subject=([\w-]+)/g)].map((match) => match[1] ?? '');
  return [...new Set([...found, ...subjects])];
}
