/** Chooses the rule that a call meets, and counts what each rule let pass and did. */
import type { FaultCall } from './refusals';
import type { FaultRule } from './rule';

/** Holds a rule with its counters. */
export type RuleState = FaultRule & {
  /** How often it fired. */
  readonly fired: number;
  /** How many matching calls it let pass first. */
  readonly passed: number;
};

/** Names what a rule acts on: a call's time, a call's answer, or the job that a call creates. */
export type RuleEffect = 'time' | 'answer' | 'job';

/** Holds rules whose counters move with the calls that match them. */
export interface RuleCounters {
  /** Takes the first rule of an effect that fires for a call; rules that are spent or still skip don't. */
  take<Effect extends RuleEffect>(effect: Effect, call: MatchedCall): RuleOf<Effect> | undefined;
  replace(rules: readonly FaultRule[]): void;
  list(): readonly RuleState[];
}

/** Holds what a rule looks at. */
export type MatchedCall = Pick<FaultCall, 'service' | 'operation' | 'resource'>;

interface RuleKinds {
  readonly time: 'slow';
  readonly answer: 'throttle' | 'error' | 'access-denied' | 'quota' | 'lost-answer' | 'refused-connection';
  readonly job: 'create-failed' | 'output-missing' | 'output-cut';
}

/** Narrows rules to those of one effect. */
export type RuleOf<Effect extends RuleEffect> = Extract<FaultRule, { readonly kind: RuleKinds[Effect] }>;

interface Counted {
  readonly rule: FaultRule;
  fired: number;
  passed: number;
}

/** Creates counters that begin at 0. */
export function createRuleCounters(initial: readonly FaultRule[]): RuleCounters {
  let counted = initial.map(countFromZero);
  return {
    take(effect, call) {
      for (const one of counted) {
        if (hasEffect(one.rule, effect) && matches(one.rule, call) && fires(one)) return one.rule;
      }
      return undefined;
    },
    replace(rules) {
      counted = rules.map(countFromZero);
    },
    list: () => counted.map(({ rule, fired, passed }) => ({ ...rule, fired, passed })),
  };
}

function countFromZero(rule: FaultRule): Counted {
  return { rule, fired: 0, passed: 0 };
}

const EFFECTS: Readonly<Record<FaultRule['kind'], RuleEffect>> = {
  slow: 'time',
  throttle: 'answer',
  error: 'answer',
  'access-denied': 'answer',
  quota: 'answer',
  'lost-answer': 'answer',
  'refused-connection': 'answer',
  'create-failed': 'job',
  'output-missing': 'job',
  'output-cut': 'job',
};

function hasEffect<Effect extends RuleEffect>(rule: FaultRule, effect: Effect): rule is RuleOf<Effect> {
  return EFFECTS[rule.kind] === effect;
}

function matches(rule: FaultRule, call: MatchedCall): boolean {
  if (rule.service !== call.service || (rule.operation !== '*' && rule.operation !== call.operation)) return false;
  return rule.resource === undefined || call.resource.includes(rule.resource);
}

/** Counts a matching call, and tells whether the rule fires for it. */
function fires(one: Counted): boolean {
  if (one.rule.count !== 'always' && one.fired >= one.rule.count) return false;
  if (one.passed < one.rule.skip) {
    one.passed += 1;
    return false;
  }
  one.fired += 1;
  return true;
}
