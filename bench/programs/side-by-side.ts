/** Clients that come or go at a time: few enough that the gateway asks nobody to prove an address. */
const AT_A_TIME = 20;

/** Does something `count` times, several at a time. */
export async function sideBySide(count: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await act();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
