/** Finds who is told: from the rules of a job and the settings, which hold URLs and secrets. */
import { maskAddress } from '../../content/address';
import { type NoticeKind, type NotifyRules, USUAL_KINDS } from '../../job/notify';
import type { Engines } from '../engines';

type TargetEngines = Pick<Engines, 'settings'>;

/** Lists whom to tell of an event: e-mail addresses, and names of the settings' other targets; each once. */
export function chooseTargets(
  { settings }: TargetEngines,
  rules: NotifyRules | undefined,
  kind: NoticeKind,
): readonly string[] {
  if (!(rules?.on ?? USUAL_KINDS).includes(kind)) return [];
  const names = rules?.to ?? settings.notify.default;
  return [...new Set(names.flatMap((name) => settings.notify.targets[name]?.email ?? [name]))];
}

/** How one target is told. */
export type Way =
  | { readonly kind: 'email'; readonly address: string }
  | { readonly kind: 'webhook'; readonly url: string; readonly secrets: string }
  | { readonly kind: 'slack'; readonly url: string };

/** Finds the way to a target of `chooseTargets`; undefined where the settings have lost it. */
export function wayTo({ settings }: TargetEngines, target: string): Way | undefined {
  if (target.includes('@')) return { kind: 'email', address: target };
  const { webhook, secret, slack } = settings.notify.targets[target] ?? {};
  if (typeof webhook === 'string' && typeof secret === 'string')
    return { kind: 'webhook', url: webhook, secrets: secret };
  return typeof slack === 'string' ? { kind: 'slack', url: slack } : undefined;
}

/** Names a target for logs and people: addresses are masked. */
export function showTarget(target: string): string {
  return target.includes('@') ? maskAddress(target) : target;
}
