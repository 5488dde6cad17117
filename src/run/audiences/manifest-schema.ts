/** The form of a manifest, by which it is read again. */
import { z } from 'zod';

const file = z.object({
  name: z.string(),
  /** Removals are taken before additions. */
  change: z.enum(['full', 'add', 'remove']),
  rows: z.number(),
  bytes: z.number(),
  /** Lower-case hex. */
  sha256: z.string(),
});

const format = z.object({
  format: z.string(),
  formatVersion: z.number(),
  /** Topics to which everybody in the files has consented by name. */
  consent: z.array(z.string()),
  /** Members who have a row; two of the same row count twice. */
  people: z.number(),
  /** Of the whole audience. */
  rows: z.number(),
  change: z.enum(['full', 'changes']),
  added: z.number().optional(),
  removed: z.number().optional(),
  /** Why there are whole files. */
  because: z.string().optional(),
  /** The platform uses no audience of so few; it needs this many. */
  fewerThan: z.number().optional(),
  files: z.array(file),
});

export const manifestSchema = z.object({
  version: z.literal(1),
  instance: z.string(),
  run: z.string(),
  job: z.string(),
  slot: z.string(),
  /** When the run began; ISO 8601, UTC. */
  at: z.string(),
  audience: z.string(),
  part: z.string().optional(),
  query: z.string(),
  consent: z.object({ topic: z.string(), where: z.record(z.string(), z.unknown()) }),
  members: z.number(),
  /** Run of the version that was delivered last. */
  previousRun: z.string().optional(),
  gained: z.number().optional(),
  lost: z.number().optional(),
  formats: z.array(format),
});

export type StoredManifest = z.infer<typeof manifestSchema>;
