/**
 * The other tabs of this browser. A new tab asks them for their session, so that the user need not sign in again. The
 * token goes from memory to memory and is in no storage that outlives the tabs.
 */

/** The messages between the tabs of one origin. */
type Message = { readonly ask: true } | { readonly token: string; readonly project: string } | { readonly ended: string };

/** The timeout for other tabs, in milliseconds. */
const PATIENCE_MS = 250;

/** This tab's session and message handlers. */
export interface TabSession {
  /** The session to share with a new tab. */
  offer(): { readonly token: string; readonly project: string } | null;
  /** Another tab signed out of this session. */
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

  /** Returns another tab's session; `null` if there is none. */
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

  /** Notifies the other tabs of a sign-out. */
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
