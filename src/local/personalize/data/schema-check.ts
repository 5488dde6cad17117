/** Checks schemas against the rules of a kind of dataset, and against the schema that they are to replace. */

import { invalidInput } from '../wire/validate';
import { type DatasetKind, type DatasetSchema, parseSchema, type SchemaField } from './avro-schema';
import { describeForms, findSchemaRules, hasForm, type SchemaRules } from './schema-rules';

/**
 * Reads a schema and checks it by the rules of its kind.
 *
 * @throws AwsFault InvalidInputException
 */
export function readSchema(text: string, domain: string | undefined): DatasetSchema {
  const schema = parseSchema(text);
  checkSchemaOf(schema.kind, schema, domain);
  return schema;
}

/**
 * Checks that a schema can be that of a dataset of the kind in a group of the domain.
 *
 * @throws AwsFault InvalidInputException that names the field and what is expected of it
 */
export function checkSchemaOf(kind: DatasetKind, schema: DatasetSchema, domain: string | undefined): void {
  if (schema.kind !== kind) {
    throw invalidInput(`Schema of record ${schema.kind} cannot be used for a dataset of type ${kind}.`);
  }
  const rules = findSchemaRules(kind, domain);
  for (const [name, forms] of Object.entries(rules.required)) {
    if (schema.fields.some((field) => field.name === name)) continue;
    const form = describeForms(forms);
    throw invalidInput(`Schema for ${kind} is missing the required field ${name}, which must be of type ${form}.`);
  }
  for (const [name, forms] of Object.entries({ ...rules.reserved, ...rules.required })) {
    const field = schema.fields.find((one) => one.name === name);
    if (field === undefined || hasForm(field, forms)) continue;
    const found = describeField(field);
    throw invalidInput(
      `Field ${name} of the schema for ${kind} must be of type ${describeForms(forms)}, not ${found}.`,
    );
  }
  checkAttributes(schema);
  checkMetadata(schema, rules);
}

function describeField({ type, isNullable, isCategorical, isTextual }: SchemaField): string {
  const words = [isCategorical ? 'categorical' : '', isTextual ? 'textual' : '', type].filter((word) => word !== '');
  return isNullable ? `[null, ${words.join(' ')}]` : words.join(' ');
}

/** Source: developer guide, "Schema formatting requirements", and "endpoints and quotas" for the one textual field. */
function checkAttributes({ kind, fields }: DatasetSchema): void {
  for (const { name, type, isCategorical, isTextual, isItemName } of fields) {
    const attribute = isTextual ? 'textual' : 'itemName';
    if (!isTextual && !isItemName) continue;
    if (kind !== 'Items') {
      throw invalidInput(
        `Field ${name} of the schema for ${kind} must not be ${attribute}; only fields of Items may be.`,
      );
    }
    if (type !== 'string')
      throw invalidInput(`Field ${name} is ${attribute}, and so must be of type string, not ${type}.`);
    if (isTextual && isCategorical) throw invalidInput(`Field ${name} must not be both categorical and textual.`);
  }
  for (const attribute of ['isTextual', 'isItemName'] as const) {
    const [, second] = fields.filter((field) => field[attribute]);
    if (second === undefined) continue;
    const word = attribute === 'isTextual' ? 'textual' : 'itemName';
    throw invalidInput(`Schema for ${kind} must have at most one ${word} field; ${second.name} is another.`);
  }
}

const NOT_METADATA = new Set(['USER_ID', 'ITEM_ID', 'CREATION_TIMESTAMP']);

function checkMetadata({ kind, fields }: DatasetSchema, rules: SchemaRules): void {
  const others = fields.filter(({ name }) => rules.required[name] === undefined && rules.reserved[name] === undefined);
  if (others.length > rules.maxMetadata) {
    const count = `at most ${rules.maxMetadata} metadata fields, not ${others.length}`;
    throw invalidInput(
      `Schema for ${kind} must have ${count}; ${others[rules.maxMetadata]?.name ?? ''} is one too many.`,
    );
  }
  const isLearned = ({ name, type, isCategorical, isTextual }: SchemaField): boolean =>
    !NOT_METADATA.has(name) && (type !== 'string' || isCategorical || isTextual);
  if (!rules.needsMetadata || fields.some(isLearned)) return;
  const forms = kind === 'Items' ? 'a categorical or textual string or a number' : 'a categorical string or a number';
  throw invalidInput(`Schema for ${kind} must have at least one metadata field that is ${forms}.`);
}

/**
 * Checks that a schema may take the place of a dataset's: it keeps all fields as they are, and what it adds allows null.
 * Source: developer guide, "Replacing a dataset's schema to add new columns". `checkSchemaOf` is to be called, too.
 *
 * @throws AwsFault InvalidInputException that names the field and what is expected of it
 */
export function checkSchemaUpdate(kind: DatasetKind, before: DatasetSchema, after: DatasetSchema): void {
  if (kind === 'Interactions') throw invalidInput(`The schema of a dataset of type ${kind} cannot be replaced.`);
  for (const field of before.fields) {
    const kept = after.fields.find(({ name }) => name === field.name);
    if (kept === undefined) throw invalidInput(`The new schema must keep the field ${field.name}.`);
    const isSame = describeField(kept) === describeField(field) && kept.isItemName === field.isItemName;
    if (!isSame) {
      throw invalidInput(`The new schema must keep the field ${field.name} as it is: ${describeField(field)}.`);
    }
  }
  const added = after.fields.filter(({ name }) => before.fields.every((field) => field.name !== name));
  const strict = added.find(({ isNullable }) => !isNullable);
  if (strict !== undefined) throw invalidInput(`The new field ${strict.name} must allow null: [null, ${strict.type}].`);
}
