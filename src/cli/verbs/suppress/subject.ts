/** Reads whom a verb of `suppress` is about: an address, a user or a domain, and the topic. */
import { checkAddress } from '../../../content/address';
import { addressSubject, domainSubject, userSubject } from '../../../content/suppression';
import { NightjarError } from '../../../errors';
import { JOB_NAME } from '../../../job/keys';
import { readId } from '../../../run/import/values';

export interface SubjectFlags {
  readonly user?: string;
  readonly domain?: string;
  readonly topic?: string;
}

/** Whom it is about, as the database names it and as a person does; an address is shown as it was given. */
export interface NamedSubject {
  readonly subject: string;
  readonly shown: string;
  readonly topic: string | undefined;
}

/**
 * Reads the subject from an address argument or from --user or --domain, of which exactly one must be given.
 * @throws E_USAGE where it is none or more than one; E_MAIL_ADDRESS where an address or a domain is malformed, with the reason
 */
export function readNamedSubject(verb: string, address: string | undefined, flags: SubjectFlags): NamedSubject {
  const { user, domain } = flags;
  const topic = readTopic(verb, flags.topic);
  const given = [address, user, domain].filter((one) => one !== undefined).length;
  if (given !== 1) {
    const what = given === 0 ? 'nobody is named' : 'more than one is named';
    throw new NightjarError('E_USAGE', `${what}; expected an address, --user or --domain`, {
      fix: `nightjar suppress ${verb} ann@mail.example`,
    });
  }
  if (user !== undefined) return readUser(verb, user, topic);
  if (domain !== undefined) return readDomain(verb, domain, topic);
  return readAddress(verb, address ?? '', topic);
}

/** Ids are trimmed when they are imported. */
function readUser(verb: string, user: string, topic: string | undefined): NamedSubject {
  const read = readId(user.trim());
  if ('value' in read && read.value !== '')
    return { subject: userSubject(read.value), shown: `user ${read.value}`, topic };
  throw new NightjarError('E_USAGE', `--user is ${JSON.stringify(user)}; expected the id of a user`, {
    fix: `nightjar suppress ${verb} --user u-17`,
  });
}

const WHY: Readonly<Record<string, string>> = {
  empty: 'it is empty',
  at_sign: 'it needs exactly one @',
  local_part: 'what stands before the @ has characters that no mailbox has',
  local_part_not_ascii: 'what stands before the @ is not ASCII',
  domain: 'what stands after the @ is no domain',
  too_long: 'it is longer than an address may be',
};

function readAddress(verb: string, address: string, topic: string | undefined): NamedSubject {
  const checked = checkAddress(address);
  if (checked.ok) return { subject: addressSubject(checked.address), shown: checked.address, topic };
  throw new NightjarError('E_MAIL_ADDRESS', `"${address}" is no address: ${WHY[checked.reason] ?? checked.reason}`, {
    fix: `nightjar suppress ${verb} ann@mail.example`,
  });
}

function readDomain(verb: string, domain: string, topic: string | undefined): NamedSubject {
  const subject = domainSubject(domain);
  if (subject !== undefined) return { subject, shown: `@${subject.slice('domain:'.length)}`, topic };
  throw new NightjarError('E_MAIL_ADDRESS', `"${domain}" is no domain`, {
    fix: `nightjar suppress ${verb} --domain mail.example`,
  });
}

function readTopic(verb: string, topic: string | undefined): string | undefined {
  if (topic === undefined || JOB_NAME.test(topic)) return topic;
  throw new NightjarError('E_USAGE', `--topic is "${topic}"; expected the name of a job`, {
    fix: `nightjar suppress ${verb} ann@mail.example --topic nightly-picks`,
  });
}
