// The browser's storage. Where it is full or blocked, values last as long as the page.

class Store {
  private open: () => Storage;
  private memory = new Map<string, string>();

  constructor(open: () => Storage) {
    this.open = open;
  }

  read(key: string): string | null {
    if (this.memory.has(key)) return this.memory.get(key)!;
    try {
      return this.open().getItem(key);
    } catch {
      return null;
    }
  }

  write(key: string, value: string): void {
    try {
      this.open().setItem(key, value);
      this.memory.delete(key);
    } catch {
      this.memory.set(key, value);
    }
  }

  remove(key: string): void {
    this.memory.delete(key);
    try {
      this.open().removeItem(key);
    } catch {
      /* nothing was stored */
    }
  }
}

/** Of all tabs, also after they are closed. */
export const browserStore = new Store(() => localStorage);
/** Of this tab. */
export const tabStore = new Store(() => sessionStorage);
