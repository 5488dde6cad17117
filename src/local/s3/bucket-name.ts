/** Knows which bucket names S3 takes; every one of them is a safe folder name. */

/** Tells whether a name follows S3's rules for general purpose buckets. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+(\.\d+){3}$/.test(name);
}
