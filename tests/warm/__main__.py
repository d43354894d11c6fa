"""The process that imports the product once and forks a child for each order that it gets.

    python -m tests.warm SOCKET

An order is one line: a JSON object of `arguments`, `cwd`, `env` and `memory_bytes`, and with it three descriptors: the
child's stdout and stderr, and where to tell its id and, at the end, its wait status. A second child between it and us
waits for the end, so that nothing here has to watch several at once.
"""

import array
import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import sys
import threading
import time

import render

_PIECE = 1 << 16


def import_everything():
    """Import every module of the product but the one that starts it."""
    for module in pkgutil.walk_packages(render.__path__, "render."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


def orders(connection):
    """Yield each order with its descriptors until nobody is there to give more."""
    while True:
        text, extra, *_ = connection.recvmsg(_PIECE, socket.CMSG_SPACE(3 * array.array("i").itemsize))
        if not text:
            return
        while not text.endswith(b"\n"):
            piece = connection.recv(_PIECE)
            if not piece:
                return
            text += piece
        descriptors = array.array("i")
        for _, _, content in extra:
            descriptors.frombytes(content)
        yield json.loads(text), list(descriptors)


def become(order, out, err):
    """Turn this process into one that was started with `render` and what the order says."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor, number in ((out, 1), (err, 2)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if order["memory_bytes"]:
        resource.setrlimit(resource.RLIMIT_AS, (order["memory_bytes"], order["memory_bytes"]))
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    sys.argv = ["render", *order["arguments"]]
    sys.stdout.reconfigure(line_buffering=os.isatty(1))
    sys.path[0] = order["cwd"]


def main():
    """Fork a child for each order; only children return."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import_everything()
    gc.collect()
    gc.freeze()
    for order, (out, err, news) in orders(connection):
        if os.fork():
            for descriptor in (out, err, news):
                os.close(descriptor)
            _forget_those_that_ended()
            continue
        connection.close()
        child = os.fork()
        if not child:
            os.close(news)
            become(order, out, err)
            return True
        os.close(out)
        os.close(err)
        _tell_the_end(child, news)
    return False


def _forget_those_that_ended():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _tell_the_end(child, news):
    os.write(news, f"{child}\n".encode())
    status = os.waitpid(child, 0)[1]
    try:
        os.write(news, f"{status}\n".encode())
    finally:
        os._exit(0)


def run_to_the_end():
    """Run the command, then leave as an interpreter does, except that it does not clear its memory object by object."""
    try:
        runpy.run_module("render", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        threading._shutdown()  # noqa: SLF001 - as the standard library itself does where it forks
        atexit._run_exitfuncs()  # noqa: SLF001 - same
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code or 0)


if __name__ == "__main__" and main():
    run_to_the_end()
