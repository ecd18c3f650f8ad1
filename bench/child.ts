/** What each server in bench/servers reports to the harness that started it. */

/** Names the port to the harness, and ends with it. */
export function announce(port: number): void {
  process.send?.({ port });
  process.on('disconnect', () => process.exit());
}
