/** Makes calls of the local AWS fail by rules, and counts all of them. */
import { setTimeout } from 'node:timers/promises';
import { ConnectionCut, isConnectionCut } from '../http/connection-cut';
import { toFault } from '../http/fault';
import { type CallCounter, createCallCounter } from './call-counts';
import { type FaultCall, refusalOf } from './refusals';
import type { FaultRule, JobFault } from './rule';
import { createRuleCounters, type RuleCounters } from './rule-counters';

/** Performs an operation; `lose` gives up an answer that was made, by throwing or by spoiling it. */
export interface Performance<Answer> {
  readonly act: () => Promise<Answer>;
  readonly lose: (answer: Answer) => Answer;
}

/** Holds the rules of one local AWS and the counts of its calls. */
export interface Faults {
  readonly rules: RuleCounters;
  readonly calls: CallCounter;
  /** Performs a call, unless a rule has it fail. */
  perform<Answer>(call: FaultCall, performance: Performance<Answer>): Promise<Answer>;
  /** Takes what is to befall a job that is being created; undefined for nothing. */
  takeJobFault(operation: string, arn: string): JobFault | undefined;
  /** Ends the waiting of slow calls; they are cut and have no effect. */
  close(): void;
}

/** Creates the faults of a local AWS. */
export function createFaults(initial: readonly FaultRule[]): Faults {
  const rules = createRuleCounters(initial);
  const calls = createCallCounter();
  const closing = new AbortController();
  return {
    rules,
    calls,
    async perform(call, performance) {
      const count = (outcome: string, isEffect: boolean): void =>
        calls.add(call.service, call.operation, { outcome, isEffect });
      try {
        await wait(rules.take('time', call)?.ms ?? 0, closing.signal);
        const rule = rules.take('answer', call);
        if (rule?.kind === 'lost-answer') return await performAndLose(performance, count);
        if (rule?.kind === 'refused-connection') throw new ConnectionCut('before');
        if (rule !== undefined) throw refusalOf(rule, call);
        const answer = await performance.act();
        count('ok', true);
        return answer;
      } catch (error) {
        if (!isConnectionCut(error)) count(toFault(error).code, false);
        else if (error.stage === 'before') count('refused-connection', false);
        throw error;
      }
    },
    takeJobFault(operation, resource) {
      const rule = rules.take('job', { service: 'personalize', operation, resource });
      if (rule === undefined) return undefined;
      return rule.message === undefined ? { kind: rule.kind } : { kind: rule.kind, message: rule.message };
    },
    close: () => closing.abort(),
  };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return;
  await setTimeout(ms, undefined, { signal, ref: false }).catch(() => {
    throw new ConnectionCut('before');
  });
}

async function performAndLose<Answer>(
  { act, lose }: Performance<Answer>,
  count: (outcome: string, isEffect: boolean) => void,
): Promise<Answer> {
  try {
    const answer = await act();
    count('lost-answer', true);
    return lose(answer);
  } catch (error) {
    if (isConnectionCut(error)) throw error;
    count('lost-answer', false);
    throw new ConnectionCut('after');
  }
}
