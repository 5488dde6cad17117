/** Gathers what the files of an audience are made of, in one pass: a member file of each part, and the rows of each format. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { createFormatAdmission } from '../../audience/admission';
import type { AudienceFormat, FileContext } from '../../audience/formats/format';
import { MemberWriter } from '../../audience/member-blocks';
import { createRowLayout, type RowLayout } from '../../audience/rows';
import type { StageContext } from '../stage';
import { type AudienceCase, type ChoiceCounts, type ChosenMember, chooseMembers, emptyCounts } from './choose-members';
import { createLineSorter, type LineSorter } from './sort-lines';

/** The rows of one format, and who has none. */
export interface GatheredRows {
  readonly format: AudienceFormat;
  readonly context: FileContext;
  readonly layout: RowLayout;
  readonly lines: LineSorter;
  /** Members who were asked about, and those who have a row; two of the same row count twice. */
  considered: number;
  people: number;
  /** Reason → people without a row, and what is wrong with a value → values that were left out. */
  readonly leftOut: Map<string, number>;
  readonly values: Map<string, number>;
}

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
    for await (const batch of chooseMembers(given, counts)) {
      signal.throwIfAborted();
      for (const [part, sink] of sinks)
        await sink.add(sinks.size === 1 ? batch : batch.filter((chosen) => chosen.part === part));
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
  private readonly refusals: readonly ReturnType<typeof createFormatAdmission>[];

  private constructor(
    plan: PartPlan,
    private readonly file: string,
    private readonly handle: FileHandle,
    tempDir: string,
  ) {
    this.part = plan.part;
    this.refusals = plan.formats.map(({ consent }) => createFormatAdmission(consent));
    this.rows = plan.formats.map((format) => emptyRows(format, plan.context, tempDir));
  }

  static async open(
    plan: PartPlan,
    { file, engines }: { readonly file: string; readonly engines: StageContext['engines'] },
  ): Promise<PartSink> {
    return new PartSink(plan, file, await open(file, 'w', 0o600), engines.tempDir);
  }

  async add(batch: readonly ChosenMember[]): Promise<void> {
    if (batch.length === 0) return;
    this.members += batch.length;
    for (const { member } of batch) {
      const full = this.memberFile.addText(member.userId, member.rank);
      if (full !== undefined) await this.handle.appendFile(full.bytes);
    }
    for (const [index, rows] of this.rows.entries()) {
      addRows(rows, batch, this.refusals[index]);
      await rows.lines.relieve();
    }
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

function emptyRows(format: AudienceFormat, context: FileContext, tempDir: string): GatheredRows {
  const layout = createRowLayout(format.columns(context), format.keyColumns);
  const lines = createLineSorter(tempDir, { keyCells: layout.identityCells });
  return { format, context, layout, lines, considered: 0, people: 0, leftOut: new Map(), values: new Map() };
}

function addRows(
  rows: GatheredRows,
  batch: readonly ChosenMember[],
  refuse: ReturnType<typeof createFormatAdmission> = () => undefined,
): void {
  const { format, context, layout, lines, leftOut, values } = rows;
  const countValue = (what: string) => {
    // That is a person, who is counted as left out.
    if (what !== 'no_identifier') increase(values, what);
  };
  for (const { member, contact } of batch) {
    rows.considered += 1;
    const reason = refuse(contact.contact);
    const person = { userId: member.userId, rank: member.rank, contact: contact.contact };
    const cells = reason === undefined ? format.makeCells(person, context, countValue) : undefined;
    if (cells === undefined) increase(leftOut, reason ?? 'not_identified');
    else {
      lines.add(layout.write(cells));
      rows.people += 1;
    }
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
