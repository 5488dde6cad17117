/** Checks every name of a template against the context's shape before anything is rendered; nothing is printed unescaped. */

import { nearestName } from '../config/nearest';
import { isNightjarError } from '../errors';
import { HELPERS } from './helpers';
import { parseSource, type Source } from './parse';
import { complain, mergeFields, resolveCall, resolveExpression } from './resolve';
import { type Check, isBlock, isContent, isMustache, isPartial, isPartialBlock, isPath, type Scope } from './scope';
import { leaf, type Shape } from './shape';

const BLOCKS = ['if', 'unless', 'each', 'with'];

/** Checks one part from its outermost file on; what is wrong is added to `check.problems`. */
export function checkSource(source: Source, check: Check): void {
  const program = parseInto(source, check);
  if (program === undefined) return;
  const hidden = new Set<string>();
  const scope = { source, self: check.root, parent: undefined, params: new Map(), hidden, block: undefined, trail: [] };
  checkProgram(program, scope, check);
}

function parseInto(source: Source, check: Check): hbs.AST.Program | undefined {
  try {
    return parseSource(source);
  } catch (error) {
    if (!isNightjarError(error)) throw error;
    check.problems.push(error);
    return undefined;
  }
}

function checkProgram(program: hbs.AST.Program | undefined, scope: Scope, check: Check): void {
  let before: hbs.AST.Node | undefined;
  for (const statement of program?.body ?? []) {
    if (isMustache(statement)) checkMustache(statement, { scope, check, before });
    else if (isBlock(statement)) checkBlock(statement, scope, check);
    else if (isPartial(statement) || isPartialBlock(statement)) checkPartial(statement, scope, check);
    else if (statement.type.startsWith('Decorator')) {
      complain(check, scope, statement, { message: 'decorators and inline partials are not supported' });
    }
    before = statement;
  }
}

interface Position {
  readonly scope: Scope;
  readonly check: Check;
  readonly before: hbs.AST.Node | undefined;
}

function checkMustache(node: hbs.AST.MustacheStatement, { scope, check, before }: Position): void {
  const written = isPath(node.path) ? node.path.original : '';
  if (!node.escaped) {
    const message = `{{{${written}}}} prints without escaping, which is not allowed`;
    complain(check, scope, node, { message, fix: `write {{${written}}}` });
    return;
  }
  if (before !== undefined && isContent(before) && /<[^<>]*=\s*$/.test(before.value)) {
    const message = `{{${written}}} is an attribute's value without quotes, so a blank in it would end the value`;
    complain(check, scope, node, { message, fix: `write ="{{${written}}}"` });
  }
  if (isPath(node.path) && (node.params.length > 0 || node.hash !== undefined || HELPERS.has(written))) {
    resolveCall(node, scope, check);
    return;
  }
  const shape = resolveExpression(node.path, scope, check);
  if (shape !== undefined && shape.kind !== 'leaf') {
    complain(check, scope, node, { message: `{{${written}}} is ${describeKind(shape)} and can't be printed as it is` });
  }
}

function describeKind(shape: Shape): string {
  return shape.kind === 'list' ? 'a list' : 'a group of fields';
}

function checkBlock(node: hbs.AST.BlockStatement, scope: Scope, check: Check): void {
  const name = node.path.original;
  if (!BLOCKS.includes(name)) {
    const near = nearestName(name, BLOCKS);
    complain(check, scope, node, {
      message: `"${name}" is not a block helper; expected one of ${BLOCKS.join(', ')}`,
      ...(near === undefined ? {} : { fix: `write {{#${near} …}}` }),
    });
    return;
  }
  const [subject, ...rest] = node.params;
  if (subject === undefined || rest.length > 0) {
    complain(check, scope, node, { message: `{{#${name}}} takes one value`, fix: `write {{#${name} items}}` });
    return;
  }
  const shape = resolveExpression(subject, scope, check);
  checkProgram(node.inverse, scope, check);
  if (name === 'if' || name === 'unless') checkProgram(node.program, scope, check);
  else if (shape !== undefined) checkLoop(node, { shape, scope, check });
}

