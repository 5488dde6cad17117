/** Gathers what the files of an audience are made of, in one pass: a member file of each part, and the rows of each format. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { AudienceFormat, FileContext } from '../../audience/formats/format';
import type { JoinedPage } from '../../audience/join-pages';
import { MemberWriter } from '../../audience/member-blocks';
import type { StageContext } from '../stage';
import { createRowAdder, emptyRows, type GatheredRows } from './add-rows';
import { type AudienceCase, type ChoiceCounts, type ChosenPage, chooseMembers, emptyCounts } from './choose-members';

export interface GatheredPart {
  /** `''` where the audience is not split. */
  readonly part: string;
  members: number;
  /** Reads the member file. */
  readMembers(): AsyncIterable<Uint8Array>;
  readonly rows: readonly GatheredRows[];
}

export interface Gathered {
  readonly counts: ChoiceCounts;
  readonly parts: readonly GatheredPart[];
  /** Removes what lies on disk. */
  release(): Promise<void>;
}

/** What a part is made of. */
export interface PartPlan {
  readonly part: string;
  /** None for people who are kept apart. */
  readonly formats: readonly AudienceFormat[];
  readonly context: FileContext;
}

/** Reads the audience once. Memory is bounded by a batch and, for each format, by what a sorter holds. */
export async function gatherRows(given: AudienceCase, plans: readonly PartPlan[]): Promise<Gathered> {
  const { engines, signal } = given.context;
  const folder = path.join(engines.tempDir, `audience-${randomUUID()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sinks = new Map<string, PartSink>();
  const release = async () => {
    await Promise.all([...sinks.values()].map((sink) => sink.release()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const [index, plan] of plans.entries())
      sinks.set(plan.part, await PartSink.open(plan, { file: path.join(folder, `${index}`), engines }));
    const counts = emptyCounts();
    for await (const page of chooseMembers(given, counts)) {
      signal.throwIfAborted();
      for (const sink of sinks.values()) await sink.add(page);
    }
    for (const sink of sinks.values()) await sink.close();
    return { counts, parts: [...sinks.values()], release };
  } catch (error) {
    await release();
    throw error;
  }
}

class PartSink implements GatheredPart {
  members = 0;
  readonly part: string;
  readonly rows: readonly GatheredRows[];
  private readonly memberFile = new MemberWriter();
  private readonly adders: readonly ReturnType<typeof createRowAdder>[];

  private constructor(
    plan: PartPlan,
    private readonly file: string,
    private readonly handle: FileHandle,
    tempDir: string,
  ) {
    this.part = plan.part;
    this.rows = plan.formats.map((format) => emptyRows(format, plan.context, tempDir));
    this.adders = this.rows.map(createRowAdder);
  }

  static async open(
    plan: PartPlan,
    { file, engines }: { readonly file: string; readonly engines: StageContext['engines'] },
  ): Promise<PartSink> {
    return new PartSink(plan, file, await open(file, 'w', 0o600), engines.tempDir);
  }

  /** Adds those of a page who are of this part. */
  async add(chosen: ChosenPage): Promise<void> {
    const own = chosen.parts === undefined ? chosen : pickPart(chosen, this.part);
    if (own.rows.length === 0) return;
    this.members += own.rows.length;
    const { userIds } = own.page;
    for (let place = 0; place < own.rows.length; place++) {
      const row = own.rows[place] ?? 0;
      const id = { bytes: userIds.bytes, start: userIds.startOf(row), end: userIds.endOf(row) };
      const full = this.memberFile.addBytes(id, own.ranks[place] ?? 0);
      if (full !== undefined) await this.handle.appendFile(full.bytes);
    }
    for (const add of this.adders) await add(own);
  }

  readMembers(): AsyncIterable<Uint8Array> {
    return createReadStream(this.file);
  }

  async close(): Promise<void> {
    const last = this.memberFile.finish();
    if (last !== undefined) await this.handle.appendFile(last.bytes);
    await this.handle.close();
  }

  async release(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await Promise.all(this.rows.map(({ lines }) => lines.release()));
  }
}

function pickPart({ page, rows, ranks, parts = [] }: ChosenPage, part: string): JoinedPage {
  const isOwn = (_: number, place: number) => parts[place] === part;
  return { page, rows: rows.filter(isOwn), ranks: ranks.filter(isOwn) };
}
