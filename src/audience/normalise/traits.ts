/** Normalises what else identifies a person: gender, the advertising id of a telephone, a handle. */
import { lowerText } from './text';

const GENDERS: ReadonlyMap<string, string> = new Map([
  ['m', 'm'],
  ['male', 'm'],
  ['f', 'f'],
  ['female', 'f'],
]);

/** `m` or `f`; what else a contact says has no form that a platform takes. */
export function normaliseGender(text: string): string | undefined {
  return GENDERS.get(lowerText(text));
}

const DEVICE = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
/** What a telephone answers whose owner does not want to be followed. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** An IDFA or Android advertising id in lower case, with its hyphens. */
export function normaliseDeviceId(text: string): string | undefined {
  const id = lowerText(text);
  return DEVICE.test(id) && id !== NOBODY ? id : undefined;
}

/** A user name without its `@`, in lower case. */
export function normaliseHandle(text: string): string | undefined {
  const handle = lowerText(text).replace(/^@/, '');
  return /^[a-z0-9_]{1,50}$/.test(handle) ? handle : undefined;
}
