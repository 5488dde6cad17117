/** Makes the forms in which a format writes one value, by its fields or by the row of a person who has only that. */
import type { AudienceFormat, Column, ColumnSource, FileContext, Person } from '../../../audience/formats/format';
import { isHash } from '../../../audience/normalise/hash';
import type { Contact } from '../../../job/people';
import { sha256Hex } from '../../../sha256';

/** One form in which a value is written. */
export interface Form {
  readonly rule: string;
  readonly form: 'plain' | 'hashed';
  /** Undefined where the format tells the hash only. */
  readonly normalised?: string;
  readonly sha256?: string;
}

export interface Wish {
  /** A field of the format, a column of contacts, or an attribute; of a team's own format also a header. */
  readonly field: string;
  readonly value: string;
  readonly country: string | undefined;
}

export interface Made {
  readonly forms: readonly Form[];
  /** Words of what was left out. */
  readonly refused: readonly string[];
}

/** Fields of a contact, as an import names them; every other name is an attribute's. */
const CONTACT_FIELDS: Readonly<Record<string, keyof Contact>> = {
  user_id: 'userId',
  email: 'email',
  phone: 'phone',
  first_name: 'firstName',
  last_name: 'lastName',
  country: 'country',
  locale: 'locale',
  time_zone: 'timeZone',
};

/** Lists the fields that a format knows; undefined where it takes any attribute of contacts. */
export function listFields(format: AudienceFormat): readonly string[] | undefined {
  if (format.fields !== undefined) return Object.keys(format.fields);
  const sources = sourcesOf(format);
  return sources.length === 0
    ? undefined
    : [...new Set(sources.flatMap(({ header, source }) => [header, source.name]))];
}

/** Lists the fields for a message: headers, each with what it is made of where that has another name. */
export function describeFields(format: AudienceFormat): string {
  const own = sourcesOf(format).map(({ header, source }) => {
    const what = source.kind === 'attribute' ? `attribute ${source.name}` : source.name;
    return header === source.name ? header : `${header} (${what})`;
  });
  return [...new Set(own.length === 0 ? (listFields(format) ?? []) : own)].join(', ');
}

/** A column of a team's own format that is made of the person. */
type OwnColumn = Column & { readonly source: ColumnSource };

function sourcesOf(format: AudienceFormat): readonly OwnColumn[] {
  return format.columns(contextOf([])).flatMap((column) => {
    const { source } = column;
    return source === undefined ? [] : [{ ...column, source }];
  });
}

/** Makes the forms of a value; none where the format can't use it. */
export function normaliseValue(format: AudienceFormat, wish: Wish): Made {
  const field = Object.hasOwn(format.fields ?? {}, wish.field) ? format.fields?.[wish.field] : undefined;
  if (field === undefined) return readCells(format, wish);
  const fields = [field].flat();
  if (isHash(wish.value) && fields.some(({ form }) => form === 'hashed')) {
    return { forms: [], refused: ['already_hashed'] };
  }
  const forms = fields.flatMap(({ rule, form, normalise }) => {
    const normalised = normalise(wish.value, wish.country);
    return normalised === undefined || normalised === ''
      ? []
      : [{ rule, form, normalised, sha256: sha256Hex(normalised) }];
  });
  return { forms, refused: forms.length === 0 ? [...new Set(fields.map(({ refused }) => refused))] : [] };
}

/** Makes the rows of two people who differ by the value alone, and takes the cells that differ; of a header its own alone. */
function readCells(format: AudienceFormat, wish: Wish): Made {
  const named = sourcesOf(format).filter(({ header }) => header === wish.field);
  const own = [...new Map(named.map(({ source }) => [source.name, source])).values()];
  const [source = sourceOf(format, wish.field)] = own;
  const key = source.kind === 'column' ? CONTACT_FIELDS[source.name] : undefined;
  const context = contextOf(key === undefined ? [source.name] : []);
  const refused = new Set<string>();
  const without = format.makeCells(personOf({}, source, wish), context, () => undefined) ?? [];
  const value = key === undefined ? { attributes: { [source.name]: wish.value } } : { [key]: wish.value };
  const cells = format.makeCells(personOf(value, source, wish), context, (what) => refused.add(what)) ?? [];
  const forms = format.columns(context).flatMap(({ header, rule, form }, index) => {
    const cell = cells[index] ?? '';
    if (cell === '' || cell === without[index] || (named.length > 0 && header !== wish.field)) return [];
    return [{ rule, form, ...(form === 'hashed' ? { sha256: cell } : { normalised: cell, sha256: sha256Hex(cell) }) }];
  });
  return { forms, refused: [...refused] };
}

/** A person whom every platform can identify, also where the value is another one. */
function personOf(own: Partial<Contact>, { name }: ColumnSource, { country }: Wish): Person {
  const contact: Contact = {
    userId: 'user',
    attributes: {},
    email: 'somebody.else@mail.example',
    ...(country === undefined || name === 'country' ? {} : { country }),
    ...own,
  };
  return { userId: contact.userId, rank: 1, contact };
}

/** A name that is no header is that of a column of contacts, or of an attribute. */
function sourceOf(format: AudienceFormat, name: string): ColumnSource {
  const known = sourcesOf(format).find(({ source }) => source.name === name)?.source;
  return known ?? { kind: CONTACT_FIELDS[name] === undefined ? 'attribute' : 'column', name };
}

function contextOf(attributes: readonly string[]): FileContext {
  return { runId: '', at: '', audience: 'audience', path: ['job', 'audience'], attributes };
}
