/** All migrations; names sort in the order of application. */
import type { Migration } from 'kysely';
import * as mainJob from './0001-main-job';
import * as engines from './0002-engines';
import * as schedules from './0003-schedules';
import * as guards from './0004-guards';
import * as triggers from './0005-triggers';
import * as api from './0006-api';
import * as told from './0007-told';
import * as proof from './0008-proof';
import * as show from './0009-show';
import * as suppression from './0010-suppression';
import * as clicks from './0011-clicks';
import * as audienceVersions from './0012-audience-versions';
import * as sections from './0013-sections';
import * as making from './0014-making';
import * as writtenQueries from './0015-written-queries';

/** Adds a migration by adding it here; one that has been released is never changed. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-main-job': mainJob,
  '0002-engines': engines,
  '0003-schedules': schedules,
  '0004-guards': guards,
  '0005-triggers': triggers,
  '0006-api': api,
  '0007-told': told,
  '0008-proof': proof,
  '0009-show': show,
  '0010-suppression': suppression,
  '0011-clicks': clicks,
  '0012-audience-versions': audienceVersions,
  '0013-sections': sections,
  '0014-making': making,
  '0015-written-queries': writtenQueries,
};
