/** The SMTP server outside: a process whose record of accepted mails is the truth of what people got. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../support/nightjar';
import { type AcceptedMail, type Misbehaviour, type RecorderOptions, readRecord } from '../../support/smtp-recorder';
import type { Note, Supervised } from './supervised';
import { supervise } from './supervised';

export interface MailServer {
  readonly url: string;
  readonly process: Supervised;
  accepted(): readonly AcceptedMail[];
  /** From its next start on it behaves. */
  calmDown(): void;
}

export interface MailServerWish {
  readonly folder: string;
  readonly port: number;
  readonly latencyMs: number;
  readonly misbehaviours: readonly Misbehaviour[];
  readonly note: Note;
}

/** Describes the server; `process.start` starts it. */
export function describeMailServer(wish: MailServerWish): MailServer {
  const record = path.join(wish.folder, 'accepted.jsonl');
  const optionsFile = path.join(wish.folder, 'smtp.json');
  const write = (misbehaviours: readonly Misbehaviour[]) => {
    const options: RecorderOptions = {
      port: wish.port,
      record,
      latencyMs: wish.latencyMs,
      misbehaviours: [...misbehaviours],
    };
    writeFileSync(optionsFile, JSON.stringify(options));
  };
  write(wish.misbehaviours);
  const script = path.join(ROOT, 'test', 'support', 'smtp-recorder.ts');
  const args = ['-r', path.join(ROOT, 'test', 'support', 'register.js'), script, optionsFile];
  return {
    url: `smtp://127.0.0.1:${wish.port}`,
    process: supervise('smtp', { args, cwd: ROOT, env: {}, log: path.join(wish.folder, 'smtp.log') }, wish.note),
    accepted: () => (existsSync(record) ? readRecord(record) : []),
    calmDown: () => write([]),
  };
}
