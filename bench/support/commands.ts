/** What a benchmark asks its processes, over the channel that every child has to its parent. */

export interface Ask {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

export type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

/** Answers asks for `commands` in this process; those it doesn't know are for another caller of this function. */
export function answerCommands(commands: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', (ask: Ask) => {
    const command = commands[ask.command];
    if (command === undefined) return;
    const reply = (outcome: { value: unknown } | { error: string }): void => {
      process.send?.({ id: ask.id, ...outcome });
    };
    Promise.resolve()
      .then(() => command(ask.argument as never))
      .then(
        (value) => reply({ value: value ?? null }),
        (error: unknown) => reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
}
