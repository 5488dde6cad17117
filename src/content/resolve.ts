/** Finds what an expression of a template means: a field of the context, a literal, or the result of a helper. */

import { misspeltName, nearestName } from '../config/nearest';
import { type ErrorCode, NightjarError } from '../errors';
import { HELPERS, type Helper, REQUIRED_NAMED } from './helpers';
import { locate } from './parse';
import { type Check, isCall, isPath, isString, type Scope } from './scope';
import { type Fields, leaf, listPaths, type Shape } from './shape';
import { listPlaceholders } from './strings';

export interface Complaint {
  readonly message: string;
  readonly fix?: string;
  readonly code?: ErrorCode;
}

/** Adds a problem at the place of a node. */
export function complain(check: Check, scope: Scope, node: hbs.AST.Node, complaint: Complaint): void {
  const start = node.loc?.start;
  const place = start === undefined ? undefined : { line: start.line, column: start.column + 1 };
  check.problems.push(
    new NightjarError(complaint.code ?? 'E_TEMPLATE_FIELD', complaint.message, {
      where: locate(scope.source, place),
      ...(complaint.fix === undefined ? {} : { fix: complaint.fix }),
    }),
  );
}

/** Returns the shape of an expression; undefined where it is wrong, which is then among the problems. */
export function resolveExpression(node: hbs.AST.Node, scope: Scope, check: Check): Shape | undefined {
  if (isPath(node)) return resolvePath(node, scope, check);
  if (isCall(node)) return resolveCall(node, scope, check);
  return leaf('a literal');
}

/** Returns the shape at a path, from block parameters, `this`, `..` and `@root`. */
export function resolvePath(node: hbs.AST.PathExpression, scope: Scope, check: Check): Shape | undefined {
  const [first, ...rest] = node.parts;
  if (node.data && first !== 'root') return resolveData(node, scope, check);
  if (node.data) return followParts(node, { shape: check.root, parts: rest, scope, check });
  const param =
    node.depth === 0 && first !== undefined && !/^(this|\.)[./]/.test(node.original) && scope.params.get(first);
  if (param) return followParts(node, { shape: param, parts: rest, scope, check });
  if (node.depth === 0 && first !== undefined && scope.hidden.has(first) && !scope.params.has(first)) {
    const message = `{{${node.original}}} begins with "${first}", a block parameter of the file that includes this one`;
    complain(check, scope, node, { message, fix: `give the block parameter another name than "${first}"` });
    return undefined;
  }
  let at: Scope | undefined = scope;
  for (let level = 0; level < node.depth; level++) at = at?.parent;
  if (at === undefined) {
    complain(check, scope, node, {
      message: `{{${node.original}}} leaves the outermost level`,
      fix: 'write "@root." before a name of the whole mail',
    });
    return undefined;
  }
  return followParts(node, { shape: at.self, parts: node.parts, scope, check });
}

function resolveData(node: hbs.AST.PathExpression, scope: Scope, check: Check): Shape | undefined {
  if (/^@(index|key|first|last)$/.test(node.original)) return leaf(node.original);
  complain(check, scope, node, {
    message: `{{${node.original}}} is not known; expected @index, @key, @first, @last or @root`,
  });
  return undefined;
}

interface Walk {
  readonly shape: Shape;
  readonly parts: readonly string[];
  readonly scope: Scope;
  readonly check: Check;
}

function followParts(node: hbs.AST.PathExpression, walk: Walk): Shape | undefined {
  let shape = walk.shape;
  for (const part of walk.parts) {
    const next = stepInto(shape, part, walk.check);
    if (next === undefined) {
      complain(walk.check, walk.scope, node, describeUnknown(node, { shape, part, check: walk.check }));
      return undefined;
    }
    shape = next;
  }
  if (shape.kind === 'leaf') walk.check.used.add(shape);
  return shape;
}

