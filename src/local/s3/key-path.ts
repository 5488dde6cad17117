/**
 * Maps object keys to file names and back, one to one, keeping ordinary keys as they are.
 *
 * Directories always have the plain name. A leaf has it too, unless a directory is there already, and then
 * the name with `%o`; the object store decides which. Escapes are `%` and two hex digits of a UTF-8 byte.
 */
import { AwsFault } from '../http/fault';

/** Holds the directories of a key, from the bucket down, and the name of its file. */
export interface KeyPath {
  readonly directories: readonly string[];
  readonly leaf: string;
}

/** Ends the name of a leaf whose plain name is a directory. */
export const LEAF_MARK = '%o';
/** Ends the name of a directory that holds the rest of a long part. */
const LONG_MARK = '%+';
/** Stands for an empty part, as in `a//b`. */
const EMPTY_MARK = '%-';

/** S3's limit, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
/**
 * The longest part that is one file name. Longer ones are cut just behind this length, so that no cut name equals
 * a whole one, and listings keep their order. File systems take 255 bytes.
 */
const MAX_PART_BYTES = 180;

/** Characters that some file system or shell can't hold, and `%` itself. */
const UNSAFE = /[\u0000-\u001f\u007f%"*:<>?\\|]/;

/**
 * Makes the path of a key below its bucket's folder.
 *
 * @throws AwsFault KeyTooLongError where the key has over 1,024 bytes
 */
export function keyToPath(key: string): KeyPath {
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) {
    throw new AwsFault('KeyTooLongError', 'Your key is too long', {
      details: { Size: String(bytes), MaxSizeAllowed: String(MAX_KEY_BYTES) },
    });
  }
  const names = key.split('/').map(escapePart);
  const leaf = names.at(-1)?.at(-1) ?? EMPTY_MARK;
  return { directories: names.flat().slice(0, -1), leaf };
}

function escapePart(part: string): readonly string[] {
  const names: string[] = [];
  let name = '';
  // One name more at the end, so that a cut name is never the last.
  for (const unit of [...escapeUnits(part), '']) {
    if (Buffer.byteLength(name) > MAX_PART_BYTES) {
      names.push(`${name}${LONG_MARK}`);
      name = '';
    }
    name += unit;
  }
  return [...names, escapeWhole(name)];
}

/** Escapes names that mean something else as a whole. */
function escapeWhole(name: string): string {
  if (name === '') return EMPTY_MARK;
  return name === '.' || name === '..' ? [...name].map(escapeChar).join('') : name;
}

function escapeUnits(part: string): readonly string[] {
  // File systems that normalise Unicode would take two spellings for one.
  const isPlain = part.normalize('NFC') === part;
  return [...part].map((char) => (UNSAFE.test(char) || (!isPlain && char > '~') ? escapeChar(char) : char));
}

function escapeChar(char: string): string {
  return [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** Holds what a name in a bucket's tree stands for: bytes of the key, and whether they end in the `/` of a directory. */
export interface ReadName {
  readonly text: Buffer;
  readonly kind: 'leaf' | 'directory';
}

/** Reads a file or directory name back; for a directory of ordinary kind `text` ends with `/`. */
export function readName(name: string, kind: 'leaf' | 'directory'): ReadName {
  if (kind === 'directory') {
    if (name.endsWith(LONG_MARK)) return { text: unescapeName(name.slice(0, -LONG_MARK.length)), kind };
    return { text: Buffer.concat([unescapeName(name), Buffer.from('/')]), kind };
  }
  return { text: unescapeName(name.endsWith(LEAF_MARK) ? name.slice(0, -LEAF_MARK.length) : name), kind };
}

function unescapeName(name: string): Buffer {
  if (name === EMPTY_MARK) return Buffer.alloc(0);
  const parts = name.split(/(%[0-9A-Fa-f]{2})/);
  return Buffer.concat(
    parts.map((part) => (/^%[0-9A-Fa-f]{2}$/.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part))),
  );
}
