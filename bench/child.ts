/** What each server in bench/servers reports to the harness that started it. */

/** Names the port, or two, to the harness, and ends with it. */
export function announce(port: number, twinPort?: number): void {
  process.send?.({ port, twinPort });
  process.on('disconnect', () => process.exit());
}