function stepInto(shape: Shape, part: string, check: Check): Shape | undefined {
  if (shape.kind === 'leaf') return undefined;
  if (shape.kind === 'list') {
    if (part === 'length') return leaf(`${shape.name}.length`);
    return /^\d+$/.test(part) ? shape.item : undefined;
  }
  if (shape.owner === undefined) return shape.fields.get(part);
  check.usedAttributes[shape.owner].add(part);
  const known = check.attributes[shape.owner];
  return known.size === 0 || known.has(part) ? leaf(`${shape.name}.${part}`) : undefined;
}

interface Unknown {
  readonly shape: Shape;
  readonly part: string;
  readonly check: Check;
}

function describeUnknown(node: hbs.AST.PathExpression, { shape, part, check }: Unknown): Complaint {
  const written = `{{${node.original}}}`;
  if (shape.kind === 'leaf') return { message: `${written} goes on after "${shape.name}", which is a plain value` };
  if (shape.kind === 'list') {
    const message = `${written} names "${part}" of the list "${shape.name}"; expected a number from 0 or length`;
    return { message, fix: `write "${shape.name}.0.${part}", or loop with {{#each ${shape.name}}}` };
  }
  const known = shape.owner === undefined ? [...shape.fields.keys()] : [...check.attributes[shape.owner]];
  if (shape.name === 'params' && known.length === 0) return describeUndeclared(written, part);
  if (shape.name === 'sections' && known.length === 0) return describeNoSections(written);
  const of = shape.name === '' ? '' : ` of ${shape.name}`;
  const message = `${written} names "${part}", which is not a field${of}; expected one of ${known.join(', ')}`;
  const fix = suggestName({ shape, part, check }, known);
  return fix === undefined ? { message } : { message, fix };
}

function describeUndeclared(written: string, part: string): Complaint {
  const fix = `add "params: { ${part}: { type: string } }" to the job file`;
  return { message: `${written} names a param, and the job declares none`, fix };
}

function describeNoSections(written: string): Complaint {
  const message = `${written} names a section, and the job has none`;
  return { message, fix: 'add "sections:" below "content:" to the job file, or loop with {{#each sections}}' };
}

function suggestName({ shape, part, check }: Unknown, known: readonly string[]): string | undefined {
  const prefix = shape.name === '' ? '' : `${shape.name}.`;
  const near = misspeltName(part, known);
  if (near !== undefined) return `write "${prefix}${near}"`;
  if (shape.kind === 'fields' && shape.owner !== undefined) {
    return `add "${part}" to the attributes in sample.json, if the imported files have that column`;
  }
  if (shape !== check.root && check.root.fields.has(part)) return `write "@root.${part}"`;
  const elsewhere = listPaths(check.root).find((path) => path.endsWith(`.${part}`));
  return elsewhere === undefined ? undefined : `write "${elsewhere}"`;
}

/** What calls a helper: a mustache or a subexpression. */
export type Call = hbs.AST.SubExpression | hbs.AST.MustacheStatement;

/** Checks the call of a helper and returns the shape of its result; undefined where the call is wrong. */
export function resolveCall(node: Call, scope: Scope, check: Check): Shape | undefined {
  const name = isPath(node.path) ? node.path.original : '';
  const helper = HELPERS.get(name);
  const args = node.params.map((param) => resolveExpression(param, scope, check));
  for (const pair of node.hash?.pairs ?? []) resolveExpression(pair.value, scope, check);
  if (helper === undefined) {
    const near = nearestName(name, [...HELPERS.keys()]);
    complain(check, scope, node, {
      message: `"${name}" is not a helper; expected one of ${[...HELPERS.keys()].join(', ')}`,
      ...(near === undefined ? {} : { fix: `write "${near}"` }),
    });
    return undefined;
  }
  const complaint = checkArguments(node, name, helper) ?? CHECKS[name]?.(node, check);
  if (complaint !== undefined) {
    complain(check, scope, node, complaint);
    return undefined;
  }
  const shapes = args.flatMap((shape) => shape ?? []);
  return shapes.length < args.length ? undefined : (helper.gives?.(shapes) ?? leaf(`the result of ${name}`));
}

