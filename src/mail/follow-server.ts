/** A mailer over a server that may move: the embedded inbox comes back on another port where its own is still held. */
import type { Mailer } from './contract';

/** Asks `urlOf` before each message, and makes another mailer where the answer has changed; what is under way there goes on. */
export function followServer(urlOf: () => string, create: (url: string) => Mailer): Mailer {
  let url = urlOf();
  let mailer = create(url);
  const former: Mailer[] = [];
  const current = (): Mailer => {
    const wanted = urlOf();
    if (wanted === url) return mailer;
    former.push(mailer);
    void mailer.close().catch(() => undefined);
    url = wanted;
    mailer = create(url);
    return mailer;
  };
  return {
    send: (message, hooks) => current().send(message, hooks),
    verify: () => current().verify(),
    close: async (options) => {
      await Promise.all([...former, mailer].map((one) => one.close(options)));
    },
  };
}
