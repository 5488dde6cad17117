/** Makes project folders for the command line: job files, templates, and what else a test wants there. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../support/nightjar';

/** Writes a project with the templates that come with nightjar and the files given, relative path → text. */
export function writeProject(folder: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(path.join(folder, 'jobs'), { recursive: true });
  cpSync(path.join(ROOT, 'templates'), path.join(folder, 'templates'), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

/** Parses what stdout holds, which must be one JSON document of version 1. */
export function readAnswer(stdout: string): Readonly<Record<string, unknown>> {
  const answer: unknown = JSON.parse(stdout);
  if (typeof answer !== 'object' || answer === null || !('version' in answer) || answer.version !== 1) {
    throw new Error(`no answer of version 1: ${stdout.slice(0, 200)}`);
  }
  return { ...answer };
}