function checkArguments(node: Call, name: string, helper: Helper): Complaint | undefined {
  const fix = `write ${helper.usage}`;
  const [least, most] = helper.takes;
  const count = node.params.length;
  if (count < least || count > most) {
    const expected = least === most ? `${least}` : `${least} or more`;
    return { message: `helper "${name}" has ${count} values; expected ${expected}`, fix };
  }
  const named = new Set((node.hash?.pairs ?? []).map((pair) => pair.key));
  const allowed = helper.named;
  const odd = allowed === 'any' ? undefined : [...named].find((key) => !allowed.includes(key));
  if (odd !== undefined) return { message: `helper "${name}" does not take "${odd}="`, fix };
  const wrong = (node.hash?.pairs ?? []).flatMap((pair) => checkChoice(pair, helper) ?? [])[0];
  if (wrong !== undefined) return { message: `helper "${name}" ${wrong}`, fix };
  const missing = REQUIRED_NAMED.get(name)?.find((key) => !named.has(key));
  return missing === undefined ? undefined : { message: `helper "${name}" lacks "${missing}="`, fix };
}

function checkChoice({ key, value }: hbs.AST.HashPair, helper: Helper): string | undefined {
  const choices = helper.choices?.[key];
  if (choices === undefined || !isString(value) || choices.includes(value.value)) return undefined;
  return `has ${key}="${value.value}"; expected one of ${choices.join(', ')}`;
}

/** Checks of values that only the helper understands. */
const CHECKS: Readonly<Record<string, (node: Call, check: Check) => Complaint | undefined>> = {
  t: checkText,
  groupBy: checkGroup,
};

/** What items are grouped by is a category, or an attribute that items have. */
function checkGroup(node: Call, check: Check): Complaint | undefined {
  const by = node.params[1];
  const name = by !== undefined && isString(by) ? by.value : undefined;
  const fix = 'write (groupBy items "category"), or the name of an attribute of items in quotes';
  if (name === undefined) return { message: 'helper "groupBy" takes what to group by in quotes', fix };
  if (name === 'category') return undefined;
  check.usedAttributes.item.add(name);
  const known = [...check.attributes.item];
  if (known.length === 0 || known.includes(name)) return undefined;
  const near = nearestName(name, ['category', ...known]);
  const message = `helper "groupBy" names "${name}", which is not an attribute of items; expected one of category, ${known.join(', ')}`;
  return { message, fix: near === undefined ? fix : `write (groupBy items "${near}")` };
}

/** A translated text must exist, and every `{placeholder}` of every language must be given. */
function checkText(node: Call, check: Check): Complaint | undefined {
  const [first] = node.params;
  const key = first !== undefined && isString(first) ? first.value : undefined;
  if (key === undefined) return { message: 'helper "t" takes the key of a text in quotes', fix: 'write {{t "key"}}' };
  if (!check.strings.keys.has(key)) {
    const near = nearestName(key, [...check.strings.keys]);
    const fix = near === undefined ? `add "${key}" to strings.en.yaml` : `write {{t "${near}"}}`;
    return { message: `there is no text "${key}" in any strings file`, fix };
  }
  check.usedTexts.add(key);
  const given = new Set((node.hash?.pairs ?? []).map((pair) => pair.key));
  const missing = check.strings
    .listForms(key)
    .flatMap(listPlaceholders)
    .find((name) => !given.has(name));
  return missing === undefined
    ? undefined
    : { message: `the text "${key}" has {${missing}}, which is not given`, fix: `write {{t "${key}" ${missing}=…}}` };
}

/** Returns `self` with the named values of a partial call laid over it, as Handlebars does. */
export function mergeFields(self: Shape, extra: ReadonlyMap<string, Shape>): Shape {
  if (extra.size === 0) return self;
  const base = self.kind === 'fields' ? self.fields : new Map<string, Shape>();
  const merged: Fields = {
    kind: 'fields',
    name: self.kind === 'fields' ? self.name : '',
    fields: new Map([...base, ...extra]),
  };
  return merged;
}
