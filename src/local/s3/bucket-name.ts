/** Knows which bucket names S3 takes; every one of them is a safe folder name. */

/** Tells whether a bucket can have this name. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+(\.\d+){3}$/.test(name);
}

/** Beginnings and ends that S3 keeps for itself. Source: "General purpose bucket naming rules" of its user guide. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/;

/** Tells whether a bucket of this name can be made: S3's rules for general purpose buckets. */
export function isNewBucketName(name: string): boolean {
  return isBucketName(name) && !RESERVED.test(name);
}
