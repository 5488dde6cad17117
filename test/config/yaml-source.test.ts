import { readYaml } from '../../src/config/yaml-source';
import { formatError, isNightjarError } from '../../src/errors';

const read = (text: string) => readYaml({ file: 'jobs/x.yaml', text, code: 'E_JOB_SYNTAX' });

function problemsOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (isNightjarError(error)) return formatError(error);
    throw error;
  }
  return 'no problem';
}

describe('readYaml', () => {
  it('finds keys, values, list entries, and the nearest ancestor of what is absent', () => {
    const source = read('kind: email\nsend:\n  rate: fast\n  list: [a, b]\n  none:\n');

    const places = [
      source.whereIs(['send', 'rate'], 'key'),
      source.whereIs(['send', 'rate'], 'value'),
      source.whereIs(['send', 'list', 1], 'value'),
      source.whereIs(['send', 'none'], 'value'),
      source.whereIs(['send', 'from', 'deep'], 'value'),
      source.whereIs([], 'value'),
    ].map(({ line, column }) => `${line}:${column}`);

    expect(places).toEqual(['3:3', '3:9', '4:13', '5:3', '2:1', '1:1']);
  });

  it('follows an alias to the place of what it stands for', () => {
    const source = read('a: &x { b: 1 }\nc: *x\n');
    expect(source.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(source.whereIs(['c', 'b'], 'value')).toEqual({ file: 'jobs/x.yaml', line: 1, column: 12 });
  });

  it('reports all that is not YAML, one problem a line', () => {
    expect(problemsOf('cron: */5 * * * *\nkind: email\nkind: email\nx: !odd 1\n')).toBe(
      [
        'error[E_JOB_SYNTAX] jobs/x.yaml:1:7',
        '  "*/5" is read as an alias, and there is no anchor "&/5"',
        '  fix: put the value in quotes',
        'error[E_JOB_SYNTAX] jobs/x.yaml:3:1',
        '  a key stands twice in one map',
        '  fix: remove one of the two lines',
        'error[E_JOB_SYNTAX] jobs/x.yaml:4:4',
        '  unresolved tag: !odd',
        '  fix: put the value in quotes',
      ].join('\n'),
    );
  });

  it.each([
    ['a: 1\n---\nb: 2', 'several documents'],
    ['a:\n\t- 1', 'tabs are not allowed'],
    ['__proto__: { a: 1 }', 'a key is not a plain text'],
    ['[a]: 1', 'a key is not a plain text'],
    ['subject: {{name}}, hello # greets', `write 'subject: "{{name}}, hello"'`],
    ['mail: { subject: {{name}} }', 'put the value of subject in quotes'],
  ])('refuses %j', (text, message) => {
    expect(problemsOf(text)).toContain(message);
  });

  it('refuses aliases that expand without end', () => {
    const rows = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`);
    expect(problemsOf(['a0: &a0 [x]', ...rows].join('\n'))).toContain('too many values');
  });
});
