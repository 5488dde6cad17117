/** Hands messages that are complete to nodemailer's pool, past its composer, which would take each address apart anew. */
import type { Readable } from 'node:stream';
import type { Transporter } from 'nodemailer';
import MailMessage from 'nodemailer/lib/mailer/mail-message';
import MimeNode from 'nodemailer/lib/mime-node';
import type { SMTPPoolOptions, SMTPPoolSentMessageInfo } from 'nodemailer/lib/smtp-pool';
import type { Message } from '../content/message';
import { type BodyProbe, ProbedBody } from './body-probe';
import type { ReportWish } from './dsn';

export interface ReadyMail {
  readonly message: Message;
  readonly probe: BodyProbe;
  readonly dsn?: ReportWish;
  readonly signal?: AbortSignal;
}

/** Sends one message over a pool; its envelope goes out as it stands. */
export function sendReady(
  pool: Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions>,
  { message, probe, ...options }: ReadyMail,
): Promise<SMTPPoolSentMessageInfo> {
  const mail = new MailMessage<SMTPPoolSentMessageInfo>(pool, options);
  mail.message = new ReadyNode(message, probe);
  return new Promise((resolve, reject) => {
    pool.transporter.send(mail, (error, info) => {
      if (info === undefined) reject(error ?? new Error('the pool gave no answer'));
      else resolve(info);
    });
  });
}

/** What a pool asks a message for. */
class ReadyNode extends MimeNode {
  constructor(
    private readonly ready: Message,
    private readonly probe: BodyProbe,
  ) {
    // A boundary of its own would be drawn at random.
    super('message/rfc822', { baseBoundary: 'ready' });
  }

  override getEnvelope() {
    const { from, to } = this.ready.envelope;
    return { from, to: [to] };
  }

  override messageId(): string {
    return this.ready.messageId;
  }

  override getHeader(): string {
    return this.ready.messageId;
  }

  override createReadStream(): Readable {
    return new ProbedBody(this.ready.raw, this.probe);
  }
}
