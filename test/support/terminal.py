"""Runs a command on a pseudo-terminal of its own, types into it, and says in JSON what came of it.

The argument is JSON: {"command": […], "steps": [{"expect": TEXT, "type": TEXT}, …], "hangUp": bool}.
After the steps it waits for the end of the command; with "hangUp" it closes the terminal instead, and
the answer holds only what was shown until then and the process id.
"""

import json
import os
import pty
import select
import sys
import termios
import time

LIMIT_S = 60


def main():
    plan = json.loads(sys.argv[1])
    master, slave = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.close(master)
        os.login_tty(slave) if hasattr(os, "login_tty") else become_terminal(slave)
        os.execvp(plan["command"][0], plan["command"])
    shown = ""
    deadline = time.monotonic() + LIMIT_S

    def read_until(is_enough):
        nonlocal shown
        while not is_enough():
            if time.monotonic() > deadline:
                os.kill(pid, 9)
                raise SystemExit(f"It did not come: {shown!r}")
            if not select.select([master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(master, 65536)
            except OSError:
                return
            shown += data.decode("utf-8", "replace")

    seen = 0
    for step in plan["steps"]:
        read_until(lambda: step["expect"] in shown[seen:])
        seen = shown.index(step["expect"], seen) + len(step["expect"])
        # The question stands there a moment before the echo is off.
        time.sleep(0.2)
        os.write(master, step["type"].encode("utf-8", "surrogateescape"))
    if plan.get("hangUp"):
        os.close(slave)
        os.close(master)
        print(json.dumps({"shown": shown, "pid": pid}))
        sys.stdout.flush()
        os.waitpid(pid, 0)
        return
    state = {}

    def has_ended():
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended == 0:
            return False
        state["exitCode"] = os.waitstatus_to_exitcode(status)
        return True

    read_until(has_ended)
    while select.select([master], [], [], 0.1)[0]:
        try:
            shown += os.read(master, 65536).decode("utf-8", "replace")
        except OSError:
            break
    # This process holds the terminal open, so it shows how the command has left it.
    state["echo"] = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
    state["shown"] = shown
    print(json.dumps(state))


def become_terminal(slave):
    import fcntl

    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for descriptor in (0, 1, 2):
        os.dup2(slave, descriptor)


main()
