/**
 * The other tabs of this browser. A new tab asks them for their session, so that it need not sign in again. The token
 * goes from one tab's memory to another's: it is in no storage that outlives the tabs.
 */

/** What the tabs of one origin say to each other. */
type Message = { readonly ask: true } | { readonly token: string; readonly project: string } | { readonly ended: string };

/** How long the others may take to answer; there may be none. */
const PATIENCE_MS = 250;

/** What this tab has, and what it does with what the others say. */
export interface TabSession {
  /** The session that a new tab may have, too. */
  offer(): { readonly token: string; readonly project: string } | null;
  /** Somebody signed out of this session in another tab. */
  end(token: string): void;
}

/** The channel to the other tabs. */
export class Tabs {
  readonly #channel = new BroadcastChannel("bowline.session");
  #answered: ((token: string, project: string) => void) | null = null;

  constructor(session: TabSession) {
    this.#channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      if ("ended" in data) return session.end(data.ended);
      if ("token" in data) return this.#answered?.(data.token, data.project);
      const offered = session.offer();
      if (offered !== null) this.#say(offered);
    });
  }

  /** The session of another tab; `null` where none has one. */
  ask(): Promise<{ token: string; project: string } | null> {
    return new Promise((done) => {
      const patience = setTimeout(() => {
        this.#answered = null;
        done(null);
      }, PATIENCE_MS);
      this.#answered = (token, project) => {
        clearTimeout(patience);
        this.#answered = null;
        done({ token, project });
      };
      this.#say({ ask: true });
    });
  }

  /** Tells the others that somebody signed out of this session. */
  ended(token: string): void {
    this.#say({ ended: token });
  }

  close(): void {
    this.#channel.close();
  }

  #say(message: Message): void {
    this.#channel.postMessage(message);
  }
}
