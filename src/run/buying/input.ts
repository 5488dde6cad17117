/** Writes the inputs of batch jobs to S3, each under its own hash, cut into parts where one job can't take all. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { inputKey } from '../../personalize/batch-name';
import { createCutter } from '../../personalize/input-parts';
import { type InputLimits, inputLimits } from '../../personalize/limits';
import { headObject, writeObject } from '../../storage/objects';
import { formatS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';

export interface WrittenInput {
  readonly uri: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly lines: number;
  readonly bytes: number;
}

const FLUSH_CHARACTERS = 1 << 20;

/** What decides how much one batch job takes. */
export interface InputKind {
  readonly recipe: string;
  readonly hasThemes?: boolean;
}

/** Tells how much one batch job of a recipe takes. */
export function limitsOf(engines: Pick<Engines, 'inputLimits'>, { recipe, hasThemes = false }: InputKind): InputLimits {
  return engines.inputLimits ?? inputLimits(recipe, { hasThemes });
}

/**
 * Writes input lines to `…/<sha256>/input.json`, one object for each part; the same lines give the same parts again.
 * A part's name is known only when its last line is, so it goes through a temporary file: one at a time, of at most one part.
 */
export async function writeInputs(
  engines: Engines,
  lines: Iterable<string> | AsyncIterable<string>,
  kind: InputKind,
): Promise<readonly WrittenInput[]> {
  const beginsPart = createCutter(limitsOf(engines, kind));
  const written: WrittenInput[] = [];
  let part: Spool | undefined;
  try {
    for await (const line of lines) {
      if (beginsPart(line)) {
        if (part !== undefined) written.push(await upload(engines, part));
        part = await Spool.open(engines.tempDir);
      }
      if (part?.add(line)) await part.flush();
    }
    if (part !== undefined) written.push(await upload(engines, part));
    return written;
  } finally {
    await part?.remove();
  }
}

async function upload(engines: Engines, part: Spool): Promise<WrittenInput> {
  const spooled = await part.finish();
  const { bucket, prefix } = engines.settings.storage;
  const uri = { bucket, key: inputKey({ bucket, prefix, sha256: spooled.sha256 }) };
  if ((await headObject(engines.s3, uri)) !== spooled.bytes) {
    await writeObject(engines.s3, uri, createReadStream(part.file), {
      contentType: 'application/json',
      kmsKeyArn: engines.settings.aws.kmsKeyArn,
    });
  }
  await part.remove();
  return { uri: formatS3Uri(uri), ...spooled };
}

/** A temporary file that is hashed as it grows. */
class Spool {
  private readonly hash = createHash('sha256');
  private lines = 0;
  private bytes = 0;
  private pending = '';

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(folder: string): Promise<Spool> {
    const file = path.join(folder, `input-${randomUUID()}.json`);
    return new Spool(file, await open(file, 'w', 0o600));
  }

  /** Takes a line and tells whether it is time to flush. */
  add(line: string): boolean {
    this.pending += line;
    this.lines += 1;
    return this.pending.length > FLUSH_CHARACTERS;
  }

  async flush(): Promise<void> {
    const buffer = Buffer.from(this.pending);
    this.pending = '';
    this.hash.update(buffer);
    this.bytes += buffer.length;
    await this.handle.writeFile(buffer);
  }

  async finish(): Promise<{ readonly sha256: string; readonly lines: number; readonly bytes: number }> {
    await this.flush();
    await this.handle.close();
    return { sha256: this.hash.digest('hex'), lines: this.lines, bytes: this.bytes };
  }

  /** Closes and deletes the file; doing so twice is harmless. */
  async remove(): Promise<void> {
    await this.handle.close();
    await rm(this.file, { force: true });
  }
}
