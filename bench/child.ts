/** What each server of bench/servers tells the harness that started it. */

/** Names the port to the harness, answers its questions about usage, and ends with it. */
export function announce(port: number): void {
  process.send?.({ port });
  process.on('message', () =>
    process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }),
  );
  process.on('disconnect', () => process.exit());
}