interface Loop {
  readonly shape: Shape;
  readonly scope: Scope;
  readonly check: Check;
}

function checkLoop(node: hbs.AST.BlockStatement, { shape, scope, check }: Loop): void {
  const name = node.path.original;
  // {{^each}} has what is shown of an empty list alone.
  const [first, second] = node.program?.blockParams ?? [];
  const self = name === 'with' ? shape : readElement(shape);
  if (self === undefined) {
    complain(check, scope, node, { message: `{{#each}} takes a list; "${shape.name}" is ${describeEach(shape)}` });
    return;
  }
  const params = new Map(scope.params);
  if (first !== undefined) params.set(first, self);
  if (second !== undefined) params.set(second, leaf('@index'));
  checkProgram(node.program, { ...scope, self, parent: scope, params }, check);
}

function readElement(shape: Shape): Shape | undefined {
  if (shape.kind === 'list') return shape.item;
  if (shape.kind === 'fields' && shape.each !== undefined) return shape.each;
  return shape.kind === 'fields' && shape.owner !== undefined ? leaf(`${shape.name}.*`) : undefined;
}

function describeEach(shape: Shape): string {
  return shape.kind === 'leaf' ? 'a plain value' : 'a group of fields';
}

type PartialNode = hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement;

function checkPartial(node: PartialNode, scope: Scope, check: Check): void {
  const extra = new Map<string, Shape>();
  for (const pair of node.hash?.pairs ?? []) {
    extra.set(pair.key, resolveExpression(pair.value, scope, check) ?? leaf(pair.key));
  }
  const [given] = node.params;
  const self = given === undefined ? scope.self : (resolveExpression(given, scope, check) ?? scope.self);
  const shape = mergeFields(self, extra);
  const name = isPath(node.name) ? node.name.original : undefined;
  if (name === '@partial-block') {
    checkInnerBlock(node, { ...scope, self: shape }, check);
    return;
  }
  const source = name === undefined ? undefined : check.partials.get(name);
  if (name === undefined || source === undefined) {
    complainPartial(node, scope, check);
    return;
  }
  if (scope.trail.includes(name)) {
    complain(check, scope, node, { code: 'E_TEMPLATE_SYNTAX', message: `"${name}" includes itself` });
    return;
  }
  const block = isPartialBlock(node) ? { program: node.program, scope } : undefined;
  const program = parseInto(source, check);
  const trail = [...scope.trail, name];
  const hidden = new Set([...scope.hidden, ...scope.params.keys()]);
  const inner = { source, self: shape, parent: undefined, params: new Map<string, Shape>(), hidden, block, trail };
  checkProgram(program, inner, check);
}

function checkInnerBlock(node: PartialNode, scope: Scope, check: Check): void {
  if (scope.block === undefined) {
    const message = '{{> @partial-block}} stands in a file that is not used as a layout here';
    complain(check, scope, node, { message, fix: 'call the file with {{#> name}}…{{/name}}' });
    return;
  }
  const { program, scope: outer } = scope.block;
  const hidden = new Set([...outer.hidden, ...scope.params.keys()]);
  checkProgram(program, { ...outer, self: scope.self, parent: undefined, hidden }, check);
}

function complainPartial(node: PartialNode, scope: Scope, check: Check): void {
  const name = isPath(node.name) ? node.name.original : undefined;
  if (name === undefined) {
    complain(check, scope, node, { message: 'the name of a partial must be written out' });
    return;
  }
  const near = nearestName(name, [...check.partials.keys()]);
  complain(check, scope, node, {
    code: 'E_TEMPLATE_MISSING',
    message: `there is no partial "${name}"`,
    fix: near === undefined ? `add templates/${name}.hbs` : `write {{> ${near}}}`,
  });
}
