/** Orders problems as a reader meets them. */
import type { NightjarError } from '../errors';

/** Orders errors by file, line and column; those without a file come first, in their own order. */
export function compareByPlace(a: NightjarError, b: NightjarError): number {
  const [fileA, fileB] = [a.where?.file ?? '', b.where?.file ?? ''];
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0);
}
