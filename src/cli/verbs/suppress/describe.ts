/** Writes a suppression in words and as JSON. */
import { readSubject, type Suppression } from '../../../content/suppression';

/** `ann@mail.example: unsubscribe, from every job, by one-click, 2026-03-01 02:03`. `shown` is how a person names the subject. */
export function describe({ topic, reason, source, at }: Suppression, shown: string): string {
  const of = topic === undefined ? 'every job' : topic;
  return `${shown}: ${reason}, of ${of}, by ${source}, ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}`;
}

/** The columns of an export: the same names as an import takes. */
export function describeJson({ subject, topic, reason, source, at }: Suppression): Readonly<Record<string, string>> {
  const { scope, value } = readSubject(subject);
  const column = { address: 'address_hash', user: 'user_id', domain: 'domain' }[scope];
  return { [column]: value, ...(topic === undefined ? {} : { topic }), reason, source, at: new Date(at).toISOString() };
}
