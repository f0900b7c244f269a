/**
 * Loaded in front of every supervised process: when the supervisor is gone, however it went, the process stops too. The
 * channel to the supervisor is closed by the kernel when that dies, so not even SIGKILL leaves an orphan.
 */

/** An orderly stop may take so long; then the process ends anyway. */
const STOP_LIMIT_MS = 10_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
});
// Only the channel's end matters; it must not keep a process alive that is done.
process.channel?.unref();
// Nobody reads the output of one whose supervisor is gone.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
