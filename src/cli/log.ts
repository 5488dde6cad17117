/** Writes logs to stderr: an event and its fields, one line each, without addresses and secrets. docs/operating.md lists the fields. */
import type { Log } from '../run/engines';
import { hideWith } from './hide-addresses';
import { cleanFields, type Fields } from './log-fields';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Takes whole lines; they are with the system when it returns. */
export interface LogSink {
  write(line: string): unknown;
}

export interface LogOptions {
  readonly level: (typeof LEVELS)[number];
  readonly format: 'pretty' | 'json';
  /** Stands on each line of JSON, as the process id does. */
  readonly instance: string;
  readonly sink: LogSink;
  readonly now: () => number;
  /** Keys the hashes of addresses; asked when the first one comes. */
  readonly key: () => string;
  /** Texts that are hidden wherever they stand. */
  readonly secrets?: readonly string[];
}

type Writer = (level: (typeof LEVELS)[number], event: string, fields: Fields) => void;

/** Makes a log that drops what is below its level. */
export function createLog(options: LogOptions): Log {
  const least = LEVELS.indexOf(options.level);
  const hide = hideWith(options.key, options.secrets);
  let writer: Writer | undefined;
  return (level, event, fields = {}) => {
    if (LEVELS.indexOf(level) < least) return;
    writer ??= options.format === 'json' ? writeJson(options) : writePretty(options);
    writer(level, hide(event), cleanFields(fields, { hide, isDebug: level === 'debug' }));
  };
}

/** Loaded with the first line: verbs that log nothing start without it. */
const loadPino = (): typeof import('pino') => require('pino');

/** Lines of pino, with names of levels and ISO times: `level`, `time`, `pid`, `instance`, the fields, `event` last. */
function writeJson({ instance, sink, now }: LogOptions): Writer {
  const logger = loadPino().pino(
    {
      level: 'debug',
      base: { pid: process.pid, instance },
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
    },
    { write: (line) => void sink.write(line) },
  );
  return (level, event, fields) => logger[level](besideOwn(fields), event);
}

/** Stands on each line; a field of such a name would make a second key of it. */
const OWN: ReadonlySet<string> = new Set(['time', 'level', 'event']);

function besideOwn({ pid: _pid, instance: _instance, ...fields }: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [OWN.has(name) ? `${name}_` : name, value]));
}

/** `02:00:07 warn  stage failed run=… stage=send shard=0 code=…` */
function writePretty({ sink, now }: LogOptions): Writer {
  return (level, event, fields) => {
    const time = new Date(now()).toISOString().slice(11, 19);
    sink.write(`${time} ${level.padEnd(5)} ${event}${formatFields(fields)}\n`);
  };
}

function formatFields(fields: Fields): string {
  return Object.entries(fields)
    .map(
      ([name, value]) => ` ${name}=${typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value)}`,
    )
    .join('');
}

/** What a full disk or a slow reader may hold up; more is dropped, and the work goes on. */
const HELD_BYTES = 1024 * 1024;

let stderr: LogSink | undefined;

/**
 * Opens stderr for logs, once a process. A line is written before the call returns, so that none is lost where the process
 * is killed afterwards. A reader that has gone away, or a disk that is full, ends no work.
 */
export function stderrSink(): LogSink {
  if (stderr === undefined) {
    const sink = loadPino().pino.destination({ dest: 2, sync: true, maxLength: HELD_BYTES });
    sink.on('error', () => undefined);
    stderr = sink;
  }
  return stderr;
}
