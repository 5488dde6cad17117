/** Reads numbers among hyperparameters, within their ranges. */
import { readNumberParameter } from '../hyperparameters';

/** A hyperparameter as AWS documents it. */
export interface NumberSetting {
  readonly name: string;
  readonly byDefault: number;
  readonly least: number;
  readonly most: number;
}

/** Reads a number; the default where it is missing or none, and the nearer end where it lies outside of its range. */
export function readSetting(settings: Readonly<Record<string, string>>, setting: NumberSetting): number {
  const value = readNumberParameter(settings, setting.name, setting.byDefault);
  return Math.min(setting.most, Math.max(setting.least, value));
}
