/** Reads files by programs that are not nightjar: Python's csv module, and DuckDB. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';

const PYTHON = `
import csv, json, sys
answers = []
for name, separator in json.load(sys.stdin):
    with open(name, encoding='utf-8', newline='') as file:
        answers.append(list(csv.reader(file, strict=True, delimiter=separator)))
json.dump(answers, sys.stdout)
`;
const tablesSchema = z.array(z.array(z.array(z.string())));

/** A CSV file by its path. */
export interface CsvFile {
  readonly file: string;
  readonly separator?: string;
}

/** Reads CSV files by Python's csv module, strict; the header is the first row. */
export function readByPython(files: readonly CsvFile[]): readonly (readonly (readonly string[])[])[] {
  const input = JSON.stringify(files.map(({ file, separator = ',' }) => [file, separator]));
  const answer = execFileSync('python3', ['-c', PYTHON], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  return tablesSchema.parse(JSON.parse(answer));
}

let connecting: Promise<DuckDBConnection> | undefined;

async function connect(): Promise<DuckDBConnection> {
  return (await DuckDBInstance.create(':memory:')).connect();
}

/** Asks a DuckDB in memory; values as JSON has them. */
export async function askDuckDb(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  connecting ??= connect();
  const reader = await (await connecting).runAndReadAll(sql);
  return z.array(z.record(z.string(), z.unknown())).parse(reader.getRowObjectsJson());
}

/** Reads a CSV file by DuckDB, strict; the header is the first row. */
export async function readByDuckDb(
  { file, separator = ',' }: CsvFile,
  width: number,
): Promise<readonly (readonly string[])[]> {
  const names = Array.from({ length: width }, (_, index) => `c${index}`);
  const columns = names.map((name) => `${name}: 'VARCHAR'`).join(', ');
  const rows = await askDuckDb(
    `SELECT * FROM read_csv(${quote(file)}, auto_detect=false, header=false, strict_mode=true, delim=${quote(separator)},
      quote='"', escape='"', columns={${columns}})`,
  );
  return rows.map((row) => names.map((name) => z.string().parse(row[name] ?? '')));
}

/** Quotes a text for SQL. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A folder for the files of one test file. */
export function openFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-formats-'));
  return {
    write(name: string, bytes: Uint8Array): string {
      const file = path.join(folder, name);
      writeFileSync(file, bytes);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
