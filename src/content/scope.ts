/** What a name means at one place of a template: scopes, and the path that a template writes. */
import type { NightjarError } from '../errors';
import type { Source } from './parse';
import type { AttributeOwner, Fields, Leaf, Shape } from './shape';
import type { Strings } from './strings';

/** The names that one place of a template can use. */
export interface Scope {
  readonly source: Source;
  /** What `this` is. */
  readonly self: Shape;
  /** What `..` is; undefined at the outermost level of a file. */
  readonly parent: Scope | undefined;
  /** Block parameters, `{{#each items as |item|}}`, of this and the outer blocks. */
  readonly params: ReadonlyMap<string, Shape>;
  /** Block parameters of whoever includes this file, which it can't name: partials are written in place. */
  readonly hidden: ReadonlySet<string>;
  /** What `{{> @partial-block}}` prints, inside a layout. */
  readonly block: { readonly program: hbs.AST.Program; readonly scope: Scope } | undefined;
  /** Files that include one another up to here. */
  readonly trail: readonly string[];
}

/** Everything that one check of one part (html, text or subject) collects. */
export interface Check {
  readonly root: Fields;
  /** Partial name (`partials/card`) → its text. */
  readonly partials: ReadonlyMap<string, Source>;
  readonly strings: Strings;
  /** Attribute names that are known; an owner without any allows all. */
  readonly attributes: Readonly<Record<AttributeOwner, ReadonlySet<string>>>;
  readonly problems: NightjarError[];
  /** Every field that the part prints or tests. */
  readonly used: Set<Leaf>;
  /** Every text of the strings files that the part prints. */
  readonly usedTexts: Set<string>;
  /** Every attribute that the part names. */
  readonly usedAttributes: Readonly<Record<AttributeOwner, Set<string>>>;
}

export const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === 'PathExpression';
export const isString = (node: hbs.AST.Node): node is hbs.AST.StringLiteral => node.type === 'StringLiteral';
export const isCall = (node: hbs.AST.Node): node is hbs.AST.SubExpression => node.type === 'SubExpression';
export const isMustache = (node: hbs.AST.Node): node is hbs.AST.MustacheStatement => node.type === 'MustacheStatement';
export const isBlock = (node: hbs.AST.Node): node is hbs.AST.BlockStatement => node.type === 'BlockStatement';
export const isPartial = (node: hbs.AST.Node): node is hbs.AST.PartialStatement => node.type === 'PartialStatement';
export const isPartialBlock = (node: hbs.AST.Node): node is hbs.AST.PartialBlockStatement =>
  node.type === 'PartialBlockStatement';
export const isContent = (node: hbs.AST.Node): node is hbs.AST.ContentStatement => node.type === 'ContentStatement';
