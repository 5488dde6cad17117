/** The expressions by which audiences are combined, as values. Reading them is `parse-expression.ts`'s. */
import { type Milliseconds, writeDuration } from '../../units';
import { type AudienceRef, writeAudienceRef } from '../audience-ref';

/** A set of users that an expression names. */
export type Leaf =
  /** The users of a query of the job. */
  | { readonly kind: 'query'; readonly name: string }
  /** The users of a file, by its name in `audience.lists`. */
  | { readonly kind: 'list'; readonly name: string }
  /** An audience that a run has made: of the newest finished run, or of the one of a slot. */
  | ({ readonly kind: 'audience' } & AudienceRef)
  /** All contacts. */
  | { readonly kind: 'everyone' }
  /** Contacts who may not be written to, in any job or in this one. */
  | { readonly kind: 'suppressed' }
  /** Users with a purchase within the time. */
  | { readonly kind: 'buyers'; readonly within: Milliseconds }
  /** Users to whom an e-mail of a job was accepted: in its newest run, or within the time. */
  | { readonly kind: 'recipients'; readonly job: string; readonly within?: Milliseconds };

/** Parts may be shared: audiences that name one another hold the same value, which is looked at once. */
export type Expression =
  | { readonly op: 'leaf'; readonly leaf: Leaf }
  | { readonly op: 'not'; readonly of: Expression }
  | { readonly op: 'and' | 'or'; readonly of: readonly Expression[] };

/** An audience of a job. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: Expression;
  /** As the job file has it. */
  readonly text: string;
}

/** Writes a leaf as a job file names it; two leaves are the same set exactly if their texts are equal. */
export function writeLeaf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'query':
    case 'list':
      return leaf.name;
    case 'audience':
      return writeAudienceRef(leaf);
    case 'buyers':
      return `buyers(${writeDuration(leaf.within)})`;
    case 'recipients':
      return `recipients(${leaf.job}${leaf.within === undefined ? '' : `, ${writeDuration(leaf.within)}`})`;
    default:
      return leaf.kind;
  }
}

/** Lists the leaves of an expression in the order in which they first stand, each once. */
export function listLeaves(expression: Expression): readonly Leaf[] {
  const found = new Map<string, Leaf>();
  const seen = new Set<Expression>();
  const visit = (one: Expression): void => {
    if (seen.has(one)) return;
    seen.add(one);
    if (one.op === 'leaf') {
      const key = writeLeaf(one.leaf);
      if (!found.has(key)) found.set(key, one.leaf);
    } else if (one.op === 'not') visit(one.of);
    else one.of.forEach(visit);
  };
  visit(expression);
  return [...found.values()];
}
