/** Reads YAML into a value that remembers where each of its parts stands. What the parts mean is the caller's. */
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Pair, parseDocument, visit } from 'yaml';
import { combineErrors, NightjarError, type Where } from '../errors';
import { quoteLine } from './quote';

/** Keys and list indexes from the top down. */
export type Path = readonly PropertyKey[];

export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Finds the line and column of a part, or of its nearest ancestor where the part is absent; both count from 1. */
  readonly whereIs: (path: Path, part: 'key' | 'value') => Where;
}

interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly code: 'E_JOB_SYNTAX' | 'E_CONFIG_SYNTAX' | 'E_FORMAT_SYNTAX';
}

interface Finding {
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

const MESSAGES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a key stands twice in one map',
  MULTIPLE_DOCS: 'the file holds several documents',
};

const FIXES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'remove one of the two lines',
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'keep one document, without "---" lines',
  TAG_RESOLVE_FAILED: 'put the value in quotes',
};

type Document = ReturnType<typeof parseDocument>;

/**
 * Reads one YAML 1.2 document.
 *
 * @throws `code` with every problem of the text: what is not YAML, keys given twice, unknown tags and aliases
 */
export function readYaml({ file, text, code }: SourceText): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): Where => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const firstOfEachLine = new Map(
    listFindings(document, { text, code })
      .reverse()
      .map((finding) => [lines.linePos(finding.offset).line, finding]),
  );
  const problem = combineErrors(
    [...firstOfEachLine.values()]
      .reverse()
      .map(({ offset, message, fix }) => new NightjarError(code, message, { where: place(offset), fix })),
  );
  if (problem !== undefined) throw problem;
  return {
    file,
    value: toValue(document, { file, code }),
    whereIs: (path, part) => place(offsetOf(document, path, part)),
  };
}

function toValue(document: Document, { file, code }: Omit<SourceText, 'text'>): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const message = 'its aliases expand to too many values';
    throw new NightjarError(code, message, { where: { file }, fix: 'write the values out instead of *aliases', cause });
  }
}

/** Of a settings file nothing is quoted: a password that begins with "*" or "!" would be read as YAML. */
function listFindings(document: Document, { text, code }: Omit<SourceText, 'file'>): Finding[] {
  const isQuoted = code !== 'E_CONFIG_SYNTAX';
  const findings = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    message: MESSAGES[error.code] ?? (isQuoted ? toMessage(error.message) : withoutQuotes(error)),
    fix: FIXES[error.code] ?? 'check indentation and brackets, and put texts with : # * & ! { or [ in quotes',
  }));
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = isQuoted
        ? `"*${alias.source}" is read as an alias, and there is no anchor "&${alias.source}"`
        : 'a text that begins with "*" is read as an alias, and there is no such anchor';
      findings.push({ offset: alias.range?.[0] ?? 0, message, fix: 'put the value in quotes' });
    },
    Pair: (_key, pair, ancestors) => {
      if (isScalar(pair.key) && pair.key.value !== '__proto__') return;
      const unquoted = isQuoted && isMap(pair.key) ? findUnquoted(text, ancestors.findLast(isPair)) : undefined;
      findings.push(
        unquoted ?? { offset: startOf(pair.key) ?? 0, message: 'a key is not a plain text', fix: 'remove the line' },
      );
    },
  });
  return findings.sort((a, b) => a.offset - b.offset);
}

/** A text that begins with a Handlebars expression is read as a map within a map. */
function findUnquoted(text: string, field: Pair | undefined): Finding | undefined {
  const offset = startOf(field?.value);
  if (!isScalar(field?.key) || offset === undefined || !text.startsWith('{{', offset)) return undefined;
  const key = String(field.key.value);
  const line = text.slice(offset).split(/\r?\n/, 1)[0] ?? '';
  const isAlone = /^\s*$/.test(text.slice(text.lastIndexOf('\n', startOf(field.key)) + 1, startOf(field.key)));
  const whole = line.replace(/\s+#.*$/, '').trimEnd();
  return {
    offset,
    message: `${key} begins with "{{", which YAML reads as a map; expected a text in quotes`,
    fix: isAlone ? `write ${quoteLine(key, whole)}` : `put the value of ${key} in quotes, from "{{" to its end`,
  };
}

/** What the parser quotes comes after a colon, or in quotes or brackets. */
function withoutQuotes({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'TAG_RESOLVE_FAILED') return 'a text that begins with "!" is read as a tag, and there is no such tag';
  if (code === 'BAD_DQ_ESCAPE') return 'a backslash in double quotes begins an escape that YAML does not have';
  return toMessage(message.replace(/(?<=\S): .*$/s, '').replace(/"[^"]{2,}"|`[^`]{2,}`/g, '…'));
}

function toMessage(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/[.:]?\s*$/, '');
}

function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair: Pair | undefined = isMap(node) ? node.items.find(({ key }) => isKey(key, step)) : undefined;
    const next: unknown = isSeq(node) ? node.items[Number(step)] : pair?.value;
    if (pair === undefined && next === undefined) return offset;
    const wanted = part === 'value' && index === path.length - 1 && hasText(next) ? next : (pair?.key ?? next);
    offset = startOf(wanted) ?? offset;
    node = next;
  }
  return offset;
}

function isKey(key: unknown, step: PropertyKey): boolean {
  return isScalar(key) && String(key.value) === String(step);
}

/** Tells whether a value is written at all: `rate:` alone has a null of no length, and its key is the place to show. */
function hasText(node: unknown): boolean {
  return !(isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]);
}

function startOf(node: unknown): number | undefined {
  if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) return node.range?.[0];
  return undefined;
}
