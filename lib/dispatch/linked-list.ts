/** What can stand in a LinkedList: in one at a time. The links belong to the list. */
export interface Linked<T extends Linked<T>> {
  list: LinkedList<T> | undefined;
  ahead: T | undefined;
  behind: T | undefined;
}

/** Things in order that carry their own links: any of them comes and leaves at no cost, and nothing is allocated. */
export class LinkedList<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;
  #length = 0;

  get first(): T | undefined {
    return this.#first;
  }

  get length(): number {
    return this.#length;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let item = this.#first; item !== undefined; item = item.behind) yield item;
  }

  append(item: T): void {
    item.list = this;
    item.ahead = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.behind = item;
    this.#last = item;
    this.#length++;
  }

  /** Puts `item` before all others. */
  prepend(item: T): void {
    item.list = this;
    item.behind = this.#first;
    if (this.#first === undefined) this.#last = item;
    else this.#first.ahead = item;
    this.#first = item;
    this.#length++;
  }

  /** @returns false if it isn't here */
  remove(item: T): boolean {
    if (item.list !== this) return false;
    if (item.ahead === undefined) this.#first = item.behind;
    else item.ahead.behind = item.behind;
    if (item.behind === undefined) this.#last = item.ahead;
    else item.behind.ahead = item.ahead;
    item.ahead = undefined;
    item.behind = undefined;
    item.list = undefined;
    this.#length--;
    return true;
  }
}
