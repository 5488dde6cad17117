/** Shares an embedded service among processes: one serves it, the others use it and stand ready to take over. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { systemErrorCode } from '../../errors';
import { openServiceLock, type ServiceAddress, type ServiceLock } from './service-lock';

/** A service that this process runs. */
export interface RunningService extends ServiceAddress {
  close(): Promise<void>;
}

export interface ShareOptions {
  /** The database where the processes meet; it has the table `nightjar.embedded_service`. */
  readonly connection: ClientConfig;
  /** One service per name in a database. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Starts the service here, with the port and the token of the one that died, where there was one. */
  readonly serve: (wish: { readonly port?: number; readonly token?: string }) => Promise<RunningService>;
  /** Hears of a take-over that failed; the next process in line, or this one a little later, tries again. */
  readonly onError?: (error: unknown) => void;
}

/** A use of a shared service. `port`, `token` and `mine` tell the present state, which a take-over changes. */
export interface SharedService extends ServiceAddress {
  /** Whether this process serves it. */
  readonly mine: boolean;
  /** Closes the service where it is ours, and gives up our place in the line. */
  release(): Promise<void>;
}

const RETRY_MS = 100;
/** A dying process may hold its port a moment longer than its lock. */
const PORT_WAIT_MS = 2000;
const PORT_TAKEN = new Set(['EADDRINUSE', 'E_ENGINE_PORT']);

/**
 * Serves the service, or finds the process that does. When that process dies, one of the others serves at once, on the
 * same port with the same token, so that clients simply reconnect; only where that port is taken it is another one.
 *
 * @throws what `pg` throws where the database can't be reached, and what `serve` throws
 */
export async function shareService(options: ShareOptions): Promise<SharedService> {
  const share = new Share(options);
  await share.join();
  share.follow();
  return share;
}

class Share implements SharedService {
  private lock: ServiceLock | undefined;
  private running: RunningService | undefined;
  private address: ServiceAddress = { port: 0, token: '' };
  private isReleased = false;
  private following: Promise<void> = Promise.resolve();

  constructor(private readonly options: ShareOptions) {}

  get port(): number {
    return this.address.port;
  }

  get token(): string {
    return this.address.token;
  }

  get mine(): boolean {
    return this.running !== undefined;
  }

  /** Serves where the lock is free; else finds the holder's address, or gets the lock where the holder dies meanwhile. */
  async join(): Promise<void> {
    const lock = await openServiceLock(this.options.connection, this.options.name);
    this.lock = lock;
    try {
      while (!(await lock.tryAcquire())) {
        // Where we served until our session was lost, whoever holds the lock now waits for our port.
        await this.closeRunning();
        const address = await lock.readHolderAddress();
        if (address !== undefined) {
          this.address = address;
          return;
        }
        await wait(RETRY_MS);
      }
      await this.serve(lock);
    } catch (error) {
      await lock.close();
      throw error;
    }
  }

  /** Goes on until released: takes over when the lock comes, and joins anew when the database has been away. */
  follow(): void {
    this.following = this.takeTurns();
  }

  async release(): Promise<void> {
    this.isReleased = true;
    // The service first: whoever gets the lock finds the port free.
    await this.closeRunning();
    await this.lock?.close();
    await this.following;
    await this.closeRunning();
  }

  private async takeTurns(): Promise<void> {
    while (!this.isReleased) {
      try {
        await this.takeTurn();
      } catch (error) {
        await this.lock?.close();
        this.lock = undefined;
        if (this.isReleased) return;
        this.options.onError?.(error);
        await wait(RETRY_MS);
      }
    }
  }

  private async takeTurn(): Promise<void> {
    if (this.lock === undefined) await this.join();
    const lock = this.lock;
    if (lock === undefined) return;
    if (!this.mine && !this.isReleased) {
      await lock.acquire();
      await this.serve(lock);
    }
    // A release while we joined or took over has not seen this session.
    if (this.isReleased) await lock.close();
    await lock.waitUntilLost();
    this.lock = undefined;
  }

  private async serve(lock: ServiceLock): Promise<void> {
    if (this.isReleased) return;
    const running = this.running ?? (await serveAsWished(this.options, await lock.readLastAddress()));
    this.running = running;
    this.address = { port: running.port, token: running.token };
    await lock.publish(this.address, new Date(this.options.now()));
  }

  private async closeRunning(): Promise<void> {
    const closing = this.running;
    this.running = undefined;
    await closing?.close();
  }
}

async function serveAsWished(options: ShareOptions, wish: ServiceAddress | undefined): Promise<RunningService> {
  if (wish === undefined) return options.serve({});
  const deadline = Date.now() + PORT_WAIT_MS;
  while (Date.now() < deadline) {
    try {
      return await options.serve(wish);
    } catch (error) {
      if (!PORT_TAKEN.has(systemErrorCode(error) ?? '')) throw error;
      await wait(RETRY_MS);
    }
  }
  return options.serve({ token: wish.token });
}
